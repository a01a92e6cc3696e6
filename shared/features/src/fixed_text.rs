//! One entry of a field that opted into fixed-text comparison: dwell and flight in the order of its keys.
//!
//! An entry that was corrected, pasted into, or whose releases were lost is not comparable and is let go.

use crate::FixedTextSample;
use crate::keystroke::{Stamp, TimedKey};
use alloc::vec::Vec;

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
}

impl FixedTextBuilder {
    pub(crate) const fn new() -> Self {
        Self {
            dwell_ms: [0; FIXED_TEXT_KEYS_MAX],
            flight_dd_ms: [0; FIXED_TEXT_KEYS_MAX],
            keys: 0,
            last_press: None,
            comparable: true,
        }
    }

    /// Takes the next key of the entry.
    pub(crate) fn push(&mut self, key: TimedKey) {
        let (Some(release), true) = (key.release, self.keys < FIXED_TEXT_KEYS_MAX) else {
            self.comparable = false;
            return;
        };
        self.dwell_ms[self.keys] = ms(release.noisy_since(key.press));
        if let Some(last) = self.last_press.replace(key.press) {
            self.flight_dd_ms[self.keys - 1] = ms(key.press.noisy_since(last));
        }
        self.keys += 1;
    }

    /// The entry is not what the fingers alone made: let it go when it ends.
    pub(crate) fn spoil(&mut self) {
        self.comparable = false;
    }

    /// Ends the entry.
    pub(crate) fn close(&mut self, field: u8) -> Option<FixedTextSample> {
        let (keys, comparable) = (self.keys, self.comparable);
        (self.keys, self.last_press, self.comparable) = (0, None, true);
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
