//! The folder of a sealed file: what outlives what, and what is refused with which code.

use super::*;
use crate::keys::sealed_file::{change_passphrase, create_kek, open_kek};
use palet_mask::FieldClass;
use palet_obfuscation::KeyVersion;
use palet_obfuscation::keys::Cost;
use palet_units::{Micros, TenantId};

const CHEAP: Cost = Cost { memory_kib: 64, passes: 1 };
const PASSPHRASE: &str = "correct horse battery";

const KEK_FILE: &str = "kek.sealed";

fn make(folder: &Path, passphrase: &str) -> Result<RingFolder, KeysFault> {
    RingFolder::create(folder, Arc::new(create_kek(folder, passphrase, CHEAP)?))
}

fn reopen(folder: &Path, passphrase: &str) -> Result<RingFolder, KeysFault> {
    Ok(RingFolder::at(folder, Arc::new(open_kek(folder, passphrase)?)))
}

fn folder() -> (tempfile::TempDir, RingFolder, TenantId) {
    let dir = tempfile::tempdir().unwrap();
    let folder = make(&dir.path().join("keys"), PASSPHRASE).unwrap();
    let bank: TenantId = "bank".parse().unwrap();
    folder.update(|ring, kek| ring.add_tenant(&bank, kek, &mut rand::rng())).unwrap();
    (dir, folder, bank)
}

fn rotate(folder: &RingFolder, bank: &TenantId) -> KeyVersion {
    let change = |ring: &mut KeyRing, kek: &dyn KeyProvider| {
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
    change_passphrase(&folder.folder, PASSPHRASE, "another long passphrase", CHEAP).unwrap();
    let refused = reopen(&folder.folder, PASSPHRASE).unwrap_err();
    assert_eq!(refused.code(), "key-file-refused");
    let reopened = reopen(&folder.folder, "another long passphrase").unwrap();
    assert_eq!(reopened.load().unwrap(), ring);
    let key = ring.unlock(&bank, reopened.provider()).unwrap();
    assert_eq!(ring.active_key(&key, FieldClass::Iban).unwrap().version(), KeyVersion(1));
}

#[test]
fn a_sealed_key_is_never_written_over() {
    let (_dir, folder, _) = folder();
    let again = || make(&folder.folder, PASSPHRASE).unwrap_err();
    assert_eq!(again().code(), "key-file-exists");
    fs::remove_file(folder.folder.join(KEK_FILE)).unwrap();
    assert_eq!(again().code(), "key-file-exists", "a ring without its key");
}

#[test]
fn what_a_crash_left_beside_is_not_read() {
    let (_dir, folder, bank) = folder();
    fs::write(folder.folder.join("ring.new"), b"half a ring").unwrap();
    fs::write(folder.folder.join("kek.new"), b"half a key").unwrap();
    let reopened = reopen(&folder.folder, PASSPHRASE).unwrap();
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
                    rotate(&reopen(&folder.folder, PASSPHRASE).unwrap(), &bank);
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
        let opened = reopen(&folder.folder, PASSPHRASE).and_then(|folder| folder.load());
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
    let refused = reopen(&folder.folder, PASSPHRASE).unwrap_err();
    assert_eq!(refused.code(), "key-file-exposed");
}
