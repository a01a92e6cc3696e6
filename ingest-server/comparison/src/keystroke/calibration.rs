//! Channel scores to one score, and that to a log-likelihood ratio that depends on how much was typed.

use palet_features::keystroke::CHANNELS;
use serde::{Deserialize, Serialize};

/// How much each channel counts. **Shape** `[CHANNELS]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FusionWeights(pub [f32; CHANNELS]);

impl Default for FusionWeights {
    /// Weights that were not trained.
    fn default() -> Self {
        Self([1.0, 0.5, 0.5, 1.0, 0.4, 0.4])
    }
}

/// A line from fused score to log-likelihood ratio, at one length of the probe.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationKnot {
    /// Length of the probe. **Units**: keys.
    pub keys: f32,
    /// Nats per unit of the fused score.
    pub slope: f32,
    /// Nats at a fused score of 0.
    pub intercept: f32,
}

/// Lines at several lengths, interpolated over the logarithm of the length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// At least one, ascending by keys.
    pub knots: Vec<CalibrationKnot>,
}

impl Default for Calibration {
    /// A line that was not trained.
    fn default() -> Self {
        Self { knots: vec![CalibrationKnot { keys: 64.0, slope: 1.0, intercept: 0.0 }] }
    }
}

impl Calibration {
    /// Whether the knots can be used: some, ascending, finite, rising.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let sound = |k: &CalibrationKnot| {
            k.keys > 0.0 && k.slope > 0.0 && k.slope.is_finite() && k.intercept.is_finite()
        };
        !self.knots.is_empty()
            && self.knots.iter().all(sound)
            && self.knots.is_sorted_by(|a, b| a.keys < b.keys)
    }

    /// The log-likelihood ratio of a fused score. **Units**: nats.
    #[must_use]
    pub fn nats(&self, fused: f32, keys: u32) -> f64 {
        let keys = (keys.max(1)) as f32;
        let after = self.knots.partition_point(|knot| knot.keys <= keys);
        let line = |knot: &CalibrationKnot| f64::from(knot.slope.mul_add(fused, knot.intercept));
        match (self.knots.get(after.wrapping_sub(1)), self.knots.get(after)) {
            (Some(low), Some(high)) => {
                let share = f64::from(libm::logf(keys / low.keys) / libm::logf(high.keys / low.keys));
                line(low) * (1.0 - share) + line(high) * share
            }
            (Some(only), None) | (None, Some(only)) => line(only),
            (None, None) => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knot(keys: f32, slope: f32) -> CalibrationKnot {
        CalibrationKnot { keys, slope, intercept: 0.5 }
    }

    #[test]
    fn between_two_lengths_the_line_is_between_theirs() {
        let calibration = Calibration { knots: vec![knot(32.0, 1.0), knot(128.0, 2.0)] };
        assert!((calibration.nats(1.0, 64) - 2.0).abs() < 1e-6);
        assert!((calibration.nats(1.0, 8) - 1.5).abs() < 1e-6);
        assert!((calibration.nats(1.0, 999) - 2.5).abs() < 1e-6);
    }

    #[test]
    fn falling_or_unordered_knots_are_unsound() {
        assert!(!Calibration { knots: vec![] }.is_sound());
        assert!(!Calibration { knots: vec![knot(32.0, -1.0)] }.is_sound());
        assert!(!Calibration { knots: vec![knot(64.0, 1.0), knot(32.0, 1.0)] }.is_sound());
    }
}
