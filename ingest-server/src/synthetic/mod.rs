//! Made-up people and pages without a browser: what `palet load`, the demonstration's recordings and tests type with.
//!
//! A [`Person`] is a set of habits drawn from a seed, a [`Hand`] acts with them, a [`NativePage`] carries what the
//! hand did to a server by the real client library, extractor and protocol. No figure about real people may come
//! from here.

mod native_page;

pub use native_page::{NativePage, PageError, PageSettings};
pub use palet_synthetic::{Hand, Nature, Person, phrase_events};
