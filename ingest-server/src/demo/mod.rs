//! The demonstration: a small bank in the same process, which uses PaLet as any bank would: over REST, with a
//! tenant's key, on loopback. Nothing here reaches into the server's rooms, save to make its tenant at the start.
//!
//! People and data are made up; the passphrase is no secret and says so.

mod bank;
mod desk;
mod enrol;
mod login;
mod pages;
mod passkeys;
mod player;
mod replay;
mod seed;
mod step_up;
mod transfers;
mod values;

use actix_web::web;
use palet_units::{Micros, TenantId};
use secrecy::SecretString;
use std::{net::SocketAddr, sync::Arc};

use crate::{
    access::{Scopes, issue_key},
    app::{self, MoreRoutes, Running, StartError},
    config::Settings,
    store::{Store, StoreError, sqlite::SqliteStore},
};
use desk::Desk;
use passkeys::RelyingParty;

/// The tenant that the demonstration bank is.
const TENANT: &str = "specimen-bank";

/// A demonstration that runs.
pub struct Demo {
    /// The server underneath.
    pub running: Running,
    desk: Arc<Desk>,
}

/// Why the demonstration does not start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The server does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The bank's customers could not be enrolled.
    #[error("expected the bank's customers to be enrolled, got: {0}")]
    Seed(String),
    /// The bank cannot take passkeys.
    #[error("expected the bank to take passkeys, got: {0}")]
    Passkeys(#[from] webauthn_rs::prelude::WebauthnError),
}

impl From<StoreError> for DemoError {
    fn from(error: StoreError) -> Self {
        Self::Start(error.into())
    }
}

/// Starts server and bank. **Errors**: `DemoError`.
pub async fn start(settings: Settings) -> Result<Demo, DemoError> {
    let key = make_tenant(&settings).await?;
    let desk = Arc::new(Desk::new(key));
    let routes: MoreRoutes = {
        let desk = Arc::clone(&desk);
        Arc::new(move |routes| configure(routes, &desk))
    };
    let running = app::start(settings, Some(routes)).await?;
    let party = RelyingParty::at(running.address.port())?;
    desk.settle(running.address, running.state.keys.noise.public_key(), party);
    Ok(Demo { running, desk })
}

impl Demo {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// Where its pages have passkeys too: under a name, for passkeys belong to no address of numbers.
    ///
    /// **Errors**: the demonstration is not open yet.
    pub fn named_address(&self) -> Option<String> {
        self.desk.party().ok().map(|party| party.origin().to_owned())
    }

    /// Enrols the bank's own customers from generated sessions, over the same socket and REST as everybody.
    ///
    /// **Errors**: a session did not come through.
    pub async fn enrol_customers(&self) -> Result<(), DemoError> {
        seed::enrol_all(&self.desk).await.map_err(DemoError::Seed)
    }
}

/// The bank's key; a new one at each start, since only its digest is kept.
async fn make_tenant(settings: &Settings) -> Result<SecretString, DemoError> {
    let folder = &settings.store.data_folder;
    std::fs::create_dir_all(folder).map_err(|source| StartError::Folder { path: folder.clone(), source })?;
    let store = SqliteStore::open(&settings.store).await?;
    let tenant: TenantId = TENANT.parse().map_err(|_| DemoError::Seed("a tenant's name".into()))?;
    match store.insert_tenant(&tenant, Micros::ZERO).await {
        Ok(()) | Err(StoreError::Exists { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let key = issue_key(&store, &tenant, "demonstration", Scopes::BACKEND).await?;
    store.close().await;
    Ok(key)
}

fn configure(routes: &mut web::ServiceConfig, desk: &Arc<Desk>) {
    routes.app_data(web::Data::from(Arc::clone(desk))).service(
        web::scope("/bank/api")
            .route("/config", web::get().to(login::config))
            .route("/customers", web::get().to(login::customers))
            .route("/customers", web::post().to(login::open_customer))
            .route("/login/start", web::post().to(login::start))
            .route("/login", web::post().to(login::passphrase))
            .route("/logout", web::post().to(login::logout))
            .route("/me", web::get().to(login::me))
            .route("/palet-token", web::get().to(login::token))
            .route("/palet-token", web::post().to(login::token))
            .route("/accounts", web::get().to(values::accounts))
            .route("/accounts/{account}", web::get().to(values::account))
            .route("/cards", web::get().to(values::cards))
            .route("/profile", web::get().to(values::profile))
            .route("/transfers", web::get().to(transfers::list))
            .route("/transfers", web::post().to(transfers::order))
            .route("/step-up/start", web::post().to(step_up::start))
            .route("/step-up/verify", web::post().to(step_up::verify))
            .route("/step-up/cancel", web::post().to(step_up::cancel))
            .route("/passkeys/start", web::post().to(passkeys::start))
            .route("/passkeys/finish", web::post().to(passkeys::finish))
            .route("/phone", web::get().to(step_up::phone))
            .route("/enrolment", web::get().to(enrol::status))
            .route("/enrolment/finish", web::post().to(enrol::finish))
            .route("/enrolment/reset", web::post().to(enrol::reset))
            .route("/risk", web::get().to(enrol::risk))
            .route("/streams", web::get().to(replay::streams))
            .route("/replay", web::get().to(replay::status))
            .route("/replay", web::post().to(replay::start))
            .route("/replay", web::delete().to(replay::stop))
            .route("/reset", web::post().to(enrol::reset_all))
            .default_service(web::to(crate::http::unknown_route)),
    );
    routes.route("/{path:.*}", web::get().to(pages::serve));
}
