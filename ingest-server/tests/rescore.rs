//! Decisions made again: a thousand real ones, of enrolled subjects and of strangers, across a restart.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops at the first fault, and tells its counts"
)]

mod support;

use palet_server::{
    live::{DecisionOutcome, Policies, Rescored, rescore_session},
    store::{DecisionRecord, Store},
};
use palet_units::SessionId;
use serde_json::{Value, json};
use std::{path::Path, process::Command, time::Duration};
use support::{SECOND, TestServer, hand, is_risk, type_keys};

/// Decisions that are made and made again.
const DECISIONS: usize = 1_000;
const SUBJECTS: u64 = 3;
const LIMITS: [(&str, &str); 4] = [
    ("PALET_LIMITS__SESSION_FRAMES_PER_S", "10000"),
    ("PALET_LIMITS__SESSION_FRAMES_BURST", "10000"),
    ("PALET_LIMITS__ADDRESS_OPENS_PER_S", "10000"),
    ("PALET_LIMITS__ADDRESS_OPENS_BURST", "10000"),
];

/// Keys and strokes of one session that the bank vouches for.
async fn enrol(server: &TestServer, person: u64) {
    let subject = format!("s-{person}");
    let (session, token) = server.open(&subject).await;
    let mut page = server.live_page(&token).await;
    let mut owner = hand(person, 1);
    for _ in 0..60 {
        owner.point().into_iter().for_each(|event| page.session.handle_event(event));
        let now = page.now();
        page.session.handle_drained(now);
    }
    type_keys(&mut page, &mut owner, 600);
    page.run(SECOND / 2, |_| false).await;
    server.wait_assess(&session, |answer| answer["counts"]["keys"] == owner.keys()).await;
    let genuine = json!({"session": session, "kind": "genuine"});
    assert_eq!(server.call("POST", "/api/v1/feedback", Some(genuine)).await.0, 204);
    assert_eq!(server.call("DELETE", &format!("/api/v1/sessions/{session}"), None).await.0, 204);
    for _ in 0..200 {
        let subject = server.call("GET", &format!("/api/v1/subjects/{subject}"), None).await.1;
        let reference = &subject["references"][0];
        if reference["keys_trained"] == true && reference["pointer_trained"] == true {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("subject {person} was not enrolled");
}

/// One session of a subject in which `person` types and points; every batch is a decision, and so is an action.
async fn act(server: &TestServer, subject: u64, person: u64, day: u64, batches: u32) {
    let (session, token) = server.open(&format!("s-{subject}")).await;
    let mut page = server.live_page(&token).await;
    let mut hand = hand(person, day);
    for batch in 0..batches {
        if batch % 3 == 2 {
            (0..8).flat_map(|_| hand.point()).for_each(|event| page.session.handle_event(event));
            let now = page.now();
            page.session.flush(now);
        } else {
            type_keys(&mut page, &mut hand, 64);
        }
        page.run(5 * SECOND, is_risk).await;
    }
    let ask = json!({"session": session, "action": "submit-transfer", "context": "payment"});
    server.call("POST", "/api/v1/risk/assess", Some(ask)).await;
    if day.is_multiple_of(2) {
        let passed = json!({"session": session, "kind": "step-up-passed"});
        assert_eq!(server.call("POST", "/api/v1/feedback", Some(passed)).await.0, 204);
    }
    assert_eq!(server.call("DELETE", &format!("/api/v1/sessions/{session}"), None).await.0, 204);
}

async fn decided(store: &dyn Store) -> Vec<SessionId> {
    let mut sessions = Vec::new();
    loop {
        let read = store.decided_sessions(sessions.last().copied(), 3).await.unwrap();
        if read.is_empty() {
            return sessions;
        }
        sessions.extend(read);
    }
}

async fn stored(store: &dyn Store) -> Vec<DecisionRecord> {
    let mut decisions = Vec::new();
    for session in decided(store).await {
        decisions.extend(store.decisions(session, 0, 10_000).await.unwrap());
    }
    decisions
}

async fn again(store: &dyn Store, policies: &Policies) -> Vec<Rescored> {
    let mut rescored = Vec::new();
    for session in decided(store).await {
        rescored.extend(rescore_session(store, policies, session, u64::MAX).await.unwrap());
    }
    rescored
}

#[actix_web::test]
async fn a_thousand_decisions_come_out_the_same_after_a_restart() {
    let server = TestServer::start_with(&LIMITS).await;
    for person in 1..=SUBJECTS {
        enrol(&server, person).await;
    }
    let mut day = 10;
    while stored(&*server.state.store).await.len() < DECISIONS {
        day += 1;
        // Every third session is a stranger's.
        let subject = day % SUBJECTS + 1;
        act(&server, subject, if day % 3 == 0 { 40 + day } else { subject }, day, 60).await;
    }
    let mut server = server.restart().await;
    let store = &*server.state.store;
    let before = stored(store).await;
    assert!(before.len() >= DECISIONS, "{}", before.len());
    let doubtful = before.iter().filter(|decision| decision.risk > 0.5).count();
    assert!(doubtful >= 50, "only {doubtful} decisions found anything");
    let rescored = again(store, &server.state.registry.tools().policies).await;
    assert_eq!(rescored.len(), before.len());
    let differ: Vec<_> = rescored.iter().filter(|one| !one.is_same()).map(|one| one.number).collect();
    assert_eq!(differ, [0; 0], "decisions that came out otherwise");
    assert!(rescored.iter().all(Rescored::is_of_these_versions));

    let decisions = before.len();
    server.stop().await;
    by_another_process(server.data_folder(), decisions);
}

#[actix_web::test]
async fn what_differs_is_told_and_counted() {
    let server = TestServer::start_with(&LIMITS).await;
    act(&server, 1, 1, 11, 4).await;
    // What has not reached the store yet is written as the server stops.
    let mut server = server.restart().await;
    let store = &*server.state.store;
    let sessions = decided(store).await;
    let policies = &server.state.registry.tools().policies;
    // The same decisions under another session's name, with a risk that nobody had.
    let mut forged = store.decisions(sessions[0], 0, 100).await.unwrap();
    let count = forged.len();
    let (session, _) = server.open("s-1").await;
    for decision in &mut forged {
        decision.session = session.parse().unwrap();
        let mut outcome: DecisionOutcome = postcard::from_bytes(&decision.outcome).unwrap();
        outcome.risk += f64::EPSILON;
        decision.outcome = postcard::to_allocvec(&outcome).unwrap();
    }
    store.commit(&forged).await.unwrap();
    let rescored = rescore_session(store, policies, session.parse().unwrap(), u64::MAX).await.unwrap();
    assert_eq!(rescored.iter().filter(|one| !one.is_same()).count(), count);
    assert!(rescored.iter().all(|one| one.differences[0].what == "risk" && one.is_of_these_versions()));
    server.stop().await;
}

#[test]
fn a_malformed_decision_is_wrong_usage_and_a_folder_without_a_store_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let rescore = |argument: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_palet"))
            .args(["rescore", argument])
            .env("PALET_STORE__DATA_FOLDER", folder.path())
            .env_remove("PALET_OTHER_BUILD")
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = rescore("0123-x");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("expected a decision such as"), "{said}");
    let (code, said) = rescore("0123456789abcdef0123456789abcdef-7");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("expected a store at") && said.contains("palet.db"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a command that reads makes no store");
}

/// The command on the data of a stopped server: this build's, or another build's whose path `PALET_OTHER_BUILD` gives.
fn by_another_process(data: &Path, decisions: usize) {
    let other = std::env::var_os("PALET_OTHER_BUILD").unwrap_or_else(|| env!("CARGO_BIN_EXE_palet").into());
    let output = Command::new(other)
        .args(["rescore", "--all", "--json"])
        .env("PALET_STORE__DATA_FOLDER", data)
        // No setting: the command would refuse it.
        .env_remove("PALET_OTHER_BUILD")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    assert!(output.status.success(), "{report}");
    assert_eq!(report["unreadable_sessions"], 0);
    assert_eq!((&report["decisions"], &report["same"]), (&json!(decisions), &json!(decisions)), "{report}");
    println!("{report}");
}
