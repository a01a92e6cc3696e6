//! The state of all keys, each wrapped, and what may be done to them.
//!
//! A data key begins `Active`; rotation makes the one before `DecryptOnly`; an operator may retire that, bring
//! it back, and, once retired, have it destroyed: by two people within a day, each of whom proves who they are.
//! Destruction leaves the entry and removes the key. The secrets of subjects are wrapped by `TenantKey` and
//! kept elsewhere, since there are too many of them for one file.

use std::collections::BTreeMap;

use palet_mask::FieldClass;
use palet_units::{Micros, TenantId};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::officer::digest;
use super::wrap::{context, open_key, seal};
use super::{DataKey, KeyProvider, Officer, Proven, ProviderError, TenantKey};
use crate::KeyVersion;

/// How long an order to destroy waits for its second person.
pub const DESTROY_WINDOW: Micros = Micros::from_secs(86_400);

/// From so many officers on, two of them have to agree to any further one. **Units**: people.
pub const OFFICERS_MIN: usize = 2;

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

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DestroyOrder {
    by: Officer,
    at: Micros,
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

    /// The officers, by name.
    pub fn officers(&self) -> impl Iterator<Item = &Officer> + '_ {
        self.officers.keys()
    }

    /// Adds an officer by the digest of their secret. The first two need nobody's word; any further one needs
    /// that of two, so that one person cannot become two.
    ///
    /// **Errors**: `OfficerExists`, `TwoOfficers`.
    pub fn add_officer(
        &mut self,
        officer: &Officer,
        digest: [u8; 32],
        agreed: &[Proven],
    ) -> Result<(), RingError> {
        if self.officers.contains_key(officer) {
            return Err(RingError::OfficerExists);
        }
        self.expect_two(agreed)?;
        self.officers.insert(officer.clone(), digest);
        self.generation += 1;
        Ok(())
    }

    /// Removes an officer; two have to agree. **Errors**: `TwoOfficers`, `OfficerRefused`.
    pub fn remove_officer(&mut self, officer: &Officer, agreed: &[Proven]) -> Result<(), RingError> {
        self.expect_two(agreed)?;
        self.officers.remove(officer).ok_or(RingError::OfficerRefused)?;
        self.generation += 1;
        Ok(())
    }

    /// Who shows the secret of an officer is the officer. **Errors**: `OfficerRefused`.
    pub fn prove(&self, officer: &Officer, shown: &str) -> Result<Proven, RingError> {
        // An officer that is not there takes as long as a wrong secret.
        let (known, kept) = self.officers.get(officer).map_or((false, &[0; 32]), |kept| (true, kept));
        let same = bool::from(digest(shown).ct_eq(kept));
        if known && same { Ok(Proven(officer.clone())) } else { Err(RingError::OfficerRefused) }
    }

    fn expect_two(&self, agreed: &[Proven]) -> Result<(), RingError> {
        let still = |proven: &&Proven| self.officers.contains_key(proven.officer());
        let distinct: std::collections::BTreeSet<_> =
            agreed.iter().filter(still).map(Proven::officer).collect();
        if self.officers.len() < OFFICERS_MIN || distinct.len() >= 2 {
            Ok(())
        } else {
            Err(RingError::TwoOfficers)
        }
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

    /// Orders the destruction of a retired key; a second person has to approve within `DESTROY_WINDOW`. An
    /// order that still waits stays as it is.
    ///
    /// **Errors**: `UnknownTenant`, `UnknownKey`, `State`.
    pub fn order_destruction(
        &mut self,
        tenant: &TenantId,
        class: FieldClass,
        version: KeyVersion,
        (by, now): (&Proven, Micros),
    ) -> Result<(), RingError> {
        let stored = self.stored_mut(tenant, class, version)?;
        expect_state(stored, KeyState::Retired)?;
        // A second order does not push the first person aside: it would make one person two.
        if stored.order.as_ref().is_none_or(|order| !order.stands(now)) {
            stored.order = Some(DestroyOrder { by: by.officer().clone(), at: now });
            self.generation += 1;
        }
        Ok(())
    }

    /// Approves an order and destroys the key: what it sealed is unreadable for good.
    ///
    /// **Errors**: `UnknownTenant`, `UnknownKey`, `State`, `NotOrdered`, `SamePerson`.
    pub fn approve_destruction(
        &mut self,
        tenant: &TenantId,
        class: FieldClass,
        version: KeyVersion,
        (by, now): (&Proven, Micros),
    ) -> Result<(), RingError> {
        let stored = self.stored_mut(tenant, class, version)?;
        expect_state(stored, KeyState::Retired)?;
        match stored.order.as_ref().filter(|order| order.stands(now)) {
            None => return Err(RingError::NotOrdered),
            Some(order) if order.by == *by.officer() => return Err(RingError::SamePerson),
            Some(_) => {}
        }
        stored.wrapped = Vec::new();
        stored.state = KeyState::Destroyed;
        stored.order = None;
        self.generation += 1;
        Ok(())
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

impl DestroyOrder {
    fn stands(&self, now: Micros) -> bool {
        now.since(self.at) < DESTROY_WINDOW
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
