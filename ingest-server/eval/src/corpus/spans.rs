//! Enrolments, trials and streams: which rows are taken for what.

use super::CorpusError;
use super::fault::{Fault, FaultKind};
use super::table::rows;
use std::collections::{HashMap, HashSet};

/// Rows [first, last) of one session of one subject.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// Who.
    pub subject: String,
    /// Which session.
    pub session: String,
    /// The first row.
    pub first: usize,
    /// One more than the last row.
    pub last: usize,
}

/// Rows that enrol their subject.
#[derive(Clone, Debug)]
pub struct EnrolSpan {
    /// The rows.
    pub span: Span,
    /// Where it stands.
    pub line: usize,
}

/// One comparison of a probe with somebody's reference.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The trial's own name.
    pub id: String,
    /// Whose reference.
    pub claimed: String,
    /// The probe.
    pub probe: Span,
    /// Whether the probe is the claimed subject's.
    pub mated: bool,
    /// Where it stands.
    pub line: usize,
}

/// Parts in order: the claimed subject's, and in a takeover somebody else's.
#[derive(Clone, Debug)]
pub struct Stream {
    /// The stream's own name.
    pub id: String,
    /// Whose session it was.
    pub claimed: String,
    /// One part, or two.
    pub parts: Vec<Span>,
    /// Where it begins.
    pub line: usize,
}

fn span(subject: &str, session: &str, first: &str, last: &str) -> Option<Span> {
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    Some(Span { subject: subject.to_owned(), session: session.to_owned(), first, last })
}

pub(super) fn parse_enrolments(text: &str, faults: &mut Vec<Fault>) -> Result<Vec<EnrolSpan>, CorpusError> {
    const FILE: &str = "enrol.csv";
    let mut enrolments = Vec::new();
    for row in rows::<4>(text, FILE, "subject,session,first,last")? {
        let line = row.line;
        match row.read().map(|[subject, session, first, last]| span(subject, session, first, last)) {
            Ok(Some(span)) => enrolments.push(EnrolSpan { span, line }),
            Ok(None) => faults.push(Fault { file: FILE, line, kind: FaultKind::Number }),
            Err(fault) => faults.push(fault),
        }
    }
    Ok(enrolments)
}

/// Trials, and how many rows are none that can be read.
pub(super) fn parse_trials(text: &str, faults: &mut Vec<Fault>) -> Result<(Vec<Trial>, usize), CorpusError> {
    const FILE: &str = "trials.csv";
    let (mut trials, mut unreadable) = (Vec::new(), 0);
    for row in rows::<7>(text, FILE, "trial,claimed,subject,session,first,last,mated")? {
        let line = row.line;
        let fault = match row.read().map(|fields| trial(fields, line)) {
            Ok(Ok(trial)) => {
                trials.push(trial);
                continue;
            }
            Ok(Err(kind)) => Fault { file: FILE, line, kind },
            Err(fault) => fault,
        };
        unreadable += usize::from(fault.kind != FaultKind::Header);
        faults.push(fault);
    }
    Ok((trials, unreadable))
}

fn trial(
    [id, claimed, subject, session, first, last, mated]: [&str; 7],
    line: usize,
) -> Result<Trial, FaultKind> {
    let mated = match mated.trim() {
        "1" => true,
        "0" => false,
        _ => return Err(FaultKind::Mated),
    };
    let probe = span(subject, session, first, last).ok_or(FaultKind::Number)?;
    Ok(Trial { id: id.to_owned(), claimed: claimed.to_owned(), probe, mated, line })
}

/// Streams while their parts are read.
#[derive(Default)]
struct Parts {
    streams: Vec<(Stream, Vec<usize>)>,
    places: HashMap<String, usize>,
    /// Streams of which a part cannot be read.
    broken: HashSet<String>,
}

impl Parts {
    fn take(&mut self, [id, claimed, part]: [&str; 3], span: Span, line: usize) -> Result<(), FaultKind> {
        let part = part.parse().map_err(|_| FaultKind::Number)?;
        let at = *self.places.entry(id.to_owned()).or_insert_with(|| {
            let (id, claimed) = (id.to_owned(), claimed.to_owned());
            self.streams.push((Stream { id, claimed, parts: Vec::new(), line }, Vec::new()));
            self.streams.len() - 1
        });
        let (stream, parts) = &mut self.streams[at];
        if stream.claimed != claimed {
            return Err(FaultKind::Claimed);
        }
        let place = parts.partition_point(|known| *known < part);
        stream.parts.insert(place, span);
        parts.insert(place, part);
        Ok(())
    }

    /// The streams of which all parts are there, and how many are not.
    fn finish(self, faults: &mut Vec<Fault>) -> (Vec<Stream>, usize) {
        let mut whole = Vec::new();
        let mut unreadable = self.broken.iter().filter(|id| !self.places.contains_key(*id)).count();
        for (stream, parts) in self.streams {
            if !self.broken.contains(&stream.id) && parts.iter().copied().eq(0..parts.len()) {
                whole.push(stream);
                continue;
            }
            unreadable += 1;
            faults.push(Fault { file: STREAMS, line: stream.line, kind: FaultKind::Parts });
        }
        (whole, unreadable)
    }
}

const STREAMS: &str = "takeover.csv";

/// Streams, and how many there are that cannot be read: a stream is compared with all its parts or not at all, since
/// one without its beginning would pass for somebody else's.
pub(super) fn parse_streams(
    text: &str,
    faults: &mut Vec<Fault>,
) -> Result<(Vec<Stream>, usize), CorpusError> {
    let mut parts = Parts::default();
    for row in rows::<7>(text, STREAMS, "stream,claimed,part,subject,session,first,last")? {
        let line = row.line;
        let taken = row.read().map(|[id, claimed, part, subject, session, first, last]| {
            let span = span(subject, session, first, last).ok_or(FaultKind::Number)?;
            parts.take([id, claimed, part], span, line)
        });
        let fault = match taken {
            Ok(Ok(())) => continue,
            Ok(Err(kind)) => Fault { file: STREAMS, line, kind },
            Err(fault) => fault,
        };
        if fault.kind != FaultKind::Header {
            parts.broken.extend(row.fields.beginning::<1>().map(|[id]| id.to_owned()));
        }
        faults.push(fault);
    }
    Ok(parts.finish(faults))
}
