//! The ratios that the design promises, measured side by side in one run.
//!
//! `cargo bench -p palet-obfuscation --bench ratios` prints a table and writes
//! `target/measured/bench-obfuscation.json`; it exits with 1 where a promise does not hold. Each pair is
//! measured in turns, so that what disturbs the machine disturbs both; the fastest turn counts.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench reads the clock, prints what it measured, writes it to a file, and stops at any fault"
)]

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use aes::cipher::{
    BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, KeyInit, consts::U16,
};
use fpe::ff1::{FF1, FlexibleNumeralString};
use palet_mask::{FieldClass, Marking};
use palet_obfuscation::ff1::{Context, Ff1Key, Item, Scheme};
use palet_obfuscation::{KeyVersion, PseudonymBinding, PseudonymItem, Pseudonyms, SealBinding, ValueSealer};
use palet_units::{SessionId, TenantId};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde_json::{Value, json};

const KEY: [u8; 32] = [0x2b; 32];
const TWEAK: &[u8] = b"bank|pan|7";
const TURNS: usize = 400;

fn main() {
    // `cargo test` builds and starts benches too, with `--test`: there is nothing to measure then.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let mut lines = Vec::new();
    for (name, length, radix, least) in
        [("pan", 16, 10, 10.0), ("iban digits", 18, 10, 12.0), ("iban letters", 30, 36, 12.0)]
    {
        single_against_fpe(name, length, radix, least, &mut lines);
    }
    batch_against_fpe(&mut lines);
    single_against_blocks(&mut lines);
    own_tweaks(&mut lines);
    seal_and_open(&mut lines);
    pseudonyms(&mut lines);
    json_lines(&mut lines);
    report(&lines);
    let held = lines.iter().all(|line| line["holds"] != json!(false));
    std::process::exit(i32::from(!held));
}

/// Fastest nanoseconds of one call of each, taken in turns.
fn fastest<const N: usize>(calls: u32, mut works: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut best = [f64::INFINITY; N];
    for _ in 0..TURNS {
        for (best, work) in best.iter_mut().zip(&mut works) {
            let start = Instant::now();
            for _ in 0..calls {
                work();
            }
            *best = best.min(start.elapsed().as_nanos() as f64 / f64::from(calls));
        }
    }
    best
}

fn value(length: usize, radix: u16) -> Vec<u16> {
    (0..length as u16).map(|at| (at * 7 + 3) % radix).collect()
}

fn entry(name: &str, figures: (f64, Option<f64>), unit: &str, limit: (&str, f64), lines: &mut Vec<Value>) {
    let (ours, peer) = figures;
    let ratio = peer.map(|peer| if limit.0 == "at most" { ours / peer } else { peer / ours });
    let compared = ratio.unwrap_or(ours);
    let holds = if limit.0 == "at most" { compared <= limit.1 } else { compared >= limit.1 };
    lines.push(json!({
        "name": format!("{name}, {}", limit.0), "ours": ours, "peer": peer, "ratio": ratio, "unit": unit,
        "limit": limit.1, "holds": holds,
    }));
}

fn fpe_call(length: usize, radix: u16) -> impl FnMut() {
    let other = FF1::<aes::Aes256>::new(&KEY, u32::from(radix)).unwrap();
    let text = FlexibleNumeralString::from(value(length, radix));
    move || {
        black_box(other.encrypt(TWEAK, black_box(&text)).unwrap());
    }
}

fn single_against_fpe(name: &str, length: usize, radix: u16, least: f64, lines: &mut Vec<Value>) {
    let context = Context::new(&KEY, u32::from(radix), length, TWEAK).unwrap();
    let mut digits = value(length, radix);
    let mut ours = || context.encrypt(black_box(&mut digits)).unwrap();
    let [ours, peer] = fastest(200, [&mut ours, &mut fpe_call(length, radix)]);
    let name = format!("ff1 {name} AES-256 single, times faster than fpe");
    entry(&name, (ours, Some(peer)), "ns", ("at least", least), lines);
}

fn batch_against_fpe(lines: &mut Vec<Value>) {
    let count = 1_024;
    let context = Context::new(&KEY, 10, 16, TWEAK).unwrap();
    let mut values = value(16 * count, 10);
    let mut ours = || context.encrypt_batch(black_box(&mut values)).unwrap();
    let [ours] = fastest(1, [&mut ours]);
    let [peer] = fastest(200, [&mut fpe_call(16, 10)]);
    let figures = (ours / count as f64, Some(peer));
    entry("ff1 pan AES-256 batch, times faster than fpe", figures, "ns", ("at least", 50.0), lines);
}

/// Ten blocks, each the ciphertext of the one before, in one stretch of code: the least that FF1 can take.
struct Chained<'a>(&'a mut aes::Block);

impl BlockSizeUser for Chained<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Chained<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        for _ in 0..10 {
            backend.encrypt_block((&mut *self.0).into());
        }
    }
}

fn single_against_blocks(lines: &mut Vec<Value>) {
    let context = Context::new(&KEY, 10, 16, TWEAK).unwrap();
    let mut digits = value(16, 10);
    let mut ours = || context.encrypt(black_box(&mut digits)).unwrap();
    let cipher = aes::Aes256Enc::new(&KEY.into());
    let mut block = aes::Block::default();
    let mut peer = || cipher.encrypt_with_backend(Chained(black_box(&mut block)));
    let [ours, peer] = fastest(200, [&mut ours, &mut peer]);
    let name = "ff1 pan AES-256 single, of ten chained AES blocks";
    entry(name, (ours, Some(peer)), "ns", ("at most", 2.0), lines);
}

/// A batch in which each value has the tweak of its own record.
fn own_tweaks(lines: &mut Vec<Value>) {
    let count = 1_024;
    let scheme = Scheme::new(Ff1Key::new(&KEY).unwrap(), 10, 16).unwrap();
    let tweaks: Vec<String> = (0..count).map(|at| format!("bank|pan|record-{at}")).collect();
    let mut values = value(16 * count, 10);
    let mut ours = || {
        let pairs = tweaks.iter().zip(values.chunks_exact_mut(16));
        let mut items: Vec<Item<'_>> =
            pairs.map(|(tweak, digits)| Item { tweak: tweak.as_bytes(), digits }).collect();
        scheme.encrypt_each(black_box(&mut items)).unwrap();
    };
    let [ours] = fastest(1, [&mut ours]);
    let [peer] = fastest(200, [&mut fpe_call(16, 10)]);
    let figures = (ours / count as f64, Some(peer));
    entry(
        "ff1 pan AES-256 batch of own tweaks, times faster than fpe",
        figures,
        "ns",
        ("at least", 25.0),
        lines,
    );
}

fn seal_and_open(lines: &mut Vec<Value>) {
    let tenant: TenantId = "bank".parse().unwrap();
    let sealer = ValueSealer::new(&KEY, KeyVersion(1));
    let binding = SealBinding {
        tenant: &tenant,
        class: FieldClass::Iban,
        record: "account-17",
        session: Some(SessionId(7)),
    };
    let mut rng = ChaCha8Rng::from_seed([1; 32]);
    let mut ours = || {
        let token = sealer.seal(black_box("DE89370400440532013000"), &binding, &mut rng).unwrap();
        black_box(sealer.open(&token, &binding).unwrap());
    };
    let [ours] = fastest(100, [&mut ours]);
    let per_second = 1e9 / ours;
    entry("sealed value, seal and open", (per_second, None), "pairs/s/core", ("at least", 500_000.0), lines);
}

/// Parsing, FF1 and writing of whole texts, each bound to its own record.
fn pseudonyms(lines: &mut Vec<Value>) {
    let tenant: TenantId = "bank".parse().unwrap();
    let pseudonyms = Pseudonyms::new(Ff1Key::new(&KEY).unwrap(), KeyVersion(1));
    let records: Vec<String> = (0..1_000).map(|at| format!("record-{at}")).collect();
    let items: Vec<PseudonymItem<'_>> = records
        .iter()
        .map(|record| PseudonymItem {
            text: "4111 1111 1111 1111",
            binding: PseudonymBinding { tenant: &tenant, class: FieldClass::Pan.into(), record },
            marking: Marking::Marked,
        })
        .collect();
    let mut ours = || {
        black_box(pseudonyms.encrypt_batch(black_box(&items)));
    };
    let [ours] = fastest(1, [&mut ours]);
    let per_second = 1e9 / ours * items.len() as f64;
    entry(
        "pseudonyms of pans in a batch",
        (per_second, None),
        "values/s/core",
        ("at least", 500_000.0),
        lines,
    );
}

/// `palet ff1 --json` without its process: what a file of vectors costs.
fn json_lines(lines: &mut Vec<Value>) {
    let count = 2_000;
    let input: String = (0..count)
        .map(|at| {
            let key = format!("{at:064x}");
            json!({"op": "encrypt", "key": key, "tweak": "0011", "radix": 10, "digits": value(16, 10)})
                .to_string()
                + "\n"
        })
        .collect();
    let mut ours = || {
        black_box(palet_obfuscation::ff1::lines::run(black_box(input.as_bytes()), std::io::sink()).unwrap());
    };
    let [ours] = fastest(1, [&mut ours]);
    let per_second = 1e9 / ours * f64::from(count);
    entry(
        "ff1 JSON lines, each with another key",
        (per_second, None),
        "lines/s",
        ("at least", 20_000.0),
        lines,
    );
}

fn report(lines: &[Value]) {
    for line in lines {
        let (name, unit) = (line["name"].as_str().unwrap(), line["unit"].as_str().unwrap());
        let ours = line["ours"].as_f64().unwrap();
        let peer = line["peer"].as_f64().map_or("–".to_owned(), |peer| format!("{peer:.1}"));
        let ratio = line["ratio"].as_f64().map_or("–".to_owned(), |ratio| format!("{ratio:.2}"));
        println!(
            "{name:<60} ours {ours:>10.1} peer {peer:>8} {unit}  ratio {ratio:>6}  {}  holds {}",
            line["limit"], line["holds"]
        );
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/measured");
    std::fs::create_dir_all(&folder).unwrap();
    let text = serde_json::to_string_pretty(&lines).unwrap();
    std::fs::write(folder.join("bench-obfuscation.json"), text + "\n").unwrap();
}
