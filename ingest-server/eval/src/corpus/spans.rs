//! Enrolments, trials and streams: which rows are taken for what.

use super::CorpusError;
use super::table::{Fault, FaultKind, rows};

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
    for (line, row) in rows::<4>(text, FILE, "subject,session,first,last")? {
        match row.map(|[subject, session, first, last]| span(subject, session, first, last)) {
            Ok(Some(span)) => enrolments.push(EnrolSpan { span, line }),
            Ok(None) => faults.push(Fault { file: FILE, line, kind: FaultKind::Number }),
            Err(fault) => faults.push(fault),
        }
    }
    Ok(enrolments)
}

pub(super) fn parse_trials(text: &str, faults: &mut Vec<Fault>) -> Result<Vec<Trial>, CorpusError> {
    const FILE: &str = "trials.csv";
    let mut trials = Vec::new();
    for (line, row) in rows::<7>(text, FILE, "trial,claimed,subject,session,first,last,mated")? {
        match row.map(|fields| trial(fields, line)) {
            Ok(Some(trial)) => trials.push(trial),
            Ok(None) => faults.push(Fault { file: FILE, line, kind: FaultKind::Number }),
            Err(fault) => faults.push(fault),
        }
    }
    Ok(trials)
}

fn trial([id, claimed, subject, session, first, last, mated]: [&str; 7], line: usize) -> Option<Trial> {
    let mated = match mated.trim() {
        "1" => true,
        "0" => false,
        _ => return None,
    };
    let probe = span(subject, session, first, last)?;
    Some(Trial { id: id.to_owned(), claimed: claimed.to_owned(), probe, mated, line })
}

pub(super) fn parse_streams(text: &str, faults: &mut Vec<Fault>) -> Result<Vec<Stream>, CorpusError> {
    const FILE: &str = "takeover.csv";
    let mut streams: Vec<Stream> = Vec::new();
    for (line, row) in rows::<7>(text, FILE, "stream,claimed,part,subject,session,first,last")? {
        let parsed = row.map(|[id, claimed, _, subject, session, first, last]| {
            span(subject, session, first, last).map(|part| (id, claimed, part))
        });
        match parsed {
            Ok(Some((id, claimed, part))) => match streams.last_mut().filter(|stream| stream.id == id) {
                Some(stream) => stream.parts.push(part),
                None => {
                    let (id, claimed) = (id.to_owned(), claimed.to_owned());
                    streams.push(Stream { id, claimed, parts: vec![part], line });
                }
            },
            Ok(None) => faults.push(Fault { file: FILE, line, kind: FaultKind::Number }),
            Err(fault) => faults.push(fault),
        }
    }
    Ok(streams)
}
