//! What one window costs the sequence models on one core, in micro-batches, beside onnxruntime with one thread.
//!
//! `cargo bench -p palet-sequence --bench inference` prints a table and writes `target/measured/inference.json`; it exits
//! with 1 where a limit does not hold. Both sides take turns on the same graph and the same strokes; the fastest run of
//! each counts. Without the training's environment (`make ml-setup`) the peer is left out, and the table says so.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench reads the clock, prints what it measured, writes it to a file, and stops at any fault"
)]

use palet_sequence::{SequenceModel, SequenceModels, StrokeWindow};
use serde_json::{Value, json};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Windows that are run at once.
const BATCH: usize = 8;
/// The most that a window may cost. **Units**: µs.
const WINDOW_US_MAX: f64 = 60.0;
/// The most that it may cost beside the peer.
const PEER_MAX: f64 = 1.5;
/// Turns that each side takes.
const TURNS: usize = 5;
/// Time of one turn. **Units**: ms.
const TURN_MS: u128 = 400;

fn main() {
    // `cargo test` builds and starts benches too, with `--test`: there is nothing to measure then.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let models = SequenceModels::embedded().unwrap();
    let python = root.join("ml/.venv/bin/python");
    let mut lines = Vec::new();
    for (name, model) in [("autoencoder", models.autoencoder()), ("encoder", models.encoder())] {
        let graph = root.join(format!("ingest-server/sequence/models/{name}.onnx"));
        let (mut ours, mut single, mut peer) = (f64::INFINITY, f64::INFINITY, None::<[f64; 2]>);
        for _ in 0..TURNS {
            ours = ours.min(turn(model, BATCH));
            single = single.min(turn(model, 1));
            if let Some(now) = peer_turn(&python, &root, &graph) {
                let best = peer.unwrap_or(now);
                peer = Some([best[0].min(now[0]), best[1].min(now[1])]);
            }
        }
        lines.push(line(&format!("{name}, in micro-batches of {BATCH}"), ours, None, WINDOW_US_MAX));
        match peer {
            Some([batched, alone]) => {
                let against = |what: &str| format!("{name}, {what}");
                lines.push(line(&against("both in batches of 8"), ours, Some(batched), PEER_MAX));
                lines.push(line(&against("micro-batched, peer one by one"), ours, Some(alone), PEER_MAX));
                lines.push(told(&against("both one by one"), single, alone));
            }
            None => println!("{name}: onnxruntime is left out, there is no ml/.venv (make ml-setup)"),
        }
    }
    report(&root, &lines);
    let held = lines.iter().all(|line| line["holds"] != json!(false));
    std::process::exit(i32::from(!held));
}

/// Fastest microseconds of one window in one turn.
fn turn(model: &SequenceModel, batch: usize) -> f64 {
    let strokes = model.golden_windows();
    let windows: Vec<&StrokeWindow> = strokes.iter().cycle().take(batch).collect();
    let mut best = f64::INFINITY;
    let began = Instant::now();
    while began.elapsed().as_millis() < TURN_MS {
        let start = Instant::now();
        black_box(model.answers(black_box(&windows)).unwrap());
        best = best.min(start.elapsed().as_secs_f64() * 1e6 / batch as f64);
    }
    best
}

/// The peer's microseconds of one window, in batches of eight and one by one.
fn peer_turn(python: &PathBuf, root: &Path, graph: &Path) -> Option<[f64; 2]> {
    if !python.exists() {
        return None;
    }
    let output = Command::new(python)
        .args(["-m", "palet_ml.peer"])
        .arg(graph)
        .arg(TURN_MS.to_string())
        .current_dir(root.join("ml"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    Some([told["batch"].as_f64().unwrap(), told["single"].as_f64().unwrap()])
}

fn line(name: &str, ours: f64, peer: Option<f64>, limit: f64) -> Value {
    let ratio = peer.map(|peer| ours / peer);
    json!({
        "name": name, "ours": ours, "peer": peer, "ratio": ratio, "unit": "µs a window", "limit": limit,
        "holds": ratio.unwrap_or(ours) <= limit,
    })
}

fn told(name: &str, ours: f64, peer: f64) -> Value {
    json!({
        "name": name, "ours": ours, "peer": peer, "ratio": ours / peer, "unit": "µs a window", "limit": null,
        "holds": null,
    })
}

fn report(root: &Path, lines: &[Value]) {
    println!("{:<52} {:>8} {:>8} {:>6} {:>6}", "µs a window, one core", "ours", "peer", "ratio", "limit");
    for line in lines {
        let number = |key: &str| line[key].as_f64().map_or("–".to_owned(), |value| format!("{value:.2}"));
        let mark = if line["holds"] == json!(false) { "  missed" } else { "" };
        println!(
            "{:<52} {:>8} {:>8} {:>6} {:>6}{mark}",
            line["name"].as_str().unwrap_or_default(),
            number("ours"),
            number("peer"),
            number("ratio"),
            number("limit")
        );
    }
    let folder = root.join("target/measured");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("inference.json"), json!(lines).to_string()).unwrap();
}
