//! A session in memory, shared by its pages: one lock, held for microseconds and never across an await.

use palet_comparison::Models;
use palet_policy::Channel;
use palet_units::{Micros, SessionId, TenantId};
use palet_wire::RefusalCode;
use parking_lot::Mutex;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::{Notify, mpsc};

use super::{
    DecisionLog, Input, Knowledge, Outbound, PageKey, Policies, SessionEngine, Whose,
    page::{Outlet, Page},
};
use crate::{
    store::{ConsentGiven, DecisionKind, DecisionRecord, DeviceClass},
    telemetry::Metrics,
    values::{Place, SubjectKeys, Values},
};

/// Page loads that a session remembers: a reload makes a new one, and the oldest silent one is forgotten.
const PAGES_MAX: usize = 16;
/// How long a caller waits for a decision that is on its way into the store.
const DURABLE_WAIT_MAX: std::time::Duration = std::time::Duration::from_secs(2);

/// What every session of a process is worked on with.
pub struct Tools {
    /// What was learnt from other people.
    pub models: Arc<Models>,
    /// The policies, by tenant.
    pub policies: Policies,
    /// Sealed values.
    pub values: Arc<Values>,
    /// Where decisions go.
    pub log: DecisionLog,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

impl Tools {
    /// What a tenant's sessions are judged with now.
    #[must_use]
    pub fn knowledge(&self, tenant: &TenantId) -> Arc<Knowledge> {
        self.policies.knowledge(tenant)
    }
}

/// A session in memory.
pub struct LiveSession {
    /// Its identifier.
    pub id: SessionId,
    /// Whose it is.
    pub whose: Whose,
    /// What the subject's sealed values open with; none where the subject has no secret.
    pub subject: Option<Arc<SubjectKeys>>,
    /// What the subject agreed to.
    pub consent: ConsentGiven,
    /// The kind of device.
    pub device: DeviceClass,
    /// When it ends by itself.
    pub expires_at: Micros,
    sockets_max: usize,
    pub(super) state: Mutex<State>,
    committed: Notify,
}

pub(super) struct State {
    pub(super) engine: SessionEngine,
    pub(super) pages: Vec<Page>,
    pub(super) number: u64,
    pub(super) committed_number: u64,
    pub(super) outlets: u64,
    pub(super) touched_at: Micros,
    pub(super) over: Option<RefusalCode>,
}

/// What a session starts from: its record, and the decisions that the store has of it.
pub struct Beginning {
    /// Its identifier.
    pub id: SessionId,
    /// Whose it is.
    pub whose: Whose,
    /// What the subject's sealed values open with; none where the subject has no secret.
    pub subject: Option<Arc<SubjectKeys>>,
    /// What the subject agreed to.
    pub consent: ConsentGiven,
    /// The kind of device.
    pub device: DeviceClass,
    /// When it began.
    pub began_at: Micros,
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
    pub fn resume(policies: &Policies, beginning: Beginning, now: Micros) -> Self {
        let Beginning { id, whose, subject, consent, device, expires_at, decisions, sockets_max, .. } =
            beginning;
        let mut knowledge = policies.knowledge(&whose.tenant);
        let mut engine = SessionEngine::new(&knowledge, beginning.began_at, beginning.login_at);
        let mut pages: Vec<Page> = Vec::new();
        let mut number = 0;
        for decision in decisions {
            number = decision.number;
            if let Ok(input) = postcard::from_bytes::<Input>(&decision.input) {
                let version = policy_in(&decision.versions);
                if knowledge.policy.version().to_string() != version {
                    knowledge = policies.knowledge_of(&whose.tenant, version);
                }
                engine.apply(&knowledge, &whose, &input, decision.at);
            }
            if decision.kind == DecisionKind::Batch {
                let key = PageKey(decision.page);
                pages.retain(|page| page.key != key);
                pages.push(Page::new(key, decision.seq, decision.at));
            }
        }
        let surplus = pages.len().saturating_sub(PAGES_MAX);
        pages.drain(..surplus);
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
        Self { id, whose, subject, consent, device, expires_at, sockets_max, state, committed }
    }

    /// Where the session's sealed values open.
    pub(super) fn place(&self, now: Micros) -> Place<'_> {
        Place { tenant: &self.whose.tenant, session: Some(self.id), subject: self.subject.as_deref(), now }
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

    /// The last batch of a page that is durable.
    #[must_use]
    pub fn committed_seq(&self, key: PageKey) -> u64 {
        self.state.lock().page(key).map_or(0, |page| page.committed_seq)
    }

    /// A decision is durable: its batch may be acknowledged. The page's socket does so with what it says next, or
    /// a moment later, so that one acknowledgement stands for many batches.
    pub(super) fn committed(&self, record: &DecisionRecord) {
        let mut state = self.state.lock();
        state.committed_number = state.committed_number.max(record.number);
        if record.kind == DecisionKind::Batch
            && let Some(page) = state.page(PageKey(record.page))
        {
            page.committed_seq = page.committed_seq.max(record.seq);
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
                let settled = {
                    let state = self.state.lock();
                    number > state.number || state.committed_number >= number || state.over.is_some()
                };
                if settled {
                    return;
                }
                notified.await;
            }
        };
        let _ = tokio::time::timeout(DURABLE_WAIT_MAX, durable).await;
    }

    /// Another policy answers: every page hears what its fields show now.
    pub fn policy_changed(&self, tools: &Tools, now: Micros) {
        let mut state = self.state.lock();
        if self.check_open(&state, now).is_ok() {
            state.pages.iter_mut().for_each(Page::forget_decided);
            self.decide_others(&mut state, tools, None, now);
        }
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

    pub(super) fn check_open(&self, state: &State, now: Micros) -> Result<(), RefusalCode> {
        match state.over {
            Some(code) => Err(code),
            None if now >= self.expires_at => Err(RefusalCode::SessionEnded),
            None => Ok(()),
        }
    }
}

impl State {
    pub(super) fn page(&mut self, key: PageKey) -> Option<&mut Page> {
        self.pages.iter_mut().find(|page| page.key == key)
    }

    pub(super) fn page_or_new(&mut self, key: PageKey, now: Micros) -> &mut Page {
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

    pub(super) fn heard_at(&self, now: Micros) -> Option<Micros> {
        self.pages.iter().map(|page| page.present_at(now)).max()
    }
}

/// The policy's version among the versions of a decision.
pub(super) fn policy_in(versions: &str) -> &str {
    versions.rsplit_once("policy ").map_or("", |(_, version)| version)
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
