//! The real server and the real client session over a real socket: what a page hears.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first fault")]

mod support;

use palet_client::{Effect, State};
use palet_mask::{FieldClass, Level};
use palet_server::{
    access::{Scopes, issue_key},
    live::rescore,
    store::Learnt,
};
use palet_wire::{ActionDecision, FieldDeclaration, FieldId, FieldSource, RefusalCode};
use secrecy::ExposeSecret;
use serde_json::json;
use support::{SECOND, TestServer, hand, is_risk, type_keys};

fn sealed(id: u16, class: FieldClass, token: &str) -> FieldDeclaration {
    FieldDeclaration { id: FieldId(id), class, custom: None, source: FieldSource::Sealed(token.to_owned()) }
}

async fn mask_iban(server: &TestServer, session: &str) -> (String, String) {
    let body = json!({"session": session, "items": [
        {"reference": "a", "class": "iban", "value": "DE02120300000000202051", "record": "acc-1"}]});
    let (status, answer) = server.call("POST", "/api/v1/obfuscation/mask", Some(body)).await;
    assert_eq!((status, &answer["masked"]), (200, &json!(1)), "{answer}");
    let text = |name: &str| answer["items"][0][name].as_str().unwrap().to_owned();
    (text("sealed"), text("display"))
}

fn painted(effects: &[Effect]) -> Vec<(FieldId, Level, Option<String>)> {
    let paint = |effect: &Effect| match effect {
        Effect::Paint(directive) => Some((directive.field, directive.level, directive.display.clone())),
        _ => None,
    };
    effects.iter().filter_map(paint).collect()
}

#[actix_web::test]
async fn a_fresh_login_shows_a_sealed_value_in_clear() {
    let server = TestServer::start().await;
    let (session, token) = server.open("s-1").await;
    let (sealed_iban, display) = mask_iban(&server, &session).await;
    assert!(!display.contains("1203"), "{display}");
    let mut page = server.live_page(&token).await;
    let now = page.now();
    page.session.declare(vec![sealed(3, FieldClass::Iban, &sealed_iban)], now);
    let effects = page.run(5 * SECOND, |effect| matches!(effect, Effect::Paint(_))).await;
    let painted = painted(&effects);
    assert_eq!(painted.len(), 1);
    assert_eq!((painted[0].0, painted[0].1), (FieldId(3), Level::Clear));
    assert_eq!(painted[0].2.as_deref(), Some("DE02120300000000202051"));
}

#[actix_web::test]
async fn a_value_of_another_session_stays_masked() {
    let server = TestServer::start().await;
    let (other, _) = server.open("s-2").await;
    let (sealed_iban, _) = mask_iban(&server, &other).await;
    let (_, token) = server.open("s-1").await;
    let mut page = server.live_page(&token).await;
    let now = page.now();
    page.session.declare(vec![sealed(3, FieldClass::Iban, &sealed_iban)], now);
    let effects = page.run(5 * SECOND, |effect| matches!(effect, Effect::Refused(_))).await;
    assert!(effects.contains(&Effect::Refused(RefusalCode::BadField)));
    assert_eq!(painted(&effects), []);
    assert_eq!(page.session.state(), State::Live);
}

#[actix_web::test]
async fn typed_batches_are_compared_once_and_become_durable() {
    let server = TestServer::start().await;
    let (session, token) = server.open("s-1").await;
    let mut page = server.live_page(&token).await;
    let mut hand = hand(1, 1);
    type_keys(&mut page, &mut hand, 200);
    page.run(5 * SECOND, is_risk).await;
    let answer = server.wait_assess(&session, |answer| answer["counts"]["keys"] == hand.keys()).await;
    assert_eq!(answer["band"], "calm");
    assert_eq!(answer["evidence"], "not-trained");
    assert_eq!(answer["connected"], true);
    assert_eq!(server.state.metrics.duplicates.get(), 0);
}

#[actix_web::test]
async fn a_cut_connection_loses_nothing_and_counts_nothing_twice() {
    let server = TestServer::start().await;
    let (session, token) = server.open("s-1").await;
    let mut page = server.live_page(&token).await;
    let mut hand = hand(1, 1);
    for round in 0..4 {
        type_keys(&mut page, &mut hand, 70);
        if round % 2 == 0 {
            page.cut();
        }
        page.run(5 * SECOND, is_risk).await;
    }
    page.run(5 * SECOND, |effect| matches!(effect, Effect::State(State::Live))).await;
    server.wait_assess(&session, |answer| answer["counts"]["keys"] == hand.keys()).await;
}

#[actix_web::test]
async fn a_restart_resumes_the_session_where_it_was() {
    let server = TestServer::start().await;
    let (session, token) = server.open("s-1").await;
    let mut page = server.live_page(&token).await;
    let mut hand = hand(1, 1);
    type_keys(&mut page, &mut hand, 200);
    page.run(5 * SECOND, is_risk).await;
    let before = server.wait_assess(&session, |answer| answer["counts"]["keys"] == hand.keys()).await;
    let server = server.restart().await;
    let after = server.assess(&session).await;
    assert_eq!(after["counts"], before["counts"]);
    assert_eq!(after["risk"], before["risk"]);
    assert_eq!(after["connected"], false);
}

#[actix_web::test]
async fn a_graceful_stop_closes_sockets_with_1001() {
    let mut server = TestServer::start().await;
    let (_, token) = server.open("s-1").await;
    let mut page = server.live_page(&token).await;
    let stopping = async {
        server.stop().await;
    };
    let closing = page.run(3 * SECOND, |effect| matches!(effect, Effect::State(State::Reconnecting)));
    let ((), _) = futures_util::join!(stopping, closing);
    assert_eq!(page.close_code(), Some(1001));
}

#[actix_web::test]
async fn an_action_is_answered_and_its_reference_can_be_quoted_once_by_name() {
    let server = TestServer::start().await;
    let (session, token) = server.open("s-1").await;
    let mut page = server.live_page(&token).await;
    let now = page.now();
    page.session.action("submit-transfer", now);
    let effects = page.run(5 * SECOND, |effect| matches!(effect, Effect::ActionAnswer(_))).await;
    let answer = effects.iter().find_map(|effect| match effect {
        Effect::ActionAnswer(answer) => Some(answer),
        _ => None,
    });
    let answer = answer.unwrap();
    assert_eq!(answer.decision, ActionDecision::StepUp, "no reference is trained yet");
    let ask = |action: &str| json!({"session": session, "action": action, "reference": answer.reference});
    let (status, quoted) = server.call("POST", "/api/v1/risk/assess", Some(ask("submit-transfer"))).await;
    assert_eq!((status, &quoted["decision"]), (200, &json!("step-up")), "{quoted}");
    let (status, other) = server.call("POST", "/api/v1/risk/assess", Some(ask("add-payee"))).await;
    assert_eq!((status, &other["code"]), (422, &json!("reference-unknown")));
}

#[actix_web::test]
async fn a_passed_step_up_is_believed_at_once() {
    let server = TestServer::start().await;
    let (session, token) = server.open("s-1").await;
    let _page = server.live_page(&token).await;
    let feedback = json!({"session": session, "kind": "step-up-passed"});
    assert_eq!(server.call("POST", "/api/v1/feedback", Some(feedback)).await.0, 204);
    let ask = json!({"session": session, "action": "submit-transfer", "context": "payment"});
    let (_, answer) = server.call("POST", "/api/v1/risk/assess", Some(ask)).await;
    assert_eq!(answer["decision"], "allow", "{answer}");
}

#[actix_web::test]
async fn a_session_that_the_bank_ends_ends_its_page() {
    let server = TestServer::start().await;
    let (session, token) = server.open("s-1").await;
    let mut page = server.live_page(&token).await;
    assert_eq!(server.call("DELETE", &format!("/api/v1/sessions/{session}"), None).await.0, 204);
    let effects = page.run(5 * SECOND, |effect| matches!(effect, Effect::State(State::Ended))).await;
    assert!(effects.contains(&Effect::Refused(RefusalCode::SessionEnded)));
    assert!(effects.contains(&Effect::MaskAll));
}

#[actix_web::test]
async fn a_confirmed_session_makes_a_reference_that_the_next_one_is_compared_with() {
    let server = TestServer::start().await;
    let (session, token) = server.open("s-1").await;
    let mut page = server.live_page(&token).await;
    let mut owner = hand(1, 1);
    for _ in 0..6 {
        type_keys(&mut page, &mut owner, 130);
        page.run(5 * SECOND, is_risk).await;
    }
    server.wait_assess(&session, |answer| answer["counts"]["keys"] == owner.keys()).await;
    let genuine = json!({"session": session, "kind": "genuine"});
    assert_eq!(server.call("POST", "/api/v1/feedback", Some(genuine)).await.0, 204);
    assert_eq!(server.call("DELETE", &format!("/api/v1/sessions/{session}"), None).await.0, 204);
    let mut subject = json!(null);
    for _ in 0..200 {
        subject = server.call("GET", "/api/v1/subjects/s-1", None).await.1;
        if subject["references"][0]["keys_trained"] == true {
            break;
        }
        tokio::time::sleep(SECOND / 20).await;
    }
    assert_eq!(subject["references"][0]["keys_trained"], true, "{subject}");
    assert_eq!(subject["learnt"]["keys"], owner.keys());

    let (session, token) = server.open("s-1").await;
    let mut page = server.live_page(&token).await;
    type_keys(&mut page, &mut hand(1, 2), 200);
    page.run(5 * SECOND, is_risk).await;
    let answer = server.wait_assess(&session, |answer| answer["evidence"] == "trained").await;
    assert_eq!(answer["trained"]["keys"], true);
}

/// Types a short while as a subject, says what the bank says of it, and ends the session; its identifier.
async fn type_and_end(server: &TestServer, subject: &str, words: &[&str]) -> String {
    let (session, token) = server.open(subject).await;
    let mut page = server.live_page(&token).await;
    let mut owner = hand(1, 1);
    type_keys(&mut page, &mut owner, 130);
    page.run(5 * SECOND, is_risk).await;
    server.wait_assess(&session, |answer| answer["counts"]["keys"] == owner.keys()).await;
    for kind in words {
        let word = json!({"session": session, "kind": kind, "reference": "passkey"});
        assert_eq!(server.call("POST", "/api/v1/feedback", Some(word)).await.0, 204);
    }
    assert_eq!(server.call("DELETE", &format!("/api/v1/sessions/{session}"), None).await.0, 204);
    session
}

async fn learnt(server: &TestServer, session: &str) -> Option<Learnt> {
    for _ in 0..200 {
        let record = server.state.store.session(session.parse().unwrap()).await.unwrap().unwrap();
        if record.learnt.is_some() {
            return record.learnt;
        }
        tokio::time::sleep(SECOND / 20).await;
    }
    None
}

#[actix_web::test]
async fn a_passed_step_up_confirms_a_session_for_enrolment_and_is_in_the_log() {
    let server = TestServer::start_with(&[("PALET_ENROLMENT__QUARANTINE_H", "0")]).await;
    let proved = type_and_end(&server, "ann", &["step-up-passed"]).await;
    let failed = type_and_end(&server, "bob", &["step-up-failed"]).await;
    let silent = type_and_end(&server, "eve", &[]).await;
    let revoked = type_and_end(&server, "jan", &["step-up-passed", "fraud"]).await;
    assert_eq!(learnt(&server, &proved).await, Some(Learnt::Updated));
    for other in [&failed, &silent, &revoked] {
        assert_eq!(learnt(&server, other).await, Some(Learnt::Refused), "too short to teach unconfirmed");
    }
    let (_, ann) = server.call("GET", "/api/v1/subjects/ann", None).await;
    assert_eq!(ann["references"].as_array().map(Vec::len), Some(1), "{ann}");
    let (_, bob) = server.call("GET", "/api/v1/subjects/bob", None).await;
    assert_eq!(bob["references"].as_array().map_or(0, Vec::len), 0, "{bob}");

    let scopes = Scopes::parse("audit").unwrap();
    let auditor = issue_key(&*server.state.store, &"bank".parse().unwrap(), "audit", scopes).await.unwrap();
    let path = "/api/v1/audit?action=step-up";
    let (_, log) = server.call_as(auditor.expose_secret(), "GET", path, None).await;
    let line = |session: &str| {
        let mut lines = log["entries"].as_array().unwrap().iter();
        let line = lines.find(|line| line["session"] == session).cloned();
        line.unwrap_or_default()
    };
    let (passed, failed) = (line(&proved), line(&failed));
    assert_eq!(
        (&passed["outcome"], &passed["subject"], &passed["reference"]),
        (&json!("done"), &json!("ann"), &json!("passkey")),
        "{log}"
    );
    assert_eq!((&failed["outcome"], &failed["subject"]), (&json!("failed"), &json!("bob")), "{log}");
}

#[actix_web::test]
async fn every_stored_decision_comes_out_the_same_bits_again() {
    let server = TestServer::start().await;
    let (session, token) = server.open("s-1").await;
    let mut page = server.live_page(&token).await;
    let mut hand = hand(1, 1);
    for _ in 0..5 {
        type_keys(&mut page, &mut hand, 70);
        page.run(5 * SECOND, is_risk).await;
    }
    let feedback = json!({"session": session, "kind": "step-up-passed"});
    assert_eq!(server.call("POST", "/api/v1/feedback", Some(feedback)).await.0, 204);
    let ask = json!({"session": session, "action": "submit-transfer"});
    let (_, answer) = server.call("POST", "/api/v1/risk/assess", Some(ask)).await;
    let number: u64 = answer["reference"].as_str().unwrap().split_once('-').unwrap().1.parse().unwrap();
    assert!(number >= 7, "five batches, a step-up and an action");
    let server = server.restart().await;
    let policies = &server.state.registry.tools().policies;
    for number in 1..=number {
        let id = session.parse().unwrap();
        let rescored = rescore(&*server.state.store, policies, id, number).await.unwrap().unwrap();
        let differ: Vec<_> = rescored.differences.iter().map(|difference| difference.what).collect();
        assert_eq!(differ, [""; 0], "decision {number}");
    }
    let beyond = rescore(&*server.state.store, policies, session.parse().unwrap(), number + 1).await.unwrap();
    assert!(beyond.is_none());
}
