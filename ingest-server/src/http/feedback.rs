//! `POST /api/v1/feedback`: what a session turned out to be, and that its subject proved who they are.

use actix_web::{HttpRequest, HttpResponse, web};
use palet_wire::limits::REASON_BYTES_MAX;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Problem, assess, authorise, sessions::own_session};
use crate::{
    access::Scope,
    app::AppState,
    audit::{Action, Detail, Entry, Outcome},
    clock,
    live::Input,
    store::{FeedbackKind, FeedbackRecord},
};

/// What the bank reports.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackRequest {
    /// The session, ended or not.
    #[schema(example = "0123456789abcdef0123456789abcdef")]
    session: String,
    /// What happened.
    kind: FeedbackKind,
    /// The decision or step-up that it is about, or the bank's own case number.
    #[serde(default)]
    reference: String,
}

/// Takes a report. `login-passed` and the step-ups change a running session at once; `genuine` and `fraud` rule
/// what may be learnt from it.
#[utoipa::path(post, path = "/api/v1/feedback", request_body = FeedbackRequest, tag = "sessions",
    responses((status = 204), (status = "4XX", body = Problem)))]
pub(crate) async fn report(
    request: HttpRequest,
    state: web::Data<AppState>,
    body: web::Json<FeedbackRequest>,
) -> Result<HttpResponse, Problem> {
    let caller = authorise(&request, &state, Scope::Feedback).await?;
    if body.reference.len() > REASON_BYTES_MAX {
        let detail = format!("expected at most {REASON_BYTES_MAX} bytes");
        return Err(Problem::unprocessable("reference-malformed", detail));
    }
    let now = clock::now();
    let session = own_session(&state, &caller, &body.session).await?;
    let word = match body.kind {
        FeedbackKind::LoginPassed => Some(Input::LoginPassed),
        FeedbackKind::StepUpPassed => Some(Input::StepUpPassed),
        FeedbackKind::StepUpFailed => Some(Input::StepUpFailed),
        FeedbackKind::Genuine | FeedbackKind::Fraud => None,
    };
    let live = match &word {
        Some(_) => Some(assess::find(&state, &caller, &body.session, now).await?),
        None => None,
    };
    // The trace is on the disk before a mask comes down.
    if let FeedbackKind::StepUpPassed | FeedbackKind::StepUpFailed = body.kind {
        let passed = body.kind == FeedbackKind::StepUpPassed;
        let outcome = if passed { Outcome::Done } else { Outcome::Failed };
        let entry = Entry::new(Action::StepUp, outcome, now).tenant(&caller.tenant).key(&caller.key_id);
        let entry = entry.with(Detail::Session, session.id).with(Detail::Subject, &session.subject);
        state.audit.append(entry.with_words(Detail::Reference, &body.reference)).await?;
    }
    if let Some((live, word)) = live.zip(word) {
        live.take_bank_word(state.registry.tools(), &word, now)
            .map_err(|_| Problem::unavailable("expected room for one more decision; try again"))?;
    }
    let (tenant, kind, reference) = (caller.tenant, body.kind, body.reference.clone());
    let feedback = FeedbackRecord { tenant, session: session.id, kind, reference, at: now };
    state.store.insert_feedback(&feedback).await?;
    state.registry.tools().metrics.count_feedback(kind.as_str());
    tracing::info!(event.action = "feedback", palet.session = %session.id, palet.kind = kind.as_str(),
        "the bank reported on a session");
    Ok(HttpResponse::NoContent().finish())
}
