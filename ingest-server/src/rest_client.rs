//! PaLet's REST interface as a bank's backend calls it: what the demonstration bank and `palet load` use.

use actix_web::http::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::time::Duration;

use crate::http::Problem;

const ANSWER_BYTES_MAX: usize = 16 << 20;

thread_local! {
    static CLIENT: awc::Client = awc::Client::builder().timeout(Duration::from_secs(10)).finish();
}

/// The interface behind an address and a key.
pub(crate) struct RestClient {
    root: String,
    key: SecretString,
}

/// A session and a token for its page.
#[derive(Deserialize)]
pub(crate) struct OpenedSession {
    pub(crate) session: String,
    pub(crate) token: String,
    pub(crate) expires_in_s: u64,
    /// The key that pages pin.
    pub(crate) server_key: String,
}

/// A value to mask.
#[derive(Serialize)]
pub(crate) struct Item {
    pub(crate) class: &'static str,
    pub(crate) value: String,
    pub(crate) record: String,
}

/// A value that the page may hold.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct SealedValue {
    class: String,
    sealed: String,
    display: String,
}

#[derive(Deserialize)]
struct Masked {
    items: Vec<SealedValue>,
}

/// A bank cannot do its work without PaLet's answer: it shows nothing rather than a clear value.
fn unreachable(detail: impl std::fmt::Display) -> Problem {
    tracing::warn!(event.action = "rest-call-failed", error.message = %detail, "a backend got no answer");
    Problem::unavailable("the masking service does not answer; try again")
}

impl RestClient {
    /// The interface at a root such as `http://127.0.0.1:8420`.
    pub(crate) fn new(root: &str, key: SecretString) -> Self {
        Self { root: root.trim_end_matches('/').to_owned(), key }
    }

    /// Asks, and gives back whatever the answer is. **Errors**: there was none.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(StatusCode, Value), Problem> {
        let url = format!("{}{path}", self.root);
        let key = format!("Bearer {}", self.key.expose_secret());
        let request = CLIENT.with(|client| client.request(method, url)).insert_header(("Authorization", key));
        let sent = match body {
            Some(body) => request.send_json(body).await,
            None => request.send().await,
        };
        let mut answer = sent.map_err(unreachable)?;
        let bytes = answer.body().limit(ANSWER_BYTES_MAX).await.map_err(unreachable)?;
        Ok((answer.status(), serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, Problem> {
        let (status, answer) = self.call(method, path, body).await?;
        if !status.is_success() {
            return Err(refused(status, &answer));
        }
        serde_json::from_value(answer).map_err(unreachable)
    }

    /// Opens a session for a subject who logged in so long ago, or has not yet.
    pub(crate) async fn open(
        &self,
        subject: &str,
        origin: &str,
        login_age_s: Option<u64>,
    ) -> Result<OpenedSession, Problem> {
        let body =
            json!({"subject": subject, "origin": origin, "consent": "full", "login_age_s": login_age_s});
        self.ask(Method::POST, "/api/v1/sessions", Some(&body)).await
    }

    /// Another token for a session; `None` where it is over.
    pub(crate) async fn token(&self, session: &str) -> Result<Option<OpenedSession>, Problem> {
        let body = json!({"session": session});
        let (status, answer) = self.call(Method::POST, "/api/v1/sessions", Some(&body)).await?;
        match status {
            StatusCode::CREATED => Ok(serde_json::from_value(answer).ok()),
            StatusCode::GONE | StatusCode::NOT_FOUND => Ok(None),
            other => Err(refused(other, &answer)),
        }
    }

    /// Ends a session; one that is over already is no fault.
    pub(crate) async fn end(&self, session: &str) -> Result<(), Problem> {
        self.call(Method::DELETE, &format!("/api/v1/sessions/{session}"), None).await.map(|_| ())
    }

    /// Reads a session.
    pub(crate) async fn session(&self, session: &str) -> Result<Value, Problem> {
        self.ask(Method::GET, &format!("/api/v1/sessions/{session}"), None).await
    }

    /// Reports on a session.
    pub(crate) async fn report(&self, session: &str, kind: &str, reference: &str) -> Result<(), Problem> {
        let body = json!({"session": session, "kind": kind, "reference": reference});
        let (status, answer) = self.call(Method::POST, "/api/v1/feedback", Some(&body)).await?;
        if status.is_success() { Ok(()) } else { Err(refused(status, &answer)) }
    }

    /// Masks values for a session, in order.
    pub(crate) async fn mask(&self, session: &str, items: Vec<Item>) -> Result<Vec<SealedValue>, Problem> {
        let expected = items.len();
        let body = json!({"session": session, "items": items});
        let masked: Masked = self.ask(Method::POST, "/api/v1/obfuscation/mask", Some(&body)).await?;
        if masked.items.len() == expected { Ok(masked.items) } else { Err(unreachable("items are missing")) }
    }

    /// How a session stands, and what is said to an action.
    pub(crate) async fn assess(
        &self,
        session: &str,
        action: Option<&str>,
        reference: Option<&str>,
    ) -> Result<Value, Problem> {
        let mut body = json!({"session": session, "context": "payment"});
        if let Some(action) = action {
            body["action"] = action.into();
        }
        if let Some(reference) = reference {
            body["reference"] = reference.into();
        }
        self.ask(Method::POST, "/api/v1/risk/assess", Some(&body)).await
    }

    /// What is known of a subject.
    pub(crate) async fn subject(&self, subject: &str) -> Result<Value, Problem> {
        self.ask(Method::GET, &format!("/api/v1/subjects/{subject}"), None).await
    }

    /// Erases a subject.
    pub(crate) async fn erase(&self, subject: &str) -> Result<(), Problem> {
        self.call(Method::DELETE, &format!("/api/v1/subjects/{subject}"), None).await.map(|_| ())
    }
}

fn refused(status: StatusCode, answer: &Value) -> Problem {
    let code = answer["code"].as_str().unwrap_or("unknown");
    if status == StatusCode::GONE {
        return Problem::new(
            StatusCode::CONFLICT,
            "palet-session-ended",
            "the session is over; ask for a new token",
        );
    }
    unreachable(format!("{status}: {code}"))
}
