//! CPU that the server spends on one batch, opened, decoded, scored, decided, written and answered, beside a bare
//! actix-ws echo that only opens and seals frames of the same size, in the same run.
//!
//! The server runs in a process of its own, so that its CPU time is nobody else's; this process plays the pages.
//! `cargo bench -p palet-server --bench server_cpu` prints a table and writes `target/measured/bench-server.json`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench stops at the first fault"
)]

use actix_web::{App, HttpServer, web};
use futures_util::{SinkExt, StreamExt, future::join_all};
use palet_client::{Effect, State};
use palet_seal::PublicKey;
use palet_server::{
    access::{Scopes, issue_key},
    app,
    config::Settings,
    synthetic::{Hand, NativePage, PageSettings, Person},
};
use palet_units::Micros;
use palet_wire::Consent;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio_tungstenite::tungstenite::Message;

const ROLE: &str = "PALET_BENCH_ROLE";
const PAGES: usize = 32;
const BATCHES_A_PAGE: usize = 120;
const KEYS_A_BATCH: u32 = 64;
const LIMIT_US: f64 = 25.0;
const ORIGIN: &str = "https://bench.example";

fn main() {
    // `cargo bench` passes flags that are not ours; `cargo test --benches` only asks whether this starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let role = std::env::var(ROLE).unwrap_or_default();
    let system = actix_web::rt::System::new();
    match role.as_str() {
        "palet" => system.block_on(serve_palet()),
        "echo" => system.block_on(serve_echo()),
        _ => system.block_on(measure()),
    }
}

/// A child process in a role, and the line that it said when it was ready.
struct Server {
    child: Child,
    ready: String,
}

impl Server {
    fn start(role: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut child = command.env(ROLE, role).stdout(Stdio::piped()).stdin(Stdio::piped()).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        Self { child, ready: ready.trim().to_owned() }
    }

    /// CPU time so far of the threads that serve sockets, and of all threads: the first field of each thread's
    /// schedstat, in nanoseconds. The others write the decision log.
    fn cpu(&self) -> (Duration, Duration) {
        let (mut serving, mut total) = (Duration::ZERO, Duration::ZERO);
        for task in std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap() {
            let path = task.unwrap().path();
            let text = std::fs::read_to_string(path.join("schedstat")).unwrap_or_default();
            let spent =
                Duration::from_nanos(text.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0));
            let name = std::fs::read_to_string(path.join("comm")).unwrap_or_default();
            total += spent;
            if name.starts_with("actix-rt") {
                serving += spent;
            }
        }
        (serving, total)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn wait_for_parent() {
    // The parent kills this process; if the parent dies, standard input ends.
    let _ = tokio::task::spawn_blocking(|| std::io::stdin().lines().next()).await;
}

async fn serve_palet() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::default();
    settings.store.data_folder = folder.path().to_owned();
    settings.server.listen.set_port(0);
    settings.server.workers = 1;
    settings.enrolment.interval_ms = 100;
    settings.limits.address_opens_per_s = 100_000;
    settings.limits.address_opens_burst = 100_000;
    settings.limits.tenant_requests_burst = 100_000;
    settings.limits.session_frames_per_s = 100_000;
    settings.limits.session_frames_burst = 100_000;
    let running = app::start(settings, None).await.unwrap();
    let store = running.state.store.clone();
    let tenant = "bench".parse().unwrap();
    store.insert_tenant(&tenant, Micros(1)).await.unwrap();
    let key = issue_key(&*store, &tenant, "bench", Scopes::BACKEND).await.unwrap();
    let server_key = running.state.keys.noise.public_key().to_base64url();
    println!("{} {} {server_key}", running.address, key.expose_secret());
    let serving = actix_web::rt::spawn(running.run_until(wait_for_parent()));
    let _ = serving.await;
}

fn aead() -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &[7; 32]).unwrap())
}

fn nonce(counter: u64) -> Nonce {
    let mut bytes = [0; 12];
    bytes[4..].copy_from_slice(&counter.to_le_bytes());
    Nonce::assume_unique_for_key(bytes)
}

async fn echo(
    request: actix_web::HttpRequest,
    body: web::Payload,
) -> Result<actix_web::HttpResponse, actix_web::Error> {
    let (response, mut socket, mut stream) = actix_ws::handle(&request, body)?;
    actix_web::rt::spawn(async move {
        let (key, mut counter) = (aead(), 0);
        while let Some(Ok(message)) = stream.next().await {
            let actix_ws::Message::Binary(bytes) = message else { break };
            let mut frame = bytes.to_vec();
            let Ok(plain) = key.open_in_place(nonce(counter), Aad::empty(), &mut frame) else { break };
            let mut answer = plain.to_vec();
            key.seal_in_place_append_tag(nonce(counter), Aad::empty(), &mut answer).unwrap();
            counter += 1;
            if socket.binary(answer).await.is_err() {
                break;
            }
        }
    });
    Ok(response)
}

async fn serve_echo() {
    let server = HttpServer::new(|| App::new().route("/", web::get().to(echo))).workers(1).disable_signals();
    let server = server.bind(("127.0.0.1", 0)).unwrap();
    println!("{}", server.addrs()[0]);
    let running = actix_web::rt::spawn(server.run());
    wait_for_parent().await;
    running.abort();
}

struct Backend {
    root: String,
    key: String,
}

impl Backend {
    async fn post(&self, path: &str, body: Value) -> Value {
        let request = awc::Client::default().post(format!("{}{path}", self.root)).bearer_auth(&self.key);
        let mut answer = request.send_json(&body).await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        serde_json::from_slice(&answer.body().await.unwrap()).unwrap_or(Value::Null)
    }
}

struct Measured {
    /// Opened, decoded, scored, decided, answered.
    serving_us: f64,
    /// The same, and the decision written.
    us_a_batch: f64,
    frame_bytes: usize,
    per_second: f64,
}

async fn page(
    backend: &Backend,
    address: &str,
    server_key: PublicKey,
    subject: &str,
) -> (NativePage, String) {
    let body = json!({"subject": subject, "origin": ORIGIN, "login_age_s": 0});
    let opened = backend.post("/api/v1/sessions", body).await;
    let settings = PageSettings {
        url: format!("ws://{address}/ws/v1/capture"),
        origin: ORIGIN.into(),
        server_key,
        token: opened["token"].as_str().unwrap().into(),
        consent: Consent::Full,
    };
    let mut page = NativePage::new(settings, rand::random()).unwrap();
    page.run(Duration::from_secs(10), |effect| matches!(effect, Effect::State(State::Live))).await;
    assert_eq!(page.session.state(), State::Live);
    (page, opened["session"].as_str().unwrap().into())
}

fn type_batch(page: &mut NativePage, hand: &mut Hand) {
    let goal = hand.keys() + KEYS_A_BATCH;
    while hand.keys() < goal {
        hand.type_word().into_iter().for_each(|event| page.session.handle_event(event));
    }
    let now = page.now();
    page.session.flush(now);
}

fn is_risk(effect: &Effect) -> bool {
    matches!(effect, Effect::Risk(_))
}

/// The subject gets a reference first, so that every measured batch is compared with one.
async fn enrol(backend: &Backend, address: &str, key: PublicKey) {
    let (mut page, session) = page(backend, address, key, "subject").await;
    let mut hand = Hand::new(Person::of_seed(5), 1, Micros::from_secs(1));
    for _ in 0..12 {
        type_batch(&mut page, &mut hand);
        page.run(Duration::from_secs(5), is_risk).await;
    }
    page.run(Duration::from_millis(300), |_| false).await;
    backend.post("/api/v1/feedback", json!({"session": session, "kind": "genuine"})).await;
    let request = awc::Client::default().delete(format!("{}/api/v1/sessions/{session}", backend.root));
    request.bearer_auth(&backend.key).send().await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
}

async fn measure_palet() -> Measured {
    let server = Server::start("palet");
    let mut words = server.ready.split(' ');
    let (address, key) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
    let server_key = PublicKey::from_base64url(words.next().unwrap()).unwrap();
    let backend = Backend { root: format!("http://{address}"), key };
    enrol(&backend, &address, server_key).await;
    let mut pages = Vec::new();
    for number in 0..PAGES {
        let (mut page, session) = page(&backend, &address, server_key, "subject").await;
        page.session.set_inspect(true);
        pages.push((page, session, Hand::new(Person::of_seed(5), 100 + number as u64, Micros::from_secs(1))));
    }
    let (before, started) = (server.cpu(), Instant::now());
    let played = join_all(pages.into_iter().map(|(mut page, session, mut hand)| async move {
        let mut bytes = 0;
        for _ in 0..BATCHES_A_PAGE {
            type_batch(&mut page, &mut hand);
            for effect in page.run(Duration::from_secs(5), is_risk).await {
                if let Effect::Inspect { plaintext, .. } = effect {
                    bytes += plaintext.len();
                }
            }
        }
        (page, session, bytes)
    }))
    .await;
    let took = started.elapsed();
    // Decisions that are still being written belong to the batches.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let after = server.cpu();
    let answer = backend.post("/api/v1/risk/assess", json!({"session": played[0].1})).await;
    assert_eq!(answer["evidence"], "trained", "batches must be compared with a reference: {answer}");
    let batches = PAGES * BATCHES_A_PAGE;
    let bytes: usize = played.iter().map(|(.., bytes)| bytes).sum();
    Measured {
        serving_us: (after.0 - before.0).as_secs_f64() * 1e6 / batches as f64,
        us_a_batch: (after.1 - before.1).as_secs_f64() * 1e6 / batches as f64,
        frame_bytes: bytes / batches + 16,
        per_second: batches as f64 / took.as_secs_f64(),
    }
}

async fn measure_echo(frame_bytes: usize) -> Measured {
    let server = Server::start("echo");
    let url = format!("ws://{}/", server.ready);
    let mut sockets = Vec::new();
    for _ in 0..PAGES {
        sockets.push(tokio_tungstenite::connect_async(&url).await.unwrap().0);
    }
    let (before, started) = (server.cpu(), Instant::now());
    join_all(sockets.into_iter().map(|mut socket| async move {
        let key = aead();
        for counter in 0..BATCHES_A_PAGE as u64 {
            let mut frame = vec![5; frame_bytes - 16];
            key.seal_in_place_append_tag(nonce(counter), Aad::empty(), &mut frame).unwrap();
            socket.send(Message::Binary(frame.into())).await.unwrap();
            socket.next().await.unwrap().unwrap();
        }
    }))
    .await;
    let took = started.elapsed();
    let (frames, after) = (PAGES * BATCHES_A_PAGE, server.cpu());
    Measured {
        serving_us: (after.0 - before.0).as_secs_f64() * 1e6 / frames as f64,
        us_a_batch: (after.1 - before.1).as_secs_f64() * 1e6 / frames as f64,
        frame_bytes,
        per_second: frames as f64 / took.as_secs_f64(),
    }
}

async fn measure() {
    let ours = measure_palet().await;
    let peer = measure_echo(ours.frame_bytes).await;
    let row = |name: &str, ours: f64, peer: f64, limit: Option<f64>| {
        let (ratio, holds) = (ours / peer, limit.map(|limit| ours <= limit));
        let bound = limit.map_or_else(String::new, |limit| format!("   at most {limit} µs"));
        println!("{name:<55} {ours:7.2} µs   echo {peer:6.2} µs   ratio {ratio:5.2}{bound}");
        json!({"name": name, "ours": ours, "peer": peer, "ratio": ratio, "unit": "µs", "limit": limit, "holds": holds})
    };
    println!(
        "{:.0} batches/s in frames of {} bytes; echo {:.0} frames/s",
        ours.per_second, ours.frame_bytes, peer.per_second
    );
    let rows = json!([
        row("server CPU a batch, opened to answered", ours.serving_us, peer.serving_us, Some(LIMIT_US)),
        row("server CPU a batch, its decision written as well", ours.us_a_batch, peer.us_a_batch, None),
    ]);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/measured");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("bench-server.json"), serde_json::to_string_pretty(&rows).unwrap()).unwrap();
}
