//! Rules in TOML, compiled once and proved at load, decide what each field shows.
//!
//! The server compiles a text into a [`Policy`] ([`Policy::compile`], or [`Policy::embedded_default`]), cuts
//! scores and ages into named steps with the policy's own thresholds ([`Policy::band`], [`Policy::sub_band`],
//! [`Policy::mfa_age`]), puts them into [`Circumstances`], and asks:
//!
//! ```
//! use palet_mask::{FieldClass, Level};
//! use palet_policy::{Circumstances, EvidenceState, Policy, Question, RiskBand};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let policy = Policy::embedded_default()?;
//! let tenant = "bank-1".parse()?;
//! let mut circumstances = Circumstances::UNKNOWN;
//! let iban = |circumstances| Question { tenant: &tenant, class: FieldClass::Iban, custom: None, circumstances };
//! assert_eq!(policy.decide(&iban(circumstances)).level, Level::Redact); // masked first
//!
//! circumstances.evidence = EvidenceState::Trained;
//! circumstances.band = policy.band(palet_units::Probability::ZERO);
//! assert_eq!(policy.decide(&iban(circumstances)).level, Level::Clear);
//!
//! circumstances.band = RiskBand::High;
//! let answer = policy.decide(&iban(circumstances));
//! assert_eq!(answer.level, Level::Redact);
//! println!("{}: {}", policy.rule(answer.rule).name, policy.rule(answer.rule).reason);
//! # Ok(()) }
//! ```
//!
//! For a whole page, [`Policy::prepare`] fixes the circumstances once and answers field by field. Actions such
//! as `submit-transfer` are asked with [`Policy::decide_action`].
//!
//! What a policy guarantees once it compiles: every question has an answer; secret classes are never shown;
//! more doubt in any dimension (risk, detectors, evidence, age of authentication, device) never reveals more
//! nor permits more. This room knows no clock, socket, store or model.

mod answer;
pub mod cli;
mod compare;
mod diagram;
mod domain;
mod explain;
mod fault;
mod policy;
mod proof;
mod question;
mod source;
mod stored;
mod table;
mod versions;

pub use answer::{ActionAnswer, Answer, Obligation, Obligations, PolicyVersion, Reasons, RuleId, Verdict};
pub use compare::{Change, Comparison, Direction, TooDifferent};
pub use domain::Dim;
pub use explain::{Explanation, Otherwise};
pub use fault::{Breach, Fault, FaultCode, PolicyErrors};
pub use policy::{Authenticated, Bands, DEFAULT_TOML, Policy, Prepared, RuleInfo};
pub use question::{
    ActionQuestion, Channel, Circumstances, DeviceState, EvidenceState, MfaAge, PageContext, Purpose,
    Question, RiskBand, Role, SubBands, SubScore, SupportMode, UnknownName,
};
pub use source::{CUSTOM_CLASSES_MAX, NAMES_MAX, RULES_MAX, SOURCE_BYTES_MAX};
pub use stored::{Asked, StoredQuestion, UnknownSubScore};
pub use versions::{PREVIOUS_MAX, SideBySide, Versions, VersionsError};
