//! One corpus: a folder of events, enrolments, trials and streams, read once and checked row by row.
//!
//! A row that cannot be used is told with its file and line and keeps its place, so that row numbers in the trials
//! still mean what they meant.

mod checks;
mod events;
mod fault;
mod key_name;
mod spans;
mod table;

use crate::device::{Device, Machine};
pub use events::{KeyRow, PointerRow, Recording, Rows, phase_of_name};
pub use fault::{Fault, FaultKind};
pub use key_name::class_of_name;
use palet_capture::Event;
use palet_features::Ladder;
pub use spans::{EnrolSpan, Span, Stream, Trial};

use serde::Deserialize;
use std::collections::{HashMap, HashSet};
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
    /// A file is cut, or goes wrong somewhere.
    #[error("expected {file} to be whole, got this in line {line}: {source}")]
    Broken {
        /// Which.
        file: String,
        /// How far it could be read, from 1.
        line: usize,
        /// Why.
        source: std::io::Error,
    },
    /// `corpus.json` is not what it should be.
    #[error("expected corpus.json to be a description of a corpus, got: {0}")]
    Description(#[from] serde_json::Error),
    /// A table has other columns.
    #[error("expected the columns {expected} in {file}, got others")]
    Columns {
        /// Which table.
        file: &'static str,
        /// What it should begin with.
        expected: &'static str,
    },
    /// Neither `corpus.json` nor the columns tell what was recorded.
    #[error(
        "expected a kind in corpus.json, or the columns of keys or of a pointer in events.csv.gz, got neither"
    )]
    Kind,
}

/// What `corpus.json` says. Where it has no name the folder's stands in, where it has no kind the columns tell it.
#[derive(Deserialize)]
struct Description {
    name: Option<String>,
    kind: Option<CorpusKind>,
    /// What it says besides, some of which can be checked.
    #[serde(flatten)]
    counts: HashMap<String, serde_json::Value>,
}

fn name_of_folder(folder: &Path) -> String {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    whole.file_name().map_or_else(|| "corpus".to_owned(), |name| name.to_string_lossy().into_owned())
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
    /// Rows of trials that cannot be read: trials that cannot be scored.
    pub unreadable_trials: usize,
    /// Streams with and without a takeover; empty where the corpus has none.
    pub streams: Vec<Stream>,
    /// Streams of which a part cannot be read.
    pub unreadable_streams: usize,
    /// Everything that could not be used, in the files' order.
    pub faults: Vec<Fault>,
    /// The machine that pointers are replayed as on.
    pub machine: Machine,
    /// The device that they are replayed through.
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
        let described = table::read_text(folder, "corpus.json")?;
        let description: Description = serde_json::from_str(described.trim_start_matches('\u{feff}'))?;
        let mut faults = Vec::new();
        let events = table::read_gzipped(folder, "events.csv.gz")?;
        let kind = description.kind.or_else(|| events::kind_of(&events)).ok_or(CorpusError::Kind)?;
        let recordings = events::parse(&events, kind, &mut faults)?;
        let enrolments = spans::parse_enrolments(&table::read_text(folder, "enrol.csv")?, &mut faults)?;
        let (trials, unreadable_trials) =
            spans::parse_trials(&table::read_text(folder, "trials.csv")?, &mut faults)?;
        let (streams, unreadable_streams) = match folder.join("takeover.csv").exists() {
            true => spans::parse_streams(&table::read_text(folder, "takeover.csv")?, &mut faults)?,
            false => Default::default(),
        };
        let key = |r: &Recording| (r.subject.clone(), r.session.clone());
        let index = recordings.iter().enumerate().map(|(at, recording)| (key(recording), at)).collect();
        let name = description.name.clone().unwrap_or_else(|| name_of_folder(folder));
        let (machine, device) = (Machine::RECORDED, Device::Recorded);
        let mut corpus = Self {
            name,
            kind,
            recordings,
            enrolments,
            trials,
            unreadable_trials,
            streams,
            unreadable_streams,
            faults,
            machine,
            device,
            finest: Ladder::K4,
            index,
        };
        let told = checks::faults_of(&corpus, &description, &described);
        corpus.faults.extend(told);
        Ok(corpus)
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
    /// is claimed for one of them. Returns how many are left over at the sessions' ends, fewer than `count` of each, and
    /// in no trial any more.
    pub fn join_probes(&mut self, count: usize) -> usize {
        if count <= 1 {
            return 0;
        }
        let (trials, left_over) = self.joined_probes(count);
        self.trials = trials;
        left_over
    }

    /// The trials of joined probes, and how many probes are left over.
    pub(crate) fn joined_probes(&self, count: usize) -> (Vec<Trial>, usize) {
        let mut probes: Vec<&Span> = self.trials.iter().map(|trial| &trial.probe).collect();
        probes.sort_by(|a, b| (&a.subject, &a.session, a.first).cmp(&(&b.subject, &b.session, b.first)));
        probes.dedup();
        let adjoins =
            |a: &Span, b: &Span| (&a.subject, &a.session, a.last) == (&b.subject, &b.session, b.first);
        let mut joined: HashMap<&Span, Span> = HashMap::new();
        for row in probes.chunk_by(|a, b| adjoins(a, b)) {
            for parts in row.chunks_exact(count) {
                let whole = Span { last: parts[count - 1].last, ..parts[0].clone() };
                joined.extend(parts.iter().map(|part| (*part, whole.clone())));
            }
        }
        let (mut known, mut trials) = (HashSet::new(), Vec::new());
        for trial in &self.trials {
            let Some(probe) = joined.get(&trial.probe) else { continue };
            if known.insert((&trial.claimed, probe)) {
                trials.push(Trial { probe: probe.clone(), ..trial.clone() });
            }
        }
        (trials, probes.len() - joined.len())
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

    /// How many rows of events there are, those that cannot be used among them.
    #[must_use]
    pub fn events(&self) -> usize {
        self.recordings.iter().map(Recording::len).sum()
    }

    /// Events as the corpus is replayed: keys as recorded, a pointer's as on another machine and through another device.
    pub(crate) fn seen(&self, events: &[Event]) -> Vec<Event> {
        match self.kind {
            CorpusKind::Keystroke => events.to_vec(),
            CorpusKind::Pointer => self.device.seen(&self.machine.bent(events)),
        }
    }

    /// How the corpus is replayed otherwise than as recorded, to follow its name; nothing where it is not.
    #[must_use]
    pub fn replayed(&self) -> String {
        let mut words = String::new();
        if self.kind == CorpusKind::Pointer && self.machine != Machine::RECORDED {
            words += &format!(", as on another machine ({})", self.machine);
        }
        if self.kind == CorpusKind::Pointer && self.device != Device::Recorded {
            words += ", through a remote desktop";
        }
        if self.kind == CorpusKind::Keystroke && self.finest != Ladder::K4 {
            words += &format!(", key classes told: {}", self.finest.classes());
        }
        words
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
