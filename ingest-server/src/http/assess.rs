//! `POST /api/v1/risk/assess`: how a session stands, and whether an action may be carried out.

use actix_web::{HttpRequest, web};
use palet_policy::{Explanation, PageContext};
use palet_units::Micros;
use palet_wire::limits::NAME_BYTES_MAX;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

use super::{Problem, authorise, parse_session, sessions::session_ended};
use crate::{
    access::{Caller, Scope},
    app::AppState,
    clock,
    live::{Assessment, Counts, Input, JoinError, LiveSession, make_page_key},
    store::DecisionKind,
};

/// How long the page's own question may be quoted.
const REFERENCE_LIVES: Micros = Micros::from_secs(300);

/// What to assess.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssessRequest {
    /// The session.
    #[schema(example = "0123456789abcdef0123456789abcdef")]
    session: String,
    /// The action that is about to be carried out; absent to ask for the risk alone.
    #[schema(example = "submit-transfer")]
    action: Option<String>,
    /// What the page got when it asked for the same action: checked to be of this session, this action, and recent.
    reference: Option<String>,
    /// The part of the site, by the policy's names.
    #[schema(example = "payment")]
    context: Option<String>,
}

/// Risk by kind of evidence; null where there is none of the kind.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubScoresAnswer {
    keys: Option<f64>,
    pointer: Option<f64>,
    fixed_text: Option<f64>,
    automation: Option<f64>,
    device: Option<f64>,
    /// How unlike the subject's other sessions this one is: bounded far below what the others may say.
    habits: Option<f64>,
}

/// Which parts of the subject's reference are trained.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrainedAnswer {
    keys: bool,
    pointer: bool,
    fixed_text: bool,
    habits: bool,
}

/// A reason, as a stable code and in words.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReasonAnswer {
    code: String,
    text: String,
}

/// The decision in words.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExplanationAnswer {
    /// The rule that answered.
    rule: String,
    /// The line of the policy where it begins.
    line: usize,
    /// The rule's own reason.
    reason: String,
    /// What the rule looked at.
    because: BTreeMap<&'static str, String>,
    /// Which single change would have changed the answer.
    otherwise: Vec<OtherwiseAnswer>,
}

/// The answer with one doubt less.
#[derive(Serialize, ToSchema)]
pub(crate) struct OtherwiseAnswer {
    /// The doubt.
    key: &'static str,
    /// The value that it would have had.
    value: String,
    /// What would have been answered.
    decision: &'static str,
}

impl From<Explanation> for ExplanationAnswer {
    fn from(explanation: Explanation) -> Self {
        let Explanation { rule, line, reason, doubts, otherwise, .. } = explanation;
        let otherwise = otherwise.into_iter();
        Self {
            rule,
            line,
            reason,
            because: doubts.into_iter().collect(),
            otherwise: otherwise
                .map(|other| OtherwiseAnswer { key: other.key, value: other.value, decision: other.outcome })
                .collect(),
        }
    }
}

/// What is behind the answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct VersionsAnswer {
    /// The models, by their hash.
    model: String,
    /// The subject's references, by their version; v0 where there is none.
    references: String,
    /// The policy, by its hash.
    policy: String,
}

/// How the session stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct AssessAnswer {
    /// The session.
    session: String,
    /// Full risk, 0 to 1.
    risk: f64,
    /// Behaviour alone, 0 to 1.
    biometric_only: f64,
    /// calm, raised, high or severe.
    band: String,
    /// trained, not-trained or none: what stands behind the risk.
    evidence: String,
    sub_scores: SubScoresAnswer,
    trained: TrainedAnswer,
    /// What was captured in the session so far.
    counts: Counts,
    /// Whether a page is connected now.
    connected: bool,
    /// When the last step-up was passed.
    step_up_passed_at: Option<String>,
    /// allow, step-up or deny; null where no action was asked about.
    decision: Option<String>,
    /// At most three.
    reasons: Vec<ReasonAnswer>,
    /// The decision in words; null where no action was asked about.
    explanation: Option<ExplanationAnswer>,
    versions: VersionsAnswer,
    /// The decision's identifier; null where no action was asked about.
    reference: Option<String>,
}

/// Assesses a session, or an action in it.
#[utoipa::path(post, path = "/api/v1/risk/assess", request_body = AssessRequest, tag = "risk",
    responses((status = 200, body = AssessAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn assess(
    request: HttpRequest,
    state: web::Data<AppState>,
    body: web::Json<AssessRequest>,
) -> Result<web::Json<AssessAnswer>, Problem> {
    let caller = authorise(&request, &state, Scope::Risk).await?;
    let now = clock::now();
    let live = find(&state, &caller, &body.session, now).await?;
    let tools = state.registry.tools();
    let context = check_name(body.context.as_deref().unwrap_or("other"))?;
    let assessment = live.assess(tools, PageContext::parse_or_other(context), now);
    let Some(action) = &body.action else { return Ok(web::Json(answer(&live, assessment))) };
    let action = check_name(action)?;
    if let Some(reference) = &body.reference {
        check_reference(&state, &live, reference, action, now).await?;
    }
    let answered = live
        .answer_action(tools, make_page_key(), context, action, now)
        .map_err(|_| Problem::unavailable("expected room for one more decision; try again"))?;
    let reasons = answered.reasons.into_iter();
    Ok(web::Json(AssessAnswer {
        decision: Some(answered.verdict.as_str().to_owned()),
        reasons: reasons.map(|reason| ReasonAnswer { code: reason.code, text: reason.text }).collect(),
        reference: Some(answered.reference),
        explanation: Some(answered.explanation.into()),
        ..answer(&live, assessment)
    }))
}

fn check_name(name: &str) -> Result<&str, Problem> {
    let good = !name.is_empty() && name.len() <= NAME_BYTES_MAX;
    let detail = "expected a name of 1 to 48 bytes";
    good.then_some(name).ok_or_else(|| Problem::unprocessable("name-malformed", detail))
}

/// The tenant's running session, in memory from now on.
pub(super) async fn find(
    state: &AppState,
    caller: &Caller,
    session: &str,
    now: Micros,
) -> Result<std::sync::Arc<LiveSession>, Problem> {
    let unknown = || Problem::not_found("session-unknown", "expected a session of this tenant");
    let found = state.registry.find(parse_session(session)?, None, now).await;
    match found {
        Ok(live) if live.whose.tenant == caller.tenant => Ok(live),
        Ok(_) | Err(JoinError::Unknown) => Err(unknown()),
        Err(JoinError::Ended) => {
            super::sessions::own_session(state, caller, session).await?;
            Err(session_ended())
        }
        Err(JoinError::Full) => Err(Problem::unavailable("expected room for one more session; try again")),
        Err(JoinError::Store(error)) => Err(error.into()),
        Err(JoinError::Values(error)) => Err(error.into()),
    }
}

/// The page asked for the same action in the same session a short while ago.
async fn check_reference(
    state: &AppState,
    live: &LiveSession,
    reference: &str,
    action: &str,
    now: Micros,
) -> Result<(), Problem> {
    let unknown = || {
        let detail =
            "expected the reference of the same action, asked in this session a few minutes ago at most";
        Problem::unprocessable("reference-unknown", detail)
    };
    let (session, number) = reference.split_once('-').ok_or_else(unknown)?;
    let number: u64 = number.parse().map_err(|_| unknown())?;
    if parse_session(session).map_err(|_| unknown())? != live.id {
        return Err(unknown());
    }
    live.wait_durable(number).await;
    let decision = state.store.decision(live.id, number).await?.ok_or_else(unknown)?;
    let recent = now.since(decision.at) <= REFERENCE_LIVES && decision.kind == DecisionKind::Action;
    match postcard::from_bytes(&decision.input) {
        Ok(Input::Action { name, .. }) if recent && name == action => Ok(()),
        _ => Err(unknown()),
    }
}

fn answer(live: &LiveSession, assessment: Assessment) -> AssessAnswer {
    let Assessment { risk, band, circumstances, versions, counts, connected, step_up_at } = assessment;
    let (trained, subs) = (&risk.trained, &risk.sub_scores);
    AssessAnswer {
        session: live.id.to_string(),
        risk: risk.value.get(),
        biometric_only: risk.biometric_only.get(),
        band: band.as_str().to_owned(),
        evidence: circumstances.evidence.as_str().to_owned(),
        sub_scores: SubScoresAnswer {
            keys: trained.keystroke.then_some(subs.keystroke.get()),
            pointer: trained.pointer.then_some(subs.pointer.get()),
            fixed_text: trained.fixed_text.then_some(subs.fixed_text.get()),
            automation: Some(subs.automation.get()),
            device: None,
            habits: trained.habits.then_some(subs.habits.get()),
        },
        trained: TrainedAnswer {
            keys: trained.keystroke,
            pointer: trained.pointer,
            fixed_text: trained.fixed_text,
            habits: trained.habits,
        },
        counts,
        connected,
        step_up_passed_at: step_up_at.map(clock::rfc3339),
        decision: None,
        reasons: risk
            .reasons
            .iter()
            .map(|reason| ReasonAnswer { code: reason.code.as_str().into(), text: reason.words.into() })
            .collect(),
        explanation: None,
        versions: VersionsAnswer {
            model: versions.model,
            references: format!("v{}", versions.reference),
            policy: versions.policy,
        },
        reference: None,
    }
}
