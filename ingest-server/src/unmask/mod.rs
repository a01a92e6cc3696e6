//! Reading masked values: a person's work, with a reason, within limits, and never without a trace.
//!
//! A request goes through [`UnmaskDesk::answer`]: each value is opened for the binding that the asker states whole,
//! the policy rules on its class, limits count, and the audit log has its line before any value is handed out. Where
//! anything of this fails, nothing is released. No HTTP here, no SQL, and no clock: time comes in.

mod approvals;
mod desk;
mod grants;
mod limits;
mod opening;
mod peers;
mod request;
mod ruling;
mod trace;

pub use desk::{Room, UnmaskDesk};
pub use grants::Grant;
pub use request::{Asked, Asker, Item, Outcome, Refusal};
