//! Around every request: counted, timed, and answered with the headers that keep it safe.

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderName, HeaderValue},
    middleware::Next,
    web,
};
use std::time::Instant;

use crate::{app::AppState, telemetry::RequestLabels};

/// Headers of every answer; a route that sets its own keeps it.
const HEADERS: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-frame-options", "DENY"),
    ("cross-origin-resource-policy", "same-site"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("cache-control", "no-store"),
];

/// Middleware around every route.
///
/// **Errors**: those of the route.
pub async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let method = request.method().as_str().to_owned();
    let state = request.app_data::<web::Data<AppState>>().cloned();
    let mut response = next.call(request).await?;
    for (name, value) in HEADERS {
        let name = HeaderName::from_static(name);
        if !response.headers().contains_key(&name) {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
    }
    if let Some(state) = state {
        let route = response.request().match_pattern().unwrap_or_else(|| "unknown".to_owned());
        let status = response.status().as_u16();
        if status >= 500 {
            tracing::warn!(
                event.action = "request-failed",
                http.route = route.as_str(),
                http.response.status_code = status,
                "a request failed"
            );
        }
        state.metrics.count_request(&RequestLabels { route, method, status }, started.elapsed());
    }
    Ok(response)
}
