//! The bank's pages, as `demo-site/` built them, with the server's key and the SDK's hash filled in.

use actix_web::{HttpResponse, http::header, web};
use rust_embed::RustEmbed;

use super::desk::Desk;
use crate::http::{Problem, content_type, embedded_bytes, sdk_file};

#[derive(RustEmbed)]
#[folder = "../demo-site/dist"]
struct Built;

const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self' ws://127.0.0.1:* ws://localhost:*; \
    manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types palet default";

pub(super) async fn serve(path: web::Path<String>, desk: web::Data<Desk>) -> Result<HttpResponse, Problem> {
    let path = path.as_str();
    let known = Built::get(path).map(|file| (path.to_owned(), file));
    let is_route = !path.rsplit('/').next().unwrap_or_default().contains('.');
    let page = || {
        let named =
            if path.starts_with("console") { "console.html".to_owned() } else { format!("{path}.html") };
        [named, "index.html".to_owned()]
            .into_iter()
            .find_map(|name| Built::get(&name).map(|file| (name, file)))
    };
    let found = known.or_else(|| if is_route { page() } else { None });
    let Some((name, file)) = found else {
        let detail = match Built::get("index.html") {
            Some(_) => "expected a file of the demonstration bank",
            None => "this binary was built without the bank's pages: run `make site` and build again",
        };
        return Err(Problem::not_found("file-unknown", detail));
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, content_type(&name)));
    if !name.ends_with(".html") {
        let forever = name.starts_with("assets/");
        let kept = if forever { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
        response.insert_header((header::CACHE_CONTROL, kept));
        return Ok(response.body(embedded_bytes(file.data)));
    }
    response.insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY));
    response.insert_header((header::CACHE_CONTROL, "no-cache"));
    response.insert_header(("Cross-Origin-Opener-Policy", "same-origin"));
    Ok(response.body(fill_in(&String::from_utf8_lossy(&file.data), &desk)?))
}

fn fill_in(page: &str, desk: &Desk) -> Result<String, Problem> {
    let sdk = sdk_file("palet.js");
    Ok(page
        .replace("__PALET_SERVER_KEY__", &desk.server_key()?.to_base64url())
        .replace("__PALET_SDK_SRC__", &format!("/sdk/{}", sdk.name))
        .replace("__PALET_SDK_INTEGRITY__", sdk.integrity.as_deref().unwrap_or_default()))
}
