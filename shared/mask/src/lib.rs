//! Field classes, levels and display transforms: what a value looks like when it may not be seen.
//!
//! [`display`] is the only way to text that a page may paint. [`canonical`] gives equal values one spelling,
//! [`Shape`] says which characters a same-shape pseudonym may change, [`CustomClass`] is a class of the bank's own.
//! The same code runs in the page and on the server. It never sees a key, a socket or the DOM.
#![no_std]
extern crate alloc;

mod canonical;
pub mod checksum;
mod class;
mod contact;
mod custom;
mod display;
mod grouped;
mod level;
mod number;
mod quantity;
mod shape;
mod symbol;

pub use canonical::canonical;
pub use checksum::Checksum;
pub use class::{FieldClass, UnknownClass};
pub use custom::{CustomClass, CustomClassError, CustomPartial, CustomSettings, Secrecy};
pub use display::{ClassRef, Content, Displayed, REDACTED, VALUE_BYTES_MAX, Words, display};
pub use grouped::Malformed;
pub use level::{Level, UnknownLevel};
pub use shape::{Marking, Shape, ShapeError};
pub use symbol::BULLET;
