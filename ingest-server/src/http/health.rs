//! `/healthz`, `/readyz` and the metrics.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use palet_units::Micros;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Problem, authorise};
use crate::{access::Scope, app::AppState, clock};

/// Whether the process lives and is ready to serve.
#[derive(Serialize, ToSchema)]
pub(crate) struct HealthAnswer {
    /// `ok`.
    status: &'static str,
    /// The version that runs.
    version: &'static str,
    /// The keys of values: `ok`, or the code of what is wrong while the keys in memory serve on.
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<&'static str>,
}

const OK: HealthAnswer = HealthAnswer { status: "ok", version: env!("CARGO_PKG_VERSION"), keys: None };

/// The process lives.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, body = HealthAnswer)))]
pub(crate) async fn live() -> web::Json<HealthAnswer> {
    web::Json(OK)
}

/// The process can serve: the store answers, the key provider was not gone for long, and nobody stops it.
#[utoipa::path(get, path = "/readyz", tag = "operations",
    responses((status = 200, body = HealthAnswer), (status = 503, body = Problem)))]
pub(crate) async fn ready(state: web::Data<AppState>) -> Result<web::Json<HealthAnswer>, Problem> {
    if *state.stop.borrow() {
        return Err(Problem::unavailable("the server stops"));
    }
    state.store.check().await?;
    let grace = Micros::from_secs(state.settings.keys.outage_grace_s);
    match state.values.ring().health().fault {
        None => Ok(web::Json(HealthAnswer { keys: Some("ok"), ..OK })),
        Some((code, since)) if clock::now().since(since) < grace => {
            Ok(web::Json(HealthAnswer { keys: Some(code), ..OK }))
        }
        Some((code, _)) => {
            let detail = "expected the key ring and its provider to answer; the keys in memory serve on";
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail))
        }
    }
}

/// Metrics in the OpenMetrics text format.
#[utoipa::path(get, path = "/api/v1/monitoring/metrics", tag = "operations",
    responses((status = 200, content_type = "application/openmetrics-text"), (status = "4XX", body = Problem)))]
pub(crate) async fn metrics(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    authorise(&request, &state, Scope::Metrics).await?;
    let format = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(HttpResponse::Ok().content_type(format).body(state.metrics.render()))
}
