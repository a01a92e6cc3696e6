//! Habits, from pages through confirmed sessions to a session that is unlike them, and its decisions made again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first fault")]

mod support;

use palet_server::{
    live::{Rescored, rescore_session},
    synthetic::Hand,
};
use serde_json::{Value, json};
use std::time::Duration;
use support::{SECOND, TestServer, hand, is_risk, type_keys};

const SUBJECT: &str = "s-1";
/// As many as the shipped rule asks for.
const SESSIONS: u64 = 6;

/// One session of the owner through these parts of the site, in each of which they type; gives back its name.
async fn walk(server: &TestServer, day: u64, places: &[&str]) -> String {
    let (session, token) = server.open(SUBJECT).await;
    let mut page = server.live_page(&token).await;
    let mut owner: Hand = hand(1, day);
    for place in places {
        let now = page.now();
        page.session.set_context(place, now);
        type_keys(&mut page, &mut owner, 64);
        page.run(5 * SECOND, is_risk).await;
    }
    server.wait_assess(&session, |answer| answer["counts"]["keys"] == owner.keys()).await;
    session
}

async fn confirm(server: &TestServer, session: &str) {
    let genuine = json!({"session": session, "kind": "genuine"});
    assert_eq!(server.call("POST", "/api/v1/feedback", Some(genuine)).await.0, 204);
    assert_eq!(server.call("DELETE", &format!("/api/v1/sessions/{session}"), None).await.0, 204);
}

async fn reference(server: &TestServer, holds: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..200 {
        let subject = server.call("GET", &format!("/api/v1/subjects/{SUBJECT}"), None).await.1;
        if holds(&subject["references"][0]) {
            return subject["references"][0].clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the reference never came to the state that was waited for");
}

async fn made_again(server: &TestServer, session: &str) -> Vec<Rescored> {
    let policies = &server.state.registry.tools().policies;
    rescore_session(&*server.state.store, policies, session.parse().unwrap(), u64::MAX).await.unwrap()
}

async fn enrol(server: &TestServer) {
    for day in 1..=SESSIONS {
        let session = walk(server, day, &["login", "overview", "card", "overview"]).await;
        confirm(server, &session).await;
        reference(server, |reference| reference["version"] == day).await;
    }
}

#[actix_web::test]
async fn a_way_through_the_site_that_nobody_knows_adds_a_little_and_says_so() {
    let server = TestServer::start().await;
    enrol(&server).await;
    let learnt = reference(&server, |reference| reference["habits_trained"] == true).await;
    assert_eq!(learnt["habits_sessions"], SESSIONS);

    let usual = walk(&server, 7, &["login", "overview", "card"]).await;
    let usual = server.assess(&usual).await;
    assert_eq!(usual["sub_scores"]["habits"], 0.0, "{usual}");

    let odd = walk(&server, 8, &["login", "profile", "payment"]).await;
    let answer = server.assess(&odd).await;
    assert!(answer["sub_scores"]["habits"].as_f64().unwrap() > 0.0, "{answer}");
    assert!(answer["risk"].as_f64() > answer["biometric_only"].as_f64(), "{answer}");
    assert_eq!(answer["band"], "calm");
    let codes: Vec<&str> =
        answer["reasons"].as_array().unwrap().iter().filter_map(|reason| reason["code"].as_str()).collect();
    assert!(codes.contains(&"unusual-way"), "{codes:?}");

    let again = made_again(&server.restart().await, &odd).await;
    assert!(again.len() >= 3 && again.iter().all(|one| one.is_same() && one.is_of_these_versions()));
    assert!(again.last().unwrap().outcome.habits > 0.0);
}

#[actix_web::test]
async fn where_the_settings_leave_habits_out_none_are_kept() {
    let server = TestServer::start_with(&[("PALET_RISK__HABITS_NATS_MAX", "0")]).await;
    enrol(&server).await;
    let learnt = reference(&server, |_| true).await;
    assert_eq!((&learnt["habits_sessions"], &learnt["habits_trained"]), (&json!(0), &json!(false)));
    let odd = walk(&server, 8, &["login", "profile", "payment"]).await;
    let answer = server.assess(&odd).await;
    assert_eq!(answer["sub_scores"]["habits"], Value::Null);
    assert_eq!(answer["risk"], answer["biometric_only"]);
    // Decisions by other numbers than the shipped ones name them.
    let again = made_again(&server.restart().await, &odd).await;
    assert!(again.iter().all(|one| !one.is_of_these_versions()));
    assert!(again[0].versions.contains(", risk ") && !again[0].versions_now.contains(", risk "));
}
