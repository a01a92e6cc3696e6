//! The key-encryption key of a sealed file as a running server holds it, and how another one takes its place.
//!
//! A second key is sealed beside the first, the ring is wrapped for it, and its file takes the first one's name. At
//! each step the files that are there open the ring that is there, so that a cut leaves nothing unreadable, and
//! doing it again goes on. A server that finds the ring wrapped by a key that it has not seen looks at the files
//! again.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use palet_obfuscation::keys::{Cost, KeyProvider, ProviderError, SealedKek};
use parking_lot::RwLock;
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::{
    KeyError, KeysFault, RingFolder,
    ring_folder::{lock, read_private},
    sealed_file::{COST_OF_RANDOM, KEK_FILE, NEXT_KEK_FILE, current_passphrase, given_passphrase, write_kek},
};
use crate::config::KeySettings;

/// The sealed files of a folder, unsealed.
pub struct KekFile {
    folder: PathBuf,
    settings: KeySettings,
    keks: RwLock<Keks>,
}

/// What the files held when they were read: the key, and the one that is to take its place.
struct Keks {
    bytes: Bytes,
    current: SealedKek,
    next: Option<SealedKek>,
}

/// The files as they are, sealed.
#[derive(PartialEq, Eq)]
struct Bytes {
    current: Vec<u8>,
    next: Option<Vec<u8>>,
}

impl std::fmt::Debug for KekFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KekFile").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl KekFile {
    /// Unseals what the folder has. Takes the time that the passphrase's cost asks for.
    ///
    /// **Errors**: `PassphraseMissing`, `File`, `Kek`.
    pub fn open(folder: &Path, settings: &KeySettings) -> Result<Self, KeysFault> {
        let keks = RwLock::new(Keks::open(Bytes::read(folder)?, folder, settings)?);
        Ok(Self { folder: folder.into(), settings: settings.clone(), keks })
    }

    /// Whether the files are others than those in memory, and were taken over.
    fn look_again(&self) -> Result<bool, KeysFault> {
        let bytes = Bytes::read(&self.folder)?;
        if bytes == self.keks.read().bytes {
            return Ok(false);
        }
        let keks = Keks::open(bytes, &self.folder, &self.settings)?;
        *self.keks.write() = keks;
        Ok(true)
    }
}

impl KeyProvider for KekFile {
    fn wrap(&self, context: &[u8], key: &[u8; 32], nonce: [u8; 12]) -> Result<Vec<u8>, ProviderError> {
        self.keks.read().current.wrap(context, key, nonce)
    }

    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, ProviderError> {
        let known = self.keks.read().unwrap(context, wrapped);
        if known != Err(ProviderError::Refused) {
            return known;
        }
        match self.look_again() {
            Ok(true) => self.keks.read().unwrap(context, wrapped),
            Ok(false) => known,
            Err(fault) => {
                tracing::warn!(event.action = "kek-unreadable", error.code = fault.code(), error.message = %fault,
                    "the key-encryption key could not be read again");
                known
            }
        }
    }
}

impl Keks {
    fn open(bytes: Bytes, folder: &Path, settings: &KeySettings) -> Result<Self, KeysFault> {
        let passphrase = current_passphrase(settings, folder)?;
        let open = |bytes: &[u8], name: &str| {
            SealedKek::open(bytes, passphrase.expose_secret())
                .map_err(|source| KeysFault::Kek { path: folder.join(name), source })
        };
        let current = open(&bytes.current, KEK_FILE)?;
        let next = bytes.next.as_deref().map(|bytes| open(bytes, NEXT_KEK_FILE)).transpose()?;
        Ok(Self { bytes, current, next })
    }

    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, ProviderError> {
        match (self.current.unwrap(context, wrapped), &self.next) {
            (Err(ProviderError::Refused), Some(next)) => next.unwrap(context, wrapped),
            (opened, _) => opened,
        }
    }
}

impl Bytes {
    /// The next key's first: where it takes the other's name meanwhile, it is read twice, and never missed.
    fn read(folder: &Path) -> Result<Self, KeyError> {
        let next = match read_private(&folder.join(NEXT_KEK_FILE)) {
            Err(KeyError::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => None,
            read => Some(read?),
        };
        Ok(Self { current: read_private(&folder.join(KEK_FILE))?, next })
    }
}

/// Makes another key-encryption key and wraps the ring for it; goes on where it was cut off. Servers that run follow
/// with their next look at the ring.
///
/// **Errors**: `PassphraseMissing`, `File`, `Kek`, `RingFile`, `Ring`.
pub(super) fn replace_kek(folder: &Path, settings: &KeySettings) -> Result<(), KeysFault> {
    let passphrase = current_passphrase(settings, folder)?;
    let (path, next_path) = (folder.join(KEK_FILE), folder.join(NEXT_KEK_FILE));
    let held = lock(folder)?;
    if !next_path.exists() {
        let given = given_passphrase(settings)?.is_some();
        let cost = if given { Cost::RECOMMENDED } else { COST_OF_RANDOM };
        write_kek(&SealedKek::make(&mut rand::rng()), &next_path, passphrase.expose_secret(), cost)?;
    }
    let next = read_private(&next_path)?;
    let next = SealedKek::open(&next, passphrase.expose_secret())
        .map_err(|source| KeysFault::Kek { path: next_path.clone(), source })?;
    let both = std::sync::Arc::new(KekFile::open(folder, settings)?);
    RingFolder::at(folder, both).rewrap_held(&next, &held)?;
    let rename = fs::rename(&next_path, &path).and_then(|()| File::open(folder)?.sync_all());
    rename.map_err(|source| KeysFault::File(KeyError::File { path, source }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{LiveRing, open_live, rekey, sealed_file::change_passphrase};
    use palet_mask::FieldClass;
    use palet_obfuscation::SealBinding;
    use palet_units::{Micros, TenantId};

    const CLASS: FieldClass = FieldClass::Iban;

    struct World {
        dir: tempfile::TempDir,
        bank: TenantId,
        live: LiveRing,
        token: String,
    }

    impl World {
        fn new() -> Self {
            let (dir, bank) = (tempfile::tempdir().unwrap(), "bank".parse::<TenantId>().unwrap());
            let live = open_live(&KeySettings::default(), dir.path()).unwrap();
            let keys = live.tenant_or_make(&bank, Micros(1)).unwrap();
            let token = keys.active(CLASS).unwrap().values.seal("DE89", &binding(&bank), &mut rand::rng());
            Self { dir, bank, live, token: token.unwrap() }
        }

        fn file(&self, name: &str) -> PathBuf {
            self.dir.path().join("keys").join(name)
        }

        fn rekey(&self) {
            rekey(&KeySettings::default(), self.dir.path()).unwrap();
        }

        fn opens(&self, ring: &LiveRing) -> bool {
            let keys = ring.tenant(&self.bank).unwrap();
            let opened = keys.active(CLASS).unwrap().values.open(&self.token, &binding(&self.bank));
            opened.is_ok_and(|value| value.as_str() == "DE89")
        }

        fn opens_afresh(&self) -> bool {
            self.opens(&open_live(&KeySettings::default(), self.dir.path()).unwrap())
        }
    }

    fn binding(bank: &TenantId) -> SealBinding<'_> {
        SealBinding { tenant: bank, class: CLASS, record: "r", session: None }
    }

    #[test]
    fn another_key_takes_the_place_of_the_first_under_a_running_server() {
        let world = World::new();
        let (old_kek, old_ring) = (fs::read(world.file(KEK_FILE)), fs::read(world.file("ring.sealed")));
        world.rekey();
        assert!(!world.file(NEXT_KEK_FILE).exists());
        assert_ne!(fs::read(world.file(KEK_FILE)).unwrap(), *old_kek.as_ref().unwrap());
        assert!(world.live.refresh(Micros(2)).unwrap(), "the ring is a later one");
        assert!(world.opens(&world.live) && world.opens_afresh());
        // What a server writes from now on is for the new key.
        world.rekey();
        world.live.tenant_or_make(&"other".parse().unwrap(), Micros(3)).unwrap();
        assert!(world.opens_afresh());

        fs::write(world.file(KEK_FILE), old_kek.unwrap()).unwrap();
        let refused = open_live(&KeySettings::default(), world.dir.path()).unwrap_err();
        assert_eq!(refused.code(), "key-ring-refused", "the first key opens nothing of it");
        fs::write(world.file("ring.sealed"), old_ring.unwrap()).unwrap();
        assert_eq!(world.live.refresh(Micros(4)).unwrap_err().code(), "key-ring-older");
    }

    #[test]
    fn a_cut_at_any_step_leaves_everything_readable_and_doing_it_again_goes_on() {
        for ring_was_written in [false, true] {
            let world = World::new();
            let old_kek = fs::read(world.file(KEK_FILE)).unwrap();
            let old_ring = fs::read(world.file("ring.sealed")).unwrap();
            world.rekey();
            fs::rename(world.file(KEK_FILE), world.file(NEXT_KEK_FILE)).unwrap();
            crate::keys::ring_folder::replace(&world.file(KEK_FILE), &old_kek).unwrap();
            if !ring_was_written {
                fs::write(world.file("ring.sealed"), &old_ring).unwrap();
            }
            assert!(world.opens_afresh(), "the ring was written: {ring_was_written}");
            assert_eq!(world.live.refresh(Micros(2)).unwrap(), ring_was_written);
            assert!(world.opens(&world.live));
            world.live.tenant_or_make(&"meanwhile".parse().unwrap(), Micros(3)).unwrap();
            let refused = change_passphrase(
                &world.dir.path().join("keys"),
                "any passphrase",
                "another passphrase",
                COST_OF_RANDOM,
            );
            assert_eq!(refused.unwrap_err().code(), "key-rekey-unfinished");
            world.rekey();
            assert!(!world.file(NEXT_KEK_FILE).exists());
            assert!(world.live.refresh(Micros(4)).unwrap() && world.opens(&world.live));
            let afresh = open_live(&KeySettings::default(), world.dir.path()).unwrap();
            assert!(world.opens(&afresh) && afresh.tenant(&"meanwhile".parse().unwrap()).is_some());
        }
    }
}
