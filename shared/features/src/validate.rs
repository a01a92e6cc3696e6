//! Bounds on everything that a page can claim: run on each window after it is decoded, before anything reads it.

use crate::counters::{POINTER_RATE_HZ_MAX, TIMER_QUANTUM_US_MAX};
use crate::fixed_text::{FIXED_TEXT_FIELDS, FIXED_TEXT_KEYS_MAX, FIXED_TEXT_KEYS_MIN, FIXED_TEXT_MS_MAX};
use crate::keystroke::{BLOCK_KEYS_MAX, CHANNELS, Channel, K3_KEYS_MIN, K4_KEYS_MIN, Layout};
use crate::pointer::BLOCK_STROKES_MAX;
use crate::{
    ContextCounters, DeviceSignals, FeatureWindow, FixedTextSample, KeystrokeBlock, Ladder, PointerBlock,
};
use palet_capture::Signal;

/// Why a window cannot have come from an honest page. Never repeats what the window held beyond a bounded number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeatureError {
    /// A count of keys that this step of the ladder does not have.
    #[error("expected a number of keys that the block's classes allow, got {0}")]
    Keys(u16),
    /// A cell index beyond the last, or not above the one before it.
    #[error("expected ascending cells below {limit}, got {cell}")]
    Cell {
        /// One more than the last cell.
        limit: u16,
        /// The offending index.
        cell: u16,
    },
    /// A channel that counted more than the block's keys, or a cell that counted nothing.
    #[error("expected 1 to {keys} counts in a channel, got {counts}")]
    Counts {
        /// The block's keys.
        keys: u16,
        /// What a cell or the channel counted.
        counts: u32,
    },
    /// More repeated or hasty keys than keys.
    #[error("expected at most {keys} marked keys, got {marked}")]
    Marked {
        /// The block's keys.
        keys: u16,
        /// Marked keys.
        marked: u8,
    },
    /// A number of strokes, samples or features out of bounds.
    #[error("expected a pointer block within its limits")]
    Strokes,
    /// A fixed-text entry of another shape or with a time out of bounds.
    #[error("expected a fixed-text entry within its limits")]
    FixedText,
    /// Device signals out of bounds.
    #[error("expected device signals within their limits")]
    Device,
    /// A list of signal counts of another length.
    #[error("expected {expected} signal counts, got {got}")]
    Signals {
        /// How many signals there are.
        expected: usize,
        /// How many came.
        got: usize,
    },
}

impl FeatureWindow {
    /// Checks every length and range.
    ///
    /// **Errors**: [`FeatureError`] for a window that no honest page can have made.
    pub fn validate(&self) -> Result<(), FeatureError> {
        match self {
            Self::Keystroke(block) => block.validate(),
            Self::Pointer(block) => validate_strokes(block),
            Self::FixedText(sample) => sample.validate(),
            Self::Device(device) => device.validate(),
            Self::Context(counters) => counters.validate(),
        }
    }
}

impl KeystrokeBlock {
    fn validate(&self) -> Result<(), FeatureError> {
        let allowed = match self.ladder {
            Ladder::K4 => K4_KEYS_MIN..=BLOCK_KEYS_MAX,
            Ladder::K3 => K3_KEYS_MIN..=BLOCK_KEYS_MAX,
            Ladder::K1 => 1..=BLOCK_KEYS_MAX,
        };
        if !allowed.contains(&self.keys) {
            return Err(FeatureError::Keys(self.keys));
        }
        for marked in [self.repeats, self.hasty] {
            if u16::from(marked) > self.keys {
                return Err(FeatureError::Marked { keys: self.keys, marked });
            }
        }
        self.validate_cells()
    }

    fn validate_cells(&self) -> Result<(), FeatureError> {
        let layout = Layout::of(self.ladder);
        let limit = layout.cells() as u16;
        let mut counts = [0_u32; CHANNELS];
        let mut channel = 0;
        let mut next = 0;
        for &(cell, count) in &self.cells {
            if cell < next || cell >= limit {
                return Err(FeatureError::Cell { limit, cell });
            }
            next = cell + 1;
            while channel + 1 < CHANNELS && usize::from(cell) >= layout.start(Channel::ALL[channel + 1]) {
                channel += 1;
            }
            counts[channel] += u32::from(count);
            if count == 0 || counts[channel] > u32::from(self.keys) {
                return Err(FeatureError::Counts { keys: self.keys, counts: counts[channel] });
            }
        }
        Ok(())
    }
}

/// Blocks shorter than this are honest. **Units**: ms.
const POINTER_SPAN_MS_MAX: u32 = 3_600_000;

fn validate_strokes(block: &PointerBlock) -> Result<(), FeatureError> {
    let strokes = (1..=BLOCK_STROKES_MAX).contains(&block.strokes.len());
    let fits = strokes && block.span_ms <= POINTER_SPAN_MS_MAX;
    if fits { Ok(()) } else { Err(FeatureError::Strokes) }
}

impl FixedTextSample {
    /// Whether every length and range is one that an honest page can have told.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.validate().is_ok()
    }

    fn validate(&self) -> Result<(), FeatureError> {
        let keys = self.dwell_ms.len();
        let shape = (FIXED_TEXT_KEYS_MIN..=FIXED_TEXT_KEYS_MAX).contains(&keys)
            && (keys - 1..=keys + 1).contains(&self.flight_dd_ms.len());
        let times = self.dwell_ms.iter().chain(&self.flight_dd_ms).all(|ms| *ms <= FIXED_TEXT_MS_MAX);
        if shape && times && self.field < FIXED_TEXT_FIELDS { Ok(()) } else { Err(FeatureError::FixedText) }
    }
}

impl DeviceSignals {
    fn validate(&self) -> Result<(), FeatureError> {
        let fits =
            self.timer_quantum_us <= TIMER_QUANTUM_US_MAX && self.pointer_rate_hz <= POINTER_RATE_HZ_MAX;
        if fits { Ok(()) } else { Err(FeatureError::Device) }
    }
}

impl ContextCounters {
    fn validate(&self) -> Result<(), FeatureError> {
        let (expected, got) = (Signal::COUNT, self.signals.len());
        if got == expected { Ok(()) } else { Err(FeatureError::Signals { expected, got }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn block() -> KeystrokeBlock {
        KeystrokeBlock { ladder: Ladder::K4, keys: 64, repeats: 0, hasty: 0, cells: vec![(0, 3), (9, 60)] }
    }

    fn checked(change: impl FnOnce(&mut KeystrokeBlock)) -> Result<(), FeatureError> {
        let mut block = block();
        change(&mut block);
        FeatureWindow::Keystroke(block).validate()
    }

    #[test]
    fn an_honest_block_passes() {
        assert_eq!(checked(|_| {}), Ok(()));
    }

    #[test]
    fn a_block_cannot_claim_finer_classes_than_its_size_allows() {
        assert_eq!(checked(|b| b.keys = 63), Err(FeatureError::Keys(63)));
        assert_eq!(checked(|b| b.keys = 128), Err(FeatureError::Keys(128)));
        assert_eq!(checked(|b| (b.ladder, b.keys) = (Ladder::K3, 23)), Err(FeatureError::Keys(23)));
        assert_eq!(checked(|b| (b.ladder, b.keys) = (Ladder::K1, 0)), Err(FeatureError::Keys(0)));
    }

    #[test]
    fn cells_out_of_order_or_out_of_range_are_refused() {
        let limit = Layout::of(Ladder::K4).cells() as u16;
        assert!(matches!(checked(|b| b.cells[1].0 = 0), Err(FeatureError::Cell { .. })));
        assert!(matches!(checked(|b| b.cells[1].0 = limit), Err(FeatureError::Cell { .. })));
        assert_eq!(checked(|b| b.cells[1].0 = limit - 1), Ok(()));
        assert!(matches!(checked(|b| b.cells[1].0 = u16::MAX), Err(FeatureError::Cell { .. })));
    }

    #[test]
    fn counts_that_disagree_with_the_keys_are_refused() {
        assert_eq!(checked(|b| b.cells[1].1 = 62), Err(FeatureError::Counts { keys: 64, counts: 65 }));
        assert_eq!(checked(|b| b.cells[1].1 = 0), Err(FeatureError::Counts { keys: 64, counts: 3 }));
        assert_eq!(checked(|b| b.hasty = 65), Err(FeatureError::Marked { keys: 64, marked: 65 }));
    }

    #[test]
    fn fixed_text_device_and_context_have_their_shapes() {
        let sample = |dwell: usize, dd: usize, field| {
            let sample = FixedTextSample { field, dwell_ms: vec![90; dwell], flight_dd_ms: vec![200; dd] };
            FeatureWindow::FixedText(sample).validate()
        };
        assert_eq!(sample(11, 10, 0), Ok(()));
        assert_eq!([sample(11, 11, 0), sample(11, 12, 0), sample(64, 65, 0)], [Ok(()); 3]);
        assert!(sample(11, 9, 0).is_err() && sample(11, 13, 0).is_err() && sample(3, 4, 0).is_err());
        assert!(sample(0, 0, 0).is_err() && sample(65, 64, 0).is_err());
        assert!(sample(11, 10, 16).is_err());
        let signals =
            ContextCounters { signals: vec![0; 3], open_keys: 0, secret_keys: 0, fixed_text_keys: 0 };
        assert!(FeatureWindow::Context(signals).validate().is_err());
    }
}
