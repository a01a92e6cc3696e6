//! What one keystroke block costs the server: evidence against the subject and the whole cohort, normalised, fused,
//! calibrated; and what preparing a reference costs a session.
#![allow(
    clippy::expect_used,
    missing_docs,
    reason = "a bench fails loudly, and its macros make undocumented items"
)]

use criterion::{Criterion, criterion_group, criterion_main};
use palet_capture::{Event, FieldKind, KeyClass, KeyEvent, KeyPhase, KeySlot, What};
use palet_comparison::{Models, Reference, compare};
use palet_features::{DeviceClass, Extractor, ExtractorSettings, FeatureWindow};
use palet_units::Micros;
use std::hint::black_box;

/// Keystrokes of a made-up typist through the shipped extractor.
fn windows(keys: u64) -> Vec<FeatureWindow> {
    let mut extractor = Extractor::new(ExtractorSettings::default(), [3; 32]);
    let mut windows = Vec::new();
    let mut at = 1_000_000;
    for key in 0..keys {
        at += 90_000 + (key * 7_919) % 160_000;
        let class = KeyClass::from_code([0, 1, 0, 1, 2, 0, 1, 7][(key % 8) as usize]);
        let event = |phase, us| {
            let key = KeyEvent { phase, class, slot: KeySlot((key % 4) as u8), field: FieldKind::Open };
            Event { at: Micros(us), what: What::Key(key) }
        };
        extractor.handle_event(event(KeyPhase::Down, at));
        extractor.handle_event(event(KeyPhase::Up, at + 60_000 + (key * 104_729) % 80_000));
    }
    while let Some(window) = extractor.poll_window() {
        windows.push(window);
    }
    windows
}

fn benches(criterion: &mut Criterion) {
    let models = Models::embedded().expect("the shipped models");
    let sessions = [windows(250), windows(250), windows(250), windows(250)];
    let reference = Reference::enrol(&models, DeviceClass::Desktop, &sessions).expect("an enrolment");
    let prepared = reference.prepare(&models);
    let probe: Vec<FeatureWindow> =
        windows(70).into_iter().filter(|window| matches!(window, FeatureWindow::Keystroke(_))).collect();
    criterion.bench_function("compare/64-key block", |bencher| {
        bencher.iter(|| compare(black_box(&models), black_box(&prepared), black_box(&probe)));
    });
    criterion.bench_function("prepare/reference", |bencher| {
        bencher.iter(|| black_box(&reference).prepare(&models))
    });
    criterion.bench_function("extract/1000 keys", |bencher| bencher.iter(|| windows(black_box(1_000))));
}

criterion_group!(group, benches);
criterion_main!(group);
