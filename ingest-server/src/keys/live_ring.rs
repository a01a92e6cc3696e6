//! The ring as a running server uses it: unwrapped once, in locked memory, and followed when it changes.
//!
//! A rotation, a retirement or a destruction by `palet keys` reaches every server that reads the same folder
//! within `keys.check_interval_ms`. Where the provider does not answer, the keys in memory serve on, and the
//! health tells since when. Every method that may ask the provider blocks: call it from where that is allowed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use palet_mask::FieldClass;
use palet_obfuscation::keys::{DataKey, KeyRing, KeyState, RingError, SubjectSecret, TenantKey};
use palet_obfuscation::tokens::{DeterministicTokens, IndexTokens, RandomTokens};
use palet_obfuscation::{KeyVersion, Pseudonyms, ValueSealer};
use palet_units::{Micros, TenantId};
use parking_lot::RwLock;

use super::{KeysFault, Locked, MemoryLock, RingFolder};

/// The keys of a deployment, ready for use.
#[derive(Debug)]
pub struct LiveRing {
    folder: RingFolder,
    memory: MemoryLock,
    state: RwLock<State>,
}

#[derive(Debug)]
struct State {
    generation: u64,
    tenants: Arc<HashMap<TenantId, Arc<TenantKeys>>>,
    health: RingHealth,
}

/// How the provider and the ring's file stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingHealth {
    /// The stable code of what is wrong, and since when.
    pub fault: Option<(&'static str, Micros)>,
    /// The ring's generation in memory.
    pub generation: u64,
}

/// The keys of one tenant.
#[derive(Debug)]
pub struct TenantKeys {
    key: Locked<TenantKey>,
    classes: BTreeMap<FieldClass, ClassKeys>,
}

#[derive(Debug, Default)]
struct ClassKeys {
    active: Option<KeyVersion>,
    versions: BTreeMap<KeyVersion, Arc<Locked<ReadyKey>>>,
}

/// A data key with the keys of each purpose expanded. Wiped when dropped.
#[derive(Debug)]
pub struct ReadyKey {
    data: DataKey,
    /// Sealed values.
    pub values: ValueSealer,
    /// Deterministic tokens.
    pub deterministic: DeterministicTokens,
    /// One-way tokens.
    pub index: IndexTokens,
    /// What random tokens stand for.
    pub random: RandomTokens,
    /// Same-shape pseudonyms.
    pub pseudonyms: Pseudonyms,
}

impl ReadyKey {
    fn new(data: DataKey) -> Option<Self> {
        Some(Self {
            values: data.value_sealer(),
            deterministic: data.deterministic_tokens(),
            index: data.index_tokens(),
            random: data.random_tokens(),
            pseudonyms: data.pseudonyms().ok()?,
            data,
        })
    }

    /// The version.
    #[must_use]
    pub const fn version(&self) -> KeyVersion {
        self.data.version()
    }

    /// The data key for one subject alone.
    #[must_use]
    pub fn for_subject(&self, secret: &SubjectSecret) -> DataKey {
        self.data.for_subject(secret)
    }
}

impl TenantKeys {
    /// The tenant's key: subjects' secrets are wrapped with it.
    #[must_use]
    pub fn tenant_key(&self) -> &TenantKey {
        &self.key
    }

    /// The key that seals values of a class; `None` for secret classes.
    #[must_use]
    pub fn active(&self, class: FieldClass) -> Option<&Arc<Locked<ReadyKey>>> {
        let keys = self.classes.get(&class)?;
        keys.versions.get(&keys.active?)
    }

    /// A key that opens; `None` where it is retired, destroyed, or was never there.
    #[must_use]
    pub fn version(&self, class: FieldClass, version: KeyVersion) -> Option<&Arc<Locked<ReadyKey>>> {
        self.classes.get(&class)?.versions.get(&version)
    }

    /// The versions that seal, by class.
    pub fn active_versions(&self) -> impl Iterator<Item = (FieldClass, KeyVersion)> + '_ {
        self.classes.iter().filter_map(|(&class, keys)| Some((class, keys.active?)))
    }
}

impl LiveRing {
    /// Reads the ring and unwraps every tenant's keys. **Errors**: `KeysFault`.
    pub fn open(folder: RingFolder, memory: MemoryLock) -> Result<Self, KeysFault> {
        let ring = folder.load()?;
        let tenants = Arc::new(unlock(&folder, &memory, &ring)?);
        let generation = ring.generation();
        let health = RingHealth { fault: None, generation };
        Ok(Self { folder, memory, state: RwLock::new(State { generation, tenants, health }) })
    }

    /// The keys of a tenant, if it has any.
    #[must_use]
    pub fn tenant(&self, tenant: &TenantId) -> Option<Arc<TenantKeys>> {
        self.state.read().tenants.get(tenant).cloned()
    }

    /// How the last look at the provider and the ring went.
    #[must_use]
    pub fn health(&self) -> RingHealth {
        self.state.read().health
    }

    /// Where a value is to be kept in locked memory.
    #[must_use]
    pub const fn memory(&self) -> &MemoryLock {
        &self.memory
    }

    /// Reads the ring again and follows it where it changed; true where it did.
    ///
    /// **Errors**: `KeysFault`; the keys in memory stay, and the health tells.
    pub fn refresh(&self, now: Micros) -> Result<bool, KeysFault> {
        let seen = self.health().generation;
        let followed = self.folder.load().and_then(|ring| self.follow(seen, &ring));
        let mut state = self.state.write();
        match followed {
            Ok(news) => {
                state.health.fault = None;
                let Some((generation, tenants)) = news else { return Ok(false) };
                // Another thread may have followed a later ring meanwhile.
                if generation > state.generation {
                    (state.generation, state.tenants) = (generation, Arc::new(tenants));
                    state.health.generation = generation;
                }
                Ok(true)
            }
            Err(fault) => {
                let since = state.health.fault.map_or(now, |(_, since)| since);
                state.health.fault = Some((fault.code(), since));
                Err(fault)
            }
        }
    }

    fn follow(&self, seen: u64, ring: &KeyRing) -> Result<Option<(u64, Tenants)>, KeysFault> {
        let got = ring.generation();
        match got.cmp(&seen) {
            std::cmp::Ordering::Less => Err(KeysFault::Older { seen, got }),
            std::cmp::Ordering::Equal => Ok(None),
            std::cmp::Ordering::Greater => Ok(Some((got, unlock(&self.folder, &self.memory, ring)?))),
        }
    }

    /// The keys of a tenant; made where it has none, a data key for each class that may be kept.
    ///
    /// **Errors**: `KeysFault`.
    pub fn tenant_or_make(&self, tenant: &TenantId, now: Micros) -> Result<Arc<TenantKeys>, KeysFault> {
        if let Some(keys) = self.tenant(tenant) {
            return Ok(keys);
        }
        self.folder.update(|ring, provider| {
            let key = match ring.add_tenant(tenant, provider, &mut rand::rng()) {
                Err(RingError::TenantExists) => return Ok(()),
                made => made?,
            };
            for class in FieldClass::ALL.into_iter().filter(|class| !class.is_secret()) {
                ring.rotate(&key, class, now, &mut rand::rng())?;
            }
            Ok(())
        })?;
        self.refresh(now)?;
        self.tenant(tenant).ok_or(KeysFault::Ring(RingError::UnknownTenant))
    }
}

type Tenants = HashMap<TenantId, Arc<TenantKeys>>;

fn unlock(folder: &RingFolder, memory: &MemoryLock, ring: &KeyRing) -> Result<Tenants, KeysFault> {
    let mut tenants = Tenants::new();
    for tenant in ring.tenants() {
        let key = memory.keep(ring.unlock(tenant, folder.provider())?)?;
        tenants.insert(tenant.clone(), Arc::new(TenantKeys { key, classes: BTreeMap::new() }));
    }
    for entry in ring.entries() {
        if !matches!(entry.state, KeyState::Active | KeyState::DecryptOnly) {
            continue;
        }
        let unknown = || KeysFault::Ring(RingError::UnknownKey);
        let keys = tenants.get_mut(&entry.tenant).and_then(Arc::get_mut).ok_or_else(unknown)?;
        let data = ring.data_key(&keys.key, entry.class, entry.version)?;
        let ready = memory.keep(ReadyKey::new(data).ok_or_else(unknown)?)?;
        let class = keys.classes.entry(entry.class).or_default();
        if entry.state == KeyState::Active {
            class.active = Some(entry.version);
        }
        class.versions.insert(entry.version, Arc::new(ready));
    }
    Ok(tenants)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LockMemory;
    use crate::keys::sealed_file::create_kek;
    use palet_obfuscation::keys::Cost;
    use palet_obfuscation::{OpenError, SealBinding};

    const CLASS: FieldClass = FieldClass::Iban;

    fn ring() -> (tempfile::TempDir, RingFolder, LiveRing, TenantId) {
        let dir = tempfile::tempdir().unwrap();
        let cost = Cost { memory_kib: 64, passes: 1 };
        let kek = create_kek(dir.path(), "correct horse battery", cost).unwrap();
        let folder = RingFolder::create(dir.path(), Arc::new(kek)).unwrap();
        let live = LiveRing::open(folder.clone(), MemoryLock::new(LockMemory::Try)).unwrap();
        (dir, folder, live, "bank".parse().unwrap())
    }

    fn rotate(folder: &RingFolder, bank: &TenantId) {
        let change = |ring: &mut KeyRing, provider: &dyn palet_obfuscation::keys::KeyProvider| {
            let key = ring.unlock(bank, provider)?;
            ring.rotate(&key, CLASS, Micros(2), &mut rand::rng())
        };
        folder.update(change).unwrap();
    }

    #[test]
    fn a_running_server_follows_a_rotation_and_a_retirement() {
        let (_dir, folder, live, bank) = ring();
        let keys = live.tenant_or_make(&bank, Micros(1)).unwrap();
        assert_eq!(keys.active_versions().count(), 18, "every class that may be kept");
        let binding = SealBinding { tenant: &bank, class: CLASS, record: "r", session: None };
        let token = keys.active(CLASS).unwrap().values.seal("DE89", &binding, &mut rand::rng()).unwrap();
        rotate(&folder, &bank);
        assert_eq!(live.tenant(&bank).unwrap().active(CLASS).unwrap().version(), KeyVersion(1));
        assert!(live.refresh(Micros(3)).unwrap());
        assert!(!live.refresh(Micros(4)).unwrap());
        let keys = live.tenant(&bank).unwrap();
        let (old, new) = (keys.version(CLASS, KeyVersion(1)).unwrap(), keys.active(CLASS).unwrap());
        assert_eq!(new.version(), KeyVersion(2));
        assert_eq!(old.values.open(&token, &binding).unwrap().as_str(), "DE89");
        assert_eq!(new.values.open(&token, &binding), Err(OpenError));
        folder.update(|ring, _| ring.retire(&bank, CLASS, KeyVersion(1))).unwrap();
        live.refresh(Micros(5)).unwrap();
        assert!(live.tenant(&bank).unwrap().version(CLASS, KeyVersion(1)).is_none());
    }

    #[test]
    fn an_old_ring_put_back_is_told_and_not_followed() {
        let (dir, folder, live, bank) = ring();
        live.tenant_or_make(&bank, Micros(1)).unwrap();
        let path = dir.path().join("ring.sealed");
        let old = std::fs::read(&path).unwrap();
        rotate(&folder, &bank);
        live.refresh(Micros(2)).unwrap();
        std::fs::write(&path, old).unwrap();
        assert_eq!(live.refresh(Micros(3)).unwrap_err().code(), "key-ring-older");
        assert_eq!(live.health().fault, Some(("key-ring-older", Micros(3))));
        assert_eq!(live.tenant(&bank).unwrap().active(CLASS).unwrap().version(), KeyVersion(2));
    }

    #[test]
    fn a_ring_that_cannot_be_read_leaves_the_keys_in_memory() {
        let (dir, _folder, live, bank) = ring();
        live.tenant_or_make(&bank, Micros(1)).unwrap();
        std::fs::write(dir.path().join("ring.sealed"), b"garbage").unwrap();
        assert_eq!(live.refresh(Micros(7)).unwrap_err().code(), "key-ring-malformed");
        assert_eq!(live.refresh(Micros(9)).unwrap_err().code(), "key-ring-malformed");
        assert_eq!(live.health().fault, Some(("key-ring-malformed", Micros(7))), "since when");
        assert!(live.tenant(&bank).unwrap().active(CLASS).is_some());
    }
}
