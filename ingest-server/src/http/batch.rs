//! What the routes that take batches of values share: the body read once and wiped, items read where they lie in
//! it, outcomes written as they come.

use std::borrow::Cow;

use actix_web::{HttpMessage, HttpRequest, http::StatusCode, web};
use futures_util::StreamExt;
use palet_mask::ClassRef;
use serde::{Deserialize, Serialize, de::IgnoredAny};
use zeroize::{Zeroize, Zeroizing};

use super::{Problem, parse_problem};
use crate::values::Classes;

/// The longest reference that is echoed. **Units**: bytes.
pub(super) const REFERENCE_BYTES_MAX: usize = 128;

/// Why an item is refused: a code for programs, words for people.
pub(super) type Fault = (&'static str, String);

/// An item as it came: what has not the shape of one is refused by itself, and the others are read all the same.
/// Items are copied while they are told apart, so none that holds a value in the clear may come this way.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Given<T> {
    /// An item.
    Item(T),
    /// An object that is none: a member is missing, unknown or of another kind.
    Odd {
        /// Echoed, where it has one.
        #[serde(default)]
        reference: String,
    },
    /// Something else.
    Other(IgnoredAny),
}

impl<T> Given<T> {
    /// The item. **Errors**: `item-malformed`, with its reference.
    pub(super) fn item(&self) -> Result<&T, (&str, Fault)> {
        let reference = match self {
            Self::Item(item) => return Ok(item),
            Self::Odd { reference } => reference,
            Self::Other(_) => "",
        };
        Err((reference, ("item-malformed", "expected the members of an item, each of its kind".into())))
    }
}

/// The body of a request, wiped when dropped. **Errors**: longer than the limit, or cut off.
pub(super) async fn read_body(
    request: &HttpRequest,
    mut payload: web::Payload,
    bytes_max: usize,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let json = request.mime_type().ok().flatten();
    if json.is_none_or(|mime| mime.essence_str() != "application/json") {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content-type",
            "expected Content-Type: application/json",
        ));
    }
    let too_large = || {
        let detail = format!("expected at most {bytes_max} bytes");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", detail)
    };
    let told = request.headers().get("Content-Length").and_then(|told| told.to_str().ok()?.parse().ok());
    if told.is_some_and(|told: usize| told > bytes_max) {
        return Err(too_large());
    }
    // Room for all of it at once: a vector that grows leaves copies behind.
    let mut body = Zeroizing::new(Vec::with_capacity(told.unwrap_or(bytes_max.min(1 << 20))));
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::bad_request("body-malformed", "expected a whole body"))?;
        if body.len() + chunk.len() > bytes_max {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The JSON of a body. **Errors**: the place, never the text.
pub(super) fn parse<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| parse_problem(&error))
}

/// **Errors**: `too-many-items`.
pub(super) fn expect_items(got: usize, items_max: usize) -> Result<(), Problem> {
    if got <= items_max {
        return Ok(());
    }
    let detail = format!("expected at most {items_max} items, got {got}");
    Err(Problem::unprocessable("too-many-items", detail))
}

/// A class by its name. **Errors**: `class-unknown`.
pub(super) fn parse_class<'c>(classes: &'c Classes, name: &str) -> Result<ClassRef<'c>, Fault> {
    classes.parse(name).map_err(|error: palet_mask::UnknownClass| ("class-unknown", error.to_string()))
}

/// **Errors**: `reference-malformed`.
pub(super) fn expect_reference(reference: &str) -> Result<(), Fault> {
    if reference.len() <= REFERENCE_BYTES_MAX {
        return Ok(());
    }
    Err(("reference-malformed", format!("expected at most {REFERENCE_BYTES_MAX} bytes")))
}

/// A reference as far as it may be long.
pub(super) fn cut_reference(reference: &str) -> &str {
    let mut ends = (0..=REFERENCE_BYTES_MAX.min(reference.len())).rev();
    let end = ends.find(|&at| reference.is_char_boundary(at)).unwrap_or(0);
    reference.get(..end).unwrap_or_default()
}

/// Wipes a text that had to be copied out of the body.
pub(super) fn wipe(text: Cow<'_, str>) {
    if let Cow::Owned(mut text) = text {
        text.zeroize();
    }
}

/// An answer in the making: outcomes one after another, then the counts.
pub(super) struct Outcomes {
    json: Vec<u8>,
    pub(super) done: usize,
    pub(super) refused: usize,
}

#[derive(Serialize)]
struct Refused<'a> {
    outcome: &'static str,
    reference: &'a str,
    code: &'static str,
    detail: &'a str,
}

impl Outcomes {
    /// Room for so many outcomes.
    pub(super) fn new(items: usize) -> Self {
        let mut json = Vec::with_capacity(64 + items * 320);
        json.extend_from_slice(b"{\"items\":[");
        Self { json, done: 0, refused: 0 }
    }

    /// An item that was done.
    pub(super) fn push(&mut self, outcome: &impl Serialize) {
        self.done += 1;
        self.write(outcome);
    }

    /// An item that was refused; its reference is echoed as far as it may be long.
    pub(super) fn refuse(&mut self, reference: &str, (code, detail): &Fault) {
        self.refused += 1;
        self.write(&Refused { outcome: "refused", reference: cut_reference(reference), code, detail });
    }

    fn write(&mut self, outcome: &impl Serialize) {
        if self.done + self.refused > 1 {
            self.json.push(b',');
        }
        // Texts and numbers always have a form in JSON, and a vector takes every byte.
        let _ = serde_json::to_writer(&mut self.json, outcome);
    }

    /// The whole answer; `done` names the count of items that were.
    pub(super) fn finish(mut self, done: &str) -> Vec<u8> {
        let counts = format!("],\"{done}\":{},\"refused\":{}}}", self.done, self.refused);
        self.json.extend_from_slice(counts.as_bytes());
        self.json
    }
}
