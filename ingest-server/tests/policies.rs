//! Policies in a running server: staged beside the active one, promoted by a second person, brought back, read again
//! from their file, and told in each decision.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first fault")]

mod support;

use palet_client::Effect;
use palet_mask::{FieldClass, Level};
use palet_policy::DEFAULT_TOML;
use palet_server::{
    access::{Scopes, issue_key},
    live::{ShadowOutcome, rescore},
    synthetic::NativePage,
};
use palet_units::{Micros, SessionId, TenantId};
use palet_wire::{FieldDeclaration, FieldId, FieldSource};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::time::Duration;
use support::{SECOND, TestServer, hand, is_risk, type_keys};

struct Bank {
    server: TestServer,
    author: String,
    approver: String,
}

impl Bank {
    async fn open(overrides: &[(&str, &str)]) -> Self {
        Self::of(TestServer::start_with(overrides).await).await
    }

    async fn of(server: TestServer) -> Self {
        let author = key(&server, "bank", "policies promote audit").await;
        let approver = key(&server, "bank", "promote policies").await;
        Self { server, author, approver }
    }

    async fn post(&self, key: &str, path: &str, body: Value) -> (u16, Value) {
        self.server.call_as(key, "POST", &format!("/api/v1/policies/{path}"), Some(body)).await
    }

    async fn stage(&self, text: &str) -> Value {
        let (status, answer) =
            self.post(&self.author, "staged", json!({"person": "ada", "text": text})).await;
        assert_eq!(status, 201, "{}", answer["detail"]);
        answer
    }

    async fn standing(&self) -> Value {
        let (status, answer) = self.server.call_as(&self.author, "GET", "/api/v1/policies", None).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    async fn wait_standing(&self, holds: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..200 {
            let standing = self.standing().await;
            if holds(&standing) {
                return standing;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the policies never came to the state that was waited for: {}", self.standing().await);
    }

    async fn audit(&self, action: &str) -> Vec<Value> {
        let path = format!("/api/v1/audit?action={action}");
        let (status, answer) = self.server.call_as(&self.author, "GET", &path, None).await;
        assert_eq!(status, 200, "{answer}");
        answer["entries"].as_array().unwrap().clone()
    }
}

async fn key(server: &TestServer, tenant: &str, scopes: &str) -> String {
    let tenant: TenantId = tenant.parse().unwrap();
    let _ = server.state.store.insert_tenant(&tenant, Micros(1)).await;
    let scopes = Scopes::parse(scopes).unwrap();
    let key = issue_key(&*server.state.store, &tenant, "tests", scopes).await.unwrap();
    key.expose_secret().to_owned()
}

/// The shipped policy, but no customer sees anything, and no transfer is made.
fn strict() -> String {
    let field = "[[rule]]\nname = \"closed\"\nrole = [\"customer\", \"joint-holder\", \"delegate\"]\n\
                 purpose = \"display\"\nlevel = \"redact\"\n\n[[rule]]\n";
    let action =
        "[[action]]\nname = \"frozen\"\naction = \"submit-transfer\"\nverdict = \"deny\"\n\n[[action]]\n";
    DEFAULT_TOML
        .replacen("The policy that ships with PaLet", "Strict", 1)
        .replacen("[[rule]]\n", field, 1)
        .replacen("[[action]]\n", action, 1)
}

/// The level that a field is painted with next.
async fn next_level(page: &mut NativePage) -> Level {
    let effects = page.run(5 * SECOND, |effect| matches!(effect, Effect::Paint(_))).await;
    let mut painted = effects.iter().filter_map(|effect| match effect {
        Effect::Paint(directive) => Some(directive.level),
        _ => None,
    });
    painted.next_back().expect("a field that is painted")
}

async fn decide(bank: &Bank, session: &str) -> Value {
    let ask = json!({"session": session, "action": "submit-transfer", "context": "payment"});
    let (status, answer) = bank.server.call("POST", "/api/v1/risk/assess", Some(ask)).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

async fn decision(bank: &Bank, reference: &Value) -> palet_server::store::DecisionRecord {
    let (session, number) = reference.as_str().unwrap().split_once('-').unwrap();
    let (session, number): (SessionId, u64) = (session.parse().unwrap(), number.parse().unwrap());
    for _ in 0..100 {
        if let Some(decision) = bank.server.state.store.decision(session, number).await.unwrap() {
            return decision;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the decision was never written");
}

async fn promote(bank: &Bank, key: &str, person: &str, version: &str) -> (u16, Value) {
    bank.post(key, "promote", json!({"person": person, "version": version})).await
}

async fn refuses_whoever_may_not_promote(bank: &Bank, version: &str) {
    for (key, person, version, code) in [
        (&bank.approver, "ada", version, "policy-same-person"),
        (&bank.author, "ben", version, "policy-same-key"),
        (&bank.approver, "ben", "0011223344556677", "policy-unknown"),
    ] {
        let (status, answer) = promote(bank, key, person, version).await;
        assert_eq!((status, answer["code"].as_str()), (409, Some(code)));
    }
}

#[actix_web::test]
async fn a_staged_policy_answers_beside_the_active_one_and_takes_over_by_a_second_person() {
    let bank = Bank::open(&[]).await;
    let (session, token) = bank.server.open("s-1").await;
    let mut page = bank.server.live_page(&token).await;
    let mut typist = hand(1, 1);
    let before = decide(&bank, &session).await;
    assert!(decision(&bank, &before["reference"]).await.shadow.is_none());

    let text = strict();
    let staged = bank.stage(&text).await;
    let version = staged["version"].as_str().unwrap().to_owned();
    assert!(
        staged["changes"].as_array().unwrap().iter().any(|change| change["direction"] == "less open"),
        "{staged}"
    );
    type_keys(&mut page, &mut typist, 70);
    page.run(5 * SECOND, is_risk).await;
    let beside = decide(&bank, &session).await;
    assert_eq!(beside["decision"], "step-up", "the active one answers");
    let stored = decision(&bank, &beside["reference"]).await;
    let shadow: ShadowOutcome = postcard::from_bytes(&stored.shadow.unwrap()).unwrap();
    assert_eq!((shadow.policy.as_str(), shadow.verdict.as_deref()), (version.as_str(), Some("deny")));
    let standing = bank.standing().await;
    assert_eq!(
        (&standing["staged"]["version"], &standing["staged"]["author"]),
        (&json!(version), &json!("ada"))
    );
    assert!(standing["staged"]["differed"].as_u64().unwrap() >= 1, "{standing}");

    refuses_whoever_may_not_promote(&bank, &version).await;
    let (status, answer) = promote(&bank, &bank.approver, "ben", &version).await;
    assert_eq!((status, &answer["active"]), (200, &json!(version)));
    let after = decide(&bank, &session).await;
    assert_eq!((&after["decision"], &after["versions"]["policy"]), (&json!("deny"), &json!(version)));

    // Across a restart the same policy answers, and each decision is made again with its own.
    let last = after["reference"].as_str().unwrap().split_once('-').unwrap().1.parse::<u64>().unwrap();
    decision(&bank, &after["reference"]).await;
    drop(page);
    let bank = Bank::of(bank.server.restart().await).await;
    assert_eq!(bank.standing().await["active"]["version"], version.as_str());
    let policies = &bank.server.state.registry.tools().policies;
    for number in 1..=last {
        let rescored = rescore(&*bank.server.state.store, policies, session.parse().unwrap(), number).await;
        let rescored = rescored.unwrap().unwrap();
        let differ: Vec<_> = rescored.differences.iter().map(|difference| difference.what).collect();
        assert_eq!(differ, [""; 0], "decision {number}");
    }
    let (status, answer) = bank.post(&bank.approver, "rollback", json!({"person": "ben"})).await;
    assert_eq!((status, &answer["active"]), (200, &before["versions"]["policy"]));
    assert_eq!(decide(&bank, &session).await["decision"], "step-up");
    let (status, answer) = bank.post(&bank.approver, "rollback", json!({"person": "ben"})).await;
    assert_eq!((status, answer["code"].as_str()), (409, Some("policy-nothing-before")));

    let promoted = bank.audit("policy-promoted").await;
    let outcomes: Vec<_> = promoted.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["done", "refused", "refused", "refused"]);
    assert_eq!((&promoted[0]["person"], &promoted[0]["version"]), (&json!("ben"), &json!(version)));
    assert_eq!(
        (bank.audit("policy-staged").await.len(), bank.audit("policy-rolled-back").await.len()),
        (1, 2)
    );
}

#[actix_web::test]
async fn a_page_hears_of_another_policy_at_once() {
    let bank = Bank::open(&[]).await;
    let (session, token) = bank.server.open("s-1").await;
    let mut page = bank.server.live_page(&token).await;
    let items = json!({"session": session, "items": [{"class": "iban", "value": "DE02120300000000202051"}]});
    let (_, masked) = bank.server.call("POST", "/api/v1/obfuscation/mask", Some(items)).await;
    let sealed = masked["items"][0]["sealed"].as_str().unwrap().to_owned();
    let source = FieldSource::Sealed(sealed);
    let field = FieldDeclaration { id: FieldId(3), class: FieldClass::Iban, custom: None, source };
    let now = page.now();
    page.session.declare(vec![field], now);
    assert_eq!(next_level(&mut page).await, Level::Clear);
    let version = bank.stage(&strict()).await["version"].as_str().unwrap().to_owned();
    bank.post(&bank.approver, "promote", json!({"person": "ben", "version": version})).await;
    assert_eq!(next_level(&mut page).await, Level::Redact);
}

#[actix_web::test]
async fn a_decision_is_told_in_words() {
    let bank = Bank::open(&[]).await;
    let (session, token) = bank.server.open("s-1").await;
    let _page = bank.server.live_page(&token).await;
    let answer = decide(&bank, &session).await;
    let explanation = &answer["explanation"];
    assert_eq!(explanation["rule"], "not-trained-sensitive", "{answer}");
    assert_eq!(explanation["because"]["evidence"], "not-trained");
    assert!(explanation["line"].as_u64().unwrap() > 1);
    let otherwise = explanation["otherwise"].as_array().unwrap();
    assert!(otherwise.iter().any(|other| other["key"] == "mfa" && other["decision"] == "allow"), "{answer}");
    assert_eq!(bank.server.assess(&session).await["explanation"], Value::Null);
}

#[actix_web::test]
async fn what_is_no_policy_is_refused_with_its_place_and_its_own_code() {
    let bank = Bank::open(&[]).await;
    let before = bank.standing().await;
    let unknown = DEFAULT_TOML.replacen("class = \"pan\"", "class = \"pam\"", 1);
    let open = DEFAULT_TOML.replacen(
        "band = \"high\"\nmfa = \">=fresh\"\nlevel = \"redact\"",
        "band = \"high\"\nmfa = \">=fresh\"\nlevel = \"clear\"",
        1,
    );
    let cases = [
        (unknown, 422, "policy-unknown-name"),
        ("title = \"x".into(), 422, "policy-syntax"),
        (open, 422, "policy-not-monotone"),
        ("x".repeat(300 * 1024), 422, "policy-too-long"),
        ("x".repeat(10 * 1024 * 1024), 413, "policy-too-long"),
    ];
    for (text, status, code) in cases {
        for path in ["staged", "check"] {
            let body = json!({"person": "ada", "text": text});
            let (got, answer) = bank.post(&bank.author, path, body).await;
            assert_eq!((got, answer["code"].as_str()), (status, Some(code)), "{}", answer["detail"]);
            if code == "policy-unknown-name" {
                let fault = &answer["faults"][0];
                let words = fault["message"].as_str().unwrap();
                assert!(words.contains("pam") && fault["line"].as_u64().unwrap() > 1, "{fault}");
                assert!(
                    fault["column"].as_u64().unwrap() > 1 && answer["report"].as_str().unwrap().contains("^")
                );
            }
        }
    }
    assert_eq!(bank.standing().await, before, "nothing of it left a mark");
    let (status, answer) =
        bank.post(&bank.author, "staged", json!({"person": "ada", "text": DEFAULT_TOML})).await;
    assert_eq!((status, answer["code"].as_str()), (409, Some("policy-unchanged")));
    let (status, answer) = bank.server.call("GET", "/api/v1/policies", None).await;
    assert_eq!((status, answer["code"].as_str()), (403, Some("scope-missing")));
}

#[actix_web::test]
async fn a_tenants_policy_is_nobody_elses() {
    let bank = Bank::open(&[]).await;
    let other = key(&bank.server, "other", "policies promote").await;
    let version = bank.stage(&strict()).await["version"].as_str().unwrap().to_owned();
    let (_, seen) = bank.server.call_as(&other, "GET", "/api/v1/policies", None).await;
    assert_eq!(seen["staged"], Value::Null);
    let (status, _) = bank.server.call_as(&other, "GET", &format!("/api/v1/policies/{version}"), None).await;
    assert_eq!(status, 404);
    let (status, answer) = bank.post(&other, "promote", json!({"person": "eve", "version": version})).await;
    assert_eq!((status, answer["code"].as_str()), (409, Some("policy-nothing-staged")));
    let (status, text) =
        bank.server.call_as(&bank.author, "GET", &format!("/api/v1/policies/{version}"), None).await;
    assert_eq!((status, text["text"].as_str()), (200, Some(strict().as_str())));
    let (status, _) = bank.post(&bank.author, "withdraw", json!({"person": "ada", "version": version})).await;
    assert_eq!((status, &bank.standing().await["staged"]), (200, &Value::Null));
}

#[actix_web::test]
async fn a_changed_file_waits_and_a_broken_one_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml");
    std::fs::write(&file, DEFAULT_TOML).unwrap();
    let path = file.display().to_string();
    let overrides = [("PALET_POLICY__FILE", path.as_str()), ("PALET_POLICY__WATCH_MS", "50")];
    let bank = Bank::open(&overrides).await;
    let before = bank.standing().await;

    std::fs::write(&file, "[[rule]]\nclass = \"pam\"\n").unwrap();
    for _ in 0..200 {
        if bank.server.state.metrics.policy_files_refused.get() > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(bank.server.state.metrics.policy_files_refused.get(), 1);
    assert_eq!(bank.standing().await, before);

    std::fs::write(&file, strict()).unwrap();
    let waits = bank.wait_standing(|standing| standing["staged"]["title"] == "Strict").await;
    assert_eq!((&waits["active"], &waits["staged"]["author"]), (&before["active"], &json!("file")));
    let version = waits["staged"]["version"].clone();
    // One person is enough beside whoever changed the file.
    let (status, _) =
        bank.post(&bank.approver, "promote", json!({"person": "ben", "version": version})).await;
    assert_eq!(status, 200);

    // A change while the server is down waits as well; with "activate" it answers at once.
    let other = key(&bank.server, "other", "policies").await;
    let bank = Bank::of(bank.server.restart_with(&overrides).await).await;
    assert_eq!(bank.standing().await["active"]["version"], version);
    let (_, seen) = bank.server.call_as(&other, "GET", "/api/v1/policies", None).await;
    assert_eq!((&seen["active"], &seen["staged"]["title"]), (&before["active"], &json!("Strict")));
    let activate =
        [overrides[0], ("PALET_POLICY__FILE_CHANGES", "activate"), ("PALET_POLICY__WATCH_MS", "50")];
    std::fs::write(&file, strict().replacen("\"Strict\"", "\"Stricter\"", 1)).unwrap();
    let bank = Bank::of(bank.server.restart_with(&activate).await).await;
    let (_, seen) = bank.server.call_as(&other, "GET", "/api/v1/policies", None).await;
    assert_eq!(seen["active"]["title"], "Stricter");
    assert_eq!(bank.standing().await["active"]["version"], version, "who has a policy of its own keeps it");
}
