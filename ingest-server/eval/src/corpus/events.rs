//! Events of one session, row by row. A row that cannot be used keeps its place as a gap.

use super::fault::{Fault, FaultKind};
use super::key_name::class_of_name;
use super::table::{Fields, has_header, rows};
use super::{CorpusError, CorpusKind};
use palet_capture::{KeyClass, PointerPhase};
use palet_comparison::PersonTag;

const FILE: &str = "events.csv.gz";
const KEY_COLUMNS: &str = "subject,session,key,press_us,release_us";
const POINTER_COLUMNS: &str = "subject,session,t_us,event,button,x,y";
/// The longest text that a bank would opt into fixed-text comparison.
const FIXED_TEXT_ROWS_MAX: usize = 64;
/// Rows whose times make a recording's tag.
const TAG_ROWS: usize = 48;
/// Times further from their origin are none. **Units**: µs.
const TIME_US_MAX: u64 = 1 << 53;
/// Places further from a page's corner are none. **Units**: px.
const PLACE_PX_MAX: f32 = 1e6;

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

/// What a table of events recorded, by its columns.
pub(super) fn kind_of(text: &str) -> Option<CorpusKind> {
    let kinds = [(KEY_COLUMNS, CorpusKind::Keystroke), (POINTER_COLUMNS, CorpusKind::Pointer)];
    kinds.into_iter().find(|(columns, _)| has_header(text, columns)).map(|(_, kind)| kind)
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

/// Recordings while their rows are read.
struct Reading<'f> {
    all: Vec<Recording>,
    /// The latest time of each. **Units**: µs.
    latest_us: Vec<i64>,
    /// Where the last row went.
    at: Option<usize>,
    empty: fn() -> Events,
    faults: &'f mut Vec<Fault>,
}

impl Reading<'_> {
    /// Turns to the recording that a row names: one that is known, or a new one.
    fn turn_to(&mut self, subject: &str, session: &str) -> usize {
        let named = |r: &Recording| r.subject == subject && r.session == session;
        let here = self.at.filter(|at| named(&self.all[*at]));
        let at = here.or_else(|| self.all.iter().rposition(named)).unwrap_or_else(|| {
            let (subject, session) = (subject.to_owned(), session.to_owned());
            self.all.push(Recording { subject, session, events: (self.empty)() });
            self.latest_us.push(i64::MIN);
            self.all.len() - 1
        });
        self.at = Some(at);
        at
    }

    /// A row that cannot be read leaves a gap in the recording that it still names, or else in that of the last row.
    fn take_broken(&mut self, fields: &Fields, fault: Fault) {
        let is_row = fault.kind != FaultKind::Header;
        self.faults.push(fault);
        if let Some([subject, session]) = is_row.then(|| fields.beginning::<2>()).flatten() {
            self.turn_to(subject, session);
        }
        if let Some(at) = self.at.filter(|_| is_row) {
            match &mut self.all[at].events {
                Events::Keys(rows) => rows.push(None),
                Events::Pointer(rows) => rows.push(None),
            }
        }
    }

    /// Tells of a row that is earlier than one before it.
    fn check_order(&mut self, at: usize, (line, us): (usize, i64)) {
        if us < self.latest_us[at] {
            self.faults.push(Fault { file: FILE, line, kind: FaultKind::Order });
        }
        self.latest_us[at] = self.latest_us[at].max(us);
    }
}

fn reading(empty: fn() -> Events, faults: &mut Vec<Fault>) -> Reading<'_> {
    Reading { all: Vec::new(), latest_us: Vec::new(), at: None, empty, faults }
}

fn parse_keys(text: &str, faults: &mut Vec<Fault>) -> Result<Vec<Recording>, CorpusError> {
    let mut reading = reading(|| Events::Keys(Vec::new()), faults);
    for row in rows::<5>(text, FILE, KEY_COLUMNS)? {
        let line = row.line;
        match row.read() {
            Ok([subject, session, key, press, release]) => {
                let at = reading.turn_to(subject, session);
                let row = key_row(key, press, release, line, reading.faults);
                if let Some(row) = &row {
                    reading.check_order(at, (line, row.press_us));
                }
                if let Events::Keys(rows) = &mut reading.all[at].events {
                    rows.push(row);
                }
            }
            Err(fault) => reading.take_broken(&row.fields, fault),
        }
    }
    Ok(reading.all)
}

fn key_row(key: &str, press: &str, release: &str, line: usize, faults: &mut Vec<Fault>) -> Option<KeyRow> {
    let mut fault = |kind| faults.push(Fault { file: FILE, line, kind });
    let (Ok(press_us), Ok(release_us)) = (press.parse::<i64>(), release.parse::<i64>()) else {
        fault(FaultKind::Number);
        return None;
    };
    if press_us.unsigned_abs().max(release_us.unsigned_abs()) > TIME_US_MAX {
        fault(FaultKind::Reach);
        return None;
    }
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
    let mut reading = reading(|| Events::Pointer(Vec::new()), faults);
    for row in rows::<7>(text, FILE, POINTER_COLUMNS)? {
        let line = row.line;
        match row.read() {
            Ok([subject, session, time, event, _, x, y]) => {
                let at = reading.turn_to(subject, session);
                let row = pointer_row(time, event, [x, y], line, reading.faults);
                if let Some(row) = &row {
                    reading.check_order(at, (line, row.at_us));
                }
                if let Events::Pointer(rows) = &mut reading.all[at].events {
                    rows.push(row);
                }
            }
            Err(fault) => reading.take_broken(&row.fields, fault),
        }
    }
    Ok(reading.all)
}

fn pointer_row(
    at: &str,
    event: &str,
    place: [&str; 2],
    line: usize,
    faults: &mut Vec<Fault>,
) -> Option<PointerRow> {
    let mut fault = |kind| faults.push(Fault { file: FILE, line, kind });
    let finite = |text: &str| text.parse::<f32>().ok().filter(|value| value.is_finite());
    let (Ok(at_us), [Some(x), Some(y)]) = (at.parse::<i64>(), place.map(finite)) else {
        fault(FaultKind::Number);
        return None;
    };
    if at_us.unsigned_abs() > TIME_US_MAX || x.abs().max(y.abs()) > PLACE_PX_MAX {
        fault(FaultKind::Reach);
        return None;
    }
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
