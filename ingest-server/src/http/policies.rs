//! `/api/v1/policies`: a tenant's policies, and how one takes over from another. The text is proved before it waits,
//! and a second person with another key lets it answer.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use palet_policy::{Change, Comparison, Fault, Policy, PolicyErrors};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::ToSchema;

use super::{Problem, authorise, staff::checked_person};
use crate::{
    access::{Caller, Scope},
    app::AppState,
    clock,
    store::{PolicyStep, PolicyStepKind},
    succession::{self, StepError},
};

/// Changes told at once.
const CHANGES_MAX: usize = 200;
/// The body of a request with a policy: its longest text, escaped.
pub(super) const BODY_BYTES_MAX: usize = 1024 * 1024;

/// A policy.
#[derive(Serialize, ToSchema)]
pub(crate) struct PolicyAnswer {
    /// Its version: a hash of its text.
    version: String,
    /// The title that it gives itself.
    title: String,
    /// Rules about fields.
    field_rules: usize,
    /// Rules about actions.
    action_rules: usize,
}

impl From<&Policy> for PolicyAnswer {
    fn from(policy: &Policy) -> Self {
        let (field_rules, action_rules) = policy.rule_counts();
        let (version, title) = (policy.version().to_string(), policy.title().to_owned());
        Self { version, title, field_rules, action_rules }
    }
}

/// A policy that waits.
#[derive(Serialize, ToSchema)]
pub(crate) struct StagedAnswer {
    /// The policy.
    #[serde(flatten)]
    policy: PolicyAnswer,
    /// Who answers for its text.
    author: String,
    /// Decisions that it was asked about beside the active one, since it waits on this node.
    asked: u64,
    /// Those that it would have made otherwise.
    differed: u64,
}

/// How a tenant's policies stand.
#[derive(Serialize, ToSchema)]
pub(crate) struct PoliciesAnswer {
    /// The one that answers.
    active: PolicyAnswer,
    /// Whether it is the deployment's, which the tenant follows while it has none of its own.
    follows_deployment: bool,
    /// The one that waits.
    staged: Option<StagedAnswer>,
    /// The versions that a rollback brings back, the latest first.
    previous: Vec<String>,
}

/// How the tenant's policies stand.
#[utoipa::path(get, path = "/api/v1/policies", tag = "policies",
    responses((status = 200, body = PoliciesAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn read(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<web::Json<PoliciesAnswer>, Problem> {
    let caller = authorise(&request, &state, Scope::Policies).await?;
    let standing = state.registry.tools().policies.standing(&caller.tenant);
    let (asked, differed) = standing.shadow;
    Ok(web::Json(PoliciesAnswer {
        active: PolicyAnswer::from(&*standing.active),
        follows_deployment: standing.follows_deployment,
        staged: standing.staged.map(|(policy, author)| StagedAnswer {
            policy: PolicyAnswer::from(&*policy),
            author,
            asked,
            differed,
        }),
        previous: standing.previous.iter().map(ToString::to_string).collect(),
    }))
}

/// A policy with its text.
#[derive(Serialize, ToSchema)]
pub(crate) struct TextAnswer {
    /// Its version.
    version: String,
    /// Its text.
    text: String,
}

/// Reads the text of a policy of the tenant: the one that answers, that waits, or that answered before.
#[utoipa::path(get, path = "/api/v1/policies/{version}", params(("version" = String, Path)), tag = "policies",
    responses((status = 200, body = TextAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn text(
    request: HttpRequest,
    state: web::Data<AppState>,
    version: web::Path<String>,
) -> Result<web::Json<TextAnswer>, Problem> {
    let caller = authorise(&request, &state, Scope::Policies).await?;
    let policies = &state.registry.tools().policies;
    let standing = policies.standing(&caller.tenant);
    let staged = standing.staged.as_ref().map(|(policy, _)| policy.version());
    let mut own = standing.previous.iter().copied().chain([standing.active.version()]).chain(staged);
    let known = own.any(|own| own.to_string() == *version).then(|| policies.find(&version)).flatten();
    let unknown = || Problem::not_found("policy-unknown", "expected a version of this tenant");
    let policy = known.ok_or_else(unknown)?;
    Ok(web::Json(TextAnswer { version: version.into_inner(), text: policy.text().to_owned() }))
}

/// A policy's text.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TextRequest {
    /// Who answers for it; not needed to check.
    #[serde(default)]
    person: String,
    /// The text: TOML, at most 256 KiB.
    text: String,
}

/// A policy that was proved.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProvedAnswer {
    /// The policy.
    #[serde(flatten)]
    policy: PolicyAnswer,
    /// What is doubtful about it, though it is valid.
    #[schema(value_type = Vec<Object>)]
    warnings: Vec<Value>,
    /// What it answers otherwise than the one that answers now, what opens first.
    #[schema(value_type = Vec<Object>)]
    changes: Vec<Value>,
}

/// Proves a policy, and tells what would change.
#[utoipa::path(post, path = "/api/v1/policies/check", request_body = TextRequest, tag = "policies",
    responses((status = 200, body = ProvedAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn check(
    request: HttpRequest,
    state: web::Data<AppState>,
    body: web::Json<TextRequest>,
) -> Result<web::Json<ProvedAnswer>, Problem> {
    let caller = authorise(&request, &state, Scope::Policies).await?;
    Ok(web::Json(prove(&state, &caller, body.into_inner().text).await?.1))
}

/// Lets a policy wait beside the one that answers: it is asked too, without effect.
#[utoipa::path(post, path = "/api/v1/policies/staged", request_body = TextRequest, tag = "policies",
    responses((status = 201, body = ProvedAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn stage(
    request: HttpRequest,
    state: web::Data<AppState>,
    body: web::Json<TextRequest>,
) -> Result<HttpResponse, Problem> {
    let caller = authorise(&request, &state, Scope::Policies).await?;
    let TextRequest { person, text } = body.into_inner();
    checked_person(&person)?;
    let (policy, proved) = prove(&state, &caller, text).await?;
    let step = step(&caller, PolicyStepKind::Staged, policy.version().to_string(), person);
    succession::take(&state, step, Some(policy)).await?;
    Ok(HttpResponse::Created().json(proved))
}

/// Who does something with a policy.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepRequest {
    /// The person.
    #[schema(example = "risk-officer-2")]
    person: String,
    /// The version that is meant; not needed for a rollback.
    #[serde(default)]
    version: String,
}

/// What answers now.
#[derive(Serialize, ToSchema)]
pub(crate) struct StepAnswer {
    /// The version that answers.
    active: String,
}

/// Drops the policy that waits.
#[utoipa::path(post, path = "/api/v1/policies/withdraw", request_body = StepRequest, tag = "policies",
    responses((status = 200, body = StepAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn withdraw(
    request: HttpRequest,
    state: web::Data<AppState>,
    body: web::Json<StepRequest>,
) -> Result<web::Json<StepAnswer>, Problem> {
    let caller = authorise(&request, &state, Scope::Policies).await?;
    take(&state, &caller, PolicyStepKind::Withdrawn, body.into_inner()).await
}

/// Lets the policy that waits answer. Not by its author, and not with the key that staged it.
#[utoipa::path(post, path = "/api/v1/policies/promote", request_body = StepRequest, tag = "policies",
    responses((status = 200, body = StepAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn promote(
    request: HttpRequest,
    state: web::Data<AppState>,
    body: web::Json<StepRequest>,
) -> Result<web::Json<StepAnswer>, Problem> {
    let caller = authorise(&request, &state, Scope::Promote).await?;
    take(&state, &caller, PolicyStepKind::Promoted, body.into_inner()).await
}

/// Brings back the policy that answered before. One person may: it was approved once already.
#[utoipa::path(post, path = "/api/v1/policies/rollback", request_body = StepRequest, tag = "policies",
    responses((status = 200, body = StepAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn roll_back(
    request: HttpRequest,
    state: web::Data<AppState>,
    body: web::Json<StepRequest>,
) -> Result<web::Json<StepAnswer>, Problem> {
    let caller = authorise(&request, &state, Scope::Promote).await?;
    take(&state, &caller, PolicyStepKind::RolledBack, body.into_inner()).await
}

async fn take(
    state: &AppState,
    caller: &Caller,
    kind: PolicyStepKind,
    body: StepRequest,
) -> Result<web::Json<StepAnswer>, Problem> {
    checked_person(&body.person)?;
    let version = if kind == PolicyStepKind::RolledBack { String::new() } else { body.version };
    let active = succession::take(state, step(caller, kind, version, body.person), None).await?;
    Ok(web::Json(StepAnswer { active: active.to_string() }))
}

fn step(caller: &Caller, kind: PolicyStepKind, version: String, person: String) -> PolicyStep {
    let (tenant, key) = (Some(caller.tenant.clone()), caller.key_id.clone());
    PolicyStep { tenant, kind, version, person, key, at: clock::now() }
}

/// Compiles, proves and compares off the sockets' threads: a large policy takes its time.
async fn prove(
    state: &AppState,
    caller: &Caller,
    text: String,
) -> Result<(Arc<Policy>, ProvedAnswer), Problem> {
    let active = state.registry.tools().policies.standing(&caller.tenant).active;
    let proved = web::block(move || {
        let policy = Arc::new(Policy::compile(&text)?);
        let changes = active.compare(&policy).map_or_else(
            |error| vec![json!({"direction": "unknown", "detail": error.to_string()})],
            |comparison| changes_of(&comparison),
        );
        Ok::<_, PolicyErrors>((policy, changes))
    });
    let proved = proved.await.map_err(|_| Problem::unavailable("expected a thread to prove in"))?;
    let (policy, changes) = proved.map_err(|errors| refused(&errors))?;
    let warnings = policy.warnings().iter().map(fault_json).collect();
    let answer = ProvedAnswer { policy: PolicyAnswer::from(&*policy), warnings, changes };
    Ok((policy, answer))
}

fn changes_of(comparison: &Comparison) -> Vec<Value> {
    let limits = comparison.limits.iter().map(|limit| json!({"about": "limits", "detail": limit}));
    let of = |about: &'static str, change: &Change| {
        json!({
            "about": about, "direction": change.direction.as_str(),
            "before": {"rule": change.before, "outcome": change.outcome_before},
            "after": {"rule": change.after, "outcome": change.outcome_after},
            "within": change.within, "example": change.example, "share": change.share,
        })
    };
    let fields = comparison.fields.iter().map(|change| of("fields", change));
    let actions = comparison.actions.iter().map(|change| of("actions", change));
    limits.chain(fields).chain(actions).take(CHANGES_MAX).collect()
}

fn fault_json(fault: &Fault) -> Value {
    json!({
        "code": fault.code.as_str(), "line": fault.line, "column": fault.column,
        "message": fault.message, "help": fault.help, "notes": fault.notes,
    })
}

fn refused(errors: &PolicyErrors) -> Problem {
    let faults: Vec<_> = errors.faults().iter().map(fault_json).collect();
    let code = errors.faults().first().map_or("policy-refused", |fault| fault.code.as_str());
    Problem::unprocessable(code, "expected a policy that can be proved")
        .with("faults", faults)
        .with("report", errors.render("policy.toml"))
}

/// A body that is longer than any policy is answered as the policy that it would be.
pub(super) fn too_long() -> Problem {
    let detail = format!("expected a policy of at most {} bytes", palet_policy::SOURCE_BYTES_MAX);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "policy-too-long", detail)
}

impl From<StepError> for Problem {
    fn from(error: StepError) -> Self {
        match error {
            StepError::Audit(error) => error.into(),
            StepError::Store(error) => error.into(),
            StepError::Refused(error) => Self::new(StatusCode::CONFLICT, error.code(), error.to_string()),
        }
    }
}
