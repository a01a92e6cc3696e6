//! The policies of a running server: the one that answers, the one that waits, and those that answered before.
//!
//! A staged policy answers beside the active one without effect, so that both can be compared on live traffic.
//! It takes over when a second person promotes it, and what it replaced can come back at once.

use crate::answer::{ActionAnswer, Answer, PolicyVersion};
use crate::policy::Policy;
use crate::question::{ActionQuestion, Question};
use std::collections::VecDeque;
use std::sync::Arc;

/// The most policies that are kept for a rollback.
pub const PREVIOUS_MAX: usize = 8;

/// A policy that waits for a second person.
#[derive(Clone, Debug)]
struct Staged {
    policy: Arc<Policy>,
    author: String,
}

/// The policies of a running server. Replacing one never waits for those who still hold the other.
#[derive(Clone, Debug)]
pub struct Versions {
    active: Arc<Policy>,
    staged: Option<Staged>,
    previous: VecDeque<Arc<Policy>>,
}

/// The answers of the active policy, which counts, and of the staged one, which does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SideBySide<A> {
    /// What is done.
    pub active: A,
    /// What would be done, where a policy is staged.
    pub staged: Option<A>,
}

impl<A: PartialEq> SideBySide<A> {
    /// Whether the staged policy would answer otherwise.
    #[must_use]
    pub fn differ(&self) -> bool {
        self.staged.as_ref().is_some_and(|staged| *staged != self.active)
    }
}

/// Why a policy is not promoted or brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionsError {
    /// Nothing waits.
    #[error("expected a staged policy, got none")]
    NothingStaged,
    /// Another policy was staged since the approver looked.
    #[error("expected the staged version {staged}, got {asked}")]
    OtherVersion {
        /// The version that waits.
        staged: PolicyVersion,
        /// The version that was to be promoted.
        asked: PolicyVersion,
    },
    /// The approver is the author.
    #[error("expected a second person, got the author")]
    SamePerson,
    /// No policy answered before this one.
    #[error("expected an earlier policy, got none")]
    NothingBefore,
}

impl VersionsError {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NothingStaged => "policy-nothing-staged",
            Self::OtherVersion { .. } => "policy-other-version",
            Self::SamePerson => "policy-same-person",
            Self::NothingBefore => "policy-nothing-before",
        }
    }
}

impl Versions {
    /// A server that starts with this policy.
    #[must_use]
    pub fn new(active: Arc<Policy>) -> Self {
        Self { active, staged: None, previous: VecDeque::new() }
    }

    /// The policy that answers.
    #[must_use]
    pub fn active(&self) -> &Arc<Policy> {
        &self.active
    }

    /// The policy that waits.
    #[must_use]
    pub fn staged(&self) -> Option<&Arc<Policy>> {
        self.staged.as_ref().map(|staged| &staged.policy)
    }

    /// Who answers for the text of the policy that waits.
    #[must_use]
    pub fn staged_author(&self) -> Option<&str> {
        self.staged.as_ref().map(|staged| staged.author.as_str())
    }

    /// Another policy answers from now on, by whoever may decide that outside of here. It cannot be rolled back from
    /// here either.
    pub fn follow(&mut self, policy: Arc<Policy>) {
        self.active = policy;
    }

    /// Nothing before the policy that answers can be brought back.
    pub fn forget_previous(&mut self) {
        self.previous.clear();
    }

    /// The versions that a rollback can bring back, the latest first.
    pub fn previous(&self) -> impl Iterator<Item = PolicyVersion> {
        self.previous.iter().map(|policy| policy.version())
    }

    /// Lets a policy wait; one that waited before is dropped. `author` is whoever answers for its text.
    pub fn stage(&mut self, policy: Arc<Policy>, author: &str) {
        self.staged = Some(Staged { policy, author: author.to_owned() });
    }

    /// Drops the policy that waits.
    pub fn withdraw(&mut self) {
        self.staged = None;
    }

    /// Lets the staged policy answer. **Errors**: nothing waits, another version waits, or `approver` wrote it.
    pub fn promote(
        &mut self,
        version: PolicyVersion,
        approver: &str,
    ) -> Result<PolicyVersion, VersionsError> {
        let staged = self.staged.as_ref().ok_or(VersionsError::NothingStaged)?;
        if staged.policy.version() != version {
            return Err(VersionsError::OtherVersion { staged: staged.policy.version(), asked: version });
        }
        if staged.author == approver {
            return Err(VersionsError::SamePerson);
        }
        let promoted = Arc::clone(&staged.policy);
        self.staged = None;
        let replaced = core::mem::replace(&mut self.active, promoted);
        self.previous.push_front(replaced);
        self.previous.truncate(PREVIOUS_MAX);
        Ok(version)
    }

    /// Brings back the policy that answered before. One person may: it was approved once already.
    pub fn roll_back(&mut self) -> Result<PolicyVersion, VersionsError> {
        let before = self.previous.pop_front().ok_or(VersionsError::NothingBefore)?;
        self.active = before;
        Ok(self.active.version())
    }

    /// Both answers about a field.
    #[must_use]
    pub fn decide(&self, question: &Question<'_>) -> SideBySide<Answer> {
        let staged = self.staged().map(|policy| policy.decide(question));
        SideBySide { active: self.active.decide(question), staged }
    }

    /// Both answers about an action.
    #[must_use]
    pub fn decide_action(&self, question: &ActionQuestion<'_>) -> SideBySide<ActionAnswer> {
        let staged = self.staged().map(|policy| policy.decide_action(question));
        SideBySide { active: self.active.decide_action(question), staged }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::{Circumstances, EvidenceState, RiskBand};
    use palet_mask::FieldClass;

    fn shipped() -> Arc<Policy> {
        Arc::new(Policy::embedded_default().unwrap())
    }

    fn other() -> Arc<Policy> {
        let text = crate::DEFAULT_TOML.replacen(
            "mfa = \"<=recent\"\nlevel = \"token\"",
            "mfa = \"<=recent\"\nlevel = \"redact\"",
            1,
        );
        Arc::new(Policy::compile(&text).unwrap())
    }

    #[test]
    fn a_policy_takes_over_only_by_a_second_person_who_saw_that_version() {
        let mut versions = Versions::new(shipped());
        let (first, second) = (shipped().version(), other().version());
        assert_eq!(versions.promote(second, "ben"), Err(VersionsError::NothingStaged));
        versions.stage(other(), "ada");
        assert_eq!(versions.promote(second, "ada"), Err(VersionsError::SamePerson));
        assert_eq!(
            versions.promote(first, "ben"),
            Err(VersionsError::OtherVersion { staged: second, asked: first })
        );
        assert_eq!(versions.active().version(), first);
        assert_eq!(versions.promote(second, "ben"), Ok(second));
        assert_eq!(versions.active().version(), second);
        assert_eq!(versions.roll_back(), Ok(first));
        assert_eq!(versions.roll_back(), Err(VersionsError::NothingBefore));
    }

    #[test]
    fn a_staged_policy_answers_without_effect() {
        let mut versions = Versions::new(shipped());
        versions.stage(other(), "ada");
        let tenant = "bank-1".parse().unwrap();
        let circumstances = Circumstances {
            role: crate::Role::Auditor,
            purpose: crate::Purpose::Audit,
            evidence: EvidenceState::Trained,
            mfa: crate::MfaAge::Fresh,
            band: RiskBand::Calm,
            ..Circumstances::UNKNOWN
        };
        let question = Question { tenant: &tenant, class: FieldClass::Iban, custom: None, circumstances };
        let both = versions.decide(&question);
        assert!(both.differ());
        assert_eq!(both.active.level, palet_mask::Level::Token);
        versions.withdraw();
        assert_eq!(versions.decide(&question).staged, None);
    }

    #[test]
    fn only_so_many_earlier_policies_are_kept() {
        let mut versions = Versions::new(shipped());
        for _ in 0..2 * PREVIOUS_MAX {
            versions.stage(other(), "ada");
            versions.promote(other().version(), "ben").unwrap();
        }
        assert_eq!(versions.previous().count(), PREVIOUS_MAX);
    }
}
