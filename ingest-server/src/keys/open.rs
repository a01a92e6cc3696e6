//! From the settings to a folder with its provider: the only place that knows every provider.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use palet_obfuscation::keys::{Cost, KeyProvider};
use secrecy::ExposeSecret;

use super::{
    KekFile, KeysFault, LiveRing, MemoryLock, RingFolder, kek_file::replace_kek, pkcs11::Pkcs11Token,
    sealed_file, vault::VaultTransit,
};
use crate::config::{KeyProviderKind, KeySettings};

/// The folder of the key ring.
#[must_use]
pub fn ring_folder(settings: &KeySettings, data_folder: &Path) -> PathBuf {
    settings.folder.clone().unwrap_or_else(|| data_folder.join("keys"))
}

/// The folder of the settings with its provider. Where they name neither provider nor passphrase, the first call
/// makes everything; otherwise `create` does, so that a folder that was lost is not quietly replaced by an empty
/// one.
///
/// **Errors**: `KeysFault`.
pub fn open(settings: &KeySettings, data_folder: &Path) -> Result<RingFolder, KeysFault> {
    let folder = ring_folder(settings, data_folder);
    match settings.provider {
        KeyProviderKind::SealedFile => match sealed_file::given_passphrase(settings)? {
            Some(_) if !sealed_file::has_kek(&folder) => Err(KeysFault::Missing { path: folder }),
            Some(_) => Ok(RingFolder::at(&folder, Arc::new(KekFile::open(&folder, settings)?))),
            None => {
                sealed_file::make_kek_with_own_passphrase(&folder)?;
                let kek = Arc::new(KekFile::open(&folder, settings)?);
                if RingFolder::exists(&folder) {
                    return Ok(RingFolder::at(&folder, kek));
                }
                RingFolder::create(&folder, kek)
            }
        },
        KeyProviderKind::Vault => Ok(RingFolder::at(&folder, Arc::new(VaultTransit::new(settings)?))),
        KeyProviderKind::Pkcs11 => Ok(RingFolder::at(&folder, Arc::new(Pkcs11Token::open(settings)?))),
    }
}

/// Makes the key-encryption key, where it is the settings' own, and an empty ring. **Errors**: `KeysFault`.
pub fn create(settings: &KeySettings, data_folder: &Path) -> Result<RingFolder, KeysFault> {
    let folder = ring_folder(settings, data_folder);
    RingFolder::create(&folder, new_provider(settings, &folder)?)
}

/// The provider of the settings, with a key of its own where that is theirs to make. **Errors**: `KeysFault`.
pub fn new_provider(settings: &KeySettings, folder: &Path) -> Result<Arc<dyn KeyProvider>, KeysFault> {
    match settings.provider {
        KeyProviderKind::SealedFile => match sealed_file::given_passphrase(settings)? {
            Some(passphrase) => {
                sealed_file::create_kek(folder, passphrase.expose_secret(), Cost::RECOMMENDED)?;
                Ok(Arc::new(KekFile::open(folder, settings)?))
            }
            None => {
                sealed_file::make_kek_with_own_passphrase(folder)?;
                Ok(Arc::new(KekFile::open(folder, settings)?))
            }
        },
        KeyProviderKind::Vault => Ok(Arc::new(VaultTransit::new(settings)?)),
        KeyProviderKind::Pkcs11 => Ok(Arc::new(Pkcs11Token::open_or_make_key(settings)?)),
    }
}

/// Wraps the ring in place for another key-encryption key: of a sealed file a new one, of a Vault the newest version of
/// its transit key. No value has to be touched, and no server stopped: each follows with its next look at the ring.
///
/// **Errors**: `KeysFault`; `OtherKey` for a PKCS#11 token, whose next key has another label.
pub fn rekey(settings: &KeySettings, data_folder: &Path) -> Result<(), KeysFault> {
    let folder = open(settings, data_folder)?;
    match settings.provider {
        KeyProviderKind::SealedFile => replace_kek(folder.folder(), settings),
        KeyProviderKind::Vault => folder.rewrap(),
        KeyProviderKind::Pkcs11 => Err(KeysFault::OtherKey),
    }
}

/// The ring of the settings, ready for use. **Errors**: `KeysFault`.
pub fn open_live(settings: &KeySettings, data_folder: &Path) -> Result<LiveRing, KeysFault> {
    LiveRing::open(open(settings, data_folder)?, MemoryLock::new(settings.lock_memory))
}
