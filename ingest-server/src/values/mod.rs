//! Values: sealed, made into tokens and pseudonyms, shown at a level, opened, moved to a newer key.
//!
//! Between the key ring (`keys::LiveRing`), the cipher (`palet_obfuscation`) and what the store keeps. A page's
//! path takes the synchronous part alone: it never awaits and never asks the store. Nothing here knows HTTP or a
//! policy. What does not open is refused in one way, whatever is wrong: see `palet_obfuscation::OpenError`.

mod classes;
mod form;
mod masking;
mod opening;
mod rewrap;
mod subject;

use std::sync::Arc;

use palet_units::{Micros, SubjectId, TenantId};

pub use classes::Classes;
pub(crate) use classes::{bare, code_of, name_of, own_name};
pub use form::{Form, UnknownForm};
pub use masking::{MaskFault, MaskedValue, Masking};
pub(crate) use opening::show;
pub use opening::{Masked, OpenFault, Place};
pub use rewrap::{RewrapFault, RewrapProgress, Rewrapped};
pub use subject::SubjectKeys;

use crate::{
    keys::{KeysFault, LiveRing, TenantKeys},
    store::{Store, StoreError},
};

/// Why values cannot be worked on at all; what is wrong with one value is another error's matter.
#[derive(Debug, thiserror::Error)]
pub enum ValuesDown {
    /// Keys are not to be had.
    #[error(transparent)]
    Keys(#[from] KeysFault),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What banks hand in, and what pages and clerks are shown of it.
pub struct Values {
    ring: Arc<LiveRing>,
    store: Arc<dyn Store>,
    classes: Classes,
}

impl Values {
    /// Values under the keys of a ring.
    #[must_use]
    pub fn new(ring: Arc<LiveRing>, store: Arc<dyn Store>) -> Self {
        Self { ring, store, classes: Classes::default() }
    }

    /// The same, with classes of the bank's own.
    #[must_use]
    pub fn with_classes(self, classes: Classes) -> Self {
        Self { classes, ..self }
    }

    /// The field classes.
    #[must_use]
    pub const fn classes(&self) -> &Classes {
        &self.classes
    }

    /// The ring.
    #[must_use]
    pub const fn ring(&self) -> &Arc<LiveRing> {
        &self.ring
    }

    /// The keys of a tenant; made on its first use. **Errors**: `ValuesDown`.
    pub async fn keys(&self, tenant: &TenantId, now: Micros) -> Result<Arc<TenantKeys>, ValuesDown> {
        if let Some(keys) = self.ring.tenant(tenant) {
            return Ok(keys);
        }
        let (ring, tenant) = (Arc::clone(&self.ring), tenant.clone());
        let made = tokio::task::spawn_blocking(move || ring.tenant_or_make(&tenant, now)).await;
        Ok(made.map_err(|_| KeysFault::CutOff)??)
    }

    /// Reads the ring again; true where it changed. **Errors**: `KeysFault`.
    pub async fn refresh(&self, now: Micros) -> Result<bool, KeysFault> {
        let ring = Arc::clone(&self.ring);
        tokio::task::spawn_blocking(move || ring.refresh(now)).await.map_err(|_| KeysFault::CutOff)?
    }

    /// What the values of a subject need beside the tenant's keys; `None` where the subject has no secret: it was
    /// never made, or it was shredded.
    ///
    /// **Errors**: `ValuesDown`.
    pub async fn subject(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
    ) -> Result<Option<Arc<SubjectKeys>>, ValuesDown> {
        let Some(keys) = self.ring.tenant(tenant) else { return Ok(None) };
        let wrapped = self.store.subject_secret(tenant, subject).await?;
        wrapped.map(|wrapped| open_subject(&keys, subject, &wrapped)).transpose()
    }

    /// The same; a subject without a secret gets one. **Errors**: `ValuesDown`.
    pub async fn subject_or_make(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        now: Micros,
    ) -> Result<Arc<SubjectKeys>, ValuesDown> {
        let keys = self.keys(tenant, now).await?;
        if let Some(wrapped) = self.store.subject_secret(tenant, subject).await? {
            return open_subject(&keys, subject, &wrapped);
        }
        let wrapped = keys.tenant_key().make_subject(subject, &mut rand::rng());
        // Another node may have made one meanwhile: the one that is kept counts.
        let kept = self.store.keep_subject_secret(tenant, subject, &wrapped, now).await?;
        open_subject(&keys, subject, &kept)
    }
}

fn open_subject(
    keys: &TenantKeys,
    subject: &SubjectId,
    wrapped: &[u8],
) -> Result<Arc<SubjectKeys>, ValuesDown> {
    let secret = keys.tenant_key().open_subject(subject, wrapped);
    let secret = secret.map_err(|error| KeysFault::Ring(error.into()))?;
    Ok(Arc::new(SubjectKeys::new(subject.clone(), secret)))
}

#[cfg(test)]
mod tests;
