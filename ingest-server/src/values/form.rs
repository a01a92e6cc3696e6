//! The forms in which a value can be handed back to a bank.

use std::{fmt, str::FromStr};

/// What a value becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Sealed for pages: bound to tenant, class, record and, where given, session and subject. `p1.`
    #[default]
    Sealed,
    /// A token that is equal where tenant, class and value are, and leads back. `d1.`
    Deterministic,
    /// A token that says nothing and leads back through the store. `r1.`
    Random,
    /// A one-way index of the value's one spelling: finds equal values, leads nowhere back. `i1.`
    Index,
    /// A pseudonym of the value's shape that no value is taken for, and that no value passes for.
    Fpe,
    /// A pseudonym of the value's shape that passes for a value.
    FpePlain,
}

/// A text that names no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of sealed, deterministic, random, index, fpe, fpe-plain")]
pub struct UnknownForm;

impl Form {
    /// All forms.
    pub const ALL: [Self; 6] =
        [Self::Sealed, Self::Deterministic, Self::Random, Self::Index, Self::Fpe, Self::FpePlain];

    /// The name in REST.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sealed => "sealed",
            Self::Deterministic => "deterministic",
            Self::Random => "random",
            Self::Index => "index",
            Self::Fpe => "fpe",
            Self::FpePlain => "fpe-plain",
        }
    }

    /// Whether a value in this form can be given a time to live.
    #[must_use]
    pub const fn takes_ttl(self) -> bool {
        matches!(self, Self::Sealed | Self::Random)
    }

    /// The form of a text that says so itself; pseudonyms do not.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [b'p', b'1', b'.', ..] => Some(Self::Sealed),
            [b'd', b'1', b'.', ..] => Some(Self::Deterministic),
            [b'r', b'1', b'.', ..] => Some(Self::Random),
            [b'i', b'1', b'.', ..] => Some(Self::Index),
            _ => None,
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Form {
    type Err = UnknownForm;
    fn from_str(text: &str) -> Result<Self, UnknownForm> {
        Self::ALL.into_iter().find(|form| form.as_str() == text).ok_or(UnknownForm)
    }
}
