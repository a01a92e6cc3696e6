//! Where the key-encryption key lives.

use zeroize::Zeroizing;

/// Why a provider does not answer. Never says anything about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// What was to be unwrapped was wrapped by another key, for another context, or altered.
    #[error("expected a key wrapped by this provider for this place")]
    Refused,
    /// The provider does not let this server in, or has not the key that the settings name.
    #[error("expected the key provider to accept these credentials for this key")]
    Denied,
    /// The provider cannot be reached, or is sealed.
    #[error("expected the key provider to answer, got no answer")]
    Unavailable,
    /// Whoever answers has not proved to be the provider.
    #[error(
        "expected a certificate for the key provider's host from the authorities that the settings name, got another"
    )]
    Untrusted,
}

impl ProviderError {
    /// The stable code of this refusal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refused => "key-refused",
            Self::Denied => "key-provider-denied",
            Self::Unavailable => "key-provider-unavailable",
            Self::Untrusted => "key-provider-untrusted",
        }
    }
}

/// Wraps and unwraps tenants' keys under a key-encryption key. A call may take a network's time: call it from
/// where blocking is allowed.
pub trait KeyProvider: Send + Sync {
    /// Wraps a key for a context. `nonce` is fresh randomness of the caller's; a service may use its own.
    ///
    /// **Errors**: `Denied`, `Unavailable`.
    fn wrap(&self, context: &[u8], key: &[u8; 32], nonce: [u8; 12]) -> Result<Vec<u8>, ProviderError>;

    /// Unwraps a key for the context that it was wrapped for.
    ///
    /// **Errors**: `Refused`, `Denied`, `Unavailable`.
    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, ProviderError>;
}
