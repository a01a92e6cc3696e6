//! Passkeys at the demonstration bank: what proves who is here, and what does not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first fault")]

#[path = "support/authenticator.rs"]
mod authenticator;
#[path = "support/bank.rs"]
mod bank;

use authenticator::Authenticator;
use bank::{Browser, open_bank, play};
use palet_server::demo::Demo;
use serde_json::{Value, json};

/// Enough for the bank to hear the owner's own hands.
const KEYS_HEARD: u64 = 400;

/// A customer at the name under which passkeys work, whose own hands were heard.
async fn owner_at_the_bank(demo: &Demo, customer: &str) -> Browser {
    let mut browser = Browser::new(demo);
    browser.origin = demo.named_address();
    browser.log_in_as(customer).await;
    let risk = play(&mut browser, "owner", KEYS_HEARD, |risk| risk["decision"] == "allow").await;
    assert_eq!((risk["band"].as_str(), risk["decision"].as_str()), (Some("calm"), Some("allow")), "{risk}");
    browser
}

async fn register(browser: &mut Browser, key: &Authenticator) -> (u16, Value) {
    let (status, asked) = browser.call("POST", "/passkeys/start", json!({})).await;
    if status != 200 {
        return (status, asked);
    }
    browser.call("POST", "/passkeys/finish", key.make(&asked["options"])).await
}

async fn ask(browser: &mut Browser) -> Value {
    let (status, asked) =
        browser.call("POST", "/step-up/start", json!({"reference": "d-1", "way": "passkey"})).await;
    assert_eq!(status, 202, "{asked}");
    asked
}

async fn verify(browser: &mut Browser, asked: &Value, assertion: &Value) -> (u16, String) {
    let body = json!({"step_up": asked["step_up"], "assertion": assertion});
    let (status, answer) = browser.call("POST", "/step-up/verify", body).await;
    (status, answer["code"].as_str().unwrap_or_default().to_owned())
}

async fn is_proved(browser: &mut Browser) -> bool {
    browser.get("/me").await["step_up_passed_at_ms"].is_u64()
}

#[actix_web::test]
async fn a_passkey_is_made_and_proves_who_is_here_once() {
    let folder = tempfile::tempdir().unwrap();
    let demo = open_bank(&folder).await;
    let mut browser = owner_at_the_bank(&demo, "erika").await;
    let mut key = Authenticator::new(&demo.named_address().unwrap());
    let (status, kept) = register(&mut browser, &key).await;
    assert_eq!((status, &kept["passkeys"]), (201, &json!(1)), "{kept}");
    assert_eq!(browser.get("/me").await["passkeys"]["count"], 1);

    let asked = ask(&mut browser).await;
    let answer = key.answer(&asked["options"]);
    assert!(!is_proved(&mut browser).await);
    assert_eq!(verify(&mut browser, &asked, &answer).await, (200, String::new()));
    assert!(is_proved(&mut browser).await);
    assert_eq!(
        verify(&mut browser, &asked, &answer).await,
        (410, "challenge-ended".into()),
        "answered twice"
    );

    assert_eq!(register(&mut browser, &key).await.0, 403, "a key that this customer has");
    let mut other = owner_at_the_bank(&demo, "jan").await;
    let (_, again) = register(&mut other, &key).await;
    assert_eq!(again["code"], "passkey-known", "a key that another customer has");
}

#[actix_web::test]
async fn what_is_no_proof_is_refused_and_ends_the_question() {
    let folder = tempfile::tempdir().unwrap();
    let demo = open_bank(&folder).await;
    let mut browser = owner_at_the_bank(&demo, "erika").await;
    let here = demo.named_address().unwrap();
    let mut key = Authenticator::new(&here);
    key.origin = "http://localhost.attacker.example".into();
    assert_eq!(register(&mut browser, &key).await.0, 403, "made for another site");
    key.origin = here.clone();
    key.verifies = false;
    assert_eq!(register(&mut browser, &key).await.0, 403, "made without finger, face or PIN");
    key.verifies = true;
    assert_eq!(register(&mut browser, &key).await.0, 201);

    type Lie = (&'static str, fn(&mut Authenticator, &mut Value));
    let lies: [Lie; 5] = [
        ("another origin", |key, _| key.origin = "http://localhost:1".into()),
        ("another host", |key, _| key.host = "bank.example".into()),
        ("nobody verified", |key, _| key.verifies = false),
        ("a counter that stands", |key, _| key.counter = 0),
        ("another challenge", |_, options| {
            options["challenge"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into()
        }),
    ];
    for (what, lie) in lies {
        let counter = key.counter;
        let asked = ask(&mut browser).await;
        let mut options = asked["options"].clone();
        lie(&mut key, &mut options);
        let lied = key.answer(&options);
        assert_eq!(verify(&mut browser, &asked, &lied).await, (403, "passkey-refused".into()), "{what}");
        (key.origin, key.host, key.verifies, key.counter) =
            (here.clone(), "localhost".into(), true, counter + 1);
        let honest = key.answer(&asked["options"]);
        assert_eq!(verify(&mut browser, &asked, &honest).await.0, 410, "{what}: the question stays open");
    }
    let mut stranger = Authenticator::new(&here);
    let asked = ask(&mut browser).await;
    let forged = stranger.answer(&asked["options"]);
    assert_eq!(verify(&mut browser, &asked, &forged).await.0, 403, "a key of nobody");
    assert!(!is_proved(&mut browser).await);
}

#[actix_web::test]
async fn a_question_belongs_to_its_visit_and_is_closed_by_a_cancel() {
    let folder = tempfile::tempdir().unwrap();
    let demo = open_bank(&folder).await;
    let mut browser = owner_at_the_bank(&demo, "erika").await;
    let mut key = Authenticator::new(&demo.named_address().unwrap());
    assert_eq!(register(&mut browser, &key).await.0, 201);

    let mut other = owner_at_the_bank(&demo, "erika").await;
    let asked = ask(&mut browser).await;
    let answer = key.answer(&asked["options"]);
    assert_eq!(verify(&mut other, &asked, &answer).await.0, 410, "another visit's question");
    let (status, _) = browser.call("POST", "/step-up/cancel", json!({"step_up": asked["step_up"]})).await;
    assert_eq!(status, 204);
    assert_eq!(verify(&mut browser, &asked, &answer).await.0, 410, "cancelled");
    assert!(!is_proved(&mut browser).await && !is_proved(&mut other).await);

    browser.origin = None;
    let (status, elsewhere) =
        browser.call("POST", "/step-up/start", json!({"reference": "d-1", "way": "passkey"})).await;
    assert_eq!(
        (status, elsewhere["code"].as_str()),
        (409, Some("passkey-elsewhere")),
        "at an address of numbers"
    );
    assert_eq!(elsewhere["address"], demo.named_address().unwrap());
}

#[actix_web::test]
async fn whoever_is_in_doubt_registers_no_passkey() {
    let folder = tempfile::tempdir().unwrap();
    let demo = open_bank(&folder).await;
    let mut browser = owner_at_the_bank(&demo, "erika").await;
    let key = Authenticator::new(&demo.named_address().unwrap());
    let risk = play(&mut browser, "stranger", 900, |risk| risk["band"] != "calm").await;
    assert_ne!(risk["band"], "calm", "{risk}");
    let (status, refused) = register(&mut browser, &key).await;
    assert_eq!((status, refused["code"].as_str()), (403, Some("step-up-required")), "{refused}");
    assert!(refused["reference"].is_string());
    let (status, none) =
        browser.call("POST", "/step-up/start", json!({"reference": "d-1", "way": "passkey"})).await;
    assert_eq!((status, none["code"].as_str()), (409, Some("passkey-none")));
}
