//! The version of a key: the one thing about a key that travels with what it protects.

use core::{fmt, str::FromStr};
use serde::{Deserialize, Serialize};

/// The version of a data key. Versions of one tenant and class start at 1 and only grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyVersion(pub u32);

/// A text that is not a key version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a key version such as 1 or v1")]
pub struct KeyVersionError;

impl KeyVersion {
    /// The first version of every key.
    pub const FIRST: Self = Self(1);

    /// The version after this one, `None` after the last of 2³².
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self.0.checked_add(1) {
            Some(next) => Some(Self(next)),
            None => None,
        }
    }
}

impl fmt::Display for KeyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

impl FromStr for KeyVersion {
    type Err = KeyVersionError;
    fn from_str(text: &str) -> Result<Self, KeyVersionError> {
        let digits = text.strip_prefix('v').unwrap_or(text);
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(KeyVersionError);
        }
        digits.parse().map(Self).map_err(|_| KeyVersionError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_reads_back_what_it_prints() {
        assert_eq!(KeyVersion(7).to_string().parse(), Ok(KeyVersion(7)));
        assert_eq!("7".parse(), Ok(KeyVersion(7)));
        assert_eq!("+7".parse::<KeyVersion>(), Err(KeyVersionError));
        assert_eq!("v".parse::<KeyVersion>(), Err(KeyVersionError));
    }

    #[test]
    fn versions_end() {
        assert_eq!(KeyVersion::FIRST.next(), Some(KeyVersion(2)));
        assert_eq!(KeyVersion(u32::MAX).next(), None);
    }
}
