//! Several people on one account over REST: who joins is at home from the next session on, who leaves no longer is, and
//! every decision can be made again.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first fault")]

mod support;

use palet_server::live::{Rescored, rescore_session};
use serde_json::{Value, json};
use std::time::Duration;
use support::{SECOND, TestServer, hand, is_risk, type_keys};

const LIMITS: [(&str, &str); 2] =
    [("PALET_LIMITS__SESSION_FRAMES_PER_S", "10000"), ("PALET_LIMITS__SESSION_FRAMES_BURST", "10000")];
const PEOPLE: &str = "/api/v1/subjects/s-1/people";

/// The highest risk of a session of the subject in which `person` types; the session is still running.
async fn typed(server: &TestServer, subject: &str, person: u64, day: u64) -> (String, f64) {
    let (session, token) = server.open(subject).await;
    let mut page = server.live_page(&token).await;
    let mut hand = hand(person, day);
    let mut highest = 0.0f64;
    for _ in 0..8 {
        type_keys(&mut page, &mut hand, 70);
        page.run(5 * SECOND, is_risk).await;
        let typed = |answer: &Value| answer["counts"]["keys"] == hand.keys();
        let answer = server.wait_assess(&session, typed).await;
        highest = highest.max(answer["risk"].as_f64().unwrap());
    }
    (session, highest)
}

async fn end(server: &TestServer, session: &str, verdict: Option<&str>) {
    if let Some(kind) = verdict {
        let report = json!({"session": session, "kind": kind});
        assert_eq!(server.call("POST", "/api/v1/feedback", Some(report)).await.0, 204);
    }
    assert_eq!(server.call("DELETE", &format!("/api/v1/sessions/{session}"), None).await.0, 204);
}

async fn learnt(server: &TestServer, session: &str) -> Value {
    for _ in 0..200 {
        let told = server.call("GET", &format!("/api/v1/sessions/{session}"), None).await.1;
        if !told["learnt"].is_null() {
            return told["learnt"].clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody looked at the session");
}

async fn enrol(server: &TestServer, subject: &str, person: u64) {
    let (session, _) = typed(server, subject, person, 1).await;
    end(server, &session, Some("genuine")).await;
    assert_eq!(learnt(server, &session).await, "updated");
}

async fn join(server: &TestServer, person: &str) -> (u16, Value) {
    server.call("POST", PEOPLE, Some(json!({"person": person}))).await
}

async fn again(server: &TestServer, session: &str) -> Vec<Rescored> {
    let policies = &server.state.registry.tools().policies;
    rescore_session(&*server.state.store, policies, session.parse().unwrap(), u64::MAX).await.unwrap()
}

#[actix_web::test]
async fn who_joins_an_account_is_at_home_and_who_leaves_no_longer_is() {
    let server = TestServer::start_with(&LIMITS).await;
    enrol(&server, "s-1", 1).await;
    enrol(&server, "s-2", 2).await;
    let (alone, risk) = typed(&server, "s-1", 2, 2).await;
    assert!(risk >= 0.5, "{risk}");
    end(&server, &alone, None).await;

    let (status, joined) = join(&server, "s-2").await;
    assert_eq!((status, &joined["compared_on"]), (201, &json!(["desktop"])), "{joined}");
    let (shared, risk) = typed(&server, "s-1", 2, 3).await;
    assert!(risk < 0.5, "{risk}");
    end(&server, &shared, Some("genuine")).await;
    assert_eq!(learnt(&server, &shared).await, "shared", "nobody knows whose session it was");
    let (strange, risk) = typed(&server, "s-1", 43, 4).await;
    assert!(risk >= 0.5, "{risk}");

    // What was decided comes out the same, also by another process's memory.
    let server = server.restart_with(&LIMITS).await;
    for session in [&alone, &shared, &strange] {
        let rescored = again(&server, session).await;
        assert!(
            rescored.len() >= 8 && rescored.iter().all(|one| one.is_same() && one.is_of_these_versions())
        );
    }

    let leaves = format!("{PEOPLE}/s-2");
    assert_eq!(server.call("DELETE", &leaves, None).await.0, 204);
    let (_, told) = server.call("GET", &format!("/api/v1/sessions/{strange}"), None).await;
    assert!(!told["ended_at"].is_null(), "running sessions end with it: {told}");
    let (_, listed) = server.call("GET", PEOPLE, None).await;
    assert_eq!((&listed["people"], &listed["room"]), (&json!([]), &json!(3)));
    let (_, risk) = typed(&server, "s-1", 2, 5).await;
    assert!(risk >= 0.5, "{risk}");
    assert!(again(&server, &shared).await.iter().all(Rescored::is_same), "then, they were on the account");

    assert_eq!(server.call("DELETE", "/api/v1/subjects/s-2", None).await.0, 204);
    let rescored = again(&server, &shared).await;
    let apart = |one: &Rescored| one.is_same() || !one.is_of_these_versions();
    assert!(rescored.iter().all(apart), "whoever is erased is missing, and the versions tell it");
}

#[actix_web::test]
async fn people_are_listed_bounded_and_refused_with_stable_codes() {
    let server = TestServer::start().await;
    for person in ["s-2", "s-3", "s-4"] {
        let (status, joined) = join(&server, person).await;
        assert_eq!((status, &joined["compared_on"]), (201, &json!([])), "{joined}");
    }
    let (status, listed) = server.call("GET", PEOPLE, None).await;
    let names: Vec<&str> =
        listed["people"].as_array().unwrap().iter().filter_map(|person| person["person"].as_str()).collect();
    assert_eq!((status, names, &listed["room"]), (200, vec!["s-2", "s-3", "s-4"], &json!(0)));
    let cases = [
        ("POST", PEOPLE, json!({"person": "s-5"}), 409, "account-full"),
        ("POST", PEOPLE, json!({"person": "s-2"}), 409, "person-joined"),
        ("POST", PEOPLE, json!({"person": "s-1"}), 422, "person-is-subject"),
        ("POST", PEOPLE, json!({"person": "a b"}), 422, "subject-malformed"),
        ("POST", PEOPLE, json!({"person": "s-5", "x": 1}), 400, "body-malformed"),
        ("DELETE", "/api/v1/subjects/s-1/people/s-9", json!(null), 404, "person-unknown"),
        ("GET", "/api/v1/subjects/a%20b/people", json!(null), 422, "subject-malformed"),
    ];
    for (method, path, body, status, code) in cases {
        let (got, answer) = server.call(method, path, (!body.is_null()).then_some(body)).await;
        assert_eq!((got, answer["code"].as_str()), (status, Some(code)), "{method} {path}: {answer}");
    }
    let folder = server.folder().join("audit");
    let lines: String = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|file| std::fs::read_to_string(file.unwrap().path()).ok())
        .collect();
    assert_eq!(lines.matches("person-joined").count(), 3, "a refused request is no deed");
    assert_eq!(server.call("DELETE", &format!("{PEOPLE}/s-3"), None).await.0, 204);
    assert_eq!(join(&server, "s-5").await.0, 201, "there is room again");
}

#[actix_web::test]
async fn a_margin_that_was_learnt_stays_with_the_reference() {
    let own = [LIMITS[0], LIMITS[1], ("PALET_ENROLMENT__OWN_MARGINS", "true")];
    let server = TestServer::start_with(&own).await;
    enrol(&server, "s-1", 1).await;
    let margin =
        server.call("GET", "/api/v1/subjects/s-1", None).await.1["references"][0]["margin_nats"].clone();
    assert!(margin.as_f64().is_some_and(|nats| nats != 0.0 && (-1.0..=2.0).contains(&nats)), "{margin}");
    let (session, _) = typed(&server, "s-1", 43, 2).await;
    end(&server, &session, None).await;
    // Without the setting nobody learns one; who has one keeps it.
    let server = server.restart_with(&LIMITS).await;
    let rescored = again(&server, &session).await;
    assert!(rescored.len() >= 8 && rescored.iter().all(|one| one.is_same() && one.is_of_these_versions()));
    enrol(&server, "s-2", 2).await;
    let (_, subject) = server.call("GET", "/api/v1/subjects/s-2", None).await;
    assert_eq!(subject["references"][0]["margin_nats"], 0.0);
}
