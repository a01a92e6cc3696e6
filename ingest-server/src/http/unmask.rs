//! `POST /api/v1/obfuscation/unmask`: sealed values in, what the person may read out, an outcome each.

use actix_web::{HttpRequest, http::StatusCode, web};
use palet_policy::{Circumstances, PageContext, Purpose, Role};
use palet_units::{Micros, SubjectId};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::{
    Problem, assess, authorise,
    batch::{Given, cut_reference, expect_items, expect_reference},
    staff::ActingFor,
};
use crate::{
    access::{Caller, Scope},
    app::AppState,
    audit::Action,
    clock,
    live::LiveSession,
    unmask::{Asked, Asker, Item, Outcome, Refusal, Room},
};

const REASON_BYTES: std::ops::RangeInclusive<usize> = 8..=240;
const KEY_BYTES_MAX: usize = 64;
const RECORD_BYTES_MAX: usize = 255;

/// Values to read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnmaskRequest {
    /// The person who reads.
    acting_for: ActingFor,
    /// What for, by the policy's names.
    #[schema(example = "support")]
    purpose: Option<String>,
    /// Why: 8 to 240 bytes, in the person's words. Sensitive data in it is taken out before it is kept.
    #[schema(example = "customer asks for the number of their account")]
    reason: Option<String>,
    /// The session that the values may be bound to. A customer's own roles need it: its risk counts.
    session: Option<String>,
    /// An approval of a second person, where an earlier answer asked for one.
    approval: Option<String>,
    /// A break-glass grant.
    break_glass: Option<String>,
    /// At most 10,000.
    #[schema(value_type = Vec<UnmaskItem>)]
    items: Vec<Given<UnmaskItem>>,
}

/// A value to read: what is said of it has to be what it is bound to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnmaskItem {
    /// Echoed in the outcome.
    #[serde(default)]
    reference: String,
    /// The class that the value was masked as.
    #[schema(example = "iban")]
    class: String,
    /// The sealed value, token or pseudonym.
    #[schema(example = "p1.…")]
    sealed: String,
    /// The record that it was masked for.
    #[serde(default)]
    #[schema(example = "account-17")]
    record: String,
    /// Whose it is, by the bank's pseudonym: what the limit of one subject counts, and needed for a value that was
    /// masked for a subject outside of a session.
    #[serde(default)]
    subject: String,
    /// Needed for pseudonyms: fpe or fpe-plain.
    #[serde(default)]
    form: String,
    /// Needed for pseudonyms: the version that was handed out with it.
    #[serde(default)]
    key_version: Option<u32>,
}

/// What became of one value.
#[derive(Serialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub(crate) enum UnmaskOutcome {
    /// It may be read.
    Released {
        /// The item's reference.
        reference: String,
        /// At which level.
        level: &'static str,
        /// The text of that level.
        #[schema(value_type = String)]
        value: Zeroizing<String>,
        /// How long it may be shown.
        expires_in_s: Option<u64>,
        /// The policy's rule.
        rule: String,
    },
    /// Prove who you are, and ask again with a new Idempotency-Key.
    StepUp {
        /// The item's reference.
        reference: String,
        /// Why, for programs: step-up-needed.
        code: &'static str,
        /// The policy's rule.
        rule: String,
        /// What the rule looked at.
        because: String,
    },
    /// A second person has to approve.
    Pending {
        /// The item's reference.
        reference: String,
        /// Why, for programs: approval-needed.
        code: &'static str,
        /// What the second person is asked.
        approval: String,
        /// The policy's rule.
        rule: String,
    },
    /// It may not be read; the others were not touched by it.
    Refused {
        /// The item's reference.
        reference: String,
        /// Why, for programs.
        #[schema(value_type = String)]
        code: Cow<'static, str>,
        /// The policy's rule, where it was the policy.
        #[serde(skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
        /// What the rule looked at.
        #[serde(skip_serializing_if = "Option::is_none")]
        because: Option<String>,
    },
}

/// Outcomes in the order of the items.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnmaskAnswer {
    /// How many may be read.
    released: usize,
    /// The policy that ruled.
    policy: String,
    /// One for each item.
    items: Vec<UnmaskOutcome>,
}

/// Reads masked values. `Idempotency-Key` names the request: the same one is answered alike for some minutes and
/// counted once.
#[utoipa::path(post, path = "/api/v1/obfuscation/unmask", request_body = UnmaskRequest, tag = "obfuscation",
    params(("Idempotency-Key" = String, Header, description = "1 to 64 letters, digits, '.', '_', '-'")),
    responses((status = 200, body = UnmaskAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn unmask(
    request: HttpRequest,
    state: web::Data<AppState>,
    body: web::Json<UnmaskRequest>,
) -> Result<web::Json<UnmaskAnswer>, Problem> {
    let caller = authorise(&request, &state, Scope::Unmask).await?;
    let now = clock::now();
    let body = body.into_inner();
    let asker = body.acting_for.parse(&caller)?;
    let tools = state.registry.tools();
    let policy = tools.knowledge(&caller.tenant).policy.clone();
    let room = room(&state, &policy);
    let asked = match ask(&request, &state, &caller, asker.clone(), body, now).await {
        Ok(asked) => asked,
        Err(problem) => {
            state.desk.trace_refusal(&room, &asker, Action::Unmask, problem.code(), now).await?;
            return Err(problem);
        }
    };
    let outcomes = state.desk.answer(&room, &asked, now).await?;
    let references = asked.items.into_iter().map(|item| item.reference);
    let items: Vec<_> =
        references.zip(outcomes).map(|(reference, outcome)| told(reference, outcome)).collect();
    let released = items.iter().filter(|item| matches!(item, UnmaskOutcome::Released { .. })).count();
    Ok(web::Json(UnmaskAnswer { released, policy: policy.version().to_string(), items }))
}

/// What requests about masked values are worked on with.
pub(super) fn room<'a>(state: &'a AppState, policy: &'a palet_policy::Policy) -> Room<'a> {
    let values = &state.registry.tools().values;
    Room { policy, values, store: &*state.store, audit: &state.audit, metrics: &state.metrics }
}

async fn ask(
    request: &HttpRequest,
    state: &AppState,
    caller: &Caller,
    asker: Asker,
    body: UnmaskRequest,
    now: Micros,
) -> Result<Asked, Problem> {
    expect_items(body.items.len(), state.settings.limits.mask_items_max)?;
    let idempotency_key = idempotency_key(request)?;
    let purpose = body.purpose.as_deref().unwrap_or_default();
    let purpose: Purpose = match purpose {
        "" => return Err(Problem::unprocessable("purpose-missing", "expected a purpose")),
        name => name.parse().map_err(|error: palet_policy::UnknownName| {
            Problem::unprocessable("purpose-unknown", error.to_string())
        })?,
    };
    let reason = checked_reason(body.reason.as_deref())?;
    let live = match &body.session {
        Some(session) => Some(assess::find(state, caller, session, now).await?),
        None => None,
    };
    let circumstances = circumstances(state, &asker, purpose, live.as_deref(), now)?;
    let items = body.items.into_iter().map(checked_item).collect();
    Ok(Asked {
        asker,
        purpose,
        reason,
        session: live.map(|live| live.id),
        approval: body.approval,
        grant: body.break_glass,
        circumstances,
        idempotency_key,
        items,
    })
}

fn idempotency_key(request: &HttpRequest) -> Result<String, Problem> {
    let header = request.headers().get("Idempotency-Key").and_then(|value| value.to_str().ok());
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    match header {
        None => {
            let detail = "expected an Idempotency-Key: a name of this request, the same for every try of it";
            Err(Problem::unprocessable("idempotency-missing", detail))
        }
        Some(key) if (1..=KEY_BYTES_MAX).contains(&key.len()) && key.bytes().all(allowed) => {
            Ok(key.to_owned())
        }
        Some(_) => {
            let detail = "expected an Idempotency-Key of 1 to 64 letters, digits, '.', '_' and '-'";
            Err(Problem::unprocessable("idempotency-malformed", detail))
        }
    }
}

pub(super) fn checked_reason(reason: Option<&str>) -> Result<String, Problem> {
    let reason = reason.unwrap_or_default().trim();
    match reason.len() {
        0 => Err(Problem::unprocessable("reason-missing", "expected a reason, in the person's own words")),
        length if REASON_BYTES.contains(&length) => Ok(reason.to_owned()),
        _ => Err(Problem::unprocessable("reason-malformed", "expected a reason of 8 to 240 bytes")),
    }
}

/// A customer's own roles are judged by their session; staff by what is said of them.
fn circumstances(
    state: &AppState,
    asker: &Asker,
    purpose: Purpose,
    live: Option<&LiveSession>,
    now: Micros,
) -> Result<Circumstances, Problem> {
    let tools = state.registry.tools();
    if let Role::Customer | Role::JointHolder | Role::Delegate = asker.role {
        let detail = "expected the session of the customer who reads";
        let live = live.ok_or_else(|| Problem::unprocessable("session-missing", detail))?;
        let assessed = live.assess(tools, PageContext::Other, now).circumstances;
        return Ok(Circumstances { role: asker.role, purpose, ..assessed });
    }
    Ok(Circumstances {
        role: asker.role,
        channel: asker.channel,
        purpose,
        mfa: tools.knowledge(&asker.tenant).policy.mfa_age(&asker.authenticated),
        ..Circumstances::UNKNOWN
    })
}

/// What is wrong with a single item is its own outcome. A subject that is none is not carried on: a line of the audit
/// log has no room for it.
fn checked_item(given: Given<UnmaskItem>) -> Item {
    let item = match given {
        Given::Item(item) => item,
        Given::Odd { reference } => return Item::faulty(reference, "item-malformed"),
        Given::Other(_) => return Item::faulty(String::new(), "item-malformed"),
    };
    let UnmaskItem { reference, class, sealed, record, subject, form, key_version } = item;
    let (subject, subject_fault) = match subject.parse::<SubjectId>() {
        Err(_) if !subject.is_empty() => (String::new(), Some("subject-malformed")),
        _ => (subject, None),
    };
    let fault = match expect_reference(&reference) {
        Err((code, _)) => Some(code),
        Ok(()) if record.len() > RECORD_BYTES_MAX => Some("record-too-long"),
        Ok(()) => subject_fault,
    };
    Item { reference, class, sealed, record, subject, form, key_version, fault }
}

fn told(reference: String, outcome: Outcome) -> UnmaskOutcome {
    match outcome {
        Outcome::Released { level, value, ttl, rule } => UnmaskOutcome::Released {
            reference,
            level: level.as_str(),
            value,
            expires_in_s: ttl.map(|ttl| ttl.0 / 1_000_000),
            rule,
        },
        Outcome::StepUp { rule, because } => {
            UnmaskOutcome::StepUp { reference, code: "step-up-needed", rule, because }
        }
        Outcome::Pending { approval, rule } => {
            UnmaskOutcome::Pending { reference, code: "approval-needed", approval, rule }
        }
        Outcome::Refused { code, rule, because } => {
            let reference = cut_reference(&reference).to_owned();
            UnmaskOutcome::Refused { reference, code, rule, because }
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match &refusal {
            Refusal::Audit(error) => return error.clone().into(),
            Refusal::Store(_) => {
                tracing::error!(event.action = "store-failed", error.message = %refusal, "the store failed");
                return Self::unavailable("the store does not answer; try again");
            }
            Refusal::Conflict | Refusal::Replayed => StatusCode::CONFLICT,
            Refusal::ApprovalUnknown => StatusCode::NOT_FOUND,
            Refusal::MfaTooOld | Refusal::SamePerson | Refusal::NoGrants => StatusCode::FORBIDDEN,
        };
        Self::new(status, refusal.code(), refusal.to_string())
    }
}
