//! FF1, sealed values, tokens and the key hierarchy.
//!
//! What makes a value unreadable and readable again. Every secret is an argument and is wiped when it is
//! dropped; randomness is the caller's; nothing here opens a file, reads a clock or knows a socket.

pub mod ff1;
mod key_version;
pub mod keys;
pub mod pseudonym;
pub mod sealed;
pub mod tokens;

pub use key_version::KeyVersion;
pub use pseudonym::{Pseudonym, PseudonymBinding, PseudonymError, PseudonymItem, Pseudonyms, is_pseudonym};
pub use sealed::{OpenError, Opened, SealBinding, SealError, TokenHeader, ValueSealer};
