//! Pointer events. Coordinates live in the page only; features keep neither them nor absolute directions.

/// What moved the pointer.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum PointerKind {
    /// Mouse or trackpad.
    Mouse = 0,
    /// Finger.
    Touch = 1,
    /// Stylus.
    Pen = 2,
}

/// What the pointer did.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum PointerPhase {
    /// Moved (coalesced events come one by one).
    Move = 0,
    /// Button or contact down.
    Down = 1,
    /// Button or contact up.
    Up = 2,
    /// Wheel or scroll step.
    Scroll = 3,
    /// The browser took the pointer away.
    Cancel = 4,
}

/// One pointer sample.
#[derive(Clone, Copy, PartialEq)]
pub struct PointerEvent {
    /// What it did.
    pub phase: PointerPhase,
    /// What moved it.
    pub kind: PointerKind,
    /// Position from the left of the viewport. **Units**: CSS px.
    pub x: f32,
    /// Position from the top of the viewport. **Units**: CSS px.
    pub y: f32,
}
