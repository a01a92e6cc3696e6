//! Detection on a megabyte of mixed text, and on a form's fields.

#[path = "../examples/detect_bench/text.rs"]
#[allow(dead_code, reason = "shared with the example, which uses the rest")]
mod text;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use palet_detect::form::{FieldHints, classify};
use palet_detect::text::Detector;

fn detection(criterion: &mut Criterion) {
    let mixed = text::mixed(1_000_000, 7);
    let detector = Detector::new();
    let mut group = criterion.benchmark_group("detect");
    group.throughput(Throughput::Bytes(mixed.len() as u64));
    group.bench_function("mixed text", |bencher| bencher.iter(|| detector.detect(black_box(&mixed))));
    group.finish();
}

fn fields(criterion: &mut Criterion) {
    let hints = FieldHints {
        kind: "tel",
        name: "kartennummer",
        label: "Kartennummer",
        maxlength: Some(19),
        neighbours: &["Gültig bis", "Prüfziffer"],
        ..FieldHints::default()
    };
    criterion.bench_function("form field", |bencher| bencher.iter(|| classify(black_box(&hints))));
}

criterion_group!(benches, detection, fields);
criterion_main!(benches);
