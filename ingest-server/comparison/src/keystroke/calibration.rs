//! Channel scores to one score, and that to a log-likelihood ratio that depends on how much was typed and how finely it was
//! told.

use palet_features::Ladder;
use palet_features::keystroke::{BLOCK_KEYS, CHANNELS, K3_KEYS_MIN};
use serde::{Deserialize, Serialize};

/// Steps of the privacy ladder.
pub(crate) const STEPS: usize = Ladder::ALL.len();

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

/// Lines at several lengths, interpolated over the logarithm of the length; for each step of the privacy ladder those of
/// probes that are told as finely as pages of that step tell them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// By step, finest first; each at least one, ascending by keys.
    pub knots: [Vec<CalibrationKnot>; STEPS],
}

impl Default for Calibration {
    /// A line that was not trained.
    fn default() -> Self {
        let knots = vec![CalibrationKnot { keys: 64.0, slope: 1.0, intercept: 0.0 }];
        Self { knots: [knots.clone(), knots.clone(), knots] }
    }
}

impl Calibration {
    /// Whether the knots can be used: some for each step, ascending, finite, rising.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let sound = |k: &CalibrationKnot| {
            k.keys > 0.0 && k.slope > 0.0 && k.slope.is_finite() && k.intercept.is_finite()
        };
        let ascending =
            |knots: &Vec<CalibrationKnot>| knots.is_sorted_by(|a: &CalibrationKnot, b| a.keys < b.keys);
        self.knots.iter().all(|knots| !knots.is_empty() && knots.iter().all(sound) && ascending(knots))
    }

    /// The log-likelihood ratio of a fused score. `keys` are counted by the step of their block. **Units**: nats.
    #[must_use]
    pub fn nats(&self, fused: f32, keys: [u32; STEPS]) -> f64 {
        let total = keys.iter().copied().fold(0, u32::saturating_add).max(1);
        let line = |(knots, share): (&Vec<CalibrationKnot>, f64)| match share > 0.0 {
            true => share * line_at(knots, fused, total),
            false => 0.0,
        };
        self.knots.iter().zip(shares(keys, total)).map(line).sum()
    }
}

/// How much of a probe is told as finely as a page of each step tells as many keys typed in one go. A probe of short
/// blocks is as long as one of whole blocks and says less. **Range**: sum 1.
fn shares([at_k4, at_k3, _]: [u32; STEPS], total: u32) -> [f64; STEPS] {
    let whole = total - total % u32::from(BLOCK_KEYS);
    let rest = if total - whole < u32::from(K3_KEYS_MIN) { 0 } else { total - whole };
    let share = |told: u32, possible: u32| match possible {
        0 => 1.0,
        _ => (f64::from(told) / f64::from(possible)).min(1.0),
    };
    let classes = share(at_k4.saturating_add(at_k3), whole + rest);
    let hands = share(at_k4, whole).min(classes);
    [hands, classes - hands, 1.0 - classes]
}

fn line_at(knots: &[CalibrationKnot], fused: f32, keys: u32) -> f64 {
    let keys = keys as f32;
    let after = knots.partition_point(|knot| knot.keys <= keys);
    let line = |knot: &CalibrationKnot| f64::from(knot.slope.mul_add(fused, knot.intercept));
    match (knots.get(after.wrapping_sub(1)), knots.get(after)) {
        (Some(low), Some(high)) => {
            let share = f64::from(libm::logf(keys / low.keys) / libm::logf(high.keys / low.keys));
            line(low) * (1.0 - share) + line(high) * share
        }
        (Some(only), None) | (None, Some(only)) => line(only),
        (None, None) => 0.0,
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
        let knots = [knot(32.0, 1.0), knot(128.0, 2.0)];
        for (keys, nats) in [(64, 2.0), (8, 1.5), (999, 2.5)] {
            assert!((line_at(&knots, 1.0, keys) - nats).abs() < 1e-6);
        }
    }

    #[test]
    fn a_probe_counts_as_finely_told_by_what_a_page_could_have_told() {
        // (keys at K4, at K3, at K1), share of each step.
        for (keys, expected) in [
            ([0, 0, 12], [1.0, 0.0, 0.0]),
            ([0, 40, 0], [1.0, 0.0, 0.0]),
            ([64, 0, 6], [1.0, 0.0, 0.0]),
            ([64, 36, 0], [1.0, 0.0, 0.0]),
            ([0, 64, 0], [0.0, 1.0, 0.0]),
            ([64, 64, 0], [0.5, 0.5, 0.0]),
            ([0, 0, 40], [0.0, 0.0, 1.0]),
            ([64, 0, 64], [0.5, 0.0, 0.5]),
        ] {
            assert_eq!(shares(keys, keys.iter().sum()), expected, "{keys:?}");
        }
    }

    #[test]
    fn each_step_has_lines_of_its_own() {
        let knots = [1.0, 2.0, 4.0].map(|slope| vec![knot(64.0, slope)]);
        let calibration = Calibration { knots };
        assert_eq!(calibration.nats(1.0, [64, 0, 0]), 1.5);
        assert_eq!(calibration.nats(1.0, [0, 64, 0]), 2.5);
        assert_eq!(calibration.nats(1.0, [64, 0, 64]), 3.0);
    }

    #[test]
    fn falling_or_unordered_knots_are_unsound() {
        let with =
            |knots: Vec<CalibrationKnot>| Calibration { knots: [vec![knot(9.0, 1.0)], knots.clone(), knots] };
        assert!(with(vec![knot(32.0, 1.0), knot(64.0, 1.0)]).is_sound());
        assert!(!with(vec![]).is_sound());
        assert!(!with(vec![knot(32.0, -1.0)]).is_sound());
        assert!(!with(vec![knot(64.0, 1.0), knot(32.0, 1.0)]).is_sound());
    }
}
