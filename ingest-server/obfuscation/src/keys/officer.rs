//! Who orders or approves what cannot be undone: a name, and a secret by which the person proves to be it.
//!
//! The ring keeps a digest of each secret. A secret has 256 random bits, so that one SHA-256 is all the hashing
//! that it needs.

use core::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rand_core::CryptoRng;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::ring::make_key;

const SECRET_PREFIX: &str = "po_";

/// A person's name at the bank, in small letters, so that one person is not two by spelling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Officer(String);

/// A text that names no person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a person's name of 1 to 64 of A-Z a-z 0-9 . _ - @")]
pub struct OfficerError;

/// A person who proved to be the officer of this name: made by `KeyRing::prove` alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven(pub(super) Officer);

impl Proven {
    /// The name.
    #[must_use]
    pub const fn officer(&self) -> &Officer {
        &self.0
    }
}

/// The secret of an officer as a text, shown once.
pub struct OfficerSecret(Zeroizing<String>);

impl fmt::Debug for OfficerSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OfficerSecret(..)")
    }
}

impl OfficerSecret {
    /// A new secret.
    #[must_use]
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let secret = make_key(rng);
        Self(Zeroizing::new(format!("{SECRET_PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(*secret))))
    }

    /// The text, to be shown to the officer and to nobody else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What the ring keeps of it.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        digest(&self.0)
    }
}

/// The digest of a shown secret. Leading and trailing blanks, as of a line of a file, do not count.
pub(super) fn digest(shown: &str) -> [u8; 32] {
    Sha256::digest(shown.trim().as_bytes()).into()
}

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
