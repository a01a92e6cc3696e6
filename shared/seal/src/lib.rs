//! Frames that only the pinned server can open: `Noise_NK` transport for the socket, `Noise_N` envelopes for POST.
//!
//! Keys and randomness are arguments; nothing here reads a clock, a socket or a random generator of its own.
//! Every failure to open looks alike from outside: [`SealError::Open`] says nothing of the cause.
//!
//! ```text
//! page                                                        server (static key pinned in the page)
//!   message 1: e, es            32 bytes + 16 tag      →
//!                                                      ←       message 2: e, ee   32 bytes + 16 tag
//!   transport: ciphertext + 16 tag                     ⇄       transport
//! ```
#![no_std]
extern crate alloc;

#[cfg(any(test, not(feature = "ring")))]
mod compact;
mod envelope;
#[cfg(feature = "ring")]
mod general;
mod handshake;
mod key;
mod noise;
mod random;
#[cfg(test)]
mod vectors;

pub use envelope::{ReplySecret, open_reply, open_request, seal_reply, seal_request};
pub use handshake::{HANDSHAKE_BYTES, Initiator, Responder, Transport};
pub use key::{KeyError, PublicKey, StaticSecret};
pub use random::Ratchet;

/// Why sealing, opening or a handshake failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The bytes are not a frame that this side can open: altered, replayed, reordered, or for another key.
    #[error("expected a frame sealed for this side")]
    Open,
    /// The plaintext does not fit into one frame.
    #[error("expected at most {max} bytes to seal, got {got}")]
    TooLong {
        /// The limit.
        max: usize,
        /// The length.
        got: usize,
    },
    /// The transport has sealed as many frames as its nonces allow.
    #[error("expected a fresh transport, got one that is used up")]
    Exhausted,
}
