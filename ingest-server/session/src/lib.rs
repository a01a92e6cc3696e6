//! Server state machine of one connection, without a socket in it.
//!
//! Frames go in, typed events come out; answers go in, sealed frames come out. What an event means (is the token good,
//! what does the policy say) is decided by the caller; this room never sees actix, a store or a model.

mod envelope;
mod ledger;
mod limits;
mod session;

pub use envelope::{OpenedEnvelope, open_envelope, seal_reply};
pub use ledger::Ledger;
pub use limits::SessionLimits;
pub use session::{SendError, ServerSession, SessionEvent};
