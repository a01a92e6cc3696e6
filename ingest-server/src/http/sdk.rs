//! `/sdk/*`: the SDK's files. Names that carry a hash never change; plain names point to the newest.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use rust_embed::RustEmbed;
use serde::Deserialize;
use std::{borrow::Cow, collections::BTreeMap};

use super::Problem;

/// What `js/` built.
#[derive(RustEmbed)]
#[folder = "../js/dist"]
struct Built;

const FOREVER: &str = "public, max-age=31536000, immutable";
const SHORTLY: &str = "public, max-age=300";

/// A file of the SDK.
pub struct SdkFile {
    /// Its name below `/sdk/`.
    pub name: String,
    /// Its integrity for `<script integrity>`, where the build listed one.
    pub integrity: Option<String>,
}

#[derive(Default, Deserialize)]
struct Manifest {
    #[serde(default)]
    files: BTreeMap<String, ManifestFile>,
}

#[derive(Deserialize)]
struct ManifestFile {
    file: String,
    integrity: Option<String>,
}

fn manifest() -> Manifest {
    let text = Built::get("manifest.json");
    text.and_then(|text| serde_json::from_slice(&text.data).ok()).unwrap_or_default()
}

/// The immutable name and the integrity of a file by its plain name, such as `palet.js`.
#[must_use]
pub fn sdk_file(plain: &str) -> SdkFile {
    match manifest().files.remove(plain) {
        Some(ManifestFile { file, integrity }) => SdkFile { name: file, integrity },
        None => SdkFile { name: plain.to_owned(), integrity: None },
    }
}

/// A file of the SDK.
///
/// **Errors**: there is none of that name.
pub(crate) async fn serve(request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let manifest = manifest();
    let immutable = manifest.files.values().any(|known| known.file == *path);
    let name = manifest.files.get(path.as_str()).map_or(path.as_str(), |known| known.file.as_str());
    let Some(file) = Built::get(name) else {
        return Err(Problem::not_found(
            "file-unknown",
            "expected a file of the SDK; /sdk/manifest.json lists them",
        ));
    };
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, content_type(name)))
        .insert_header((header::CACHE_CONTROL, if immutable { FOREVER } else { SHORTLY }))
        // Pages of other origins load the SDK with `crossorigin` and integrity; there is nothing private in it.
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"))
        .insert_header((header::VARY, "Accept-Encoding"));
    if accepts_brotli(&request)
        && let Some(packed) = Built::get(&format!("{name}.br"))
    {
        response.insert_header((header::CONTENT_ENCODING, "br"));
        return Ok(response.body(bytes(packed.data)));
    }
    Ok(response.body(bytes(file.data)))
}

fn accepts_brotli(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|list| list.split(',').any(|coding| coding.trim().split(';').next() == Some("br")))
}

/// The bytes of an embedded file, without a copy where they are part of the binary.
pub(crate) fn bytes(data: Cow<'static, [u8]>) -> web::Bytes {
    match data {
        Cow::Borrowed(bytes) => web::Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    }
}

/// The media type of a file by its name.
pub(crate) fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "ts" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
