//! Comma-separated tables: lines, fields, and what is wrong with them.

use super::CorpusError;
use std::fmt;
use std::io::Read;
use std::path::Path;

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// Another number of fields.
    Fields,
    /// A field that is no number, or not a finite one.
    Number,
    /// A key that was released before it was pressed.
    NegativeDwell,
    /// A key that no browser names so; it counts as "other".
    UnknownKey,
    /// A pointer event that is none of move, down, up, scroll.
    UnknownEvent,
    /// A trial, enrolment or stream that names a session that is not there.
    UnknownSession,
    /// A span without a row, or beyond the session's end.
    EmptySpan,
    /// A span without a usable event.
    NoFeatures,
    /// A claimed subject whom nothing enrols.
    NotEnrolled,
}

impl FaultKind {
    /// The fault in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Fields => "expected another number of fields",
            Self::Number => "expected a finite number",
            Self::NegativeDwell => "expected a release after its press",
            Self::UnknownKey => "expected a known key, counted as \"other\"",
            Self::UnknownEvent => "expected move, down, up or scroll",
            Self::UnknownSession => "expected a session of the corpus",
            Self::EmptySpan => "expected rows within the session, got an empty span",
            Self::NoFeatures => "expected events to compare, got none",
            Self::NotEnrolled => "expected an enrolled subject",
        }
    }
}

/// One thing that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub file: &'static str,
    /// The line, from 1; the header is line 1.
    pub line: usize,
    /// What is wrong.
    pub kind: FaultKind,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.kind.words())
    }
}

pub(super) fn read_text(folder: &Path, file: &str) -> Result<String, CorpusError> {
    std::fs::read_to_string(folder.join(file))
        .map_err(|source| CorpusError::Io { file: file.to_owned(), source })
}

pub(super) fn read_gzipped(folder: &Path, file: &str) -> Result<String, CorpusError> {
    let told = |source| CorpusError::Io { file: file.to_owned(), source };
    let opened = std::fs::File::open(folder.join(file)).map_err(told)?;
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(opened).read_to_string(&mut text).map_err(told)?;
    Ok(text)
}

/// The rows below the header, with their line numbers. A row of another width is a fault.
pub(super) fn rows<'a, const N: usize>(
    text: &'a str,
    file: &'static str,
    header: &'static str,
) -> Result<impl Iterator<Item = (usize, Result<[&'a str; N], Fault>)>, CorpusError> {
    let mut lines = text.lines();
    if lines.next().map(str::trim) != Some(header) {
        return Err(CorpusError::Columns { file, expected: header });
    }
    let numbered = lines.enumerate().map(|(at, line)| (at + 2, line));
    Ok(numbered.filter(|(_, line)| !line.is_empty()).map(move |(line, text)| {
        let fault = Fault { file, line, kind: FaultKind::Fields };
        (line, split(text).ok_or(fault))
    }))
}

fn split<const N: usize>(line: &str) -> Option<[&str; N]> {
    let mut fields = [""; N];
    let mut parts = line.split(',');
    for field in &mut fields {
        *field = parts.next()?;
    }
    parts.next().is_none().then_some(fields)
}
