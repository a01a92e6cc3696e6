//! Keys as coarse classes. The key's identity is dropped where the listener runs.

/// What a key is for. Deliberately too coarse to read text from: no character maps to a class of its own but space.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum KeyClass {
    /// A letter typed by the left hand on a QWERTY-like layout.
    LeftLetter = 0,
    /// A letter typed by the right hand.
    RightLetter = 1,
    /// The space bar.
    Space = 2,
    /// A digit, on the main block or the keypad.
    Digit = 3,
    /// Backspace or Delete.
    Erase = 4,
    /// Shift, Control, Alt, Meta, CapsLock.
    Modifier = 5,
    /// Arrows, Home, End, Page keys, Tab, Enter, Escape.
    Navigation = 6,
    /// Anything else: punctuation, function keys.
    Other = 7,
}

impl KeyClass {
    /// The class with this code. A code that no class has is `Other`.
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code {
            0 => Self::LeftLetter,
            1 => Self::RightLetter,
            2 => Self::Space,
            3 => Self::Digit,
            4 => Self::Erase,
            5 => Self::Modifier,
            6 => Self::Navigation,
            _ => Self::Other,
        }
    }
}

/// A small number that pairs a press with its release while the key is held; reused afterwards, so that it says
/// nothing about which key it was. **Range**: 0..=31.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeySlot(pub u8);

/// Pressed or released.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum KeyPhase {
    /// Went down.
    Down,
    /// Came up.
    Up,
}

/// One key event.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyEvent {
    /// Down or up.
    pub phase: KeyPhase,
    /// What the key is for.
    pub class: KeyClass,
    /// Pairs the press with its release.
    pub slot: KeySlot,
    /// What kind of field had the focus.
    pub field: super::FieldKind,
}
