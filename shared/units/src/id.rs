//! Identifiers of tenant, subject and session: short, printable, safe in logs and file names.

use alloc::string::{String, ToString};
use core::{fmt, str::FromStr};
use serde::{Deserialize, Deserializer, Serialize};

/// The longest tenant or subject identifier. **Units**: bytes.
const ID_BYTES_MAX: usize = 64;

/// Why a text is not an identifier. Never repeats the text: a subject's pseudonym stays out of logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing, or more than 64 bytes.
    #[error("expected 1 to 64 bytes, got {0}")]
    Length(usize),
    /// A character outside of `A-Z a-z 0-9 . _ -`.
    #[error("expected only letters, digits, '.', '_' and '-', got another character at byte {0}")]
    Character(usize),
    /// A session identifier that is not 32 hexadecimal digits.
    #[error("expected 32 hexadecimal digits")]
    Session,
}

fn parse_id(text: &str) -> Result<String, IdError> {
    if text.is_empty() || text.len() > ID_BYTES_MAX {
        return Err(IdError::Length(text.len()));
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    match text.bytes().position(|b| !allowed(b)) {
        Some(at) => Err(IdError::Character(at)),
        None => Ok(text.to_string()),
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub struct $name(String);

        impl $name {
            /// The text. **Range**: 1 to 64 bytes of `A-Z a-z 0-9 . _ -`.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_id(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

text_id! {
    /// A bank, or one of its houses: the boundary that no key, token or reference crosses.
    TenantId
}
text_id! {
    /// A capture subject under the bank's own pseudonym; PaLet never learns who it is.
    SubjectId
}

/// One session of one subject: 128 random bits, written as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u128);

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for SessionId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(IdError::Session);
        }
        u128::from_str_radix(text, 16).map(Self).map_err(|_| IdError::Session)
    }
}

impl Serialize for SessionId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SessionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_short_and_printable() {
        assert!("bank-1.eu_west".parse::<TenantId>().is_ok());
        assert_eq!("".parse::<TenantId>(), Err(IdError::Length(0)));
        assert_eq!("a/b".parse::<SubjectId>(), Err(IdError::Character(1)));
        assert_eq!("x".repeat(65).parse::<SubjectId>(), Err(IdError::Length(65)));
    }

    #[test]
    fn a_session_id_reads_back_what_it_prints() {
        let id = SessionId(0x00ab);
        assert_eq!(id.to_string().parse::<SessionId>(), Ok(id));
        assert_eq!("+0000000000000000000000000000000".parse::<SessionId>(), Err(IdError::Session));
    }
}
