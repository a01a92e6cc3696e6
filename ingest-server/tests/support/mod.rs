//! A real server on a free port, and a bank's backend to call it.
#![allow(dead_code, unreachable_pub, reason = "each test file is a crate of its own and uses its own part")]

use palet_client::{Effect, State};
use palet_seal::PublicKey;
use palet_server::{
    access::{Scopes, issue_key},
    app::{self, AppState},
    config::{Settings, Sources, load},
    synthetic::{Hand, NativePage, PageSettings, Person},
};
use palet_units::Micros;
use palet_wire::Consent;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::sync::oneshot;

pub const ORIGIN: &str = "https://bank.example";
pub const SECOND: Duration = Duration::from_secs(1);

/// A running server in a folder of its own.
pub struct TestServer {
    pub address: SocketAddr,
    pub state: actix_web::web::Data<AppState>,
    pub key: String,
    folder: tempfile::TempDir,
    stop: Option<oneshot::Sender<()>>,
    task: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
}

pub fn settings(folder: &std::path::Path, overrides: &[(&str, &str)]) -> Settings {
    let mut sources = Sources::default();
    let folder = folder.display().to_string();
    let base = [
        ("PALET_SERVER__LISTEN", "127.0.0.1:0"),
        ("PALET_SERVER__WORKERS", "1"),
        ("PALET_SERVER__SHUTDOWN_GRACE_S", "2"),
        ("PALET_ENROLMENT__INTERVAL_MS", "50"),
        ("PALET_STORE__DATA_FOLDER", folder.as_str()),
    ];
    for (name, text) in base.into_iter().chain(overrides.iter().copied()) {
        sources.environment.insert(name.to_owned(), text.to_owned());
    }
    load(&sources).unwrap()
}

impl TestServer {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub async fn start_with(overrides: &[(&str, &str)]) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), overrides).await
    }

    async fn start_in(folder: tempfile::TempDir, overrides: &[(&str, &str)]) -> Self {
        let running = app::start(settings(folder.path(), overrides), None).await.unwrap();
        let (address, state) = (running.address, running.state.clone());
        let tenant = "bank".parse().unwrap();
        // After a restart the tenant exists already.
        let _ = state.store.insert_tenant(&tenant, Micros(1)).await;
        let scopes = Scopes::parse("sessions biometrics risk mask feedback subjects metrics").unwrap();
        let key = issue_key(&*state.store, &tenant, "tests", scopes).await.unwrap();
        let (stop, stopped) = oneshot::channel();
        let task = actix_web::rt::spawn(running.run_until(async {
            let _ = stopped.await;
        }));
        let key = key.expose_secret().to_owned();
        Self { address, state, key, folder, stop: Some(stop), task: Some(task) }
    }

    pub async fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(task) = self.task.take() {
            task.await.unwrap().unwrap();
        }
    }

    /// Where its data lie.
    pub fn data_folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Stops, and starts again on the same data.
    pub async fn restart(self) -> Self {
        self.restart_with(&[]).await
    }

    /// Stops, and starts again on the same data with these settings.
    pub async fn restart_with(mut self, overrides: &[(&str, &str)]) -> Self {
        self.stop().await;
        Self::start_in(self.folder, overrides).await
    }

    /// Where its data is.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        self.call_as(&self.key, method, path, body).await
    }

    pub async fn call_as(&self, key: &str, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let method = method.parse().unwrap();
        let request = awc::Client::default()
            .request(method, self.url(path))
            .insert_header(("Authorization", format!("Bearer {key}")));
        let mut answer = match body {
            Some(body) => request.send_json(&body).await.unwrap(),
            None => request.send().await.unwrap(),
        };
        let bytes = answer.body().limit(64 << 20).await.unwrap();
        (answer.status().as_u16(), serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// Opens a session; its identifier and token.
    pub async fn open(&self, subject: &str) -> (String, String) {
        let body = json!({"subject": subject, "origin": ORIGIN, "login_age_s": 0});
        let (status, answer) = self.call("POST", "/api/v1/sessions", Some(body)).await;
        assert_eq!(status, 201, "{answer}");
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        (text("session"), text("token"))
    }

    pub fn server_key(&self) -> PublicKey {
        self.state.keys.noise.public_key()
    }

    pub fn page_settings(&self, token: &str) -> PageSettings {
        PageSettings {
            url: format!("ws://{}/ws/v1/capture", self.address),
            origin: ORIGIN.to_owned(),
            server_key: self.server_key(),
            token: token.to_owned(),
            consent: Consent::Full,
        }
    }

    pub fn page(&self, token: &str) -> NativePage {
        NativePage::new(self.page_settings(token), rand::random()).unwrap()
    }

    /// A page that is connected and welcome.
    pub async fn live_page(&self, token: &str) -> NativePage {
        let mut page = self.page(token);
        page.run(5 * SECOND, |effect| matches!(effect, Effect::State(State::Live))).await;
        assert_eq!(page.session.state(), State::Live);
        page
    }

    pub async fn assess(&self, session: &str) -> Value {
        let (status, answer) =
            self.call("POST", "/api/v1/risk/assess", Some(json!({"session": session}))).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// Waits until `holds` says so of the session's assessment.
    pub async fn wait_assess(&self, session: &str, holds: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..200 {
            let answer = self.assess(session).await;
            if holds(&answer) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the session never came to the state that was waited for: {}", self.assess(session).await);
    }
}

/// Types words until at least `keys` keys were pressed, and flushes.
pub fn type_keys(page: &mut NativePage, hand: &mut Hand, keys: u32) {
    let goal = hand.keys() + keys;
    while hand.keys() < goal {
        hand.type_word().into_iter().for_each(|event| page.session.handle_event(event));
        let now = page.now();
        page.session.handle_drained(now);
    }
    let now = page.now();
    page.session.flush(now);
}

pub fn hand(person: u64, day: u64) -> Hand {
    Hand::new(Person::of_seed(person), day, Micros::from_secs(1))
}

pub fn is_risk(effect: &Effect) -> bool {
    matches!(effect, Effect::Risk(_))
}
