//! A session in memory, shared by its pages: one lock, held for microseconds and never across an await.

use palet_policy::{ActionQuestion, Channel, Circumstances, PageContext, RiskBand, RuleId, Verdict};
use palet_risk::Risk;
use palet_units::{Micros, SessionId};
use palet_wire::{
    Action, ActionAnswer, ActionDecision, Batch, FieldDeclaration, FieldId, Reason, RefusalCode, RiskUpdate,
    ServerMessage, StepUp, SubScores, limits,
};
use parking_lot::Mutex;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::{Notify, mpsc};

use super::{
    Counts, DecisionLog, Input, Knowledge, Outbound, PageKey, SessionEngine, Values, Whose,
    engine::is_absence,
    log::Entry,
    page::{Deciding, Outlet, Page},
};
use crate::{
    store::{ConsentGiven, DecisionKind, DecisionRecord, DeviceClass},
    telemetry::{BatchOutcome, Metrics},
};

/// Page loads that a session remembers: a reload makes a new one, and the oldest silent one is forgotten.
const PAGES_MAX: usize = 16;
/// How long a caller waits for a decision that is on its way into the store.
const DURABLE_WAIT_MAX: std::time::Duration = std::time::Duration::from_secs(2);

/// What every session of a process is worked on with.
pub struct Tools {
    /// Models, policy, risk.
    pub knowledge: Knowledge,
    /// Sealed values.
    pub values: Values,
    /// Where decisions go.
    pub log: DecisionLog,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

/// A session in memory.
pub struct LiveSession {
    /// Its identifier.
    pub id: SessionId,
    /// Whose it is.
    pub whose: Whose,
    /// What the subject agreed to.
    pub consent: ConsentGiven,
    /// The kind of device.
    pub device: DeviceClass,
    /// When it ends by itself.
    pub expires_at: Micros,
    versions: String,
    sockets_max: usize,
    state: Mutex<State>,
    committed: Notify,
}

struct State {
    engine: SessionEngine,
    pages: Vec<Page>,
    number: u64,
    committed_number: u64,
    outlets: u64,
    touched_at: Micros,
    over: Option<RefusalCode>,
}

/// What a page's batch came to.
pub struct BatchReply {
    /// Its one outcome; none for a batch that had its outcome before.
    pub outcome: Option<BatchOutcome>,
    /// What to tell the page now. The acknowledgement follows when the decision is durable.
    pub messages: Vec<ServerMessage>,
}

/// What was said to an action.
pub struct ActionAnswered {
    /// The policy's verdict.
    pub verdict: Verdict,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The decision's identifier.
    pub reference: String,
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
    pub versions: String,
    /// What was captured.
    pub counts: Counts,
    /// Whether a page is connected.
    pub connected: bool,
    /// When the last step-up was passed.
    pub step_up_at: Option<Micros>,
}

/// What a session starts from: its record, and the decisions that the store has of it.
pub struct Beginning {
    /// Its identifier.
    pub id: SessionId,
    /// Whose it is.
    pub whose: Whose,
    /// What the subject agreed to.
    pub consent: ConsentGiven,
    /// The kind of device.
    pub device: DeviceClass,
    /// When it ends by itself.
    pub expires_at: Micros,
    /// When the subject logged in, as the bank told at the start.
    pub login_at: Option<Micros>,
    /// The decisions so far, in order.
    pub decisions: Vec<DecisionRecord>,
    /// The most sockets at once.
    pub sockets_max: usize,
}

impl LiveSession {
    /// The session as its inputs left it.
    #[must_use]
    pub fn resume(knowledge: &Knowledge, beginning: Beginning, now: Micros) -> Self {
        let Beginning { id, whose, consent, device, expires_at, login_at, decisions, sockets_max } =
            beginning;
        let mut engine = SessionEngine::new(knowledge, login_at);
        let mut pages: Vec<Page> = Vec::new();
        let mut number = 0;
        for decision in decisions {
            number = decision.number;
            if let Ok(input) = postcard::from_bytes::<Input>(&decision.input) {
                engine.apply(knowledge, &whose, &input, decision.at);
            }
            if decision.kind == DecisionKind::Batch {
                let key = PageKey(decision.page);
                pages.retain(|page| page.key != key);
                pages.push(Page::new(key, decision.seq, decision.at));
            }
        }
        let surplus = pages.len().saturating_sub(PAGES_MAX);
        pages.drain(..surplus);
        let versions = engine.versions(knowledge, &whose);
        let state = State {
            engine,
            pages,
            number,
            committed_number: number,
            outlets: 0,
            touched_at: now,
            over: None,
        };
        let (state, committed) = (Mutex::new(state), Notify::new());
        Self { id, whose, consent, device, expires_at, versions, sockets_max, state, committed }
    }

    /// A page joins, over a socket or for one envelope. Gives back its outlet's number and the last batch that is
    /// durable. **Errors**: the session is over, or has too many sockets.
    pub fn join(
        &self,
        key: PageKey,
        sender: Option<mpsc::Sender<Outbound>>,
        now: Micros,
    ) -> Result<(u64, u64), RefusalCode> {
        let mut state = self.state.lock();
        self.check_open(&state, now)?;
        state.touched_at = now;
        state.outlets += 1;
        let number = state.outlets;
        let connected = state.pages.iter().filter(|page| page.outlet.is_some() && page.key != key).count();
        if sender.is_some() && connected >= self.sockets_max {
            return Err(RefusalCode::RateLimited);
        }
        let page = state.page_or_new(key, now);
        page.heard_at = now;
        if let Some(sender) = sender {
            page.restart(now);
            page.push(Outbound::End(RefusalCode::OutOfOrder));
            page.outlet = Some(Outlet { number, sender });
        }
        Ok((number, page.committed_seq))
    }

    /// A page's socket is gone.
    pub fn leave(&self, key: PageKey, outlet: u64, now: Micros) {
        let mut state = self.state.lock();
        state.touched_at = now;
        if let Some(page) = state.page(key)
            && page.outlet.as_ref().is_some_and(|standing| standing.number == outlet)
        {
            page.outlet = None;
            page.heard_at = now;
        }
    }

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
            return BatchReply { outcome: None, messages: vec![ServerMessage::Ack(page.committed_seq)] };
        }
        page.last_seq = batch.seq;
        let context = page.context.clone();
        state.touched_at = now;
        let windows = if self.consent == ConsentGiven::None { Vec::new() } else { batch.windows };
        let input = Input::Batch { context, windows };
        state.engine.apply(&tools.knowledge, &self.whose, &input, now);
        let record = self.record(state, tools, &input, DecisionKind::Batch, (key, batch.seq), now);
        permit.send(Entry { record, live: Arc::clone(self) });
        let mut messages = vec![self.risk_update(state)];
        self.decide_page(state, tools, key, now, &mut messages);
        self.decide_others(state, tools, Some(key), now);
        BatchReply { outcome: Some(BatchOutcome::Compared), messages }
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
        let good = page.declare(fields, &tools.values, &self.whose, self.id, now);
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

    /// When [`Self::refresh`] should be called next for a page.
    #[must_use]
    pub fn poll_refresh(&self, key: PageKey) -> Option<Micros> {
        self.state.lock().page(key).and_then(|page| page.poll_renew())
    }

    /// The last batch of a page that is durable.
    #[must_use]
    pub fn committed_seq(&self, key: PageKey) -> u64 {
        self.state.lock().page(key).map_or(0, |page| page.committed_seq)
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
        let record = self.record(&mut state, tools, &input, DecisionKind::Action, (key, 0), now);
        let reference = format!("{}-{}", record.session, record.number);
        permit.send(Entry { record, live: Arc::clone(self) });
        let context = PageContext::parse_or_other(context);
        let circumstances =
            state.engine.circumstances(&tools.knowledge, &self.whose, context, heard.then_some(now), now);
        let question = ActionQuestion { tenant: &self.whose.tenant, action: name, circumstances };
        let answer = tools.knowledge.policy.decide_action(&question);
        tools.metrics.actions.inc();
        let rule = tools.knowledge.policy.action_rule(answer.rule);
        let mut reasons =
            vec![Reason { code: format!("policy.{}", rule.name), text: rule.reason.to_owned() }];
        reasons.extend(wire_reasons(state.engine.risk()));
        reasons.truncate(limits::REASONS_MAX);
        Ok(ActionAnswered { verdict: answer.verdict, reasons: bounded(reasons), reference })
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
        state.engine.apply(&tools.knowledge, &self.whose, input, now);
        let record = self.record(&mut state, tools, input, DecisionKind::Bank, (PageKey(0), 0), now);
        permit.send(Entry { record, live: Arc::clone(self) });
        state.pages.iter_mut().for_each(Page::forget_step_up);
        let update = self.risk_update(&state);
        state.pages.iter_mut().for_each(|page| page.push(Outbound::Message(update.clone())));
        self.decide_others(&mut state, tools, None, now);
        Ok(())
    }

    /// How the session stands.
    #[must_use]
    pub fn assess(&self, tools: &Tools, context: PageContext, now: Micros) -> Assessment {
        let state = self.state.lock();
        let heard_at = state.heard_at(now);
        let engine = &state.engine;
        Assessment {
            risk: engine.risk().clone(),
            band: engine.band(),
            circumstances: engine.circumstances(&tools.knowledge, &self.whose, context, heard_at, now),
            versions: self.versions.clone(),
            counts: engine.counts(),
            connected: state.pages.iter().any(|page| page.outlet.is_some()),
            step_up_at: engine.step_up_at(),
        }
    }

    /// A decision is durable: its batch is acknowledged.
    pub(super) fn committed(&self, record: &DecisionRecord) {
        let mut state = self.state.lock();
        state.committed_number = state.committed_number.max(record.number);
        if record.kind == DecisionKind::Batch
            && let Some(page) = state.page(PageKey(record.page))
        {
            page.committed_seq = page.committed_seq.max(record.seq);
            page.push(Outbound::Ack(record.seq));
        }
        drop(state);
        self.committed.notify_waiters();
    }

    /// Waits until every batch of the page that was applied is durable; gives back its number.
    pub async fn wait_committed(&self, key: PageKey) -> u64 {
        loop {
            let notified = self.committed.notified();
            if let Some(page) = self.state.lock().page(key)
                && page.committed_seq >= page.last_seq
            {
                return page.committed_seq;
            }
            notified.await;
        }
    }

    /// Waits until a decision is durable, a short while at most.
    pub async fn wait_durable(&self, number: u64) {
        let durable = async {
            loop {
                let notified = self.committed.notified();
                let state = self.state.lock();
                if number > state.number || state.committed_number >= number || state.over.is_some() {
                    return;
                }
                drop(state);
                notified.await;
            }
        };
        let _ = tokio::time::timeout(DURABLE_WAIT_MAX, durable).await;
    }

    /// The session is over: every page hears it.
    pub fn end(&self, code: RefusalCode) {
        let mut state = self.state.lock();
        state.over = Some(code);
        state.pages.iter_mut().for_each(|page| page.push(Outbound::End(code)));
        drop(state);
        self.committed.notify_waiters();
    }

    /// A decision was lost: what is in memory is no longer what the store has. Pages come again.
    pub(super) fn give_up(&self) {
        self.end(RefusalCode::Unavailable);
    }

    /// Since when no page is connected; `None` while one is.
    pub(super) fn silent_since(&self) -> Option<Micros> {
        let state = self.state.lock();
        let alone = state.pages.iter().all(|page| page.outlet.is_none());
        alone.then_some(state.touched_at)
    }

    /// Leaves memory if nothing is lost by it: no page is connected and every decision is durable.
    pub(super) fn let_go(&self) -> bool {
        let mut state = self.state.lock();
        let at_rest = state.committed_number == state.number;
        let alone = state.pages.iter().all(|page| page.outlet.is_none());
        if at_rest && alone {
            state.over.get_or_insert(RefusalCode::Unavailable);
        }
        at_rest && alone
    }

    /// Whether the session was ended, given up or retired.
    pub(super) fn is_over(&self) -> bool {
        self.state.lock().over.is_some()
    }

    fn check_open(&self, state: &State, now: Micros) -> Result<(), RefusalCode> {
        match state.over {
            Some(code) => Err(code),
            None if now >= self.expires_at => Err(RefusalCode::SessionEnded),
            None => Ok(()),
        }
    }

    fn record(
        &self,
        state: &mut State,
        tools: &Tools,
        input: &Input,
        kind: DecisionKind,
        (page, seq): (PageKey, u64),
        at: Micros,
    ) -> DecisionRecord {
        state.number += 1;
        let outcome = state.engine.outcome_of(&tools.knowledge, &self.whose, input, at);
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
            versions: self.versions.clone(),
        }
    }

    fn decide_page(
        &self,
        state: &mut State,
        tools: &Tools,
        key: PageKey,
        now: Micros,
        messages: &mut Vec<ServerMessage>,
    ) {
        let State { engine, pages, number, .. } = state;
        let Some(page) = pages.iter_mut().find(|page| page.key == key) else { return };
        let present_at = Some(page.present_at(now));
        let context = page.policy_context();
        let circumstances = engine.circumstances(&tools.knowledge, &self.whose, context, present_at, now);
        let policy = &tools.knowledge.policy;
        let (values, whose, session) = (&tools.values, &self.whose, self.id);
        let decided = page.decide(&Deciding { policy, values, whose, session, circumstances, now });
        if let Some(set) = decided.directives {
            tools.metrics.directives.inc_by(u64::try_from(set.directives.len()).unwrap_or(u64::MAX));
            messages.push(ServerMessage::Directives(set));
        }
        if let Some(rule) = decided.step_up {
            messages.push(self.step_up(tools, rule, *number));
            if decided.notify {
                tracing::warn!(event.action = "policy-notify", palet.session = %self.id,
                    palet.band = circumstances.band.as_str(), "the policy asks to notify the security desk");
            }
        }
    }

    fn decide_others(&self, state: &mut State, tools: &Tools, but: Option<PageKey>, now: Micros) {
        let keys: Vec<_> = state
            .pages
            .iter()
            .filter(|page| Some(page.key) != but && page.outlet.is_some())
            .map(|page| page.key)
            .collect();
        for key in keys {
            let mut messages = Vec::new();
            if but.is_some() {
                messages.push(self.risk_update(state));
            }
            self.decide_page(state, tools, key, now, &mut messages);
            if let Some(page) = state.page(key) {
                messages.into_iter().for_each(|message| page.push(Outbound::Message(message)));
            }
        }
    }

    fn step_up(&self, tools: &Tools, rule: RuleId, number: u64) -> ServerMessage {
        let rule = tools.knowledge.policy.rule(rule);
        let reason = Reason { code: format!("policy.{}", rule.name), text: rule.reason.to_owned() };
        let reason =
            bounded(vec![reason]).pop().unwrap_or(Reason { code: String::new(), text: String::new() });
        ServerMessage::StepUp(StepUp { reference: format!("{}-{number}", self.id), reason })
    }

    fn risk_update(&self, state: &State) -> ServerMessage {
        let risk = state.engine.risk();
        let known = |trained: bool, score: palet_units::Probability| trained.then_some(score.get() as f32);
        let band = match state.engine.band() {
            RiskBand::Calm => palet_wire::RiskBand::Calm,
            RiskBand::Raised => palet_wire::RiskBand::Raised,
            RiskBand::High => palet_wire::RiskBand::High,
            RiskBand::Severe => palet_wire::RiskBand::Severe,
        };
        let trained = &risk.trained;
        ServerMessage::Risk(RiskUpdate {
            risk: risk.value.get() as f32,
            biometric_only: risk.biometric_only.get() as f32,
            band,
            sub_scores: SubScores {
                keys: known(trained.keystroke, risk.sub_scores.keystroke),
                pointer: known(trained.pointer, risk.sub_scores.pointer),
                automation: Some(risk.sub_scores.automation.get() as f32),
                device: None,
            },
            keys_trained: trained.keystroke,
            pointer_trained: trained.pointer,
            reasons: wire_reasons(risk).collect(),
            versions: self.versions.clone(),
        })
    }
}

impl State {
    fn page(&mut self, key: PageKey) -> Option<&mut Page> {
        self.pages.iter_mut().find(|page| page.key == key)
    }

    fn page_or_new(&mut self, key: PageKey, now: Micros) -> &mut Page {
        let at = self.pages.iter().position(|page| page.key == key).unwrap_or_else(|| {
            if self.pages.len() >= PAGES_MAX {
                let silent = self.pages.iter().enumerate().filter(|(_, page)| page.outlet.is_none());
                let oldest = silent.min_by_key(|(_, page)| page.heard_at).map_or(0, |(at, _)| at);
                self.pages.remove(oldest);
            }
            self.pages.push(Page::new(key, 0, now));
            self.pages.len() - 1
        });
        &mut self.pages[at]
    }

    fn heard_at(&self, now: Micros) -> Option<Micros> {
        self.pages.iter().map(|page| page.present_at(now)).max()
    }
}

fn wire_reasons(risk: &Risk) -> impl Iterator<Item = Reason> + '_ {
    let reason = |reason: &palet_risk::RiskReason| Reason {
        code: reason.code.as_str().to_owned(),
        text: reason.words.to_owned(),
    };
    let serious = risk.reasons.iter().any(|reason| !is_absence(reason.code));
    risk.reasons
        .iter()
        .filter(move |reason| !serious || !is_absence(reason.code))
        .take(limits::REASONS_MAX)
        .map(reason)
}

/// Reasons cut to what the wire carries; a policy's author may have written more.
fn bounded(mut reasons: Vec<Reason>) -> Vec<Reason> {
    let cut = |text: &mut String, max: usize| {
        let end = (0..=max.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        text.truncate(end);
    };
    for reason in &mut reasons {
        cut(&mut reason.code, limits::NAME_BYTES_MAX);
        cut(&mut reason.text, limits::REASON_BYTES_MAX);
    }
    reasons
}

/// A number for envelopes and calls that no page made.
pub(crate) fn make_page_key() -> PageKey {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    PageKey(NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The channel of that name; the most doubtful one, the web, for a name that is none.
#[must_use]
pub(super) fn channel_of(name: &str) -> Channel {
    name.parse().unwrap_or(Channel::Web)
}
