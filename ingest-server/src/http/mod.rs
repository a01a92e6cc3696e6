//! REST: one route a file, each a thin adapter from JSON to a room and back.

mod approvals;
mod assess;
mod audit;
mod batch;
mod capture;
mod docs;
mod feedback;
mod health;
mod mask;
mod observe;
mod people;
mod policies;
mod problem;
mod rewrap;
mod sdk;
mod sessions;
mod staff;
mod subjects;
mod unmask;

pub use mask::{MaskItem, MaskRequest, answer_mask};
pub use observe::observe;
pub use problem::Problem;
pub use sdk::{SdkFile, sdk_file};
pub(crate) use sdk::{bytes as embedded_bytes, content_type};

use actix_web::{HttpRequest, HttpResponse, error::JsonPayloadError, http::StatusCode, web};
use palet_units::SessionId;
use std::net::{IpAddr, Ipv4Addr};

use crate::{
    access::{AccessError, Caller, Scope},
    app::AppState,
    clock,
    config::LimitSettings,
};

/// Adds every route.
pub fn configure(routes: &mut web::ServiceConfig, limits: &LimitSettings) {
    let json = |bytes_max: usize| {
        web::JsonConfig::default().limit(bytes_max).error_handler(|error, _| json_problem(&error).into())
    };
    let query = web::QueryConfig::default().error_handler(|_, _| {
        Problem::bad_request("query-malformed", "expected the parameters of this route").into()
    });
    let path = web::PathConfig::default().error_handler(|_, _| {
        Problem::bad_request("path-malformed", "expected an identifier in the path").into()
    });
    routes
        .app_data(json(limits.body_bytes_max))
        .app_data(query)
        .app_data(path)
        .app_data(web::PayloadConfig::new(limits.body_bytes_max))
        .service(
            web::resource("/api/v1/sessions")
                .route(web::post().to(sessions::open))
                .route(web::get().to(sessions::list)),
        )
        .service(
            web::resource("/api/v1/sessions/{session}")
                .route(web::get().to(sessions::read))
                .route(web::delete().to(sessions::end)),
        )
        .service(web::resource("/api/v1/biometrics/capture").route(web::post().to(capture::capture)))
        .service(web::resource("/api/v1/risk/assess").route(web::post().to(assess::assess)))
        .service(web::resource("/api/v1/feedback").route(web::post().to(feedback::report)))
        .service(web::resource("/api/v1/obfuscation/mask").route(web::post().to(mask::mask)))
        .service(web::resource("/api/v1/obfuscation/rewrap").route(web::post().to(rewrap::rewrap)))
        .service(
            web::resource("/api/v1/subjects/{subject}")
                .route(web::get().to(subjects::read))
                .route(web::delete().to(subjects::erase)),
        )
        .service(
            web::resource("/api/v1/subjects/{subject}/people")
                .route(web::get().to(people::list))
                .route(web::post().to(people::join)),
        )
        .service(
            web::resource("/api/v1/subjects/{subject}/people/{person}").route(web::delete().to(people::part)),
        )
        .service(
            web::resource("/api/v1/obfuscation/unmask")
                .app_data(json(limits.mask_body_bytes_max))
                .route(web::post().to(unmask::unmask)),
        )
        .service(web::resource("/api/v1/obfuscation/approvals").route(web::get().to(approvals::list)))
        .service(
            web::resource("/api/v1/obfuscation/approvals/{approval}")
                .route(web::post().to(approvals::answer)),
        )
        .service(
            web::resource("/api/v1/obfuscation/break-glass").route(web::post().to(approvals::break_glass)),
        )
        .configure(policy_routes)
        .service(web::resource("/api/v1/audit").route(web::get().to(audit::read)))
        .service(web::resource("/api/v1/monitoring/metrics").route(web::get().to(health::metrics)))
        .service(web::resource("/healthz").route(web::get().to(health::live)))
        .service(web::resource("/readyz").route(web::get().to(health::ready)))
        .service(web::resource("/openapi.json").route(web::get().to(docs::openapi)))
        .service(web::resource("/docs").route(web::get().to(docs::page)))
        .service(web::resource("/docs/{file}").route(web::get().to(docs::file)))
        .service(web::resource("/sdk/{file:.*}").route(web::get().to(sdk::serve)));
}

fn policy_routes(routes: &mut web::ServiceConfig) {
    // A policy that is too long has a code of its own, also where its body is.
    let long = || {
        web::JsonConfig::default().limit(policies::BODY_BYTES_MAX).error_handler(|error, _| match error {
            JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => {
                policies::too_long().into()
            }
            other => json_problem(&other).into(),
        })
    };
    let post = |path: &str| web::resource(path.to_owned()).app_data(long());
    routes
        .service(web::resource("/api/v1/policies").route(web::get().to(policies::read)))
        .service(post("/api/v1/policies/check").route(web::post().to(policies::check)))
        .service(post("/api/v1/policies/staged").route(web::post().to(policies::stage)))
        .service(post("/api/v1/policies/withdraw").route(web::post().to(policies::withdraw)))
        .service(post("/api/v1/policies/promote").route(web::post().to(policies::promote)))
        .service(post("/api/v1/policies/rollback").route(web::post().to(policies::roll_back)))
        .service(web::resource("/api/v1/policies/{version}").route(web::get().to(policies::text)));
}

/// What no route answers.
pub async fn unknown_route() -> Result<HttpResponse, Problem> {
    Err(Problem::not_found("route-unknown", "expected a path and method that this server has; see /docs"))
}

fn json_problem(error: &JsonPayloadError) -> Problem {
    let status = StatusCode::PAYLOAD_TOO_LARGE;
    match error {
        JsonPayloadError::Overflow { limit } | JsonPayloadError::OverflowKnownLength { limit, .. } => {
            Problem::new(status, "body-too-large", format!("expected at most {limit} bytes"))
        }
        JsonPayloadError::ContentType => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content-type",
            "expected Content-Type: application/json",
        ),
        JsonPayloadError::Deserialize(error) => parse_problem(error),
        _ => Problem::bad_request("body-malformed", "expected a JSON body"),
    }
}

/// The parser's own words may repeat a value: only the place is told, and the names of fields.
fn parse_problem(error: &serde_json::Error) -> Problem {
    let words = error.to_string();
    let known = words.starts_with("missing field") || words.starts_with("unknown field");
    let place = format!("at line {}, column {}", error.line(), error.column());
    let detail = if known { words } else { format!("expected the JSON of this route {place}") };
    Problem::bad_request("body-malformed", detail)
}

/// The caller, if its key has the scope and its tenant keeps to its rate.
pub(crate) async fn authorise(
    request: &HttpRequest,
    state: &AppState,
    scope: Scope,
) -> Result<Caller, Problem> {
    let header = request.headers().get("Authorization").and_then(|value| value.to_str().ok());
    match state.callers.authorise(header, scope, clock::now()).await {
        Ok(caller) if state.limits.allows_request(&caller.tenant) => Ok(caller),
        Ok(_) => Err(Problem::too_many_requests()),
        Err(AccessError::Unknown) if !state.limits.allows_refusal(peer_address(request, state)) => {
            Err(Problem::too_many_requests())
        }
        Err(error) => Err(error.into()),
    }
}

/// Where a request comes from: the socket's peer, or what the trusted proxies in front say.
pub(crate) fn peer_address(request: &HttpRequest, state: &AppState) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let trusted = usize::from(state.settings.server.trusted_proxies);
    if trusted == 0 {
        return peer;
    }
    let forwarded = request.headers().get_all("X-Forwarded-For").filter_map(|value| value.to_str().ok());
    let hops: Vec<_> = forwarded.flat_map(|list| list.split(',')).map(str::trim).collect();
    let hop = hops.len().checked_sub(trusted).and_then(|at| hops.get(at));
    hop.and_then(|hop| hop.parse().ok()).unwrap_or(peer)
}

/// A session identifier of a path or body.
pub(crate) fn parse_session(text: &str) -> Result<SessionId, Problem> {
    text.parse().map_err(|_| Problem::unprocessable("session-malformed", "expected 32 hexadecimal digits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parsing_fault_never_repeats_a_value() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Body {
            #[serde(rename = "value")]
            _value: u32,
        }
        let fault = |text: &str| {
            json_problem(&JsonPayloadError::Deserialize(serde_json::from_str::<Body>(text).unwrap_err()))
                .to_string()
        };
        assert!(!fault(r#"{"value":"DE02120300000000202051"}"#).contains("DE02"));
        assert!(fault(r#"{"valve":1}"#).contains("unknown field"));
        assert!(fault("{}").contains("missing field"));
    }
}
