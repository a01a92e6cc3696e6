//! `POST /api/v1/obfuscation/rewrap`: what a bank holds, moved to the newest version of its key, an outcome each.
//!
//! Doing it again changes nothing: what is under the newest version comes back as it was, as `current`.

use std::borrow::Cow;

use actix_web::{HttpRequest, HttpResponse, web};
use palet_obfuscation::KeyVersion;
use palet_units::SessionId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Problem, authorise,
    batch::{Fault, Given, Outcomes, expect_items, expect_reference, parse, parse_class, read_body},
    sessions::{own_session, parse_subject},
};
use crate::{
    access::{Caller, Scope},
    app::AppState,
    audit::{Action, Detail, Entry, Outcome},
    clock,
    values::{Classes, Form, Masked, OpenFault, Place, Rewrapped, SubjectKeys},
};
use std::sync::Arc;

/// Values to move to the newest version of their key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RewrapRequest<'b> {
    /// The session that the sealed values are bound to.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>)]
    session: Option<Cow<'b, str>>,
    /// The subject that they belong to; with `session`, it is the session's.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>)]
    subject: Option<Cow<'b, str>>,
    /// At most 10,000.
    #[serde(borrow)]
    #[schema(value_type = Vec<RewrapItem>)]
    items: Vec<Given<RewrapItem<'b>>>,
}

/// A value in another form.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RewrapItem<'b> {
    /// Echoed in the outcome.
    #[serde(borrow, default)]
    #[schema(value_type = String)]
    reference: Cow<'b, str>,
    /// The class.
    #[serde(borrow)]
    #[schema(value_type = String, example = "iban")]
    class: Cow<'b, str>,
    /// The sealed value, token or pseudonym.
    #[serde(borrow)]
    #[schema(value_type = String)]
    text: Cow<'b, str>,
    /// The record that it is bound to: sealed values and pseudonyms.
    #[serde(borrow, default)]
    #[schema(value_type = String, example = "account-17")]
    record: Cow<'b, str>,
    /// Needed for pseudonyms: fpe or fpe-plain. Tokens say it themselves.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, example = "fpe")]
    form: Option<Cow<'b, str>>,
    /// Needed for pseudonyms: the version that was handed out with it.
    #[serde(default)]
    key_version: Option<u32>,
}

/// What became of one value.
#[derive(Serialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "lowercase")]
#[allow(
    dead_code,
    reason = "the shape of the answer, for the interface's document; outcomes are written as they come"
)]
pub(crate) enum RewrapOutcome {
    /// It is under the newest version now: replace the old text.
    Rewrapped {
        /// The item's reference.
        reference: String,
        /// The new text; of a random token the same.
        text: String,
        /// The newest version.
        key_version: u32,
    },
    /// It was under the newest version before.
    Current {
        /// The item's reference.
        reference: String,
        /// The text as it was.
        text: String,
        /// The newest version.
        key_version: u32,
    },
    /// It was refused; the others were not touched by it.
    Refused {
        /// The item's reference.
        reference: String,
        /// Why, for programs.
        code: String,
        /// Why, for people.
        detail: String,
    },
}

/// Outcomes in the order of the items.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "the shape of the answer, for the interface's document")]
pub(crate) struct RewrapAnswer {
    /// One for each item.
    items: Vec<RewrapOutcome>,
    /// How many are under the newest version.
    rewrapped: usize,
    /// How many were refused.
    refused: usize,
}

#[derive(Serialize)]
struct Moved<'a> {
    outcome: &'static str,
    reference: &'a str,
    text: &'a str,
    key_version: u32,
}

/// Moves values to the newest version of their key.
#[utoipa::path(post, path = "/api/v1/obfuscation/rewrap", request_body = RewrapRequest, tag = "obfuscation",
    responses((status = 200, body = RewrapAnswer), (status = "4XX", body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn rewrap(
    request: HttpRequest,
    state: web::Data<AppState>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let caller = authorise(&request, &state, Scope::Unmask).await?;
    let limits = &state.settings.limits;
    let body = read_body(&request, payload, limits.mask_body_bytes_max).await?;
    let batch: RewrapRequest<'_> = parse(&body)?;
    expect_items(batch.items.len(), limits.mask_items_max)?;
    state.values.keys(&caller.tenant, clock::now()).await?;
    let (session, subject) = whose(&state, &caller, &batch).await?;
    let place = Place { tenant: &caller.tenant, session, subject: subject.as_deref(), now: clock::now() };
    let mut outcomes = Outcomes::new(batch.items.len());
    for given in &batch.items {
        let item = match given.item() {
            Ok(item) => item,
            Err((reference, fault)) => {
                outcomes.refuse(reference, &fault);
                continue;
            }
        };
        match rewrap_item(&state, item, &place).await? {
            Ok(Rewrapped::Moved(value)) => outcomes.push(&outcome("rewrapped", item, &value)),
            Ok(Rewrapped::Current(value)) => outcomes.push(&outcome("current", item, &value)),
            Err(fault) => outcomes.refuse(&item.reference, &fault),
        }
    }
    let done = outcomes.done;
    let answer = outcomes.finish("rewrapped");
    let entry = Entry::new(Action::Rewrap, Outcome::Done, clock::now()).tenant(&caller.tenant);
    let entry = entry.key(&caller.key_id).with(Detail::Count, done);
    // Answered once the line is on the disk.
    state.audit.append(entry).await?;
    Ok(HttpResponse::Ok().content_type("application/json").body(answer))
}

fn outcome<'a>(
    outcome: &'static str,
    item: &'a RewrapItem<'_>,
    value: &'a crate::values::MaskedValue,
) -> Moved<'a> {
    Moved { outcome, reference: &item.reference, text: &value.text, key_version: value.version.0 }
}

/// The session and the subject that the values belong to. An ended session's values can be moved too: they open
/// nowhere, but a bank need not know that to keep its tables in order.
async fn whose(
    state: &AppState,
    caller: &Caller,
    batch: &RewrapRequest<'_>,
) -> Result<(Option<SessionId>, Option<Arc<SubjectKeys>>), Problem> {
    let (session, subject) = match &batch.session {
        Some(session) => {
            let session = own_session(state, caller, session).await?;
            (Some(session.id), Some(session.subject))
        }
        None => (None, batch.subject.as_deref().map(parse_subject).transpose()?),
    };
    let keys = match subject {
        Some(subject) => state.values.subject(&caller.tenant, &subject).await?,
        None => None,
    };
    Ok((session, keys))
}

/// What became of an item. **Errors**: keys or store are not to be had, which is no item's fault.
async fn rewrap_item(
    state: &AppState,
    item: &RewrapItem<'_>,
    place: &Place<'_>,
) -> Result<Result<Rewrapped, Fault>, Problem> {
    let masked = match masked_of(state.values.classes(), item) {
        Ok(masked) => masked,
        Err(fault) => return Ok(Err(fault)),
    };
    match state.values.rewrap(&masked, place).await {
        Ok(rewrapped) => Ok(Ok(rewrapped)),
        Err(OpenFault::Down(down)) => Err(down.into()),
        Err(error) => Ok(Err((error.code(), error.to_string()))),
    }
}

fn masked_of<'a>(classes: &'a Classes, item: &'a RewrapItem<'_>) -> Result<Masked<'a>, Fault> {
    expect_reference(&item.reference)?;
    let class = parse_class(classes, &item.class)?;
    let form = item.form.as_deref().map(str::parse::<Form>).transpose();
    let form = form.map_err(|error| ("form-unknown", error.to_string()))?;
    let version = item.key_version.map(KeyVersion);
    Ok(Masked { text: &item.text, form, class, record: &item.record, version })
}
