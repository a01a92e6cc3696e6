//! A key-encryption key sealed under a passphrase: the provider that needs nothing but a file.
//!
//! ```text
//! magic "PALETKF1" 8 · memory KiB 4 · passes 4 · lanes 4, big endian · salt 16 · nonce 12 · key 32 · tag 16
//! ```
//! Argon2id (RFC 9106) makes the sealing key of passphrase and salt; the 36 bytes before the nonce are
//! associated data. The passphrase can change without any other key being wrapped anew.

use argon2::{Algorithm, Argon2, Params, Version};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::ring::{make_key, make_nonce};
use super::wrap::{open_key, seal};
use super::{KeyProvider, ProviderError};

const MAGIC: &[u8; 8] = b"PALETKF1";
const HEADER_BYTES: usize = 36;
const FILE_BYTES: usize = HEADER_BYTES + 12 + 32 + 16;
/// The shortest passphrase that a key is sealed under. **Units**: characters.
pub const PASSPHRASE_CHARS_MIN: usize = 12;
/// Bounds on what a file may ask of the machine that opens it.
const MEMORY_KIB_MAX: u32 = 1 << 20;
const PASSES_MAX: u32 = 16;

/// Why a sealed file does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealedKekError {
    /// Fewer bytes, or more.
    #[error("expected {FILE_BYTES} bytes, got {0}")]
    Length(usize),
    /// Other bytes than a sealed key's.
    #[error("expected a sealed key file, got other bytes")]
    NotSealed,
    /// Costs out of bounds.
    #[error("expected an Argon2id cost within bounds, got another")]
    Cost,
    /// Another passphrase, or altered bytes: the two cannot be told apart.
    #[error("expected the passphrase that the file was sealed with")]
    Refused,
    /// A new passphrase that is too short.
    #[error("expected a passphrase of at least {PASSPHRASE_CHARS_MIN} characters, got a shorter one")]
    PassphraseTooShort,
}

impl SealedKekError {
    /// The stable code of this refusal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Length(_) => "key-file-cut",
            Self::NotSealed => "key-file-malformed",
            Self::Cost => "key-file-cost",
            Self::Refused => "key-file-refused",
            Self::PassphraseTooShort => "passphrase-too-short",
        }
    }
}

/// What trying one passphrase costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// **Units**: KiB. **Range**: 8 to 1,048,576.
    pub memory_kib: u32,
    /// **Range**: 1 to 16.
    pub passes: u32,
}

impl Cost {
    /// 64 MiB and three passes, RFC 9106's second recommended option with one lane.
    pub const RECOMMENDED: Self = Self { memory_kib: 65_536, passes: 3 };
}

/// A key-encryption key in memory, unsealed. Wiped when dropped.
pub struct SealedKek {
    key: Zeroizing<[u8; 32]>,
}

impl core::fmt::Debug for SealedKek {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SealedKek(..)")
    }
}

impl SealedKek {
    /// A new key.
    #[must_use]
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        Self { key: make_key(rng) }
    }

    /// The bytes of the file, sealed under a passphrase. **Errors**: `Cost`, `PassphraseTooShort`.
    pub fn seal(
        &self,
        passphrase: &str,
        cost: Cost,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, SealedKekError> {
        if passphrase.chars().count() < PASSPHRASE_CHARS_MIN {
            return Err(SealedKekError::PassphraseTooShort);
        }
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let mut header = MAGIC.to_vec();
        for number in [cost.memory_kib, cost.passes, 1] {
            header.extend_from_slice(&number.to_be_bytes());
        }
        header.extend_from_slice(&salt);
        let sealing = stretch(passphrase, &salt, cost, 1)?;
        let sealed = seal(&sealing, &header, &*self.key, make_nonce(rng));
        header.extend_from_slice(&sealed);
        Ok(header)
    }

    /// Opens the bytes of a file. Takes as long and as much memory as the file says, within bounds.
    ///
    /// **Errors**: `SealedKekError`.
    pub fn open(bytes: &[u8], passphrase: &str) -> Result<Self, SealedKekError> {
        if bytes.get(..8).is_some_and(|magic| magic != MAGIC) {
            return Err(SealedKekError::NotSealed);
        }
        if bytes.len() != FILE_BYTES {
            return Err(SealedKekError::Length(bytes.len()));
        }
        let (header, sealed) = bytes.split_at(HEADER_BYTES);
        let number = |at: usize| {
            header.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes)
        };
        let cost = Cost { memory_kib: number(8), passes: number(12) };
        let sealing = stretch(passphrase, &header[20..], cost, number(16))?;
        let key = open_key(&sealing, header, sealed).map_err(|_| SealedKekError::Refused)?;
        Ok(Self { key })
    }
}

impl KeyProvider for SealedKek {
    fn wrap(&self, context: &[u8], key: &[u8; 32], nonce: [u8; 12]) -> Result<Vec<u8>, ProviderError> {
        Ok(seal(&self.key, context, key, nonce))
    }

    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, ProviderError> {
        open_key(&self.key, context, wrapped)
    }
}

fn stretch(
    passphrase: &str,
    salt: &[u8],
    cost: Cost,
    lanes: u32,
) -> Result<Zeroizing<[u8; 32]>, SealedKekError> {
    if cost.memory_kib > MEMORY_KIB_MAX || !(1..=PASSES_MAX).contains(&cost.passes) || lanes != 1 {
        return Err(SealedKekError::Cost);
    }
    let params =
        Params::new(cost.memory_kib, cost.passes, lanes, Some(32)).map_err(|_| SealedKekError::Cost)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut *key)
        .map_err(|_| SealedKekError::Cost)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    const CHEAP: Cost = Cost { memory_kib: 64, passes: 1 };
    const PASSPHRASE: &str = "correct horse battery";

    fn rng() -> ChaCha20Rng {
        ChaCha20Rng::from_seed([1; 32])
    }

    #[test]
    fn a_sealed_key_opens_with_its_passphrase_alone() {
        let kek = SealedKek::make(&mut rng());
        let bytes = kek.seal(PASSPHRASE, CHEAP, &mut rng()).unwrap();
        assert_eq!(*SealedKek::open(&bytes, PASSPHRASE).unwrap().key, *kek.key);
        assert_eq!(SealedKek::open(&bytes, "correct horse batterz").unwrap_err(), SealedKekError::Refused);
    }

    #[test]
    fn a_cut_or_altered_file_is_refused_with_its_own_code() {
        let bytes = SealedKek::make(&mut rng()).seal(PASSPHRASE, CHEAP, &mut rng()).unwrap();
        for end in 0..bytes.len() {
            let refusal = SealedKek::open(&bytes[..end], PASSPHRASE).unwrap_err();
            assert_eq!(refusal.code(), "key-file-cut", "{end} bytes");
        }
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            let code = SealedKek::open(&altered, PASSPHRASE).unwrap_err().code();
            let expected = match at {
                0..8 => &["key-file-malformed"][..],
                // A changed cost is tried where it is within bounds, and then opens nothing.
                8..20 => &["key-file-cost", "key-file-refused"],
                _ => &["key-file-refused"],
            };
            assert!(expected.contains(&code), "byte {at}: {code}");
        }
    }

    #[test]
    fn a_file_cannot_ask_for_more_than_the_bounds() {
        let mut bytes = SealedKek::make(&mut rng()).seal(PASSPHRASE, CHEAP, &mut rng()).unwrap();
        bytes[8..12].copy_from_slice(&u32::MAX.to_be_bytes());
        assert_eq!(SealedKek::open(&bytes, PASSPHRASE).unwrap_err(), SealedKekError::Cost);
    }

    #[test]
    fn a_short_passphrase_is_refused() {
        let kek = SealedKek::make(&mut rng());
        let refusal = kek.seal("elevenchars", CHEAP, &mut rng()).unwrap_err();
        assert_eq!(refusal, SealedKekError::PassphraseTooShort);
    }
}
