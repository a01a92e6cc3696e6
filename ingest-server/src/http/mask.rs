//! `POST /api/v1/obfuscation/mask`: values in, sealed values and their masked display out, an outcome each.

use actix_web::{HttpRequest, web};
use palet_mask::{FieldClass, Level, REDACTED};
use palet_obfuscation::SealBinding;
use palet_units::Micros;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::{Problem, authorise, sessions::live_session};
use crate::{access::Scope, app::AppState, clock, live::show};

/// The longest reference that is echoed. **Units**: bytes.
const REFERENCE_BYTES_MAX: usize = 128;
/// The longest life of a sealed value. **Units**: s.
const TTL_S_MAX: u64 = 31 * 86_400;

/// Values to mask.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MaskRequest {
    /// The only session in which the sealed values open; absent for values that outlive sessions.
    session: Option<String>,
    /// How long the sealed values open; absent for as long as their key lives.
    ttl_s: Option<u64>,
    /// At most 10,000.
    items: Vec<MaskItem>,
}

/// A value to mask.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MaskItem {
    /// Echoed in the outcome.
    #[serde(default)]
    reference: String,
    /// The class, such as iban.
    #[schema(value_type = String, example = "iban")]
    class: String,
    /// The value.
    #[schema(value_type = String, example = "DE02 1203 0000 0000 2020 51")]
    value: Zeroizing<String>,
    /// The bank's identifier of the record that the value belongs to.
    #[serde(default)]
    #[schema(example = "account-17")]
    record: String,
}

/// What became of one value.
#[derive(Serialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub(crate) enum MaskOutcome {
    /// It was sealed.
    Masked {
        /// The item's reference.
        reference: String,
        /// The class.
        class: &'static str,
        /// For `data-palet-sealed`.
        sealed: String,
        /// What the page shows until a directive comes: the class's partial form, or a redaction.
        display: String,
    },
    /// It was refused; the others were not touched by it.
    Refused {
        /// The item's reference.
        reference: String,
        /// Why, for programs.
        code: &'static str,
        /// Why, for people.
        detail: String,
    },
}

/// Outcomes in the order of the items.
#[derive(Serialize, ToSchema)]
pub(crate) struct MaskAnswer {
    /// How many were sealed.
    masked: usize,
    /// How many were refused.
    refused: usize,
    /// One for each item.
    items: Vec<MaskOutcome>,
}

/// Masks values.
#[utoipa::path(post, path = "/api/v1/obfuscation/mask", request_body = MaskRequest, tag = "obfuscation",
    responses((status = 200, body = MaskAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn mask(
    request: HttpRequest,
    state: web::Data<AppState>,
    body: web::Json<MaskRequest>,
) -> Result<web::Json<MaskAnswer>, Problem> {
    let caller = authorise(&request, &state, Scope::Mask).await?;
    let items_max = state.settings.limits.mask_items_max;
    let MaskRequest { session, ttl_s, items } = body.into_inner();
    if items.len() > items_max {
        let detail = format!("expected at most {items_max} items, got {}", items.len());
        return Err(Problem::unprocessable("too-many-items", detail));
    }
    let now = clock::now();
    let session = match &session {
        Some(session) => Some(live_session(&state, &caller, session, now).await?.id),
        None => None,
    };
    let expires = match ttl_s {
        Some(ttl) if (1..=TTL_S_MAX).contains(&ttl) => Some(now.plus(Micros::from_secs(ttl))),
        Some(_) => {
            let detail = format!("expected ttl_s in 1 to {TTL_S_MAX}");
            return Err(Problem::unprocessable("ttl-malformed", detail));
        }
        None => None,
    };
    let values = &state.registry.tools().values;
    let items: Vec<_> = items
        .into_iter()
        .map(|item| {
            let refused = |reference, (code, detail)| MaskOutcome::Refused { reference, code, detail };
            let seal = |class, record: &str, value: &str| {
                let binding = SealBinding { tenant: &caller.tenant, class, record, session };
                values.seal(value, &binding, expires)
            };
            match mask_item(&item, seal) {
                Ok((class, sealed, display)) => {
                    MaskOutcome::Masked { reference: item.reference, class: class.as_str(), sealed, display }
                }
                Err(fault) => refused(cut_reference(item.reference), fault),
            }
        })
        .collect();
    let masked = items.iter().filter(|item| matches!(item, MaskOutcome::Masked { .. })).count();
    state.metrics.masked_items.inc_by(u64::try_from(masked).unwrap_or(u64::MAX));
    Ok(web::Json(MaskAnswer { masked, refused: items.len() - masked, items }))
}

type Fault = (&'static str, String);

fn mask_item(
    item: &MaskItem,
    seal: impl Fn(FieldClass, &str, &str) -> Result<String, palet_obfuscation::SealError>,
) -> Result<(FieldClass, String, String), Fault> {
    if item.reference.len() > REFERENCE_BYTES_MAX {
        return Err(("reference-malformed", format!("expected at most {REFERENCE_BYTES_MAX} bytes")));
    }
    let class: FieldClass =
        item.class.parse().map_err(|error: palet_mask::UnknownClass| ("class-unknown", error.to_string()))?;
    let sealed = seal(class, &item.record, &item.value).map_err(|error| (error.code(), error.to_string()))?;
    let display = show(class, Level::Partial, &item.value).unwrap_or_else(|| REDACTED.to_owned());
    Ok((class, sealed, display))
}

pub(super) fn cut_reference(mut reference: String) -> String {
    let end = (0..=REFERENCE_BYTES_MAX.min(reference.len())).rev().find(|&at| reference.is_char_boundary(at));
    reference.truncate(end.unwrap_or(0));
    reference
}
