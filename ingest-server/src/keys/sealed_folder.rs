//! The key hierarchy in a folder: a key-encryption key sealed under a passphrase, and the ring of wrapped keys.
//!
//! Files are replaced whole: written beside, flushed to the disk, renamed, and the folder flushed, so that a
//! crash leaves the old file or the new one. One writer at a time, by a lock that ends with its process. A file
//! that others than its owner can read is refused. What the keys are and may do is `palet_obfuscation::keys`'.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use palet_obfuscation::keys::{Cost, KeyRing, RingError, RingFileError, SealedKek, SealedKekError};

use super::{KeyError, check_mode, make_private_folder, private_file};

const KEK_FILE: &str = "kek.sealed";
const RING_FILE: &str = "ring.sealed";
const LOCK_FILE: &str = "lock";
/// No ring is larger. **Units**: bytes.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// Why the folder does not give or take keys.
#[derive(Debug, thiserror::Error)]
pub enum SealedFolderError {
    /// A file cannot be read or written, or is open to others.
    #[error(transparent)]
    File(#[from] KeyError),
    /// There is a key already where one was to be made.
    #[error("expected nothing at {path}, got a file: keys are never written over")]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// The sealed key does not open.
    #[error("{path}: {source}")]
    Kek {
        /// Where.
        path: PathBuf,
        /// Why.
        source: SealedKekError,
    },
    /// The ring does not open.
    #[error("{path}: {source}")]
    RingFile {
        /// Where.
        path: PathBuf,
        /// Why.
        source: RingFileError,
    },
    /// The ring refuses the change; nothing was written.
    #[error(transparent)]
    Ring(#[from] RingError),
}

impl SealedFolderError {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::File(KeyError::Exposed { .. }) => "key-file-exposed",
            Self::File(_) => "key-file-io",
            Self::Exists { .. } => "key-file-exists",
            Self::Kek { source, .. } => source.code(),
            Self::RingFile { source, .. } => source.code(),
            Self::Ring(source) => source.code(),
        }
    }
}

/// A folder with its key-encryption key unsealed in memory.
#[derive(Debug)]
pub struct SealedFolder {
    folder: PathBuf,
    kek: SealedKek,
}

impl SealedFolder {
    /// Makes the folder, a key-encryption key sealed under the passphrase, and an empty ring.
    ///
    /// **Errors**: `Exists`, `File`, `Kek` for a passphrase that is too short.
    pub fn create(folder: &Path, passphrase: &str, cost: Cost) -> Result<Self, SealedFolderError> {
        make_private_folder(folder).map_err(file_error(folder))?;
        let lock = lock(folder)?;
        // A ring without its key may be half of what a backup brings back: it is not written over either.
        let taken =
            [KEK_FILE, RING_FILE].map(|name| folder.join(name)).into_iter().find(|path| path.exists());
        if let Some(path) = taken {
            return Err(SealedFolderError::Exists { path });
        }
        let kek = SealedKek::make(&mut rand::rng());
        let made = Self { folder: folder.into(), kek };
        made.write_kek(passphrase, cost)?;
        made.write_ring(&KeyRing::default())?;
        drop(lock);
        Ok(made)
    }

    /// Unseals the key-encryption key. Takes the time that the passphrase's cost asks for.
    ///
    /// **Errors**: `File`, `Kek`.
    pub fn open(folder: &Path, passphrase: &str) -> Result<Self, SealedFolderError> {
        let path = folder.join(KEK_FILE);
        let bytes = read_private(&path)?;
        let kek =
            SealedKek::open(&bytes, passphrase).map_err(|source| SealedFolderError::Kek { path, source })?;
        Ok(Self { folder: folder.into(), kek })
    }

    /// The key-encryption key, for `KeyRing::unlock`.
    #[must_use]
    pub const fn kek(&self) -> &SealedKek {
        &self.kek
    }

    /// Seals the key-encryption key under another passphrase; no other key changes. **Errors**: `File`, `Kek`.
    pub fn change_passphrase(&self, passphrase: &str, cost: Cost) -> Result<(), SealedFolderError> {
        let _lock = lock(&self.folder)?;
        self.write_kek(passphrase, cost)
    }

    /// The ring as it is on the disk. **Errors**: `File`, `RingFile`.
    pub fn load(&self) -> Result<KeyRing, SealedFolderError> {
        let path = self.folder.join(RING_FILE);
        let bytes = read_private(&path)?;
        KeyRing::decode(&bytes, &self.kek).map_err(|source| SealedFolderError::RingFile { path, source })
    }

    /// Changes the ring on the disk. Other writers wait; where `change` refuses, nothing is written. When this
    /// returns, the change outlives a power cut.
    ///
    /// **Errors**: `File`, `RingFile`, and `Ring` of `change`.
    pub fn update<T>(
        &self,
        change: impl FnOnce(&mut KeyRing, &SealedKek) -> Result<T, RingError>,
    ) -> Result<T, SealedFolderError> {
        let _lock = lock(&self.folder)?;
        let mut ring = self.load()?;
        let before = ring.generation();
        let outcome = change(&mut ring, &self.kek)?;
        if ring.generation() != before {
            self.write_ring(&ring)?;
        }
        Ok(outcome)
    }

    fn write_ring(&self, ring: &KeyRing) -> Result<(), SealedFolderError> {
        let path = self.folder.join(RING_FILE);
        let encoded = ring.encode(&self.kek, &mut rand::rng());
        let bytes = encoded.map_err(|source| SealedFolderError::RingFile { path: path.clone(), source })?;
        replace(&path, &bytes)
    }

    fn write_kek(&self, passphrase: &str, cost: Cost) -> Result<(), SealedFolderError> {
        let path = self.folder.join(KEK_FILE);
        let sealed = self.kek.seal(passphrase, cost, &mut rand::rng());
        let bytes = sealed.map_err(|source| SealedFolderError::Kek { path: path.clone(), source })?;
        replace(&path, &bytes)
    }
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> KeyError {
    move |source| KeyError::File { path: path.into(), source }
}

/// Waits for the folder's lock; it ends when the file is closed, also by a crash.
fn lock(folder: &Path) -> Result<File, SealedFolderError> {
    let path = folder.join(LOCK_FILE);
    let opened = match private_file(&path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => File::open(&path),
        opened => opened,
    };
    let file = opened.map_err(file_error(&path))?;
    file.lock().map_err(file_error(&path))?;
    Ok(file)
}

fn read_private(path: &Path) -> Result<Vec<u8>, KeyError> {
    check_mode(path)?;
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(file_error(path))?;
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(file_error(path))?;
    Ok(bytes)
}

/// Replaces a file whole. The caller holds the lock, so that the file beside is nobody else's.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), SealedFolderError> {
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
    write().map_err(file_error(path)).map_err(SealedFolderError::File)
}

#[cfg(test)]
mod tests {
    use super::*;
    use palet_mask::FieldClass;
    use palet_obfuscation::KeyVersion;
    use palet_units::{Micros, TenantId};

    const CHEAP: Cost = Cost { memory_kib: 64, passes: 1 };
    const PASSPHRASE: &str = "correct horse battery";

    fn folder() -> (tempfile::TempDir, SealedFolder, TenantId) {
        let dir = tempfile::tempdir().unwrap();
        let folder = SealedFolder::create(&dir.path().join("keys"), PASSPHRASE, CHEAP).unwrap();
        let bank: TenantId = "bank".parse().unwrap();
        folder.update(|ring, kek| ring.add_tenant(&bank, kek, &mut rand::rng())).unwrap();
        (dir, folder, bank)
    }

    fn rotate(folder: &SealedFolder, bank: &TenantId) -> KeyVersion {
        let change = |ring: &mut KeyRing, kek: &SealedKek| {
            let key = ring.unlock(bank, kek)?;
            ring.rotate(&key, FieldClass::Iban, Micros(1), &mut rand::rng())
        };
        folder.update(change).unwrap()
    }

    #[test]
    fn keys_outlive_a_restart_and_a_new_passphrase() {
        let (_dir, folder, bank) = folder();
        rotate(&folder, &bank);
        let ring = folder.load().unwrap();
        folder.change_passphrase("another long passphrase", CHEAP).unwrap();
        let refused = SealedFolder::open(&folder.folder, PASSPHRASE).unwrap_err();
        assert_eq!(refused.code(), "key-file-refused");
        let reopened = SealedFolder::open(&folder.folder, "another long passphrase").unwrap();
        assert_eq!(reopened.load().unwrap(), ring);
        let key = ring.unlock(&bank, reopened.kek()).unwrap();
        assert_eq!(ring.active_key(&key, FieldClass::Iban).unwrap().version(), KeyVersion(1));
    }

    #[test]
    fn a_sealed_key_is_never_written_over() {
        let (_dir, folder, _) = folder();
        let again = || SealedFolder::create(&folder.folder, PASSPHRASE, CHEAP).unwrap_err();
        assert_eq!(again().code(), "key-file-exists");
        fs::remove_file(folder.folder.join(KEK_FILE)).unwrap();
        assert_eq!(again().code(), "key-file-exists", "a ring without its key");
    }

    #[test]
    fn what_a_crash_left_beside_is_not_read() {
        let (_dir, folder, bank) = folder();
        fs::write(folder.folder.join("ring.new"), b"half a ring").unwrap();
        fs::write(folder.folder.join("kek.new"), b"half a key").unwrap();
        let reopened = SealedFolder::open(&folder.folder, PASSPHRASE).unwrap();
        assert_eq!(rotate(&reopened, &bank), KeyVersion(1));
        assert!(!folder.folder.join("ring.new").exists());
    }

    #[test]
    fn a_refused_change_writes_nothing() {
        let (_dir, folder, bank) = folder();
        let before = fs::read(folder.folder.join(RING_FILE)).unwrap();
        let refused = folder.update(|ring, _| ring.retire(&bank, FieldClass::Iban, KeyVersion(1)));
        assert_eq!(refused.unwrap_err().code(), "key-unknown");
        assert_eq!(fs::read(folder.folder.join(RING_FILE)).unwrap(), before);
    }

    #[test]
    fn writers_at_the_same_time_lose_no_change() {
        let (_dir, folder, bank) = folder();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..5 {
                        rotate(&SealedFolder::open(&folder.folder, PASSPHRASE).unwrap(), &bank);
                    }
                });
            }
        });
        let versions: Vec<u32> = folder.load().unwrap().entries().map(|entry| entry.version.0).collect();
        assert!(versions.into_iter().eq(1..=20));
    }

    #[test]
    fn cut_and_foreign_files_have_their_own_codes() {
        let (_dir, folder, _) = folder();
        let code = |file: &str, bytes: &[u8]| {
            let path = folder.folder.join(file);
            let whole = fs::read(&path).unwrap();
            fs::write(&path, bytes).unwrap();
            let opened = SealedFolder::open(&folder.folder, PASSPHRASE).and_then(|folder| folder.load());
            fs::write(&path, whole).unwrap();
            opened.unwrap_err().code()
        };
        let kek = fs::read(folder.folder.join(KEK_FILE)).unwrap();
        let ring = fs::read(folder.folder.join(RING_FILE)).unwrap();
        assert_eq!(code(KEK_FILE, &kek[..kek.len() - 1]), "key-file-cut");
        assert_eq!(code(KEK_FILE, b"something else"), "key-file-malformed");
        assert_eq!(code(RING_FILE, &ring[..ring.len() - 1]), "key-ring-refused");
        assert_eq!(code(RING_FILE, b"something else"), "key-ring-malformed");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let (_dir, folder, _) = folder();
        let path = folder.folder.join(KEK_FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = SealedFolder::open(&folder.folder, PASSPHRASE).unwrap_err();
        assert_eq!(refused.code(), "key-file-exposed");
    }
}
