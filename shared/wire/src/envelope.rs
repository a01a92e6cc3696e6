//! The POST fallback: one sealed envelope that carries what a socket would have carried, when sockets fail.

use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

use crate::{ClientMessage, ServerMessage};

/// The plaintext of an envelope from the page.
///
/// The key that answers are sealed with is inside, so that only the holder of the server's static key can answer.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct EnvelopeRequest {
    /// Fresh X25519 public key of the page for the sealed reply.
    pub reply_key: [u8; 32],
    /// `Hello` with the token first, then batches, fields, actions.
    pub messages: Vec<ClientMessage>,
}

/// The plaintext of the sealed reply.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct EnvelopeReply {
    /// In the order in which a socket would have sent them.
    pub messages: Vec<ServerMessage>,
}

impl fmt::Debug for EnvelopeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EnvelopeRequest({} messages)", self.messages.len())
    }
}

impl fmt::Debug for EnvelopeReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EnvelopeReply({} messages)", self.messages.len())
    }
}
