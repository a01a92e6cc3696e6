//! A tenant's key: how it is made, written, and recognised without being kept.
//!
//! ```text
//! pk_<16 hexadecimal digits: identifier>_<43 characters of base64url: 32 secret bytes>
//! ```
//! The secret has 256 random bits, so that one SHA-256 is all the hashing that it needs at rest.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::Rng;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A text that is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a key such as pk_<identifier>_<secret>")]
pub struct TenantKeyError;

/// A key as a caller shows it.
pub struct TenantKey {
    id: String,
    digest: [u8; 32],
}

impl TenantKey {
    /// Parses what a caller shows. **Errors**: `TenantKeyError`.
    pub fn parse(text: &str) -> Result<Self, TenantKeyError> {
        let (id, secret) =
            text.strip_prefix("pk_").and_then(|rest| rest.split_once('_')).ok_or(TenantKeyError)?;
        let id_is_hex = id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit());
        if !id_is_hex || secret.len() != 43 {
            return Err(TenantKeyError);
        }
        let secret = URL_SAFE_NO_PAD.decode(secret).map(Zeroizing::new).map_err(|_| TenantKeyError)?;
        Ok(Self { id: id.to_owned(), digest: Sha256::digest(secret.as_slice()).into() })
    }

    /// Makes a key: its record's identifier and digest, and its text, which is shown once.
    #[must_use]
    pub fn make() -> (Self, SecretString) {
        let (mut id_bytes, mut secret) = ([0; 8], Zeroizing::new([0; 32]));
        rand::rng().fill_bytes(&mut id_bytes);
        rand::rng().fill_bytes(&mut *secret);
        let id = id_bytes.iter().fold(String::with_capacity(16), |mut id, byte| {
            let _ = write!(id, "{byte:02x}");
            id
        });
        let text = format!("pk_{id}_{}", URL_SAFE_NO_PAD.encode(*secret));
        (Self { id, digest: Sha256::digest(*secret).into() }, text.into())
    }

    /// The public part.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// SHA-256 of the secret part.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Whether the secret part is the one with this digest, in constant time.
    #[must_use]
    pub fn matches(&self, digest: &[u8; 32]) -> bool {
        self.digest.ct_eq(digest).into()
    }
}

/// Reads the key out of an `Authorization` header.
pub(super) fn bearer(header: &str) -> Option<SecretString> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().into())
}

/// Parses the key inside a secret.
pub(super) fn parse_secret(secret: &SecretString) -> Result<TenantKey, TenantKeyError> {
    TenantKey::parse(secret.expose_secret())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_made_is_recognised_and_no_other() {
        let (made, text) = TenantKey::make();
        let shown = TenantKey::parse(text.expose_secret()).unwrap();
        assert_eq!(shown.id(), made.id());
        assert!(shown.matches(made.digest()));
        assert!(!TenantKey::make().0.matches(made.digest()));
    }

    #[test]
    fn other_texts_are_refused() {
        let (_, text) = TenantKey::make();
        let text = text.expose_secret();
        for wrong in ["", "pk_", "pk_0011223344556677_", &text[..text.len() - 1], &text[1..], "pk_zz_zz"] {
            assert!(TenantKey::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_scheme_of_the_header_is_bearer() {
        assert_eq!(bearer("Bearer abc").unwrap().expose_secret(), "abc");
        assert_eq!(bearer("bearer abc").unwrap().expose_secret(), "abc");
        assert!(bearer("Basic abc").is_none());
        assert!(bearer("abc").is_none());
    }
}
