//! Client state machine of one page, without a browser in it.
//!
//! Second station of a batch in the page: raw events go in, sealed frames and effects come out. Time enters as
//! `now`, randomness as a seed. What the browser must do (open a socket, ask for a token, paint) is an [`Effect`];
//! this room never touches the DOM, a clock or the network.
#![no_std]
extern crate alloc;

mod effect;
mod exchange;
mod fallback;
mod fields;
mod link;
mod outbox;
mod post;
mod session;
mod settings;

pub use effect::{Effect, State};
pub use session::ClientSession;
pub use settings::ClientSettings;
