//! `POST /api/v1/obfuscation/mask`: values in, sealed values or tokens and their masked display out, an outcome each.

use std::borrow::Cow;

use actix_web::{HttpRequest, HttpResponse, web};
use palet_mask::{ClassRef, Level, REDACTED};
use palet_units::Micros;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Problem, authorise,
    batch::{Fault, Outcomes, expect_items, expect_reference, parse, parse_class, read_body, wipe},
    sessions::{live_session, parse_subject},
};
use crate::{
    access::{Caller, Scope},
    app::AppState,
    clock,
    values::{Classes, Form, MaskedValue, Masking, name_of, show},
};

/// The longest life of a sealed value. **Units**: s.
const TTL_S_MAX: u64 = 31 * 86_400;

/// Values to mask.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaskRequest<'b> {
    /// The only session in which the sealed values open; absent for values that outlive sessions.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>)]
    session: Option<Cow<'b, str>>,
    /// The subject with whose erasure sealed values and random tokens are lost; with `session`, it is the
    /// session's.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>)]
    subject: Option<Cow<'b, str>>,
    /// How long sealed values and random tokens open; absent for as long as their key lives.
    ttl_s: Option<u64>,
    /// At most 10,000.
    #[serde(borrow)]
    items: Vec<MaskItem<'b>>,
}

/// A value to mask.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaskItem<'b> {
    /// Echoed in the outcome.
    #[serde(borrow, default)]
    #[schema(value_type = String)]
    reference: Cow<'b, str>,
    /// The class, such as iban, or one of the bank's own, such as custom:membership.
    #[serde(borrow)]
    #[schema(value_type = String, example = "iban")]
    class: Cow<'b, str>,
    /// The value.
    #[serde(borrow)]
    #[schema(value_type = String, example = "DE02 1203 0000 0000 2020 51")]
    value: Cow<'b, str>,
    /// The bank's identifier of the record that the value belongs to.
    #[serde(borrow, default)]
    #[schema(value_type = String, example = "account-17")]
    record: Cow<'b, str>,
    /// What the value becomes: sealed, deterministic, random, index, fpe, fpe-plain.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, example = "sealed")]
    form: Option<Cow<'b, str>>,
}

/// What became of one value.
#[derive(Serialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "lowercase")]
#[allow(
    dead_code,
    reason = "the shape of the answer, for the interface's document; outcomes are written as they come"
)]
pub(crate) enum MaskOutcome {
    /// It has another form.
    Masked {
        /// The item's reference.
        reference: String,
        /// The class.
        class: String,
        /// What a screen reader calls a field of the class, in English: for `data-palet-label`.
        label: String,
        /// The form.
        form: String,
        /// The form sealed: for `data-palet-sealed`.
        sealed: Option<String>,
        /// The forms deterministic, random and index: the token.
        token: Option<String>,
        /// The forms fpe and fpe-plain: the pseudonym. Keep `key_version` beside it.
        surrogate: Option<String>,
        /// The version of the key: in every token, and not in a pseudonym.
        key_version: u32,
        /// What the page shows until a directive comes: the class's partial form, or a redaction.
        display: String,
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
pub(crate) struct MaskAnswer {
    /// One for each item.
    items: Vec<MaskOutcome>,
    /// How many were masked.
    masked: usize,
    /// How many were refused.
    refused: usize,
}

#[derive(Serialize)]
struct Outcome<'a> {
    outcome: &'static str,
    reference: &'a str,
    class: &'a str,
    label: &'a str,
    form: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    surrogate: Option<&'a str>,
    key_version: u32,
    display: &'a str,
}

/// Masks values.
#[utoipa::path(post, path = "/api/v1/obfuscation/mask", request_body = MaskRequest, tag = "obfuscation",
    responses((status = 200, body = MaskAnswer), (status = "4XX", body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn mask(
    request: HttpRequest,
    state: web::Data<AppState>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let caller = authorise(&request, &state, Scope::Mask).await?;
    let limits = &state.settings.limits;
    let body = read_body(&request, payload, limits.mask_body_bytes_max).await?;
    let batch: MaskRequest<'_> = parse(&body)?;
    expect_items(batch.items.len(), limits.mask_items_max)?;
    let mut masking = begin(&state, &caller, &batch).await?;
    let (masked, answer) = answer_mask(&mut masking, state.values.classes(), batch);
    state.values.keep(&masking.into_issued()).await?;
    state.metrics.masked_items.inc_by(u64::try_from(masked).unwrap_or(u64::MAX));
    Ok(HttpResponse::Ok().content_type("application/json").body(answer))
}

async fn begin<'c>(
    state: &AppState,
    caller: &'c Caller,
    batch: &MaskRequest<'_>,
) -> Result<Masking<'c>, Problem> {
    let now = clock::now();
    let expires = match batch.ttl_s {
        Some(ttl) if (1..=TTL_S_MAX).contains(&ttl) => Some(now.plus(Micros::from_secs(ttl))),
        Some(_) => {
            let detail = format!("expected ttl_s in 1 to {TTL_S_MAX}");
            return Err(Problem::unprocessable("ttl-malformed", detail));
        }
        None => None,
    };
    let named = batch.subject.as_deref().map(parse_subject).transpose()?;
    let (session, subject) = match &batch.session {
        Some(session) => {
            let session = live_session(state, caller, session, now).await?;
            if named.is_some_and(|named| named != session.subject) {
                return Err(Problem::unprocessable("subject-other", "expected the subject of the session"));
            }
            (Some(session.id), Some(session.subject))
        }
        None => (None, named),
    };
    let keys = state.values.keys(&caller.tenant, now).await?;
    let subject = match subject {
        Some(subject) => Some(state.values.subject_or_make(&caller.tenant, &subject, now).await?),
        None => None,
    };
    Ok(Masking::new(&caller.tenant, keys, (session, subject), expires))
}

/// Masks every item and writes its outcome; how many were masked, and the answer's JSON.
#[must_use]
pub fn answer_mask(masking: &mut Masking<'_>, classes: &Classes, batch: MaskRequest<'_>) -> (usize, Vec<u8>) {
    let mut outcomes = Outcomes::new(batch.items.len());
    for item in batch.items {
        match mask_item(masking, classes, &item) {
            Ok((class, form, MaskedValue { text, version })) => {
                let shown = show(class, Level::Partial, &item.value);
                let only = |wanted: bool| wanted.then_some(text.as_str());
                outcomes.push(&Outcome {
                    outcome: "masked",
                    reference: &item.reference,
                    class: &name_of(class),
                    label: class.label(),
                    form: form.as_str(),
                    sealed: only(form == Form::Sealed),
                    token: only(matches!(form, Form::Deterministic | Form::Random | Form::Index)),
                    surrogate: only(matches!(form, Form::Fpe | Form::FpePlain)),
                    key_version: version.0,
                    display: shown.as_deref().unwrap_or(REDACTED),
                });
            }
            Err(fault) => outcomes.refuse(&item.reference, &fault),
        }
        wipe(item.value);
    }
    (outcomes.done, outcomes.finish("masked"))
}

fn mask_item<'c>(
    masking: &mut Masking<'_>,
    classes: &'c Classes,
    item: &MaskItem<'_>,
) -> Result<(ClassRef<'c>, Form, MaskedValue), Fault> {
    expect_reference(&item.reference)?;
    let class = parse_class(classes, &item.class)?;
    let form = match item.form.as_deref() {
        None => Form::Sealed,
        Some(form) => {
            form.parse().map_err(|error: crate::values::UnknownForm| ("form-unknown", error.to_string()))?
        }
    };
    let masked = masking.mask(form, class, &item.value, &item.record);
    Ok((class, form, masked.map_err(|error| (error.code(), error.to_string()))?))
}
