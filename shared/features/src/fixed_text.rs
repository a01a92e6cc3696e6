//! One entry of a field that opted into fixed-text comparison: dwell and flight in the order of its keys, and of the key
//! that ended it.
//!
//! An entry that was corrected, pasted into, or whose releases were lost is not comparable and is let go. Times are told
//! as the clock gave them, without the noise of what is counted: docs/adr/0010-fixed-text-without-noise.md.

use crate::FixedTextSample;
use crate::keystroke::TimedKey;
use alloc::vec::Vec;
use palet_capture::{KeyEvent, KeyPhase, KeySlot};
use palet_units::Micros;

/// The most keys of an entry.
pub const FIXED_TEXT_KEYS_MAX: usize = 64;
/// The fewest keys of an entry.
pub const FIXED_TEXT_KEYS_MIN: usize = 4;
/// The longest dwell or flight that is told. **Units**: ms.
pub const FIXED_TEXT_MS_MAX: u16 = 10_000;
/// Fixed-text fields of one page.
pub const FIXED_TEXT_FIELDS: u8 = 16;

impl FixedTextSample {
    /// Press to press of neighbouring keys. **Units**: ms. **Shape** `[keys - 1]`; of an unsound sample what there is.
    #[must_use]
    pub fn between_ms(&self) -> &[u16] {
        self.flight_dd_ms.get(..self.dwell_ms.len().saturating_sub(1)).unwrap_or(&self.flight_dd_ms)
    }

    /// Press to press from the last key to the one that ended the entry, and how long that was held: as far as the page
    /// saw them. **Units**: ms. **Shape** `[0]`, `[1]` or `[2]`.
    #[must_use]
    pub fn end_ms(&self) -> &[u16] {
        self.flight_dd_ms.get(self.between_ms().len()..).unwrap_or_default()
    }
}

/// The entry that is being typed.
pub(crate) struct FixedTextBuilder {
    dwell_ms: [u16; FIXED_TEXT_KEYS_MAX],
    /// To each key, the first one's without meaning, then to the key that ended the entry and how long that was held.
    flight_dd_ms: [u16; FIXED_TEXT_KEYS_MAX + 2],
    /// More than an entry can have where it is not comparable.
    keys: usize,
    last_press: Micros,
    /// When a key that moves went down: Tab or Enter after the last character, or an arrow back into the text.
    moved_at: Micros,
    moved_slot: KeySlot,
    /// How long that key was held, 0 until it came up.
    held_ms: u16,
}

impl FixedTextBuilder {
    pub(crate) const fn new() -> Self {
        Self {
            dwell_ms: [0; FIXED_TEXT_KEYS_MAX],
            flight_dd_ms: [0; FIXED_TEXT_KEYS_MAX + 2],
            keys: 0,
            last_press: Micros::ZERO,
            moved_at: Micros::MAX,
            moved_slot: KeySlot(0),
            held_ms: 0,
        }
    }

    /// Takes the next key of the entry.
    pub(crate) fn push(&mut self, key: TimedKey) {
        // A key may come up only after the one that moves went down, as in any rollover.
        let room = self.keys < FIXED_TEXT_KEYS_MAX && key.press.raw < self.moved_at;
        let (Some(release), true) = (key.release, room) else { return self.spoil() };
        self.dwell_ms[self.keys] = ms(key.press.raw, release.raw);
        self.flight_dd_ms[self.keys] = ms(self.last_press, key.press.raw);
        self.last_press = key.press.raw;
        self.keys += 1;
    }

    /// Takes a key that moves and types nothing: the first one ends the entry, what is typed after it is a correction. The
    /// field may be gone before that key comes up.
    pub(crate) fn handle_move(&mut self, at: Micros, key: KeyEvent) {
        if key.phase == KeyPhase::Up {
            if self.held_ms == 0 && key.slot == self.moved_slot {
                self.held_ms = ms(self.moved_at, at);
            }
        } else if self.keys > 0 && self.moved_at == Micros::MAX {
            (self.moved_at, self.moved_slot) = (at, key.slot);
        }
    }

    /// The entry is not what the fingers alone made: let it go when it ends.
    pub(crate) fn spoil(&mut self) {
        self.keys = FIXED_TEXT_KEYS_MAX + 1;
    }

    /// Ends the entry.
    pub(crate) fn close(&mut self, field: u8) -> Option<FixedTextSample> {
        let (keys, moved_at, held_ms) = (self.keys, self.moved_at, self.held_ms);
        (self.keys, self.moved_at, self.held_ms) = (0, Micros::MAX, 0);
        if !(FIXED_TEXT_KEYS_MIN..=FIXED_TEXT_KEYS_MAX).contains(&keys) || field >= FIXED_TEXT_FIELDS {
            return None;
        }
        let mut flights = keys;
        if moved_at < Micros::MAX {
            self.flight_dd_ms[keys] = ms(self.last_press, moved_at);
            self.flight_dd_ms[keys + 1] = held_ms;
            flights += 1 + usize::from(held_ms > 0);
        }
        Some(FixedTextSample {
            field,
            dwell_ms: Vec::from(&self.dwell_ms[..keys]),
            flight_dd_ms: Vec::from(&self.flight_dd_ms[1..flights]),
        })
    }
}

/// A span in whole milliseconds, within what is told. Once in the page's wasm, not at each place that calls it.
#[inline(never)]
fn ms(from: Micros, to: Micros) -> u16 {
    (to.since(from).0 / 1_000).min(u64::from(FIXED_TEXT_MS_MAX)) as u16
}

#[cfg(test)]
mod tests {
    use super::FIXED_TEXT_KEYS_MAX;
    use crate::{Extractor, ExtractorSettings, FeatureWindow, FixedTextSample};
    use alloc::vec;
    use alloc::vec::Vec;
    use palet_capture::{Event, FieldKind, KeyClass, KeyEvent, KeyPhase, KeySlot, Signal, What};
    use palet_units::Micros;

    /// Keys typed into a fixed-text field, one after another, 90 ms down and 60 ms apart.
    struct Typist {
        extractor: Extractor,
        now: u64,
    }

    impl Typist {
        fn new() -> Self {
            Self { extractor: Extractor::new(ExtractorSettings::default(), [7; 32]), now: 0 }
        }

        fn event(&mut self, what: What) {
            self.extractor.handle_event(Event { at: Micros(self.now), what });
        }

        fn key(&mut self, phase: KeyPhase, class: KeyClass, field: FieldKind) {
            self.event(What::Key(KeyEvent { phase, class, slot: KeySlot(0), field }));
        }

        fn letters(mut self, count: usize) -> Self {
            for _ in 0..count {
                self.key(KeyPhase::Down, KeyClass::LeftLetter, FieldKind::FixedText(0));
                self.now += 90_000;
                self.key(KeyPhase::Up, KeyClass::LeftLetter, FieldKind::FixedText(0));
                self.now += 60_000;
            }
            self
        }

        fn navigation(mut self) -> Self {
            self.key(KeyPhase::Down, KeyClass::Navigation, FieldKind::FixedText(0));
            self.now += 80_000;
            self
        }

        /// The key that moved comes up where the focus still is.
        fn let_go(mut self) -> Self {
            self.key(KeyPhase::Up, KeyClass::Navigation, FieldKind::FixedText(0));
            self
        }

        /// The key that moved the focus comes up in the field that has it now.
        fn next_field(mut self, field: FieldKind) -> Self {
            self.event(What::Signal(Signal::Focus));
            self.key(KeyPhase::Up, KeyClass::Navigation, field);
            self
        }

        /// The entries that were told.
        fn entries(mut self) -> Vec<FixedTextSample> {
            self.extractor.flush(Micros(self.now));
            let windows = core::iter::from_fn(|| self.extractor.poll_window());
            let entries = windows.filter_map(|window| match window {
                FeatureWindow::FixedText(sample) => Some(sample),
                _ => None,
            });
            entries.collect()
        }

        /// Keys of the entries that were told, and what was seen of the keys that ended them.
        fn told(self) -> Vec<(usize, Vec<u16>)> {
            self.entries().iter().map(|entry| (entry.dwell_ms.len(), entry.end_ms().into())).collect()
        }
    }

    #[test]
    fn times_are_told_as_the_clock_gave_them() {
        let told = Typist::new().letters(12).navigation().let_go().entries();
        assert!(told[0].dwell_ms == [90; 12] && told[0].between_ms() == [150; 11]);
        assert_eq!(told[0].end_ms(), [150, 80]);
    }

    #[test]
    fn an_entry_left_by_tab_is_told_before_the_tab_comes_up() {
        let left = || Typist::new().letters(12).navigation();
        assert_eq!(left().next_field(FieldKind::Secret).told(), [(12, vec![150])]);
        assert_eq!(left().next_field(FieldKind::FixedText(1)).told(), [(12, vec![150])]);
    }

    #[test]
    fn an_entry_sent_by_enter_has_its_dwell_where_it_came_up_in_time() {
        let sent = || Typist::new().letters(12).navigation();
        assert_eq!(sent().told(), [(12, vec![150])]);
        assert_eq!(sent().let_go().told(), [(12, vec![150, 80])]);
        assert_eq!(sent().let_go().navigation().let_go().told(), [(12, vec![150, 80])]);
    }

    #[test]
    fn an_entry_that_is_left_without_a_key_has_no_end() {
        let mut typist = Typist::new().letters(12);
        typist.event(What::Signal(Signal::Focus));
        assert_eq!(typist.letters(8).told(), [(12, vec![]), (8, vec![])]);
    }

    #[test]
    fn a_last_letter_that_is_held_while_enter_goes_down_is_part_of_the_entry() {
        let mut typist = Typist::new().letters(11);
        let letter = |typist: &mut Typist, phase| {
            let (class, slot, field) = (KeyClass::RightLetter, KeySlot(1), FieldKind::FixedText(0));
            typist.event(What::Key(KeyEvent { phase, class, slot, field }));
        };
        letter(&mut typist, KeyPhase::Down);
        typist.now += 40_000;
        let mut typist = typist.navigation();
        letter(&mut typist, KeyPhase::Up);
        assert_eq!(typist.let_go().told(), [(12, vec![40, 80])]);
    }

    #[test]
    fn a_tab_into_the_field_is_no_part_of_the_entry() {
        assert_eq!(Typist::new().navigation().let_go().letters(12).told(), [(12, vec![])]);
    }

    #[test]
    fn an_entry_with_an_arrow_in_it_was_corrected_and_is_not_told() {
        assert!(Typist::new().letters(6).navigation().let_go().letters(6).told().is_empty());
    }

    #[test]
    fn the_entry_after_a_corrected_one_is_told() {
        let corrected = Typist::new().letters(6).navigation().letters(6).next_field(FieldKind::Secret);
        assert_eq!(corrected.letters(8).told(), [(8, vec![])]);
    }

    #[test]
    fn the_longest_entry_has_room_for_the_key_that_ends_it() {
        let told = Typist::new().letters(FIXED_TEXT_KEYS_MAX).navigation().let_go().entries();
        assert!(told[0].is_sound() && told[0].end_ms() == [150, 80]);
        assert!(Typist::new().letters(FIXED_TEXT_KEYS_MAX + 1).navigation().told().is_empty());
    }
}
