//! Passkeys of the bank's customers (WebAuthn): the bank's side of a registration and of an assertion.
//!
//! Whether a signature, a challenge, an origin, the relying party's id and the user's verification hold is judged by
//! webauthn-rs. The bank's own part is here: a challenge is used once, by the visit that asked for it, within its time;
//! a key belongs to one customer; its counter only moves forward; and a key is registered only by somebody who is not in
//! doubt, since whoever registers one can pass every step-up afterwards.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use palet_units::Micros;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    AuthenticationResult, CreationChallengeResponse, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, RequestChallengeResponse, Url, Uuid, Webauthn,
    WebauthnBuilder, WebauthnError, WebauthnResult,
};

use super::{
    bank::{self, Customer},
    desk::{Desk, origin},
};
use crate::{clock, http::Problem};

/// Passkeys live under a host's name: an address of numbers cannot have any.
const HOST: &str = "localhost";
/// How long a challenge is good.
pub(super) const CHALLENGE_LIVES: Micros = Micros::from_secs(120);
/// Passkeys of one customer.
const PASSKEYS_MAX: usize = 4;
/// A further passkey asks for a step-up that is no older than this.
const PROOF_LIVES: Micros = Micros::from_secs(120);
/// How long a login speaks for a customer who is not known yet.
const LOGIN_IS_FRESH: Micros = Micros::from_secs(900);

/// The bank as passkeys know it.
pub(super) struct RelyingParty {
    webauthn: Webauthn,
    origin: String,
}

/// A customer's passkeys, and the name that authenticators keep them under.
#[derive(Clone)]
pub(super) struct Passkeys {
    handle: Uuid,
    keys: Vec<Passkey>,
}

impl Default for Passkeys {
    fn default() -> Self {
        Self { handle: Uuid::new_v4(), keys: Vec::new() }
    }
}

/// A registration under way.
pub(super) struct Registering {
    state: PasskeyRegistration,
    session: String,
    expires_at: Micros,
}

impl RelyingParty {
    /// The bank that listens on this port. **Errors**: the crate does not take the names.
    pub(super) fn at(port: u16) -> WebauthnResult<Self> {
        let url = Url::parse(&format!("http://{HOST}:{port}")).map_err(|_| WebauthnError::Configuration)?;
        let builder = WebauthnBuilder::new(HOST, &url)?;
        let lives = std::time::Duration::from_micros(CHALLENGE_LIVES.0);
        let webauthn = builder.rp_name(bank::NAME).timeout(lives).build()?;
        Ok(Self { webauthn, origin: url.origin().ascii_serialization() })
    }

    /// Where passkeys work.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether a browser is where passkeys work.
    pub(super) fn serves(&self, request: &HttpRequest) -> bool {
        origin(request) == self.origin
    }

    fn expect_here(&self, request: &HttpRequest) -> Result<(), Problem> {
        if self.serves(request) {
            return Ok(());
        }
        let detail =
            format!("expected the bank's pages at {}: passkeys belong to a host's name", self.origin);
        Err(Problem::new(StatusCode::CONFLICT, "passkey-elsewhere", detail).with("address", &self.origin))
    }

    fn ask_registration(
        &self,
        customer: &Customer,
    ) -> WebauthnResult<(CreationChallengeResponse, PasskeyRegistration)> {
        let Passkeys { handle, keys } = &customer.passkeys;
        let known = keys.iter().map(|key| key.cred_id().clone()).collect();
        self.webauthn.start_passkey_registration(*handle, &customer.id, &customer.name, Some(known))
    }

    fn take_registration(
        &self,
        answer: &RegisterPublicKeyCredential,
        state: &PasskeyRegistration,
    ) -> WebauthnResult<Passkey> {
        self.webauthn.finish_passkey_registration(answer, state)
    }

    /// A challenge for one of these passkeys.
    ///
    /// **Errors**: 409 where the browser is elsewhere, or the customer has none.
    pub(super) fn ask_proof(
        &self,
        request: &HttpRequest,
        passkeys: &Passkeys,
    ) -> Result<(RequestChallengeResponse, PasskeyAuthentication), Problem> {
        self.expect_here(request)?;
        if passkeys.keys.is_empty() {
            let detail = "expected a customer with a passkey; there is none yet";
            return Err(Problem::new(StatusCode::CONFLICT, "passkey-none", detail));
        }
        self.webauthn.start_passkey_authentication(&passkeys.keys).map_err(|error| refused(&error))
    }

    /// What an answer to that challenge proves. **Errors**: nothing.
    pub(super) fn take_proof(
        &self,
        answer: &PublicKeyCredential,
        state: &PasskeyAuthentication,
    ) -> WebauthnResult<AuthenticationResult> {
        self.webauthn.finish_passkey_authentication(answer, state)
    }
}

impl Passkeys {
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether this customer has the key.
    pub(super) fn knows(&self, key: &Passkey) -> bool {
        self.keys.contains(key)
    }

    /// Keeps a key. False where there are enough.
    pub(super) fn keep(&mut self, key: Passkey) -> bool {
        let room = self.keys.len() < PASSKEYS_MAX;
        if room {
            self.keys.push(key);
        }
        room
    }

    /// Moves the key's counter. False for a key that is gone, and for a counter that another answer has reached: two
    /// answers with one number come from a copied key.
    pub(super) fn advance(&mut self, proof: &AuthenticationResult) -> bool {
        let Some(key) = self.keys.iter_mut().find(|key| key.cred_id() == proof.cred_id()) else {
            return false;
        };
        let moved = key.update_credential(proof) == Some(true);
        proof.counter() == 0 || moved
    }
}

/// One answer for everything that does not verify; why is for the log alone, and names no key.
pub(super) fn refused(error: &WebauthnError) -> Problem {
    tracing::warn!(event.action = "passkey-refused", error.message = %error, "a passkey's answer does not hold");
    Problem::new(
        StatusCode::FORBIDDEN,
        "passkey-refused",
        "expected an answer that the passkey signed for this question",
    )
}

/// Who may register a passkey. A first one: somebody whom PaLet would let change credentials, or a customer of whom it
/// knows nothing yet, in a calm session that has just begun. A further one: somebody who has just proved who they are.
async fn expect_beyond_doubt(
    desk: &Desk,
    request: &HttpRequest,
    customer: &Customer,
    session: &str,
) -> Result<(), Problem> {
    let now = clock::now();
    let (signed_in_at, proved_at_ms) =
        desk.visit(request, |visit| (visit.signed_in_at, visit.step_up_passed_at_ms))?;
    let answer = desk.palet()?.assess(session, Some("change-credentials"), None).await?;
    let proved = proved_at_ms.is_some_and(|at| now.0 < at * 1_000 + PROOF_LIVES.0);
    let new = signed_in_at.is_some_and(|at| now.since(at) < LOGIN_IS_FRESH)
        && answer["trained"]["keys"] == false
        && answer["band"] == "calm";
    let first = customer.passkeys.len() == 0;
    if (first && (new || answer["decision"] == "allow")) || (proved && answer["decision"] == "allow") {
        return Ok(());
    }
    let detail = "expected the customer to prove who they are before a passkey is added";
    Err(Problem::new(StatusCode::FORBIDDEN, "step-up-required", detail)
        .with("reference", &answer["reference"])
        .with("reasons", &answer["reasons"]))
}

/// Asks the browser to make a passkey.
pub(super) async fn start(request: HttpRequest, desk: web::Data<Desk>) -> Result<web::Json<Value>, Problem> {
    let (customer, session) = desk.signed_in(&request)?;
    let party = desk.party()?;
    party.expect_here(&request)?;
    if customer.passkeys.len() >= PASSKEYS_MAX {
        let detail = format!("expected fewer than {PASSKEYS_MAX} passkeys");
        return Err(Problem::unprocessable("passkeys-enough", detail));
    }
    expect_beyond_doubt(&desk, &request, &customer, &session).await?;
    let (options, state) = party.ask_registration(&customer).map_err(|error| refused(&error))?;
    let expires_at = clock::now().plus(CHALLENGE_LIVES);
    desk.visit(&request, |visit| visit.registering = Some(Registering { state, session, expires_at }))?;
    Ok(web::Json(json!({"options": options.public_key, "expires_in_s": CHALLENGE_LIVES.0 / 1_000_000})))
}

/// Takes the passkey that the browser made.
pub(super) async fn finish(
    request: HttpRequest,
    desk: web::Data<Desk>,
    answer: web::Json<RegisterPublicKeyCredential>,
) -> Result<HttpResponse, Problem> {
    let (customer, session) = desk.signed_in(&request)?;
    let party = desk.party()?;
    party.expect_here(&request)?;
    let now = clock::now();
    let registering = desk
        .visit(&request, |visit| visit.registering.take())?
        .filter(|registering| now < registering.expires_at && registering.session == session)
        .ok_or_else(challenge_ended)?;
    let key = party.take_registration(&answer, &registering.state).map_err(|error| refused(&error))?;
    let passkeys = desk.keep_passkey(&customer.id, key)?;
    tracing::info!(event.action = "passkey-registered", "a customer of the demonstration has a passkey");
    Ok(HttpResponse::Created().json(json!({"passkeys": passkeys})))
}

/// The challenge was answered already, or too late, or was another visit's.
pub(super) fn challenge_ended() -> Problem {
    Problem::new(
        StatusCode::GONE,
        "challenge-ended",
        "expected an answer to a question that is still open; ask again",
    )
}
