//! `GET /api/v1/audit`: the tenant's own entries, newest first. Reading them is an entry too.

use actix_web::{HttpRequest, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Problem, authorise};
use crate::{
    access::Scope,
    app::AppState,
    audit::{Action, AuditError, Detail, Entry, Outcome},
    clock,
};

const LIMIT_DEFAULT: usize = 100;
const LIMIT_MAX: usize = 1_000;

/// Which entries.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditQuery {
    /// Entries before this number; `before` of the last answer.
    before: Option<u64>,
    /// At most so many, 1 to 1,000.
    limit: Option<usize>,
    /// Entries of this action alone, such as unmask.
    action: Option<String>,
    /// Entries of this person alone.
    person: Option<String>,
    /// Entries about this subject alone.
    subject: Option<String>,
}

/// Entries, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditAnswer {
    /// Each as it stands in the log.
    #[schema(value_type = Vec<Object>)]
    entries: Vec<Value>,
    /// Where to go on; null at the beginning of the log.
    before: Option<u64>,
    /// The newest checkpoint: keep it elsewhere.
    #[schema(value_type = Option<Object>)]
    checkpoint: Option<crate::audit::Checkpoint>,
    /// What checks the checkpoint's signature: Ed25519, base64.
    public_key: String,
}

/// Reads the audit log.
#[utoipa::path(get, path = "/api/v1/audit", params(AuditQuery), tag = "audit",
    responses((status = 200, body = AuditAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn read(
    request: HttpRequest,
    state: web::Data<AppState>,
    query: web::Query<AuditQuery>,
) -> Result<web::Json<AuditAnswer>, Problem> {
    let caller = authorise(&request, &state, Scope::Audit).await?;
    let AuditQuery { before, limit, action, person, subject } = query.into_inner();
    let limit = limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        let detail = format!("expected limit in 1 to {LIMIT_MAX}");
        return Err(Problem::unprocessable("limit-malformed", detail));
    }
    let action = match action.as_deref() {
        Some(name) => Some(Action::parse(name).ok_or_else(|| {
            Problem::unprocessable("action-unknown", "expected an action of the audit log")
        })?),
        None => None,
    };
    let entry = Entry::new(Action::AuditRead, Outcome::Done, clock::now());
    state.audit.append(entry.tenant(&caller.tenant).key(&caller.key_id).with(Detail::Count, limit)).await?;
    let (reader, tenant) = (state.audit.reader().clone(), caller.tenant);
    let searched = web::block(move || {
        let is = |value: &Value, text: &str| value.as_str() == Some(text);
        let page = reader.page(before.unwrap_or(u64::MAX), limit, |entry| {
            is(&entry["tenant"], tenant.as_str())
                && action.is_none_or(|action| is(&entry["action"], action.as_str()))
                && person.as_deref().is_none_or(|person| is(&entry["person"], person))
                && subject.as_deref().is_none_or(|subject| is(&entry["subject"], subject))
        })?;
        Ok::<_, AuditError>((page, reader.head()?))
    });
    let (page, checkpoint) =
        searched.await.map_err(|_| Problem::unavailable("expected a thread to read in"))??;
    let public_key = state.audit.public_key().to_base64();
    Ok(web::Json(AuditAnswer { entries: page.entries, before: page.before, checkpoint, public_key }))
}

impl From<AuditError> for Problem {
    fn from(error: AuditError) -> Self {
        tracing::error!(event.action = "audit-failed", error.message = %error, "the audit log does not answer");
        let status = actix_web::http::StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, AuditError::CODE, "expected an audit log that takes the entry; nothing was done")
    }
}
