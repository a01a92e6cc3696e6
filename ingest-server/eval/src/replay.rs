//! Recorded rows as a page would have seen them: events in the order of time, through the shipped extractor.

use crate::corpus::{Corpus, KeyRow, PointerRow, Rows};
use palet_capture::{Event, FieldKind, KeyEvent, KeyPhase, KeySlot, PointerEvent, PointerKind, What};
use palet_features::{Extractor, ExtractorSettings, FeatureWindow, Ladder};
use palet_units::Micros;
use sha2::{Digest, Sha256};

/// Slots of keys that are down at once.
const SLOTS: usize = 32;
/// Replayed time begins here, so that nothing is earlier than the page.
const ORIGIN_US: i64 = 1_000_000;

/// A window, and when the extractor closed it.
pub struct Timed {
    /// The window.
    pub window: FeatureWindow,
    /// When it closed, on the replay's clock.
    pub at: Micros,
}

/// The seed of a replay's noise: the same for the same name, another for another.
#[must_use]
pub fn seed_of(name: &str) -> [u8; 32] {
    Sha256::digest(name.as_bytes()).into()
}

/// Rows as events in the order of time, beginning at `origin`. Gaps make no event.
#[must_use]
pub fn events_of(rows: Rows<'_>, field: FieldKind, origin: Micros) -> Vec<Event> {
    match rows {
        Rows::Keys(rows) => key_events(rows, field, origin),
        Rows::Pointer(rows) => pointer_events(rows, origin),
    }
}

/// Replays events as one page would see them, to its end.
#[must_use]
pub fn windows_of(settings: ExtractorSettings, seed: [u8; 32], events: &[Event]) -> Vec<Timed> {
    let mut replay = Replay { extractor: Extractor::new(settings, seed), windows: Vec::new() };
    events.iter().for_each(|event| replay.take(*event));
    let end = events.last().map_or(Micros::ZERO, |event| event.at);
    replay.extractor.flush(end);
    replay.collect(end);
    replay.windows
}

/// The windows of one span, replayed by itself.
#[must_use]
pub fn windows_of_rows(rows: Rows<'_>, field: FieldKind, name: &str) -> Vec<FeatureWindow> {
    let events = events_of(rows, field, Micros(ORIGIN_US as u64));
    windows_told(Ladder::K4, &events, name)
}

/// The windows of one span, replayed by itself as its corpus is: machine, device and key classes.
pub(crate) fn windows_in(
    corpus: &Corpus,
    rows: Rows<'_>,
    field: FieldKind,
    name: &str,
) -> Vec<FeatureWindow> {
    let events = corpus.seen(&events_of(rows, field, Micros(ORIGIN_US as u64)));
    windows_told(corpus.finest, &events, name)
}

fn windows_told(finest: Ladder, events: &[Event], name: &str) -> Vec<FeatureWindow> {
    let timed = windows_of(page_of(finest), seed_of(name), events);
    timed.into_iter().map(|timed| timed.window).collect()
}

/// A page that tells key classes no finer than these.
pub(crate) fn page_of(finest: Ladder) -> ExtractorSettings {
    ExtractorSettings { finest, ..ExtractorSettings::default() }
}

struct Replay {
    extractor: Extractor,
    windows: Vec<Timed>,
}

impl Replay {
    fn take(&mut self, event: Event) {
        while let Some(deadline) = self.extractor.poll_timeout().filter(|deadline| *deadline <= event.at) {
            self.extractor.handle_timeout(deadline);
            self.collect(deadline);
        }
        self.extractor.handle_event(event);
        self.collect(event.at);
    }

    fn collect(&mut self, at: Micros) {
        while let Some(window) = self.extractor.poll_window() {
            self.windows.push(Timed { window, at });
        }
    }
}

fn key_events(rows: &[Option<KeyRow>], field: FieldKind, origin: Micros) -> Vec<Event> {
    let first = rows.iter().flatten().map(|row| row.press_us).min().unwrap_or(0);
    let at = |us: i64| origin.plus(Micros(us.saturating_sub(first).max(0) as u64));
    let mut changes: Vec<(i64, KeyPhase, usize)> = Vec::with_capacity(rows.len() * 2);
    for (index, row) in rows.iter().enumerate() {
        if let Some(row) = row {
            changes.push((row.press_us, KeyPhase::Down, index));
            changes.push((row.release_us, KeyPhase::Up, index));
        }
    }
    changes.sort_by_key(|(us, _, _)| *us);
    let mut slots = [None; SLOTS];
    let mut events = Vec::with_capacity(changes.len());
    for (us, phase, index) in changes {
        let (Some(Some(row)), Some(slot)) = (rows.get(index), slot_of(&mut slots, phase, index)) else {
            continue;
        };
        let key = KeyEvent { phase, class: row.class, slot: KeySlot(slot as u8), field };
        events.push(Event { at: at(us), what: What::Key(key) });
    }
    events
}

/// The slot that a key holds while it is down. A release finds the slot of its press; the stable order of changes puts
/// a key's press before its release even where both are at one time.
fn slot_of(slots: &mut [Option<usize>; SLOTS], phase: KeyPhase, index: usize) -> Option<usize> {
    let wanted = if phase == KeyPhase::Down { None } else { Some(index) };
    let slot = slots.iter().position(|held| *held == wanted)?;
    slots[slot] = if phase == KeyPhase::Down { Some(index) } else { None };
    Some(slot)
}

fn pointer_events(rows: &[Option<PointerRow>], origin: Micros) -> Vec<Event> {
    let first = rows.iter().flatten().map(|row| row.at_us).min().unwrap_or(0);
    let mut events: Vec<Event> = Vec::with_capacity(rows.len());
    for row in rows.iter().flatten() {
        let at = origin.plus(Micros(row.at_us.saturating_sub(first).max(0) as u64));
        let event = PointerEvent { phase: row.phase, kind: PointerKind::Mouse, x: row.x, y: row.y };
        events.push(Event { at, what: What::Pointer(event) });
    }
    events.sort_by_key(|event| event.at);
    events
}
