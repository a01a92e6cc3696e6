//! The second tab: recordings of an owner, a stranger and a bot, played into the visit's own session.

use actix_web::{HttpRequest, HttpResponse, web};
use palet_units::Micros;
use palet_wire::Consent;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

use super::{
    bank::Customer,
    desk::{Desk, origin},
    player::{Player, Status},
};
use crate::{
    http::Problem,
    synthetic::{Hand, PageSettings, Person},
};

/// The person who is nobody's customer.
const STRANGER: u64 = 900;
const SPEED_MAX: u32 = 8;

fn streams_of(customer: &Customer) -> Value {
    let owner = match customer.hand {
        Some(_) => (true, "Another session of the customer that the reference was learnt from"),
        None => (false, "There is no recording of a customer who was opened at the desk: type yourself"),
    };
    json!({"streams": [
        {"id": "owner", "title": "The owner", "about": owner.1, "available": owner.0},
        {"id": "stranger", "title": "A stranger", "about": "Somebody whom the bank has never seen", "available": true},
        {"id": "bot", "title": "A bot", "about": "A program that types and clicks evenly and fast", "available": true},
    ]})
}

fn customer_of(request: &HttpRequest, desk: &Desk) -> Result<Customer, Problem> {
    let id = desk.visit(request, |visit| visit.customer.clone())?;
    desk.customer(&id).ok_or_else(super::desk::not_signed_in)
}

pub(super) async fn streams(
    request: HttpRequest,
    desk: web::Data<Desk>,
) -> Result<web::Json<Value>, Problem> {
    Ok(web::Json(streams_of(&customer_of(&request, &desk)?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Start {
    stream: String,
    speed: Option<u32>,
}

pub(super) async fn start(
    request: HttpRequest,
    desk: web::Data<Desk>,
    body: web::Json<Start>,
) -> Result<HttpResponse, Problem> {
    let customer = customer_of(&request, &desk)?;
    let unknown = || Problem::unprocessable("stream-unknown", "expected an available stream");
    let person = match (body.stream.as_str(), customer.hand) {
        ("owner", Some(hand)) => Person::of_seed(hand),
        ("stranger", _) => Person::of_seed(STRANGER),
        ("bot", _) => Person::machine(),
        _ => return Err(unknown()),
    };
    let (_, session) = desk.signed_in(&request)?;
    let opened = desk.palet()?.token(&session).await?.ok_or_else(|| {
        Problem::new(actix_web::http::StatusCode::CONFLICT, "palet-session-ended", "reload the page first")
    })?;
    let settings = PageSettings {
        url: format!("ws://{}/ws/v1/capture", desk.address()?),
        origin: origin(&request),
        server_key: desk.server_key()?,
        token: opened.token,
        consent: Consent::Full,
    };
    let player = Player::new(&body.stream, body.speed.unwrap_or(1).clamp(1, SPEED_MAX));
    let before = desk.visit(&request, |visit| visit.player.replace(Arc::clone(&player)))?;
    if let Some(before) = before {
        before.stop();
    }
    let hand = Hand::new(person, rand::random(), Micros::from_millis(300));
    actix_web::rt::spawn(Arc::clone(&player).play(settings, hand));
    Ok(HttpResponse::Accepted().json(player.status()))
}

pub(super) async fn status(
    request: HttpRequest,
    desk: web::Data<Desk>,
) -> Result<web::Json<Status>, Problem> {
    let player = desk.visit(&request, |visit| visit.player.clone())?;
    Ok(web::Json(player.map_or(Status::idle(), |player| player.status())))
}

pub(super) async fn stop(request: HttpRequest, desk: web::Data<Desk>) -> Result<HttpResponse, Problem> {
    if let Some(player) = desk.visit(&request, |visit| visit.player.take())? {
        player.stop();
    }
    Ok(HttpResponse::NoContent().finish())
}
