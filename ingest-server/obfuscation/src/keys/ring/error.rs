//! Why a ring refuses what is asked of it, and the stable codes of it.

use super::KeyState;
use crate::keys::ProviderError;

/// Why something cannot be done to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RingError {
    /// The tenant has no key.
    #[error("expected a tenant that has a key, got another")]
    UnknownTenant,
    /// The tenant has one already.
    #[error("expected a tenant without a key, got one that has a key")]
    TenantExists,
    /// The tenant has no key of this class and version.
    #[error("expected a key of this class and version, got none")]
    UnknownKey,
    /// No such officer, or not their secret: the two look alike.
    #[error("expected an officer of this ring and their secret")]
    OfficerRefused,
    /// There is an officer of this name.
    #[error("expected a new officer, got one that exists")]
    OfficerExists,
    /// Two officers have to agree.
    #[error("expected two officers to agree, got fewer")]
    TwoOfficers,
    /// The key's state does not allow it.
    #[error("expected a key that is {}, got one that is {}", .expected.as_str(), .got.as_str())]
    State {
        /// The state that would do.
        expected: KeyState,
        /// The state that it has.
        got: KeyState,
    },
    /// The second person is the first.
    #[error("expected a second person to approve, got the one who ordered")]
    SamePerson,
    /// Nobody ordered it, or more than `DESTROY_WINDOW` ago.
    #[error("expected an order to destroy within the last day, got none")]
    NotOrdered,
    /// There are 2³² versions.
    #[error("expected a version below {}, got the last", u32::MAX)]
    VersionsExhausted,
    /// The key-encryption key does not answer.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

impl RingError {
    /// The stable code of this refusal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownTenant => "key-unknown-tenant",
            Self::TenantExists => "key-tenant-exists",
            Self::UnknownKey => "key-unknown",
            Self::OfficerRefused => "officer-refused",
            Self::OfficerExists => "officer-exists",
            Self::TwoOfficers => "officers-two-needed",
            Self::State { .. } => "key-state",
            Self::SamePerson => "key-same-person",
            Self::NotOrdered => "key-not-ordered",
            Self::VersionsExhausted => "key-versions-exhausted",
            Self::Provider(error) => error.code(),
        }
    }
}
