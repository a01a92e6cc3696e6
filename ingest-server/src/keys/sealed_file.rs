//! The provider that needs nothing but a file: the key-encryption key, sealed under a passphrase.
//!
//! The passphrase comes from the settings, from a file that they name, or, where they name none, from one that the
//! first start makes beside the key. That last one guards a stolen backup of the key alone, not of the folder.

use std::path::Path;

use palet_obfuscation::keys::{Cost, SealedKek};
use rand::Rng;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{
    KeysFault, make_private_folder,
    ring_folder::{expect_free, lock, read_private, replace},
};
use crate::{config::KeySettings, keys::KeyError};

pub(super) const KEK_FILE: &str = "kek.sealed";
/// The key that is to take its place, while the ring is wrapped for it.
pub(super) const NEXT_KEK_FILE: &str = "kek.next.sealed";
const PASSPHRASE_FILE: &str = "passphrase.key";
/// A passphrase of 256 random bits needs no stretching.
pub(super) const COST_OF_RANDOM: Cost = Cost { memory_kib: 64, passes: 1 };

/// Makes a key-encryption key in a folder that has none. **Errors**: `Exists`, `File`, `Kek`.
pub fn create_kek(folder: &Path, passphrase: &str, cost: Cost) -> Result<SealedKek, KeysFault> {
    let path = folder.join(KEK_FILE);
    make_private_folder(folder).map_err(|source| KeyError::File { path: folder.into(), source })?;
    let _lock = lock(folder)?;
    expect_free(&path)?;
    let kek = SealedKek::make(&mut rand::rng());
    write_kek(&kek, &path, passphrase, cost)?;
    Ok(kek)
}

/// Unseals the key of a folder. Takes the time that the passphrase's cost asks for. **Errors**: `File`, `Kek`.
pub fn open_kek(folder: &Path, passphrase: &str) -> Result<SealedKek, KeysFault> {
    let path = folder.join(KEK_FILE);
    let bytes = read_private(&path)?;
    SealedKek::open(&bytes, passphrase).map_err(|source| KeysFault::Kek { path, source })
}

/// Seals the key of a folder under another passphrase; no other key changes.
///
/// **Errors**: `File`, `Kek`, and `Unfinished` where another key is about to take its place.
pub fn change_passphrase(folder: &Path, from: &str, to: &str, cost: Cost) -> Result<(), KeysFault> {
    let _lock = lock(folder)?;
    let next = folder.join(NEXT_KEK_FILE);
    if next.exists() {
        return Err(KeysFault::Unfinished { path: next });
    }
    let kek = open_kek(folder, from)?;
    write_kek(&kek, &folder.join(KEK_FILE), to, cost)
}

/// Whether a folder has a sealed key.
#[must_use]
pub fn has_kek(folder: &Path) -> bool {
    folder.join(KEK_FILE).exists()
}

/// Seals a key into a file. The caller holds the folder's lock.
pub(super) fn write_kek(kek: &SealedKek, path: &Path, passphrase: &str, cost: Cost) -> Result<(), KeysFault> {
    let sealed = kek.seal(passphrase, cost, &mut rand::rng());
    let bytes = sealed.map_err(|source| KeysFault::Kek { path: path.into(), source })?;
    replace(path, &bytes)
}

/// The passphrase that the settings give, and what trying one costs; `None` where they give none.
pub(super) fn given_passphrase(settings: &KeySettings) -> Result<Option<SecretString>, KeysFault> {
    if let Some(passphrase) = &settings.passphrase {
        return Ok(Some(passphrase.clone()));
    }
    match &settings.passphrase_file {
        Some(path) => Ok(Some(secret_of(path)?)),
        None => Ok(None),
    }
}

/// The one line of a secret's file. **Errors**: `File`.
pub fn secret_of(path: &Path) -> Result<SecretString, KeyError> {
    let bytes = Zeroizing::new(read_private(path)?);
    let text = std::str::from_utf8(&bytes).map_err(|_| KeyError::Malformed { path: path.into() })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned().into())
}

/// The passphrase that a folder's key is sealed under now: the settings', or the one beside it.
///
/// **Errors**: `PassphraseMissing`, `File`.
pub fn current_passphrase(settings: &KeySettings, folder: &Path) -> Result<SecretString, KeysFault> {
    let beside = folder.join(PASSPHRASE_FILE);
    match given_passphrase(settings)? {
        Some(passphrase) => Ok(passphrase),
        None if beside.exists() => Ok(secret_of(&beside)?),
        None => Err(KeysFault::PassphraseMissing { path: folder.join(KEK_FILE) }),
    }
}

/// Makes the key of a folder under a passphrase that the server keeps beside it, where there is no key yet.
///
/// **Errors**: those of `create_kek`.
pub(super) fn make_kek_with_own_passphrase(folder: &Path) -> Result<(), KeysFault> {
    let path = folder.join(PASSPHRASE_FILE);
    if has_kek(folder) {
        return Ok(());
    }
    if !path.exists() {
        make_passphrase(folder, &path)?;
    }
    create_kek(folder, secret_of(&path)?.expose_secret(), COST_OF_RANDOM).map(drop)
}

fn make_passphrase(folder: &Path, path: &Path) -> Result<(), KeysFault> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    make_private_folder(folder).map_err(|source| KeyError::File { path: folder.into(), source })?;
    let mut secret = Zeroizing::new([0; 32]);
    rand::rng().fill_bytes(&mut *secret);
    let _lock = lock(folder)?;
    replace(path, Zeroizing::new(STANDARD.encode(*secret)).as_bytes())
}
