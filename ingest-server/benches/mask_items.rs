//! What the mask route costs between a body's bytes and an answer's bytes: 10,000 items read, sealed under the ring's
//! keys for a session and its subject, shown in part, and written, on one core.
//!
//! `cargo bench -p palet-server --bench mask_items` prints where the time goes and writes
//! `target/measured/bench-mask.json`; it exits with 1 where the promise does not hold. Time is that of the thread on
//! its core, so that other programs disturb it less; the fastest turn counts.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench stops at the first fault")]

use palet_mask::{Content, FieldClass, Level};
use palet_server::{
    config::{KeySettings, Settings},
    http::{MaskRequest, answer_mask},
    keys,
    store::sqlite::SqliteStore,
    values::{Form, Masking, SubjectKeys, Values},
};
use palet_units::{Micros, SessionId, TenantId};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use std::{hint::black_box, path::Path, sync::Arc};

const ITEMS: usize = 10_000;
const TURNS: usize = 40;
const LIMIT: f64 = 1_000_000.0;
const NOW: Micros = Micros(1_000_000);

fn main() {
    // `cargo test --benches` only asks whether this starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bank: TenantId = "bank".parse().unwrap();
    let (values, subject) = runtime.block_on(prepare(folder.path(), &bank));
    let keys = values.ring().tenant(&bank).unwrap();
    let mut lines = Vec::new();
    for (name, class, value) in [
        ("ibans", "iban", "DE89370400440532013000"),
        ("card numbers", "pan", "4111111111111111"),
        ("names", "name", "Ada Lovelace"),
    ] {
        let body = body(class, value);
        let masking = || {
            let whose = (Some(SessionId(7)), Some(Arc::clone(&subject)));
            Masking::new(&bank, Arc::clone(&keys), whose, None)
        };
        let whole = fastest(|| {
            let batch: MaskRequest<'_> = serde_json::from_slice(black_box(&body)).unwrap();
            let (masked, answer) = answer_mask(&mut masking(), values.classes(), batch);
            assert_eq!(masked, ITEMS);
            black_box(answer);
        });
        let parse = fastest(|| {
            black_box(serde_json::from_slice::<MaskRequest<'_>>(black_box(&body)).unwrap());
        });
        let class: FieldClass = class.parse().unwrap();
        let seal = fastest(|| {
            let mut masking = masking();
            for _ in 0..ITEMS {
                black_box(
                    masking.mask(Form::Sealed, class.into(), black_box(value), "account-00001").unwrap(),
                );
            }
        });
        let show = fastest(|| {
            for _ in 0..ITEMS {
                black_box(palet_mask::display(class, Level::Partial, Content::Value(black_box(value))));
            }
        });
        let ns = |seconds: f64| seconds * 1e9 / ITEMS as f64;
        let per_second = ITEMS as f64 / whole;
        println!(
            "mask of 10,000 {name}: {per_second:>10.0} items/s/core  ({:.0} ns an item: parse {:.0}, seal {:.0}, \
             show {:.0}, the rest {:.0})  at least {LIMIT}  holds {}",
            ns(whole),
            ns(parse),
            ns(seal),
            ns(show),
            ns(whole - parse - seal - show),
            per_second >= LIMIT
        );
        lines.push(json!({
            "name": format!("mask of 10,000 {name}, at least"), "ours": per_second, "peer": null, "ratio": null,
            "unit": "items/s/core", "limit": LIMIT, "holds": per_second >= LIMIT,
        }));
    }
    report(&lines);
}

async fn prepare(folder: &Path, bank: &TenantId) -> (Values, Arc<SubjectKeys>) {
    let mut settings = Settings::default().store;
    settings.data_folder = folder.to_owned();
    let store = Arc::new(SqliteStore::open(&settings).await.unwrap());
    let ring = keys::open_live(&KeySettings::default(), folder).unwrap();
    let values = Values::new(Arc::new(ring), store);
    let subject = values.subject_or_make(bank, &"ann".parse().unwrap(), NOW).await.unwrap();
    (values, subject)
}

fn body(class: &str, value: &str) -> Vec<u8> {
    let items: Vec<_> = (0..ITEMS)
        .map(|at| {
            json!({"reference": format!("row-{at}"), "class": class, "value": value,
            "record": format!("account-{at:05}")})
        })
        .collect();
    serde_json::to_vec(&json!({"items": items})).unwrap()
}

/// Seconds of this thread's CPU for one call, at the fastest.
fn fastest(mut work: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..TURNS {
        let before = cpu();
        work();
        best = best.min(cpu() - before);
    }
    best
}

fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn report(lines: &[Value]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/measured");
    std::fs::create_dir_all(&folder).unwrap();
    let text = serde_json::to_string_pretty(&lines).unwrap();
    std::fs::write(folder.join("bench-mask.json"), text + "\n").unwrap();
    std::process::exit(i32::from(lines.iter().any(|line| line["holds"] != json!(true))));
}
