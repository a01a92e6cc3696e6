//! The operator's commands as the binary runs them, on the data of a real server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first fault")]

mod support;

use palet_mask::FieldClass;
use palet_obfuscation::KeyVersion;
use palet_policy::DEFAULT_TOML;
use palet_server::access::{Scopes, issue_key};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::{fs::OpenOptions, io::Write, os::unix::fs::OpenOptionsExt, path::Path, process::Command};
use support::{SECOND, TestServer, hand, is_risk, type_keys};

struct Told {
    status: i32,
    out: String,
    err: String,
}

/// Runs the binary on a data folder, off this thread: a server may have to answer it meanwhile.
async fn palet(folder: &Path, arguments: &[&str], key: &str) -> Told {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palet"));
    command.args(arguments).env("PALET_STORE__DATA_FOLDER", folder).env("PALET_TENANT_KEY", key);
    let output = actix_web::web::block(move || command.output()).await.unwrap().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let status = output.status.code().unwrap();
    Told { status, out: text(output.stdout), err: text(output.stderr) }
}

/// A session with two batches and an action, on the disk; its identifier and the action's reference.
async fn session(server: &TestServer) -> (String, String) {
    let (session, token) = server.open("s-1").await;
    let mut page = server.live_page(&token).await;
    let mut typist = hand(1, 1);
    for _ in 0..2 {
        type_keys(&mut page, &mut typist, 70);
        page.run(5 * SECOND, is_risk).await;
    }
    let ask = json!({"session": session, "action": "submit-transfer"});
    let (_, answer) = server.call("POST", "/api/v1/risk/assess", Some(ask)).await;
    let reference = answer["reference"].as_str().unwrap().to_owned();
    (session, reference)
}

#[actix_web::test]
async fn the_log_is_verified_exported_and_anchored() {
    let mut server = TestServer::start().await;
    session(&server).await;
    server.call("DELETE", "/api/v1/subjects/s-1", None).await;
    let folder = server.folder().to_owned();
    let good = palet(&folder, &["audit", "verify"], "").await;
    assert_eq!(good.status, 0, "{}", good.err);
    assert!(good.out.contains("3 entries"), "{}", good.out);
    let made = palet(&folder, &["tenant", "add", "bank-2"], "").await;
    assert_eq!(made.status, 0, "{}", made.err);
    server.call("DELETE", "/api/v1/subjects/s-1", None).await;
    server.stop().await;

    let exported = palet(&folder, &["audit", "export"], "").await;
    let actions: Vec<String> = exported
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["action"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(actions, ["opened", "policy-file", "subject-erased", "tenant-made", "subject-erased"]);
    let kept = folder.join("kept.jsonl");
    std::fs::write(&kept, palet(&folder, &["audit", "checkpoint"], "").await.out).unwrap();
    let key = palet(&folder, &["audit", "key"], "").await.out.trim().to_owned();
    let elsewhere = ["audit", "verify", "--json", "--key", &key, "--checkpoint", kept.to_str().unwrap()];
    let report: Value = serde_json::from_str(&palet(&folder, &elsewhere, "").await.out).unwrap();
    assert_eq!(
        (&report["entries"], &report["signed"], &report["faults_found"]),
        (&json!(5), &json!(5), &json!(0))
    );

    let path = folder.join("audit/audit-000000000001.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("subject-erased", "subject-spared", 1)).unwrap();
    let bad = palet(&folder, &["audit", "verify"], "").await;
    assert_eq!(bad.status, 1);
    assert!(
        bad.out.contains("audit-changed: audit-000000000001.jsonl:3: entry 3 was changed"),
        "{}",
        bad.out
    );
    let cut: String = text.lines().take(4).map(|line| format!("{line}\n")).collect();
    std::fs::write(&path, cut).unwrap();
    let bad = palet(&folder, &["audit", "verify"], "").await;
    assert_eq!(bad.status, 1);
    assert!(bad.out.contains("audit-truncated: the tail is gone: entry 5 was signed"), "{}", bad.out);
    let wrong = palet(&folder, &["audit", "verify", "--key", "nonsense"], "").await;
    assert_eq!(wrong.status, 2);
}

/// Rotates, retires and has two officers destroy the first version of the class's key.
async fn destroy_first_key(folder: &Path, class: &str) {
    let secret = |name: &str| folder.join(format!("{name}.secret"));
    for name in ["ann", "bob"] {
        let made = palet(folder, &["keys", "officer", "add", name], "").await;
        assert_eq!(made.status, 0, "{}", made.err);
        let options = OpenOptions::new().write(true).create_new(true).mode(0o600).open(secret(name));
        options.unwrap().write_all(made.out.as_bytes()).unwrap();
    }
    let by = |name: &str| format!("{name}={}", secret(name).display());
    let (ann, bob) = (by("ann"), by("bob"));
    for words in [
        &["keys", "rotate", "bank", class][..],
        &["keys", "retire", "bank", class, "v1"],
        &["keys", "destroy", "order", "bank", class, "v1", "--by", &ann],
        &["keys", "destroy", "approve", "bank", class, "v1", "--by", &bob],
    ] {
        let done = palet(folder, words, "").await;
        assert_eq!(done.status, 0, "{words:?}: {}", done.err);
    }
}

const MASK: &str = "/api/v1/obfuscation/mask";
const REWRAP: &str = "/api/v1/obfuscation/rewrap";
const IBAN: &str = "DE02120300000000202051";

fn to_mask(reference: &str, class: &str, value: &str, form: &str) -> Value {
    json!({"reference": reference, "class": class, "value": value, "record": "r", "form": form})
}

/// Masked items: five under the key of IBANs, in every form and of a subject; one of another class; one garbled.
async fn masked_items(server: &TestServer) -> Vec<Value> {
    let items = json!({"items": [
        to_mask("sealed", "iban", IBAN, "sealed"),
        to_mask("deterministic", "iban", IBAN, "deterministic"),
        to_mask("random", "iban", IBAN, "random"),
        to_mask("fpe", "iban", IBAN, "fpe"),
        to_mask("other class", "phone", "+49 171 2345678", "sealed"),
    ]});
    let (_, masked) = server.call("POST", MASK, Some(items)).await;
    let anns = json!({"subject": "ann", "items": [to_mask("ann's", "iban", IBAN, "sealed")]});
    let (_, of_ann) = server.call("POST", MASK, Some(anns)).await;
    assert_eq!((&masked["masked"], &of_ann["masked"]), (&json!(5), &json!(1)), "{masked} {of_ann}");
    let mut items = masked["items"].as_array().unwrap().clone();
    items.insert(4, of_ann["items"][0].clone());
    let mut garbled = items[0].clone();
    garbled["sealed"] = json!("p1.AAAA");
    items.push(garbled);
    items
}

/// What a masked item carries for its value.
fn text_of(item: &Value) -> Value {
    ["sealed", "token", "surrogate"].into_iter().find_map(|name| item.get(name).cloned()).unwrap()
}

/// Asks for the values of masked items, under an idempotency key: each item's answer.
async fn unmask(server: &TestServer, desk: &str, masked: &[Value], name: &str) -> Vec<Value> {
    let asked = |item: &Value| {
        let is_pseudonym = item["form"] == "fpe";
        json!({"reference": item["reference"], "class": item["class"], "sealed": text_of(item), "record": "r",
            "subject": if item["reference"] == "ann's" { "ann" } else { "" },
            "form": if is_pseudonym { "fpe" } else { "" },
            "key_version": is_pseudonym.then(|| item["key_version"].clone())})
    };
    let items: Vec<_> = masked.iter().map(asked).collect();
    let asker = json!({"person": "clerk-17", "role": "clerk", "channel": "call-centre", "mfa_age_s": 60});
    let body =
        json!({"acting_for": asker, "purpose": "support", "reason": "customer asks for it", "items": items});
    let mut answer = awc::Client::default()
        .post(server.url("/api/v1/obfuscation/unmask"))
        .insert_header(("Authorization", format!("Bearer {desk}")))
        .insert_header(("Idempotency-Key", name))
        .send_json(&body)
        .await
        .unwrap();
    let answer: Value = answer.json().await.unwrap();
    answer["items"].as_array().unwrap().clone()
}

/// References of the items that were answered.
fn answered(items: &[Value]) -> Vec<String> {
    let good = items.iter().filter(|item| item["outcome"] != "refused");
    good.map(|item| item["reference"].as_str().unwrap().to_owned()).collect()
}

/// Waits until a running server no longer holds the first key of IBANs.
async fn first_key_is_gone(server: &TestServer) {
    for _ in 0..200 {
        let keys = server.state.values.ring().tenant(&"bank".parse().unwrap()).unwrap();
        if keys.version(FieldClass::Iban, KeyVersion(1)).is_none() {
            return;
        }
        tokio::time::sleep(SECOND / 50).await;
    }
    panic!("the server did not follow");
}

#[actix_web::test]
async fn values_under_a_key_that_two_officers_destroyed_open_no_more_and_the_others_do() {
    let server = TestServer::start_with(&[("PALET_KEYS__CHECK_INTERVAL_MS", "100")]).await;
    let scopes = Scopes::parse("unmask").unwrap();
    let desk = issue_key(&*server.state.store, &"bank".parse().unwrap(), "desk", scopes).await.unwrap();
    let desk = desk.expose_secret().to_owned();
    let shown = masked_items(&server).await;
    let before = unmask(&server, &desk, &shown, "before").await;
    assert_eq!(answered(&before), ["sealed", "deterministic", "random", "fpe", "ann's", "other class"]);

    destroy_first_key(server.folder(), "iban").await;
    first_key_is_gone(&server).await;
    let after = unmask(&server, &desk, &shown, "after").await;
    assert_eq!(answered(&after), ["other class"]);
    let mut wrong_token = after[6].clone();
    for item in &after[..5] {
        wrong_token["reference"] = item["reference"].clone();
        assert_eq!(*item, wrong_token, "a key that is gone can be told from a token that is wrong");
    }
    assert_eq!(wrong_token["code"], "sealed-value-refused");

    let texts = |item: &Value| json!({"reference": "same", "class": item["class"], "text": text_of(item), "record": "r"});
    let batch: Vec<_> = [&shown[0], &shown[2], &shown[6], &shown[5]].into_iter().map(texts).collect();
    let (_, moved) = server.call_as(&desk, "POST", REWRAP, Some(json!({"items": batch}))).await;
    let (moved, garbled) = (&moved["items"], &moved["items"][2]);
    assert_eq!((&garbled["code"], &moved[3]["outcome"]), (&json!("sealed-value-refused"), &json!("current")));
    assert!(moved[0] == *garbled && moved[1] == *garbled, "nor does rewrapping tell them apart: {moved}");

    let another = json!({"items": [to_mask("new", "iban", "DE02", "sealed")]});
    let (_, fresh) = server.call("POST", MASK, Some(another)).await;
    assert_eq!(fresh["items"][0]["key_version"], 2, "what is new is sealed under the next key: {fresh}");
    let log = palet(server.folder(), &["audit", "verify"], "").await;
    assert_eq!(log.status, 0, "{}{}", log.out, log.err);
}

#[actix_web::test]
async fn another_key_encryption_key_takes_its_place_under_a_running_server() {
    let server = TestServer::start_with(&[("PALET_KEYS__CHECK_INTERVAL_MS", "100")]).await;
    let item = json!({"class": "iban", "value": "DE02120300000000202051", "record": "r"});
    let (_, masked) = server.call("POST", "/api/v1/obfuscation/mask", Some(json!({"items": [item]}))).await;
    let scopes = Scopes::parse("unmask").unwrap();
    let desk = issue_key(&*server.state.store, &"bank".parse().unwrap(), "desk", scopes).await.unwrap();
    let kek = std::fs::read(server.folder().join("keys/kek.sealed")).unwrap();
    let generation = || server.state.values.ring().health().generation;
    let before = generation();
    let done = palet(server.folder(), &["keys", "rekey"], "").await;
    assert_eq!(done.status, 0, "{}", done.err);
    assert_ne!(std::fs::read(server.folder().join("keys/kek.sealed")).unwrap(), kek);
    for _ in 0..200 {
        if generation() > before {
            break;
        }
        tokio::time::sleep(SECOND / 50).await;
    }
    assert_eq!(generation(), before + 1);
    assert_eq!(server.call("GET", "/readyz", None).await.1["keys"], "ok");
    let held = json!({"items": [{"class": "iban", "text": masked["items"][0]["sealed"], "record": "r"}]});
    let path = "/api/v1/obfuscation/rewrap";
    let (_, answer) = server.call_as(desk.expose_secret(), "POST", path, Some(held.clone())).await;
    assert_eq!(answer["items"][0]["outcome"], "current", "no value changes: {answer}");
    let server = server.restart().await;
    let (_, answer) = server.call_as(desk.expose_secret(), "POST", path, Some(held)).await;
    assert_eq!(answer["items"][0]["outcome"], "current", "{answer}");
    let log = palet(server.folder(), &["audit", "export"], "").await.out;
    assert!(log.lines().any(|line| line.contains("key-rotated") && line.contains("sealed-file")), "{log}");
}

#[actix_web::test]
async fn stored_sessions_tell_who_would_have_seen_what_and_why() {
    let mut server = TestServer::start().await;
    let (session, reference) = session(&server).await;
    let folder = server.folder().to_owned();
    server.stop().await;
    let (old, new) = (folder.join("old.toml"), folder.join("new.toml"));
    std::fs::write(&old, DEFAULT_TOML).unwrap();
    let from = "name = \"customer-enrolling-fresh\"";
    let at = DEFAULT_TOML.find(from).unwrap();
    let (head, tail) = DEFAULT_TOML.split_at(at);
    std::fs::write(&new, format!("{head}{}", tail.replacen("level = \"clear\"", "level = \"partial\"", 1)))
        .unwrap();
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    let told = palet(&folder, &["policy", "simulate", new, "--against", old, "--stored", "--json"], "").await;
    assert_eq!(told.status, 0, "{}", told.err);
    let report: Value = serde_json::from_str(&told.out).unwrap();
    let rows = report["rows"].as_array().unwrap();
    let iban = rows.iter().find(|row| row["asked"] == "iban").unwrap();
    assert_eq!((&iban["outcome"], &iban["against"]), (&json!("partial"), &json!("clear")));
    assert!(iban["questions"].as_u64().unwrap() >= 2, "{iban}");
    assert_eq!(iban["examples"], json!([session]));
    assert!(rows.iter().any(|row| row["asked"] == "action submit-transfer"), "{report}");

    let told = palet(&folder, &["rescore", &reference, "--explain"], "").await;
    assert_eq!(told.status, 0, "{}", told.err);
    assert!(told.out.contains("submit-transfer: step-up, by `not-trained-sensitive`"), "{}", told.out);
    assert!(told.out.contains("it would be allow") && told.out.contains("the same bits"), "{}", told.out);
}

#[actix_web::test]
async fn a_policy_is_staged_shown_and_promoted_from_the_command_line() {
    let server = TestServer::start().await;
    let folder = server.folder().to_owned();
    let key = async |scopes: &str| {
        let (tenant, scopes) = ("bank".parse().unwrap(), Scopes::parse(scopes).unwrap());
        let key = issue_key(&*server.state.store, &tenant, "", scopes).await.unwrap();
        key.expose_secret().to_owned()
    };
    let (author, approver) = (key("policies").await, key("promote").await);
    let url = server.url("");
    let file = folder.join("candidate.toml");
    std::fs::write(&file, DEFAULT_TOML.replacen("raised = 0.50", "raised = 0.40", 1)).unwrap();
    let file = file.to_str().unwrap();
    let staged = palet(&folder, &["policy", "stage", file, "--person", "ada", "--url", &url], &author).await;
    assert_eq!(staged.status, 0, "{}", staged.err);
    let shown = palet(&folder, &["policy", "show", "--url", &url, "--json"], &author).await;
    let shown: Value = serde_json::from_str(&shown.out).unwrap();
    let version = shown["staged"]["version"].as_str().unwrap();
    assert!(staged.out.contains(version), "{}", staged.out);
    let refused =
        palet(&folder, &["policy", "promote", version, "--person", "ada", "--url", &url], &approver).await;
    assert_eq!(refused.status, 1);
    assert!(refused.err.contains("policy-same-person"), "{}", refused.err);
    let done =
        palet(&folder, &["policy", "promote", version, "--person", "ben", "--url", &url], &approver).await;
    assert_eq!((done.status, done.out.trim()), (0, format!("answers   {version}").as_str()), "{}", done.err);
    std::fs::write(file, DEFAULT_TOML.replacen("class = \"pan\"", "class = \"pam\"", 1)).unwrap();
    let broken = palet(&folder, &["policy", "stage", file, "--person", "ada", "--url", &url], &author).await;
    assert_eq!(broken.status, 1);
    assert!(broken.err.contains("pam") && broken.err.contains("^^^"), "{}", broken.err);
}
