//! Quantiles of a short list, in a scratch buffer: small code for the page, no allocation.

use super::trail::TRAIL_POINTS_MAX;

/// Values to be ranked.
pub(crate) struct Ranked {
    values: [f32; TRAIL_POINTS_MAX],
    len: usize,
}

impl Ranked {
    pub(crate) fn new() -> Self {
        Self { values: [0.0; TRAIL_POINTS_MAX], len: 0 }
    }

    /// Adds a value; those beyond the buffer are dropped, NaN counts as 0.
    pub(crate) fn push(&mut self, value: f32) {
        if let Some(slot) = self.values.get_mut(self.len) {
            *slot = if value.is_nan() { 0.0 } else { value };
            self.len += 1;
        }
    }

    /// Shell's sort with Ciura's gaps.
    pub(crate) fn sort(&mut self) {
        let values = &mut self.values[..self.len];
        for gap in [132, 57, 23, 10, 4, 1] {
            for from in gap..values.len() {
                let value = values[from];
                let mut to = from;
                while to >= gap && values[to - gap] > value {
                    values[to] = values[to - gap];
                    to -= gap;
                }
                values[to] = value;
            }
        }
    }

    /// Of sorted values, the one at `share` of the ranks, between neighbours by interpolation; 0 for an empty list.
    pub(crate) fn at(&self, share: f32) -> f32 {
        if self.len == 0 {
            return 0.0;
        }
        let rank = share.clamp(0.0, 1.0) * (self.len - 1) as f32;
        let below = rank as usize;
        let above = (below + 1).min(self.len - 1);
        self.values[below] + (self.values[above] - self.values[below]) * (rank - below as f32)
    }
}
