//! What is kept of a decision: what came out, and by which models, references and policy.

use serde::{Deserialize, Serialize};

/// What came out of an input: enough to tell whether a later run comes to the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecisionOutcome {
    /// Full risk.
    pub risk: f64,
    /// Behaviour alone.
    pub biometric_only: f64,
    /// Keys, pointer, fixed text, automation.
    pub sub_scores: [f64; 4],
    /// The policy's band.
    pub band: String,
    /// What stands behind the risk.
    pub evidence: String,
    /// Windows compared with a reference so far.
    pub windows_compared: u32,
    /// Reasons, as codes.
    pub reasons: Vec<String>,
    /// The level of each class, in the order of the classes' codes.
    pub levels: Vec<u8>,
    /// The verdict, where an action was asked about.
    pub verdict: Option<String>,
    /// Habits.
    pub habits: f64,
}

impl DecisionOutcome {
    /// Reads a stored outcome; of before there were habits, too.
    ///
    /// **Errors**: the bytes are no outcome.
    pub fn parse(bytes: &[u8]) -> Result<Self, postcard::Error> {
        postcard::from_bytes(bytes).or_else(|_| postcard::from_bytes(&[bytes, &0f64.to_le_bytes()].concat()))
    }
}

/// Model, reference and policy behind a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionVersions {
    /// The models, by the first 64 bits of their hash.
    pub model: String,
    /// The version under which the store has the reference; 0 for none.
    pub reference: u64,
    /// The versions of the further people's references.
    pub others: Vec<u64>,
    /// The numbers by which evidence becomes risk, where they are not the shipped ones: the first 64 bits of their hash.
    pub risk: Option<String>,
    /// The policy, by the first 64 bits of its hash.
    pub policy: String,
}

impl std::fmt::Display for DecisionVersions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "model {}, reference {}", self.model, self.reference)?;
        for other in &self.others {
            write!(f, ", with {other}")?;
        }
        if let Some(risk) = &self.risk {
            write!(f, ", risk {risk}")?;
        }
        write!(f, ", policy {}", self.policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_of_before_there_were_habits_are_read() {
        let outcome = DecisionOutcome {
            risk: 0.25,
            biometric_only: 0.25,
            sub_scores: [0.25, 0.0, 0.0, 0.0],
            band: "calm".to_owned(),
            evidence: "trained".to_owned(),
            windows_compared: 3,
            reasons: vec!["key-dwell".to_owned()],
            levels: vec![0, 1],
            verdict: Some("allow".to_owned()),
            habits: 0.0,
        };
        let bytes = postcard::to_allocvec(&outcome).unwrap();
        assert_eq!(DecisionOutcome::parse(&bytes), Ok(outcome.clone()));
        assert_eq!(DecisionOutcome::parse(&bytes[..bytes.len() - 8]), Ok(outcome));
        assert!(DecisionOutcome::parse(&bytes[..bytes.len() - 9]).is_err());
    }
}
