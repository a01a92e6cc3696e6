//! The demonstration bank, as its pages use it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first fault")]

#[path = "support/bank.rs"]
mod bank;

use bank::{Browser, open_bank, play};
use serde_json::{Value, json};

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
    let start = json!({"reference": answer["reference"], "way": "code"});
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
