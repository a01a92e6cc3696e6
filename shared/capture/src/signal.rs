//! What is counted but never timed, and the kind of field that an event belongs to.

/// What kind of field had the focus when an event came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Ordinary text, or no field: timing may be used.
    Open,
    /// Password, PIN, CVV, one-time code, card: totals only.
    Secret,
    /// Opted into fixed-text comparison by the bank; the number tells fields of one page apart. **Range**: 0..=15.
    FixedText(u8),
}

/// Something that happened and is only counted.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Signal {
    /// Text came from the clipboard.
    Paste = 0,
    /// The browser or a password manager filled a field.
    Autofill = 1,
    /// An input method composed text; its keys are not timed.
    Composition = 2,
    /// A soft keyboard changed text without key identities.
    SoftInput = 3,
    /// An event that no person caused (`isTrusted` was false).
    Untrusted = 4,
    /// A field gained the focus.
    Focus = 5,
    /// The page was hidden.
    Hidden = 6,
    /// The page was shown again.
    Shown = 7,
    /// The page scrolled without a wheel event.
    Scroll = 8,
    /// Text was copied or cut.
    Copy = 9,
    /// The ring overflowed; events were lost before they reached the features.
    Overflow = 10,
    /// A held key repeated.
    Repeat = 11,
}

impl Signal {
    /// How many signals there are.
    pub const COUNT: usize = 12;

    /// The signal with this code, if there is one.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Paste,
            1 => Self::Autofill,
            2 => Self::Composition,
            3 => Self::SoftInput,
            4 => Self::Untrusted,
            5 => Self::Focus,
            6 => Self::Hidden,
            7 => Self::Shown,
            8 => Self::Scroll,
            9 => Self::Copy,
            10 => Self::Overflow,
            11 => Self::Repeat,
            _ => return None,
        })
    }
}
