//! Transfers: checked by the bank, decided by PaLet's policy. The page's own word counts for nothing.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    bank::{Transfer, amount, grouped, is_iban, parse_cents},
    desk::Desk,
    values::{Sealed, Sealing},
};
use crate::{clock, http::Problem};

const TEXT_CHARS_MAX: usize = 140;
const TRANSFERS_KEPT: usize = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    from: String,
    to_name: String,
    to_iban: String,
    amount: String,
    #[serde(default)]
    description: String,
    reference: Option<String>,
}

pub(super) async fn list(request: HttpRequest, desk: web::Data<Desk>) -> Result<web::Json<Value>, Problem> {
    let (customer, session) = desk.signed_in(&request)?;
    let transfers = transfers_json(&desk, &session, &customer.transfers).await?;
    Ok(web::Json(json!({"transfers": transfers})))
}

async fn transfers_json(desk: &Desk, session: &str, transfers: &[Transfer]) -> Result<Vec<Value>, Problem> {
    let mut sealing = Sealing::default();
    let places: Vec<_> = transfers.iter().map(|transfer| add(&mut sealing, transfer)).collect();
    let sealed = sealing.seal(desk, session).await?;
    Ok(transfers
        .iter()
        .zip(places)
        .map(|(transfer, places)| transfer_json(transfer, places, &sealed))
        .collect())
}

fn add(sealing: &mut Sealing, transfer: &Transfer) -> [usize; 4] {
    [
        sealing.add("name", &transfer.to_name, &transfer.id),
        sealing.add("iban", &grouped(&transfer.to_iban), &transfer.id),
        sealing.add("amount", &transfer.amount, &transfer.id),
        sealing.add("description", &transfer.description, &transfer.id),
    ]
}

fn transfer_json(transfer: &Transfer, places: [usize; 4], sealed: &Sealed) -> Value {
    let [to_name, to_iban, amount, description] = places.map(|place| sealed.at(place));
    json!({"id": transfer.id, "created_at_ms": transfer.created_at_ms, "to_name": to_name, "to_iban": to_iban,
        "amount": amount, "description": description, "state": "booked"})
}

fn check(order: &Order) -> Result<u64, Problem> {
    let text = |text: &str, least: usize| {
        (least..=TEXT_CHARS_MAX).contains(&text.trim().chars().count()) && !text.chars().any(char::is_control)
    };
    if !text(&order.to_name, 1) || !text(&order.description, 0) {
        return Err(Problem::unprocessable(
            "name-invalid",
            "expected names and texts of at most 140 characters",
        ));
    }
    if !is_iban(&order.to_iban) {
        return Err(Problem::unprocessable("iban-invalid", "expected an IBAN whose check digits hold"));
    }
    let cents = parse_cents(&order.amount);
    cents.ok_or_else(|| Problem::unprocessable("amount-invalid", "expected an amount such as 120.00"))
}

pub(super) async fn order(
    request: HttpRequest,
    desk: web::Data<Desk>,
    order: web::Json<Order>,
) -> Result<HttpResponse, Problem> {
    let (customer, session) = desk.signed_in(&request)?;
    let cents = check(&order)?;
    if !customer.accounts.iter().any(|account| account.id == order.from) {
        return Err(Problem::not_found("account-unknown", "expected an account of the customer"));
    }
    let decision =
        desk.palet()?.assess(&session, Some("submit-transfer"), order.reference.as_deref()).await?;
    let refused = |code, detail| {
        Problem::new(StatusCode::FORBIDDEN, code, detail)
            .with("reference", &decision["reference"])
            .with("reasons", &decision["reasons"])
    };
    match decision["decision"].as_str() {
        Some("allow") => {}
        Some("step-up") => {
            return Err(refused("step-up-required", "expected the customer to prove who they are"));
        }
        _ => return Err(refused("transfer-denied", "the transfer is not carried out")),
    }
    let transfer = Transfer {
        id: format!("tr-{}", customer.transfers.len() + 1),
        created_at_ms: clock::now().0 / 1_000,
        to_name: order.to_name.trim().to_owned(),
        to_iban: order.to_iban.split_whitespace().collect::<String>().to_uppercase(),
        amount: format!("{} EUR", amount(cents)),
        description: order.description.trim().to_owned(),
    };
    desk.with_customer(&customer.id, |customer| {
        customer.transfers.insert(0, transfer.clone());
        customer.transfers.truncate(TRANSFERS_KEPT);
    });
    let shown = transfers_json(&desk, &session, std::slice::from_ref(&transfer)).await?.pop();
    let answer = json!({"transfer": shown, "decision": "allow", "reasons": decision["reasons"]});
    Ok(HttpResponse::Created().json(answer))
}
