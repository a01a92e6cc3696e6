//! Wiring: settings in, a running server out. The only place that sees every room.

use actix_web::{
    App, HttpServer,
    dev::{Server, ServerHandle},
    middleware::from_fn,
    web,
};
use palet_comparison::Models;
use palet_policy::Policy;
use palet_sequence::SequenceModels;
use palet_units::Micros;
use palet_wire::{Hello, RefusalCode};
use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    access::{AddressLimits, CallerDirectory, TokenSealer},
    audit::{AuditError, AuditFile, AuditLog, PublicKey, Signer},
    clock,
    config::Settings,
    enrolment, http,
    keys::{self, KeyError, KeysFault, ServerKeys},
    live::{DecisionLog, JoinError, LiveSession, PageTold, Policies, Registry, Tools},
    store::{Store, StoreError, sqlite::SqliteStore},
    succession,
    telemetry::Metrics,
    unmask::UnmaskDesk,
    upkeep,
    values::{Classes, Values},
    ws,
};

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be made.
    #[error("expected a data folder that can be made at {path}, got: {source}")]
    Folder {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A key is not to be had.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The keys of values are not to be had.
    #[error("{code}: {0}", code = .0.code())]
    Keys(#[from] KeysFault),
    /// The store does not open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The audit log does not open: nothing that needs a trace could be done.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The models of the binary are broken.
    #[error("the models of this binary are broken: {0}")]
    Models(#[from] palet_comparison::ModelError),
    /// The sequence models of the binary are broken, or compute something else on this machine than in training.
    #[error("the sequence models of this binary cannot be used: {0}")]
    Sequence(#[from] palet_sequence::SequenceError),
    /// The policy does not compile.
    #[error("the policy does not compile:\n{0}")]
    Policy(#[from] palet_policy::PolicyErrors),
    /// The policy's file cannot be read.
    #[error("expected a readable policy at {path}, got: {source}")]
    PolicyFile {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The address cannot be listened on.
    #[error("expected to listen on {address}, got: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

/// Everything that routes and sockets share.
pub struct AppState {
    /// The settings.
    pub settings: Settings,
    /// Durable memory.
    pub store: Arc<dyn Store>,
    /// Who read, changed or erased what.
    pub audit: AuditLog,
    /// The sessions in memory.
    pub registry: Arc<Registry>,
    /// Held while a policy changes hands.
    pub policy_turn: tokio::sync::Mutex<()>,
    /// Where masked values are read.
    pub desk: UnmaskDesk,
    /// Who calls.
    pub callers: CallerDirectory,
    /// How often they may.
    pub limits: AddressLimits,
    /// Session tokens.
    pub tokens: TokenSealer,
    /// The server's keys.
    pub keys: ServerKeys,
    /// Values, under keys of their own.
    pub values: Arc<Values>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Turns true when the server stops.
    pub stop: watch::Receiver<bool>,
    /// Sockets now.
    pub sockets: AtomicUsize,
}

impl AppState {
    /// The session behind a page's `Hello`, and how long its token still lives.
    ///
    /// **Errors**: how the page is told. `origin` is what the browser said where it comes from.
    pub async fn find_session(
        &self,
        hello: &Hello,
        origin: Option<&str>,
        now: Micros,
    ) -> Result<(Arc<LiveSession>, Micros), RefusalCode> {
        let claims = self.tokens.open(&hello.token, now).map_err(|_| RefusalCode::BadToken)?;
        // Applications outside of a browser have no origin; the bank said so when it asked for the session.
        let expected = (claims.channel != "app").then_some(claims.origin.as_str());
        if expected.is_some() && expected != origin {
            return Err(RefusalCode::BadToken);
        }
        let told = PageTold::of(hello.consent, hello.facts);
        let found = self.registry.find(claims.session_id(), Some(told), now).await;
        let live = found.map_err(|error| {
            if let JoinError::Store(_) | JoinError::Values(_) = &error {
                tracing::error!(event.action = "join-failed", error.message = %error, "a page could not join");
            }
            error.refusal()
        })?;
        if live.whose.tenant != claims.tenant {
            return Err(RefusalCode::BadToken);
        }
        Ok((live, claims.expires_at.since(now)))
    }
}

/// A server that listens.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it works with.
    pub state: web::Data<AppState>,
    server: ServerHandle,
    serving: JoinHandle<std::io::Result<()>>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// More routes than the server's own: the demonstration bank.
pub type MoreRoutes = Arc<dyn Fn(&mut web::ServiceConfig) + Send + Sync>;

/// Starts a server. **Errors**: `StartError`; nothing listens then.
pub async fn start(settings: Settings, more: Option<MoreRoutes>) -> Result<Running, StartError> {
    let folder = &settings.store.data_folder;
    std::fs::create_dir_all(folder).map_err(|source| StartError::Folder { path: folder.clone(), source })?;
    let keys = ServerKeys::load(&settings.keys, folder)?;
    let ring = open_ring(&settings).await?;
    let models = Arc::new(models()?);
    let base = Arc::new(load_policy(&settings)?);
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&settings.store).await?);
    let metrics = Arc::new(Metrics::new());
    let audit = AuditLog::open(&audit_folder(&settings), audit_signer(&keys)?, Arc::clone(&metrics))?;
    let address = settings.server.listen;
    let listen = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;

    let (stop, stopped) = watch::channel(false);
    let (log, writer) = DecisionLog::new(&settings.decisions, Arc::clone(&store), Arc::clone(&metrics));
    let classes = Classes::new(&settings.custom);
    let values = Arc::new(Values::new(Arc::new(ring), Arc::clone(&store)).with_classes(classes));
    let policies = succession::replay(&*store, Arc::clone(&models), settings.risk, &base).await?;
    if let Some(entry) = succession::settle(&*store, &settings, &policies, &base).await? {
        audit.append(entry).await?;
    }
    let tools = Tools { models, policies, values: Arc::clone(&values), log, metrics: Arc::clone(&metrics) };
    let tools = Arc::new(tools);
    let registry = Arc::new(Registry::new(Arc::clone(&store), Arc::clone(&tools), settings.sessions.clone()));
    let state = web::Data::new(AppState {
        callers: CallerDirectory::new(Arc::clone(&store)),
        limits: AddressLimits::new(&settings.limits),
        tokens: TokenSealer::new(&keys.session_tokens),
        keys,
        values,
        store,
        policy_turn: tokio::sync::Mutex::default(),
        desk: UnmaskDesk::open(&settings.unmask, &audit, clock::now())?,
        audit,
        registry,
        metrics,
        stop: stopped.clone(),
        sockets: AtomicUsize::new(0),
        settings,
    });
    let serving = serve(listener, &state, more).map_err(listen)?;
    // Answers from here on: the demonstration bank calls it before anybody waits for its end.
    let (server, serving) = (serving.handle(), actix_web::rt::spawn(serving));
    let tasks = vec![
        actix_web::rt::spawn(writer.run(stopped.clone())),
        actix_web::rt::spawn(upkeep::run(state.clone(), stopped.clone())),
        actix_web::rt::spawn(upkeep::follow_ring(state.clone(), stopped.clone())),
        actix_web::rt::spawn(succession::watch_file(state.clone(), stopped.clone())),
        actix_web::rt::spawn(enrolment::run(state.clone(), stopped)),
    ];
    tracing::info!(event.action = "started", palet.address = %address,
        palet.server_key = %state.keys.noise.public_key().to_base64url(), "palet listens");
    Ok(Running { address, state, server, serving, stop, tasks })
}

fn audit_folder(settings: &Settings) -> PathBuf {
    settings.store.data_folder.join("audit")
}

fn audit_signer(keys: &ServerKeys) -> Result<Signer, StartError> {
    Signer::new(&keys.audit).map_err(|_| StartError::Key(KeyError::Setting { name: "keys.audit" }))
}

/// What checks the audit log's checkpoints, without a touch of the log or a key that is made for it; `None` where the
/// deployment has no key yet.
///
/// **Errors**: the key is not to be had.
pub fn audit_public_key(settings: &Settings) -> Result<Option<PublicKey>, StartError> {
    let folder = &settings.store.data_folder;
    if settings.keys.audit.is_none() && !folder.join("keys").join("audit.key").is_file() {
        return Ok(None);
    }
    Ok(Some(audit_signer(&ServerKeys::load(&settings.keys, folder)?)?.public_key()))
}

/// The deployment's audit log, for a command that appends to it beside a running server.
///
/// **Errors**: the key or the log is not to be had.
pub fn open_audit(settings: &Settings) -> Result<AuditFile, StartError> {
    let keys = ServerKeys::load(&settings.keys, &settings.store.data_folder)?;
    Ok(AuditFile::open(&audit_folder(settings), audit_signer(&keys)?)?)
}

/// Unwrapping may take a passphrase's cost or a network's time: not on the thread that serves.
async fn open_ring(settings: &Settings) -> Result<keys::LiveRing, KeysFault> {
    let (keys, folder) = (settings.keys.clone(), settings.store.data_folder.clone());
    let opened = tokio::task::spawn_blocking(move || keys::open_live(&keys, &folder)).await;
    let ring = opened.map_err(|_| KeysFault::CutOff)??;
    if ring.memory().unlocked() > 0 {
        tracing::warn!(
            event.action = "keys-unlocked",
            palet.keys = ring.memory().unlocked(),
            "the memory of keys could not be locked: raise the limit of locked memory"
        );
    }
    Ok(ring)
}

/// The policy that the settings name. **Errors**: it cannot be read, or does not compile.
pub fn load_policy(settings: &Settings) -> Result<Policy, StartError> {
    match &settings.policy.file {
        None => Ok(Policy::embedded_default()?),
        Some(path) => {
            let text = succession::read_text(path)
                .map_err(|source| StartError::PolicyFile { path: path.clone(), source })?;
            Ok(Policy::compile(&text)?)
        }
    }
}

/// The models of the binary, the sequence models proved with them: a decision names all, whatever their weight.
fn models() -> Result<Models, StartError> {
    Ok(Models::embedded()?.named_with(SequenceModels::embedded()?.hash()))
}

/// What sessions are judged with, as the store's steps leave it; for commands that make decisions again.
///
/// **Errors**: models or policy are broken, or the store failed.
pub async fn policies(settings: &Settings, store: &dyn Store) -> Result<(Arc<Models>, Policies), StartError> {
    let models = Arc::new(models()?);
    let base = Arc::new(load_policy(settings)?);
    let policies = succession::replay(store, Arc::clone(&models), settings.risk, &base).await?;
    Ok((models, policies))
}

fn serve(
    listener: TcpListener,
    state: &web::Data<AppState>,
    more: Option<MoreRoutes>,
) -> std::io::Result<Server> {
    let (server_settings, shared) = (state.settings.server.clone(), state.clone());
    let mut server = HttpServer::new(move || {
        let more = more.clone();
        App::new()
            .app_data(shared.clone())
            .wrap(from_fn(http::observe))
            .configure(|routes| http::configure(routes, &shared.settings.limits))
            .route("/ws/v1/capture", web::get().to(ws::capture))
            .configure(move |routes| {
                if let Some(more) = &more {
                    more(routes);
                }
            })
            .default_service(web::to(http::unknown_route))
    })
    .disable_signals()
    .shutdown_timeout(server_settings.shutdown_grace_s)
    .max_connections(server_settings.connections_max);
    if server_settings.workers > 0 {
        server = server.workers(server_settings.workers);
    }
    Ok(server.listen(listener)?.run())
}

impl Running {
    /// Serves until `until` is ready, then stops: no new sockets, open ones closed with 1001, requests under way
    /// finished, decisions written.
    ///
    /// **Errors**: the server ended by itself.
    pub async fn run_until(self, until: impl Future<Output = ()>) -> std::io::Result<()> {
        let Self { state, server, mut serving, stop, tasks, .. } = self;
        tokio::select! {
            ended = &mut serving => return ended.map_err(std::io::Error::other)?,
            () = until => {}
        }
        tracing::info!(event.action = "stopping", "palet stops");
        stop.send_replace(true);
        server.stop(true).await;
        for task in tasks {
            let grace = Duration::from_secs(state.settings.server.shutdown_grace_s.max(1));
            if tokio::time::timeout(grace, task).await.is_err() {
                tracing::warn!(event.action = "stop-cut", "a task was cut off while stopping");
            }
        }
        state.store.close().await;
        tracing::info!(event.action = "stopped", "palet has stopped");
        Ok(())
    }
}
