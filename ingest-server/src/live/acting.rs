//! What pages and the bank do to a session: batches, fields, actions, logins. Each call takes the session's lock
//! once, changes it, hands the decision to the log and gives back what the page hears.

use palet_policy::{ActionQuestion, Circumstances, Explanation, PageContext, RiskBand, Verdict};
use palet_risk::Risk;
use palet_units::Micros;
use palet_wire::{
    Action, ActionAnswer, ActionDecision, Batch, FieldDeclaration, FieldId, Reason, RefusalCode,
    ServerMessage, limits,
};
use std::sync::Arc;

use super::{
    Counts, DecisionVersions, Input, Knowledge, LiveSession, Outbound, PageKey, Tools,
    log::Entry,
    page::Page,
    session::State,
    telling::{bounded, wire_reasons},
};
use crate::{
    store::{ConsentGiven, DecisionKind, DecisionRecord},
    telemetry::BatchOutcome,
};

/// What a page's batch came to.
pub struct BatchReply {
    /// Its one outcome; none for a batch that had its outcome before.
    pub outcome: Option<BatchOutcome>,
    /// What to tell the page now. The acknowledgement follows when the decision is durable.
    pub messages: Vec<ServerMessage>,
    /// The highest batch of the page that is durable by now.
    pub committed_seq: u64,
}

/// What was said to an action.
pub struct ActionAnswered {
    /// The policy's verdict.
    pub verdict: Verdict,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The decision's identifier.
    pub reference: String,
    /// The decision in words.
    pub explanation: Explanation,
}

/// How a session stands, for the bank.
#[derive(Clone)]
pub struct Assessment {
    /// The risk.
    pub risk: Risk,
    /// The policy's band.
    pub band: RiskBand,
    /// What the policy is asked with.
    pub circumstances: Circumstances,
    /// Model, reference and policy.
    pub versions: DecisionVersions,
    /// What was captured.
    pub counts: Counts,
    /// Whether a page is connected.
    pub connected: bool,
    /// When the last step-up was passed.
    pub step_up_at: Option<Micros>,
}

impl LiveSession {
    /// Scores a batch and decides what its page, and the session's other pages, show.
    pub fn take_batch(
        self: &Arc<Self>,
        tools: &Tools,
        key: PageKey,
        batch: Batch,
        now: Micros,
    ) -> BatchReply {
        let refused = |outcome, code| BatchReply {
            outcome: Some(outcome),
            messages: vec![ServerMessage::Refused(code)],
            committed_seq: 0,
        };
        let mut state = self.state.lock();
        if let Err(code) = self.check_open(&state, now) {
            return refused(BatchOutcome::Rejected(code), code);
        }
        let Some(permit) = tools.log.reserve() else {
            return refused(BatchOutcome::Limited(RefusalCode::Unavailable), RefusalCode::Unavailable);
        };
        let state = &mut *state;
        let page = state.page_or_new(key, now);
        page.heard_at = now;
        if batch.seq <= page.last_seq {
            tools.metrics.duplicates.inc();
            let messages = vec![ServerMessage::Ack(page.committed_seq)];
            return BatchReply { outcome: None, messages, committed_seq: page.committed_seq };
        }
        page.last_seq = batch.seq;
        let committed_seq = page.committed_seq;
        let context = page.context.clone();
        state.touched_at = now;
        let windows = if self.consent == ConsentGiven::None { Vec::new() } else { batch.windows };
        let input = Input::Batch { context, windows };
        let knowledge = tools.knowledge(&self.whose.tenant);
        state.engine.apply(&knowledge, &self.whose, &input, now);
        let record = self.record(state, &knowledge, &input, DecisionKind::Batch, (key, batch.seq), now);
        permit.send(Entry { record, live: Arc::clone(self) });
        let mut messages = vec![self.risk_update(state, tools)];
        self.decide_page(state, tools, key, now, &mut messages);
        self.decide_others(state, tools, Some(key), now);
        BatchReply { outcome: Some(BatchOutcome::Compared), messages, committed_seq }
    }

    /// A batch that was refused for what is in it still counts as seen, so that it is not sent again.
    pub fn skip_batch(&self, key: PageKey, seq: u64, now: Micros) {
        let mut state = self.state.lock();
        let page = state.page_or_new(key, now);
        page.last_seq = page.last_seq.max(seq);
        page.committed_seq = page.committed_seq.max(seq);
    }

    /// A page shows fields. False where one of them does not belong to the session.
    pub fn declare(
        &self,
        tools: &Tools,
        key: PageKey,
        fields: Vec<FieldDeclaration>,
        now: Micros,
    ) -> (bool, Vec<ServerMessage>) {
        let mut state = self.state.lock();
        let page = state.page_or_new(key, now);
        page.heard_at = now;
        let good = page.declare(fields, tools, &self.place(now));
        let mut messages = Vec::new();
        self.decide_page(&mut state, tools, key, now, &mut messages);
        (good, messages)
    }

    /// A page shows fields no more.
    pub fn retire(&self, key: PageKey, ids: &[FieldId]) {
        if let Some(page) = self.state.lock().page(key) {
            page.retire(ids);
        }
    }

    /// A page shows another part of the site.
    pub fn set_context(&self, tools: &Tools, key: PageKey, name: String, now: Micros) -> Vec<ServerMessage> {
        let mut state = self.state.lock();
        let page = state.page_or_new(key, now);
        page.heard_at = now;
        page.context = name;
        let mut messages = Vec::new();
        self.decide_page(&mut state, tools, key, now, &mut messages);
        messages
    }

    /// What a page should hear though nothing happened: levels that would run out, an authentication that aged.
    pub fn refresh(&self, tools: &Tools, key: PageKey, now: Micros) -> Vec<ServerMessage> {
        let mut state = self.state.lock();
        let mut messages = Vec::new();
        self.decide_page(&mut state, tools, key, now, &mut messages);
        messages
    }

    /// How the session looks by now: what a page that joins, or was reloaded, is told first.
    #[must_use]
    pub fn standing(&self, tools: &Tools) -> ServerMessage {
        self.risk_update(&self.state.lock(), tools)
    }

    /// When [`Self::refresh`] should be called next for a page.
    #[must_use]
    pub fn poll_refresh(&self, key: PageKey) -> Option<Micros> {
        self.state.lock().page(key).and_then(|page| page.poll_renew())
    }

    /// Answers an action of a page.
    pub fn act(self: &Arc<Self>, tools: &Tools, key: PageKey, action: &Action, now: Micros) -> ServerMessage {
        let context = self.state.lock().page(key).map(|page| page.context.clone()).unwrap_or_default();
        let Ok(answered) = self.answer_action(tools, key, &context, &action.name, now) else {
            return ServerMessage::Refused(RefusalCode::RateLimited);
        };
        let decision = match answered.verdict {
            Verdict::Allow => ActionDecision::Allow,
            Verdict::StepUp => ActionDecision::StepUp,
            Verdict::Deny => ActionDecision::Deny,
        };
        let ActionAnswered { reasons, reference, .. } = answered;
        ServerMessage::ActionAnswer(ActionAnswer { id: action.id, decision, reasons, reference })
    }

    /// Answers an action that the bank asks about. **Errors**: the decision log is full, or the session is over.
    pub fn answer_action(
        self: &Arc<Self>,
        tools: &Tools,
        key: PageKey,
        context: &str,
        name: &str,
        now: Micros,
    ) -> Result<ActionAnswered, RefusalCode> {
        let permit = tools.log.reserve().ok_or(RefusalCode::Unavailable)?;
        let mut state = self.state.lock();
        self.check_open(&state, now)?;
        let heard = state.heard_at(now).is_some_and(|at| now.since(at) <= Micros::from_secs(60));
        let input = Input::Action { context: context.to_owned(), name: name.to_owned(), heard };
        let knowledge = tools.knowledge(&self.whose.tenant);
        let record = self.record(&mut state, &knowledge, &input, DecisionKind::Action, (key, 0), now);
        let reference = format!("{}-{}", record.session, record.number);
        permit.send(Entry { record, live: Arc::clone(self) });
        let context = PageContext::parse_or_other(context);
        let circumstances =
            state.engine.circumstances(&knowledge, &self.whose, context, heard.then_some(now), now);
        let question = ActionQuestion { tenant: &self.whose.tenant, action: name, circumstances };
        let answer = knowledge.policy.decide_action(&question);
        tools.metrics.actions.inc();
        let rule = knowledge.policy.action_rule(answer.rule);
        let mut reasons =
            vec![Reason { code: format!("policy.{}", rule.name), text: rule.reason.to_owned() }];
        reasons.extend(wire_reasons(state.engine.risk()));
        reasons.truncate(limits::REASONS_MAX);
        let explanation = knowledge.policy.explain_action(&question);
        Ok(ActionAnswered { verdict: answer.verdict, reasons: bounded(reasons), reference, explanation })
    }

    /// Takes the bank's word (a login, a step-up) and tells every page what follows.
    ///
    /// **Errors**: the decision log is full, or the session is over.
    pub fn take_bank_word(
        self: &Arc<Self>,
        tools: &Tools,
        input: &Input,
        now: Micros,
    ) -> Result<(), RefusalCode> {
        let permit = tools.log.reserve().ok_or(RefusalCode::Unavailable)?;
        let mut state = self.state.lock();
        self.check_open(&state, now)?;
        let knowledge = tools.knowledge(&self.whose.tenant);
        state.engine.apply(&knowledge, &self.whose, input, now);
        let record = self.record(&mut state, &knowledge, input, DecisionKind::Bank, (PageKey(0), 0), now);
        permit.send(Entry { record, live: Arc::clone(self) });
        state.pages.iter_mut().for_each(Page::forget_step_up);
        let update = self.risk_update(&state, tools);
        state.pages.iter_mut().for_each(|page| page.push(Outbound::Message(update.clone())));
        self.decide_others(&mut state, tools, None, now);
        Ok(())
    }

    /// How the session stands.
    #[must_use]
    pub fn assess(&self, tools: &Tools, context: PageContext, now: Micros) -> Assessment {
        let knowledge = tools.knowledge(&self.whose.tenant);
        let state = self.state.lock();
        let heard_at = state.heard_at(now);
        let engine = &state.engine;
        Assessment {
            risk: engine.risk().clone(),
            band: engine.band(),
            circumstances: engine.circumstances(&knowledge, &self.whose, context, heard_at, now),
            versions: engine.versions(&knowledge, &self.whose),
            counts: engine.counts(),
            connected: state.pages.iter().any(|page| page.outlet.is_some()),
            step_up_at: engine.step_up_at(),
        }
    }

    fn record(
        &self,
        state: &mut State,
        knowledge: &Knowledge,
        input: &Input,
        kind: DecisionKind,
        (page, seq): (PageKey, u64),
        at: Micros,
    ) -> DecisionRecord {
        state.number += 1;
        let outcome = state.engine.outcome_of(knowledge, &self.whose, input, at);
        let shadow = state.engine.shadow_of(knowledge, &self.whose, input, at, &outcome);
        DecisionRecord {
            session: self.id,
            number: state.number,
            kind,
            page: page.0,
            seq,
            at,
            risk: outcome.risk,
            input: postcard::to_allocvec(input).unwrap_or_default(),
            outcome: postcard::to_allocvec(&outcome).unwrap_or_default(),
            versions: state.engine.versions(knowledge, &self.whose).to_string(),
            shadow: shadow.and_then(|shadow| postcard::to_allocvec(&shadow).ok()),
        }
    }
}
