//! Raw events of one page. A key becomes a coarse class the moment it enters; no type of this room can be
//! serialised or printed, so that nothing here can reach the wire or a log by accident.
//!
//! First station of a batch: the page's ring is drained into these types, `features` consumes them.
#![no_std]

mod key;
mod pointer;
mod signal;

pub use key::{KeyClass, KeyEvent, KeyPhase, KeySlot};
pub use pointer::{PointerEvent, PointerKind, PointerPhase};
pub use signal::{FieldKind, Signal};

use palet_units::Micros;

/// One thing that happened in the page.
#[derive(Clone, Copy, PartialEq)]
pub struct Event {
    /// When, on the page's monotonic clock, as the browser reported it (quantised by the browser).
    pub at: Micros,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Copy, PartialEq)]
pub enum What {
    /// A key went down or up.
    Key(KeyEvent),
    /// The pointer moved, pressed, released.
    Pointer(PointerEvent),
    /// Something that is counted, never timed.
    Signal(Signal),
}
