//! One corpus: a folder of events, enrolments, trials and streams, read once and checked row by row.
//!
//! A row that cannot be used is told with its file and line and keeps its place, so that row numbers in the trials
//! still mean what they meant.

mod events;
mod key_name;
mod spans;
mod table;

use crate::device::Device;
pub use events::{KeyRow, PointerRow, Recording, Rows, phase_of_name};
pub use key_name::class_of_name;
use palet_features::Ladder;
pub use spans::{EnrolSpan, Span, Stream, Trial};
pub use table::{Fault, FaultKind};

use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;

/// What a corpus recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum CorpusKind {
    /// Keys.
    Keystroke,
    /// A pointer.
    Pointer,
}

/// Why a corpus cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// A file is missing or unreadable.
    #[error("expected a readable file {file}, got: {source}")]
    Io {
        /// Which.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// `corpus.json` is not what it should be.
    #[error("expected corpus.json to hold name and kind, got: {0}")]
    Description(#[from] serde_json::Error),
    /// A table has other columns.
    #[error("expected the columns {expected} in {file}, got others")]
    Columns {
        /// Which table.
        file: &'static str,
        /// What it should begin with.
        expected: &'static str,
    },
    /// There is nothing to do.
    #[error("expected {0} in the corpus, got none")]
    Empty(&'static str),
}

#[derive(Deserialize)]
struct Description {
    name: String,
    kind: CorpusKind,
}

/// A corpus in memory.
pub struct Corpus {
    /// Its name, from `corpus.json`.
    pub name: String,
    /// What it recorded.
    pub kind: CorpusKind,
    /// Every session of every subject, in the file's order.
    pub recordings: Vec<Recording>,
    /// What enrols each subject.
    pub enrolments: Vec<EnrolSpan>,
    /// What is compared.
    pub trials: Vec<Trial>,
    /// Streams with and without a takeover; empty where the corpus has none.
    pub streams: Vec<Stream>,
    /// Everything that could not be used, in the files' order.
    pub faults: Vec<Fault>,
    /// How pointers are replayed.
    pub device: Device,
    /// The finest key classes of the pages that keys are replayed through.
    pub finest: Ladder,
    index: HashMap<(String, String), usize>,
}

impl Corpus {
    /// Reads a folder.
    ///
    /// **Errors**: [`CorpusError`] where a file is missing or is no table; broken rows are faults, not errors.
    pub fn read(folder: &Path) -> Result<Self, CorpusError> {
        let description: Description = serde_json::from_str(&table::read_text(folder, "corpus.json")?)?;
        let mut faults = Vec::new();
        let events = table::read_gzipped(folder, "events.csv.gz")?;
        let recordings = events::parse(&events, description.kind, &mut faults)?;
        let enrolments = spans::parse_enrolments(&table::read_text(folder, "enrol.csv")?, &mut faults)?;
        let trials = spans::parse_trials(&table::read_text(folder, "trials.csv")?, &mut faults)?;
        let streams = match folder.join("takeover.csv").exists() {
            true => spans::parse_streams(&table::read_text(folder, "takeover.csv")?, &mut faults)?,
            false => Vec::new(),
        };
        let key = |r: &Recording| (r.subject.clone(), r.session.clone());
        let index = recordings.iter().enumerate().map(|(at, recording)| (key(recording), at)).collect();
        let (name, kind) = (description.name, description.kind);
        let mut corpus = Self {
            name,
            kind,
            recordings,
            enrolments,
            trials,
            streams,
            faults,
            device: Device::Recorded,
            finest: Ladder::K4,
            index,
        };
        corpus.check_enrolments();
        Ok(corpus)
    }

    /// Tells of enrolments that name no rows: their subjects are enrolled by less than was meant.
    fn check_enrolments(&mut self) {
        let broken = |enrolment: &EnrolSpan| {
            let kind = self.span_fault(&enrolment.span)?;
            Some(Fault { file: "enrol.csv", line: enrolment.line, kind })
        };
        let faults: Vec<Fault> = self.enrolments.iter().filter_map(broken).collect();
        self.faults.extend(faults);
    }

    /// What is wrong with a span; none where it has rows.
    #[must_use]
    pub fn span_fault(&self, span: &Span) -> Option<FaultKind> {
        if self.rows(span).is_some() {
            return None;
        }
        let known = self.index.contains_key(&(span.subject.clone(), span.session.clone()));
        Some(if known { FaultKind::EmptySpan } else { FaultKind::UnknownSession })
    }

    /// The rows of a span; none where the session is unknown, or the span is empty or reaches beyond it.
    #[must_use]
    pub fn rows(&self, span: &Span) -> Option<Rows<'_>> {
        let at = *self.index.get(&(span.subject.clone(), span.session.clone()))?;
        self.recordings[at].rows(span.first, span.last)
    }

    /// Joins neighbouring probes: `count` probes of one session with adjoining rows become one, claimed by everybody who
    /// is claimed for one of them. Those left over at a session's end, fewer than `count`, are dropped.
    pub fn join_probes(&mut self, count: usize) {
        if count <= 1 {
            return;
        }
        let trials = std::mem::take(&mut self.trials);
        let mut probes: Vec<&Span> = Vec::new();
        for trial in &trials {
            if !probes.contains(&&trial.probe) {
                probes.push(&trial.probe);
            }
        }
        let adjoins =
            |a: &Span, b: &Span| (&a.subject, &a.session, a.last) == (&b.subject, &b.session, b.first);
        for row in probes.chunk_by(|a, b| adjoins(a, b)) {
            for parts in row.chunks_exact(count) {
                let of_parts = trials.iter().filter(|trial| parts.contains(&&trial.probe));
                for trial in of_parts {
                    let probe = Span { last: parts[count - 1].last, ..parts[0].clone() };
                    let known = self.trials.iter().rev().take_while(|joined| joined.probe == probe);
                    if !known.into_iter().any(|joined| joined.claimed == trial.claimed) {
                        self.trials.push(Trial { probe, ..trial.clone() });
                    }
                }
            }
        }
    }

    /// Subjects in the order of the events.
    #[must_use]
    pub fn subjects(&self) -> Vec<&str> {
        let mut subjects: Vec<&str> = Vec::new();
        for recording in &self.recordings {
            if !subjects.contains(&recording.subject.as_str()) {
                subjects.push(&recording.subject);
            }
        }
        subjects
    }

    /// Every recording of a subject.
    pub fn recordings_of<'a>(&'a self, subject: &'a str) -> impl Iterator<Item = &'a Recording> {
        self.recordings.iter().filter(move |recording| recording.subject == subject)
    }

    /// Whether every enrolment and every probe types the same short text: what a bank would have opted into
    /// fixed-text comparison.
    #[must_use]
    pub fn is_fixed_text(&self) -> bool {
        let enrolled = self.enrolments.iter().map(|enrolment| &enrolment.span);
        let mut spans = enrolled.chain(self.trials.iter().map(|trial| &trial.probe));
        let text = |span: &Span| self.rows(span).and_then(|rows| rows.text_hash());
        match spans.next().map(text) {
            Some(Some(first)) => spans.all(|span| text(span) == Some(first)),
            _ => false,
        }
    }
}
