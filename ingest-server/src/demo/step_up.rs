//! Proving who one is: with a passkey, or, in this demonstration only, with a code on a phone that the page shows.
//!
//! One proof is under way in a visit at a time. It is bound to the session that it was asked for, lives for two minutes,
//! and is gone with its first answer; a code may be mistyped twice. PaLet hears of each end, good or bad, and nothing
//! but a good one lowers a mask.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use palet_units::Micros;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;
use webauthn_rs::prelude::{PasskeyAuthentication, PublicKeyCredential};

use super::{
    bank,
    desk::{Desk, Visit, make_name},
    passkeys::{CHALLENGE_LIVES, challenge_ended, refused},
};
use crate::{clock, http::Problem};

const TRIES: u8 = 3;
const MESSAGES_KEPT: usize = 10;
const REFERENCE_CHARS_MAX: usize = 80;

/// How somebody proves who they are.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Way {
    Passkey,
    Code,
}

enum Question {
    Passkey(PasskeyAuthentication),
    Code { code: String, tries_left: u8 },
}

/// A step-up under way.
pub(super) struct Step {
    name: String,
    question: Question,
    session: String,
    reference: String,
    expires_at: Micros,
}

/// What the phone shows.
#[derive(Clone, Serialize)]
pub(super) struct Message {
    id: u64,
    at_ms: u64,
    text: String,
    code: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Start {
    reference: String,
    way: Way,
}

pub(super) async fn start(
    request: HttpRequest,
    desk: web::Data<Desk>,
    body: web::Json<Start>,
) -> Result<HttpResponse, Problem> {
    let (customer, session) = desk.signed_in(&request)?;
    let (question, options) = match body.way {
        Way::Passkey => {
            let (challenge, state) = desk.party()?.ask_proof(&request, &customer.passkeys)?;
            (Question::Passkey(state), json!(challenge.public_key))
        }
        Way::Code => {
            let code = format!("{:06}", rand::rng().random_range(0..1_000_000_u32));
            (Question::Code { code, tries_left: TRIES }, Value::Null)
        }
    };
    let step = Step {
        name: format!("su-{}", make_name()),
        question,
        session,
        reference: body.reference.chars().take(REFERENCE_CHARS_MAX).collect(),
        expires_at: clock::now().plus(CHALLENGE_LIVES),
    };
    let answer = json!({"step_up": step.name, "way": body.way, "options": options,
        "expires_in_s": CHALLENGE_LIVES.0 / 1_000_000});
    desk.visit(&request, |visit| begin(visit, step))?;
    Ok(HttpResponse::Accepted().json(answer))
}

fn begin(visit: &mut Visit, step: Step) {
    if let Question::Code { code, .. } = &step.question {
        let (head, tail) = code.split_at(3);
        let text = format!("{}: your code is {head} {tail}. Tell it to nobody, also not to us.", bank::NAME);
        let id = visit.phone.first().map_or(1, |newest| newest.id + 1);
        let at_ms = clock::now().0 / 1_000;
        visit.phone.insert(0, Message { id, at_ms, text, code: code.clone() });
        visit.phone.truncate(MESSAGES_KEPT);
    }
    visit.step = Some(step);
}

pub(super) async fn phone(request: HttpRequest, desk: web::Data<Desk>) -> Result<web::Json<Value>, Problem> {
    let messages = desk.visit(&request, |visit| visit.phone.clone())?;
    Ok(web::Json(json!({"messages": messages})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Verify {
    step_up: String,
    assertion: Option<PublicKeyCredential>,
    code: Option<String>,
}

/// The visit's step, taken out: whatever becomes of it, this answer was its last, save a code's mistyped one.
fn take(visit: &mut Visit, name: &str, now: Micros) -> Option<Step> {
    let step = visit.step.take_if(|step| step.name == name)?;
    let same_session = visit.palet_session.as_deref() == Some(step.session.as_str());
    (now < step.expires_at && same_session).then_some(step)
}

pub(super) async fn verify(
    request: HttpRequest,
    desk: web::Data<Desk>,
    body: web::Json<Verify>,
) -> Result<web::Json<Value>, Problem> {
    let (customer, _) = desk.signed_in(&request)?;
    let now = clock::now();
    let step = desk.visit(&request, |visit| take(visit, &body.step_up, now))?.ok_or_else(challenge_ended)?;
    let palet = desk.palet()?;
    let (session, reference) = (step.session.clone(), step.reference.clone());
    let verdict = match (&step.question, &body.assertion, &body.code) {
        (Question::Passkey(state), Some(answer), None) => {
            let proof = desk.party()?.take_proof(answer, state);
            proof.map_err(|error| refused(&error)).and_then(|proof| {
                let advanced = desk.with_customer(&customer.id, |customer| customer.passkeys.advance(&proof));
                if advanced == Some(true) { Ok(()) } else { Err(counter_stands()) }
            })
        }
        (Question::Code { code, .. }, None, Some(said)) => match is_code(code, said) {
            true => Ok(()),
            false => try_again(&desk, &request, step)?,
        },
        _ => Err(Problem::unprocessable("proof-mismatch", "expected the kind of proof that was asked for")),
    };
    match verdict {
        Ok(()) => {
            desk.visit(&request, |visit| visit.step_up_passed_at_ms = Some(now.0 / 1_000))?;
            palet.report(&session, "step-up-passed", &reference).await?;
            Ok(web::Json(json!({"passed": true})))
        }
        Err(problem) => {
            palet.report(&session, "step-up-failed", &reference).await?;
            Err(problem)
        }
    }
}

fn is_code(code: &str, said: &str) -> bool {
    let said: String = said.chars().filter(char::is_ascii_digit).collect();
    said.as_bytes().ct_eq(code.as_bytes()).into()
}

fn counter_stands() -> Problem {
    tracing::warn!(
        event.action = "passkey-counter",
        "a passkey's counter did not move: it may have been copied"
    );
    let detail = "expected a passkey whose counter moves on";
    Problem::new(StatusCode::FORBIDDEN, "passkey-refused", detail)
}

/// A wrong code: the step goes back with one try less. The outer error goes to the page at once; the inner one is the
/// step-up's end.
fn try_again(desk: &Desk, request: &HttpRequest, mut step: Step) -> Result<Result<(), Problem>, Problem> {
    let Question::Code { tries_left, .. } = &mut step.question else { return Ok(Err(challenge_ended())) };
    *tries_left = tries_left.saturating_sub(1);
    let left = *tries_left;
    let detail = "expected the code that was sent to the phone";
    let wrong = Problem::new(StatusCode::FORBIDDEN, "code-wrong", detail).with("tries_left", left);
    if left == 0 {
        return Ok(Err(wrong));
    }
    desk.visit(request, |visit| visit.step = Some(step))?;
    Err(wrong)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cancel {
    step_up: String,
}

/// The person gave up, or the browser could not do it: the question is closed, and PaLet hears that nothing was proved.
pub(super) async fn cancel(
    request: HttpRequest,
    desk: web::Data<Desk>,
    body: web::Json<Cancel>,
) -> Result<HttpResponse, Problem> {
    let step = desk.visit(&request, |visit| visit.step.take_if(|step| step.name == body.step_up))?;
    if let Some(step) = step {
        desk.palet()?.report(&step.session, "step-up-failed", &step.reference).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}
