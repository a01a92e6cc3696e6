//! Which sessions a reference may learn from: confirmed ones, or very clean ones, after a quarantine.

use palet_units::{Micros, Probability};
use serde::{Deserialize, Serialize};

/// The rule's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnrolmentSettings {
    /// An unconfirmed session is learned from only where its risk never rose above this.
    pub clean_risk_max: f64,
    /// An unconfirmed session is learned from only where this many windows were compared.
    pub clean_windows_min: u32,
    /// Nothing is learned earlier than this after the session's end, so that fraud can be reported first. **Units**: h.
    pub quarantine_hours: u32,
    /// At most so many sessions are learned from in a day.
    pub updates_per_day_max: u32,
}

impl Default for EnrolmentSettings {
    fn default() -> Self {
        Self { clean_risk_max: 0.2, clean_windows_min: 4, quarantine_hours: 72, updates_per_day_max: 2 }
    }
}

/// What is known of who sat there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confirmation {
    /// Nothing beyond the session's own risk.
    None,
    /// A step-up was passed in the session, before its windows ended.
    StepUp,
    /// The bank said that it was the subject.
    BankGenuine,
    /// The bank said, or suspects, that it was not.
    BankFraud,
}

/// A session that has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EndedSession {
    /// What is known of who sat there.
    pub confirmation: Confirmation,
    /// The highest risk of the session.
    pub peak_risk: Probability,
    /// Windows that were compared with a trained reference.
    pub windows_compared: u32,
    /// Whether an automation detector fired.
    pub automation: Automation,
    /// When it ended.
    pub ended_at: Micros,
    /// Sessions that this reference learned from within the last day.
    pub updates_today: u32,
}

/// Whether a machine seems to have made the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Automation {
    /// Nothing points to one.
    NotSeen,
    /// Something does.
    Suspected,
}

/// What becomes of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Learning {
    /// Learn from it now.
    Learn,
    /// Ask again at this time.
    Wait(Micros),
    /// Never learn from it.
    Refuse(Refusal),
}

/// Why nothing is learned from a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// The bank reported fraud.
    Fraud,
    /// A machine may have made the events.
    Automation,
    /// Not confirmed, and its risk was not low throughout.
    NotClean,
    /// Not confirmed, and too little was compared to call it clean.
    TooShort,
}

const HOUR_S: u64 = 3_600;

/// Decides whether a reference may learn from a session.
pub fn decide(settings: &EnrolmentSettings, session: &EndedSession, now: Micros) -> Learning {
    let confirmed = matches!(session.confirmation, Confirmation::StepUp | Confirmation::BankGenuine);
    if session.confirmation == Confirmation::BankFraud {
        return Learning::Refuse(Refusal::Fraud);
    }
    if session.automation == Automation::Suspected {
        return Learning::Refuse(Refusal::Automation);
    }
    if !confirmed && session.windows_compared < settings.clean_windows_min {
        return Learning::Refuse(Refusal::TooShort);
    }
    if !confirmed && session.peak_risk.get() > settings.clean_risk_max {
        return Learning::Refuse(Refusal::NotClean);
    }
    let quarantine = Micros::from_secs(u64::from(settings.quarantine_hours) * HOUR_S);
    let free_at = session.ended_at.plus(quarantine);
    if session.confirmation != Confirmation::BankGenuine && now < free_at {
        return Learning::Wait(free_at);
    }
    if session.updates_today >= settings.updates_per_day_max {
        return Learning::Wait(now.plus(Micros::from_secs(24 * HOUR_S)));
    }
    Learning::Learn
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> EndedSession {
        EndedSession {
            confirmation: Confirmation::None,
            peak_risk: Probability::clamped(0.1),
            windows_compared: 9,
            automation: Automation::NotSeen,
            ended_at: Micros::ZERO,
            updates_today: 0,
        }
    }

    fn decided(session: EndedSession, hours: u64) -> Learning {
        decide(&EnrolmentSettings::default(), &session, Micros::from_secs(hours * HOUR_S))
    }

    #[test]
    fn a_clean_session_waits_for_its_quarantine() {
        assert_eq!(decided(session(), 71), Learning::Wait(Micros::from_secs(72 * HOUR_S)));
        assert_eq!(decided(session(), 72), Learning::Learn);
    }

    #[test]
    fn a_session_that_was_once_risky_needs_confirmation() {
        let risky = EndedSession { peak_risk: Probability::clamped(0.3), ..session() };
        assert_eq!(decided(risky, 99), Learning::Refuse(Refusal::NotClean));
        assert_eq!(
            decided(EndedSession { confirmation: Confirmation::StepUp, ..risky }, 99),
            Learning::Learn
        );
    }

    #[test]
    fn fraud_and_machines_are_never_learned_from() {
        let fraud = EndedSession { confirmation: Confirmation::BankFraud, ..session() };
        assert_eq!(decided(fraud, 9_999), Learning::Refuse(Refusal::Fraud));
        let machine = EndedSession {
            confirmation: Confirmation::StepUp,
            automation: Automation::Suspected,
            ..session()
        };
        assert_eq!(decided(machine, 9_999), Learning::Refuse(Refusal::Automation));
    }

    #[test]
    fn little_evidence_is_not_clean_evidence() {
        let short = EndedSession { windows_compared: 3, ..session() };
        assert_eq!(decided(short, 99), Learning::Refuse(Refusal::TooShort));
    }

    #[test]
    fn updates_of_a_day_are_bounded() {
        let busy = EndedSession { updates_today: 2, ..session() };
        assert!(matches!(decided(busy, 99), Learning::Wait(_)));
    }
}
