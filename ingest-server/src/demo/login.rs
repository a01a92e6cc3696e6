//! Coming in and going out, and the token for PaLet's page.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    bank,
    desk::{COOKIE, Desk, Visit, make_name, origin},
    enrol,
};
use crate::{
    clock,
    http::{Problem, sdk_file},
};

const NAME_CHARS_MAX: usize = 60;

pub(super) async fn config(request: HttpRequest, desk: web::Data<Desk>) -> Result<web::Json<Value>, Problem> {
    let sdk = sdk_file("palet.js");
    Ok(web::Json(json!({
        "sdk": {"src": format!("/sdk/{}", sdk.name), "integrity": sdk.integrity},
        "server_key": desk.server_key()?.to_base64url(),
        "endpoint": format!("ws://{}/ws/v1/capture", request.connection_info().host()),
        "token_url": "/bank/api/palet-token",
        "bank": bank::NAME,
        "passphrase": bank::PASSPHRASE,
        "version": env!("CARGO_PKG_VERSION"),
    })))
}

async fn customer_json(desk: &Desk, customer: &bank::Customer) -> Result<Value, Problem> {
    let enrolled = enrol::progress(desk, &customer.id).await?["state"] == "trained";
    let about = match (customer.hand.is_some(), enrolled) {
        (true, true) => "Seeded, enrolled from generated sessions",
        (true, false) => "Seeded, not enrolled yet",
        (false, true) => "Opened at the desk, enrolled",
        (false, false) => "Opened at the desk, not enrolled yet",
    };
    let seeded = customer.hand.is_some();
    Ok(
        json!({"id": customer.id, "name": customer.name, "seeded": seeded, "enrolled": enrolled, "about": about}),
    )
}

pub(super) async fn customers(desk: web::Data<Desk>) -> Result<web::Json<Value>, Problem> {
    let mut customers = Vec::new();
    for customer in desk.customers() {
        customers.push(customer_json(&desk, &customer).await?);
    }
    Ok(web::Json(json!({"customers": customers})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCustomer {
    name: String,
}

pub(super) async fn open_customer(
    desk: web::Data<Desk>,
    body: web::Json<NewCustomer>,
) -> Result<HttpResponse, Problem> {
    let name = body.name.trim();
    let good = (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if !good {
        return Err(Problem::unprocessable("name-invalid", "expected a name of 1 to 60 characters"));
    }
    let id = format!("c-{}", make_name().get(..8).unwrap_or("new"));
    let customer = bank::customer(&id, name);
    desk.add_customer(customer.clone())?;
    Ok(HttpResponse::Created().json(json!({"customer": customer_json(&desk, &customer).await?})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Start {
    customer: String,
}

pub(super) async fn start(
    request: HttpRequest,
    desk: web::Data<Desk>,
    body: web::Json<Start>,
) -> Result<HttpResponse, Problem> {
    let unknown = || Problem::not_found("customer-unknown", "expected a customer of the bank");
    let customer = desk.customer(&body.customer).ok_or_else(unknown)?;
    leave(&request, &desk).await;
    let opened = desk.palet()?.open(&customer.id, &origin(&request), None).await?;
    let visit =
        Visit { customer: customer.id.clone(), palet_session: Some(opened.session), ..Visit::default() };
    let cookie = desk.begin(visit);
    Ok(HttpResponse::Ok().cookie(cookie).json(json!({"customer": customer.id, "step": "passphrase"})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Passphrase {
    passphrase: String,
}

pub(super) async fn passphrase(
    request: HttpRequest,
    desk: web::Data<Desk>,
    body: web::Json<Passphrase>,
) -> Result<web::Json<Value>, Problem> {
    let started = desk.visit(&request, |visit| visit.palet_session.clone());
    let session = started.map_err(|_| {
        Problem::new(StatusCode::CONFLICT, "login-not-started", "expected /login/start first")
    })?;
    if body.passphrase.trim().to_lowercase() != bank::PASSPHRASE {
        let detail = "expected the demonstration's passphrase";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "passphrase-wrong", detail));
    }
    if let Some(session) = session {
        desk.palet()?.report(&session, "login-passed", "").await?;
    }
    desk.visit(&request, |visit| visit.signed_in_at = Some(clock::now()))?;
    Ok(web::Json(json!({"me": me_json(&request, &desk)?})))
}

async fn leave(request: &HttpRequest, desk: &Desk) {
    let Some(visit) = desk.end(request) else { return };
    if let Some(player) = &visit.player {
        player.stop();
    }
    if let (Some(session), Ok(palet)) = (&visit.palet_session, desk.palet()) {
        // A session that cannot be ended now ends by itself.
        let _ = palet.end(session).await;
    }
}

pub(super) async fn logout(request: HttpRequest, desk: web::Data<Desk>) -> HttpResponse {
    leave(&request, &desk).await;
    let mut response = HttpResponse::NoContent().finish();
    let mut cookie = actix_web::cookie::Cookie::build(COOKIE, "").path("/").finish();
    cookie.make_removal();
    // A cookie of fixed text is always a header.
    let _ = response.add_cookie(&cookie);
    response
}

fn me_json(request: &HttpRequest, desk: &Desk) -> Result<Value, Problem> {
    let (id, signed_in, session, passed_at) = desk.visit(request, |visit| {
        let session = visit.palet_session.clone();
        (visit.customer.clone(), visit.signed_in_at.is_some(), session, visit.step_up_passed_at_ms)
    })?;
    let customer = desk.customer(&id).ok_or_else(super::desk::not_signed_in)?;
    let seeded = customer.hand.is_some();
    let party = desk.party()?;
    let passkeys =
        json!({"count": customer.passkeys.len(), "here": party.serves(request), "address": party.origin()});
    Ok(json!({"id": id, "name": customer.name, "seeded": seeded, "signed_in": signed_in, "session": session,
        "step_up_passed_at_ms": passed_at, "passkeys": passkeys}))
}

pub(super) async fn me(request: HttpRequest, desk: web::Data<Desk>) -> Result<web::Json<Value>, Problem> {
    me_json(&request, &desk).map(web::Json)
}

/// A token for the visit's session; where that session is over, for a new one.
pub(super) async fn token(request: HttpRequest, desk: web::Data<Desk>) -> Result<web::Json<Value>, Problem> {
    let (customer, session, signed_in_at) = desk
        .visit(&request, |visit| (visit.customer.clone(), visit.palet_session.clone(), visit.signed_in_at))?;
    let palet = desk.palet()?;
    let known = match &session {
        Some(session) => palet.token(session).await?,
        None => None,
    };
    let opened = match known {
        Some(opened) => opened,
        None => {
            let login_age_s = signed_in_at.map(|at| clock::now().since(at).0 / 1_000_000);
            palet.open(&customer, &origin(&request), login_age_s).await?
        }
    };
    desk.visit(&request, |visit| visit.palet_session = Some(opened.session.clone()))?;
    Ok(web::Json(json!({"token": opened.token, "expires_in_s": opened.expires_in_s})))
}
