//! One-way tokens: HMAC-SHA-256 of a value's one spelling, by which equal values are found and none read.

use hmac::{Hmac, KeyInit, Mac};
use palet_mask::{ClassRef, Malformed, canonical};
use palet_units::TenantId;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{TokenKey, class_code, decode, encode, place};
use crate::{KeyVersion, OpenError};

pub(super) const PREFIX: &str = "i1.";
const LABEL: &[u8] = b"palet index token 1";

/// Why a value has no index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// The value is none of its class, or the class is secret.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl IndexError {
    /// The stable code of this refusal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed(malformed) => malformed.code(),
        }
    }
}

/// Makes and compares the keyed index of values.
pub struct IndexTokens {
    key: Zeroizing<[u8; 32]>,
    version: KeyVersion,
}

impl core::fmt::Debug for IndexTokens {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("IndexTokens").field("version", &self.version).finish_non_exhaustive()
    }
}

impl IndexTokens {
    /// Indices under `key`. The caller wipes its own copy.
    #[must_use]
    pub fn new(key: &[u8; 32], version: KeyVersion) -> Self {
        Self { key: Zeroizing::new(*key), version }
    }

    /// The index of a value, the same however the value is spelt. **Errors**: `Malformed`.
    pub fn index<'c>(
        &self,
        value: &str,
        tenant: &TenantId,
        class: impl Into<ClassRef<'c>>,
    ) -> Result<String, IndexError> {
        let class = class.into();
        let key = TokenKey { class: class_code(class).0, version: self.version };
        Ok(encode(PREFIX, key, &self.mac(key, value, tenant, class)?))
    }

    /// Whether an index is a value's, in a time that tells nothing of where they differ.
    ///
    /// **Errors**: `OpenError` where it is not, whatever the reason.
    pub fn verify<'c>(
        &self,
        index: &str,
        value: &str,
        tenant: &TenantId,
        class: impl Into<ClassRef<'c>>,
    ) -> Result<(), OpenError> {
        let class = class.into();
        let (key, given) = decode(PREFIX, index)?;
        if key.version != self.version || key.class != class_code(class).0 {
            return Err(OpenError);
        }
        let own = self.mac(key, value, tenant, class).map_err(|_| OpenError)?;
        if bool::from(own[..].ct_eq(&given)) { Ok(()) } else { Err(OpenError) }
    }

    fn mac(
        &self,
        key: TokenKey,
        value: &str,
        tenant: &TenantId,
        class: ClassRef<'_>,
    ) -> Result<[u8; 32], IndexError> {
        let value = canonical(class, value)?;
        Ok(mac(&self.key, &[LABEL, &key.header(), &place(tenant, class), value.as_bytes()]))
    }
}

/// HMAC-SHA-256 over parts of which all but the last have a length of their own.
fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC fills a key up to the hash's block with zeros (RFC 2104): so is it given here.
    let mut block = Zeroizing::new([0u8; 64]);
    block[..key.len()].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_filled_up_is_the_same_key() {
        let mut by_slice = Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
        by_slice.update(b"what do ya want for nothing?");
        let expected: [u8; 32] = by_slice.finalize().into_bytes().into();
        assert_eq!(mac(&[7; 32], &[b"what do ya want ", b"for nothing?"]), expected);
    }
}
