//! The ring as bytes to keep: sealed whole, so that no state is changed and no entry added or removed unseen.
//!
//! ```text
//! magic "PALETKR1" 8 · bytes of the wrapped key, big endian 2 · wrapped key · sealed body
//! ```
//! The body is the ring in JSON under a key of its own, which the provider wraps; the magic is associated data.
//! An old copy put back whole is not noticed here: compare `KeyRing::generation` with what was seen last.

use rand_core::CryptoRng;

use super::ring::{make_key, make_nonce};
use super::wrap::{open, seal};
use super::{KeyProvider, KeyRing, ProviderError};

const MAGIC: &[u8; 8] = b"PALETKR1";
const CONTEXT: &[u8] = b"palet key ring 1";

/// Why bytes are no ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RingFileError {
    /// Other bytes than a ring's.
    #[error("expected a key ring, got other bytes")]
    NotARing,
    /// A ring of another provider, cut, or altered.
    #[error("expected a whole key ring sealed by this provider")]
    Refused,
    /// The provider does not answer.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

impl RingFileError {
    /// The stable code of this refusal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotARing => "key-ring-malformed",
            Self::Refused => "key-ring-refused",
            Self::Provider(error) => error.code(),
        }
    }
}

impl KeyRing {
    /// The ring as bytes to keep. **Errors**: `Provider`, `Refused` where the ring cannot be written.
    pub fn encode(
        &self,
        provider: &dyn KeyProvider,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, RingFileError> {
        let body = serde_json::to_vec(self).map_err(|_| RingFileError::Refused)?;
        let key = make_key(rng);
        let wrapped = provider.wrap(CONTEXT, &key, make_nonce(rng))?;
        let length = u16::try_from(wrapped.len()).map_err(|_| RingFileError::Refused)?;
        let sealed = seal(&key, MAGIC, &body, make_nonce(rng));
        Ok([&MAGIC[..], &length.to_be_bytes(), &wrapped, &sealed].concat())
    }

    /// Reads what `encode` wrote. **Errors**: `RingFileError`.
    pub fn decode(bytes: &[u8], provider: &dyn KeyProvider) -> Result<Self, RingFileError> {
        let rest = bytes.strip_prefix(&MAGIC[..]).ok_or(RingFileError::NotARing)?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(RingFileError::Refused)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (wrapped, sealed) = rest.split_at_checked(length).ok_or(RingFileError::Refused)?;
        let key = match provider.unwrap(CONTEXT, wrapped) {
            Err(ProviderError::Refused) => return Err(RingFileError::Refused),
            key => key?,
        };
        let body = open(&key, MAGIC, sealed).map_err(|_| RingFileError::Refused)?;
        serde_json::from_slice(&body).map_err(|_| RingFileError::Refused)
    }
}
