//! The one place where errors become HTTP: RFC 9457 problems with a stable `code`.

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use palet_wire::RefusalCode;
use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt;

use crate::{access::AccessError, keys::KeysFault, store::StoreError, values::ValuesDown};

/// What went wrong with a request, as its sender may know it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Always `about:blank`: `code` tells problems apart.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "about:blank")]
    kind: &'static str,
    /// The status in words.
    #[schema(value_type = String, example = "Bad Request")]
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What went wrong: stable, for programs.
    #[schema(value_type = String, example = "session-unknown")]
    code: &'static str,
    /// What was expected, for people. Never repeats what was sent.
    detail: String,
    /// Members of their own, by code.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    members: Map<String, Value>,
}

impl Problem {
    /// A problem.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            members: Map::new(),
        }
    }

    /// With one member more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.members.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
        self
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// 400 with a code.
    #[must_use]
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 422 with a code.
    #[must_use]
    pub fn unprocessable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 404 with a code.
    #[must_use]
    pub fn not_found(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// 429.
    #[must_use]
    pub fn too_many_requests() -> Self {
        let detail = "expected fewer requests; try again in a second";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate-limited", detail)
    }

    /// 503.
    #[must_use]
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
    }

    /// What a refusal of the protocol is over HTTP.
    #[must_use]
    pub fn of_refusal(code: RefusalCode) -> Self {
        let status = match code {
            RefusalCode::BadToken => StatusCode::UNAUTHORIZED,
            RefusalCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            RefusalCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            RefusalCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            RefusalCode::SessionEnded => StatusCode::GONE,
            _ => StatusCode::BAD_REQUEST,
        };
        Self::new(status, code.as_str(), "the envelope was refused")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header(("Content-Type", "application/problem+json"));
        response.insert_header(("Cache-Control", "no-store"));
        match self.status {
            401 => response.insert_header(("WWW-Authenticate", "Bearer")),
            429 | 503 => response.insert_header(("Retry-After", "1")),
            _ => &mut response,
        };
        response.body(serde_json::to_string(self).unwrap_or_default())
    }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Unknown => Self::new(StatusCode::UNAUTHORIZED, "key-refused", error.to_string()),
            AccessError::Scope(scope) => Self::new(StatusCode::FORBIDDEN, "scope-missing", error.to_string())
                .with("scope", scope.as_str()),
            AccessError::Store(error) => error.into(),
        }
    }
}

impl From<KeysFault> for Problem {
    fn from(fault: KeysFault) -> Self {
        // Where keys lie is the log's matter; what is wrong with them has a code.
        tracing::error!(event.action = "keys-failed", error.code = fault.code(), error.message = %fault,
            "the keys of values are not to be had");
        let detail = "the keys of values are not to be had; try again";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, fault.code(), detail)
    }
}

impl From<ValuesDown> for Problem {
    fn from(error: ValuesDown) -> Self {
        match error {
            ValuesDown::Keys(fault) => fault.into(),
            ValuesDown::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        // The backend's own words may name files and statements: they are for the log alone.
        tracing::error!(event.action = "store-failed", error.message = %error, "the store failed");
        Self::unavailable("the store does not answer; try again")
    }
}
