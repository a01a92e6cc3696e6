//! `/api/v1/obfuscation/approvals` and `/break-glass`: the second person's work, and the way around it that is loud.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Problem, authorise,
    staff::ActingFor,
    unmask::{checked_reason, room},
};
use crate::{
    access::Scope,
    app::AppState,
    audit::Action,
    clock,
    store::{ApprovalRecord, ApprovalState},
};

/// Questions told at once.
const QUESTIONS_MAX: u32 = 200;

/// A question to a second person.
#[derive(Serialize, ToSchema)]
pub(crate) struct Question {
    /// Its name.
    id: String,
    /// Who asks.
    person: String,
    /// Their role.
    role: String,
    /// What for.
    purpose: String,
    /// Why, without the sensitive data that was in it.
    reason: String,
    /// The classes of the values, each with how many.
    #[schema(example = "iban 2, name 1")]
    classes: String,
    /// When it was asked.
    asked_at: String,
    /// When it ends.
    expires_at: String,
}

impl From<ApprovalRecord> for Question {
    fn from(record: ApprovalRecord) -> Self {
        Self {
            id: record.id,
            person: record.asker_person,
            role: record.role,
            purpose: record.purpose,
            reason: record.reason,
            classes: record.classes,
            asked_at: clock::rfc3339(record.asked_at),
            expires_at: clock::rfc3339(record.expires_at),
        }
    }
}

/// Questions that wait, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Questions {
    approvals: Vec<Question>,
}

/// Lists what waits for a second person.
#[utoipa::path(get, path = "/api/v1/obfuscation/approvals", tag = "obfuscation",
    responses((status = 200, body = Questions), (status = "4XX", body = Problem)))]
pub(crate) async fn list(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<web::Json<Questions>, Problem> {
    let caller = authorise(&request, &state, Scope::Approve).await?;
    let waiting = state.store.approvals(&caller.tenant, clock::now(), QUESTIONS_MAX).await?;
    Ok(web::Json(Questions { approvals: waiting.into_iter().map(Question::from).collect() }))
}

/// The second person's answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerRequest {
    /// The second person.
    acting_for: ActingFor,
    /// True to agree.
    approve: bool,
}

/// Answers for a second person: another one than who asked, with another key, freshly authenticated.
#[utoipa::path(post, path = "/api/v1/obfuscation/approvals/{approval}", request_body = AnswerRequest,
    params(("approval" = String, Path)), tag = "obfuscation",
    responses((status = 204), (status = "4XX", body = Problem)))]
pub(crate) async fn answer(
    request: HttpRequest,
    state: web::Data<AppState>,
    approval: web::Path<String>,
    body: web::Json<AnswerRequest>,
) -> Result<HttpResponse, Problem> {
    let caller = authorise(&request, &state, Scope::Approve).await?;
    let approver = body.acting_for.parse(&caller)?;
    let policy = state.registry.tools().knowledge(&caller.tenant).policy.clone();
    let answer = if body.approve { ApprovalState::Approved } else { ApprovalState::Denied };
    let room = room(&state, &policy);
    state.desk.answer_approval(&room, &approver, &approval, answer, clock::now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What breaks the glass.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GlassRequest {
    /// The person who will read.
    acting_for: ActingFor,
    /// Why nothing else will do: 8 to 240 bytes.
    reason: Option<String>,
}

/// A grant.
#[derive(Serialize, ToSchema)]
pub(crate) struct GlassAnswer {
    /// For `break_glass` of an unmask request of the same person.
    break_glass: String,
    /// How many values it reads.
    values: u32,
    /// When it ends.
    expires_at: String,
}

/// Breaks the glass: for some minutes the person reads a few values past the policy. It raises alarms by itself.
#[utoipa::path(post, path = "/api/v1/obfuscation/break-glass", request_body = GlassRequest, tag = "obfuscation",
    responses((status = 201, body = GlassAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn break_glass(
    request: HttpRequest,
    state: web::Data<AppState>,
    body: web::Json<GlassRequest>,
) -> Result<HttpResponse, Problem> {
    let caller = authorise(&request, &state, Scope::BreakGlass).await?;
    let asker = body.acting_for.parse(&caller)?;
    let policy = state.registry.tools().knowledge(&caller.tenant).policy.clone();
    let (room, now) = (room(&state, &policy), clock::now());
    let reason = match checked_reason(body.reason.as_deref()) {
        Ok(reason) => reason,
        Err(problem) => {
            state.desk.trace_refusal(&room, &asker, Action::BreakGlass, problem.code(), now).await?;
            return Err(problem);
        }
    };
    let grant = state.desk.break_glass(&room, &asker, &reason, now).await?;
    let expires_at = clock::rfc3339(grant.expires_at);
    Ok(HttpResponse::Created().json(GlassAnswer { break_glass: grant.id, values: grant.left, expires_at }))
}
