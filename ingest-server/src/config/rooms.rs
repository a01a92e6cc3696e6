//! The rooms' settings. The doc comments are the operator's manual; `docs/configuration.md` repeats them.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use std::{net::SocketAddr, path::PathBuf};

use super::{Faults, Settings};

/// Where and how the server listens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerSettings {
    /// Address and port. TLS ends before it: put a proxy in front, or listen on loopback.
    pub listen: SocketAddr,
    /// Threads that serve; 0 takes one a core.
    pub workers: usize,
    /// How the public reaches the server, without a path; what `/sdk` snippets and problem types are built from.
    pub public_url: String,
    /// How many proxies in front are believed when they say where a request comes from (`X-Forwarded-For`).
    pub trusted_proxies: u8,
    /// How long a stop waits for requests under way.
    pub shutdown_grace_s: u64,
    /// The most sockets at once.
    pub connections_max: usize,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8420)),
            workers: 0,
            public_url: "http://127.0.0.1:8420".into(),
            trusted_proxies: 0,
            shutdown_grace_s: 10,
            connections_max: 25_000,
        }
    }
}

/// How hard a commit is pressed onto the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// Survives the end of the process; the last commits may be lost with the power.
    Normal,
    /// Survives the loss of power.
    Full,
}

/// Where data is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreSettings {
    /// Folder of the database and of keys that the server made itself.
    pub data_folder: PathBuf,
    /// How hard a commit is pressed onto the disk, and so what an acknowledged batch survives.
    pub synchronous: Synchronous,
    /// Readers of the database at once.
    pub readers: u32,
    /// How long a statement waits for the database.
    pub busy_timeout_ms: u64,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            data_folder: "var".into(),
            synchronous: Synchronous::Normal,
            readers: 4,
            busy_timeout_ms: 5_000,
        }
    }
}

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
    /// Address of the Vault, such as `https://vault.bank.example:8200`.
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

/// Sessions and their tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionSettings {
    /// How long a session token is good for.
    pub token_ttl_s: u64,
    /// How long a session lives at most, however busy.
    pub session_ttl_s: u64,
    /// How long a session without a word from its page stays live; then it ends and may be learnt from.
    pub idle_s: u64,
    /// How long a page keeps its masks as they are without a connection; then it redacts everything.
    pub grace_ms: u32,
    /// Sessions held in memory; beyond it those silent longest leave memory, and come back from the store when their page does.
    pub live_max: usize,
    /// Sockets of one session at once.
    pub sockets_per_session_max: usize,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            token_ttl_s: 900,
            session_ttl_s: 12 * 3_600,
            idle_s: 900,
            grace_ms: 15_000,
            live_max: 50_000,
            sockets_per_session_max: 4,
        }
    }
}

/// Rates and sizes. A caller beyond one of them gets `429` or the refusal `rate-limited`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    /// Messages on one socket, lasting rate.
    pub session_frames_per_s: u32,
    /// Messages on one socket in one burst.
    pub session_frames_burst: u32,
    /// Sockets and envelopes from one address, lasting rate.
    pub address_opens_per_s: u32,
    /// Sockets and envelopes from one address in one burst.
    pub address_opens_burst: u32,
    /// REST requests of one tenant, lasting rate.
    pub tenant_requests_per_s: u32,
    /// REST requests of one tenant in one burst.
    pub tenant_requests_burst: u32,
    /// Refused keys from one address, lasting rate: beyond it a wrong key gets `429`, so that guessing is slow.
    pub address_refusals_per_min: u32,
    /// Addresses and tenants that are remembered at once.
    pub remembered_max: usize,
    /// Body of a REST request.
    pub body_bytes_max: usize,
    /// Body of a `mask` request.
    pub mask_body_bytes_max: usize,
    /// Items of a `mask` request.
    pub mask_items_max: usize,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            session_frames_per_s: 20,
            session_frames_burst: 80,
            address_opens_per_s: 20,
            address_opens_burst: 100,
            tenant_requests_per_s: 500,
            tenant_requests_burst: 1_000,
            address_refusals_per_min: 30,
            remembered_max: 50_000,
            body_bytes_max: 64 * 1024,
            mask_body_bytes_max: 8 * 1024 * 1024,
            mask_items_max: 10_000,
        }
    }
}

/// What a change of the policy's file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileChanges {
    /// The new text waits beside the old one until somebody promotes it.
    Stage,
    /// The new text answers at once.
    Activate,
}

/// What is decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicySettings {
    /// The policy's file; the shipped default where absent. Tenants without a policy of their own follow it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// What a change of the file does, also one that was made while the server was down: `stage` lets the new text wait beside the old one until a second person promotes it; with `activate` it answers at once.
    pub file_changes: FileChanges,
    /// How often the file is looked at; 0 for at the start alone.
    pub watch_ms: u64,
}

impl Default for PolicySettings {
    fn default() -> Self {
        Self { file: None, file_changes: FileChanges::Stage, watch_ms: 2_000 }
    }
}

/// Reading masked values: how much, by whom, and what is done about it. The limits count over an hour, and go on
/// counting across a restart.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UnmaskSettings {
    /// Values that one person reads in an hour.
    pub person_per_h: u32,
    /// Values of one class that one person reads in an hour.
    pub person_class_per_h: u32,
    /// Values of one subject that are read in an hour, by whomever.
    pub subject_per_h: u32,
    /// Values that a program (role `service`) reads in an hour; the other limits are for people.
    pub service_per_h: u32,
    /// A person who reads this many times what the middle one of their peers reads in a day raises an alert.
    pub peers_factor: f64,
    /// Peers with readings that an alert needs to be held against.
    pub peers_min: u32,
    /// Readings a day below which nobody raises an alert.
    pub peers_floor: u32,
    /// How long a second person may take to approve, and the first to use the approval.
    pub approval_s: u64,
    /// How long a break-glass grant lasts; 0 for none ever.
    pub break_glass_s: u64,
    /// Values that one break-glass grant reads.
    pub break_glass_values: u32,
    /// How long the same request is answered again; a later repetition is refused.
    pub replay_s: u64,
}

impl Default for UnmaskSettings {
    fn default() -> Self {
        Self {
            person_per_h: 200,
            person_class_per_h: 100,
            subject_per_h: 60,
            service_per_h: 1_000_000,
            peers_factor: 3.0,
            peers_min: 4,
            peers_floor: 30,
            approval_s: 900,
            break_glass_s: 900,
            break_glass_values: 20,
            replay_s: 600,
        }
    }
}

/// What is kept of each decision.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DecisionSettings {
    /// Decisions that wait to be written; beyond it batches are limited, and the page sends them again.
    pub queue_max: usize,
    /// How long a written group waits for others: the delay of an acknowledgement.
    pub commit_interval_ms: u64,
    /// Decisions written in one transaction at most.
    pub commit_max: usize,
    /// How long decisions, with their features, are kept.
    pub retention_h: u64,
    /// The most decisions kept; the oldest go first.
    pub kept_max: u64,
}

impl Default for DecisionSettings {
    fn default() -> Self {
        Self {
            queue_max: 8_192,
            commit_interval_ms: 10,
            commit_max: 512,
            retention_h: 720,
            kept_max: 2_000_000,
        }
    }
}

/// How references are learnt. The rule itself is not a setting: only confirmed or clean sessions teach.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnrolmentSettings {
    /// How often ended sessions are looked through.
    pub interval_ms: u64,
    /// How long an ended session that nobody confirmed waits before it may teach: the time in which a bank
    /// hears of a fraud.
    pub quarantine_h: u64,
    /// Whether confirmed sessions also teach how high evidence rises against a subject when it is they: risk then
    /// reaches its bands so much later, or sooner, within bounds. References that learnt it keep it.
    pub own_margins: bool,
}

impl Default for EnrolmentSettings {
    fn default() -> Self {
        Self { interval_ms: 1_000, quarantine_h: 72, own_margins: false }
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line, in the Elastic Common Schema.
    Ecs,
    /// For a person at a terminal.
    Text,
}

/// Logs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetrySettings {
    /// What is logged: `error`, `warn`, `info`, `debug`, or a filter such as `info,palet_server=debug`.
    pub filter: String,
    /// How lines look.
    pub format: LogFormat,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self { filter: "info".into(), format: LogFormat::Ecs }
    }
}

fn hidden<S: Serializer>(_: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str("[hidden]")
}

/// Parses a key of 32 bytes.
pub(crate) fn parse_key(secret: &SecretString) -> Option<zeroize::Zeroizing<[u8; 32]>> {
    use base64::{Engine, engine::general_purpose};
    let text = secret.expose_secret().trim();
    let bytes = general_purpose::STANDARD
        .decode(text)
        .or_else(|_| general_purpose::URL_SAFE_NO_PAD.decode(text))
        .map(zeroize::Zeroizing::new)
        .ok()?;
    Some(zeroize::Zeroizing::new(bytes.as_slice().try_into().ok()?))
}

impl Settings {
    /// Checks what a type alone cannot: ranges, and fields that must agree.
    pub(crate) fn check(&self, faults: &mut Faults) {
        self.check_server(faults);
        self.check_sessions(faults);
        self.check_limits(faults);
        self.check_unmask(faults);
        let filter = tracing_subscriber::EnvFilter::try_new(&self.telemetry.filter);
        faults.expect(
            filter.is_ok(),
            "telemetry.filter",
            "expected a level or a filter such as info,palet_server=debug",
        );
        self.check_keys(faults);
    }

    fn check_keys(&self, faults: &mut Faults) {
        let keys = &self.keys;
        for (at, key) in [
            ("keys.noise_static", &keys.noise_static),
            ("keys.session_tokens", &keys.session_tokens),
            ("keys.audit", &keys.audit),
        ] {
            let good = key.as_ref().is_none_or(|key| parse_key(key).is_some());
            faults.expect(good, at, "expected 32 bytes in base64");
        }
        let looks = (100..=3_600_000).contains(&keys.check_interval_ms);
        faults.expect(looks, "keys.check_interval_ms", "expected 100 to 3600000");
        faults.expect(keys.outage_grace_s <= 86_400, "keys.outage_grace_s", "expected at most 86400");
        let waits = (50..=60_000).contains(&keys.vault_timeout_ms);
        faults.expect(waits, "keys.vault_timeout_ms", "expected 50 to 60000");
        let one = keys.passphrase.is_none() || keys.passphrase_file.is_none();
        faults.expect(one, "keys.passphrase", "expected it or keys.passphrase_file, not both");
        match keys.provider {
            KeyProviderKind::SealedFile => {}
            KeyProviderKind::Vault => self.check_vault(faults),
            KeyProviderKind::Pkcs11 => self.check_pkcs11(faults),
        }
    }

    fn check_vault(&self, faults: &mut Faults) {
        let keys = &self.keys;
        let address = keys.vault_address.as_deref().unwrap_or_default();
        let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
        let bare = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['?', '#', '@', ' ']));
        faults.expect(
            bare,
            "keys.vault_address",
            "expected http:// or https:// and a host for the provider vault",
        );
        let one = keys.vault_token.is_some() != keys.vault_token_file.is_some();
        faults.expect(one, "keys.vault_token", "expected it or keys.vault_token_file for the provider vault");
        let plain = |name: &str| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b))
        };
        let names = "expected letters, digits, '-', '_', '.' and '/'";
        faults.expect(plain(&keys.vault_mount), "keys.vault_mount", names);
        faults.expect(plain(&keys.vault_key), "keys.vault_key", names);
    }

    fn check_pkcs11(&self, faults: &mut Faults) {
        let keys = &self.keys;
        let module = keys.pkcs11_module.is_some();
        faults.expect(module, "keys.pkcs11_module", "expected a shared library for the provider pkcs11");
        let token = keys.pkcs11_token.as_ref().is_some_and(|label| (1..=32).contains(&label.len()));
        faults.expect(
            token,
            "keys.pkcs11_token",
            "expected a label of 1 to 32 bytes for the provider pkcs11",
        );
        let one = keys.pkcs11_pin.is_some() != keys.pkcs11_pin_file.is_some();
        faults.expect(one, "keys.pkcs11_pin", "expected it or keys.pkcs11_pin_file for the provider pkcs11");
    }

    fn check_server(&self, faults: &mut Faults) {
        let url = self.server.public_url.as_str();
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let bare = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', '?', '#', '@', ' ']));
        faults.expect(bare, "server.public_url", "expected http:// or https://, a host, and no path");
        let workers = self.server.workers <= 1_024;
        faults.expect(workers, "server.workers", "expected 0 to 1024");
        faults.expect(self.server.connections_max > 0, "server.connections_max", "expected at least 1");
        let readers = (1..=64).contains(&self.store.readers);
        faults.expect(readers, "store.readers", "expected 1 to 64");
    }

    fn check_sessions(&self, faults: &mut Faults) {
        let sessions = &self.sessions;
        let ttl = (30..=86_400).contains(&sessions.token_ttl_s);
        faults.expect(ttl, "sessions.token_ttl_s", "expected 30 to 86400");
        let lives = sessions.session_ttl_s >= sessions.token_ttl_s && sessions.session_ttl_s <= 7 * 86_400;
        faults.expect(
            lives,
            "sessions.session_ttl_s",
            "expected at least sessions.token_ttl_s and at most 604800",
        );
        let idle = (10..=sessions.session_ttl_s.max(10)).contains(&sessions.idle_s);
        faults.expect(idle, "sessions.idle_s", "expected 10 to sessions.session_ttl_s");
        faults.expect(sessions.grace_ms <= 300_000, "sessions.grace_ms", "expected at most 300000");
        faults.expect(sessions.live_max > 0, "sessions.live_max", "expected at least 1");
        let sockets = (1..=64).contains(&sessions.sockets_per_session_max);
        faults.expect(sockets, "sessions.sockets_per_session_max", "expected 1 to 64");
        let decisions = &self.decisions;
        faults.expect(decisions.queue_max >= 16, "decisions.queue_max", "expected at least 16");
        let commit = (1..=decisions.queue_max.max(1)).contains(&decisions.commit_max);
        faults.expect(commit, "decisions.commit_max", "expected 1 to decisions.queue_max");
        let interval = decisions.commit_interval_ms <= 1_000;
        faults.expect(interval, "decisions.commit_interval_ms", "expected at most 1000");
        let watch = self.policy.watch_ms;
        let watch = watch == 0 || (50..=3_600_000).contains(&watch);
        faults.expect(watch, "policy.watch_ms", "expected 0, or 50 to 3600000");
        let looks = (50..=3_600_000).contains(&self.enrolment.interval_ms);
        faults.expect(looks, "enrolment.interval_ms", "expected 50 to 3600000");
    }

    fn check_unmask(&self, faults: &mut Faults) {
        let unmask = &self.unmask;
        let factor = (1.0..=1_000.0).contains(&unmask.peers_factor);
        faults.expect(factor, "unmask.peers_factor", "expected 1 to 1000");
        faults.expect(unmask.peers_min >= 2, "unmask.peers_min", "expected at least 2");
        let spans = [
            ("unmask.approval_s", unmask.approval_s, 30),
            ("unmask.replay_s", unmask.replay_s, 1),
            ("unmask.break_glass_s", unmask.break_glass_s, 0),
        ];
        for (at, span, least) in spans {
            faults.expect((least..=86_400).contains(&span), at, &format!("expected {least} to 86400"));
        }
    }

    fn check_limits(&self, faults: &mut Faults) {
        let limits = &self.limits;
        let rates = [
            ("limits.session_frames_per_s", limits.session_frames_per_s),
            ("limits.session_frames_burst", limits.session_frames_burst),
            ("limits.address_opens_per_s", limits.address_opens_per_s),
            ("limits.address_opens_burst", limits.address_opens_burst),
            ("limits.tenant_requests_per_s", limits.tenant_requests_per_s),
            ("limits.tenant_requests_burst", limits.tenant_requests_burst),
            ("limits.address_refusals_per_min", limits.address_refusals_per_min),
        ];
        for (at, rate) in rates {
            faults.expect(rate > 0, at, "expected at least 1");
        }
        faults.expect(limits.remembered_max >= 16, "limits.remembered_max", "expected at least 16");
        let sizes = [
            ("limits.body_bytes_max", limits.body_bytes_max),
            ("limits.mask_body_bytes_max", limits.mask_body_bytes_max),
        ];
        for (at, bytes) in sizes {
            faults.expect((1_024..=64 * 1024 * 1024).contains(&bytes), at, "expected 1024 to 67108864");
        }
        let items = (1..=10_000).contains(&limits.mask_items_max);
        faults.expect(items, "limits.mask_items_max", "expected 1 to 10000");
    }
}
