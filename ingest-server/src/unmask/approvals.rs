//! Four eyes: what a second person is asked, and when their answer is good for a request.

use palet_units::Micros;
use std::collections::BTreeMap;

use super::{
    desk::{Room, UnmaskDesk, make_id},
    request::{Asked, Asker, Item, Refusal, token_digest},
    trace::{self, entry_of},
};
use crate::{
    audit::{Action, Detail, Outcome as Done},
    store::{ApprovalRecord, ApprovalState},
};

impl ApprovalRecord {
    /// Whether a request may lean on it. **Errors**: the stable code of why not.
    pub(super) fn good_for(self, asked: &Asked, now: Micros) -> Result<Self, &'static str> {
        let asker = &asked.asker;
        let same = self.asker_person == asker.person
            && self.asker_key == asker.key
            && self.role == asker.role.as_str()
            && self.purpose == asked.purpose.as_str();
        match self.state {
            _ if !same => Err("approval-unknown"),
            // A repetition of the request that used it up finds it used: the desk knows what it had released.
            ApprovalState::Used => Err("approval-used"),
            _ if now >= self.expires_at => Err("approval-over"),
            ApprovalState::Pending => Err("approval-pending"),
            ApprovalState::Denied => Err("approval-denied"),
            ApprovalState::Approved => Ok(self),
        }
    }
}

impl UnmaskDesk {
    pub(super) fn question(
        &self,
        asked: &Asked,
        items: &mut dyn Iterator<Item = &Item>,
        now: Micros,
    ) -> ApprovalRecord {
        let mut classes = BTreeMap::<&str, usize>::new();
        let mut tokens = Vec::new();
        for item in items {
            *classes.entry(&item.class).or_default() += 1;
            tokens.push(token_digest(&item.sealed));
        }
        let classes: Vec<_> = classes.iter().map(|(class, count)| format!("{class} {count}")).collect();
        let asker = &asked.asker;
        ApprovalRecord {
            id: make_id("ap"),
            tenant: asker.tenant.clone(),
            state: ApprovalState::Pending,
            asker_key: asker.key.clone(),
            asker_person: asker.person.clone(),
            role: asker.role.as_str().to_owned(),
            purpose: asked.purpose.as_str().to_owned(),
            reason: crate::audit::swept(&asked.reason),
            classes: classes.join(", "),
            tokens,
            asked_at: now,
            expires_at: now.plus(Micros::from_secs(self.settings.approval_s)),
            approver_person: None,
        }
    }

    /// The second person answers: another person, with another key, who authenticated a short while ago.
    ///
    /// **Errors**: `Refusal`, which is in the log as well.
    pub async fn answer_approval(
        &self,
        room: &Room<'_>,
        approver: &Asker,
        id: &str,
        answer: ApprovalState,
        now: Micros,
    ) -> Result<(), Refusal> {
        match self.answer_approval_untold(room, approver, id, answer, now).await {
            Ok(()) => Ok(()),
            Err(refusal) => {
                let line = trace::refusal(approver, Action::ApprovalAnswered, refusal.code(), now);
                room.audit.append(line.with_words(Detail::Approval, id)).await?;
                Err(refusal)
            }
        }
    }

    async fn answer_approval_untold(
        &self,
        room: &Room<'_>,
        approver: &Asker,
        id: &str,
        answer: ApprovalState,
        now: Micros,
    ) -> Result<(), Refusal> {
        let approval = room.store.approval(&approver.tenant, id).await?.ok_or(Refusal::ApprovalUnknown)?;
        if approval.asker_person == approver.person || approval.asker_key == approver.key {
            return Err(Refusal::SamePerson);
        }
        if approval.state != ApprovalState::Pending || now >= approval.expires_at {
            return Err(Refusal::ApprovalUnknown);
        }
        if !trace::is_fresh(room.policy.mfa_age(&approver.authenticated)) {
            return Err(Refusal::MfaTooOld);
        }
        // The line first: an approval that is not in the log must not be good for anything.
        let entry = entry_of(Action::ApprovalAnswered, Done::Done, approver, now)
            .with(Detail::Approval, id)
            .with(Detail::State, answer.as_str())
            .with(Detail::Count, approval.tokens.len());
        room.audit.append(entry).await?;
        let who = (approver.key.as_str(), approver.person.as_str());
        let answered = room.store.answer_approval(id, answer, who, now).await?;
        if answered { Ok(()) } else { Err(Refusal::ApprovalUnknown) }
    }
}
