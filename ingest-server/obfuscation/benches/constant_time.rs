//! Does time tell what a value is? Welch's t over two classes of inputs, after Reparaz, Balasch and
//! Verbauwhede, "Dude, is my code constant time?" (2017).
//!
//! `cargo bench -p palet-obfuscation --bench constant_time` prints the statistics, writes
//! `target/measured/constant-time.json` and exits with 1 where one is over its limit. A variant that leaks on
//! purpose is measured the same way and has to be caught, so that the test is known to be able to fail.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench reads the clock, prints what it measured, writes it to a file, and stops at any fault"
)]

use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::{Ordering, fence};
use std::time::Instant;

use palet_mask::FieldClass;
use palet_obfuscation::ff1::Context;
use palet_obfuscation::tokens::{DeterministicTokens, IndexTokens};
use palet_obfuscation::{KeyVersion, SealBinding, ValueSealer};
use palet_units::TenantId;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::{Value, json};

/// Above this a difference is certain (the paper's own bound is 4.5 for a suspicion, 10 for certainty).
const T_MAX: f64 = 10.0;
const SAMPLES: usize = 200_000;
/// Before these the processor's caches and predictions are still settling.
const WARM_UP: usize = SAMPLES / 5;
/// A leak shows each time; a disturbance of the machine does not.
const ATTEMPTS: usize = 3;
const CALLS: usize = 4;
/// Inputs of each class.
const POOL: usize = 1_024;

fn main() {
    // `cargo test` builds and starts benches too, with `--test`: there is nothing to measure then.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let mut lines = Vec::new();
    for (name, length, radix) in [("pan", 16, 10u16), ("iban letters", 30, 36)] {
        let context = Context::new(&[0x2b; 32], u32::from(radix), length, b"bank|pan|7").unwrap();
        let digits = |class: bool, rng: &mut ChaCha8Rng| digits(class, length, radix, rng);
        let t = least_t(digits, |value| context.encrypt(black_box(value)).unwrap());
        steady(&format!("ff1 {name} encrypt: |t| of one value against random ones"), t, &mut lines);
        let t = least_t(digits, |value| context.decrypt(black_box(value)).unwrap());
        steady(&format!("ff1 {name} decrypt: |t| of one value against random ones"), t, &mut lines);
    }
    let context = Context::new(&[0x2b; 32], 10, 16, b"bank|pan|7").unwrap();
    let t = least_t(
        |class, rng| digits(class, 16, 10, rng),
        |value| {
            black_box(leaky_number(black_box(value)));
            context.encrypt(black_box(value)).unwrap();
        },
    );
    caught("ff1 with a digit's branch put in: |t| of one value against random ones", t, &mut lines);
    tokens(&mut lines);
    other_tokens(&mut lines);
    report(&lines);
    std::process::exit(i32::from(lines.iter().any(|line| line["holds"] != json!(true))));
}

/// One class is a single value, the other is random.
fn digits(fixed: bool, length: usize, radix: u16, rng: &mut ChaCha8Rng) -> Vec<u16> {
    let random = |_| (rng.next_u32() % u32::from(radix)) as u16;
    if fixed { vec![0; length] } else { (0..length).map(random).collect() }
}

/// What the fast path must not do: save work where a digit is nought.
fn leaky_number(digits: &[u16]) -> u64 {
    let mut number = 0u64;
    for &digit in digits {
        number = black_box(number * 10);
        if digit != 0 {
            number = black_box(number + u64::from(digit) % 7 + u64::from(digit));
        }
    }
    number
}

/// A wrong token has to be refused in the same time wherever it is wrong.
fn tokens(lines: &mut Vec<Value>) {
    let tenant: TenantId = "bank".parse().unwrap();
    let binding = SealBinding { tenant: &tenant, class: FieldClass::Iban, record: "r", session: None };
    let sealer = ValueSealer::new(&[1; 32], KeyVersion(1));
    let mut seed = ChaCha8Rng::from_seed([2; 32]);
    let token = sealer.seal("DE89370400440532013000", &binding, &mut seed).unwrap().into_bytes();
    let altered = |early: bool, _: &mut ChaCha8Rng| {
        // The tag is the last 16 bytes: its first whole character, or its last but one.
        let at = if early { token.len() - 21 } else { token.len() - 2 };
        let mut token = token.clone();
        token[at] = if token[at] == b'A' { b'B' } else { b'A' };
        token
    };
    let t = least_t(altered, |token| {
        let text = core::str::from_utf8(black_box(token)).unwrap();
        assert!(black_box(sealer.open(text, &binding)).is_err());
    });
    steady("sealed value: |t| of a tag wrong at its start against one wrong at its end", t, lines);
    let t = least_t(altered, |other| {
        black_box(leaky_equal(black_box(&other[..]), black_box(&token[..])));
    });
    caught("comparison that stops early: |t| of a difference early against one late", t, lines);
}

/// The same of a one-way and of a deterministic token.
fn other_tokens(lines: &mut Vec<Value>) {
    const IBAN: &str = "DE89370400440532013000";
    let tenant: TenantId = "bank".parse().unwrap();
    let index = IndexTokens::new(&[3; 32], KeyVersion(1));
    let token = index.index(IBAN, &tenant, FieldClass::Iban).unwrap().into_bytes();
    let t = least_t(wrong_at(token, 12), |token| {
        let text = core::str::from_utf8(black_box(token)).unwrap();
        assert!(black_box(index.verify(text, IBAN, &tenant, FieldClass::Iban)).is_err());
    });
    steady("one-way token: |t| of an index wrong at its start against one wrong at its end", t, lines);
    let deterministic = DeterministicTokens::new(&[4; 64], KeyVersion(1));
    let token = deterministic.seal(IBAN, &tenant, FieldClass::Iban).unwrap().into_bytes();
    let t = least_t(wrong_at(token, 12), |token| {
        let text = core::str::from_utf8(black_box(token)).unwrap();
        assert!(black_box(deterministic.open(text, &tenant, FieldClass::Iban)).is_err());
    });
    steady("deterministic token: |t| of one wrong at its start against one wrong at its end", t, lines);
}

/// A token with one character changed: the one at `start`, or the last but one.
fn wrong_at(token: Vec<u8>, start: usize) -> impl Fn(bool, &mut ChaCha8Rng) -> Vec<u8> {
    move |early, _| {
        let at = if early { start } else { token.len() - 2 };
        let mut token = token.clone();
        token[at] = if token[at] == b'A' { b'B' } else { b'A' };
        token
    }
}

/// What the comparison of a token must not do: stop at the first difference.
fn leaky_equal(a: &[u8], b: &[u8]) -> bool {
    a.iter().zip(b).all(|(a, b)| black_box(a) == black_box(b))
}

/// The least |t| of the attempts, one after another until one is under the limit.
fn least_t<T: Clone>(
    make: impl Fn(bool, &mut ChaCha8Rng) -> Vec<T>,
    mut work: impl FnMut(&mut Vec<T>),
) -> f64 {
    let mut least = f64::INFINITY;
    for attempt in 0..ATTEMPTS {
        least = least.min(welch(attempt as u8, &make, &mut work));
        if least < T_MAX {
            break;
        }
    }
    least
}

fn welch<T: Clone>(
    seed: u8,
    make: &impl Fn(bool, &mut ChaCha8Rng) -> Vec<T>,
    work: &mut impl FnMut(&mut Vec<T>),
) -> f64 {
    let mut rng = ChaCha8Rng::from_seed([seed; 32]);
    let mut times: Vec<(bool, f64)> = Vec::with_capacity(SAMPLES);
    // Made beforehand. Both of a pair are read and one is copied on to where the work is done, so that neither
    // the addresses nor what lies in the caches tell the classes apart: inputs differ in their values alone.
    let pool: Vec<[Vec<T>; 2]> =
        (0..POOL).map(|_| [false, true].map(|class| make(class, &mut rng))).collect();
    let mut values: [Vec<T>; CALLS] = std::array::from_fn(|at| pool[at][0].clone());
    let mut staged = pool[0].clone();
    for at in 0..WARM_UP + SAMPLES {
        let class = rng.next_u32() & 1 == 1;
        for value in &mut values {
            let pair = &pool[rng.next_u32() as usize % POOL];
            staged.iter_mut().zip(pair).for_each(|(to, from)| to.clone_from_slice(black_box(from)));
            value.clone_from_slice(black_box(&staged[usize::from(class)]));
        }
        // What was copied has arrived before the clock starts.
        fence(Ordering::SeqCst);
        let start = Instant::now();
        values.iter_mut().for_each(&mut *work);
        let time = start.elapsed().as_nanos() as f64;
        if at >= WARM_UP {
            times.push((class, time));
        }
    }
    // The slowest tenth is the machine's doing: interrupts and other programs.
    let mut sorted: Vec<f64> = times.iter().map(|&(_, time)| time).collect();
    sorted.sort_by(f64::total_cmp);
    let slowest = sorted[SAMPLES * 9 / 10];
    let [one, other] = [true, false].map(|wanted| {
        moments(
            times.iter().filter(|&&(class, time)| class == wanted && time <= slowest).map(|&(_, time)| time),
        )
    });
    (one.0 - other.0).abs() / (one.1 + other.1).sqrt()
}

/// The mean, and the variance of the mean.
fn moments(times: impl Iterator<Item = f64>) -> (f64, f64) {
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    for time in times {
        count += 1.0;
        let step = time - mean;
        mean += step / count;
        squares += step * (time - mean);
    }
    (mean, squares / (count - 1.0) / count)
}

fn steady(name: &str, t: f64, lines: &mut Vec<Value>) {
    lines.push(entry(name, t, "at most", t <= T_MAX));
}

fn caught(name: &str, t: f64, lines: &mut Vec<Value>) {
    lines.push(entry(name, t, "at least", t >= T_MAX));
}

fn entry(name: &str, t: f64, limit: &str, holds: bool) -> Value {
    json!({
        "name": format!("{name}, {limit}"), "ours": t, "peer": null, "ratio": null, "unit": "t",
        "limit": T_MAX, "holds": holds,
    })
}

fn report(lines: &[Value]) {
    for line in lines {
        let (name, t) = (line["name"].as_str().unwrap(), line["ours"].as_f64().unwrap());
        println!("{name:<80} {t:>8.2}  {}  holds {}", line["limit"], line["holds"]);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/measured");
    std::fs::create_dir_all(&folder).unwrap();
    let text = serde_json::to_string_pretty(&lines).unwrap();
    std::fs::write(folder.join("constant-time.json"), text + "\n").unwrap();
}
