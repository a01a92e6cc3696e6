//! A pointer corpus as a table of strokes, for training outside of the server.
//!
//! The blocks are those of the shipped extractor, so that a model is trained on the numbers that the server will see:
//! every recording as it is and thinned to slower devices, and every span of the corpus's protocol. One JSON object a
//! line: a header, then spans with their blocks, then trials.

use crate::corpus::{Corpus, Span};
use crate::parallel;
use crate::pointer_people;
use crate::replay::windows_of_rows;
use flate2::Compression;
use flate2::write::GzEncoder;
use palet_capture::FieldKind;
use palet_comparison::pointer::TrainingView;
use palet_features::pointer::{ABSENT, STEPS_PER_UNIT};
use palet_features::{FeatureWindow, PointerBlock, SCHEMA_VERSION, STROKE_FEATURES};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{self, Write};

/// Writes the gzipped table of one pointer corpus. The same corpus gives the same bytes.
///
/// **Errors**: [`io::Error`] where it cannot be written.
pub fn write(corpus: &Corpus, out: impl Write) -> io::Result<()> {
    let mut out = GzEncoder::new(out, Compression::new(6));
    let header = json!({
        "corpus": corpus.name, "schema": SCHEMA_VERSION, "features": STROKE_FEATURES,
        "steps_per_unit": STEPS_PER_UNIT, "absent": ABSENT,
    });
    writeln!(out, "{header}")?;
    write_recordings(corpus, &mut out)?;
    let spans = spans_of(corpus);
    let windows = parallel::map(&spans, |(_, span)| blocks_of(corpus, span));
    let mut places: HashMap<(&str, &Span), usize> = HashMap::new();
    for (at, ((role, span), blocks)) in spans.iter().zip(&windows).enumerate() {
        places.insert((role, span), at);
        let line = json!({
            "role": role, "span": at, "subject": span.subject, "session": span.session,
            "first": span.first, "last": span.last, "blocks": blocks_json(blocks),
        });
        writeln!(out, "{line}")?;
    }
    for trial in &corpus.trials {
        let span = places.get(&("probe", &trial.probe));
        let line = json!({
            "role": "trial", "trial": trial.id, "claimed": trial.claimed, "subject": trial.probe.subject,
            "span": span, "mated": trial.mated,
        });
        writeln!(out, "{line}")?;
    }
    out.finish()?.flush()
}

/// Whole recordings, by the first device of every rate class.
fn write_recordings(corpus: &Corpus, out: &mut impl Write) -> io::Result<()> {
    let people = pointer_people::of(std::slice::from_ref(corpus));
    for (subject, person) in corpus.subjects().iter().zip(&people) {
        for (recording, made) in corpus.recordings_of(subject).zip(&person.recordings) {
            let mut told = Vec::new();
            for TrainingView { rate, blocks, .. } in &made.views {
                if told.contains(rate) {
                    continue;
                }
                told.push(*rate);
                let line = json!({
                    "role": "recording", "subject": subject, "session": recording.session,
                    "tag": format!("{:016x}", made.tag.0), "blocks": blocks_json(blocks),
                });
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(())
}

/// Every span of the protocol, once, with what it is for.
fn spans_of(corpus: &Corpus) -> Vec<(&'static str, Span)> {
    let enrolments = corpus.enrolments.iter().map(|enrolment| ("enrolment", enrolment.span.clone()));
    let probes = corpus.trials.iter().map(|trial| ("probe", trial.probe.clone()));
    let mut spans: Vec<(&'static str, Span)> = enrolments.chain(probes).collect();
    let key = |entry: &(&'static str, Span)| {
        (entry.0, entry.1.subject.clone(), entry.1.session.clone(), entry.1.first, entry.1.last)
    };
    spans.sort_by_key(key);
    spans.dedup();
    spans
}

fn blocks_of(corpus: &Corpus, span: &Span) -> Vec<PointerBlock> {
    let name = format!("{}/{}/{}/{}", corpus.name, span.subject, span.session, span.first);
    let windows =
        corpus.rows(span).map(|rows| windows_of_rows(rows, FieldKind::Open, &name)).unwrap_or_default();
    let pointer = |window| match window {
        FeatureWindow::Pointer(block) => Some(block),
        _ => None,
    };
    windows.into_iter().filter_map(pointer).collect()
}

fn blocks_json(blocks: &[PointerBlock]) -> Value {
    let block = |block: &PointerBlock| {
        let kinds: Vec<u8> = block.strokes.iter().map(|stroke| stroke.kind as u8).collect();
        let features: Vec<&[i16]> = block.strokes.iter().map(|stroke| stroke.features.as_slice()).collect();
        json!({
            "pointer": block.pointer as u8, "rate": block.rate as u8, "span_ms": block.span_ms,
            "kinds": kinds, "features": features,
        })
    };
    blocks.iter().map(block).collect()
}
