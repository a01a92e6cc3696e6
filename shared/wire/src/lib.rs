//! Messages between page and server: the only place that knows bytes.
//!
//! A frame's plaintext is one message: a version byte, then postcard. Every length is bounded twice: the frame by
//! [`limits::MESSAGE_BYTES_MAX`], each collection by its own limit in [`limits`]. Nothing here knows of crypto or sockets.
//!
//! ```text
//! byte  0        1 …
//!       version  postcard of ClientMessage or ServerMessage; no bytes may follow it
//! ```
#![no_std]
extern crate alloc;

mod client;
mod codec;
mod envelope;
pub mod limits;
mod refusal;
mod server;

pub use client::{
    Action, Batch, ClientMessage, Consent, FieldDeclaration, FieldId, FieldSource, Hello, PageFacts,
};
pub use codec::{
    CodecError, VERSION, decode_client, decode_envelope, decode_envelope_reply, decode_server, encode,
    encode_envelope,
};
pub use envelope::{EnvelopeReply, EnvelopeRequest};
pub use refusal::RefusalCode;
pub use server::{
    ActionAnswer, ActionDecision, Directive, DirectiveSet, Doors, Reason, RiskBand, RiskUpdate,
    ServerMessage, StepUp, SubScores, Welcome,
};
