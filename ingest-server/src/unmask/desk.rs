//! The way of a request: opened, ruled on, counted, traced, and only then answered.

use palet_mask::{ClassRef, Level};
use palet_policy::{Obligation, Policy, Role};
use palet_units::Micros;
use parking_lot::Mutex;
use rand::RngExt;
use std::{borrow::Cow, collections::HashMap};

use super::{
    grants::{Grant, Grants},
    limits::{Limits, Reading},
    opening::{OpenedItem, open_all},
    peers::Peers,
    request::{Asked, Asker, Item, Kept, Outcome, Refusal, token_digest},
    ruling::{Kind, Ruling, rule},
    trace::{self, Tracer, entry_of},
};
use crate::{
    audit::{Action, AuditError, AuditLog, Detail, Outcome as Done},
    config::UnmaskSettings,
    store::{ApprovalRecord, ApprovalState, Store, StoreError, UnmaskRecord},
    telemetry::Metrics,
    values::{Values, code_of, name_of},
};

/// What a request is worked on with.
#[derive(Clone, Copy)]
pub struct Room<'a> {
    /// The tenant's policy.
    pub policy: &'a Policy,
    /// Opens values.
    pub values: &'a Values,
    /// Remembers requests and approvals.
    pub store: &'a dyn Store,
    /// Has the trace.
    pub audit: &'a AuditLog,
    /// What is counted.
    pub metrics: &'a Metrics,
}

/// Everything that outlives a request: counts and grants.
pub struct UnmaskDesk {
    pub(super) settings: UnmaskSettings,
    limits: Mutex<Limits>,
    peers: Mutex<Peers>,
    grants: Mutex<Grants>,
}

/// What a request may lean on besides the policy.
struct Leave {
    replayed: Option<Vec<Kept>>,
    approval: Option<Result<ApprovalRecord, &'static str>>,
}

impl UnmaskDesk {
    /// A desk that goes on counting where the audit log ends. **Errors**: the log cannot be read.
    pub fn open(settings: &UnmaskSettings, audit: &AuditLog, now: Micros) -> Result<Self, AuditError> {
        let (mut limits, mut peers) = (Limits::new(settings), Peers::new(settings));
        trace::restore(audit.reader(), &mut limits, &mut peers, now)?;
        Ok(Self {
            settings: settings.clone(),
            limits: Mutex::new(limits),
            peers: Mutex::new(peers),
            grants: Mutex::default(),
        })
    }

    /// Answers a request: an outcome for each item, in their order. What is released has its line in the audit log.
    ///
    /// **Errors**: `Refusal`; nothing was released then, and that is in the log too where it takes lines.
    pub async fn answer(&self, room: &Room<'_>, asked: &Asked, now: Micros) -> Result<Vec<Outcome>, Refusal> {
        match self.answer_untold(room, asked, now).await {
            Ok(outcomes) => Ok(outcomes),
            Err(refusal) => {
                self.trace_refusal(room, &asked.asker, Action::Unmask, refusal.code(), now).await?;
                Err(refusal)
            }
        }
    }

    /// Leaves a line for a request that was refused before it came here, or by it. **Errors**: the log takes none.
    pub async fn trace_refusal(
        &self,
        room: &Room<'_>,
        asker: &Asker,
        action: Action,
        code: &str,
        now: Micros,
    ) -> Result<(), AuditError> {
        room.metrics.count_unmask("refused");
        room.audit.append(trace::refusal(asker, action, code, now)).await.map(drop)
    }

    async fn answer_untold(
        &self,
        room: &Room<'_>,
        asked: &Asked,
        now: Micros,
    ) -> Result<Vec<Outcome>, Refusal> {
        let leave = self.leave(room, asked, now).await?;
        let mut rulings = HashMap::new();
        let opened = open_all(room, asked, now).await;
        let mut outcomes: Vec<Outcome> = opened
            .into_iter()
            .enumerate()
            .map(|opened| self.judge(room, asked, opened, &leave, &mut rulings, now))
            .collect();
        self.settle_approvals(room, asked, &leave, &mut outcomes, now).await?;
        let is_replay = leave.replayed.is_some();
        // What failed for a moment is tried again, not answered alike.
        let passing =
            |outcome: &Outcome| matches!(outcome, Outcome::Refused { code, .. } if code == "unavailable");
        if !is_replay && !outcomes.iter().any(passing) {
            let kept: Vec<Kept> = outcomes.iter().map(Outcome::kept).collect();
            let request = UnmaskRecord {
                tenant: asked.asker.tenant.clone(),
                idempotency_key: asked.idempotency_key.clone(),
                digest: asked.digest(),
                at: now,
                outcomes: postcard::to_allocvec(&kept).unwrap_or_default(),
            };
            room.store.insert_unmask(&request).await.map_err(|error| match error {
                StoreError::Exists { .. } => Refusal::Conflict,
                other => Refusal::Store(other),
            })?;
        }
        let action = if is_replay { Action::UnmaskReplay } else { Action::Unmask };
        let tracer = Tracer::new(room.audit, asked, action, &room.policy.version().to_string(), now);
        let lines = asked.items.iter().zip(&outcomes).map(|(item, outcome)| tracer.line(item, outcome));
        room.audit.append_all(lines.collect()).await?;
        let notifies = rulings.values().any(|ruling| ruling.answer.obligations.has(Obligation::Notify));
        if notifies && outcomes.iter().any(|outcome| matches!(outcome, Outcome::Released { .. })) {
            tracing::warn!(event.action = "policy-notify", palet.tenant = %asked.asker.tenant,
                palet.person = asked.asker.person, "the policy asks to notify the security desk of a reading");
        }
        self.tell(room, asked, &outcomes, is_replay, now).await?;
        Ok(outcomes)
    }

    /// Whether the request was answered before, and what its approval is worth.
    async fn leave(&self, room: &Room<'_>, asked: &Asked, now: Micros) -> Result<Leave, Refusal> {
        let tenant = &asked.asker.tenant;
        let replayed = match room.store.unmask(tenant, &asked.idempotency_key).await? {
            None => None,
            Some(known) if known.digest != asked.digest() => return Err(Refusal::Conflict),
            Some(known) if now.since(known.at) > Micros::from_secs(self.settings.replay_s) => {
                return Err(Refusal::Replayed);
            }
            Some(known) => postcard::from_bytes(&known.outcomes).ok(),
        };
        let approval = match &asked.approval {
            None => None,
            Some(id) => Some(match room.store.approval(tenant, id).await? {
                Some(approval) => approval.good_for(asked, now),
                None => Err("approval-unknown"),
            }),
        };
        Ok(Leave { replayed, approval })
    }

    fn judge(
        &self,
        room: &Room<'_>,
        asked: &Asked,
        (at, opened): (usize, OpenedItem),
        leave: &Leave,
        rulings: &mut HashMap<Cow<'static, str>, Ruling>,
        now: Micros,
    ) -> Outcome {
        let item = &asked.items[at];
        let before = leave.replayed.as_ref().and_then(|kept| kept.get(at));
        if let Some(Kept::Refused(code)) = before {
            return Outcome::Refused { code: code.clone().into(), rule: None, because: None };
        }
        let (class, value) = match opened {
            Ok(opened) => opened,
            Err(code) => return Outcome::refused(code),
        };
        let of = (&asked.asker.tenant, item.record.as_str());
        let text_at = |level| room.values.at_level((class, level), &value, of);
        let was_released = before == Some(&Kept::Released);
        if let Some(grant) = &asked.grant {
            let taken = match was_released {
                true => Ok(()),
                false => self.grants.lock().take(grant, &asked.asker.tenant, &asked.asker.person, now),
            };
            return match taken {
                Ok(()) => released(text_at(Level::Clear), Level::Clear, None, "break-glass"),
                Err(code) => Outcome::refused(code),
            };
        }
        let ruling = rulings
            .entry(name_of(class))
            .or_insert_with(|| rule(room.policy, &asked.asker.tenant, class, asked.circumstances));
        let Ruling { answer, kind, rule, because } = ruling.clone();
        match before {
            // The same request is answered alike, whatever was proved or approved meanwhile: that is for a new one.
            Some(Kept::StepUp) => return Outcome::StepUp { rule, because },
            Some(Kept::Pending(approval)) => return Outcome::Pending { approval: approval.clone(), rule },
            _ => {}
        }
        match kind {
            Kind::Refuse => {
                let code = "policy-refused".into();
                return Outcome::Refused { code, rule: Some(rule), because: Some(because) };
            }
            Kind::StepUp => return Outcome::StepUp { rule, because },
            Kind::FourEyes if !was_released => match &leave.approval {
                // Named once all are known that need one.
                None => return Outcome::Pending { approval: String::new(), rule },
                Some(Err(code)) => return Outcome::refused(code),
                Some(Ok(approval)) if !approval.tokens.contains(&token_digest(&item.sealed)) => {
                    return Outcome::refused("approval-of-others");
                }
                Some(Ok(_)) => {}
            },
            Kind::FourEyes | Kind::Show => {}
        }
        if !was_released && let Err(code) = self.count(asked, item, class, now) {
            return Outcome::refused(code);
        }
        released(text_at(answer.level), answer.level, answer.ttl, &rule)
    }

    fn count(
        &self,
        asked: &Asked,
        item: &Item,
        class: ClassRef<'_>,
        now: Micros,
    ) -> Result<(), &'static str> {
        let Asker { tenant, person, role, .. } = &asked.asker;
        let subject = if item.subject.is_empty() { &item.record } else { &item.subject };
        let reading =
            Reading { tenant, person, is_service: *role == Role::Service, class: code_of(class), subject };
        self.limits.lock().take(&reading, now).map_err(super::limits::Limit::code)
    }

    /// Metrics, log lines and alerts of a request that was answered.
    async fn tell(
        &self,
        room: &Room<'_>,
        asked: &Asked,
        outcomes: &[Outcome],
        is_replay: bool,
        now: Micros,
    ) -> Result<(), AuditError> {
        let asker = &asked.asker;
        let mut read = 0;
        for outcome in outcomes {
            room.metrics.count_unmask(match outcome {
                Outcome::Released { .. } => {
                    read += 1;
                    "released"
                }
                Outcome::StepUp { .. } => "step-up",
                Outcome::Pending { .. } => "pending",
                Outcome::Refused { .. } => "refused",
            });
        }
        if asked.grant.is_some() && read > 0 {
            tracing::error!(event.action = "break-glass-read", palet.tenant = %asker.tenant,
                palet.person = asker.person, palet.values = read, "values were read past the policy");
        }
        if read == 0 || is_replay || asked.grant.is_some() || asker.role == Role::Service {
            return Ok(());
        }
        let whose = (&asker.tenant, asker.role);
        let Some(alert) = self.peers.lock().add(whose, &asker.person, read, now) else { return Ok(()) };
        room.metrics.peer_alerts.inc();
        tracing::warn!(event.action = "peer-alert", palet.tenant = %asker.tenant, palet.person = asker.person,
            palet.values = alert.count, palet.peers = alert.peers, "a person reads far more than their peers");
        let entry = entry_of(Action::PeerAlert, Done::Done, asker, now);
        room.audit
            .append(entry.with(Detail::Count, alert.count).with(Detail::Peers, alert.peers))
            .await
            .map(drop)
    }

    /// Breaks the glass. **Errors**: `Refusal`, which is in the log as well.
    pub async fn break_glass(
        &self,
        room: &Room<'_>,
        asker: &Asker,
        reason: &str,
        now: Micros,
    ) -> Result<Grant, Refusal> {
        let refusal = match self.settings.break_glass_s {
            0 => Some(Refusal::NoGrants),
            _ if !trace::is_fresh(room.policy.mfa_age(&asker.authenticated)) => Some(Refusal::MfaTooOld),
            _ => None,
        };
        if let Some(refusal) = refusal {
            self.trace_refusal(room, asker, Action::BreakGlass, refusal.code(), now).await?;
            return Err(refusal);
        }
        let grant = Grant {
            id: make_id("bg"),
            expires_at: now.plus(Micros::from_secs(self.settings.break_glass_s)),
            left: self.settings.break_glass_values,
            tenant: asker.tenant.clone(),
            person: asker.person.clone(),
        };
        let entry = entry_of(Action::BreakGlass, Done::Done, asker, now)
            .with(Detail::Grant, &grant.id)
            .with(Detail::Count, grant.left)
            .with_words(Detail::Reason, reason);
        room.audit.append(entry).await?;
        if !self.grants.lock().add(grant.clone(), now) {
            return Err(Refusal::NoGrants);
        }
        room.metrics.break_glass.inc();
        tracing::error!(event.action = "break-glass", palet.tenant = %asker.tenant, palet.person = asker.person,
            palet.grant = grant.id, "somebody broke the glass: they read past the policy for a short while");
        Ok(grant)
    }

    /// Asks a second person, or uses their approval up.
    async fn settle_approvals(
        &self,
        room: &Room<'_>,
        asked: &Asked,
        leave: &Leave,
        outcomes: &mut [Outcome],
        now: Micros,
    ) -> Result<(), Refusal> {
        if let Some(Ok(approval)) = &leave.approval
            && leave.replayed.is_none()
            && approval.state == ApprovalState::Approved
            && outcomes.iter().any(|outcome| matches!(outcome, Outcome::Released { .. }))
            && !room.store.use_approval(&approval.id, now).await?
        {
            // Somebody was faster: what leaned on the approval is not released.
            for (item, outcome) in asked.items.iter().zip(outcomes.iter_mut()) {
                if approval.tokens.contains(&token_digest(&item.sealed)) {
                    *outcome = Outcome::refused("approval-used");
                }
            }
        }
        let waits =
            |outcome: &Outcome| matches!(outcome, Outcome::Pending { approval, .. } if approval.is_empty());
        let items = || asked.items.iter().zip(outcomes.iter()).filter(|(_, outcome)| waits(outcome));
        if items().next().is_none() {
            return Ok(());
        }
        let approval = self.question(asked, &mut items().map(|(item, _)| item), now);
        room.store.insert_approval(&approval).await?;
        let entry = entry_of(Action::ApprovalAsked, Done::Pending, &asked.asker, now)
            .with(Detail::Approval, &approval.id)
            .with(Detail::Count, approval.tokens.len())
            .with_words(Detail::Reason, &asked.reason);
        room.audit.append(entry).await?;
        for outcome in outcomes.iter_mut().filter(|outcome| waits(outcome)) {
            if let Outcome::Pending { approval: id, .. } = outcome {
                id.clone_from(&approval.id);
            }
        }
        Ok(())
    }
}

/// A random name with a prefix.
pub(super) fn make_id(prefix: &str) -> String {
    format!("{prefix}-{:032x}", rand::rng().random::<u128>())
}

fn released(text: Option<String>, level: Level, ttl: Option<Micros>, rule: &str) -> Outcome {
    match text {
        Some(text) => Outcome::Released { level, value: text.into(), ttl, rule: rule.to_owned() },
        None => Outcome::refused("level-without-form"),
    }
}
