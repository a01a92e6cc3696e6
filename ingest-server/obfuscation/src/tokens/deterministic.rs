//! Deterministic tokens: AES-SIV with a 512-bit key. **Source**: RFC 5297.

use aes_siv::{KeyInit, siv::Aes256Siv};
use palet_mask::ClassRef;
use palet_units::TenantId;
use zeroize::Zeroizing;

use super::{TokenKey, class_code, decode, encode, place};
use crate::sealed::VALUE_BYTES_MAX;
use crate::{KeyVersion, OpenError, SealError};

pub(super) const PREFIX: &str = "d1.";
const LABEL: &[u8] = b"palet deterministic token 1";
const IV_BYTES: usize = 16;
const BUCKET_BYTES_MIN: usize = 32;

/// Makes tokens that are equal where tenant, class and value are, and leads them back.
pub struct DeterministicTokens {
    key: Zeroizing<[u8; 64]>,
    version: KeyVersion,
}

impl core::fmt::Debug for DeterministicTokens {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("DeterministicTokens").field("version", &self.version).finish_non_exhaustive()
    }
}

impl DeterministicTokens {
    /// Tokens under `key`. The caller wipes its own copy.
    #[must_use]
    pub fn new(key: &[u8; 64], version: KeyVersion) -> Self {
        Self { key: Zeroizing::new(*key), version }
    }

    /// The token of a value. **Errors**: `SecretClass`, `ValueTooLong`.
    pub fn seal<'c>(
        &self,
        value: &str,
        tenant: &TenantId,
        class: impl Into<ClassRef<'c>>,
    ) -> Result<String, SealError> {
        let class = class.into();
        let (code, _) = class_code(class);
        if class.is_secret() {
            return Err(SealError::SecretClass(code));
        }
        let too_long = SealError::ValueTooLong(value.len());
        if value.len() > VALUE_BYTES_MAX {
            return Err(too_long);
        }
        let bytes = u16::try_from(value.len()).map_err(|_| too_long)?;
        let bucket = (2 + value.len()).next_power_of_two().max(BUCKET_BYTES_MIN);
        let mut clear = Zeroizing::new(Vec::with_capacity(bucket));
        clear.extend_from_slice(&bytes.to_be_bytes());
        clear.extend_from_slice(value.as_bytes());
        clear.resize(bucket, 0);
        let key = TokenKey { class: code, version: self.version };
        let sealed = self.cipher().encrypt(headers(key, tenant, class), &clear).map_err(|_| too_long)?;
        Ok(encode(PREFIX, key, &sealed))
    }

    /// The value of a token.
    ///
    /// **Errors**: `OpenError` for another tenant, class, key or any altered character.
    pub fn open<'c>(
        &self,
        token: &str,
        tenant: &TenantId,
        class: impl Into<ClassRef<'c>>,
    ) -> Result<Zeroizing<String>, OpenError> {
        let class = class.into();
        let (key, sealed) = decode(PREFIX, token)?;
        if key.version != self.version || key.class != class_code(class).0 || sealed.len() < IV_BYTES {
            return Err(OpenError);
        }
        let opened = self.cipher().decrypt(headers(key, tenant, class), &sealed).map_err(|_| OpenError)?;
        let clear = Zeroizing::new(opened);
        let (length, rest) = clear.split_first_chunk::<2>().ok_or(OpenError)?;
        let value = rest.get(..usize::from(u16::from_be_bytes(*length))).ok_or(OpenError)?;
        let value = core::str::from_utf8(value).map_err(|_| OpenError)?;
        Ok(Zeroizing::new(value.to_owned()))
    }

    fn cipher(&self) -> Aes256Siv {
        Aes256Siv::new((&*self.key).into())
    }
}

/// The associated data: a vector, so that nothing of one part passes for another's.
fn headers(key: TokenKey, tenant: &TenantId, class: ClassRef<'_>) -> [Vec<u8>; 3] {
    [LABEL.to_vec(), key.header().to_vec(), place(tenant, class)]
}
