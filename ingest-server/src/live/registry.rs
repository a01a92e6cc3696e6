//! The sessions in memory: found, loaded from the store, ended, and let go when silent. Bounded.

use palet_units::{Micros, SessionId, TenantId};
use palet_wire::{Consent, PageFacts, RefusalCode};
use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc};

use super::{
    LiveSession, Whose,
    account::{Compared, compared},
    session::{Beginning, Tools, channel_of},
};
use crate::{
    config::SessionSettings,
    store::{ConsentGiven, DecisionRecord, DeviceClass, EndReason, SessionRecord, Store, StoreError},
    values::ValuesDown,
};

/// Decisions read at a time when a session is loaded.
const DECISIONS_A_READ: u32 = 500;

/// Why a session is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// There is no such session, or it is another tenant's.
    #[error("expected a session of this tenant")]
    Unknown,
    /// It is over.
    #[error("expected a session that still runs")]
    Ended,
    /// There are too many sessions in memory, all of them busy.
    #[error("expected room for one more session")]
    Full,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The subject's keys are not to be had.
    #[error(transparent)]
    Values(#[from] ValuesDown),
}

impl JoinError {
    /// How a page is told.
    #[must_use]
    pub const fn refusal(&self) -> RefusalCode {
        match self {
            Self::Unknown => RefusalCode::BadToken,
            Self::Ended => RefusalCode::SessionEnded,
            Self::Full | Self::Store(_) | Self::Values(_) => RefusalCode::Unavailable,
        }
    }
}

/// What a page told of itself.
#[derive(Clone, Copy, Debug)]
pub struct PageTold {
    /// What the subject agreed to.
    pub consent: ConsentGiven,
    /// The kind of device.
    pub device: DeviceClass,
}

impl PageTold {
    /// What `Hello` says.
    #[must_use]
    pub const fn of(consent: Consent, facts: PageFacts) -> Self {
        let consent = match consent {
            Consent::None => ConsentGiven::None,
            Consent::FraudOnly => ConsentGiven::FraudOnly,
            Consent::Full => ConsentGiven::Full,
        };
        let device = if facts.coarse_pointer { DeviceClass::Mobile } else { DeviceClass::Desktop };
        Self { consent, device }
    }
}

/// The sessions in memory.
pub struct Registry {
    store: Arc<dyn Store>,
    tools: Arc<Tools>,
    settings: SessionSettings,
    sessions: Mutex<HashMap<SessionId, Arc<LiveSession>>>,
}

impl Registry {
    /// No sessions yet.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, tools: Arc<Tools>, settings: SessionSettings) -> Self {
        Self { store, tools, settings, sessions: Mutex::default() }
    }

    /// What sessions are worked on with.
    #[must_use]
    pub fn tools(&self) -> &Tools {
        &self.tools
    }

    /// The session, if it is in memory.
    #[must_use]
    pub fn get(&self, id: SessionId) -> Option<Arc<LiveSession>> {
        self.sessions.lock().get(&id).filter(|live| !live.is_over()).cloned()
    }

    /// The session, from memory or from the store. `told` is what a page says; `None` where the bank asks.
    ///
    /// **Errors**: `JoinError`.
    pub async fn find(
        &self,
        id: SessionId,
        told: Option<PageTold>,
        now: Micros,
    ) -> Result<Arc<LiveSession>, JoinError> {
        if let Some(live) = self.get(id) {
            let agrees = told.is_none_or(|told| told.consent as u8 >= live.consent as u8);
            if agrees {
                return Ok(live);
            }
            // The page withdraws consent: the session starts over without what it forbids.
            live.end(RefusalCode::Unavailable);
        }
        let record = self.store.session(id).await?.ok_or(JoinError::Unknown)?;
        if !record.is_live(now) {
            return Err(JoinError::Ended);
        }
        let live = Arc::new(self.load(record, told, now).await?);
        self.insert(live, now)
    }

    fn insert(&self, live: Arc<LiveSession>, now: Micros) -> Result<Arc<LiveSession>, JoinError> {
        let mut sessions = self.sessions.lock();
        if let Some(known) = sessions.get(&live.id).filter(|known| !known.is_over()) {
            return Ok(Arc::clone(known));
        }
        if sessions.len() >= self.settings.live_max {
            make_room(&mut sessions, now);
            if sessions.len() >= self.settings.live_max {
                return Err(JoinError::Full);
            }
        }
        sessions.insert(live.id, Arc::clone(&live));
        self.count(sessions.len());
        Ok(live)
    }

    async fn load(
        &self,
        record: SessionRecord,
        told: Option<PageTold>,
        now: Micros,
    ) -> Result<LiveSession, JoinError> {
        let consent = told.map_or(record.consent, |told| stricter(record.consent, told.consent));
        let device = record.device.or(told.map(|told| told.device)).unwrap_or(DeviceClass::Desktop);
        if told.is_some() && (record.device.is_none() || consent != record.consent) {
            self.store.set_page(record.id, device, consent).await?;
        }
        let compared = self.compared(&record, device, consent).await?;
        let decisions = self.decisions(record.id).await?;
        let subject = self.tools.values.subject(&record.tenant, &record.subject).await?;
        let channel = channel_of(&record.channel);
        let whose = Whose {
            tenant: record.tenant,
            channel,
            reference: compared.reference,
            reference_version: compared.version,
            others: compared.others,
        };
        let beginning = Beginning {
            id: record.id,
            whose,
            subject,
            consent,
            device,
            began_at: record.created_at,
            expires_at: record.expires_at,
            login_at: record.login_at,
            decisions,
            sockets_max: self.settings.sockets_per_session_max,
        };
        Ok(LiveSession::resume(&self.tools.policies, beginning, now))
    }

    async fn compared(
        &self,
        record: &SessionRecord,
        device: DeviceClass,
        consent: ConsentGiven,
    ) -> Result<Compared, StoreError> {
        if consent != ConsentGiven::Full {
            return Ok(Compared::default());
        }
        // The references as they were when the session began: what the session's decisions can be made again with.
        let (tenant, subject, began) = (&record.tenant, &record.subject, record.created_at);
        let stored = self.store.reference(tenant, subject, device, began).await?;
        compared(&*self.store, &self.tools.models, stored, began).await
    }

    async fn decisions(&self, id: SessionId) -> Result<Vec<DecisionRecord>, StoreError> {
        let mut decisions: Vec<DecisionRecord> = Vec::new();
        loop {
            let after = decisions.last().map_or(0, |decision| decision.number);
            let read = self.store.decisions(id, after, DECISIONS_A_READ).await?;
            let more = read.len() == DECISIONS_A_READ as usize;
            decisions.extend(read);
            if !more {
                return Ok(decisions);
            }
        }
    }

    /// Ends a session for the bank; false where it was over before. **Errors**: the store failed.
    pub async fn end(&self, id: SessionId, reason: EndReason, now: Micros) -> Result<bool, StoreError> {
        let ended = self.store.end_session(id, reason, now).await?;
        self.forget(id, RefusalCode::SessionEnded);
        Ok(ended)
    }

    fn forget(&self, id: SessionId, code: RefusalCode) {
        let live = self.sessions.lock().remove(&id);
        if let Some(live) = live {
            live.end(code);
        }
        self.count(self.sessions.lock().len());
    }

    /// Every page hears that the server stops; it comes again, here or on another node.
    pub fn end_all(&self, code: RefusalCode) {
        self.sessions.lock().values().for_each(|live| live.end(code));
    }

    /// Another policy answers for a tenant, or for all that follow the deployment's: their pages hear it.
    pub fn policy_changed(&self, tenant: Option<&TenantId>, now: Micros) {
        let sessions: Vec<_> = self.sessions.lock().values().cloned().collect();
        let concerned = |live: &&Arc<LiveSession>| tenant.is_none_or(|tenant| live.whose.tenant == *tenant);
        sessions.iter().filter(concerned).for_each(|live| live.policy_changed(&self.tools, now));
    }

    /// Lets go of what is over, and ends sessions whose pages fell silent or whose time is up.
    ///
    /// **Errors**: the store failed.
    pub async fn sweep(&self, now: Micros) -> Result<(), StoreError> {
        let idle = Micros::from_secs(self.settings.idle_s);
        let sessions: Vec<_> = self.sessions.lock().values().cloned().collect();
        for live in sessions {
            if live.expires_at <= now {
                self.end(live.id, EndReason::Expired, now).await?;
            } else if live.is_over() {
                let mut sessions = self.sessions.lock();
                if sessions.get(&live.id).is_some_and(|known| Arc::ptr_eq(known, &live)) {
                    sessions.remove(&live.id);
                }
            } else if live.silent_since().is_some_and(|since| now.since(since) >= idle) {
                self.end(live.id, EndReason::Idle, now).await?;
            }
        }
        self.count(self.sessions.lock().len());
        self.store.end_expired(now).await?;
        Ok(())
    }

    fn count(&self, sessions: usize) {
        self.tools.metrics.sessions_live.set(i64::try_from(sessions).unwrap_or(i64::MAX));
    }
}

/// Lets go of the longest silent sixteenth of the sessions that can go without loss.
fn make_room(sessions: &mut HashMap<SessionId, Arc<LiveSession>>, now: Micros) {
    let mut silent: Vec<_> = sessions
        .values()
        .filter_map(|live| live.silent_since().map(|since| (now.since(since), live.id)))
        .collect();
    silent.sort_unstable_by(|a, b| b.cmp(a));
    for (_, id) in silent.into_iter().take(sessions.len() / 16 + 1) {
        if sessions.get(&id).is_some_and(|live| live.let_go()) {
            sessions.remove(&id);
        }
    }
}

const fn stricter(one: ConsentGiven, other: ConsentGiven) -> ConsentGiven {
    if (one as u8) < (other as u8) { one } else { other }
}
