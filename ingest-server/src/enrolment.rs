//! Learning from ended sessions, never in the path of a batch. Whether a session may teach is
//! `palet_comparison::enrolment`'s rule; this task brings it what it needs and writes down what came of it.
//!
//! A subject is *enrolling* until `ENROLLING_MAX` confirmed sessions have taught: each of them makes the anchor
//! anew from all of them together, since spread over sessions matters more than amount. Afterwards the anchor is
//! frozen, and with it the subject's own margin, where the settings ask for one. Every other session that may teach only
//! moves the bounded drift beside it. Habits are learnt from confirmed sessions only, all of them. Sessions of an account
//! of several people teach nobody.

use actix_web::web;
use palet_comparison::{
    Account, EnrolError, Margin, Reference,
    enrolment::{Automation, Confirmation, EndedSession, EnrolmentSettings, Learning, decide},
    habits::{HabitEvent, HabitWatch, Habits},
};
use palet_features::FeatureWindow;
use palet_risk::learned_margin;
use palet_units::{Micros, Probability, SubjectId, TenantId};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

use crate::{
    app::AppState,
    clock,
    live::{Counts, DecisionOutcome, Input, place_of},
    store::{
        ConsentGiven, DeviceClass, Learnt, ReferenceRecord, SessionRecord, StoreError, StoreResult, Verdict,
    },
};

/// Sessions looked at in one round.
const SESSIONS_A_ROUND: u32 = 64;
/// Confirmed sessions that make the anchor.
const ENROLLING_MAX: usize = 6;
/// A subject's sessions that are looked through for those.
const SESSIONS_LOOKED_AT: u32 = 64;
/// From this automation score on, a machine is suspected.
const AUTOMATION_SUSPECTED: f64 = 0.5;
const DAY: Micros = Micros::from_secs(86_400);

/// Runs until the server stops.
pub async fn run(state: web::Data<AppState>, mut stop: watch::Receiver<bool>) {
    let interval = Duration::from_millis(state.settings.enrolment.interval_ms);
    loop {
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        if let Err(error) = round(&state, clock::now()).await {
            tracing::error!(event.action = "enrolment-failed", error.message = %error, "nothing was learnt");
        }
    }
}

/// Looks at every session that is due. **Errors**: the store failed; the next round tries again.
pub async fn round(state: &AppState, now: Micros) -> StoreResult<()> {
    for session in state.store.sessions_to_learn(now, SESSIONS_A_ROUND).await? {
        // What its page sent last may still be on its way into the store.
        if session.ended_at.is_some_and(|ended| now.since(ended) < Micros::from_millis(500)) {
            continue;
        }
        look_at(state, &session, now).await?;
    }
    Ok(())
}

async fn look_at(state: &AppState, session: &SessionRecord, now: Micros) -> StoreResult<()> {
    if session.consent != ConsentGiven::Full {
        return note(state, session, Learnt::NoConsent, now, None).await;
    }
    // On an account of several people a session does not tell whose it was; each of them learns as themselves.
    if !state.store.people(&session.tenant, &session.subject, session.created_at).await?.is_empty() {
        return note(state, session, Learnt::Shared, now, None).await;
    }
    let seen = Seen::of(state, session).await?;
    if seen.windows.is_empty() {
        return note(state, session, Learnt::Empty, now, None).await;
    }
    let settings = EnrolmentSettings {
        quarantine_hours: u32::try_from(state.settings.enrolment.quarantine_h).unwrap_or(u32::MAX),
        ..EnrolmentSettings::default()
    };
    let taught = taught_sessions(state, session).await?;
    let enrolling = taught.iter().filter(|session| is_confirmed(session)).count() < ENROLLING_MAX;
    let updates_today = taught.iter().filter(|s| s.ended_at.is_some_and(|at| now.since(at) < DAY)).count();
    let ended = EndedSession {
        confirmation: confirmation(session),
        peak_risk: Probability::clamped(seen.peak_risk),
        windows_compared: seen.windows_compared,
        automation: seen.automation,
        ended_at: session.ended_at.unwrap_or(now),
        // While a subject enrols under the bank's eyes, sessions of one day belong together.
        updates_today: if enrolling { 0 } else { u32::try_from(updates_today).unwrap_or(u32::MAX) },
    };
    match decide(&settings, &ended, now) {
        Learning::Refuse(_) => note(state, session, Learnt::Refused, now, None).await,
        Learning::Wait(until) => state.store.postpone_learning(session.id, until).await,
        Learning::Learn => learn(state, session, seen, &taught, now).await,
    }
}

async fn learn(
    state: &AppState,
    session: &SessionRecord,
    seen: Seen,
    taught: &[SessionRecord],
    now: Micros,
) -> StoreResult<()> {
    let device = session.device.unwrap_or(DeviceClass::Desktop);
    let models = &state.registry.tools().models;
    let stored = state.store.reference(&session.tenant, &session.subject, device, now).await?;
    let before = stored.as_ref().and_then(|stored| Account::parse(&stored.body));
    let anchors = is_confirmed(session) && taught.iter().filter(|s| is_confirmed(s)).count() < ENROLLING_MAX;
    let made = match before.as_ref().filter(|_| !anchors) {
        Some(account) => account.first().updated(models, &seen.windows).map(|next| (next, account.margin())),
        None => {
            let mut sessions = vec![seen.windows];
            for session in taught.iter().filter(|session| is_confirmed(session)) {
                sessions.push(Seen::of(state, session).await?.windows);
            }
            match Reference::enrol(models, class_of(device), &sessions) {
                Ok(reference) => Ok((reference, margin(state, session, sessions).await)),
                Err(error) => Err(error),
            }
        }
    };
    let (reference, margin) = match made {
        Ok(made) => made,
        Err(EnrolError::NothingToLearn | EnrolError::Schema(_)) => {
            return note(state, session, Learnt::Empty, now, None).await;
        }
    };
    let habits = habits(state, session, before.as_ref(), seen.habits);
    let account = match before {
        Some(account) => account.with_first(reference),
        None => Account::of(reference),
    };
    let account = account.with_margin(margin).with_habits(habits);
    let body = account.encode().ok_or(StoreError::Row { what: "reference" })?;
    let record = ReferenceRecord {
        tenant: session.tenant.clone(),
        subject: session.subject.clone(),
        device,
        version: stored.map_or(0, |stored| stored.version) + 1,
        made_at: now,
        made_from: session.id,
        body,
    };
    note(state, session, Learnt::Updated, now, Some(&record)).await
}

/// The subject's habits after this session. Only confirmed sessions teach: unlike a reference, habits have no anchor, for
/// people move and change their work. Where the settings leave habits out, none are kept.
fn habits(
    state: &AppState,
    session: &SessionRecord,
    before: Option<&Account>,
    events: Vec<HabitEvent>,
) -> Habits {
    if state.registry.tools().knowledge(&session.tenant).risk.habits_nats_max <= 0.0 {
        return Habits::default();
    }
    let before = before.map(|account| account.habits().clone()).unwrap_or_default();
    if is_confirmed(session) { before.learned(events) } else { before }
}

/// What a subject's sessions teach of their margin, where this is wanted of them and they are confirmed.
async fn margin(state: &AppState, session: &SessionRecord, sessions: Vec<Vec<FeatureWindow>>) -> Margin {
    if !(state.settings.enrolment.own_margins && is_confirmed(session)) {
        return Margin::NONE;
    }
    let tools = state.registry.tools();
    let (models, risk) = (Arc::clone(&tools.models), tools.knowledge(&session.tenant).risk);
    let device = class_of(session.device.unwrap_or(DeviceClass::Desktop));
    let learned = tokio::task::spawn_blocking(move || learned_margin(&models, &risk, device, &sessions));
    learned.await.unwrap_or(Margin::NONE)
}

async fn note(
    state: &AppState,
    session: &SessionRecord,
    learnt: Learnt,
    now: Micros,
    reference: Option<&ReferenceRecord>,
) -> StoreResult<()> {
    state.metrics.count_learnt(learnt.as_str());
    tracing::info!(event.action = "session-learnt", palet.session = %session.id,
        palet.learnt = learnt.as_str(), "looked at an ended session");
    state.store.set_learnt(session.id, learnt, now, reference).await
}

/// The sessions of the same subject and device that made the reference so far.
async fn taught_sessions(state: &AppState, session: &SessionRecord) -> StoreResult<Vec<SessionRecord>> {
    let sessions = state.store.sessions_of(&session.tenant, &session.subject, SESSIONS_LOOKED_AT).await?;
    let taught = |other: &SessionRecord| {
        other.learnt == Some(Learnt::Updated)
            && other.device == session.device
            && other.verdict != Some(Verdict::Fraud)
    };
    Ok(sessions.into_iter().filter(taught).collect())
}

/// What was captured in the sessions that taught a subject's reference, and how many they are.
///
/// **Errors**: the store failed.
pub async fn progress(
    state: &AppState,
    tenant: &TenantId,
    subject: &SubjectId,
) -> StoreResult<(Counts, usize)> {
    let sessions = state.store.sessions_of(tenant, subject, SESSIONS_LOOKED_AT).await?;
    let (mut counts, mut taught) = (Counts::default(), 0);
    for session in sessions.iter().filter(|session| session.learnt == Some(Learnt::Updated)) {
        taught += 1;
        counts.add(&Seen::of(state, session).await?.windows);
    }
    Ok((counts, taught))
}

fn confirmation(session: &SessionRecord) -> Confirmation {
    match session.verdict {
        Some(Verdict::Fraud) => Confirmation::BankFraud,
        Some(Verdict::Genuine) => Confirmation::BankGenuine,
        None if session.step_up_at.is_some() => Confirmation::StepUp,
        None => Confirmation::None,
    }
}

fn is_confirmed(session: &SessionRecord) -> bool {
    matches!(confirmation(session), Confirmation::BankGenuine | Confirmation::StepUp)
}

const fn class_of(device: DeviceClass) -> palet_features::DeviceClass {
    match device {
        DeviceClass::Desktop => palet_features::DeviceClass::Desktop,
        DeviceClass::Mobile => palet_features::DeviceClass::Mobile,
    }
}

/// What the decision log has of a session.
struct Seen {
    windows: Vec<FeatureWindow>,
    habits: Vec<HabitEvent>,
    peak_risk: f64,
    windows_compared: u32,
    automation: Automation,
}

impl Seen {
    async fn of(state: &AppState, session: &SessionRecord) -> StoreResult<Self> {
        let mut seen = Self {
            windows: Vec::new(),
            habits: Vec::new(),
            peak_risk: 0.0,
            windows_compared: 0,
            automation: Automation::NotSeen,
        };
        let mut watch = HabitWatch::beginning(session.created_at);
        let mut after = 0;
        loop {
            let decisions = state.store.decisions(session.id, after, 500).await?;
            let Some(last) = decisions.last() else { return Ok(seen) };
            after = last.number;
            for decision in decisions {
                seen.peak_risk = seen.peak_risk.max(decision.risk);
                if let Ok(outcome) = DecisionOutcome::parse(&decision.outcome) {
                    seen.windows_compared = seen.windows_compared.max(outcome.windows_compared);
                    if outcome.sub_scores[3] >= AUTOMATION_SUSPECTED {
                        seen.automation = Automation::Suspected;
                    }
                }
                if let Ok(Input::Batch { context, windows }) = postcard::from_bytes(&decision.input) {
                    seen.habits.extend(watch.see(place_of(&context), &windows));
                    seen.windows.extend(windows);
                }
            }
        }
    }
}
