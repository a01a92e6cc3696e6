//! `/api/v1/sessions`: a bank's backend opens, reads and ends sessions, and gets tokens for its pages.

use actix_web::{HttpRequest, HttpResponse, web};
use palet_units::{Micros, SessionId, SubjectId};
use rand::Rng;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Problem, authorise, parse_session};
use crate::{
    access::{Caller, Scope, SessionClaims},
    app::AppState,
    clock,
    store::{ConsentGiven, DeviceClass, EndReason, Learnt, SessionRecord, Verdict},
};

/// The longest origin. **Units**: bytes.
const ORIGIN_BYTES_MAX: usize = 255;

/// A session to open, or one to get another token for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenRequest {
    /// The session to get another token for; absent to open a new one.
    #[schema(example = "0123456789abcdef0123456789abcdef")]
    session: Option<String>,
    /// The capture subject, under the bank's own pseudonym. Needed for a new session.
    #[schema(example = "c-81f2")]
    subject: Option<String>,
    /// The origin of the pages. Needed for a new session.
    #[schema(example = "https://bank.example")]
    origin: Option<String>,
    /// The policy's channel: web, mobile-web, app.
    #[serde(default = "web_channel")]
    channel: String,
    /// What the subject agreed to.
    consent: Option<ConsentGiven>,
    /// How long ago the subject logged in; absent where they have not.
    #[schema(example = 0)]
    login_age_s: Option<u64>,
}

fn web_channel() -> String {
    "web".to_owned()
}

/// A session and a token for its page.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenAnswer {
    /// The session.
    session: String,
    /// What the page gives to the SDK. The page cannot read it.
    token: String,
    /// How long the token is good for.
    expires_in_s: u64,
    /// How long the session lives at most.
    session_expires_in_s: u64,
    /// The key that pages pin.
    server_key: String,
}

/// Opens a session, or makes another token for one.
#[utoipa::path(post, path = "/api/v1/sessions", request_body = OpenRequest, tag = "sessions",
    responses((status = 201, body = OpenAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn open(
    request: HttpRequest,
    state: web::Data<AppState>,
    body: web::Json<OpenRequest>,
) -> Result<HttpResponse, Problem> {
    let caller = authorise(&request, &state, Scope::Sessions).await?;
    let now = clock::now();
    let session = match &body.session {
        Some(session) => live_session(&state, &caller, session, now).await?,
        None => {
            let session = new_session(&state, &caller, &body, now)?;
            // Made here, so that every node that the session's pages come to finds it.
            state.values.subject_or_make(&session.tenant, &session.subject, now).await?;
            state.store.insert_session(&session).await?;
            tracing::info!(event.action = "session-opened", palet.session = %session.id,
                palet.tenant = %session.tenant, "a session was opened");
            session
        }
    };
    let ttl = Micros::from_secs(state.settings.sessions.token_ttl_s).min(session.expires_at.since(now));
    let claims = SessionClaims {
        tenant: session.tenant,
        subject: session.subject,
        session: session.id.0,
        origin: session.origin,
        channel: session.channel,
        consent: session.consent,
        expires_at: now.plus(ttl),
    };
    let token = state.tokens.seal(&claims);
    let token = token.map_err(|_| Problem::unprocessable("origin-malformed", "expected a shorter origin"))?;
    Ok(HttpResponse::Created().json(OpenAnswer {
        session: session.id.to_string(),
        token,
        expires_in_s: ttl.0 / 1_000_000,
        session_expires_in_s: session.expires_at.since(now).0 / 1_000_000,
        server_key: state.keys.noise.public_key().to_base64url(),
    }))
}

fn new_session(
    state: &AppState,
    caller: &Caller,
    body: &OpenRequest,
    now: Micros,
) -> Result<SessionRecord, Problem> {
    let subject = body.subject.as_deref().ok_or_else(|| {
        Problem::unprocessable("subject-missing", "expected `subject` for a new session, or `session`")
    })?;
    let subject = parse_subject(subject)?;
    let origin = body.origin.as_deref().filter(|origin| is_origin(origin)).ok_or_else(|| {
        Problem::unprocessable("origin-malformed", "expected `origin` such as https://bank.example")
    })?;
    if !matches!(body.channel.as_str(), "web" | "mobile-web" | "app") {
        return Err(Problem::unprocessable("channel-unknown", "expected one of web, mobile-web, app"));
    }
    let mut id = [0; 16];
    rand::rng().fill_bytes(&mut id);
    Ok(SessionRecord {
        id: SessionId(u128::from_be_bytes(id)),
        tenant: caller.tenant.clone(),
        subject,
        origin: origin.to_owned(),
        channel: body.channel.clone(),
        consent: body.consent.unwrap_or(ConsentGiven::Full),
        device: None,
        created_at: now,
        expires_at: now.plus(Micros::from_secs(state.settings.sessions.session_ttl_s)),
        ended_at: None,
        end_reason: None,
        verdict: None,
        login_at: body.login_age_s.map(|age| Micros(now.0.saturating_sub(Micros::from_secs(age).0))),
        step_up_at: None,
        learnt: None,
    })
}

/// A scheme, a host, perhaps a port, nothing else: what a browser sends as `Origin`.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |host: &str| {
        !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic() && !b"/?#@\\".contains(&b))
    };
    text.len() <= ORIGIN_BYTES_MAX && host.is_some_and(plain)
}

pub(super) fn parse_subject(text: &str) -> Result<SubjectId, Problem> {
    text.parse().map_err(|_| {
        let detail = "expected a subject of 1 to 64 letters, digits, '.', '_' and '-'";
        Problem::unprocessable("subject-malformed", detail)
    })
}

/// The tenant's session, whether it runs or not.
pub(super) async fn own_session(
    state: &AppState,
    caller: &Caller,
    session: &str,
) -> Result<SessionRecord, Problem> {
    let found = state.store.session(parse_session(session)?).await?;
    found
        .filter(|found| found.tenant == caller.tenant)
        .ok_or_else(|| Problem::not_found("session-unknown", "expected a session of this tenant"))
}

/// The tenant's session, if it still runs.
pub(super) async fn live_session(
    state: &AppState,
    caller: &Caller,
    session: &str,
    now: Micros,
) -> Result<SessionRecord, Problem> {
    let found = own_session(state, caller, session).await?;
    if found.is_live(now) { Ok(found) } else { Err(session_ended()) }
}

pub(super) fn session_ended() -> Problem {
    let status = actix_web::http::StatusCode::GONE;
    Problem::new(status, "session-ended", "expected a session that still runs; open a new one")
}

/// A session, for the bank.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionAnswer {
    /// The session.
    session: String,
    /// The capture subject.
    subject: String,
    /// The origin of its pages.
    origin: String,
    /// The policy's channel.
    channel: String,
    /// What the subject agreed to.
    consent: ConsentGiven,
    /// The kind of device, once a page told.
    device: Option<DeviceClass>,
    /// When it began.
    created_at: String,
    /// When it ends by itself.
    expires_at: String,
    /// When it ended.
    ended_at: Option<String>,
    /// Why it ended.
    end_reason: Option<EndReason>,
    /// What the bank said of it.
    verdict: Option<Verdict>,
    /// What was learnt from it.
    learnt: Option<Learnt>,
}

impl From<SessionRecord> for SessionAnswer {
    fn from(session: SessionRecord) -> Self {
        Self {
            session: session.id.to_string(),
            subject: session.subject.to_string(),
            origin: session.origin,
            channel: session.channel,
            consent: session.consent,
            device: session.device,
            created_at: clock::rfc3339(session.created_at),
            expires_at: clock::rfc3339(session.expires_at),
            ended_at: session.ended_at.map(clock::rfc3339),
            end_reason: session.end_reason,
            verdict: session.verdict,
            learnt: session.learnt,
        }
    }
}

/// Reads a session.
#[utoipa::path(get, path = "/api/v1/sessions/{session}", params(("session" = String, Path)), tag = "sessions",
    responses((status = 200, body = SessionAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn read(
    request: HttpRequest,
    state: web::Data<AppState>,
    session: web::Path<String>,
) -> Result<web::Json<SessionAnswer>, Problem> {
    let caller = authorise(&request, &state, Scope::Sessions).await?;
    Ok(web::Json(own_session(&state, &caller, &session).await?.into()))
}

/// Which sessions to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// The capture subject.
    subject: String,
    /// At most so many, newest first. **Range**: 1 to 100.
    limit: Option<u32>,
}

/// Sessions of a subject.
#[derive(Serialize, ToSchema)]
pub(crate) struct ListAnswer {
    /// Newest first.
    sessions: Vec<SessionAnswer>,
}

/// Lists the sessions of a subject.
#[utoipa::path(get, path = "/api/v1/sessions", params(ListQuery), tag = "sessions",
    responses((status = 200, body = ListAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn list(
    request: HttpRequest,
    state: web::Data<AppState>,
    query: web::Query<ListQuery>,
) -> Result<web::Json<ListAnswer>, Problem> {
    let caller = authorise(&request, &state, Scope::Sessions).await?;
    let subject = parse_subject(&query.subject)?;
    let limit = query.limit.unwrap_or(20).clamp(1, 100);
    let sessions = state.store.sessions_of(&caller.tenant, &subject, limit).await?;
    Ok(web::Json(ListAnswer { sessions: sessions.into_iter().map(Into::into).collect() }))
}

/// Ends a session: its pages redact everything, its tokens are void.
#[utoipa::path(delete, path = "/api/v1/sessions/{session}", params(("session" = String, Path)), tag = "sessions",
    responses((status = 204), (status = "4XX", body = Problem)))]
pub(crate) async fn end(
    request: HttpRequest,
    state: web::Data<AppState>,
    session: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let caller = authorise(&request, &state, Scope::Sessions).await?;
    let session = own_session(&state, &caller, &session).await?;
    state.registry.end(session.id, EndReason::Bank, clock::now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        for good in ["https://bank.example", "http://127.0.0.1:8420", "https://[::1]:1"] {
            assert!(is_origin(good), "{good}");
        }
        for bad in ["bank.example", "https://", "https://bank.example/", "https://a@b", "null", "https://a b"]
        {
            assert!(!is_origin(bad), "{bad}");
        }
    }
}
