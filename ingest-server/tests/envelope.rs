//! The POST fallback: sealed envelopes instead of a socket.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first fault")]

mod support;

use palet_features::{FeatureWindow, KeystrokeBlock, Ladder, SCHEMA_VERSION};
use palet_seal::{ReplySecret, open_reply, seal_request};
use palet_wire::{
    Batch, ClientMessage, Consent, EnvelopeRequest, Hello, PageFacts, RefusalCode, ServerMessage,
    decode_envelope_reply, encode,
};
use support::{ORIGIN, TestServer};

fn hello(token: &str) -> ClientMessage {
    let facts = PageFacts { coarse_pointer: false, strict_ladder: false };
    let (page, schema) = (9, SCHEMA_VERSION);
    ClientMessage::Hello(Hello { token: token.into(), page, schema, consent: Consent::Full, facts })
}

fn batch(seq: u64) -> ClientMessage {
    let block = KeystrokeBlock { ladder: Ladder::K1, keys: 0, repeats: 0, hasty: 0, cells: vec![(9, 9)] };
    let windows = if seq == 0 { vec![FeatureWindow::Keystroke(block)] } else { Vec::new() };
    ClientMessage::Batch(Batch { seq: seq.max(1), windows })
}

async fn post_bytes(server: &TestServer, bytes: Vec<u8>) -> (u16, Vec<u8>) {
    let request = awc::Client::default()
        .post(server.url("/api/v1/biometrics/capture"))
        .insert_header(("Origin", ORIGIN));
    let mut answer = request.content_type("application/octet-stream").send_body(bytes).await.unwrap();
    (answer.status().as_u16(), answer.body().await.unwrap().to_vec())
}

async fn post(server: &TestServer, messages: Vec<ClientMessage>) -> Vec<ServerMessage> {
    let secret = ReplySecret::from_seed(rand::random());
    let request = EnvelopeRequest { reply_key: *secret.public_key().as_bytes(), messages };
    let sealed = seal_request(&server.server_key(), rand::random(), &encode(&request).unwrap()).unwrap();
    let (status, reply) = post_bytes(server, sealed).await;
    assert_eq!(status, 200);
    decode_envelope_reply(&open_reply(&secret, &reply).unwrap()).unwrap().messages
}

#[actix_web::test]
async fn an_envelope_is_welcomed_compared_and_acknowledged() {
    let server = TestServer::start().await;
    let (_, token) = server.open("s-1").await;
    let answer = post(&server, vec![hello(&token), batch(1), batch(2)]).await;
    assert!(matches!(answer[0], ServerMessage::Welcome(welcome) if welcome.last_seq == 0));
    assert_eq!(answer.last(), Some(&ServerMessage::Ack(2)));
    assert_eq!(server.state.metrics.batches_compared(), 2);
    // The same envelope again, as after a lost answer: seen, acknowledged, not counted twice.
    let again = post(&server, vec![hello(&token), batch(1), batch(2), batch(3)]).await;
    assert!(matches!(again[0], ServerMessage::Welcome(welcome) if welcome.last_seq == 2));
    assert_eq!(again.last(), Some(&ServerMessage::Ack(3)));
    assert_eq!(server.state.metrics.batches_compared(), 3);
    assert_eq!(server.state.metrics.duplicates.get(), 2);
}

#[actix_web::test]
async fn what_is_refused_is_told_in_private_once_the_envelope_opens() {
    let server = TestServer::start().await;
    let (_, token) = server.open("s-1").await;
    assert_eq!(
        post(&server, vec![hello("ps1.nonsense")]).await,
        [ServerMessage::Refused(RefusalCode::BadToken)]
    );
    let answer = post(&server, vec![hello(&token), batch(0)]).await;
    assert!(answer.contains(&ServerMessage::Refused(RefusalCode::BadFeatures)));
    assert_eq!(answer.last(), Some(&ServerMessage::Ack(1)));
}

#[actix_web::test]
async fn bytes_that_are_no_envelope_get_a_problem() {
    let server = TestServer::start().await;
    for (bytes, status, code) in [(vec![7; 300], 400, "bad-frame"), (vec![7; 62_000], 413, "too-large")] {
        let (got, body) = post_bytes(&server, bytes).await;
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((got, problem["code"].as_str()), (status, Some(code)));
    }
}
