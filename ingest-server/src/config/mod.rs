//! Settings: one struct a room, embedded defaults < file < `PALET_ROOM__FIELD` in the environment.
//!
//! Everything is read and checked before a port is opened, and all faults are told at once. Secrets live in
//! `SecretString` and are never printed. Nothing here starts, opens or connects.

mod check;
mod faults;
mod keys;
mod load;
mod rooms;

pub(crate) use check::parse_key;

pub use faults::{Fault, Faults};
pub use keys::{KeyProviderKind, KeySettings, LockMemory};
pub use load::{Sources, load};
pub use rooms::{
    DecisionSettings, EnrolmentSettings, FileChanges, LimitSettings, LogFormat, PolicySettings,
    ServerSettings, SessionSettings, StoreSettings, Synchronous, TelemetrySettings, UnmaskSettings,
};

use serde::Serialize;

/// All settings of the server.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Settings {
    /// Where and how the server listens.
    pub server: ServerSettings,
    /// Where data is kept.
    pub store: StoreSettings,
    /// Keys; absent ones are made on the first start and kept in the data folder.
    pub keys: KeySettings,
    /// Sessions and their tokens.
    pub sessions: SessionSettings,
    /// Rates and sizes.
    pub limits: LimitSettings,
    /// What is decided.
    pub policy: PolicySettings,
    /// How evidence becomes risk.
    pub risk: palet_risk::RiskSettings,
    /// Reading masked values.
    pub unmask: UnmaskSettings,
    /// What is kept of each decision.
    pub decisions: DecisionSettings,
    /// How references are learnt.
    pub enrolment: EnrolmentSettings,
    /// Logs.
    pub telemetry: TelemetrySettings,
    /// Field classes of the bank's own: one `[[custom]]` table each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub custom: Vec<palet_mask::CustomSettings>,
}

impl Settings {
    /// The settings as TOML, secrets hidden.
    ///
    /// **Errors**: never for settings that were loaded; the writer's error is passed on.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }
}

#[cfg(test)]
mod tests;
