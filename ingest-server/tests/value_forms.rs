//! The forms of values over REST, rewrapping, erasure, readiness, and what is refused how.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first fault")]

mod support;

use palet_mask::FieldClass;
use palet_obfuscation::keys::{KeyProvider, KeyRing};
use palet_server::{
    access::{Scopes, issue_key},
    config::KeySettings,
    keys,
};
use palet_units::Micros;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use support::TestServer;

const MASK: &str = "/api/v1/obfuscation/mask";
const REWRAP: &str = "/api/v1/obfuscation/rewrap";
const IBAN: &str = "DE89370400440532013000";

async fn unmasker(server: &TestServer) -> String {
    let scopes = Scopes::parse("unmask").unwrap();
    let tenant = "bank".parse().unwrap();
    let key = issue_key(&*server.state.store, &tenant, "desk", scopes).await.unwrap();
    key.expose_secret().to_owned()
}

fn rotate(server: &TestServer, class: FieldClass) {
    let folder = &server.state.settings.store.data_folder;
    let folder = keys::open(&KeySettings::default(), folder).unwrap();
    let change = |ring: &mut KeyRing, provider: &dyn KeyProvider| {
        let key = ring.unlock(&"bank".parse().unwrap(), provider)?;
        ring.rotate(&key, class, Micros(1), &mut rand::rng())
    };
    folder.update(change).unwrap();
}

async fn mask(server: &TestServer, body: Value) -> Value {
    let (status, answer) = server.call("POST", MASK, Some(body)).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

#[actix_web::test]
async fn every_form_has_its_own_member_and_tells_its_key() {
    let server = TestServer::start().await;
    let forms = ["sealed", "deterministic", "random", "index", "fpe", "fpe-plain", "rot13"];
    let items: Vec<_> = forms
        .iter()
        .map(|form| json!({"reference": form, "class": "iban", "value": IBAN, "record": "r", "form": form}))
        .collect();
    let answer = mask(&server, json!({"items": items})).await;
    let items = answer["items"].as_array().unwrap();
    for (form, member, prefix) in [
        ("sealed", "sealed", "p1."),
        ("deterministic", "token", "d1."),
        ("random", "token", "r1."),
        ("index", "token", "i1."),
        ("fpe", "surrogate", "DE"),
        ("fpe-plain", "surrogate", "DE"),
    ] {
        let item = items.iter().find(|item| item["reference"] == form).unwrap();
        assert!(item[member].as_str().is_some_and(|text| text.starts_with(prefix)), "{item}");
        assert_eq!((&item["key_version"], &item["form"]), (&json!(1), &json!(form)));
        assert_eq!(item["display"], "DE••••••••••••••••3000");
    }
    assert_eq!((&answer["masked"], &items[6]["code"]), (&json!(6), &json!("form-unknown")));
    assert!(!answer.to_string().contains(IBAN));
    let ttl = mask(
        &server,
        json!({"ttl_s": 60, "items": [
            {"class": "iban", "value": IBAN, "form": "index"}, {"class": "iban", "value": IBAN},
        ]}),
    )
    .await;
    assert_eq!(ttl["items"][0]["code"], "ttl-not-for-form");
    assert_eq!(ttl["items"][1]["outcome"], "masked");
}

#[actix_web::test]
async fn rewrapping_follows_a_rotation_without_a_stop_and_doing_it_again_changes_nothing() {
    let server = TestServer::start_with(&[("PALET_KEYS__CHECK_INTERVAL_MS", "100")]).await;
    let key = unmasker(&server).await;
    let forms = ["sealed", "deterministic", "random", "fpe", "index"];
    let items: Vec<_> = forms
        .iter()
        .map(|form| json!({"reference": form, "class": "iban", "value": IBAN, "record": "r", "form": form}))
        .collect();
    let masked = mask(&server, json!({"items": items})).await;
    rotate(&server, FieldClass::Iban);
    for _ in 0..100 {
        let probe = mask(&server, json!({"items": [{"class": "iban", "value": IBAN}]})).await;
        if probe["items"][0]["key_version"] == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let text =
        |item: &Value| ["sealed", "token", "surrogate"].into_iter().find_map(|name| item.get(name).cloned());
    let again = |items: &[Value]| -> Vec<Value> {
        items
            .iter()
            .map(|item| {
                json!({"reference": item["reference"], "class": "iban", "record": "r",
                "text": text(item).or(item.get("text").cloned()), "key_version": item["key_version"],
                "form": item["reference"]})
            })
            .collect()
    };
    let mut batch = again(masked["items"].as_array().unwrap());
    batch.push(json!({"reference": "other", "class": "account", "record": "r", "text": batch[0]["text"]}));
    batch.push(json!({"reference": "garbage", "class": "iban", "text": "p1.AAAA"}));
    batch.push(json!({"reference": "no text", "class": "iban"}));
    batch.push(json!(7));
    let (status, moved) = server.call_as(&key, "POST", REWRAP, Some(json!({"items": batch}))).await;
    assert_eq!((status, &moved["rewrapped"], &moved["refused"]), (200, &json!(4), &json!(5)), "{moved}");
    let items = moved["items"].as_array().unwrap();
    for item in &items[..4] {
        assert_eq!((&item["outcome"], &item["key_version"]), (&json!("rewrapped"), &json!(2)), "{item}");
    }
    assert_eq!(items[4]["code"], "one-way");
    assert_eq!(
        (&items[5]["code"], &items[6]["code"]),
        (&json!("sealed-value-refused"), &json!("sealed-value-refused"))
    );
    assert_eq!(items[5]["detail"], items[6]["detail"], "a wrong class is not told from garbage");
    assert_eq!(
        (&items[7]["reference"], &items[7]["code"], &items[8]["code"]),
        (&json!("no text"), &json!("item-malformed"), &json!("item-malformed"))
    );
    let (_, current) = server.call_as(&key, "POST", REWRAP, Some(json!({"items": again(&items[..4])}))).await;
    for (item, before) in current["items"].as_array().unwrap().iter().zip(items) {
        assert_eq!((&item["outcome"], &item["text"]), (&json!("current"), &before["text"]), "{item}");
    }
    let (status, answer) = server.call("POST", REWRAP, Some(json!({"items": []}))).await;
    assert_eq!((status, answer["code"].as_str()), (403, Some("scope-missing")));
    let many: Vec<_> = (0..10_001).map(|_| json!({"class": "iban", "text": "x"})).collect();
    let (status, answer) = server.call_as(&key, "POST", REWRAP, Some(json!({"items": many}))).await;
    assert_eq!((status, answer["code"].as_str()), (422, Some("too-many-items")));
}

#[actix_web::test]
async fn erasing_a_subject_makes_its_values_unreadable() {
    let server = TestServer::start().await;
    let key = unmasker(&server).await;
    let body = json!({"subject": "ann", "items": [
        {"class": "iban", "value": IBAN, "record": "r"},
        {"class": "iban", "value": IBAN, "record": "r", "form": "random"},
    ]});
    let masked = mask(&server, body).await;
    let items = json!([
        {"class": "iban", "record": "r", "text": masked["items"][0]["sealed"]},
        {"class": "iban", "record": "r", "text": masked["items"][1]["token"]},
    ]);
    let body = || Some(json!({"subject": "ann", "items": items}));
    let (_, before) = server.call_as(&key, "POST", REWRAP, body()).await;
    assert_eq!(before["rewrapped"], 2, "{before}");
    let (status, _) = server.call("DELETE", "/api/v1/subjects/ann", None).await;
    assert_eq!(status, 204);
    // A new session gives the subject a new secret: it opens nothing of before.
    server.open("ann").await;
    let (_, after) = server.call_as(&key, "POST", REWRAP, body()).await;
    assert_eq!((&after["refused"], &after["items"][0]["code"]), (&json!(2), &json!("sealed-value-refused")));
}

#[actix_web::test]
async fn readiness_tells_when_the_ring_cannot_be_followed() {
    let settings = [("PALET_KEYS__CHECK_INTERVAL_MS", "100"), ("PALET_KEYS__OUTAGE_GRACE_S", "0")];
    let server = TestServer::start_with(&settings).await;
    let (status, answer) = server.call("GET", "/readyz", None).await;
    assert_eq!((status, &answer["keys"]), (200, &json!("ok")));
    let ring = server.state.settings.store.data_folder.join("keys/ring.sealed");
    let whole = std::fs::read(&ring).unwrap();
    std::fs::write(&ring, &whole[..whole.len() / 2]).unwrap();
    let wait_for = async |wanted: u16| {
        for _ in 0..100 {
            let (status, answer) = server.call("GET", "/readyz", None).await;
            if status == wanted {
                return answer;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("never {wanted}");
    };
    assert_eq!(wait_for(503).await["code"], "key-ring-refused");
    std::fs::write(&ring, whole).unwrap();
    assert_eq!(wait_for(200).await["keys"], "ok");
}

#[actix_web::test]
async fn a_body_that_is_too_large_or_no_json_has_its_code() {
    let server = TestServer::start_with(&[("PALET_LIMITS__MASK_BODY_BYTES_MAX", "1024")]).await;
    let long = json!({"items": [{"class": "iban", "value": "x".repeat(2_000)}]});
    let (status, answer) = server.call("POST", MASK, Some(long)).await;
    assert_eq!((status, answer["code"].as_str()), (413, Some("body-too-large")));
    let (status, answer) = server.call("POST", MASK, Some(json!({"items": [{"class": 7}]}))).await;
    assert_eq!((status, answer["code"].as_str()), (400, Some("body-malformed")));
    let sent = awc::Client::default()
        .post(server.url(MASK))
        .insert_header(("Authorization", format!("Bearer {}", server.key)))
        .content_type("text/plain")
        .send_body("{}")
        .await;
    assert_eq!(sent.unwrap().status().as_u16(), 415);
}
