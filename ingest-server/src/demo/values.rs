//! What the customer's pages show: never a clear value, always sealed ones that PaLet may open for the session.

use actix_web::{HttpRequest, web};
use serde_json::{Map, Value, json};

use super::{
    bank::{Account, Customer, grouped},
    desk::Desk,
};
use crate::{
    http::Problem,
    rest_client::{Item, SealedValue},
};

/// Values to seal in one call, each remembered by its place.
#[derive(Default)]
pub(super) struct Sealing(Vec<Item>);

impl Sealing {
    /// Adds a value; its place.
    pub(super) fn add(&mut self, class: &'static str, value: &str, record: &str) -> usize {
        self.0.push(Item { class, value: value.to_owned(), record: record.to_owned() });
        self.0.len() - 1
    }

    /// Seals all of them. **Errors**: PaLet does not answer.
    pub(super) async fn seal(self, desk: &Desk, session: &str) -> Result<Sealed, Problem> {
        Ok(Sealed(desk.palet()?.mask(session, self.0).await?))
    }
}

/// Sealed values by their places.
pub(super) struct Sealed(Vec<SealedValue>);

impl Sealed {
    /// The value at a place, as JSON.
    pub(super) fn at(&self, place: usize) -> Value {
        self.0.get(place).map_or(Value::Null, |sealed| json!(sealed))
    }
}

fn add_account(sealing: &mut Sealing, account: &Account) -> [usize; 3] {
    [
        sealing.add("iban", &grouped(&account.iban), &account.id),
        sealing.add("bic", "BYLADEM1001", &account.id),
        sealing.add("balance", &account.balance, &account.id),
    ]
}

fn account_json(account: &Account, places: [usize; 3], sealed: &Sealed) -> Value {
    let [iban, bic, balance] = places.map(|place| sealed.at(place));
    json!({"id": account.id, "kind": account.kind, "currency": "EUR", "iban": iban, "bic": bic, "balance": balance})
}

pub(super) async fn accounts(
    request: HttpRequest,
    desk: web::Data<Desk>,
) -> Result<web::Json<Value>, Problem> {
    let (customer, session) = desk.signed_in(&request)?;
    let mut sealing = Sealing::default();
    let places: Vec<_> = customer.accounts.iter().map(|account| add_account(&mut sealing, account)).collect();
    let sealed = sealing.seal(&desk, &session).await?;
    let accounts: Vec<_> = customer
        .accounts
        .iter()
        .zip(places)
        .map(|(account, places)| account_json(account, places, &sealed))
        .collect();
    Ok(web::Json(json!({"accounts": accounts})))
}

pub(super) async fn account(
    request: HttpRequest,
    desk: web::Data<Desk>,
    id: web::Path<String>,
) -> Result<web::Json<Value>, Problem> {
    let (customer, session) = desk.signed_in(&request)?;
    let unknown = || Problem::not_found("account-unknown", "expected an account of the customer");
    let account = customer.accounts.iter().find(|account| account.id == *id).ok_or_else(unknown)?;
    let mut sealing = Sealing::default();
    let places = add_account(&mut sealing, account);
    let bookings: Vec<_> = account
        .bookings
        .iter()
        .map(|booking| {
            let counterparty = sealing.add("name", booking.counterparty, &booking.id);
            let description = sealing.add("description", booking.description, &booking.id);
            (counterparty, description, sealing.add("amount", &booking.amount, &booking.id))
        })
        .collect();
    let sealed = sealing.seal(&desk, &session).await?;
    let transactions: Vec<_> = account
        .bookings
        .iter()
        .zip(bookings)
        .map(|(booking, (counterparty, description, amount))| {
            json!({"id": booking.id, "booked_on": booking.booked_on, "counterparty": sealed.at(counterparty),
                "description": sealed.at(description), "amount": sealed.at(amount), "sign": booking.sign})
        })
        .collect();
    Ok(web::Json(json!({"account": account_json(account, places, &sealed), "transactions": transactions})))
}

pub(super) async fn cards(request: HttpRequest, desk: web::Data<Desk>) -> Result<web::Json<Value>, Problem> {
    let (customer, session) = desk.signed_in(&request)?;
    let mut sealing = Sealing::default();
    let places: Vec<_> = customer
        .cards
        .iter()
        .map(|card| {
            (sealing.add("pan", &grouped(&card.pan), &card.id), sealing.add("name", &customer.name, &card.id))
        })
        .collect();
    let sealed = sealing.seal(&desk, &session).await?;
    let cards: Vec<_> = customer
        .cards
        .iter()
        .zip(places)
        .map(|(card, (pan, holder))| {
            json!({"id": card.id, "brand": card.brand, "pan": sealed.at(pan), "holder": sealed.at(holder),
                "expires": card.expires, "cvv_on_card": true})
        })
        .collect();
    Ok(web::Json(json!({"cards": cards})))
}

fn details(customer: &Customer) -> [(&'static str, &'static str, &str); 7] {
    let details = &customer.details;
    [
        ("name", "name", &customer.name),
        ("email", "email", &details.email),
        ("phone", "phone", &details.phone),
        ("address", "address", &details.address),
        ("dob", "dob", details.dob),
        ("tax_id", "tax-id", details.tax_id),
        ("national_id", "national-id", details.national_id),
    ]
}

pub(super) async fn profile(
    request: HttpRequest,
    desk: web::Data<Desk>,
) -> Result<web::Json<Value>, Problem> {
    let (customer, session) = desk.signed_in(&request)?;
    let mut sealing = Sealing::default();
    let places: Vec<_> = details(&customer)
        .into_iter()
        .map(|(name, class, value)| (name, sealing.add(class, value, &customer.id)))
        .collect();
    let sealed = sealing.seal(&desk, &session).await?;
    let profile: Map<_, _> =
        places.into_iter().map(|(name, place)| (name.to_owned(), sealed.at(place))).collect();
    Ok(web::Json(Value::Object(profile)))
}
