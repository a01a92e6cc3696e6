//! The levels of protection, each revealing no more than the one before.

use serde::{Deserialize, Serialize};

/// How much of a field's value the page may show. The order is the order of protection:
/// `a < b` means that `b` reveals no more than `a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Level {
    /// The value as it is.
    Clear = 0,
    /// The class's partial form: BIN and last four digits, country and last group, …
    Partial = 1,
    /// A pseudonym of the same shape, by format-preserving encryption.
    Fpe = 2,
    /// An opaque token.
    Token = 3,
    /// Nothing: neither length nor emptiness.
    Redact = 4,
    /// Nothing, and the field takes no input.
    Block = 5,
}

/// A text that names no level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of clear, partial, fpe, token, redact, block")]
pub struct UnknownLevel;

impl Level {
    /// All levels, from the most to the least revealing.
    pub const ALL: [Self; 6] =
        [Self::Clear, Self::Partial, Self::Fpe, Self::Token, Self::Redact, Self::Block];

    /// The name used in policies, directives and attributes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Partial => "partial",
            Self::Fpe => "fpe",
            Self::Token => "token",
            Self::Redact => "redact",
            Self::Block => "block",
        }
    }
}

impl core::str::FromStr for Level {
    type Err = UnknownLevel;
    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        Self::ALL.into_iter().find(|level| level.as_str() == text).ok_or(UnknownLevel)
    }
}
