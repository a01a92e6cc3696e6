//! From the settings to a folder with its provider: the only place that knows every provider.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use palet_obfuscation::keys::{Cost, KeyProvider};
use secrecy::ExposeSecret;

use super::{
    KeysFault, LiveRing, MemoryLock, RingFolder, pkcs11::Pkcs11Token, sealed_file, vault::VaultTransit,
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
            Some(passphrase) => {
                let kek = sealed_file::open_kek(&folder, passphrase.expose_secret());
                let missing = || KeysFault::Missing { path: folder.clone() };
                let kek = if sealed_file::has_kek(&folder) { kek? } else { return Err(missing()) };
                Ok(RingFolder::at(&folder, Arc::new(kek)))
            }
            None => {
                let kek = Arc::new(sealed_file::kek_with_own_passphrase(&folder)?);
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
                Ok(Arc::new(sealed_file::create_kek(folder, passphrase.expose_secret(), Cost::RECOMMENDED)?))
            }
            None => Ok(Arc::new(sealed_file::kek_with_own_passphrase(folder)?)),
        },
        KeyProviderKind::Vault => Ok(Arc::new(VaultTransit::new(settings)?)),
        KeyProviderKind::Pkcs11 => Ok(Arc::new(Pkcs11Token::open_or_make_key(settings)?)),
    }
}

/// The ring of the settings, ready for use. **Errors**: `KeysFault`.
pub fn open_live(settings: &KeySettings, data_folder: &Path) -> Result<LiveRing, KeysFault> {
    LiveRing::open(open(settings, data_folder)?, MemoryLock::new(settings.lock_memory))
}
