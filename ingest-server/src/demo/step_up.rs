//! Proving who one is: a one-time code to the customer's phone, which the demonstration shows in a panel.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use palet_units::Micros;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::{
    bank,
    desk::{Desk, Visit, make_name},
};
use crate::{clock, http::Problem};

const TRIES: u8 = 3;
const LIVES: Micros = Micros::from_secs(300);
const MESSAGES_KEPT: usize = 10;

/// A step-up under way.
pub(super) struct Step {
    code: String,
    tries_left: u8,
    expires_at: Micros,
    reference: String,
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
}

pub(super) async fn start(
    request: HttpRequest,
    desk: web::Data<Desk>,
    body: web::Json<Start>,
) -> Result<HttpResponse, Problem> {
    let now = clock::now();
    let code = format!("{:06}", rand::rng().random_range(0..1_000_000_u32));
    let name = format!("su-{}", make_name());
    let (head, tail) = code.split_at(3);
    let text = format!("{}: your code is {head} {tail}. Tell it to nobody, also not to us.", bank::NAME);
    let reference: String = body.reference.chars().take(80).collect();
    desk.visit(&request, |visit| {
        let id = visit.phone.first().map_or(1, |newest| newest.id + 1);
        visit.phone.insert(0, Message { id, at_ms: now.0 / 1_000, text, code: code.clone() });
        visit.phone.truncate(MESSAGES_KEPT);
        visit.steps.clear();
        visit
            .steps
            .insert(name.clone(), Step { code, tries_left: TRIES, expires_at: now.plus(LIVES), reference });
    })?;
    Ok(HttpResponse::Accepted().json(json!({"step_up": name, "expires_in_s": LIVES.0 / 1_000_000})))
}

pub(super) async fn phone(request: HttpRequest, desk: web::Data<Desk>) -> Result<web::Json<Value>, Problem> {
    let messages = desk.visit(&request, |visit| visit.phone.clone())?;
    Ok(web::Json(json!({"messages": messages})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Verify {
    step_up: String,
    code: String,
}

enum Verdict {
    Ended,
    Wrong(u8),
    Passed { session: Option<String>, reference: String },
}

fn judge(visit: &mut Visit, verify: &Verify, now: Micros) -> Verdict {
    let Some(step) = visit.steps.get_mut(&verify.step_up).filter(|step| now < step.expires_at) else {
        return Verdict::Ended;
    };
    let shown: String = verify.code.chars().filter(char::is_ascii_digit).collect();
    if bool::from(shown.as_bytes().ct_eq(step.code.as_bytes())) {
        let reference = std::mem::take(&mut step.reference);
        visit.steps.clear();
        visit.step_up_passed_at_ms = Some(now.0 / 1_000);
        return Verdict::Passed { session: visit.palet_session.clone(), reference };
    }
    step.tries_left = step.tries_left.saturating_sub(1);
    let left = step.tries_left;
    if left == 0 {
        visit.steps.clear();
    }
    Verdict::Wrong(left)
}

pub(super) async fn verify(
    request: HttpRequest,
    desk: web::Data<Desk>,
    body: web::Json<Verify>,
) -> Result<web::Json<Value>, Problem> {
    let now = clock::now();
    match desk.visit(&request, |visit| judge(visit, &body, now))? {
        Verdict::Ended => {
            Err(Problem::new(StatusCode::GONE, "code-ended", "expected a code that is still good"))
        }
        Verdict::Wrong(left) => {
            let detail = "expected the code that was sent to the phone";
            Err(Problem::new(StatusCode::FORBIDDEN, "code-wrong", detail).with("tries_left", left))
        }
        Verdict::Passed { session, reference } => {
            if let Some(session) = session {
                desk.palet()?.report(&session, "step-up-passed", &reference).await?;
            }
            Ok(web::Json(json!({"passed": true})))
        }
    }
}
