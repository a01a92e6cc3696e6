//! Who orders or approves what cannot be undone.

use core::{fmt, str::FromStr};
use serde::{Deserialize, Deserializer, Serialize};

/// A person's name at the bank, in small letters, so that one person is not two by spelling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Officer(String);

/// A text that names no person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a person's name of 1 to 64 of A-Z a-z 0-9 . _ - @")]
pub struct OfficerError;

impl FromStr for Officer {
    type Err = OfficerError;
    fn from_str(text: &str) -> Result<Self, OfficerError> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'@');
        if text.is_empty() || text.len() > 64 || !text.bytes().all(allowed) {
            return Err(OfficerError);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

impl fmt::Display for Officer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Officer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
