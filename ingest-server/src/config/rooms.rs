//! The rooms' settings. The doc comments are the operator's manual; `docs/configuration.md` repeats them.

use serde::{Deserialize, Serialize};
use std::{net::SocketAddr, path::PathBuf};

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
