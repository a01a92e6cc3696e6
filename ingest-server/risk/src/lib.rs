//! Scores of one session, fused, accumulated and mapped to one `Risk` in 0..=1.
//!
//! Seventh station of a batch: the only place where a `Risk` is made. It knows no policy, no store and no clock; time
//! enters as an argument. Missing evidence is neutral, and no single window reaches the upper bands by itself.

mod accumulator;
mod automation;
mod cusum;
mod habits;
mod margin;
mod reason;
mod session;
mod settings;

pub use accumulator::Accumulator;
pub use automation::{AutomationFinding, AutomationWatch};
pub use cusum::Cusum;
pub use margin::learned_margin;
pub use reason::{ReasonCode, RiskReason};
pub use session::{Risk, SessionRisk, SubScores, Trained, Versions};
pub use settings::{RISK_HIGH, RISK_RAISED, RISK_SEVERE, RiskSettings, SettingsError};
