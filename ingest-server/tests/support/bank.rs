//! The demonstration bank, and a browser's way to it.
#![allow(dead_code, unreachable_pub, reason = "each test file is a crate of its own and uses its own part")]

use palet_server::{
    config::Settings,
    demo::{self, Demo},
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// One browser, with its cookie.
pub struct Browser {
    client: awc::Client,
    root: String,
    cookie: String,
    /// What its requests name as their origin, where they do.
    pub origin: Option<String>,
}

impl Browser {
    pub fn new(demo: &Demo) -> Self {
        let client = awc::Client::builder().timeout(Duration::from_secs(20)).finish();
        Self { client, root: format!("http://{}", demo.address()), cookie: String::new(), origin: None }
    }

    pub async fn call(&mut self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/bank/api{path}", self.root);
        let mut request =
            self.client.request(method.parse().unwrap(), url).insert_header(("Cookie", self.cookie.clone()));
        if let Some(origin) = &self.origin {
            request = request.insert_header(("Origin", origin.clone()));
        }
        let mut answer = if body.is_null() {
            request.send().await.unwrap()
        } else {
            request.send_json(&body).await.unwrap()
        };
        if let Some(cookie) = answer.headers().get("Set-Cookie") {
            self.cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        }
        let bytes = answer.body().limit(8 << 20).await.unwrap();
        (answer.status().as_u16(), serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    pub async fn get(&mut self, path: &str) -> Value {
        let (status, answer) = self.call("GET", path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub async fn log_in(&mut self) {
        self.log_in_as("erika").await;
    }

    pub async fn log_in_as(&mut self, customer: &str) {
        let (status, _) = self.call("POST", "/login/start", json!({"customer": customer})).await;
        assert_eq!(status, 200);
        let passphrase = self.get("/config").await["passphrase"].clone();
        let (status, answer) = self.call("POST", "/login", json!({"passphrase": passphrase})).await;
        assert_eq!((status, &answer["me"]["signed_in"]), (200, &json!(true)));
    }
}

pub async fn open_bank(folder: &tempfile::TempDir) -> Demo {
    let mut settings = Settings::default();
    settings.server.listen.set_port(0);
    settings.server.workers = 1;
    settings.enrolment.interval_ms = 100;
    settings.store.data_folder = folder.path().to_owned();
    let demo = demo::start(settings).await.unwrap();
    demo.enrol_customers().await.unwrap();
    demo
}

/// Plays a recording until the band is what is waited for, or the time is over; the last answer.
pub async fn play(browser: &mut Browser, stream: &str, keys: u64, enough: impl Fn(&Value) -> bool) -> Value {
    let (status, _) = browser.call("POST", "/replay", json!({"stream": stream, "speed": 8})).await;
    assert_eq!(status, 202);
    let started = Instant::now();
    loop {
        tokio::time::sleep(Duration::from_millis(250)).await;
        let risk = browser.get("/risk").await;
        let played = browser.get("/replay").await["keys"].as_u64().unwrap();
        if enough(&risk) || played > keys || started.elapsed() > Duration::from_secs(60) {
            return risk;
        }
    }
}
