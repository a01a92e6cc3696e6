//! `/api/v1/subjects/{subject}`: what is known of a subject, and its erasure.

use actix_web::{HttpRequest, HttpResponse, web};
use palet_comparison::{Account, Modality};
use palet_units::{Micros, SubjectId, TenantId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Problem, authorise, sessions::parse_subject};
use crate::{
    access::Scope,
    app::AppState,
    audit::{Action, Detail, Entry, Outcome},
    clock, enrolment,
    live::Counts,
    store::{DeviceClass, EndReason, StoreResult},
};

/// A subject's references.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubjectAnswer {
    /// The subject.
    subject: String,
    /// One for each kind of device that has one.
    references: Vec<ReferenceAnswer>,
    /// What was captured in the sessions that taught.
    learnt: Counts,
    /// How many sessions taught.
    sessions_learnt: usize,
}

/// A reference.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReferenceAnswer {
    /// The kind of device.
    device: DeviceClass,
    /// Its version.
    version: u64,
    /// When it was made.
    made_at: String,
    /// Whether there is enough typing in it to compare with.
    keys_trained: bool,
    /// Whether there is enough pointer use in it.
    pointer_trained: bool,
    /// Whether there are enough fixed texts in it.
    fixed_text_trained: bool,
    /// How much further evidence must rise against this subject before risk reaches its bands: 0 at the points of
    /// everybody. **Units**: nats.
    margin_nats: f64,
    /// Confirmed sessions behind the subject's habits.
    habits_sessions: u16,
    /// Whether these are enough to compare with.
    habits_trained: bool,
}

/// Reads what is known of a subject.
#[utoipa::path(get, path = "/api/v1/subjects/{subject}", params(("subject" = String, Path)), tag = "subjects",
    responses((status = 200, body = SubjectAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn read(
    request: HttpRequest,
    state: web::Data<AppState>,
    subject: web::Path<String>,
) -> Result<web::Json<SubjectAnswer>, Problem> {
    let caller = authorise(&request, &state, Scope::Subjects).await?;
    let subject = parse_subject(&subject)?;
    let mut references = Vec::new();
    for device in [DeviceClass::Desktop, DeviceClass::Mobile] {
        let Some(stored) = state.store.reference(&caller.tenant, &subject, device, Micros::MAX).await? else {
            continue;
        };
        let account = Account::parse(&stored.body);
        let trained = |modality| account.as_ref().is_some_and(|account| account.first().is_trained(modality));
        references.push(ReferenceAnswer {
            device,
            version: stored.version,
            made_at: clock::rfc3339(stored.made_at),
            keys_trained: trained(Modality::Keystroke),
            pointer_trained: trained(Modality::Pointer),
            fixed_text_trained: trained(Modality::FixedText),
            margin_nats: account.as_ref().map_or(0.0, |account| account.margin().nats()),
            habits_sessions: account.as_ref().map_or(0, |account| account.habits().sessions()),
            habits_trained: account.as_ref().is_some_and(|account| account.habits().is_trained()),
        });
    }
    let (learnt, sessions_learnt) = enrolment::progress(&state, &caller.tenant, &subject).await?;
    Ok(web::Json(SubjectAnswer { subject: subject.to_string(), references, learnt, sessions_learnt }))
}

/// Erases a subject's references: every version, on every kind of device, and takes them off every account. Running
/// sessions end.
#[utoipa::path(delete, path = "/api/v1/subjects/{subject}", params(("subject" = String, Path)), tag = "subjects",
    responses((status = 204), (status = "4XX", body = Problem)))]
pub(crate) async fn erase(
    request: HttpRequest,
    state: web::Data<AppState>,
    subject: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let caller = authorise(&request, &state, Scope::Subjects).await?;
    let subject = parse_subject(&subject)?;
    let now = clock::now();
    end_sessions(&state, &caller.tenant, &subject, now).await?;
    // Where the subject is a further person of an account, nobody is compared with them any more.
    for account in state.store.accounts_of(&caller.tenant, &subject).await? {
        end_sessions(&state, &caller.tenant, &account, now).await?;
    }
    let erased = state.store.erase_subject(&caller.tenant, &subject).await?;
    let entry = Entry::new(Action::SubjectErased, Outcome::Done, clock::now());
    let entry = entry.tenant(&caller.tenant).key(&caller.key_id);
    state.audit.append(entry.with(Detail::Subject, &subject).with(Detail::Count, erased)).await?;
    tracing::info!(event.action = "subject-erased", palet.tenant = %caller.tenant, palet.sessions = erased,
        "a subject's references and features were erased");
    Ok(HttpResponse::NoContent().finish())
}

/// Ends a subject's running sessions.
pub(super) async fn end_sessions(
    state: &AppState,
    tenant: &TenantId,
    subject: &SubjectId,
    now: Micros,
) -> StoreResult<()> {
    for session in state.store.sessions_of(tenant, subject, 100).await? {
        if session.is_live(now) {
            state.registry.end(session.id, EndReason::Bank, now).await?;
        }
    }
    Ok(())
}
