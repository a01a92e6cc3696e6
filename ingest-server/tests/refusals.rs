//! Bad input: each gets a clear refusal with a stable code, and nobody else's session feels it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first fault")]

mod support;

use futures_util::{SinkExt, StreamExt};
use palet_client::{Effect, State};
use palet_features::{FeatureWindow, KeystrokeBlock, Ladder, SCHEMA_VERSION};
use palet_seal::{Initiator, PublicKey, StaticSecret, Transport};
use palet_server::synthetic::{NativePage, PageSettings};
use palet_wire::{
    Batch, ClientMessage, Consent, Hello, PageFacts, RefusalCode, ServerMessage, decode_server, encode,
};
use serde_json::json;
use support::{ORIGIN, SECOND, TestServer, hand, is_risk, type_keys};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// A peer that speaks the protocol by hand, so that it can break it.
struct RawPeer {
    socket: Socket,
    transport: Option<Transport>,
}

impl RawPeer {
    async fn connect(server: &TestServer) -> Self {
        let mut request = format!("ws://{}/ws/v1/capture", server.address).into_client_request().unwrap();
        request.headers_mut().insert("Sec-WebSocket-Protocol", "palet.v1".parse().unwrap());
        request.headers_mut().insert("Origin", ORIGIN.parse().unwrap());
        Self { socket: connect_async(request).await.unwrap().0, transport: None }
    }

    async fn shake_hands(server: &TestServer, key: PublicKey) -> Self {
        let mut peer = Self::connect(server).await;
        let (initiator, first) = Initiator::new(&key, rand::random()).unwrap();
        peer.send_raw(first).await;
        if let Some(Ok(Message::Binary(answer))) = peer.socket.next().await {
            peer.transport = initiator.finish(&answer).ok();
        }
        peer
    }

    async fn welcome(server: &TestServer, token: &str) -> Self {
        let mut peer = Self::shake_hands(server, server.server_key()).await;
        peer.send(&hello(token)).await;
        assert!(matches!(peer.hear().await, Some(ServerMessage::Welcome(_))));
        assert!(matches!(peer.hear().await, Some(ServerMessage::Risk(_))));
        peer
    }

    async fn send_raw(&mut self, bytes: Vec<u8>) {
        // The server may have closed already: what it said is read afterwards.
        let _ = self.socket.send(Message::Binary(bytes.into())).await;
    }

    async fn send_plain(&mut self, plaintext: &[u8]) {
        let frame = self.transport.as_mut().unwrap().seal(plaintext).unwrap();
        self.send_raw(frame).await;
    }

    async fn send(&mut self, message: &ClientMessage) {
        self.send_plain(&encode(message).unwrap()).await;
    }

    /// The next message; `None` when the server closed instead.
    async fn hear(&mut self) -> Option<ServerMessage> {
        let Some(Ok(Message::Binary(frame))) = self.socket.next().await else { return None };
        let mut plaintext = Vec::new();
        self.transport.as_mut().unwrap().open(&frame, &mut plaintext).unwrap();
        Some(decode_server(&plaintext).unwrap())
    }

    /// What was refused on the way to the close, and the close code.
    async fn hear_end(mut self) -> (Option<RefusalCode>, Option<u16>) {
        let mut refused = None;
        loop {
            match tokio::time::timeout(5 * SECOND, self.socket.next()).await.expect("a close") {
                Some(Ok(Message::Binary(frame))) => {
                    let mut plaintext = Vec::new();
                    let Some(transport) = &mut self.transport else { continue };
                    if transport.open(&frame, &mut plaintext).is_ok()
                        && let Ok(ServerMessage::Refused(code)) = decode_server(&plaintext)
                    {
                        refused = Some(code);
                    }
                }
                Some(Ok(Message::Close(frame))) => return (refused, frame.map(|frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return (refused, None),
            }
        }
    }
}

fn hello(token: &str) -> ClientMessage {
    let facts = PageFacts { coarse_pointer: false, strict_ladder: false };
    ClientMessage::Hello(Hello {
        token: token.into(),
        page: 7,
        schema: SCHEMA_VERSION,
        consent: Consent::Full,
        facts,
    })
}

fn block() -> FeatureWindow {
    FeatureWindow::Keystroke(KeystrokeBlock {
        ladder: Ladder::K1,
        keys: 0,
        repeats: 0,
        hasty: 0,
        cells: vec![(9, 9)],
    })
}

/// A session beside the one that misbehaves, which must not notice anything.
struct Bystander {
    page: NativePage,
    session: String,
}

impl Bystander {
    async fn new(server: &TestServer) -> Self {
        let (session, token) = server.open("bystander").await;
        Self { page: server.live_page(&token).await, session }
    }

    async fn must_be_unharmed(mut self, server: &TestServer) {
        let mut hand = hand(4, 4);
        type_keys(&mut self.page, &mut hand, 70);
        self.page.run(5 * SECOND, is_risk).await;
        assert_eq!(self.page.session.state(), State::Live);
        server.wait_assess(&self.session, |answer| answer["counts"]["keys"] == hand.keys()).await;
    }
}

#[actix_web::test]
async fn frames_that_break_the_protocol_end_their_own_connection_alone() {
    let server = TestServer::start().await;
    let bystander = Bystander::new(&server).await;
    let (_, token) = server.open("s-1").await;

    let mut wrong_key = RawPeer::connect(&server).await;
    let other = StaticSecret::from_bytes([9; 32]).public_key();
    wrong_key.send_raw(Initiator::new(&other, rand::random()).unwrap().1).await;
    assert_eq!(wrong_key.hear_end().await.1, Some(RefusalCode::BadFrame.close_code()));

    let mut garbage = RawPeer::connect(&server).await;
    garbage.send_raw(vec![0xab; 300]).await;
    assert_eq!(garbage.hear_end().await.1, Some(RefusalCode::BadFrame.close_code()));

    let mut oversized = RawPeer::welcome(&server, &token).await;
    oversized.send_raw(vec![0; 70_000]).await;
    assert_eq!(oversized.hear_end().await.1, Some(1009));

    let mut altered = RawPeer::welcome(&server, &token).await;
    let mut frame =
        altered.transport.as_mut().unwrap().seal(&encode(&ClientMessage::Goodbye).unwrap()).unwrap();
    frame[3] ^= 1;
    altered.send_raw(frame).await;
    assert_eq!(altered.hear_end().await.0, Some(RefusalCode::BadFrame));

    let mut version = RawPeer::welcome(&server, &token).await;
    version.send_plain(&[99, 6]).await;
    assert_eq!(
        version.hear_end().await,
        (Some(RefusalCode::BadVersion), Some(RefusalCode::BadVersion.close_code()))
    );

    let mut text = RawPeer::welcome(&server, &token).await;
    text.socket.send(Message::Text("hello".into())).await.unwrap();
    assert_eq!(text.hear_end().await.1, Some(RefusalCode::BadFrame.close_code()));

    bystander.must_be_unharmed(&server).await;
}

#[actix_web::test]
async fn tokens_that_are_wrong_look_alike() {
    let server = TestServer::start_with(&[("PALET_SESSIONS__TOKEN_TTL_S", "30")]).await;
    let (_, token) = server.open("s-1").await;
    let cut = &token[..token.len() - 2];
    let foreign = TestServer::start().await;
    let (_, foreign_token) = foreign.open("s-1").await;
    for wrong in ["", "ps1.", "nonsense", cut, foreign_token.as_str()] {
        let mut peer = RawPeer::shake_hands(&server, server.server_key()).await;
        peer.send(&hello(wrong)).await;
        assert_eq!(peer.hear_end().await.0, Some(RefusalCode::BadToken), "{wrong}");
    }
}

#[actix_web::test]
async fn a_token_is_good_for_its_origin_only() {
    let server = TestServer::start().await;
    let (_, token) = server.open("s-1").await;
    let settings = PageSettings { origin: "https://evil.example".into(), ..server.page_settings(&token) };
    let mut page = NativePage::new(settings, rand::random()).unwrap();
    let effects = page.run(3 * SECOND, |effect| matches!(effect, Effect::Refused(_))).await;
    assert!(effects.contains(&Effect::Refused(RefusalCode::BadToken)));
}

#[actix_web::test]
async fn windows_that_no_extractor_makes_are_refused_and_the_session_goes_on() {
    let server = TestServer::start().await;
    let bystander = Bystander::new(&server).await;
    let (session, token) = server.open("s-1").await;
    let mut peer = RawPeer::welcome(&server, &token).await;
    peer.send(&ClientMessage::Batch(Batch { seq: 1, windows: vec![block()] })).await;
    assert_eq!(peer.hear().await, Some(ServerMessage::Refused(RefusalCode::BadFeatures)));
    assert_eq!(peer.hear().await, Some(ServerMessage::Ack(1)));
    assert_eq!(server.assess(&session).await["risk"], 0.0);
    // Ten thousand windows at once do not fit into a message: the codec refuses it whole.
    let many = encode(&ClientMessage::Batch(Batch { seq: 2, windows: vec![block(); 10_000] }));
    assert!(many.is_err());
    let hundred = encode(&ClientMessage::Batch(Batch { seq: 2, windows: vec![block(); 100] })).unwrap();
    peer.send_plain(&hundred).await;
    assert_eq!(peer.hear_end().await, (Some(RefusalCode::TooLarge), Some(1009)));
    bystander.must_be_unharmed(&server).await;
}

#[actix_web::test]
async fn batches_that_go_back_in_number_are_dropped() {
    let server = TestServer::start().await;
    let (_, token) = server.open("s-1").await;
    let mut peer = RawPeer::welcome(&server, &token).await;
    for seq in [5, 4, 5, 1] {
        peer.send(&ClientMessage::Batch(Batch { seq, windows: Vec::new() })).await;
    }
    for _ in 0..4 {
        peer.hear().await;
    }
    assert_eq!(server.state.metrics.batches_compared(), 1);
    assert_eq!(server.state.metrics.duplicates.get(), 3);
    assert_eq!(server.state.metrics.lost.get(), 4);
}

#[actix_web::test]
async fn a_second_hello_is_out_of_order() {
    let server = TestServer::start().await;
    let (_, token) = server.open("s-1").await;
    let mut peer = RawPeer::welcome(&server, &token).await;
    peer.send(&hello(&token)).await;
    assert_eq!(peer.hear_end().await.0, Some(RefusalCode::OutOfOrder));
}

#[actix_web::test]
async fn rest_refuses_with_stable_codes() {
    let server = TestServer::start().await;
    let (session, _) = server.open("s-1").await;
    let sessions = "/api/v1/sessions";
    let cases = [
        ("POST", sessions, json!({"subject": "s", "origin": "bank.example"}), 422, "origin-malformed"),
        ("POST", sessions, json!({"origin": ORIGIN}), 422, "subject-missing"),
        ("POST", sessions, json!({"subject": "a b", "origin": ORIGIN}), 422, "subject-malformed"),
        ("POST", sessions, json!({"subject": "s", "origin": ORIGIN, "x": 1}), 400, "body-malformed"),
        ("POST", sessions, json!({"session": "00"}), 422, "session-malformed"),
        ("POST", sessions, json!({"session": "0".repeat(32)}), 404, "session-unknown"),
        ("POST", "/api/v1/risk/assess", json!({"session": "0".repeat(32)}), 404, "session-unknown"),
        ("POST", "/api/v1/risk/assess", json!({"session": session, "action": ""}), 422, "name-malformed"),
        ("POST", "/api/v1/feedback", json!({"session": session, "kind": "odd"}), 400, "body-malformed"),
        ("POST", "/api/v1/obfuscation/mask", json!({"items": [], "ttl_s": 0}), 422, "ttl-malformed"),
        ("GET", "/api/v1/nothing", json!(null), 404, "route-unknown"),
        ("GET", "/api/v1/subjects/a%20b", json!(null), 422, "subject-malformed"),
    ];
    for (method, path, body, status, code) in cases {
        let body = (!body.is_null()).then_some(body);
        let (got, answer) = server.call(method, path, body).await;
        assert_eq!((got, answer["code"].as_str()), (status, Some(code)), "{method} {path}: {answer}");
    }
}

#[actix_web::test]
async fn masking_gives_each_item_its_own_outcome() {
    let server = TestServer::start().await;
    let body = json!({"items": [
        {"reference": "good", "class": "iban", "value": "DE02120300000000202051", "record": "r"},
        {"reference": "secret", "class": "cvv", "value": "123"},
        {"reference": "odd", "class": "shoe-size", "value": "44"},
    ]});
    let (status, answer) = server.call("POST", "/api/v1/obfuscation/mask", Some(body)).await;
    assert_eq!((status, &answer["masked"], &answer["refused"]), (200, &json!(1), &json!(2)));
    let items = &answer["items"];
    assert_eq!((&items[0]["reference"], &items[0]["outcome"]), (&json!("good"), &json!("masked")));
    assert_eq!((&items[1]["code"], &items[2]["code"]), (&json!("secret-class"), &json!("class-unknown")));
    assert!(!answer.to_string().contains("DE02120300000000202051"));
    let many: Vec<_> = (0..10_001).map(|_| json!({"class": "iban", "value": "x"})).collect();
    let (status, answer) =
        server.call("POST", "/api/v1/obfuscation/mask", Some(json!({"items": many}))).await;
    assert_eq!((status, answer["code"].as_str()), (422, Some("too-many-items")));
}

#[actix_web::test]
async fn keys_that_are_wrong_look_alike_and_scopes_are_kept() {
    let server = TestServer::start().await;
    let body = || Some(json!({"subject": "s", "origin": ORIGIN}));
    let mut altered = server.key.clone();
    altered.replace_range(30..31, if &altered[30..31] == "A" { "B" } else { "A" });
    for key in
        ["", "nonsense", "pk_0000000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", altered.as_str()]
    {
        let (status, answer) = server.call_as(key, "POST", "/api/v1/sessions", body()).await;
        assert_eq!((status, answer["code"].as_str()), (401, Some("key-refused")), "{key}");
    }
    let tenant = "other".parse().unwrap();
    server.state.store.insert_tenant(&tenant, palet_units::Micros(1)).await.unwrap();
    let scopes = palet_server::access::Scopes::parse("sessions").unwrap();
    let key = palet_server::access::issue_key(&*server.state.store, &tenant, "", scopes).await.unwrap();
    let key = secrecy::ExposeSecret::expose_secret(&key).to_owned();
    let mask = Some(json!({"items": []}));
    let (status, answer) = server.call_as(&key, "POST", "/api/v1/obfuscation/mask", mask).await;
    assert_eq!((status, answer["code"].as_str()), (403, Some("scope-missing")));
    // Another tenant's session does not exist for this one.
    let (session, _) = server.open("s-1").await;
    let (status, answer) = server.call_as(&key, "GET", &format!("/api/v1/sessions/{session}"), None).await;
    assert_eq!((status, answer["code"].as_str()), (404, Some("session-unknown")));
}
