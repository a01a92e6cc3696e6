//! One corpus: a folder of events, enrolments, trials and streams, read once and checked row by row.
//!
//! A row that cannot be used is told with its file and line and keeps its place, so that row numbers in the trials
//! still mean what they meant.

mod events;
mod key_name;
mod spans;
mod table;

pub use events::{KeyRow, PointerRow, Recording, Rows, phase_of_name};
pub use key_name::class_of_name;
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
        let mut corpus = Self { name, kind, recordings, enrolments, trials, streams, faults, index };
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
