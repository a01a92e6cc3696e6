//! The state of all keys, each wrapped, and what may be done to them.
//!
//! A data key begins `Active`; rotation makes the one before `DecryptOnly`; an operator may retire that, bring
//! it back, and, once retired, have it destroyed: by two people within a day, each of whom proves who they are.
//! Destruction leaves the entry and removes the key. The secrets of subjects are wrapped by `TenantKey` and
//! kept elsewhere, since there are too many of them for one file.

mod destruction;
mod error;
mod officers;

use std::collections::BTreeMap;

use palet_mask::FieldClass;
use palet_units::{Micros, TenantId};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::wrap::{context, open_key, seal};
use super::{DataKey, KeyProvider, Officer, TenantKey};
use crate::KeyVersion;
use destruction::DestroyOrder;

pub use destruction::DESTROY_WINDOW;
pub use error::RingError;
pub use officers::OFFICERS_MIN;

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyState {
    /// Seals and opens. Each tenant and class has one.
    Active,
    /// Opens.
    DecryptOnly,
    /// Neither; can be brought back.
    Retired,
    /// Gone.
    Destroyed,
}

impl KeyState {
    /// The name in settings, logs and REST.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::DecryptOnly => "decrypt-only",
            Self::Retired => "retired",
            Self::Destroyed => "destroyed",
        }
    }
}

/// All keys of a deployment, wrapped. Its serialised form holds no key in clear; `encode` also protects it
/// against changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRing {
    /// Grows with each change, so that an old copy put back can be noticed by who remembers the number.
    generation: u64,
    officers: BTreeMap<Officer, [u8; 32]>,
    tenants: BTreeMap<TenantId, TenantEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TenantEntry {
    wrapped: Vec<u8>,
    keys: BTreeMap<FieldClass, BTreeMap<KeyVersion, StoredKey>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredKey {
    state: KeyState,
    created: Micros,
    wrapped: Vec<u8>,
    order: Option<DestroyOrder>,
}

/// A data key as operators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyEntry {
    /// The tenant.
    pub tenant: TenantId,
    /// The class.
    pub class: FieldClass,
    /// The version.
    pub version: KeyVersion,
    /// What it may be used for.
    pub state: KeyState,
    /// When it was made.
    pub created: Micros,
    /// Who ordered its destruction, where that waits for a second person.
    pub destroy_ordered_by: Option<Officer>,
}

impl KeyRing {
    /// How many changes were made.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// The tenants that have a key.
    pub fn tenants(&self) -> impl Iterator<Item = &TenantId> + '_ {
        self.tenants.keys()
    }

    /// All data keys, in order of tenant, class and version.
    pub fn entries(&self) -> impl Iterator<Item = KeyEntry> + '_ {
        self.tenants.iter().flat_map(|(tenant, entry)| {
            entry.keys.iter().flat_map(move |(&class, versions)| {
                versions.iter().map(move |(&version, stored)| KeyEntry {
                    tenant: tenant.clone(),
                    class,
                    version,
                    state: stored.state,
                    created: stored.created,
                    destroy_ordered_by: stored.order.as_ref().map(|order| order.by.clone()),
                })
            })
        })
    }

    /// Gives a tenant its key. **Errors**: `TenantExists`, `Provider`.
    pub fn add_tenant(
        &mut self,
        tenant: &TenantId,
        provider: &dyn KeyProvider,
        rng: &mut impl CryptoRng,
    ) -> Result<TenantKey, RingError> {
        if self.tenants.contains_key(tenant) {
            return Err(RingError::TenantExists);
        }
        let key = make_key(rng);
        let wrapped = provider.wrap(&tenant_context(tenant), &key, make_nonce(rng))?;
        let entry = TenantEntry { wrapped, keys: BTreeMap::new() };
        self.tenants.insert(tenant.clone(), entry);
        self.generation += 1;
        Ok(TenantKey::new(tenant.clone(), key))
    }

    /// Unwraps a tenant's key. **Errors**: `UnknownTenant`, `Provider`.
    pub fn unlock(&self, tenant: &TenantId, provider: &dyn KeyProvider) -> Result<TenantKey, RingError> {
        let entry = self.tenants.get(tenant).ok_or(RingError::UnknownTenant)?;
        let key = provider.unwrap(&tenant_context(tenant), &entry.wrapped)?;
        Ok(TenantKey::new(tenant.clone(), key))
    }

    /// Wraps every tenant's key anew, under another key-encryption key. Changes nothing where one fails.
    ///
    /// **Errors**: `Provider`.
    pub fn rewrap(
        &mut self,
        from: &dyn KeyProvider,
        to: &dyn KeyProvider,
        rng: &mut impl CryptoRng,
    ) -> Result<(), RingError> {
        let mut rewrapped = Vec::with_capacity(self.tenants.len());
        for (tenant, entry) in &self.tenants {
            let context = tenant_context(tenant);
            let key = from.unwrap(&context, &entry.wrapped)?;
            rewrapped.push(to.wrap(&context, &key, make_nonce(rng))?);
        }
        self.tenants.values_mut().zip(rewrapped).for_each(|(entry, wrapped)| entry.wrapped = wrapped);
        self.generation += 1;
        Ok(())
    }

    /// Makes a new active data key; the one before only opens from now on.
    ///
    /// **Errors**: `UnknownTenant`, `VersionsExhausted`.
    pub fn rotate(
        &mut self,
        tenant: &TenantKey,
        class: FieldClass,
        now: Micros,
        rng: &mut impl CryptoRng,
    ) -> Result<KeyVersion, RingError> {
        let entry = self.tenants.get_mut(&tenant.tenant).ok_or(RingError::UnknownTenant)?;
        let versions = entry.keys.entry(class).or_default();
        let version = match versions.last_key_value() {
            None => KeyVersion::FIRST,
            Some((last, _)) => last.next().ok_or(RingError::VersionsExhausted)?,
        };
        let context = data_context(&tenant.tenant, class, version);
        let wrapped = seal(&tenant.key, &context, &*make_key(rng), make_nonce(rng));
        for stored in versions.values_mut().filter(|stored| stored.state == KeyState::Active) {
            stored.state = KeyState::DecryptOnly;
        }
        let stored = StoredKey { state: KeyState::Active, created: now, wrapped, order: None };
        versions.insert(version, stored);
        self.generation += 1;
        Ok(version)
    }

    /// The data key that seals. **Errors**: `UnknownTenant`, `UnknownKey`, `Provider`.
    pub fn active_key(&self, tenant: &TenantKey, class: FieldClass) -> Result<DataKey, RingError> {
        let entry = self.tenants.get(&tenant.tenant).ok_or(RingError::UnknownTenant)?;
        let versions = entry.keys.get(&class).ok_or(RingError::UnknownKey)?;
        let active = versions.iter().rfind(|(_, stored)| stored.state == KeyState::Active);
        let (&version, _) = active.ok_or(RingError::UnknownKey)?;
        self.data_key(tenant, class, version)
    }

    /// A data key that opens: an active one or one that only opens.
    ///
    /// **Errors**: `UnknownTenant`, `UnknownKey`, `State` where it is retired or destroyed, `Provider`.
    pub fn data_key(
        &self,
        tenant: &TenantKey,
        class: FieldClass,
        version: KeyVersion,
    ) -> Result<DataKey, RingError> {
        let stored = self.stored(&tenant.tenant, class, version)?;
        match stored.state {
            KeyState::Active | KeyState::DecryptOnly => {}
            got => return Err(RingError::State { expected: KeyState::DecryptOnly, got }),
        }
        let context = data_context(&tenant.tenant, class, version);
        Ok(DataKey::new(open_key(&tenant.key, &context, &stored.wrapped)?, version))
    }

    /// Takes a key that only opens out of use. **Errors**: `UnknownTenant`, `UnknownKey`, `State`.
    pub fn retire(
        &mut self,
        tenant: &TenantId,
        class: FieldClass,
        version: KeyVersion,
    ) -> Result<(), RingError> {
        self.change(tenant, class, version, KeyState::DecryptOnly, KeyState::Retired)
    }

    /// Brings a retired key back to open with; an order to destroy it is void.
    ///
    /// **Errors**: `UnknownTenant`, `UnknownKey`, `State`.
    pub fn reinstate(
        &mut self,
        tenant: &TenantId,
        class: FieldClass,
        version: KeyVersion,
    ) -> Result<(), RingError> {
        self.change(tenant, class, version, KeyState::Retired, KeyState::DecryptOnly)
    }

    fn change(
        &mut self,
        tenant: &TenantId,
        class: FieldClass,
        version: KeyVersion,
        from: KeyState,
        to: KeyState,
    ) -> Result<(), RingError> {
        let stored = self.stored_mut(tenant, class, version)?;
        expect_state(stored, from)?;
        stored.state = to;
        stored.order = None;
        self.generation += 1;
        Ok(())
    }

    fn stored(
        &self,
        tenant: &TenantId,
        class: FieldClass,
        version: KeyVersion,
    ) -> Result<&StoredKey, RingError> {
        let entry = self.tenants.get(tenant).ok_or(RingError::UnknownTenant)?;
        entry.keys.get(&class).and_then(|versions| versions.get(&version)).ok_or(RingError::UnknownKey)
    }

    fn stored_mut(
        &mut self,
        tenant: &TenantId,
        class: FieldClass,
        version: KeyVersion,
    ) -> Result<&mut StoredKey, RingError> {
        let entry = self.tenants.get_mut(tenant).ok_or(RingError::UnknownTenant)?;
        let versions = entry.keys.get_mut(&class).ok_or(RingError::UnknownKey)?;
        versions.get_mut(&version).ok_or(RingError::UnknownKey)
    }
}

fn expect_state(stored: &StoredKey, expected: KeyState) -> Result<(), RingError> {
    if stored.state == expected { Ok(()) } else { Err(RingError::State { expected, got: stored.state }) }
}

pub(super) fn make_key(rng: &mut impl CryptoRng) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut *key);
    key
}

pub(super) fn make_nonce(rng: &mut impl CryptoRng) -> [u8; 12] {
    let mut nonce = [0; 12];
    rng.fill_bytes(&mut nonce);
    nonce
}

fn tenant_context(tenant: &TenantId) -> Vec<u8> {
    context("palet tenant key 1", &[tenant.as_str().as_bytes()])
}

fn data_context(tenant: &TenantId, class: FieldClass, version: KeyVersion) -> Vec<u8> {
    let parts = [tenant.as_str().as_bytes(), &[class as u8], &version.0.to_be_bytes()];
    context("palet data key 1", &parts)
}

#[cfg(test)]
mod tests;
