//! Measures detection: MB/s on mixed text, and time by length on hostile text.
//!
//! `cargo run --release -p palet-detect --features std --example detect_bench`; writes
//! `target/measured/bench-detect.json`. With `--text FILE MB` it only writes that much of the mixed
//! text; with `--bank FILE` it only prints the MB/s of a bank's entities
//! on that file; with `--mixed` it leaves out the hostile texts and writes nothing.
#![allow(clippy::print_stdout, reason = "a command's output")]

mod text;

use std::io::Write as _;
use std::time::Instant;

use palet_detect::text::{Detector, Entity, EntitySet};

const MEGABYTE: usize = 1_000_000;

/// What a bank asks for: the entities of the comparison with Presidio.
const BANK: [Entity; 8] = [
    Entity::CreditCard,
    Entity::Iban,
    Entity::AbaRouting,
    Entity::UsSsn,
    Entity::UsItin,
    Entity::EmailAddress,
    Entity::IpAddress,
    Entity::Crypto,
];

struct Figure {
    name: String,
    ours: f64,
    peer: Option<f64>,
    ratio: Option<f64>,
    unit: &'static str,
    limit: Option<f64>,
    holds: bool,
}

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, file, megabytes] = arguments.as_slice()
        && flag == "--text"
    {
        let bytes = megabytes.parse::<usize>().map_err(std::io::Error::other)? * MEGABYTE;
        return std::fs::write(file, text::mixed(bytes, 7));
    }
    if let [flag, file] = arguments.as_slice()
        && flag == "--bank"
    {
        println!("{}", speed_in_pieces(&std::fs::read_to_string(file)?));
        return Ok(());
    }
    let mut figures = Vec::new();
    let mixed = text::mixed(8 * MEGABYTE, 7);
    for (name, detector) in [
        ("everything, in context", Detector::new()),
        ("bank subset, by name", Detector::of(BANK.into_iter().collect::<EntitySet>())),
    ] {
        let speed = speed(&detector, &mixed);
        println!("{name}: {speed:.0} MB/s");
        figures.push(Figure {
            name: name.to_owned(),
            ours: speed,
            peer: None,
            ratio: None,
            unit: "MB/s",
            limit: Some(100.0),
            holds: speed >= 100.0,
        });
    }
    if arguments.first().is_some_and(|flag| flag == "--mixed") {
        return Ok(());
    }
    for (name, piece) in text::HOSTILE {
        figures.push(growth(name, piece));
    }
    write(&figures)
}

/// The mean time of a run, over as many as the clock's ticks need.
fn seconds(detector: &Detector, text: &str) -> f64 {
    mean_seconds(|| {
        std::hint::black_box(detector.detect(std::hint::black_box(text)));
    })
}

fn mean_seconds(run: impl Fn()) -> f64 {
    const SECONDS_MIN: f64 = 0.25;
    let start = Clock::now();
    let mut runs = 0;
    loop {
        run();
        runs += 1;
        let seconds = start.seconds();
        if seconds >= SECONDS_MIN {
            return seconds / f64::from(runs);
        }
    }
}

/// The time that this thread has spent on a core, so that others at work on the machine do not count; where the
/// system does not tell, the time that has passed.
enum Clock {
    Core(u64),
    Wall(Instant),
}

impl Clock {
    fn now() -> Self {
        Self::on_core().map_or_else(|| Self::Wall(Instant::now()), Self::Core)
    }

    fn on_core() -> Option<u64> {
        std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()
    }

    fn seconds(&self) -> f64 {
        match self {
            Self::Core(start) => Self::on_core().map_or(f64::NAN, |now| (now - start) as f64 / 1e9),
            Self::Wall(start) => start.elapsed().as_secs_f64(),
        }
    }
}

/// The best of five: others may be at work on the machine.
fn speed(detector: &Detector, text: &str) -> f64 {
    let best = (0..5).map(|_| seconds(detector, text)).fold(f64::INFINITY, f64::min);
    text.len() as f64 / MEGABYTE as f64 / best
}

/// Megabytes a second with a bank's entities, in pieces of whole lines of about four kilobytes.
fn speed_in_pieces(text: &str) -> f64 {
    const PIECE_BYTES: usize = 4096;
    let detector = Detector::of(BANK.into_iter().collect::<EntitySet>());
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.bytes().enumerate().position(|(at, byte)| at >= PIECE_BYTES && byte == b'\n') {
        let (piece, after) = rest.split_at(end + 1);
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    let run = || {
        mean_seconds(|| {
            for piece in &pieces {
                std::hint::black_box(detector.detect(std::hint::black_box(piece)));
            }
        })
    };
    text.len() as f64 / MEGABYTE as f64 / (0..5).map(|_| run()).fold(f64::INFINITY, f64::min)
}

/// How much longer a byte takes in 64 MB than in 16 MB: 1 where time grows linearly.
fn growth(name: &str, piece: &str) -> Figure {
    let detector = Detector::new();
    let per_byte = |bytes: usize| {
        let text = piece.repeat(bytes / piece.len());
        (0..2).map(|_| seconds(&detector, &text)).fold(f64::INFINITY, f64::min) / text.len() as f64
    };
    let (short, long) = (per_byte(16 * MEGABYTE), per_byte(64 * MEGABYTE));
    let (ratio, slow) = (long / short, 1.0 / long / MEGABYTE as f64);
    println!("hostile, {name}: {slow:.0} MB/s at 64 MB, {ratio:.2} times the time a byte of 16 MB");
    Figure {
        name: format!("hostile, {name}: time a byte at 64 MB against 16 MB"),
        ours: long * 1e9,
        peer: Some(short * 1e9),
        ratio: Some(ratio),
        unit: "ns/byte",
        limit: Some(2.0),
        holds: ratio <= 2.0,
    }
}

fn write(figures: &[Figure]) -> std::io::Result<()> {
    let rows: Vec<_> = figures
        .iter()
        .map(|figure| {
            serde_json::json!({
                "name": figure.name, "ours": figure.ours, "peer": figure.peer, "ratio": figure.ratio,
                "unit": figure.unit, "limit": figure.limit, "holds": figure.holds,
            })
        })
        .collect();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/measured");
    std::fs::create_dir_all(&folder)?;
    let mut file = std::fs::File::create(folder.join("bench-detect.json"))?;
    serde_json::to_writer_pretty(&mut file, &rows)?;
    file.write_all(b"\n")
}
