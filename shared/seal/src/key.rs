//! The server's static key pair. The secret is wiped when dropped and never printed.

use alloc::string::String;
use core::fmt;
use zeroize::Zeroizing;

use crate::noise::derive_public;

/// Why a text is not a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an X25519 public key as 43 characters of base64url")]
pub struct KeyError;

/// An X25519 public key: what a page pins. Printed as 43 characters of unpadded base64url.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl PublicKey {
    /// The key with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Unpadded base64url (RFC 4648, section 5).
    #[must_use]
    pub fn to_base64url(&self) -> String {
        let mut text = String::with_capacity(43);
        for group in self.0.chunks(3) {
            let bits =
                group.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte)) << (24 - 8 * group.len());
            for sextet in 0..=group.len() {
                let index = (bits >> (18 - 6 * sextet) & 63) as usize;
                text.push(char::from(ALPHABET[index]));
            }
        }
        text
    }

    /// Parses unpadded base64url. **Errors**: another length, another character, or non-zero trailing bits.
    pub fn from_base64url(text: &str) -> Result<Self, KeyError> {
        if text.len() != 43 {
            return Err(KeyError);
        }
        let (mut bytes, mut filled, mut bits, mut held) = ([0; 32], 0, 0_u32, 0);
        for character in text.bytes() {
            let sextet = ALPHABET.iter().position(|&known| known == character).ok_or(KeyError)?;
            bits = bits << 6 | u32::try_from(sextet).map_err(|_| KeyError)?;
            held += 6;
            if held >= 8 && filled < bytes.len() {
                held -= 8;
                bytes[filled] = (bits >> held & 0xff) as u8;
                filled += 1;
            }
        }
        if bits & ((1 << held) - 1) == 0 { Ok(Self(bytes)) } else { Err(KeyError) }
    }
}

/// An X25519 secret key.
#[derive(Clone)]
pub struct StaticSecret(Zeroizing<[u8; 32]>);

impl StaticSecret {
    /// The key with these bytes, which the caller took from a cryptographic generator or a key file.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey(derive_public(&self.0))
    }

    /// The bytes, for the handshake and for the key file alone.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for StaticSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaticSecret(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use alloc::borrow::ToOwned;

    use super::*;

    #[test]
    fn base64url_reads_back_what_it_prints() {
        for byte in 0..=255 {
            let key = PublicKey([byte; 32]);
            assert_eq!(PublicKey::from_base64url(&key.to_base64url()), Ok(key));
        }
        // RFC 4648, section 5: 0xfb 0xff is "-_8".
        assert!(PublicKey([0xff; 32]).to_base64url().starts_with("____"));
    }

    #[test]
    fn a_text_that_is_no_key_is_refused() {
        let good = PublicKey([9; 32]).to_base64url();
        assert_eq!(PublicKey::from_base64url(&good[..42]), Err(KeyError));
        assert_eq!(PublicKey::from_base64url(&good.replace('C', "+")), Err(KeyError));
        let trailing = good[..42].to_owned() + "B";
        assert_eq!(PublicKey::from_base64url(&trailing), Err(KeyError));
    }

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(alloc::format!("{:?}", StaticSecret::from_bytes([1; 32])), "StaticSecret(redacted)");
    }
}
