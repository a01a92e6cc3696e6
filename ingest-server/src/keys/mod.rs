//! The server's keys: from the settings, or made on the first start and kept in the data folder.
//!
//! Each is 32 bytes, readable by the owner alone. A file that others can read is refused, not mended: whoever
//! could read it may have. Keys of values are a hierarchy of their own: a ring of wrapped keys in a folder
//! (`RingFolder`), whose key-encryption key a provider holds (a sealed file, Vault, a PKCS#11 token), unwrapped
//! into a `LiveRing`. This room hands keys out; it never seals a value.

mod fault;
mod kek_file;
mod live_ring;
mod locked;
mod open;
mod pkcs11;
mod ring_folder;
pub mod sealed_file;
mod vault;

pub use fault::KeysFault;
pub use kek_file::KekFile;
pub use live_ring::{LiveRing, ReadyKey, RingHealth, TenantKeys};
pub use locked::{Locked, MemoryLock};
pub use open::{create, new_provider, open, open_live, rekey, ring_folder};
pub use pkcs11::Pkcs11Token;
pub use ring_folder::RingFolder;
pub use vault::VaultTransit;

use palet_seal::StaticSecret;
use rand::Rng;
use secrecy::SecretString;
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

use crate::config::{KeySettings, parse_key};

/// Why a key is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A key file cannot be read or written.
    #[error("expected a key file that can be read or made at {path}, got: {source}")]
    File {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A key file holds something else.
    #[error("expected 32 bytes in base64 in {path}")]
    Malformed {
        /// Where.
        path: PathBuf,
    },
    /// A key file is readable by others than its owner.
    #[error(
        "expected {path} to be readable by its owner alone (mode 0600), got mode {mode:04o}: replace this key"
    )]
    Exposed {
        /// Where.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// A key of the settings is malformed; the settings' own check tells it earlier.
    #[error("expected 32 bytes in base64 for {name}")]
    Setting {
        /// Which.
        name: &'static str,
    },
}

/// The keys of one deployment.
pub struct ServerKeys {
    /// X25519 secret that handshakes and envelopes are answered with.
    pub noise: StaticSecret,
    /// Seals session tokens.
    pub session_tokens: Zeroizing<[u8; 32]>,
    /// Signs the audit log's checkpoints.
    pub audit: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for ServerKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerKeys(redacted)")
    }
}

impl ServerKeys {
    /// The keys of the settings; absent ones from the folder, where they are made if need be.
    ///
    /// **Errors**: `KeyError` with the place.
    pub fn load(settings: &KeySettings, data_folder: &Path) -> Result<Self, KeyError> {
        let folder = data_folder.join("keys");
        let noise = key(settings.noise_static.as_ref(), &folder, "noise_static")?;
        Ok(Self {
            noise: StaticSecret::from_bytes(*noise),
            session_tokens: key(settings.session_tokens.as_ref(), &folder, "session_tokens")?,
            audit: key(settings.audit.as_ref(), &folder, "audit")?,
        })
    }
}

fn key(
    setting: Option<&SecretString>,
    folder: &Path,
    name: &'static str,
) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    if let Some(secret) = setting {
        return parse_key(secret).ok_or(KeyError::Setting { name });
    }
    let path = folder.join(format!("{name}.key"));
    let failed = |source| KeyError::File { path: path.clone(), source };
    match fs::read_to_string(&path) {
        Ok(text) => {
            check_mode(&path)?;
            let secret = SecretString::from(text);
            parse_key(&secret).ok_or(KeyError::Malformed { path })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(folder, &path).map_err(failed),
        Err(error) => Err(failed(error)),
    }
}

fn make(folder: &Path, path: &Path) -> io::Result<Zeroizing<[u8; 32]>> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use io::Write;
    make_private_folder(folder)?;
    let mut key = Zeroizing::new([0; 32]);
    rand::rng().fill_bytes(&mut *key);
    let text = Zeroizing::new(STANDARD.encode(*key));
    let mut file = private_file(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(key)
}

#[cfg(unix)]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    use fs::DirBuilder;
    use std::os::unix::fs::DirBuilderExt;
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(unix)]
fn private_file(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(unix)]
fn check_mode(path: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;
    let failed = |source| KeyError::File { path: path.into(), source };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(KeyError::Exposed { path: path.into(), mode }) }
}

#[cfg(not(unix))]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(not(unix))]
fn check_mode(_: &Path) -> Result<(), KeyError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let first = ServerKeys::load(&KeySettings::default(), folder.path()).unwrap();
        let second = ServerKeys::load(&KeySettings::default(), folder.path()).unwrap();
        assert_eq!(first.noise.public_key(), second.noise.public_key());
        assert_eq!(*first.session_tokens, *second.session_tokens);
    }

    #[test]
    fn a_setting_comes_before_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let text = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
        let settings = KeySettings { session_tokens: Some(text.into()), ..KeySettings::default() };
        assert_eq!(*ServerKeys::load(&settings, folder.path()).unwrap().session_tokens, [1; 32]);
        assert!(!folder.path().join("keys/session_tokens.key").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        ServerKeys::load(&KeySettings::default(), folder.path()).unwrap();
        let path = folder.path().join("keys/session_tokens.key");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let refused = ServerKeys::load(&KeySettings::default(), folder.path());
        assert!(matches!(refused, Err(KeyError::Exposed { mode: 0o644, .. })));
    }

    #[test]
    fn a_cut_key_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        ServerKeys::load(&KeySettings::default(), folder.path()).unwrap();
        fs::write(folder.path().join("keys/session_tokens.key"), "AQEB").unwrap();
        let refused = ServerKeys::load(&KeySettings::default(), folder.path());
        assert!(matches!(refused, Err(KeyError::Malformed { .. })));
    }
}
