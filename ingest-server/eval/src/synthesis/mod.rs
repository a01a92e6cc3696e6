//! Corpora of made-up people, in the form of the real ones, and how unlike real people they are.
//!
//! For tests and demonstrations, where no recording may be had. The same seed makes the same corpus to the byte. Keys
//! bear the name of one key of their class: a made-up person types no text.

mod unlike;
mod writing;

pub use unlike::{Unlikeness, unlikeness};
pub use writing::write_corpus;

use crate::corpus::CorpusKind;
use palet_capture::{Event, KeyClass, KeyPhase, PointerPhase, What};
use palet_features::{ExtractorSettings, FeatureWindow};
use palet_synthetic::{Hand, Person};
use palet_units::Micros;

/// How large a corpus is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// People, each of a seed of their own.
    pub people: u64,
    /// Sessions of each, the last two for probes.
    pub sessions: u64,
    /// Keys, or clicks, of a session.
    pub actions: u32,
}

impl Default for Size {
    fn default() -> Self {
        Self { people: 24, sessions: 6, actions: 300 }
    }
}

/// One session of one made-up person, as rows of `events.csv`.
struct Session {
    person: u64,
    session: u64,
    rows: Vec<Row>,
}

/// A row but for its subject and session.
enum Row {
    Key { name: &'static str, press_us: u64, release_us: u64 },
    Pointer { at_us: u64, event: &'static str, button: &'static str, x: f32, y: f32 },
}

/// The hand of a person on a day.
fn hand(seed: u64, person: u64, session: u64) -> Hand {
    let mixed = |salt: u64, value: u64| {
        (seed ^ salt)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .wrapping_add(value.wrapping_mul(0xd1b5_4a32_d192_ed03))
    };
    let day = mixed(2, person.wrapping_mul(1_000).wrapping_add(session));
    Hand::new(Person::of_seed(mixed(1, person)), day, Micros::from_secs(1))
}

fn acted(kind: CorpusKind, hand: &mut Hand, actions: u32) -> Vec<Event> {
    let mut events = Vec::new();
    match kind {
        CorpusKind::Keystroke => {
            while hand.keys() < actions {
                events.extend(hand.type_word());
            }
        }
        CorpusKind::Pointer => {
            while hand.strokes() < actions {
                events.extend(hand.point());
            }
        }
    }
    events
}

/// The windows of every session of a made-up corpus, person by person.
#[must_use]
pub fn windows(kind: CorpusKind, size: Size, seed: u64) -> Vec<Vec<FeatureWindow>> {
    let of_person = |person: &u64| {
        let of_session = |session: u64| {
            let events = acted(kind, &mut hand(seed, *person, session), size.actions);
            let name = format!("synthetic/{seed}/{person}/{session}");
            let timed = crate::replay::windows_of(
                ExtractorSettings::default(),
                crate::replay::seed_of(&name),
                &events,
            );
            timed.into_iter().map(|timed| timed.window).collect::<Vec<FeatureWindow>>()
        };
        (0..size.sessions).flat_map(of_session).collect()
    };
    crate::parallel::map(&(0..size.people).collect::<Vec<u64>>(), of_person)
}

fn sessions(kind: CorpusKind, size: Size, seed: u64) -> Vec<Session> {
    let all: Vec<(u64, u64)> = (0..size.people)
        .flat_map(|person| (0..size.sessions).map(move |session| (person, session)))
        .collect();
    crate::parallel::map(&all, |(person, session)| {
        let events = acted(kind, &mut hand(seed, *person, *session), size.actions);
        Session { person: *person, session: *session, rows: rows(&events) }
    })
}

/// Events as rows, keys in the order of their presses. A key that never came up has no row.
fn rows(events: &[Event]) -> Vec<Row> {
    let mut rows = Vec::with_capacity(events.len());
    for (at, event) in events.iter().enumerate() {
        match event.what {
            What::Key(key) if key.phase == KeyPhase::Down => {
                let up = events[at..].iter().find(|later| {
                    matches!(later.what, What::Key(up) if up.phase == KeyPhase::Up && up.slot == key.slot)
                });
                if let Some(up) = up {
                    let (press_us, release_us) = (event.at.0, up.at.0);
                    rows.push(Row::Key { name: name_of(key.class), press_us, release_us });
                }
            }
            What::Pointer(pointer) => {
                let (event_name, button) = match pointer.phase {
                    PointerPhase::Down => ("down", "left"),
                    PointerPhase::Up | PointerPhase::Cancel => ("up", "left"),
                    PointerPhase::Scroll => ("scroll", "none"),
                    PointerPhase::Move => ("move", "none"),
                };
                let (x, y) = (pointer.x, pointer.y);
                rows.push(Row::Pointer { at_us: event.at.0, event: event_name, button, x, y });
            }
            What::Key(_) | What::Signal(_) => {}
        }
    }
    rows
}

/// A key of this class, as corpora name it.
const fn name_of(class: KeyClass) -> &'static str {
    match class {
        KeyClass::LeftLetter => "f",
        KeyClass::RightLetter => "j",
        KeyClass::Space => "space",
        KeyClass::Digit => "5",
        KeyClass::Erase => "backspace",
        KeyClass::Modifier => "shift",
        KeyClass::Navigation => "tab",
        KeyClass::Other => "period",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::class_of_name;

    #[test]
    fn every_class_has_a_name_that_means_it() {
        for code in 0..8 {
            let class = KeyClass::from_code(code);
            assert_eq!(class_of_name(name_of(class)).map(|class| class as u8), Some(class as u8));
        }
    }

    #[test]
    fn people_and_days_differ_and_a_seed_repeats() {
        let size = Size { people: 2, sessions: 2, actions: 40 };
        let first = |seed: u64, at: usize| match &sessions(CorpusKind::Keystroke, size, seed)[at].rows[0] {
            Row::Key { release_us, .. } => *release_us,
            Row::Pointer { .. } => 0,
        };
        assert_eq!(first(7, 0), first(7, 0));
        assert_ne!(first(7, 0), first(7, 1));
        assert_ne!(first(7, 0), first(7, 2));
        assert_ne!(first(7, 0), first(8, 0));
    }
}
