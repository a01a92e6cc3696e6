//! Field classes, levels and display transforms: what a value looks like when it may not be seen.
//!
//! The same code runs in the page and on the server. It never sees a key, a socket or the DOM.
#![no_std]
extern crate alloc;

mod class;
mod level;

pub use class::{FieldClass, UnknownClass};
pub use level::{Level, UnknownLevel};
