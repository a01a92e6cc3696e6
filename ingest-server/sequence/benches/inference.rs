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

use palet_sequence::{INPUTS, STROKES, SequenceModels, StrokeWindow};
use serde_json::{Value, json};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;
use tract_onnx::prelude::*;

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
    let python = python(&root);
    let mut lines = Vec::new();
    for (name, model) in [("autoencoder", models.autoencoder()), ("encoder", models.encoder())] {
        let graph = root.join(format!("ingest-server/sequence/models/{name}.onnx"));
        let strokes = model.golden_windows();
        let windows: Vec<&StrokeWindow> = strokes.iter().cycle().take(BATCH).collect();
        let plain = PlainPlan::load(&graph, &windows);
        let [mut ours, mut single, mut unfused] = [f64::INFINITY; 3];
        let mut peer = None::<[f64; 2]>;
        for _ in 0..TURNS {
            ours = ours.min(turn(BATCH, || model.answers(black_box(&windows)).unwrap()));
            single = single.min(turn(1, || model.answers(black_box(&windows[..1])).unwrap()));
            unfused = unfused.min(turn(BATCH, || plain.run()));
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
                lines.push(told(&against("with tract's own layers, batches of 8"), unfused, batched));
            }
            None => lines.push(left_out(name)),
        }
    }
    report(&root, &lines);
    let held = lines.iter().all(|line| line["holds"] != json!(false));
    std::process::exit(i32::from(!held));
}

/// The training's environment, where it was made.
fn python(root: &Path) -> PathBuf {
    root.join("ml/.venv/bin/python")
}

/// The same graph and the same windows with none of the server's own operators: what tract makes of it by itself.
struct PlainPlan {
    plan: Arc<TypedRunnableModel>,
    input: Tensor,
}

impl PlainPlan {
    fn load(graph: &Path, windows: &[&StrokeWindow]) -> Self {
        let shape = [windows.len(), STROKES, INPUTS];
        let inputs: Vec<f32> = windows.iter().flat_map(|window| window.inputs()).copied().collect();
        let model = tract_onnx::onnx().model_for_path(graph).unwrap();
        let model = model.with_input_fact(0, f32::fact(shape).into()).unwrap();
        let plan = model.into_optimized().unwrap().into_runnable().unwrap();
        Self { plan, input: Tensor::from_shape(&shape, &inputs).unwrap() }
    }

    fn run(&self) -> usize {
        self.plan.run(tvec!(black_box(&self.input).clone().into_tvalue())).unwrap().len()
    }
}

/// Fastest microseconds of one window in one turn.
fn turn(batch: usize, mut run: impl FnMut() -> usize) -> f64 {
    let mut best = f64::INFINITY;
    let began = Instant::now();
    while began.elapsed().as_millis() < TURN_MS {
        let start = Instant::now();
        black_box(run());
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

/// A row that holds no figure, so that nobody reads the table as if the peer had been measured.
fn left_out(name: &str) -> Value {
    json!({
        "name": format!("{name}, beside onnxruntime: NOT MEASURED"), "ours": null, "peer": null, "ratio": null,
        "unit": "µs a window", "limit": PEER_MAX, "holds": null,
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
    if !python(root).exists() {
        println!("onnxruntime is left out: there is no ml/.venv (make ml-setup makes it)");
    }
    let folder = root.join("target/measured");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("inference.json"), json!(lines).to_string()).unwrap();
}
