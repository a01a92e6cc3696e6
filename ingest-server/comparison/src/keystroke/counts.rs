//! How often each cell was seen, at the step of the ladder at which it was told.

use palet_features::{KeystrokeBlock, Ladder, keystroke::Channel, keystroke::Layout};
use serde::{Deserialize, Serialize};

/// Counts of one person, by step of the ladder. A block is counted once, at its own step.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyCounts {
    keys: u32,
    steps: [Vec<u16>; 3],
}

impl Default for KeyCounts {
    fn default() -> Self {
        Self { keys: 0, steps: Ladder::ALL.map(|ladder| vec![0; Layout::of(ladder).cells()]) }
    }
}

/// The place of a step in [`Ladder::ALL`].
pub(crate) const fn step_index(ladder: Ladder) -> usize {
    match ladder {
        Ladder::K4 => 0,
        Ladder::K3 => 1,
        Ladder::K1 => 2,
    }
}

impl KeyCounts {
    /// Counts one block.
    pub fn add(&mut self, block: &KeystrokeBlock) {
        self.keys = self.keys.saturating_add(u32::from(block.keys));
        let step = &mut self.steps[step_index(block.ladder)];
        for &(cell, count) in &block.cells {
            if let Some(total) = step.get_mut(usize::from(cell)) {
                *total = total.saturating_add(u16::from(count));
            }
        }
    }

    /// Counts that were stored.
    pub(super) const fn from_parts(keys: u32, steps: [Vec<u16>; 3]) -> Self {
        Self { keys, steps }
    }

    /// Keys behind the counts.
    #[must_use]
    pub const fn keys(&self) -> u32 {
        self.keys
    }

    /// Whether every step has as many cells as the layout: false for counts of another schema.
    #[must_use]
    pub fn has_layout(&self) -> bool {
        Ladder::ALL.iter().zip(&self.steps).all(|(ladder, step)| step.len() == Layout::of(*ladder).cells())
    }

    /// Adds another person's, or another session's, counts.
    pub fn merge(&mut self, other: &Self) {
        self.keys = self.keys.saturating_add(other.keys);
        for (mine, theirs) in self.steps.iter_mut().zip(&other.steps) {
            for (total, count) in mine.iter_mut().zip(theirs) {
                *total = total.saturating_add(*count);
            }
        }
    }

    /// The same counts, scaled down so that at most `keys_max` keys stand behind them.
    #[must_use]
    pub fn limited(&self, keys_max: u32) -> Self {
        if self.keys <= keys_max {
            return self.clone();
        }
        let scaled = |count: &u16| {
            let exact = u64::from(*count) * u64::from(keys_max);
            ((exact + u64::from(self.keys) / 2) / u64::from(self.keys)) as u16
        };
        Self { keys: keys_max, steps: self.steps.each_ref().map(|step| step.iter().map(scaled).collect()) }
    }

    /// Counts at every step, each coarser one including what was told more finely. **Shape** `[K4, K3, K1]`.
    pub(crate) fn cumulative(&self) -> [Vec<f32>; 3] {
        let mut steps =
            self.steps.each_ref().map(|step| step.iter().map(|c| f32::from(*c)).collect::<Vec<f32>>());
        let [k4, k3, k1] = &mut steps;
        fold_into(k4, Ladder::K4, k3, Ladder::K3);
        fold_into(k3, Ladder::K3, k1, Ladder::K1);
        steps
    }
}

fn fold_into(fine: &[f32], from: Ladder, coarse: &mut [f32], to: Ladder) {
    let (fine_layout, coarse_layout) = (Layout::of(from), Layout::of(to));
    for channel in Channel::ALL {
        for group in 0..fine_layout.groups(channel) {
            let folded = fine_layout.fold_group(channel, group, to);
            let (from, to) = (fine_layout.cell(channel, group, 0), coarse_layout.cell(channel, folded, 0));
            for bin in 0..channel.bins() {
                coarse[to + bin] += fine[from + bin];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coarser_steps_include_what_was_told_more_finely() {
        let mut counts = KeyCounts::default();
        counts.add(&KeystrokeBlock {
            ladder: Ladder::K4,
            keys: 64,
            repeats: 0,
            hasty: 0,
            cells: vec![(0, 2), (16, 3)],
        });
        counts.add(&KeystrokeBlock {
            ladder: Ladder::K3,
            keys: 30,
            repeats: 0,
            hasty: 0,
            cells: vec![(0, 5)],
        });
        let [k4, k3, k1] = counts.cumulative();
        assert_eq!((k4[0], k4[16], k3[0], k1[0]), (2.0, 3.0, 10.0, 10.0));
        assert_eq!(counts.keys(), 94);
    }

    #[test]
    fn limited_counts_keep_their_shape() {
        let mut counts = KeyCounts::default();
        counts.add(&KeystrokeBlock {
            ladder: Ladder::K4,
            keys: 100,
            repeats: 0,
            hasty: 0,
            cells: vec![(0, 80), (3, 20)],
        });
        let limited = counts.limited(50);
        assert_eq!((limited.keys(), limited.steps[0][0], limited.steps[0][3]), (50, 40, 10));
        assert!(counts.limited(100) == counts);
    }
}
