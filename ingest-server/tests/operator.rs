//! The operator's commands as the binary runs them, on the data of a real server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first fault")]

mod support;

use palet_policy::DEFAULT_TOML;
use palet_server::access::{Scopes, issue_key};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::{path::Path, process::Command};
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
