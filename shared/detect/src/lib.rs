//! Sensitive data in text and in form fields.
//!
//! [`text`] finds values in text by shape, check digits and context; [`form`] tells what a form's field is for by
//! its attributes, labels and neighbours; [`lines`] answers streams of text or JSON lines for `palet detect`.
//! The same code runs in the page and on the server. It sees no DOM, no socket and no file, and keeps nothing
//! of what it reads.
//!
//! Features: `national` adds national identifiers, telephone numbers and Bitcoin addresses to the bank's own
//! entities; `std` adds [`lines`].
#![no_std]
#![cfg_attr(
    not(feature = "national"),
    allow(dead_code, reason = "arithmetic and topics of national identifiers")
)]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod form;
#[cfg(feature = "std")]
pub mod lines;
pub mod text;
