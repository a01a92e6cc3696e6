//! Why the key hierarchy is not to be had: one error, a stable code each. Never tells anything of a key.

use std::path::PathBuf;

use palet_obfuscation::keys::{ProviderError, RingError, RingFileError, SealedKekError};

use super::KeyError;

/// Why keys are not to be had, or not to be changed.
#[derive(Debug, thiserror::Error)]
pub enum KeysFault {
    /// A file cannot be read or written, or is open to others.
    #[error(transparent)]
    File(#[from] KeyError),
    /// There is a key already where one was to be made.
    #[error("expected nothing at {path}, got a file: keys are never written over")]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// There is no ring.
    #[error("expected a key ring at {path}, got none: palet keys init makes one, a backup brings one back")]
    Missing {
        /// Where.
        path: PathBuf,
    },
    /// There is a sealed key and no passphrase to open it.
    #[error("expected keys.passphrase or keys.passphrase_file for {path}, got neither")]
    PassphraseMissing {
        /// The sealed key.
        path: PathBuf,
    },
    /// The sealed key does not open.
    #[error("{path}: {source}")]
    Kek {
        /// Where.
        path: PathBuf,
        /// Why.
        source: SealedKekError,
    },
    /// Another key-encryption key is about to take the place of this one.
    #[error("expected no {path}, got one: palet keys rekey was cut off, run it again first")]
    Unfinished {
        /// The next key.
        path: PathBuf,
    },
    /// The next key of a token has another label, which the settings have to name.
    #[error(
        "expected a provider whose key changes in place: name the token's next key in keys.pkcs11_key of new settings, \
         and wrap the ring for it with palet keys move"
    )]
    OtherKey,
    /// The ring does not open.
    #[error("{path}: {source}")]
    RingFile {
        /// Where.
        path: PathBuf,
        /// Why.
        source: RingFileError,
    },
    /// The ring refuses the change; nothing was written.
    #[error(transparent)]
    Ring(#[from] RingError),
    /// The provider that the settings name is not to be had.
    #[error("{provider}: {detail}")]
    Provider {
        /// `vault` or `pkcs11`.
        provider: &'static str,
        /// What was expected.
        detail: String,
        /// Whether it let us in, or was not there.
        source: ProviderError,
    },
    /// The ring on the disk is older than the one in memory.
    #[error("expected a ring of generation {seen} or later, got {got}: an old copy was put back")]
    Older {
        /// The generation in memory.
        seen: u64,
        /// The generation on the disk.
        got: u64,
    },
    /// Memory for keys cannot be locked.
    #[error(
        "expected memory that can be locked for keys: raise the limit of locked memory (RLIMIT_MEMLOCK), \
         or set keys.lock_memory = \"try\""
    )]
    Memory,
    /// The work was cut off.
    #[error("expected the work on the keys to end, it was cut off")]
    CutOff,
}

impl KeysFault {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::File(KeyError::Exposed { .. }) => "key-file-exposed",
            Self::File(_) => "key-file-io",
            Self::Exists { .. } => "key-file-exists",
            Self::Missing { .. } => "key-ring-missing",
            Self::PassphraseMissing { .. } => "passphrase-missing",
            Self::Kek { source, .. } => source.code(),
            Self::Unfinished { .. } => "key-rekey-unfinished",
            Self::OtherKey => "key-rekey-elsewhere",
            Self::RingFile { source, .. } => source.code(),
            Self::Ring(source) => source.code(),
            Self::Provider { source, .. } => source.code(),
            Self::Older { .. } => "key-ring-older",
            Self::Memory => "key-memory-unlocked",
            Self::CutOff => "key-work-cut-off",
        }
    }
}
