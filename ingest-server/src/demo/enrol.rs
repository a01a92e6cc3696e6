//! Enrolment as the bank sees it, the bank's view of the risk, and everything back to the start.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};
use std::time::Duration;

use super::{
    desk::{Desk, origin},
    seed,
};
use crate::http::Problem;

/// What a guided session should bring.
const KEYS_WANTED: u64 = 300;
const STROKES_WANTED: u64 = 40;
const ENTRIES_WANTED: u64 = 5;
/// How long the end of an enrolment waits for the reference.
const LEARN_WAIT_MAX: Duration = Duration::from_secs(6);
const LEARN_LOOK: Duration = Duration::from_millis(150);

/// What is known of a customer: `have` against `want` for each modality, and the state as a whole.
pub(super) async fn progress(desk: &Desk, customer: &str) -> Result<Value, Problem> {
    let subject = desk.palet()?.subject(customer).await?;
    let (learnt, reference) = (&subject["learnt"], &subject["references"][0]);
    let part = |have: &Value, want: u64, trained: &Value| {
        let trained = trained.as_bool().unwrap_or(false);
        json!({"have": have.as_u64().unwrap_or(0), "want": want, "trained": trained})
    };
    let sessions = subject["sessions_learnt"].as_u64().unwrap_or(0);
    let trained =
        ["keys_trained", "pointer_trained", "fixed_text_trained"].map(|name| reference[name] == true);
    let (state, message) = match (sessions, trained[0]) {
        (_, true) => {
            ("trained", "The reference is trained: from the next session on, behaviour is compared with it.")
        }
        (0, false) => ("none", "Nothing is known yet. The guided page takes about two minutes."),
        (_, false) => ("learning", "Something is known, but too little to compare with: type a little more."),
    };
    Ok(json!({
        "keys": part(&learnt["keys"], KEYS_WANTED, &reference["keys_trained"]),
        "pointer": part(&learnt["strokes"], STROKES_WANTED, &reference["pointer_trained"]),
        "fixed_text": part(&learnt["entries"], ENTRIES_WANTED, &reference["fixed_text_trained"]),
        "sessions": sessions, "state": state, "message": message,
    }))
}

fn visit_of(request: &HttpRequest, desk: &Desk) -> Result<(String, Option<String>), Problem> {
    desk.visit(request, |visit| (visit.customer.clone(), visit.palet_session.clone()))
}

pub(super) async fn status(request: HttpRequest, desk: web::Data<Desk>) -> Result<web::Json<Value>, Problem> {
    let (customer, session) = visit_of(&request, &desk)?;
    let mut answer = progress(&desk, &customer).await?;
    let none = json!({"keys": 0, "strokes": 0, "entries": 0});
    let live = match &session {
        Some(session) => desk.palet()?.assess(session, None, None).await.map(|risk| risk["counts"].clone()),
        None => Ok(none.clone()),
    };
    answer["live"] = live.unwrap_or(none);
    Ok(web::Json(answer))
}

pub(super) async fn finish(request: HttpRequest, desk: web::Data<Desk>) -> Result<HttpResponse, Problem> {
    let (customer, session) = desk.signed_in(&request)?;
    let palet = desk.palet()?;
    palet.report(&session, "genuine", "guided enrolment").await?;
    palet.end(&session).await?;
    wait_learnt(&desk, &session).await?;
    // The next session begins after the reference was made, so that it is compared with it.
    let opened = palet.open(&customer.id, &origin(&request), Some(0)).await?;
    desk.visit(&request, |visit| visit.palet_session = Some(opened.session))?;
    Ok(HttpResponse::Accepted().json(json!({"ended_session": session})))
}

/// Waits until an ended session was looked at, or for as long as a person waits.
pub(super) async fn wait_learnt(desk: &Desk, session: &str) -> Result<(), Problem> {
    let palet = desk.palet()?;
    let looking = async {
        while palet.session(session).await?["learnt"].is_null() {
            tokio::time::sleep(LEARN_LOOK).await;
        }
        Ok(())
    };
    tokio::time::timeout(LEARN_WAIT_MAX, looking).await.unwrap_or(Ok(()))
}

pub(super) async fn reset(request: HttpRequest, desk: web::Data<Desk>) -> Result<HttpResponse, Problem> {
    let (customer, _) = visit_of(&request, &desk)?;
    desk.palet()?.erase(&customer).await?;
    desk.visit(&request, |visit| visit.palet_session = None)?;
    Ok(HttpResponse::NoContent().finish())
}

pub(super) async fn risk(request: HttpRequest, desk: web::Data<Desk>) -> Result<web::Json<Value>, Problem> {
    let (_, session) = visit_of(&request, &desk)?;
    let session = session.ok_or_else(super::desk::not_signed_in)?;
    Ok(web::Json(desk.palet()?.assess(&session, Some("submit-transfer"), None).await?))
}

pub(super) async fn reset_all(desk: web::Data<Desk>) -> Result<HttpResponse, Problem> {
    let (visits, customers) = desk.reset();
    let palet = desk.palet()?;
    for visit in visits {
        if let Some(player) = &visit.player {
            player.stop();
        }
        if let Some(session) = &visit.palet_session {
            palet.end(session).await?;
        }
    }
    for customer in customers {
        palet.erase(&customer.id).await?;
    }
    seed::enrol_all(&desk).await.map_err(Problem::unavailable)?;
    Ok(HttpResponse::NoContent().finish())
}
