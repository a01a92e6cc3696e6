//! A tenant's key, unwrapped: what data keys and the secrets of subjects are wrapped with.

use palet_units::{SubjectId, TenantId};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::ring::{make_key, make_nonce};
use super::wrap::{context, open_key, seal};
use super::{ProviderError, SubjectSecret};

/// A tenant's key. Wiped when dropped.
pub struct TenantKey {
    pub(super) tenant: TenantId,
    pub(super) key: Zeroizing<[u8; 32]>,
}

impl core::fmt::Debug for TenantKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("TenantKey").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl TenantKey {
    pub(super) const fn new(tenant: TenantId, key: Zeroizing<[u8; 32]>) -> Self {
        Self { tenant, key }
    }

    /// The tenant.
    #[must_use]
    pub const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Makes a subject's secret, wrapped: what is to be kept, and the only copy of it. Once every copy is
    /// gone, what was sealed for the subject is unreadable for good.
    #[must_use]
    pub fn make_subject(&self, subject: &SubjectId, rng: &mut impl CryptoRng) -> Vec<u8> {
        let secret = make_key(rng);
        seal(&self.key, &subject_context(&self.tenant, subject), &*secret, make_nonce(rng))
    }

    /// Unwraps a subject's secret. **Errors**: `Refused` for another tenant's or subject's, or altered bytes.
    pub fn open_subject(&self, subject: &SubjectId, wrapped: &[u8]) -> Result<SubjectSecret, ProviderError> {
        Ok(SubjectSecret(open_key(&self.key, &subject_context(&self.tenant, subject), wrapped)?))
    }
}

fn subject_context(tenant: &TenantId, subject: &SubjectId) -> Vec<u8> {
    context("palet subject key 1", &[tenant.as_str().as_bytes(), subject.as_str().as_bytes()])
}
