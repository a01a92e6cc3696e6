//! The demonstration bank, as its pages use it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first fault")]

use palet_server::{
    config::Settings,
    demo::{self, Demo},
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

struct Browser {
    client: awc::Client,
    root: String,
    cookie: String,
}

impl Browser {
    fn new(demo: &Demo) -> Self {
        let client = awc::Client::builder().timeout(Duration::from_secs(20)).finish();
        Self { client, root: format!("http://{}", demo.address()), cookie: String::new() }
    }

    async fn call(&mut self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/bank/api{path}", self.root);
        let request =
            self.client.request(method.parse().unwrap(), url).insert_header(("Cookie", self.cookie.clone()));
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

    async fn get(&mut self, path: &str) -> Value {
        let (status, answer) = self.call("GET", path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    async fn log_in(&mut self) {
        let (status, _) = self.call("POST", "/login/start", json!({"customer": "erika"})).await;
        assert_eq!(status, 200);
        let passphrase = self.get("/config").await["passphrase"].clone();
        let (status, answer) = self.call("POST", "/login", json!({"passphrase": passphrase})).await;
        assert_eq!((status, &answer["me"]["signed_in"]), (200, &json!(true)));
    }
}

async fn open_bank(folder: &tempfile::TempDir) -> Demo {
    let mut settings = Settings::default();
    settings.server.listen.set_port(0);
    settings.server.workers = 1;
    settings.enrolment.interval_ms = 100;
    settings.store.data_folder = folder.path().to_owned();
    let demo = demo::start(settings).await.unwrap();
    demo.enrol_customers().await.unwrap();
    demo
}

#[actix_web::test]
async fn the_bank_opens_with_enrolled_customers_and_shows_sealed_values_only() {
    let folder = tempfile::tempdir().unwrap();
    let demo = open_bank(&folder).await;
    let mut browser = Browser::new(&demo);
    let customers = browser.get("/customers").await;
    for customer in customers["customers"].as_array().unwrap() {
        assert_eq!(customer["enrolled"], true, "{customer}");
    }
    let (status, answer) = browser.call("GET", "/accounts", Value::Null).await;
    assert_eq!((status, answer["code"].as_str()), (401, Some("not-signed-in")));
    browser.log_in().await;
    let enrolment = browser.get("/enrolment").await;
    for modality in ["keys", "pointer", "fixed_text"] {
        assert_eq!(enrolment[modality]["trained"], true, "{modality}: {enrolment}");
    }
    let accounts = browser.get("/accounts").await;
    let iban = &accounts["accounts"][0]["iban"];
    assert!(iban["sealed"].as_str().unwrap().starts_with("p1."));
    assert!(iban["display"].as_str().unwrap().contains('•'));
    let cards = browser.get("/cards").await;
    assert!(
        !cards.to_string().contains("400000")
            || cards["cards"][0]["pan"]["display"].as_str().unwrap().contains('•')
    );
}

#[actix_web::test]
async fn a_transfer_goes_through_after_the_phones_code() {
    let folder = tempfile::tempdir().unwrap();
    let demo = open_bank(&folder).await;
    let mut browser = Browser::new(&demo);
    browser.log_in().await;
    let order = json!({"from": "acc-1", "to_name": "Corner Grocery", "to_iban": "GB82 WEST 1234 5698 7654 32",
        "amount": "12.50", "description": "thanks", "reference": null});
    let (status, answer) = browser.call("POST", "/transfers", order.clone()).await;
    assert_eq!((status, answer["code"].as_str()), (403, Some("step-up-required")), "{answer}");
    let start = json!({"reference": answer["reference"]});
    let (_, started) = browser.call("POST", "/step-up/start", start).await;
    let verify = |code: &str| json!({"step_up": started["step_up"], "code": code});
    let (status, wrong) = browser.call("POST", "/step-up/verify", verify("0")).await;
    assert_eq!((status, &wrong["tries_left"]), (403, &json!(2)));
    let code = browser.get("/phone").await["messages"][0]["code"].as_str().unwrap().to_owned();
    let (status, _) = browser.call("POST", "/step-up/verify", verify(&code)).await;
    assert_eq!(status, 200);
    let (status, answer) = browser.call("POST", "/transfers", order).await;
    assert_eq!((status, answer["transfer"]["state"].as_str()), (201, Some("booked")), "{answer}");
    let mut bad =
        json!({"from": "acc-1", "to_name": "A", "to_iban": "DE00", "amount": "1", "reference": null});
    let (status, answer) = browser.call("POST", "/transfers", bad.clone()).await;
    assert_eq!((status, answer["code"].as_str()), (422, Some("iban-invalid")));
    bad["to_iban"] = "GB82WEST12345698765432".into();
    bad["amount"] = "-1".into();
    let (_, answer) = browser.call("POST", "/transfers", bad).await;
    assert_eq!(answer["code"], "amount-invalid");
}

/// Plays a recording until the band is what is waited for, or the time is over; the last answer.
async fn play(browser: &mut Browser, stream: &str, keys: u64, enough: impl Fn(&Value) -> bool) -> Value {
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

#[actix_web::test]
async fn a_bot_is_denied_and_the_owner_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let demo = open_bank(&folder).await;
    let mut browser = Browser::new(&demo);
    browser.log_in().await;
    let owner = play(&mut browser, "owner", 150, |_| false).await;
    assert_eq!(
        (owner["band"].as_str(), owner["decision"].as_str()),
        (Some("calm"), Some("allow")),
        "{owner}"
    );
    let bot = play(&mut browser, "bot", 800, |risk| risk["band"] == "severe").await;
    assert_eq!((bot["band"].as_str(), bot["decision"].as_str()), (Some("severe"), Some("deny")), "{bot}");
    assert_eq!(browser.call("DELETE", "/replay", Value::Null).await.0, 204);
}
