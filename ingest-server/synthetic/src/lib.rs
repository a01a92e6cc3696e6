//! Made-up people: what `palet load`, the demonstration's recordings, tests and synthetic corpora type and point with.
//!
//! A [`Person`] is a set of habits drawn from a seed, a [`Hand`] acts with them. No figure about real people may come
//! from here; `palet-models synthesise` tells how unlike them these are.

mod hand;
mod person;

pub use hand::{Hand, phrase_events};
pub use person::{Nature, Person};
