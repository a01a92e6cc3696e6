//! The settings of keys: where they live, and how the server reaches who holds them. As in `rooms`, the doc comments are the
//! operator's manual.

use secrecy::SecretString;
use serde::{Deserialize, Serialize, Serializer};
use std::path::PathBuf;

/// Where the key-encryption key lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyProviderKind {
    /// In a file, sealed under a passphrase.
    #[default]
    SealedFile,
    /// In the transit engine of a Vault.
    Vault,
    /// On a PKCS#11 token: a hardware security module.
    Pkcs11,
}

impl KeyProviderKind {
    /// The name in settings and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SealedFile => "sealed-file",
            Self::Vault => "vault",
            Self::Pkcs11 => "pkcs11",
        }
    }
}

/// Whether keys are kept in memory that is never swapped out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LockMemory {
    /// Where the system allows it.
    Try,
    /// Or the server does not start.
    Require,
    /// Never.
    Off,
}

/// Keys. `noise_static`, `session_tokens` and `audit` are 32 bytes as base64; absent ones are made on the first start and
/// kept in `store.data_folder` under `keys/`, readable by the owner alone. Values are sealed by a hierarchy of keys
/// of its own: see `docs/keys.md`. Nodes that serve one public address share all of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeySettings {
    /// X25519 secret whose public half pages pin.
    #[serde(serialize_with = "hidden", skip_serializing_if = "Option::is_none")]
    pub noise_static: Option<SecretString>,
    /// Seals session tokens.
    #[serde(serialize_with = "hidden", skip_serializing_if = "Option::is_none")]
    pub session_tokens: Option<SecretString>,
    /// Ed25519 secret that signs the audit log's checkpoints.
    #[serde(serialize_with = "hidden", skip_serializing_if = "Option::is_none")]
    pub audit: Option<SecretString>,
    /// Where the key-encryption key lives: `sealed-file`, `vault`, `pkcs11`.
    pub provider: KeyProviderKind,
    /// Folder of the key ring; `keys/` in `store.data_folder` where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
    /// Passphrase of the sealed file.
    #[serde(serialize_with = "hidden", skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<SecretString>,
    /// File with the passphrase of the sealed file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passphrase_file: Option<PathBuf>,
    /// How often ring and provider are looked at: how soon a running server hears of a rotation.
    pub check_interval_ms: u64,
    /// How long the provider may be gone before the server says that it is not ready; keys in memory serve on.
    pub outage_grace_s: u64,
    /// Whether keys are kept in memory that is never swapped out: `try`, `require`, `off`.
    pub lock_memory: LockMemory,
    /// Address of the Vault, such as `https://vault.bank.example:8200`; `http://` only on this host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault_address: Option<String>,
    /// Where its transit engine is mounted.
    pub vault_mount: String,
    /// Name of the transit key, of type aes256-gcm96.
    pub vault_key: String,
    /// Token for the Vault.
    #[serde(serialize_with = "hidden", skip_serializing_if = "Option::is_none")]
    pub vault_token: Option<SecretString>,
    /// File with the token, read anew at each call, so that an agent may renew it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault_token_file: Option<PathBuf>,
    /// Namespace within the Vault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault_namespace: Option<String>,
    /// PEM file of the authorities that the Vault's certificate may come from; the public ones where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault_ca_file: Option<PathBuf>,
    /// How long the Vault may take to answer.
    pub vault_timeout_ms: u64,
    /// The module that speaks to the token: a shared library of its maker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pkcs11_module: Option<PathBuf>,
    /// Label of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pkcs11_token: Option<String>,
    /// Label of the AES-256 key on the token.
    pub pkcs11_key: String,
    /// PIN of the token's user.
    #[serde(serialize_with = "hidden", skip_serializing_if = "Option::is_none")]
    pub pkcs11_pin: Option<SecretString>,
    /// File with the PIN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pkcs11_pin_file: Option<PathBuf>,
}

impl Default for KeySettings {
    fn default() -> Self {
        Self {
            noise_static: None,
            session_tokens: None,
            audit: None,
            provider: KeyProviderKind::default(),
            folder: None,
            passphrase: None,
            passphrase_file: None,
            check_interval_ms: 5_000,
            outage_grace_s: 60,
            lock_memory: LockMemory::Try,
            vault_address: None,
            vault_mount: "transit".into(),
            vault_key: "palet".into(),
            vault_token: None,
            vault_token_file: None,
            vault_namespace: None,
            vault_ca_file: None,
            vault_timeout_ms: 3_000,
            pkcs11_module: None,
            pkcs11_token: None,
            pkcs11_key: "palet".into(),
            pkcs11_pin: None,
            pkcs11_pin_file: None,
        }
    }
}

fn hidden<S: Serializer>(_: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str("[hidden]")
}
