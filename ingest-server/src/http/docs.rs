//! `/openapi.json` and `/docs`: the interface as a document, and a page to try it that loads nothing from elsewhere.

use actix_web::{HttpResponse, http::header, web};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};

use super::{
    Problem, approvals, assess, audit, capture, feedback, health, mask, people, policies, rewrap, sessions,
    subjects, unmask,
};

/// The REST interface.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "PaLet",
        description = "Live behavioural risk and masked values for a bank's backend. Errors are RFC 9457 problems \
                       with a stable `code`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        sessions::open, sessions::list, sessions::read, sessions::end, capture::capture, assess::assess,
        feedback::report, mask::mask, rewrap::rewrap, unmask::unmask,
        approvals::list, approvals::answer, approvals::break_glass, subjects::read, subjects::erase, people::list, people::join, people::part, audit::read, policies::read, policies::text,
        policies::check, policies::stage, policies::withdraw, policies::promote, policies::roll_back, health::metrics, health::live, health::ready,
    ),
    tags(
        (name = "sessions", description = "Sessions of capture subjects, and what became of them"),
        (name = "risk", description = "How a session stands, and what may be done in it"),
        (name = "obfuscation", description = "Values masked for pages"),
        (name = "subjects", description = "What is known of a subject"),
        (name = "policies", description = "What is shown and permitted, and who may change it"),
        (name = "audit", description = "Who read, changed or erased what"),
        (name = "operations", description = "Health and metrics"),
    ),
    modifiers(&TenantKeys),
    security(("tenant-key" = [])),
)]
struct Document;

struct TenantKeys;

impl Modify for TenantKeys {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document.components.get_or_insert_default().add_security_scheme("tenant-key", scheme);
    }
}

/// The document.
pub(crate) async fn openapi() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=300")).json(Document::openapi())
}

const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                           form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The page.
pub(crate) async fn page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .body(include_str!("docs/page.html"))
}

/// The page's script and style.
pub(crate) async fn file(name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let (kind, body) = match name.as_str() {
        "page.js" => ("text/javascript; charset=utf-8", include_str!("docs/page.js")),
        "page.css" => ("text/css; charset=utf-8", include_str!("docs/page.css")),
        _ => return Err(Problem::not_found("file-unknown", "expected page.js or page.css")),
    };
    Ok(HttpResponse::Ok().content_type(kind).body(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_openapi_3_1_and_names_every_route() {
        let document = serde_json::to_value(Document::openapi()).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        for path in [
            "/api/v1/sessions",
            "/api/v1/sessions/{session}",
            "/api/v1/biometrics/capture",
            "/api/v1/risk/assess",
            "/api/v1/feedback",
            "/api/v1/obfuscation/mask",
            "/api/v1/subjects/{subject}",
            "/api/v1/subjects/{subject}/people",
            "/api/v1/subjects/{subject}/people/{person}",
            "/api/v1/obfuscation/unmask",
            "/api/v1/obfuscation/approvals",
            "/api/v1/obfuscation/approvals/{approval}",
            "/api/v1/obfuscation/break-glass",
            "/api/v1/audit",
            "/api/v1/policies",
            "/api/v1/policies/{version}",
            "/api/v1/policies/check",
            "/api/v1/policies/staged",
            "/api/v1/policies/withdraw",
            "/api/v1/policies/promote",
            "/api/v1/policies/rollback",
            "/api/v1/monitoring/metrics",
            "/healthz",
            "/readyz",
        ] {
            assert!(document["paths"][path].is_object(), "{path} is missing");
        }
        assert_eq!(document["components"]["securitySchemes"]["tenant-key"]["scheme"], "bearer");
    }
}
