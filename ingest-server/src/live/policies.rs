//! The policies of a running server: for each tenant the one that answers, the one that waits beside it, and those
//! that answered before. Tenants without a policy of their own follow the deployment's.
//!
//! What sessions are judged with is replaced whole, never changed: whoever holds the old one finishes with it.

use palet_comparison::Models;
use palet_policy::{Policy, PolicyErrors, PolicyVersion, Versions, VersionsError};
use palet_risk::RiskSettings;
use palet_units::TenantId;
use parking_lot::RwLock;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::Knowledge;
use crate::store::{PolicyStep, PolicyStepKind};

/// Policies that are remembered for decisions of the past.
const SHELF_MAX: usize = 256;

/// How often the policy that waits was asked, and how often it would have answered otherwise.
#[derive(Debug, Default)]
pub struct ShadowCounts {
    asked: AtomicU64,
    differed: AtomicU64,
}

impl ShadowCounts {
    pub(super) fn count(&self, differs: Differs) {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if differs == Differs::Yes {
            self.differed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Decisions that it was asked about, and those that it would have made otherwise.
    #[must_use]
    pub fn read(&self) -> (u64, u64) {
        (self.asked.load(Ordering::Relaxed), self.differed.load(Ordering::Relaxed))
    }
}

/// Whether two policies answer differently.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Differs {
    No,
    Yes,
}

/// Why a policy is not staged, promoted or brought back.
#[derive(Debug, thiserror::Error)]
pub enum PolicyStepError {
    /// The policy's own rules of succession forbid it.
    #[error(transparent)]
    Versions(#[from] VersionsError),
    /// The approver calls with the key that staged it.
    #[error("expected a second person with a key of their own, got the author's key")]
    SameKey,
    /// The text is no policy.
    #[error(transparent)]
    Policy(#[from] PolicyErrors),
    /// The text is the policy that answers already.
    #[error("expected another policy than the one that answers")]
    Unchanged,
    /// A policy that was kept is not to be had.
    #[error("expected a policy of version {0} that was kept")]
    Unknown(String),
}

impl PolicyStepError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Versions(error) => error.code(),
            Self::SameKey => "policy-same-key",
            Self::Policy(_) => "policy-refused",
            Self::Unchanged => "policy-unchanged",
            Self::Unknown(_) => "policy-unknown",
        }
    }
}

/// The policies of one tenant.
#[derive(Clone)]
struct Line {
    versions: Versions,
    staged_key: String,
    /// Promotions that were not rolled back; none: it follows the deployment.
    own: u32,
    knowledge: Arc<Knowledge>,
}

struct State {
    deployment: Line,
    tenants: HashMap<TenantId, Line>,
    shelf: HashMap<String, Arc<Policy>>,
}

/// All policies.
pub struct Policies {
    models: Arc<Models>,
    risk: RiskSettings,
    state: RwLock<State>,
}

/// How a tenant's policies stand.
pub struct Standing {
    /// The policy that answers.
    pub active: Arc<Policy>,
    /// Whether it is the deployment's.
    pub follows_deployment: bool,
    /// The policy that waits, and who answers for its text.
    pub staged: Option<(Arc<Policy>, String)>,
    /// How the policy that waits compares so far.
    pub shadow: (u64, u64),
    /// The versions that a rollback can bring back, the latest first.
    pub previous: Vec<PolicyVersion>,
}

impl Policies {
    /// The deployment's policy alone.
    #[must_use]
    pub fn new(models: Arc<Models>, risk: RiskSettings, policy: Arc<Policy>) -> Self {
        let shelf = HashMap::from([(policy.version().to_string(), Arc::clone(&policy))]);
        let versions = Versions::new(policy);
        let knowledge = know(&models, risk, &versions);
        let deployment = Line { versions, staged_key: String::new(), own: 0, knowledge };
        let state = RwLock::new(State { deployment, tenants: HashMap::new(), shelf });
        Self { models, risk, state }
    }

    /// What a tenant's sessions are judged with now.
    #[must_use]
    pub fn knowledge(&self, tenant: &TenantId) -> Arc<Knowledge> {
        let state = self.state.read();
        Arc::clone(&state.tenants.get(tenant).unwrap_or(&state.deployment).knowledge)
    }

    /// What a decision of the past was judged with, by its policy's version; today's where it is not remembered.
    #[must_use]
    pub fn knowledge_of(&self, tenant: &TenantId, version: &str) -> Arc<Knowledge> {
        let now = self.knowledge(tenant);
        if now.policy.version().to_string() == version {
            return now;
        }
        match self.state.read().shelf.get(version) {
            Some(policy) => {
                Arc::new(Knowledge { policy: Arc::clone(policy), staged: None, ..(*now).clone() })
            }
            None => now,
        }
    }

    /// How a tenant's policies stand.
    #[must_use]
    pub fn standing(&self, tenant: &TenantId) -> Standing {
        let state = self.state.read();
        let line = state.tenants.get(tenant).unwrap_or(&state.deployment);
        let follows = !state.tenants.contains_key(tenant) || line.own == 0;
        let author = line.versions.staged_author().unwrap_or_default().to_owned();
        Standing {
            active: Arc::clone(line.versions.active()),
            follows_deployment: follows,
            staged: line.versions.staged().map(|policy| (Arc::clone(policy), author)),
            shadow: line.knowledge.shadow.read(),
            previous: if follows { Vec::new() } else { line.versions.previous().collect() },
        }
    }

    /// The version that answers for the deployment, and the one that waits for it.
    #[must_use]
    pub fn deployment(&self) -> (PolicyVersion, Option<PolicyVersion>) {
        let state = self.state.read();
        let versions = &state.deployment.versions;
        (versions.active().version(), versions.staged().map(|policy| policy.version()))
    }

    /// A policy that is remembered, by its version.
    #[must_use]
    pub fn find(&self, version: &str) -> Option<Arc<Policy>> {
        self.state.read().shelf.get(version).cloned()
    }

    /// Whether a step could be taken, without taking it. **Errors**: `PolicyStepError`.
    pub fn check(&self, step: &PolicyStep, policy: Option<&Arc<Policy>>) -> Result<(), PolicyStepError> {
        let state = self.state.read();
        let mut line = line_of(&state, step.tenant.as_ref());
        apply(&mut line, step, policy, &state)
    }

    /// Takes a step; gives back the version that answers then.
    ///
    /// **Errors**: `PolicyStepError`; nothing changed then.
    pub fn take(
        &self,
        step: &PolicyStep,
        policy: Option<&Arc<Policy>>,
    ) -> Result<PolicyVersion, PolicyStepError> {
        let mut state = self.state.write();
        let mut line = line_of(&state, step.tenant.as_ref());
        apply(&mut line, step, policy, &state)?;
        let State { deployment, tenants, shelf } = &mut *state;
        if let Some(policy) = policy {
            if shelf.len() >= SHELF_MAX {
                shelf.clear();
            }
            shelf.insert(policy.version().to_string(), Arc::clone(policy));
        }
        line.knowledge = know(&self.models, self.risk, &line.versions);
        let active = line.versions.active().version();
        match &step.tenant {
            Some(tenant) => drop(tenants.insert(tenant.clone(), line)),
            None => {
                *deployment = line;
                for line in tenants.values_mut().filter(|line| line.own == 0) {
                    line.versions.follow(Arc::clone(deployment.versions.active()));
                    line.knowledge = know(&self.models, self.risk, &line.versions);
                }
            }
        }
        Ok(active)
    }
}

/// The tenant's line; one that follows the deployment where it has none. What waits for the deployment waits for it.
fn line_of(state: &State, tenant: Option<&TenantId>) -> Line {
    match tenant.and_then(|tenant| state.tenants.get(tenant)) {
        Some(line) => line.clone(),
        None => state.deployment.clone(),
    }
}

fn apply(
    line: &mut Line,
    step: &PolicyStep,
    policy: Option<&Arc<Policy>>,
    state: &State,
) -> Result<(), PolicyStepError> {
    let is_tenant = step.tenant.is_some();
    if is_tenant && !step.tenant.as_ref().is_some_and(|tenant| state.tenants.contains_key(tenant)) {
        // What answered before it was the deployment's, and is not the tenant's to bring back.
        line.own = 0;
        line.versions.forget_previous();
    }
    let unknown = || PolicyStepError::Unknown(step.version.clone());
    match step.kind {
        PolicyStepKind::Adopted => {
            line.versions.follow(Arc::clone(policy.ok_or_else(unknown)?));
            line.versions.withdraw();
        }
        PolicyStepKind::Staged => {
            let policy = policy.ok_or_else(unknown)?;
            if policy.version() == line.versions.active().version() {
                return Err(PolicyStepError::Unchanged);
            }
            line.versions.stage(Arc::clone(policy), &step.person);
            line.staged_key.clone_from(&step.key);
        }
        PolicyStepKind::Withdrawn => {
            line.versions.staged().ok_or(VersionsError::NothingStaged)?;
            line.versions.withdraw();
        }
        PolicyStepKind::Promoted => {
            let staged = line.versions.staged().ok_or(VersionsError::NothingStaged)?.version();
            if staged.to_string() != step.version {
                return Err(PolicyStepError::Unknown(step.version.clone()));
            }
            if !line.staged_key.is_empty() && line.staged_key == step.key {
                return Err(PolicyStepError::SameKey);
            }
            line.versions.promote(staged, &step.person)?;
            line.own += 1;
        }
        PolicyStepKind::RolledBack => {
            line.versions.roll_back()?;
            line.own = line.own.saturating_sub(1);
            if is_tenant && line.own == 0 {
                line.versions.follow(Arc::clone(state.deployment.versions.active()));
            }
        }
    }
    Ok(())
}

fn know(models: &Arc<Models>, risk: RiskSettings, versions: &Versions) -> Arc<Knowledge> {
    Arc::new(Knowledge {
        models: Arc::clone(models),
        policy: Arc::clone(versions.active()),
        staged: versions.staged().cloned(),
        shadow: Arc::default(),
        risk,
        risk_version: risk_version(&risk),
    })
}

/// The first 64 bits of the numbers' hash; none for the shipped ones.
fn risk_version(risk: &RiskSettings) -> Option<String> {
    let bytes = postcard::to_allocvec(risk).ok().filter(|_| *risk != RiskSettings::default())?;
    Sha256::digest(bytes).first_chunk().map(|first| format!("{:016x}", u64::from_be_bytes(*first)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use palet_units::Micros;

    fn policy(title: &str) -> Arc<Policy> {
        let text = palet_policy::DEFAULT_TOML.replacen("The policy that ships with PaLet", title, 1);
        Arc::new(Policy::compile(&text).unwrap())
    }

    fn policies() -> (Policies, TenantId, TenantId) {
        let models = Arc::new(Models::embedded().unwrap());
        let policies = Policies::new(models, RiskSettings::default(), policy("deployment"));
        (policies, "bank".parse().unwrap(), "other".parse().unwrap())
    }

    fn step(tenant: Option<&TenantId>, kind: PolicyStepKind, version: &str, who: &str) -> PolicyStep {
        PolicyStep {
            tenant: tenant.cloned(),
            kind,
            version: version.into(),
            person: who.into(),
            key: format!("key-{who}"),
            at: Micros(1),
        }
    }

    fn title(policies: &Policies, tenant: &TenantId) -> String {
        policies.knowledge(tenant).policy.title().to_owned()
    }

    #[test]
    fn a_tenants_policy_is_its_own_and_comes_in_by_two_people_with_two_keys() {
        let (policies, bank, other) = policies();
        let new = policy("new");
        let version = new.version().to_string();
        let staged = step(Some(&bank), PolicyStepKind::Staged, &version, "ada");
        policies.take(&staged, Some(&new)).unwrap();
        assert_eq!(title(&policies, &bank), "deployment");
        assert_eq!(policies.knowledge(&bank).staged.as_ref().unwrap().title(), "new");
        assert!(policies.knowledge(&other).staged.is_none());
        let promote = |person: &str, key: &str| PolicyStep {
            key: key.into(),
            ..step(Some(&bank), PolicyStepKind::Promoted, &version, person)
        };
        let refused = |step: &PolicyStep| policies.take(step, None).unwrap_err().code();
        assert_eq!(refused(&promote("ada", "key-ben")), "policy-same-person");
        assert_eq!(refused(&promote("ben", "key-ada")), "policy-same-key");
        assert_eq!(refused(&step(Some(&bank), PolicyStepKind::Promoted, "0011", "ben")), "policy-unknown");
        assert_eq!(
            refused(&step(Some(&other), PolicyStepKind::Promoted, &version, "ben")),
            "policy-nothing-staged"
        );
        policies.take(&promote("ben", "key-ben"), None).unwrap();
        assert_eq!((title(&policies, &bank), title(&policies, &other)), ("new".into(), "deployment".into()));
        assert_eq!(policies.knowledge_of(&bank, &version).policy.title(), "new");
        policies.take(&step(Some(&bank), PolicyStepKind::RolledBack, "", "ben"), None).unwrap();
        assert_eq!(title(&policies, &bank), "deployment");
        assert!(policies.standing(&bank).follows_deployment);
        assert_eq!(
            refused(&step(Some(&bank), PolicyStepKind::RolledBack, "", "ben")),
            "policy-nothing-before"
        );
    }

    #[test]
    fn who_has_none_follows_the_deployment_and_who_has_one_does_not() {
        let (policies, bank, other) = policies();
        let (own, next) = (policy("own"), policy("next"));
        let version = own.version().to_string();
        policies.take(&step(Some(&bank), PolicyStepKind::Staged, &version, "ada"), Some(&own)).unwrap();
        policies.take(&step(Some(&bank), PolicyStepKind::Promoted, &version, "ben"), None).unwrap();
        let adopted = step(None, PolicyStepKind::Adopted, &next.version().to_string(), "file");
        policies.take(&adopted, Some(&next)).unwrap();
        assert_eq!((title(&policies, &bank), title(&policies, &other)), ("own".into(), "next".into()));
        policies.take(&step(Some(&bank), PolicyStepKind::RolledBack, "", "ben"), None).unwrap();
        assert_eq!(title(&policies, &bank), "next", "rolled back to following, and that has moved on");
    }

    #[test]
    fn a_file_that_waits_waits_for_every_tenant_that_follows() {
        let (policies, bank, other) = policies();
        let file = policy("file");
        let version = file.version().to_string();
        let staged =
            PolicyStep { key: String::new(), ..step(None, PolicyStepKind::Staged, &version, "file") };
        policies.take(&staged, Some(&file)).unwrap();
        assert_eq!(policies.knowledge(&other).staged.as_ref().unwrap().title(), "file");
        policies.take(&step(Some(&bank), PolicyStepKind::Promoted, &version, "ben"), None).unwrap();
        assert_eq!((title(&policies, &bank), title(&policies, &other)), ("file".into(), "deployment".into()));
    }
}
