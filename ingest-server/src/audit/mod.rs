//! Who read, changed or erased what: one line a deed, chained by hashes, signed, and durable before the deed takes effect.
//!
//! The log is a folder of append-only files ([`AuditFile`]): SQLite's own durability is the operator's choice
//! (`store.synchronous`), this log's is not. [`AuditLog`] is the handle that the server appends through: one thread
//! writes what waits as one group, flushes it to the disk, and only then answers. Nothing here knows HTTP or a
//! policy, and no line ever holds a clear value: [`Detail`] names all that a line may say, and free texts are swept
//! by the detector first.

mod chain;
mod checkpoint;
mod entry;
mod file;
mod log;
mod reader;
mod verify;

pub(crate) use chain::hex;
pub use checkpoint::{Checkpoint, CheckpointError, CheckpointKind, PublicKey, Signer};
pub(crate) use entry::swept;
pub use entry::{Action, Detail, Entry, Outcome};
pub use file::{AuditError, AuditFile};
pub use log::AuditLog;
pub use reader::{Page, Reader};
pub use verify::{Fault, Report, verify};
