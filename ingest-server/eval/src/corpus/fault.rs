//! What can be wrong with a row, and how it is told.

use std::fmt;

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// Another number of fields than the header has.
    Fields {
        /// What the header has.
        expected: usize,
        /// What the row has.
        got: usize,
    },
    /// The header once more; it is no row and takes no place.
    Header,
    /// A field that is no number, or not a finite one.
    Number,
    /// A time or a place that no page could have reported.
    Reach,
    /// A row that is earlier than the one before it; it is compared where its time puts it.
    Order,
    /// A key that was released before it was pressed.
    NegativeDwell,
    /// A key that no browser names so; it counts as "other".
    UnknownKey,
    /// A pointer event that is none of move, down, up, scroll.
    UnknownEvent,
    /// A trial, enrolment or stream that names a session that is not there.
    UnknownSession,
    /// A label that is neither 1 nor 0.
    Mated,
    /// A part of a stream that claims somebody else than the parts before.
    Claimed,
    /// A span without a row, or beyond the session's end.
    EmptySpan,
    /// A span without a usable event.
    NoFeatures,
    /// A claimed subject whom nothing enrols.
    NotEnrolled,
    /// A claimed subject whose enrolment holds too little of anything to be compared with.
    NotTrained,
    /// A probe whose rows enrol its subject too; it is compared all the same.
    Enrols,
    /// A trial whose label and whose names do not say the same; its label counts.
    Label,
    /// A comparison that stands there already; it counts again.
    Twice,
    /// A stream whose parts are not 0, 1 and so on.
    Parts,
    /// Another number than `corpus.json` promises.
    Count {
        /// Of what.
        of: &'static str,
        /// What it says.
        promised: u64,
        /// What there is.
        found: u64,
    },
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fields { expected, got } => {
                return write!(f, "expected {expected} fields as in the header, got {got}");
            }
            Self::Header => "expected a row, got the header once more",
            Self::Number => "expected finite numbers, whole ones but for a pointer's places",
            Self::Reach => "expected a time within 285 years (in µs) and a place within a million pixels",
            Self::Order => "expected times in order within the session, compared in the order of time",
            Self::NegativeDwell => "expected a release after its press",
            Self::UnknownKey => "expected a known key, counted as \"other\"",
            Self::UnknownEvent => "expected move, down, up or scroll",
            Self::UnknownSession => "expected a session of the corpus",
            Self::Mated => "expected 1 or 0 for mated",
            Self::Claimed => "expected one claimed subject in all parts of a stream",
            Self::EmptySpan => "expected rows within the session, got an empty span",
            Self::NoFeatures => "expected events to compare, got none",
            Self::NotEnrolled => "expected an enrolled subject",
            Self::NotTrained => "expected an enrolment to compare with, got one that holds too little",
            Self::Enrols => "expected a probe apart from its subject's enrolment, compared all the same",
            Self::Label => {
                "expected mated = 1 where subject and claimed are one, 0 where not; taken as it says"
            }
            Self::Twice => "expected each comparison once, counted again",
            Self::Parts => "expected a stream's parts to be 0, 1 and so on, all of them readable",
            Self::Count { of, promised, found } => {
                return write!(f, "expected {promised} {of} as it says, got {found}");
            }
        })
    }
}

/// One thing that could not be used, or not as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        write!(f, "{}:{}: {}", self.file, self.line, self.kind)
    }
}
