//! People of pointer corpora as a pointer model is made from them: every recording as it is, and thinned to the
//! sampling rates of slower devices.

use crate::corpus::{Corpus, CorpusKind};
use crate::parallel;
use crate::replay::{events_of, seed_of, windows_of};
use palet_capture::{Event, FieldKind, PointerPhase, What};
use palet_comparison::pointer::{TrainingPerson, TrainingRecording};
use palet_features::{ExtractorSettings, FeatureWindow, PointerBlock, RateClass};
use palet_units::Micros;

/// Intervals that recordings are thinned to: as recorded, a slow device, a remote desktop.
const RATES: [(RateClass, Micros); 3] = [
    (RateClass::Fine, Micros::ZERO),
    (RateClass::Medium, Micros::from_millis(30)),
    (RateClass::Coarse, Micros::from_millis(100)),
];

/// Every subject of the pointer corpora among these, in their order.
#[must_use]
pub fn of<'a>(corpora: impl IntoIterator<Item = &'a Corpus>) -> Vec<TrainingPerson> {
    let subjects: Vec<(&Corpus, &str)> = corpora
        .into_iter()
        .filter(|corpus| corpus.kind == CorpusKind::Pointer)
        .flat_map(|corpus| corpus.subjects().into_iter().map(move |subject| (corpus, subject)))
        .collect();
    parallel::map(&subjects, |(corpus, subject)| person_of(corpus, subject))
}

fn person_of(corpus: &Corpus, subject: &str) -> TrainingPerson {
    let recordings = corpus.recordings_of(subject).map(|recording| {
        let rows = recording.rows(0, recording.len());
        let events =
            rows.map(|rows| events_of(rows, FieldKind::Open, Micros::from_secs(1))).unwrap_or_default();
        let blocks = RATES.map(|(rate, interval)| blocks_of(&thinned(&events, interval), rate));
        TrainingRecording { tag: recording.tag(), blocks }
    });
    TrainingPerson { recordings: recordings.collect() }
}

/// The blocks of one rate class that the shipped extractor makes of these events.
fn blocks_of(events: &[Event], rate: RateClass) -> Vec<PointerBlock> {
    windows_of(ExtractorSettings::default(), seed_of("pointer"), events)
        .into_iter()
        .filter_map(|timed| match timed.window {
            FeatureWindow::Pointer(block) if block.rate == rate => Some(block),
            _ => None,
        })
        .collect()
}

/// What a device that reports a movement at most once an interval would have reported.
fn thinned(events: &[Event], interval: Micros) -> Vec<Event> {
    let mut reported: Option<Micros> = None;
    let due = |event: &&Event| match event.what {
        What::Pointer(pointer) if pointer.phase == PointerPhase::Move => {
            let due = reported.is_none_or(|before| event.at.since(before) >= interval);
            if due {
                reported = Some(event.at);
            }
            due
        }
        _ => true,
    };
    events.iter().filter(due).copied().collect()
}
