//! The lines that reading a value leaves in the audit log, and what is read back from them after a restart.

use palet_mask::FieldClass;
use palet_policy::{MfaAge, Role};
use palet_units::{Micros, TenantId};
use serde_json::Value;
use std::ops::ControlFlow;

use super::{
    limits::{Limits, Reading},
    peers::Peers,
    request::{Asked, Asker, Item, Outcome, token_digest},
};
use crate::{
    audit::{Action, AuditError, AuditLog, Detail, Entry, Outcome as Done, Reader},
    unmask::Refusal,
};

/// Counts look back this far: a day, for the peers.
const LOOK_BACK: Micros = Micros::from_secs(24 * 3_600);

/// A line about a person who asks.
pub(super) fn entry_of(action: Action, done: Done, asker: &Asker, now: Micros) -> Entry {
    Entry::new(action, done, now)
        .tenant(&asker.tenant)
        .key(&asker.key)
        .person(&asker.person)
        .with(Detail::Role, asker.role.as_str())
        .with(Detail::Channel, asker.channel.as_str())
}

/// A line for a request that is refused whole.
pub(super) fn refusal(asker: &Asker, action: Action, code: &str, now: Micros) -> Entry {
    entry_of(action, Done::Refused, asker, now).with(Detail::Code, code)
}

impl From<&Refusal> for Done {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Audit(_) | Refusal::Store(_) => Self::Failed,
            _ => Self::Refused,
        }
    }
}

/// What all lines of a request have in common.
pub(super) struct Tracer<'a> {
    audit: &'a AuditLog,
    tenant: &'a TenantId,
    base: Entry,
}

impl<'a> Tracer<'a> {
    pub(super) fn new(
        audit: &'a AuditLog,
        asked: &'a Asked,
        action: Action,
        policy: &str,
        now: Micros,
    ) -> Self {
        let mut base = entry_of(action, Done::Refused, &asked.asker, now)
            .with(Detail::Request, &asked.idempotency_key)
            .with(Detail::Purpose, asked.purpose.as_str())
            .with(Detail::Mfa, asked.circumstances.mfa.as_str())
            .with(Detail::Policy, policy)
            .with_words(Detail::Reason, &asked.reason);
        if let Some(session) = asked.session {
            base = base.with(Detail::Session, session);
        }
        if let Some(grant) = &asked.grant {
            base = base.with(Detail::Grant, grant);
        }
        Self { audit, tenant: &asked.asker.tenant, base }
    }

    /// The line of one value.
    pub(super) fn line(&self, item: &Item, outcome: &Outcome) -> Entry {
        let mut entry = self
            .base
            .clone()
            .with_words(Detail::Class, &item.class)
            .with(Detail::Token, crate::audit::hex(&token_digest(&item.sealed)))
            .with(Detail::Record, self.audit.index(self.tenant, &item.record));
        if !item.reference.is_empty() {
            entry = entry.with_words(Detail::Reference, &item.reference);
        }
        if !item.subject.is_empty() {
            entry = entry.with(Detail::Subject, &item.subject);
        }
        match outcome {
            Outcome::Released { level, rule, .. } => {
                entry.came_to(Done::Done).with(Detail::Level, level.as_str()).with(Detail::Rule, rule)
            }
            Outcome::StepUp { rule, .. } => entry.came_to(Done::StepUp).with(Detail::Rule, rule),
            Outcome::Pending { approval, rule } => {
                entry.came_to(Done::Pending).with(Detail::Approval, approval).with(Detail::Rule, rule)
            }
            Outcome::Refused { code, rule, .. } => {
                let entry = entry.came_to(Done::Refused).with(Detail::Code, code);
                match rule {
                    Some(rule) => entry.with(Detail::Rule, rule),
                    None => entry,
                }
            }
        }
    }
}

/// Counts what was read within the last day, as the log has it.
pub(super) fn restore(
    reader: &Reader,
    limits: &mut Limits,
    peers: &mut Peers,
    now: Micros,
) -> Result<(), AuditError> {
    let since = now.0.saturating_sub(LOOK_BACK.0);
    reader.each_back(u64::MAX, |line| {
        let Ok(entry) = serde_json::from_str::<Value>(line) else { return ControlFlow::Continue(()) };
        let at = Micros(entry["at_us"].as_u64().unwrap_or(0));
        if at.0 < since {
            return ControlFlow::Break(());
        }
        if let Some((tenant, role)) = whose(&entry)
            && entry["grant"].is_null()
        {
            let text = |name: &str| entry[name].as_str().unwrap_or_default();
            let (person, is_service) = (text("person"), role == Role::Service);
            // A class of the bank's own is counted as all of those are.
            let class = text("class").parse().unwrap_or(FieldClass::Custom);
            let subject = if text("subject").is_empty() { text("record") } else { text("subject") };
            limits.restore(&Reading { tenant: &tenant, person, is_service, class, subject }, at);
            peers.add((&tenant, role), person, 1, at);
        }
        ControlFlow::Continue(())
    })
}

fn whose(entry: &Value) -> Option<(TenantId, Role)> {
    if entry["action"] != Action::Unmask.as_str() || entry["outcome"] != Done::Done.as_str() {
        return None;
    }
    Some((entry["tenant"].as_str()?.parse().ok()?, entry["role"].as_str()?.parse().ok()?))
}

/// Whether an authentication is recent enough for what is worth two persons.
pub(super) fn is_fresh(age: MfaAge) -> bool {
    age <= MfaAge::Fresh
}
