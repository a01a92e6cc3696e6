//! One entry of a field that opted into fixed-text comparison: dwell and flight in the order of its keys.
//!
//! An entry that was corrected, pasted into, or whose releases were lost is not comparable and is let go.

use crate::FixedTextSample;
use crate::keystroke::{Stamp, TimedKey};
use alloc::vec::Vec;
use palet_units::Micros;

/// The most keys of an entry.
pub const FIXED_TEXT_KEYS_MAX: usize = 64;
/// The fewest keys of an entry.
pub const FIXED_TEXT_KEYS_MIN: usize = 4;
/// The longest dwell or flight that is told. **Units**: ms.
pub const FIXED_TEXT_MS_MAX: u16 = 10_000;
/// Fixed-text fields of one page.
pub const FIXED_TEXT_FIELDS: u8 = 16;

/// The entry that is being typed.
pub(crate) struct FixedTextBuilder {
    dwell_ms: [u16; FIXED_TEXT_KEYS_MAX],
    flight_dd_ms: [u16; FIXED_TEXT_KEYS_MAX],
    keys: usize,
    last_press: Option<Stamp>,
    comparable: bool,
    /// When a key that moves came: Tab or Enter after the last character, or an arrow back into the text.
    moved_at: Micros,
}

impl FixedTextBuilder {
    pub(crate) const fn new() -> Self {
        Self {
            dwell_ms: [0; FIXED_TEXT_KEYS_MAX],
            flight_dd_ms: [0; FIXED_TEXT_KEYS_MAX],
            keys: 0,
            last_press: None,
            comparable: true,
            moved_at: Micros::MAX,
        }
    }

    /// Takes the next key of the entry.
    pub(crate) fn push(&mut self, key: TimedKey) {
        // A key may come up only after the one that moves went down, as in any rollover.
        let room = self.keys < FIXED_TEXT_KEYS_MAX && key.press.raw < self.moved_at;
        let (Some(release), true) = (key.release, room) else {
            self.comparable = false;
            return;
        };
        self.dwell_ms[self.keys] = ms(release.noisy_since(key.press));
        if let Some(last) = self.last_press.replace(key.press) {
            self.flight_dd_ms[self.keys - 1] = ms(key.press.noisy_since(last));
        }
        self.keys += 1;
    }

    /// Takes a key that moves and types nothing. It is no part of the entry, as the field may be gone before its
    /// release; what is typed after it is a correction.
    pub(crate) fn mark_move(&mut self, at: Micros) {
        if self.keys > 0 {
            self.moved_at = self.moved_at.min(at);
        }
    }

    /// The entry is not what the fingers alone made: let it go when it ends.
    pub(crate) fn spoil(&mut self) {
        self.comparable = false;
    }

    /// Ends the entry.
    pub(crate) fn close(&mut self, field: u8) -> Option<FixedTextSample> {
        let (keys, comparable) = (self.keys, self.comparable);
        (self.keys, self.last_press, self.comparable, self.moved_at) = (0, None, true, Micros::MAX);
        (comparable && keys >= FIXED_TEXT_KEYS_MIN && field < FIXED_TEXT_FIELDS).then(|| FixedTextSample {
            field,
            dwell_ms: Vec::from(&self.dwell_ms[..keys]),
            flight_dd_ms: Vec::from(&self.flight_dd_ms[..keys - 1]),
        })
    }
}

/// A noisy span in whole milliseconds, within what is told.
fn ms(us: i32) -> u16 {
    (us.max(0) / 1_000).min(i32::from(FIXED_TEXT_MS_MAX)) as u16
}

#[cfg(test)]
mod tests {
    use crate::{Extractor, ExtractorSettings, FeatureWindow};
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
            self
        }

        /// The key that moved the focus comes up in the field that has it now.
        fn next_field(mut self) -> Self {
            self.event(What::Signal(Signal::Focus));
            self.now += 80_000;
            self.key(KeyPhase::Up, KeyClass::Navigation, FieldKind::Secret);
            self
        }

        /// Keys of the entries that were told.
        fn told(mut self) -> Vec<usize> {
            self.extractor.flush(Micros(self.now));
            let windows = core::iter::from_fn(|| self.extractor.poll_window());
            let entries = windows.filter_map(|window| match window {
                FeatureWindow::FixedText(sample) => Some(sample.dwell_ms.len()),
                _ => None,
            });
            entries.collect()
        }
    }

    #[test]
    fn an_entry_left_by_tab_is_told_without_the_tab() {
        assert_eq!(Typist::new().letters(12).navigation().next_field().told(), [12]);
    }

    #[test]
    fn an_entry_sent_by_enter_is_told_before_the_enter_comes_up() {
        assert_eq!(Typist::new().letters(12).navigation().told(), [12]);
    }

    #[test]
    fn a_last_letter_that_is_held_while_enter_goes_down_is_part_of_the_entry() {
        let mut typist = Typist::new().letters(11);
        typist.key(KeyPhase::Down, KeyClass::RightLetter, FieldKind::FixedText(0));
        typist.now += 40_000;
        let mut typist = typist.navigation();
        typist.now += 30_000;
        typist.key(KeyPhase::Up, KeyClass::RightLetter, FieldKind::FixedText(0));
        assert_eq!(typist.told(), [12]);
    }

    #[test]
    fn a_tab_into_the_field_is_no_part_of_the_entry() {
        assert_eq!(Typist::new().navigation().letters(12).told(), [12]);
    }

    #[test]
    fn an_entry_with_an_arrow_in_it_was_corrected_and_is_not_told() {
        assert!(Typist::new().letters(6).navigation().letters(6).told().is_empty());
    }

    #[test]
    fn the_entry_after_a_corrected_one_is_told() {
        let corrected = Typist::new().letters(6).navigation().letters(6).next_field();
        assert_eq!(corrected.letters(8).told(), [8]);
    }
}
