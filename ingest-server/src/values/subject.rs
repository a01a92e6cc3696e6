//! What the values of one subject need beside the tenant's keys.

use palet_obfuscation::{ValueSealer, keys::SubjectSecret, tokens::RandomTokens};
use palet_units::SubjectId;

use crate::keys::ReadyKey;

/// A subject's secret, unwrapped. Wiped when dropped.
#[derive(Debug)]
pub struct SubjectKeys {
    subject: SubjectId,
    secret: SubjectSecret,
}

impl SubjectKeys {
    pub(super) const fn new(subject: SubjectId, secret: SubjectSecret) -> Self {
        Self { subject, secret }
    }

    /// The subject.
    #[must_use]
    pub const fn subject(&self) -> &SubjectId {
        &self.subject
    }

    pub(super) fn sealer(&self, key: &ReadyKey) -> ValueSealer {
        key.for_subject(&self.secret).value_sealer()
    }

    pub(super) fn random(&self, key: &ReadyKey) -> RandomTokens {
        key.for_subject(&self.secret).random_tokens()
    }
}
