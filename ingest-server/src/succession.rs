//! How policies change hands in a running server: staged, promoted by a second person, brought back, read again from
//! their file. Each step is in the audit log and in the store before it takes effect, and sessions hear of it at once.
//!
//! The state is nothing but the steps in their order: a restart takes them again.

use palet_comparison::Models;
use palet_policy::{Policy, PolicyVersion, SOURCE_BYTES_MAX};
use palet_risk::RiskSettings;
use palet_units::Micros;
use std::{collections::HashMap, path::Path, sync::Arc, time::Duration};
use tokio::sync::watch;

use crate::{
    app::{AppState, StartError, load_policy},
    audit::{Action, AuditError, Detail, Entry, Outcome},
    clock,
    config::{FileChanges, Settings},
    live::{Policies, PolicyStepError},
    store::{PolicyStep, PolicyStepKind, Store, StoreError, StoreResult},
};

/// Who answers for a policy that came from its file.
const FILE: &str = "file";

/// Why a step is not taken. Nothing changed then.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The rules of succession forbid it.
    #[error(transparent)]
    Refused(#[from] PolicyStepError),
    /// The audit log takes no line.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a step that somebody asked for. A refusal is in the audit log as well.
///
/// **Errors**: `StepError`.
pub async fn take(
    state: &AppState,
    step: PolicyStep,
    policy: Option<Arc<Policy>>,
) -> Result<PolicyVersion, StepError> {
    let policies = &state.registry.tools().policies;
    // One step at a time: what was checked is what is taken.
    let _turn = state.policy_turn.lock().await;
    if let Err(error) = policies.check(&step, policy.as_ref()) {
        state.audit.append(entry(&step, Outcome::Refused).with(Detail::Code, error.code())).await?;
        return Err(error.into());
    }
    state.audit.append(entry(&step, Outcome::Done)).await?;
    if let Err(error) = state.store.insert_policy_step(&step, policy.as_deref().map(Policy::text)).await {
        // The line before said that it was done.
        state.audit.append(entry(&step, Outcome::Failed)).await?;
        return Err(error.into());
    }
    let active = policies.take(&step, policy.as_ref())?;
    tracing::warn!(
        event.action = "policy-step",
        palet.step = step.kind.as_str(),
        palet.version = step.version,
        palet.person = step.person,
        "a policy changed hands"
    );
    if step.kind != PolicyStepKind::Staged && step.kind != PolicyStepKind::Withdrawn {
        state.registry.policy_changed(step.tenant.as_ref(), clock::now());
    }
    Ok(active)
}

fn entry(step: &PolicyStep, outcome: Outcome) -> Entry {
    let action = match step.kind {
        PolicyStepKind::Adopted => Action::PolicyFile,
        PolicyStepKind::Staged => Action::PolicyStaged,
        PolicyStepKind::Withdrawn => Action::PolicyWithdrawn,
        PolicyStepKind::Promoted => Action::PolicyPromoted,
        PolicyStepKind::RolledBack => Action::PolicyRolledBack,
    };
    let entry =
        Entry::new(action, outcome, step.at).person(&step.person).with(Detail::Version, &step.version);
    let entry = if step.key.is_empty() { entry } else { entry.key(&step.key) };
    match &step.tenant {
        Some(tenant) => entry.tenant(tenant),
        None => entry,
    }
}

/// The policies as the store's steps leave them; `base` where it has none. Writes nothing.
///
/// **Errors**: the store failed.
pub async fn replay(
    store: &dyn Store,
    models: Arc<Models>,
    risk: RiskSettings,
    base: &Arc<Policy>,
) -> StoreResult<Policies> {
    let steps = store.policy_steps().await?;
    let mut texts = HashMap::from([(base.version().to_string(), Arc::clone(base))]);
    for step in &steps {
        if texts.contains_key(&step.version) {
            continue;
        }
        let text = store.policy_text(&step.version).await?.unwrap_or_default();
        match Policy::compile(&text) {
            Ok(policy) => drop(texts.insert(step.version.clone(), Arc::new(policy))),
            Err(_) if step.version.is_empty() => {}
            Err(error) => tracing::error!(event.action = "policy-lost", palet.version = step.version,
                error.message = %error, "a policy that was kept does not compile any more"),
        }
    }
    let mut steps = steps.iter().skip_while(|step| step.kind != PolicyStepKind::Adopted);
    let first = steps.next().and_then(|step| texts.get(&step.version)).unwrap_or(base);
    let policies = Policies::new(models, risk, Arc::clone(first));
    for step in steps {
        if let Err(error) = policies.take(step, texts.get(&step.version)) {
            tracing::error!(event.action = "policy-step-lost", palet.step = step.kind.as_str(),
                palet.version = step.version, error.message = %error, "a step of a policy could not be taken again");
        }
    }
    Ok(policies)
}

/// What the policy of the settings, read now, asks for: nothing, to be adopted, or to wait.
fn step_of(settings: &Settings, policies: &Policies, base: &Policy, now: Micros) -> Option<PolicyStep> {
    let version = base.version();
    let (active, waiting) = policies.deployment();
    let step = |kind, version: PolicyVersion| PolicyStep {
        tenant: None,
        kind,
        version: version.to_string(),
        person: FILE.into(),
        key: String::new(),
        at: now,
    };
    let waits = settings.policy.file.is_some() && settings.policy.file_changes == FileChanges::Stage;
    match waiting {
        Some(waiting) if waiting == version => None,
        Some(waiting) if active == version => Some(step(PolicyStepKind::Withdrawn, waiting)),
        None if active == version => None,
        _ if waits => Some(step(PolicyStepKind::Staged, version)),
        _ => Some(step(PolicyStepKind::Adopted, version)),
    }
}

/// Brings the deployment's policy in line with the settings when the server starts, before it answers anybody.
///
/// **Errors**: the store failed.
pub async fn settle(
    store: &dyn Store,
    settings: &Settings,
    policies: &Policies,
    base: &Arc<Policy>,
) -> StoreResult<Option<Entry>> {
    let now = clock::now();
    let first = store.policy_steps().await?.is_empty();
    let adopted = PolicyStep {
        tenant: None,
        kind: PolicyStepKind::Adopted,
        version: base.version().to_string(),
        person: FILE.into(),
        key: String::new(),
        at: now,
    };
    let step = if first { Some(adopted) } else { step_of(settings, policies, base, now) };
    let Some(step) = step else { return Ok(None) };
    store.insert_policy_step(&step, Some(base.text())).await?;
    if !first && policies.take(&step, Some(base)).is_ok() && step.kind == PolicyStepKind::Staged {
        tracing::warn!(
            event.action = "policy-step",
            palet.step = "staged",
            palet.version = step.version,
            "the policy's file was changed: it waits to be promoted, beside the one that answers"
        );
    }
    Ok(Some(entry(&step, Outcome::Done)))
}

/// Looks at the policy's file until the server stops. A file that is broken changes nothing and is told.
pub(crate) async fn watch_file(state: actix_web::web::Data<AppState>, mut stop: watch::Receiver<bool>) {
    let Some(path) = state.settings.policy.file.clone() else { return };
    let every = Duration::from_millis(state.settings.policy.watch_ms);
    if every.is_zero() {
        return;
    }
    let mut seen = look_of(&path);
    loop {
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let look = look_of(&path);
        if look == seen {
            continue;
        }
        seen = look;
        reread(&state, &path).await;
    }
}

/// What of a file changes when it is written: its time and length; none while it is away.
fn look_of(path: &Path) -> Option<(std::time::SystemTime, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

async fn reread(state: &AppState, path: &Path) {
    let settings = state.settings.clone();
    let read = actix_web::web::block(move || load_policy(&settings)).await;
    let policy = match read {
        Ok(Ok(policy)) => Arc::new(policy),
        Ok(Err(error)) => return told_broken(state, path, &error).await,
        Err(_) => return,
    };
    let Some(step) = step_of(&state.settings, &state.registry.tools().policies, &policy, clock::now()) else {
        return;
    };
    if let Err(error) = take(state, step, Some(policy)).await {
        tracing::error!(event.action = "policy-file", error.message = %error, "the policy's file was not taken");
    }
}

async fn told_broken(state: &AppState, path: &Path, error: &StartError) {
    state.metrics.policy_files_refused.inc();
    let code = match error {
        StartError::Policy(errors) => {
            errors.faults().first().map_or("policy-refused", |fault| fault.code.as_str())
        }
        _ => "policy-file-io",
    };
    tracing::error!(event.action = "policy-file", palet.code = code, palet.path = %path.display(),
        error.message = %error, "the policy's file is refused; the policy before it goes on");
    let entry = Entry::new(Action::PolicyFile, Outcome::Refused, clock::now()).person(FILE);
    if let Err(error) = state.audit.append(entry.with(Detail::Code, code)).await {
        tracing::error!(event.action = "audit-failed", error.message = %error, "a refused file has no line");
    }
}

/// Reads a policy's text, and no more of a hostile file than shows that it is too long. **Errors**: reading.
pub(crate) fn read_text(path: &Path) -> std::io::Result<String> {
    use std::io::Read;
    let mut text = String::new();
    std::fs::File::open(path)?.take(SOURCE_BYTES_MAX as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}
