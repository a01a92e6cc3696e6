//! What the browser is asked to do, and how the session stands.

use alloc::vec::Vec;
use palet_wire::{ActionAnswer, Directive, RefusalCode, RiskUpdate, StepUp};

/// How the session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Waiting for a token.
    Idle = 0,
    /// Opening its first connection.
    Connecting = 1,
    /// Connected and welcomed.
    Live = 2,
    /// The connection is gone; trying again.
    Reconnecting = 3,
    /// Sockets fail; batches go by POST.
    Fallback = 4,
    /// Capture is paused by the page; the connection stays.
    Paused = 5,
    /// Over, for good.
    Ended = 6,
}

/// One thing for the browser to do, in order.
#[derive(Clone, PartialEq)]
pub enum Effect {
    /// Ask the page's token provider; answer with `handle_token`.
    NeedToken,
    /// Open the socket; answer with `handle_open` or `handle_close`.
    Connect,
    /// Close the socket, if there is one.
    Disconnect,
    /// POST these bytes; answer with `handle_reply`.
    Post(Vec<u8>),
    /// Send these bytes while the page goes away; there is no answer.
    Beacon(Vec<u8>),
    /// Show a field as told.
    Paint(Directive),
    /// Redact every field at once.
    MaskAll,
    /// How the session looks.
    Risk(RiskUpdate),
    /// The subject should prove who they are.
    StepUp(StepUp),
    /// The answer to an action.
    ActionAnswer(ActionAnswer),
    /// The session's state changed.
    State(State),
    /// A batch's exact plaintext, before it is sealed.
    Inspect {
        /// The batch's number.
        seq: u64,
        /// Version byte and message, as [`palet_wire::decode_client`] reads them.
        plaintext: Vec<u8>,
    },
    /// The server refused something.
    Refused(RefusalCode),
    /// So many batches were given up because the buffer of unacknowledged ones was full.
    Lost(u32),
}
