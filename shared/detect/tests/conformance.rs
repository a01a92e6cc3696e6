//! The recognisers against Presidio's own test cases, and against labelled sentences.
//!
//! Data: `PALET_DATA`, or `shared/data` beside the repository; without it the tests say so and pass.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "a test reports and fails")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use palet_detect::text::{Detector, Entity, EntitySet};
use serde_json::Value;

fn data(name: &str) -> Option<Value> {
    let root = std::env::var_os("PALET_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let path = root.join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Some(serde_json::from_slice(&bytes).expect("data is JSON")),
        Err(_) => {
            println!("skipped: no {name} (set PALET_DATA)");
            None
        }
    }
}

fn offset(value: &Value) -> usize {
    value.as_u64().expect("an offset") as usize
}

/// Cases whose expectation is wrong: the list of `docs/detection.md`, by case number.
const EXPECTATION_WRONG: &[u64] = &[1326];

#[test]
fn presidios_asserted_spans_hold() {
    let Some(data) = data("pii/conformance.json") else { return };
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut failures = Vec::new();
    for case in data["cases"].as_array().expect("cases") {
        let Ok(entity) = case["entities"][0].as_str().expect("an entity").parse::<Entity>() else { continue };
        let number = case["id"].as_u64().expect("a number");
        if case["asserted"] == "other" || EXPECTATION_WRONG.contains(&number) {
            continue;
        }
        let text = case["text"].as_str().expect("a text");
        let spans: Vec<_> = Detector::of(EntitySet::EMPTY.with(entity))
            .detect(text)
            .iter()
            .map(|span| (span.start, span.end, (span.score * 100.0).round() as u64))
            .collect();
        let wanted: Vec<_> = case["spans"]
            .as_array()
            .expect("spans")
            .iter()
            .map(|span| {
                let score = span["score"].as_f64().expect("a score");
                (offset(&span["start"]), offset(&span["end"]), (score * 100.0).round() as u64)
            })
            .collect();
        let count = counts.entry(entity.as_str()).or_default();
        count.1 += 1;
        if spans == wanted {
            count.0 += 1;
        } else {
            failures
                .push(format!("{number} {} {text:?}: expected {wanted:?}, got {spans:?}", entity.as_str()));
        }
    }
    for (entity, (held, all)) in &counts {
        println!("{entity:28} {held:4} of {all}");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(counts.len() >= 28, "cases of {} entities only", counts.len());
}

const STRUCTURED: [Entity; 6] = [
    Entity::CreditCard,
    Entity::EmailAddress,
    Entity::Iban,
    Entity::IpAddress,
    Entity::PhoneNumber,
    Entity::UsSsn,
];

#[test]
fn structured_classes_of_labelled_sentences() {
    let Some(data) = data("pii/sentences.json") else { return };
    let structured: EntitySet = STRUCTURED.into_iter().collect();
    for (name, detector) in
        [("by name", Detector::of(structured)), ("in context", Detector::new().only(structured))]
    {
        let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
        for sentence in data.as_array().expect("sentences") {
            count(sentence, &detector, &mut counts);
        }
        let [right, false_alarms, missed] =
            counts.values().fold([0; 3], |sum, of| [sum[0] + of[0], sum[1] + of[1], sum[2] + of[2]]);
        for (entity, [right, false_alarms, missed]) in &counts {
            println!("{name}: {entity:14} right {right:4} false {false_alarms:4} missed {missed:4}");
        }
        let f1 = 2.0 * right as f64 / (2 * right + false_alarms + missed) as f64;
        println!("{name}: F1 {f1:.4}");
        assert!(f1 >= 0.98, "{name}: expected F1 of at least .98, got {f1:.4}");
    }
}

fn count<'d>(sentence: &'d Value, detector: &Detector, counts: &mut BTreeMap<&'d str, [usize; 3]>) {
    let text = sentence["full_text"].as_str().expect("a text");
    let wanted: Vec<(&str, usize, usize)> = sentence["spans"]
        .as_array()
        .expect("spans")
        .iter()
        .map(|span| {
            let entity = span["entity_type"].as_str().expect("an entity");
            (entity, offset(&span["start_position"]), offset(&span["end_position"]))
        })
        .filter(|(entity, ..)| STRUCTURED.iter().any(|structured| structured.as_str() == *entity))
        .collect();
    let found: Vec<_> =
        detector.detect(text).iter().map(|span| (span.entity.as_str(), span.start, span.end)).collect();
    for span in &wanted {
        let index = if found.contains(span) { 0 } else { 2 };
        counts.entry(span.0).or_default()[index] += 1;
        if index == 2 {
            println!("missed {span:?} in {text:?}: got {found:?}");
        }
    }
    for span in found.iter().filter(|span| !wanted.contains(span)) {
        counts
            .entry(STRUCTURED.iter().find(|e| e.as_str() == span.0).map_or("", |e| e.as_str()))
            .or_default()[1] += 1;
        println!("false {span:?} in {text:?}");
    }
}
