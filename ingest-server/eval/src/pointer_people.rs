//! People of pointer corpora as a pointer model is made from them: every recording as it is, as slower devices would have
//! reported it, and as on another machine.

use crate::corpus::{Corpus, CorpusKind};
use crate::device::{Device, MACHINES, TRAINING};
use crate::parallel;
use crate::replay::{events_of, seed_of, windows_of};
use palet_capture::{Event, FieldKind};
use palet_comparison::pointer::{TrainingPerson, TrainingRecording, TrainingView, ViewRole};
use palet_features::{ExtractorSettings, FeatureWindow, PointerBlock, RateClass};
use palet_units::Micros;

/// Places in [`TRAINING`] whose strokes span a model: as recorded, and the plainest remote desktop.
const SPANNING: [u8; 2] = [0, 2];

/// Every subject of the pointer corpora among these, in their order.
#[must_use]
pub fn of<'a>(corpora: impl IntoIterator<Item = &'a Corpus>) -> Vec<TrainingPerson> {
    let subjects: Vec<(&Corpus, &str)> = corpora
        .into_iter()
        .filter(|corpus| corpus.kind == CorpusKind::Pointer)
        .flat_map(|corpus| corpus.subjects().into_iter().map(move |subject| (corpus, subject)))
        .collect();
    let placed: Vec<(usize, (&Corpus, &str))> = subjects.into_iter().enumerate().collect();
    parallel::map(&placed, |(place, (corpus, subject))| person_of(*place, corpus, subject))
}

/// `place` is the person's place among them all.
fn person_of(place: usize, corpus: &Corpus, subject: &str) -> TrainingPerson {
    let recordings = corpus.recordings_of(subject).map(|recording| {
        let rows = recording.rows(0, recording.len());
        let events =
            rows.map(|rows| events_of(rows, FieldKind::Open, Micros::from_secs(1))).unwrap_or_default();
        TrainingRecording { tag: recording.tag(), views: views_of(place, &events) }
    });
    TrainingPerson { recordings: recordings.collect() }
}

/// A recording through every device, and as it is on one other machine: people take the machines in turns.
fn views_of(place: usize, events: &[Event]) -> Vec<TrainingView> {
    let view = |(number, (rate, device)): (u8, (RateClass, Device))| TrainingView {
        device: number,
        role: if SPANNING.contains(&number) { ViewRole::Spanning } else { ViewRole::Device },
        rate,
        blocks: blocks_of(&device.seen(events), rate),
    };
    let mut views: Vec<TrainingView> = (0..).zip(TRAINING).map(view).collect();
    let bent = MACHINES[place % MACHINES.len()].bent(events);
    let (rate, device) = TRAINING[0];
    views.push(TrainingView {
        device: TRAINING.len() as u8,
        role: ViewRole::Machine,
        rate,
        blocks: blocks_of(&device.seen(&bent), rate),
    });
    views
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
