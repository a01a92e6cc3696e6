//! Who is at the bank's desk: customers, their bank sessions (the cookie), and the way to PaLet.

use actix_web::{HttpRequest, cookie::Cookie, http::StatusCode};
use palet_seal::PublicKey;
use palet_units::Micros;
use parking_lot::Mutex;
use rand::Rng;
use secrecy::SecretString;
use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write,
    net::SocketAddr,
    sync::{Arc, OnceLock},
};
use webauthn_rs::prelude::Passkey;

use super::{
    bank::{self, Customer},
    passkeys::{Registering, RelyingParty},
    player::Player,
    step_up::{Message, Step},
};
use crate::{http::Problem, rest_client::RestClient};

pub(super) const COOKIE: &str = "bank_session";
/// Bank sessions and customers of one demonstration.
const SESSIONS_MAX: usize = 1_000;
const CUSTOMERS_MAX: usize = 200;

/// One browser at the bank.
#[derive(Default)]
pub(super) struct Visit {
    pub(super) customer: String,
    /// When the passphrase was right; none before.
    pub(super) signed_in_at: Option<Micros>,
    pub(super) palet_session: Option<String>,
    pub(super) step_up_passed_at_ms: Option<u64>,
    pub(super) step: Option<Step>,
    pub(super) registering: Option<Registering>,
    pub(super) phone: Vec<Message>,
    pub(super) player: Option<Arc<Player>>,
}

struct Books {
    customers: BTreeMap<String, Customer>,
    visits: HashMap<String, Visit>,
}

/// What is known once the server listens.
struct Settled {
    palet: RestClient,
    address: SocketAddr,
    server_key: PublicKey,
    party: RelyingParty,
}

/// The desk.
pub(super) struct Desk {
    key: SecretString,
    settled: OnceLock<Settled>,
    books: Mutex<Books>,
}

impl Desk {
    pub(super) fn new(key: SecretString) -> Self {
        let customers = bank::seeded().into_iter().map(|customer| (customer.id.clone(), customer)).collect();
        let books = Mutex::new(Books { customers, visits: HashMap::new() });
        Self { key, settled: OnceLock::new(), books }
    }

    /// The server listens: from now on the bank can call it.
    pub(super) fn settle(&self, address: SocketAddr, server_key: PublicKey, party: RelyingParty) {
        let palet = RestClient::new(&format!("http://{address}"), self.key.clone());
        let _ = self.settled.set(Settled { palet, address, server_key, party });
    }

    fn settled(&self) -> Result<&Settled, Problem> {
        self.settled.get().ok_or_else(|| Problem::unavailable("the bank opens in a moment"))
    }

    pub(super) fn palet(&self) -> Result<&RestClient, Problem> {
        self.settled().map(|settled| &settled.palet)
    }

    pub(super) fn address(&self) -> Result<SocketAddr, Problem> {
        self.settled().map(|settled| settled.address)
    }

    pub(super) fn server_key(&self) -> Result<PublicKey, Problem> {
        self.settled().map(|settled| settled.server_key)
    }

    pub(super) fn party(&self) -> Result<&RelyingParty, Problem> {
        self.settled().map(|settled| &settled.party)
    }

    pub(super) fn customers(&self) -> Vec<Customer> {
        self.books.lock().customers.values().cloned().collect()
    }

    pub(super) fn customer(&self, id: &str) -> Option<Customer> {
        self.books.lock().customers.get(id).cloned()
    }

    /// Changes a customer's books.
    pub(super) fn with_customer<T>(&self, id: &str, work: impl FnOnce(&mut Customer) -> T) -> Option<T> {
        self.books.lock().customers.get_mut(id).map(work)
    }

    pub(super) fn add_customer(&self, customer: Customer) -> Result<(), Problem> {
        let mut books = self.books.lock();
        if books.customers.len() >= CUSTOMERS_MAX {
            return Err(Problem::unprocessable(
                "too-many-customers",
                "expected fewer customers; reset the demo",
            ));
        }
        books.customers.insert(customer.id.clone(), customer);
        Ok(())
    }

    /// Keeps a customer's new passkey; how many there are now. A key is one customer's, and kept once.
    pub(super) fn keep_passkey(&self, customer: &str, key: Passkey) -> Result<usize, Problem> {
        let mut books = self.books.lock();
        let taken = books.customers.values().any(|customer| customer.passkeys.knows(&key));
        if let Some(customer) = books.customers.get_mut(customer).filter(|_| !taken)
            && customer.passkeys.keep(key)
        {
            return Ok(customer.passkeys.len());
        }
        Err(Problem::new(StatusCode::CONFLICT, "passkey-known", "expected a new passkey, and room for it"))
    }

    /// Begins a bank session; the cookie that names it.
    pub(super) fn begin(&self, visit: Visit) -> Cookie<'static> {
        let name = make_name();
        let mut books = self.books.lock();
        if books.visits.len() >= SESSIONS_MAX {
            books.visits.clear();
        }
        books.visits.insert(name.clone(), visit);
        Cookie::build(COOKIE, name)
            .path("/")
            .http_only(true)
            .same_site(actix_web::cookie::SameSite::Strict)
            .finish()
    }

    /// Works on the bank session of a request.
    pub(super) fn visit<T>(
        &self,
        request: &HttpRequest,
        work: impl FnOnce(&mut Visit) -> T,
    ) -> Result<T, Problem> {
        let cookie = request.cookie(COOKIE).ok_or_else(not_signed_in)?;
        self.books.lock().visits.get_mut(cookie.value()).map(work).ok_or_else(not_signed_in)
    }

    /// The bank session's customer and PaLet session, for a request that may see the customer's data.
    pub(super) fn signed_in(&self, request: &HttpRequest) -> Result<(Customer, String), Problem> {
        let (id, session) = self
            .visit(request, |visit| {
                visit.signed_in_at.map(|_| (visit.customer.clone(), visit.palet_session.clone()))
            })?
            .ok_or_else(not_signed_in)?;
        let customer = self.customer(&id).ok_or_else(not_signed_in)?;
        let session = session.ok_or_else(|| {
            Problem::new(StatusCode::CONFLICT, "palet-session-ended", "ask for a token first")
        })?;
        Ok((customer, session))
    }

    /// Ends the bank session of a request.
    pub(super) fn end(&self, request: &HttpRequest) -> Option<Visit> {
        let cookie = request.cookie(COOKIE)?;
        self.books.lock().visits.remove(cookie.value())
    }

    /// Everybody leaves, and the books are as they were at the start.
    pub(super) fn reset(&self) -> (Vec<Visit>, Vec<Customer>) {
        let mut books = self.books.lock();
        let visits = books.visits.drain().map(|(_, visit)| visit).collect();
        let before = std::mem::take(&mut books.customers).into_values().collect();
        books.customers =
            bank::seeded().into_iter().map(|customer| (customer.id.clone(), customer)).collect();
        (visits, before)
    }
}

pub(super) fn not_signed_in() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "not-signed-in", "expected a signed-in customer")
}

/// A random name of 128 bits.
pub(super) fn make_name() -> String {
    let mut bytes = [0; 16];
    rand::rng().fill_bytes(&mut bytes);
    bytes.iter().fold(String::with_capacity(32), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    })
}

/// Where the browser says it is: what PaLet's socket will hear as `Origin`.
pub(super) fn origin(request: &HttpRequest) -> String {
    let told = request.headers().get("Origin").and_then(|origin| origin.to_str().ok());
    match told {
        Some(origin) if origin.starts_with("http") => origin.to_owned(),
        _ => format!("http://{}", request.connection_info().host()),
    }
}
