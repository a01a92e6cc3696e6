//! Reading masked values over REST: who may, how much, with whom, and what trace it leaves. The attack table.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first fault")]

mod support;

use palet_server::{
    access::{Scopes, issue_key},
    audit::verify,
};
use palet_units::{Micros, TenantId};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use support::TestServer;

const IBAN: &str = "DE02120300000000202051";
const UNMASK: &str = "/api/v1/obfuscation/unmask";

/// A bank with a key for each kind of work.
struct Bank {
    server: TestServer,
    desk: String,
    second: String,
    auditor: String,
}

impl Bank {
    async fn open(overrides: &[(&str, &str)]) -> Self {
        Self::of(TestServer::start_with(overrides).await).await
    }

    async fn of(server: TestServer) -> Self {
        let desk = key(&server, "bank", "unmask break-glass").await;
        let second = key(&server, "bank", "approve unmask").await;
        let auditor = key(&server, "bank", "audit").await;
        Self { server, desk, second, auditor }
    }

    /// Sealed values of one class, a record each: `account-0`, `account-1`, …
    async fn seal(&self, class: &str, values: &[&str], session: Option<&str>) -> Vec<String> {
        let items: Vec<_> = values
            .iter()
            .enumerate()
            .map(|(at, value)| json!({"class": class, "value": value, "record": format!("account-{at}")}))
            .collect();
        let mut body = json!({"items": items});
        if let Some(session) = session {
            body["session"] = session.into();
        }
        let (status, answer) = self.server.call("POST", "/api/v1/obfuscation/mask", Some(body)).await;
        assert_eq!(status, 200, "{answer}");
        answer["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["sealed"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn ask_as(&self, key: &str, name: &str, body: &Value) -> (u16, Value) {
        let mut answer = awc::Client::default()
            .post(self.server.url(UNMASK))
            .insert_header(("Authorization", format!("Bearer {key}")))
            .insert_header(("Idempotency-Key", name))
            .send_json(body)
            .await
            .unwrap();
        let bytes = answer.body().limit(64 << 20).await.unwrap();
        (answer.status().as_u16(), serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    async fn ask(&self, name: &str, body: &Value) -> Value {
        let (status, answer) = self.ask_as(&self.desk, name, body).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    async fn audit(&self, query: &str) -> Vec<Value> {
        let path = format!("/api/v1/audit?limit=1000&{query}");
        let (status, answer) = self.server.call_as(&self.auditor, "GET", &path, None).await;
        assert_eq!(status, 200, "{answer}");
        answer["entries"].as_array().unwrap().clone()
    }

    /// The whole log on the disk: it verifies, and holds none of these texts.
    fn check_log(&self, clear: &[&str]) {
        let folder = self.server.folder().join("audit");
        let report = verify(&folder, &[self.server.state.audit.public_key()], &[]).unwrap();
        assert_eq!(report.faults, []);
        let mut text = String::new();
        for entry in std::fs::read_dir(&folder).unwrap() {
            text += &std::fs::read_to_string(entry.unwrap().path()).unwrap();
        }
        for value in clear {
            assert!(!text.contains(value), "{value} is in the audit log");
        }
    }
}

async fn key(server: &TestServer, tenant: &str, scopes: &str) -> String {
    let tenant: TenantId = tenant.parse().unwrap();
    let _ = server.state.store.insert_tenant(&tenant, Micros(1)).await;
    let scopes = Scopes::parse(scopes).unwrap();
    let key = issue_key(&*server.state.store, &tenant, "tests", scopes).await.unwrap();
    key.expose_secret().to_owned()
}

fn clerk(mfa_age_s: u64) -> Value {
    json!({"person": "clerk-17", "role": "clerk", "channel": "call-centre", "mfa_age_s": mfa_age_s})
}

fn supervisor(person: &str) -> Value {
    json!({"person": person, "role": "supervisor", "channel": "branch", "mfa_age_s": 60})
}

fn item(sealed: &str) -> Value {
    json!({"reference": "r", "class": "iban", "sealed": sealed, "record": "account-0", "subject": "s-1"})
}

fn support_call(items: &Value) -> Value {
    json!({"acting_for": clerk(60), "purpose": "support", "reason": "customer asks for their account", "items": items})
}

fn legal(person: &str, items: &Value) -> Value {
    json!({"acting_for": supervisor(person), "purpose": "legal-request", "reason": "order of the court 4 K 17", "items": items})
}

fn outcome(answer: &Value) -> (&str, &str) {
    let item = &answer["items"][0];
    (item["outcome"].as_str().unwrap(), item["code"].as_str().unwrap_or_default())
}

#[actix_web::test]
async fn a_clerk_reads_what_the_policy_lets_and_leaves_a_trace() {
    let bank = Bank::open(&[]).await;
    let sealed = bank.seal("iban", &[IBAN], None).await;
    let mut body = support_call(&json!([item(&sealed[0])]));
    body["reason"] = json!("call about DE02 1203 0000 0000 2020 51, phone 0171 2345678");
    let answer = bank.ask("call-1", &body).await;
    let read = &answer["items"][0];
    assert_eq!((&read["outcome"], &read["level"]), (&json!("released"), &json!("partial")), "{answer}");
    assert_eq!((&read["rule"], &read["expires_in_s"]), (&json!("clerk-support"), &json!(60)));
    let shown = read["value"].as_str().unwrap();
    assert!(shown.starts_with("DE") && !shown.contains("20300000"), "{shown}");

    let lines = bank.audit("action=unmask").await;
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    for (name, text) in [
        ("outcome", "done"),
        ("person", "clerk-17"),
        ("role", "clerk"),
        ("purpose", "support"),
        ("class", "iban"),
        ("level", "partial"),
        ("rule", "clerk-support"),
        ("mfa", "fresh"),
        ("subject", "s-1"),
        ("request", "call-1"),
    ] {
        assert_eq!(line[name], text, "{name} in {line}");
    }
    assert!(line["reason"].as_str().unwrap().starts_with("call about ["), "{line}");
    bank.check_log(&[IBAN, "1203 0000", "2345678", "account-0", sealed[0].as_str()]);
}

#[actix_web::test]
async fn a_sealed_value_opens_for_nothing_but_its_own_binding_and_every_cause_looks_alike() {
    let bank = Bank::open(&[]).await;
    let (session, _) = bank.server.open("s-1").await;
    let (other_session, _) = bank.server.open("s-2").await;
    let bound = bank.seal("iban", &[IBAN], Some(&session)).await.remove(0);
    let loose = bank.seal("iban", &[IBAN], None).await.remove(0);
    let mut altered = loose.clone();
    altered.replace_range(60..61, if &altered[60..61] == "A" { "B" } else { "A" });
    let with = |sealed: &str, change: &dyn Fn(&mut Value)| {
        let mut body = support_call(&json!([item(sealed)]));
        change(&mut body);
        body
    };
    let attacks = [
        ("another class", with(&loose, &|body| body["items"][0]["class"] = json!("account"))),
        ("another record", with(&loose, &|body| body["items"][0]["record"] = json!("account-1"))),
        ("another session", with(&bound, &|body| body["session"] = json!(other_session))),
        ("no session", with(&bound, &|_| {})),
        ("an altered byte", with(&altered, &|_| {})),
        ("garbage", with("p1.AAAA", &|_| {})),
        ("nothing", with("", &|_| {})),
    ];
    let mut seen = Vec::new();
    for (at, (what, body)) in attacks.iter().enumerate() {
        let answer = bank.ask(&format!("attack-{at}"), body).await;
        assert_eq!(outcome(&answer), ("refused", "sealed-value-refused"), "{what}");
        seen.push(answer["items"][0].clone());
    }
    // Another tenant, whose clerk shows this one's value.
    let foreign = key(&bank.server, "other", "unmask").await;
    let (_, answer) = bank.ask_as(&foreign, "attack-t", &with(&loose, &|_| {})).await;
    seen.push(answer["items"][0].clone());
    // Another deployment: its keys are others, as after the destruction of this one's.
    let elsewhere = Bank::open(&[]).await;
    let answer = elsewhere.ask("attack-k", &with(&loose, &|_| {})).await;
    seen.push(answer["items"][0].clone());
    assert!(seen.iter().all(|item| *item == seen[0]), "a wrong key can be told from a wrong token: {seen:?}");

    let good = bank.ask("good", &with(&bound, &|body| body["session"] = json!(session))).await;
    assert_eq!(outcome(&good).0, "released");
    assert_eq!(bank.audit("action=unmask").await.len(), attacks.len() + 1);
    bank.check_log(&[IBAN]);
}

#[actix_web::test]
async fn what_is_missing_is_told_by_its_own_code_and_is_in_the_log() {
    let bank = Bank::open(&[]).await;
    let sealed = bank.seal("iban", &[IBAN], None).await;
    let good = support_call(&json!([item(&sealed[0])]));
    let without = |name: &str| {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(name);
        body
    };
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    let many: Vec<_> = (0..10_001).map(|_| json!({"class": "iban", "sealed": "p1."})).collect();
    let cases = [
        (without("reason"), "reason-missing"),
        (with("reason", json!("   ")), "reason-missing"),
        (with("reason", json!("short")), "reason-malformed"),
        (without("purpose"), "purpose-missing"),
        (with("purpose", json!("curiosity")), "purpose-unknown"),
        (with("items", json!(many)), "too-many-items"),
    ];
    for (at, (body, code)) in cases.iter().enumerate() {
        let (status, answer) = bank.ask_as(&bank.desk, &format!("m-{at}"), body).await;
        assert_eq!((status, answer["code"].as_str()), (422, Some(*code)));
    }
    let customer = with("acting_for", json!({"person": "c-1", "role": "customer"}));
    let (status, answer) = bank.ask_as(&bank.desk, "m-c", &customer).await;
    assert_eq!((status, answer["code"].as_str()), (422, Some("session-missing")));
    let refused = bank.audit("action=unmask").await;
    let codes: Vec<_> = refused.iter().rev().map(|line| line["code"].as_str().unwrap()).collect();
    let mut expected: Vec<_> = cases.iter().map(|(_, code)| *code).collect();
    expected.push("session-missing");
    assert_eq!(codes, expected);

    let (status, answer) = bank.server.call_as(&bank.desk, "POST", UNMASK, Some(good.clone())).await;
    assert_eq!((status, answer["code"].as_str()), (422, Some("idempotency-missing")));
    let (status, answer) = bank.ask_as(&bank.server.key, "m-s", &good).await;
    assert_eq!((status, answer["code"].as_str()), (403, Some("scope-missing")));
    let odd = with("acting_for", json!({"person": "a b", "role": "clerk"}));
    let (status, answer) = bank.ask_as(&bank.desk, "m-p", &odd).await;
    assert_eq!((status, answer["code"].as_str()), (422, Some("person-malformed")));
}

#[actix_web::test]
async fn an_old_authentication_is_answered_with_a_step_up_and_a_secret_class_never() {
    let bank = Bank::open(&[]).await;
    let sealed = bank.seal("iban", &[IBAN], None).await;
    let mut body = support_call(&json!([item(&sealed[0])]));
    body["acting_for"] = clerk(10 * 3_600);
    let answer = bank.ask("old", &body).await;
    assert_eq!(outcome(&answer), ("step-up", "step-up-needed"));
    body["acting_for"]["step_up_age_s"] = json!(5);
    assert_eq!(outcome(&bank.ask("proved", &body).await).0, "released");

    let mut secret = support_call(&json!([item(&sealed[0])]));
    for class in ["cvv", "pin", "otp", "password"] {
        secret["items"][0]["class"] = json!(class);
        assert_eq!(outcome(&bank.ask(&format!("s-{class}"), &secret).await), ("refused", "secret-class"));
    }
    let mut other = support_call(&json!([item(&sealed[0])]));
    other["purpose"] = json!("audit");
    let answer = bank.ask("other-purpose", &other).await;
    assert_eq!(outcome(&answer), ("refused", "policy-refused"));
}

#[actix_web::test]
async fn each_item_has_its_own_outcome_and_ten_thousand_are_answered_in_order() {
    let bank = Bank::open(&[("PALET_UNMASK__SERVICE_PER_H", "20000")]).await;
    let values: Vec<String> = (0..9_998).map(|n| format!("{n:08}")).collect();
    let sealed = bank.seal("account", &values.iter().map(String::as_str).collect::<Vec<_>>(), None).await;
    let mut items: Vec<_> = sealed
        .iter()
        .enumerate()
        .map(|(at, sealed)| {
            let record = format!("account-{at}");
            json!({"reference": format!("r-{at}"), "class": "account", "sealed": sealed, "record": record})
        })
        .collect();
    items.insert(5_000, json!({"reference": "odd", "class": "shoe-size", "sealed": "p1."}));
    items.push(json!({"reference": "x".repeat(200), "class": "account", "sealed": "p1."}));
    let service = json!({"person": "payments", "role": "service", "channel": "api"});
    let body = json!({"acting_for": service, "purpose": "payment", "reason": "clearing run of today", "items": items});
    let answer = bank.ask("run", &body).await;
    let outcomes = answer["items"].as_array().unwrap();
    assert_eq!((outcomes.len(), &answer["released"]), (10_000, &json!(9_998)));
    assert_eq!(
        (&outcomes[5_000]["reference"], &outcomes[5_000]["code"]),
        (&json!("odd"), &json!("class-unknown"))
    );
    assert_eq!(outcomes[9_999]["code"], "reference-malformed");
    assert_eq!((&outcomes[7]["reference"], &outcomes[7]["value"]), (&json!("r-7"), &json!("00000007")));
    assert_eq!(outcomes[9_998]["value"], "00009997");
    bank.check_log(&["\"00000007\""]);
}

#[actix_web::test]
async fn what_is_wrong_with_one_item_harms_no_other() {
    let bank = Bank::open(&[]).await;
    let sealed = bank.seal("iban", &[IBAN], None).await.remove(0);
    let with = |reference: &str, change: &dyn Fn(&mut Value)| {
        let mut item = item(&sealed);
        item["reference"] = json!(reference);
        change(&mut item);
        item
    };
    let without_class = json!({"reference": "no class", "sealed": sealed});
    let cases = [
        ("", with("first", &|_| {})),
        (
            "subject-malformed",
            with("subject", &|item| item["subject"] = json!("s 1\n{\"action\":\"opened\"}")),
        ),
        ("subject-malformed", with("long subject", &|item| item["subject"] = json!("s".repeat(300)))),
        ("record-too-long", with("record", &|item| item["record"] = json!("r".repeat(256)))),
        ("reference-malformed", with(&"x".repeat(129), &|_| {})),
        ("class-unknown", with("class", &|item| item["class"] = json!("shoe-size"))),
        ("form-unknown", with("form", &|item| item["form"] = json!("rot13"))),
        ("item-malformed", with("version", &|item| item["key_version"] = json!("one"))),
        ("item-malformed", with("unknown member", &|item| item["value"] = json!(IBAN))),
        ("item-malformed", without_class),
        ("item-malformed", json!({"reference": 7})),
        ("item-malformed", json!("p1.AAAA")),
        ("", with("last", &|_| {})),
    ];
    let items: Vec<_> = cases.iter().map(|(_, item)| item.clone()).collect();
    let body = support_call(&json!(items));
    let answer = bank.ask("mixed", &body).await;
    let outcomes = answer["items"].as_array().unwrap();
    assert_eq!((outcomes.len(), &answer["released"]), (cases.len(), &json!(2)), "{answer}");
    for (outcome, (code, item)) in outcomes.iter().zip(&cases) {
        assert_eq!(outcome["code"].as_str().unwrap_or_default(), *code, "{item}");
        let sent = item["reference"].as_str().unwrap_or_default();
        assert_eq!(outcome["reference"].as_str().unwrap(), &sent[..sent.len().min(128)], "{item}");
    }
    let lines = bank.audit("action=unmask").await;
    assert_eq!(lines.len(), cases.len(), "each item has its line");
    let subjects: Vec<_> = lines.iter().filter_map(|line| line["subject"].as_str()).collect();
    assert!(subjects.iter().all(|subject| *subject == "s-1"), "{subjects:?}");

    assert_eq!(
        bank.ask("mixed", &body).await["items"],
        answer["items"],
        "the same request is answered alike"
    );
    let mut mended = body.clone();
    mended["items"][1]["subject"] = json!("");
    let (status, refused) = bank.ask_as(&bank.desk, "mixed", &mended).await;
    assert_eq!((status, refused["code"].as_str()), (409, Some("idempotency-conflict")));
    for (name, body) in [("no-list", json!({"items": {}})), ("no-object", json!([]))] {
        let (status, refused) = bank.ask_as(&bank.desk, name, &body).await;
        assert_eq!((status, refused["code"].as_str()), (400, Some("body-malformed")), "{name}");
    }
    bank.check_log(&[IBAN]);
}

#[actix_web::test]
async fn limits_count_by_person_class_and_subject_and_across_a_restart() {
    let limits = [
        ("PALET_UNMASK__PERSON_PER_H", "4"),
        ("PALET_UNMASK__PERSON_CLASS_PER_H", "3"),
        ("PALET_UNMASK__SUBJECT_PER_H", "2"),
    ];
    let bank = Bank::open(&limits).await;
    let ibans = bank.seal("iban", &[IBAN], None).await;
    let phones = bank.seal("phone", &["+49 171 2345678"], None).await;
    let of = |sealed: &str, class: &str, subject: &str| {
        let mut body = support_call(&json!([item(sealed)]));
        body["items"][0]["class"] = json!(class);
        body["items"][0]["subject"] = json!(subject);
        body
    };
    let expected = [
        ("iban", "s-1", ""),
        ("iban", "s-1", ""),
        ("iban", "s-1", "limit-subject"),
        ("iban", "s-2", ""),
        ("iban", "s-3", "limit-class"),
        ("phone", "s-3", ""),
        ("phone", "s-4", "limit-person"),
    ];
    for (at, (class, subject, code)) in expected.iter().enumerate() {
        let sealed = if *class == "iban" { &ibans[0] } else { &phones[0] };
        let answer = bank.ask(&format!("l-{at}"), &of(sealed, class, subject)).await;
        assert_eq!(outcome(&answer).1, *code, "request {at}");
    }
    // Another person has a count of their own.
    let mut other = of(&phones[0], "phone", "s-5");
    other["acting_for"]["person"] = json!("clerk-18");
    assert_eq!(outcome(&bank.ask("l-other", &other).await).0, "released");
    // The same request again is answered alike and not counted again.
    let again = bank.ask("l-0", &of(&ibans[0], "iban", "s-1")).await;
    assert_eq!(outcome(&again).0, "released");

    let bank = Bank::of(bank.server.restart_with(&limits).await).await;
    let answer = bank.ask("l-after", &of(&phones[0], "phone", "s-9")).await;
    assert_eq!(outcome(&answer).1, "limit-person", "a restart does not give a new count");
    bank.check_log(&[IBAN, "2345678"]);
}

#[actix_web::test]
async fn a_request_is_answered_once_and_its_name_stands_for_it_alone() {
    let bank = Bank::open(&[("PALET_UNMASK__REPLAY_S", "1")]).await;
    let sealed = bank.seal("iban", &[IBAN], None).await;
    let body = support_call(&json!([item(&sealed[0])]));
    let first = bank.ask("once", &body).await;
    let again = bank.ask("once", &body).await;
    assert_eq!(first["items"], again["items"]);
    assert_eq!(
        (bank.audit("action=unmask").await.len(), bank.audit("action=unmask-replay").await.len()),
        (1, 1)
    );
    let mut other = body.clone();
    other["reason"] = json!("something else entirely");
    let (status, answer) = bank.ask_as(&bank.desk, "once", &other).await;
    assert_eq!((status, answer["code"].as_str()), (409, Some("idempotency-conflict")));
    // Whoever recorded the request and has a key of their own gets nothing by it.
    let (status, answer) = bank.ask_as(&bank.second, "once", &body).await;
    assert_eq!((status, answer["code"].as_str()), (409, Some("idempotency-conflict")));
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    let (status, answer) = bank.ask_as(&bank.desk, "once", &body).await;
    assert_eq!((status, answer["code"].as_str()), (409, Some("request-replayed")));
    let codes: Vec<_> = bank
        .audit("action=unmask")
        .await
        .iter()
        .filter_map(|line| line["code"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(codes, ["request-replayed", "idempotency-conflict", "idempotency-conflict"]);
}

#[actix_web::test]
async fn four_eyes_need_another_person_with_another_key_and_open_once() {
    let bank = Bank::open(&[]).await;
    let sealed = bank.seal("iban", &[IBAN], None).await;
    let body = legal("sup-1", &json!([item(&sealed[0])]));
    let asked = bank.ask("order-1", &body).await;
    assert_eq!(outcome(&asked), ("pending", "approval-needed"));
    let approval = asked["items"][0]["approval"].as_str().unwrap().to_owned();
    let again = bank.ask("order-1", &body).await;
    assert_eq!(again["items"][0]["approval"], approval.as_str());
    let mut with = body.clone();
    with["approval"] = json!(approval);
    assert_eq!(outcome(&bank.ask("order-2", &with).await).1, "approval-pending");

    let path = format!("/api/v1/obfuscation/approvals/{approval}");
    let answer = |key: &str, acting_for: Value, approve: bool| {
        let (key, path, server) = (key.to_owned(), path.clone(), &bank.server);
        let body = json!({"acting_for": acting_for, "approve": approve});
        async move { server.call_as(&key, "POST", &path, Some(body)).await }
    };
    let (status, refused) = answer(&bank.second, supervisor("sup-1"), true).await;
    assert_eq!((status, refused["code"].as_str()), (403, Some("same-person")));
    let (status, refused) = answer(&bank.desk, supervisor("sup-2"), true).await;
    assert_eq!((status, refused["code"].as_str()), (403, Some("scope-missing")));
    let old = json!({"person": "sup-2", "role": "supervisor", "mfa_age_s": 100_000});
    let (status, refused) = answer(&bank.second, old, true).await;
    assert_eq!((status, refused["code"].as_str()), (403, Some("mfa-too-old")));
    let (_, waiting) = bank.server.call_as(&bank.second, "GET", "/api/v1/obfuscation/approvals", None).await;
    assert_eq!(
        (&waiting["approvals"][0]["id"], &waiting["approvals"][0]["classes"]),
        (&json!(approval), &json!("iban 1"))
    );
    assert_eq!(answer(&bank.second, supervisor("sup-2"), true).await.0, 204);
    let (status, refused) = answer(&bank.second, supervisor("sup-3"), false).await;
    assert_eq!((status, refused["code"].as_str()), (404, Some("approval-unknown")), "answered once");

    // Neither another person nor another value may lean on it.
    let mut other = with.clone();
    other["acting_for"]["person"] = json!("sup-9");
    assert_eq!(outcome(&bank.ask("order-3", &other).await).1, "approval-unknown");
    let more = bank.seal("iban", &["GB29NWBK60161331926819"], None).await;
    let mut other = with.clone();
    other["items"] = json!([item(&more[0])]);
    assert_eq!(outcome(&bank.ask("order-4", &other).await).1, "approval-of-others");

    let read = bank.ask("order-5", &with).await;
    assert_eq!((outcome(&read).0, &read["items"][0]["value"]), ("released", &json!(IBAN)));
    assert_eq!(bank.ask("order-5", &with).await["items"], read["items"], "a try again is answered alike");
    assert_eq!(outcome(&bank.ask("order-6", &with).await).1, "approval-used");
    let answered = bank.audit("action=approval-answered").await;
    assert_eq!(
        (&answered[0]["code"], &answered[1]["state"]),
        (&json!("approval-unknown"), &json!("approved"))
    );
    bank.check_log(&[IBAN]);
}

#[actix_web::test]
async fn breaking_the_glass_is_loud_short_and_bounded() {
    let bank = Bank::open(&[("PALET_UNMASK__BREAK_GLASS_VALUES", "2")]).await;
    let sealed = bank.seal("iban", &[IBAN], None).await;
    let path = "/api/v1/obfuscation/break-glass";
    let glass = |body: Value| bank.server.call_as(&bank.desk, "POST", path, Some(body));
    let (status, refused) = glass(json!({"acting_for": clerk(60)})).await;
    assert_eq!((status, refused["code"].as_str()), (422, Some("reason-missing")));
    let reason = "the core system is down and a life depends on it";
    let (status, refused) = glass(json!({"acting_for": clerk(100_000), "reason": reason})).await;
    assert_eq!((status, refused["code"].as_str()), (403, Some("mfa-too-old")));
    let (status, grant) = glass(json!({"acting_for": clerk(60), "reason": reason})).await;
    assert_eq!((status, &grant["values"]), (201, &json!(2)), "{grant}");

    let mut body = support_call(&json!([item(&sealed[0]), item(&sealed[0]), item(&sealed[0])]));
    body["break_glass"] = grant["break_glass"].clone();
    let mut stranger = body.clone();
    stranger["acting_for"]["person"] = json!("clerk-99");
    assert_eq!(outcome(&bank.ask("g-0", &stranger).await).1, "grant-unknown");
    let mut secret = body.clone();
    secret["items"][0]["class"] = json!("cvv");
    secret["items"] = json!([secret["items"][0]]);
    assert_eq!(outcome(&bank.ask("g-1", &secret).await).1, "secret-class", "no glass opens a secret class");
    let read = bank.ask("g-2", &body).await;
    assert_eq!((&read["items"][0]["value"], &read["items"][1]["value"]), (&json!(IBAN), &json!(IBAN)));
    assert_eq!(read["items"][2]["code"], "grant-used-up");
    assert_eq!(bank.server.state.metrics.break_glass.get(), 1);
    let opened = bank.audit("action=break-glass").await;
    let outcomes: Vec<_> = opened.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["done", "refused", "refused"]);
    let lines = bank.audit("action=unmask").await;
    assert!(lines.iter().all(|line| line["grant"].is_string()), "every reading names its grant");
    bank.check_log(&[IBAN]);

    let off = Bank::open(&[("PALET_UNMASK__BREAK_GLASS_S", "0")]).await;
    let body = json!({"acting_for": clerk(60), "reason": reason});
    let (status, refused) = off.server.call_as(&off.desk, "POST", path, Some(body)).await;
    assert_eq!((status, refused["code"].as_str()), (403, Some("break-glass-off")));
}

#[actix_web::test]
async fn a_clerk_who_reads_far_more_than_the_peers_raises_an_alert() {
    let bank = Bank::open(&[("PALET_UNMASK__PEERS_FLOOR", "8"), ("PALET_UNMASK__PEERS_MIN", "3")]).await;
    let sealed = bank.seal("iban", &[IBAN], None).await;
    let read = async |person: &str, count: usize| {
        let items: Vec<_> = (0..count)
            .map(|at| {
                let mut item = item(&sealed[0]);
                item["subject"] = json!(format!("s-{person}-{at}"));
                item
            })
            .collect();
        let mut body = support_call(&json!(items));
        body["acting_for"]["person"] = json!(person);
        bank.ask(&format!("p-{person}-{count}"), &body).await;
    };
    for person in ["ada", "ben", "cem"] {
        read(person, 2).await;
    }
    read("eve", 6).await;
    assert_eq!(bank.server.state.metrics.peer_alerts.get(), 0);
    read("eve", 5).await;
    assert_eq!(bank.server.state.metrics.peer_alerts.get(), 1);
    let alerts = bank.audit("action=peer-alert").await;
    assert_eq!(
        (&alerts[0]["person"], &alerts[0]["count"], &alerts[0]["peers"]),
        (&json!("eve"), &json!("11"), &json!("2"))
    );
}

#[actix_web::test]
async fn the_log_is_its_tenants_alone_and_reading_it_is_in_it() {
    let bank = Bank::open(&[]).await;
    let sealed = bank.seal("iban", &[IBAN], None).await;
    bank.ask("t-1", &support_call(&json!([item(&sealed[0])]))).await;
    let foreign = key(&bank.server, "other", "audit").await;
    let (status, answer) = bank.server.call_as(&foreign, "GET", "/api/v1/audit?action=unmask", None).await;
    assert_eq!((status, answer["entries"].as_array().unwrap().len()), (200, 0));
    let (status, answer) = bank.server.call_as(&bank.desk, "GET", "/api/v1/audit", None).await;
    assert_eq!((status, answer["code"].as_str()), (403, Some("scope-missing")));
    bank.audit("").await;
    assert_eq!(bank.audit("action=audit-read").await.len(), 2);
    for (query, code) in [("limit=0", "limit-malformed"), ("action=odd", "action-unknown")] {
        let (_, answer) =
            bank.server.call_as(&bank.auditor, "GET", &format!("/api/v1/audit?{query}"), None).await;
        assert_eq!(answer["code"], code);
    }
}

#[actix_web::test]
async fn step_ups_and_erasures_are_in_the_log() {
    let bank = Bank::open(&[]).await;
    let (session, _) = bank.server.open("s-1").await;
    for kind in ["step-up-failed", "step-up-passed"] {
        let body = json!({"session": session, "kind": kind, "reference": "passkey"});
        assert_eq!(bank.server.call("POST", "/api/v1/feedback", Some(body)).await.0, 204);
    }
    assert_eq!(bank.server.call("DELETE", "/api/v1/subjects/s-1", None).await.0, 204);
    let step_ups = bank.audit("action=step-up").await;
    let outcomes: Vec<_> = step_ups.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["done", "failed"]);
    assert_eq!(step_ups[0]["session"], session.as_str());
    let erased = bank.audit("action=subject-erased").await;
    assert_eq!((&erased[0]["subject"], &erased[0]["count"]), (&json!("s-1"), &json!("1")));
}

#[actix_web::test]
async fn a_customers_own_reading_is_judged_by_their_session() {
    let bank = Bank::open(&[]).await;
    let (session, token) = bank.server.open("s-1").await;
    let sealed = bank.seal("iban", &[IBAN], Some(&session)).await;
    let mut body = support_call(&json!([item(&sealed[0])]));
    body["acting_for"] = json!({"person": "s-1", "role": "customer", "channel": "web"});
    body["purpose"] = json!("display");
    body["session"] = json!(session);
    // No page is there: nothing stands behind the session, and a step-up that is only told changes nothing.
    let absent = bank.ask("c-1", &body).await;
    assert_eq!(outcome(&absent), ("refused", "policy-refused"));
    assert_eq!(absent["items"][0]["rule"], "customer-no-evidence");
    let _page = bank.server.live_page(&token).await;
    let present = bank.ask("c-2", &body).await;
    assert_eq!((outcome(&present).0, &present["items"][0]["value"]), ("released", &json!(IBAN)));
}

#[actix_web::test]
async fn an_analyst_sees_pseudonyms_and_an_auditor_tokens_of_what_neither_may_read() {
    let bank = Bank::open(&[]).await;
    let sealed = bank.seal("pan", &["4111111111111111", "5500005555555559"], None).await;
    let again = bank.seal("pan", &["4111111111111111"], None).await;
    let items = json!([
        {"class": "pan", "sealed": sealed[0], "record": "account-0"},
        {"class": "pan", "sealed": sealed[1], "record": "account-1"},
        {"class": "pan", "sealed": again[0], "record": "account-0"},
    ]);
    for (role, purpose, level) in
        [("fraud-analyst", "fraud-investigation", "fpe"), ("auditor", "audit", "token")]
    {
        let mut body = support_call(&items);
        body["acting_for"]["role"] = json!(role);
        body["purpose"] = json!(purpose);
        let answer = bank.ask(role, &body).await;
        let shown: Vec<_> = (0..3).map(|at| answer["items"][at]["value"].as_str().unwrap()).collect();
        assert!(answer["items"].as_array().unwrap().iter().all(|item| item["level"] == level), "{answer}");
        assert!(shown[0] == shown[2] && shown[0] != shown[1], "equal values look alike: {shown:?}");
        assert!(!shown.iter().any(|text| text.contains("411111111")), "{shown:?}");
    }
}
