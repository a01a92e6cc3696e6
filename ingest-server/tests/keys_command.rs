//! `palet keys`, as an operator runs it: the ceremony, the life of a key, and what is refused with which code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first fault")]

use serde_json::Value;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

struct Operator(tempfile::TempDir);

impl Operator {
    fn new() -> Self {
        let operator = Self(tempfile::tempdir().unwrap());
        operator.secret("passphrase", "correct horse battery");
        operator.settings("palet.toml", "data", "passphrase");
        operator
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn secret(&self, name: &str, text: &str) {
        fs::write(self.path(name), format!("{}\n", text.trim())).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn settings(&self, name: &str, data: &str, passphrase: &str) {
        let (data, passphrase) = (self.path(data), self.path(passphrase));
        let text = format!(
            "[store]\ndata_folder = {:?}\n[keys]\npassphrase_file = {:?}\n",
            data.display().to_string(),
            passphrase.display().to_string()
        );
        fs::write(self.path(name), text).unwrap();
    }

    fn run(&self, settings: &str, words: &str) -> Output {
        let words = words.replace('@', &format!("{}/", self.0.path().display()));
        let mut command = Command::new(env!("CARGO_BIN_EXE_palet"));
        command.env_clear().args(["keys", "--config"]).arg(self.path(settings));
        command.args(words.split(' ')).output().unwrap()
    }

    fn done(&self, words: &str) -> String {
        let output = self.run("palet.toml", words);
        assert!(output.status.success(), "{words}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn refused(&self, words: &str) -> String {
        let output = self.run("palet.toml", words);
        assert_eq!(output.status.code(), Some(1), "{words}");
        let told = String::from_utf8(output.stderr).unwrap();
        let code = told.trim_start_matches("palet: ").split(':').next().unwrap_or_default();
        code.to_owned()
    }

    fn state(&self, version: u64) -> String {
        let status: Value = serde_json::from_str(&self.done("status --json")).unwrap();
        let keys = status["keys"].as_array().unwrap();
        let key = keys.iter().find(|key| key["class"] == "iban" && key["version"] == version);
        key.map_or_else(String::new, |key| key["state"].as_str().unwrap().to_owned())
    }
}

fn audit_lines(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        text += &fs::read_to_string(entry.unwrap().path()).unwrap_or_default();
    }
    text
}

#[test]
fn the_ceremony_and_the_life_of_a_key() {
    let operator = Operator::new();
    assert_eq!(operator.refused("status"), "key-ring-missing");
    operator.done("init");
    assert_eq!(operator.refused("init"), "key-file-exists");
    operator.secret("ann.secret", &operator.done("officer add ann"));
    operator.secret("bob.secret", &operator.done("officer add bob"));
    assert_eq!(operator.refused("officer add eve"), "officers-two-needed");
    assert_eq!(operator.refused("officer add eve --agreed ann=@ann.secret"), "officers-two-needed");
    assert_eq!(operator.refused("rotate bank iban"), "key-unknown-tenant");
    operator.done("tenant bank");
    assert_eq!(operator.done("rotate bank iban"), "bank iban v2\n");
    assert_eq!((operator.state(1).as_str(), operator.state(2).as_str()), ("decrypt-only", "active"));
    assert_eq!(operator.refused("retire bank iban v2"), "key-state");
    operator.done("retire bank iban v1");
    operator.done("reinstate bank iban 1");
    operator.done("retire bank iban v1");
    assert_eq!(operator.refused("destroy approve bank iban v1 --by bob=@bob.secret"), "key-not-ordered");
    assert_eq!(operator.refused("destroy order bank iban v1 --by ann=@bob.secret"), "officer-refused");
    operator.done("destroy order bank iban v1 --by ann=@ann.secret");
    assert_eq!(operator.refused("destroy approve bank iban v1 --by ann=@ann.secret"), "key-same-person");
    operator.done("destroy approve bank iban v1 --by bob=@bob.secret");
    assert_eq!(operator.state(1), "destroyed");
    assert_eq!(operator.done("rewrap bank"), "0 moved, 0 refused\n");
    let lines = audit_lines(&operator.path("data/audit"));
    for deed in ["key-made", "key-rotated", "key-state", "key-destroyed", "rewrap"] {
        assert!(lines.contains(deed), "{deed} left no line");
    }
    let secret = fs::read_to_string(operator.path("ann.secret")).unwrap();
    assert!(!lines.contains(secret.trim()), "a secret is in the audit log");
}

#[test]
fn a_new_passphrase_and_another_folder_open_the_same_ring() {
    let operator = Operator::new();
    operator.done("init");
    operator.done("tenant bank");
    operator.secret("next", "another long passphrase");
    operator.done("passphrase --new-file @next");
    assert_eq!(operator.refused("status"), "key-file-refused");
    operator.settings("palet.toml", "data", "next");
    assert_eq!(operator.state(1), "active");
    operator.settings("other.toml", "elsewhere", "passphrase");
    operator.done("move --to @other.toml");
    let moved = operator.run("other.toml", "status --json");
    let status: Value = serde_json::from_slice(&moved.stdout).unwrap();
    assert_eq!(status["keys"].as_array().unwrap().len(), 18);
    let same = operator.run("palet.toml", "move --to @palet.toml");
    assert_eq!(same.status.code(), Some(2), "{}", String::from_utf8_lossy(&same.stderr));
}

#[test]
fn every_command_shows_an_example() {
    let help = |words: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_palet")).arg("keys").args(words).arg("--help").output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    for words in [
        &["init"][..],
        &["status"],
        &["tenant"],
        &["rotate"],
        &["retire"],
        &["reinstate"],
        &["destroy", "order"],
        &["destroy", "approve"],
        &["officer", "add"],
        &["officer", "remove"],
        &["rewrap"],
        &["passphrase"],
        &["rekey"],
        &["move"],
    ] {
        assert!(help(words).contains("Example: palet keys"), "{words:?}");
    }
}
