//! A question as it is stored with a decision: one JSON object, with scores and ages instead of bands and steps,
//! so that a policy with other thresholds can be asked it again.

use crate::policy::{Authenticated, Policy};
use crate::question::{
    Channel, Circumstances, DeviceState, EvidenceState, PageContext, Purpose, Role, SubBands, SubScore,
    SupportMode,
};
use palet_mask::FieldClass;
use palet_units::{Micros, Probability, TenantId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What was asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    /// A field of a built-in class.
    Class(FieldClass),
    /// A field of a class of the bank's own, by its name.
    Custom(String),
    /// An action, by its name.
    Action(String),
}

/// A stored question. What is left out is what [`Circumstances::UNKNOWN`] has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredQuestion {
    /// The session, by its identifier or any other name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub session: String,
    /// The tenant.
    pub tenant: TenantId,
    /// What was asked about: `{"class": "iban"}`, `{"custom": "membership"}` or `{"action": "login"}`.
    pub asked: Asked,
    /// Who asked.
    #[serde(default = "customer")]
    pub role: Role,
    /// How the request came.
    #[serde(default = "web")]
    pub channel: Channel,
    /// The part of the site on screen.
    #[serde(default = "other")]
    pub context: PageContext,
    /// What the value was wanted for.
    #[serde(default = "display")]
    pub purpose: Purpose,
    /// Whether a support session was open.
    #[serde(default = "off")]
    pub support: SupportMode,
    /// The overall risk.
    pub risk: Probability,
    /// The scores of the detectors that spoke, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sub_scores: BTreeMap<String, Probability>,
    /// What stood behind the risk.
    pub evidence: EvidenceState,
    /// The time since the login. **Units**: s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_login_s: Option<u64>,
    /// The time since the last step-up of the session. **Units**: s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_step_up_s: Option<u64>,
    /// Whether the device was known.
    #[serde(default = "known")]
    pub device: DeviceState,
}

const fn customer() -> Role {
    Circumstances::UNKNOWN.role
}

const fn web() -> Channel {
    Circumstances::UNKNOWN.channel
}

const fn other() -> PageContext {
    Circumstances::UNKNOWN.context
}

const fn display() -> Purpose {
    Circumstances::UNKNOWN.purpose
}

const fn off() -> SupportMode {
    Circumstances::UNKNOWN.support
}

const fn known() -> DeviceState {
    Circumstances::UNKNOWN.device
}

/// A detector that the policy's language does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected sub-scores of bot, agent, remote, duress, replay and new-account")]
pub struct UnknownSubScore;

impl StoredQuestion {
    /// The circumstances as a policy's own thresholds cut them. **Errors**: a sub-score that does not exist.
    pub fn circumstances(&self, policy: &Policy) -> Result<Circumstances, UnknownSubScore> {
        let mut subs = SubBands::CALM;
        for (name, score) in &self.sub_scores {
            let sub: SubScore = name.parse().map_err(|_| UnknownSubScore)?;
            subs = subs.with(sub, policy.sub_band(sub, *score));
        }
        let authenticated = Authenticated {
            since_login: self.since_login_s.map(Micros::from_secs),
            since_step_up: self.since_step_up_s.map(Micros::from_secs),
        };
        Ok(Circumstances {
            role: self.role,
            channel: self.channel,
            context: self.context,
            purpose: self.purpose,
            support: self.support,
            band: policy.band(self.risk),
            evidence: self.evidence,
            subs,
            mfa: policy.mfa_age(&authenticated),
            device: self.device,
        })
    }
}
