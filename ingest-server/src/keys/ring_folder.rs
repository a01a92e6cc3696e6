//! The ring of wrapped keys in a folder, whatever provider holds the key-encryption key.
//!
//! Files are replaced whole: written beside, flushed to the disk, renamed, and the folder flushed, so that a
//! crash leaves the old file or the new one. One writer at a time, by a lock that ends with its process. A file
//! that others than its owner can read is refused. What the keys are and may do is `palet_obfuscation::keys`'.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use palet_obfuscation::keys::{KeyProvider, KeyRing, RingError};

use super::{KeyError, KeysFault, check_mode, make_private_folder, private_file};

const RING_FILE: &str = "ring.sealed";
const LOCK_FILE: &str = "lock";
/// No ring is larger. **Units**: bytes.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// A folder with a ring, and the provider that opens it.
#[derive(Clone)]
pub struct RingFolder {
    folder: PathBuf,
    provider: Arc<dyn KeyProvider>,
}

impl std::fmt::Debug for RingFolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RingFolder").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl RingFolder {
    /// Makes an empty ring in a folder that has none. **Errors**: `Exists`, `File`, and the provider's.
    pub fn create(folder: &Path, provider: Arc<dyn KeyProvider>) -> Result<Self, KeysFault> {
        make_private_folder(folder).map_err(file_error(folder))?;
        let _lock = lock(folder)?;
        expect_free(&folder.join(RING_FILE))?;
        let made = Self::at(folder, provider);
        made.write_ring(&KeyRing::default(), &*made.provider)?;
        Ok(made)
    }

    /// The folder as it is; nothing is read yet.
    #[must_use]
    pub fn at(folder: &Path, provider: Arc<dyn KeyProvider>) -> Self {
        Self { folder: folder.into(), provider }
    }

    /// Whether a ring lies in a folder.
    #[must_use]
    pub fn exists(folder: &Path) -> bool {
        folder.join(RING_FILE).exists()
    }

    /// What holds the key-encryption key.
    #[must_use]
    pub fn provider(&self) -> &dyn KeyProvider {
        &*self.provider
    }

    /// Where the ring lies.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The ring as it is on the disk. **Errors**: `File`, `Missing`, `RingFile`.
    pub fn load(&self) -> Result<KeyRing, KeysFault> {
        let path = self.folder.join(RING_FILE);
        if !path.exists() {
            return Err(KeysFault::Missing { path });
        }
        let bytes = read_private(&path)?;
        KeyRing::decode(&bytes, &*self.provider).map_err(|source| KeysFault::RingFile { path, source })
    }

    /// Changes the ring on the disk. Other writers wait; where `change` refuses, nothing is written. When this
    /// returns, the change outlives a power cut.
    ///
    /// **Errors**: `File`, `RingFile`, and `Ring` of `change`.
    pub fn update<T>(
        &self,
        change: impl FnOnce(&mut KeyRing, &dyn KeyProvider) -> Result<T, RingError>,
    ) -> Result<T, KeysFault> {
        let _lock = lock(&self.folder)?;
        let mut ring = self.load()?;
        let before = ring.generation();
        let outcome = change(&mut ring, &*self.provider)?;
        if ring.generation() != before {
            self.write_ring(&ring, &*self.provider)?;
        }
        Ok(outcome)
    }

    /// Wraps the ring anew under what its provider wraps with now. **Errors**: as `update`.
    pub(super) fn rewrap(&self) -> Result<(), KeysFault> {
        self.rewrap_held(&*self.provider, &lock(&self.folder)?)
    }

    /// Wraps the ring for another provider in its place; the caller holds the folder's lock. **Errors**: as `update`.
    pub(super) fn rewrap_held(&self, to: &dyn KeyProvider, _lock: &File) -> Result<(), KeysFault> {
        let mut ring = self.load()?;
        ring.rewrap(&*self.provider, to, &mut rand::rng())?;
        self.write_ring(&ring, to)
    }

    /// Puts a whole ring where there is none: how keys move from one provider to another. **Errors**: `Exists`,
    /// `File`, and the provider's.
    pub fn adopt(&self, ring: &KeyRing) -> Result<(), KeysFault> {
        make_private_folder(&self.folder).map_err(file_error(&self.folder))?;
        let _lock = lock(&self.folder)?;
        expect_free(&self.folder.join(RING_FILE))?;
        self.write_ring(ring, &*self.provider)
    }

    fn write_ring(&self, ring: &KeyRing, provider: &dyn KeyProvider) -> Result<(), KeysFault> {
        let path = self.folder.join(RING_FILE);
        let encoded = ring.encode(provider, &mut rand::rng());
        let bytes = encoded.map_err(|source| KeysFault::RingFile { path: path.clone(), source })?;
        replace(&path, &bytes)
    }
}

/// Keys are never written over.
pub(super) fn expect_free(path: &Path) -> Result<(), KeysFault> {
    if path.exists() { Err(KeysFault::Exists { path: path.into() }) } else { Ok(()) }
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> KeyError {
    move |source| KeyError::File { path: path.into(), source }
}

/// Waits for the folder's lock; it ends when the file is closed, also by a crash.
pub(super) fn lock(folder: &Path) -> Result<File, KeysFault> {
    let path = folder.join(LOCK_FILE);
    let opened = match private_file(&path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => File::open(&path),
        opened => opened,
    };
    let file = opened.map_err(file_error(&path))?;
    file.lock().map_err(file_error(&path))?;
    Ok(file)
}

pub(super) fn read_private(path: &Path) -> Result<Vec<u8>, KeyError> {
    check_mode(path)?;
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(file_error(path))?;
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(file_error(path))?;
    Ok(bytes)
}

/// Replaces a file whole. The caller holds the lock, so that the file beside is nobody else's.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), KeysFault> {
    let beside = path.with_extension("new");
    let write = || -> io::Result<()> {
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = private_file(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        match path.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    };
    write().map_err(file_error(path)).map_err(KeysFault::File)
}

#[cfg(test)]
mod tests;
