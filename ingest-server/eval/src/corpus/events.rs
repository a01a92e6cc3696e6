//! Events of one session, row by row. A row that cannot be used keeps its place as a gap.

use super::key_name::class_of_name;
use super::table::{Fault, FaultKind, rows};
use super::{CorpusError, CorpusKind};
use palet_capture::{KeyClass, PointerPhase};
use palet_comparison::PersonTag;

const FILE: &str = "events.csv.gz";
/// The longest text that a bank would opt into fixed-text comparison.
const FIXED_TEXT_ROWS_MAX: usize = 64;
/// Rows whose times make a recording's tag.
const TAG_ROWS: usize = 48;

/// One key.
#[derive(Clone, Copy)]
pub struct KeyRow {
    /// Its class, as the browser would have it.
    pub class: KeyClass,
    /// A hash of its name, to tell whether two texts are the same.
    name: u64,
    /// Pressed. **Units**: µs.
    pub press_us: i64,
    /// Released. **Units**: µs.
    pub release_us: i64,
}

/// One pointer event.
#[derive(Clone, Copy)]
pub struct PointerRow {
    /// What it did.
    pub phase: PointerPhase,
    /// When. **Units**: µs.
    pub at_us: i64,
    /// Where. **Units**: px.
    pub x: f32,
    /// Where. **Units**: px.
    pub y: f32,
}

enum Events {
    Keys(Vec<Option<KeyRow>>),
    Pointer(Vec<Option<PointerRow>>),
}

/// One session of one subject.
pub struct Recording {
    /// Who.
    pub subject: String,
    /// Which session.
    pub session: String,
    events: Events,
}

/// Rows of a span, gaps included.
#[derive(Clone, Copy)]
pub enum Rows<'a> {
    /// Keys.
    Keys(&'a [Option<KeyRow>]),
    /// A pointer.
    Pointer(&'a [Option<PointerRow>]),
}

impl Recording {
    /// Rows [first, last); none where there is no such row.
    #[must_use]
    pub fn rows(&self, first: usize, last: usize) -> Option<Rows<'_>> {
        if first >= last {
            return None;
        }
        match &self.events {
            Events::Keys(rows) => rows.get(first..last).map(Rows::Keys),
            Events::Pointer(rows) => rows.get(first..last).map(Rows::Pointer),
        }
    }

    /// How many rows there are, gaps included.
    #[must_use]
    pub const fn len(&self) -> usize {
        match &self.events {
            Events::Keys(rows) => rows.len(),
            Events::Pointer(rows) => rows.len(),
        }
    }

    /// Whether there is no row at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Recognises this recording among those that a model was made from.
    #[must_use]
    pub fn tag(&self) -> PersonTag {
        match &self.events {
            Events::Keys(rows) => PersonTag::of(
                rows.iter().flatten().take(TAG_ROWS).flat_map(|r| [r.press_us as u64, r.release_us as u64]),
            ),
            Events::Pointer(rows) => PersonTag::of(
                rows.iter().flatten().take(TAG_ROWS).flat_map(|r| [r.at_us as u64, u64::from(r.x.to_bits())]),
            ),
        }
    }
}

impl Rows<'_> {
    /// How many rows there are, gaps included.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Keys(rows) => rows.len(),
            Self::Pointer(rows) => rows.len(),
        }
    }

    /// Whether there is no row at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A hash of the keys' names in order; none for a pointer, and for texts too long for a fixed one.
    #[must_use]
    pub fn text_hash(&self) -> Option<u64> {
        let Self::Keys(rows) = self else { return None };
        (rows.len() <= FIXED_TEXT_ROWS_MAX)
            .then(|| rows.iter().fold(0, |hash, row| mix(hash, row.as_ref().map_or(0, |row| row.name))))
    }
}

fn mix(hash: u64, value: u64) -> u64 {
    (hash ^ value).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23)
}

fn name_hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| mix(hash, u64::from(byte)))
}

pub(super) fn parse(
    text: &str,
    kind: CorpusKind,
    faults: &mut Vec<Fault>,
) -> Result<Vec<Recording>, CorpusError> {
    match kind {
        CorpusKind::Keystroke => parse_keys(text, faults),
        CorpusKind::Pointer => parse_pointer(text, faults),
    }
}

/// The recording that a row belongs to: the last one, or a new one where subject or session change.
fn recording<'a>(
    all: &'a mut Vec<Recording>,
    subject: &str,
    session: &str,
    empty: fn() -> Events,
) -> &'a mut Recording {
    let known = all.iter().rposition(|r| r.subject == subject && r.session == session);
    let at = known.unwrap_or_else(|| {
        all.push(Recording { subject: subject.to_owned(), session: session.to_owned(), events: empty() });
        all.len() - 1
    });
    &mut all[at]
}

fn parse_keys(text: &str, faults: &mut Vec<Fault>) -> Result<Vec<Recording>, CorpusError> {
    let mut all = Vec::new();
    for (line, row) in rows::<5>(text, FILE, "subject,session,key,press_us,release_us")? {
        match row {
            Ok([subject, session, key, press, release]) => {
                let row = key_row(key, press, release, line, faults);
                if let Events::Keys(rows) =
                    &mut recording(&mut all, subject, session, || Events::Keys(Vec::new())).events
                {
                    rows.push(row);
                }
            }
            Err(fault) => {
                faults.push(fault);
                if let Some(Recording { events: Events::Keys(rows), .. }) = all.last_mut() {
                    rows.push(None);
                }
            }
        }
    }
    Ok(all)
}

fn key_row(key: &str, press: &str, release: &str, line: usize, faults: &mut Vec<Fault>) -> Option<KeyRow> {
    let mut fault = |kind| faults.push(Fault { file: FILE, line, kind });
    let (Ok(press_us), Ok(release_us)) = (press.parse::<i64>(), release.parse::<i64>()) else {
        fault(FaultKind::Number);
        return None;
    };
    if release_us < press_us {
        fault(FaultKind::NegativeDwell);
        return None;
    }
    let class = class_of_name(key).unwrap_or_else(|| {
        fault(FaultKind::UnknownKey);
        KeyClass::Other
    });
    Some(KeyRow { class, name: name_hash(key), press_us, release_us })
}

fn parse_pointer(text: &str, faults: &mut Vec<Fault>) -> Result<Vec<Recording>, CorpusError> {
    let mut all = Vec::new();
    for (line, row) in rows::<7>(text, FILE, "subject,session,t_us,event,button,x,y")? {
        match row {
            Ok([subject, session, at, event, _, x, y]) => {
                let row = pointer_row(at, event, x, y, line, faults);
                let recording = recording(&mut all, subject, session, || Events::Pointer(Vec::new()));
                if let Events::Pointer(rows) = &mut recording.events {
                    rows.push(row);
                }
            }
            Err(fault) => {
                faults.push(fault);
                if let Some(Recording { events: Events::Pointer(rows), .. }) = all.last_mut() {
                    rows.push(None);
                }
            }
        }
    }
    Ok(all)
}

fn pointer_row(
    at: &str,
    event: &str,
    x: &str,
    y: &str,
    line: usize,
    faults: &mut Vec<Fault>,
) -> Option<PointerRow> {
    let mut fault = |kind| faults.push(Fault { file: FILE, line, kind });
    let place = |text: &str| text.parse::<f32>().ok().filter(|value| value.is_finite());
    let (Ok(at_us), Some(x), Some(y)) = (at.parse::<i64>(), place(x), place(y)) else {
        fault(FaultKind::Number);
        return None;
    };
    let Some(phase) = phase_of_name(event) else {
        fault(FaultKind::UnknownEvent);
        return None;
    };
    Some(PointerRow { phase, at_us, x, y })
}

/// What a recording's word for a pointer event means.
#[must_use]
pub fn phase_of_name(event: &str) -> Option<PointerPhase> {
    match event {
        "move" => Some(PointerPhase::Move),
        "down" => Some(PointerPhase::Down),
        "up" => Some(PointerPhase::Up),
        "scroll" => Some(PointerPhase::Scroll),
        _ => None,
    }
}
