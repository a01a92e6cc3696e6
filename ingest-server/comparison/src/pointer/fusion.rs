//! From normalised scores to one log-likelihood ratio, by how many strokes the probe has.

use serde::{Deserialize, Serialize};

/// Normalised scores that are fused.
pub(crate) const CHANNELS: usize = 5;
/// Their names, in order.
pub(crate) const CHANNEL_NAMES: [&str; CHANNELS] = [
    "pointer-strokes-lead",
    "pointer-strokes-t-norm",
    "pointer-windows-z-norm",
    "pointer-windows-lead",
    "pointer-windows-apart",
];
/// The channel that knows no population: it speaks alone for references that lie far outside of it.
pub(crate) const APART: usize = 4;
/// Channels are clipped here, in both directions.
pub(crate) const CHANNEL_MAX: [f32; CHANNELS] = [6.0, 12.0, 8.0, 40.0, 100.0];

/// Normalised scores of one probe. **Shape** `[CHANNELS]`.
pub(crate) type Channels = [f32; CHANNELS];

/// Clips scores to their ranges; what is not a number is no evidence.
pub(crate) fn clipped(channels: Channels) -> Channels {
    let mut result = channels;
    for (value, max) in result.iter_mut().zip(CHANNEL_MAX) {
        *value = if value.is_nan() { 0.0 } else { value.clamp(-max, max) };
    }
    result
}

/// Weights for probes of one length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FusionKnot {
    /// Length of the probe. **Units**: strokes.
    pub(crate) strokes: f32,
    /// Nats per unit of each channel. **Range**: 0 and more.
    pub(crate) weights: [f32; CHANNELS],
    /// Nats where every channel is 0.
    pub(crate) bias: f32,
    /// Nats per unit of the channel that knows no population, and where it is 0.
    pub(crate) apart: [f32; 2],
}

impl FusionKnot {
    fn nats(&self, channels: &Channels, population: f32) -> f64 {
        let sum: f64 = self.weights.iter().zip(channels).map(|(w, c)| f64::from(*w) * f64::from(*c)).sum();
        let [slope, bias] = self.apart.map(f64::from);
        let apart = slope * f64::from(channels[APART]) + bias;
        let share = f64::from(population);
        share * (sum + f64::from(self.bias)) + (1.0 - share) * apart
    }
}

/// Logistic regressions at several lengths, interpolated over the logarithm of the length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PointerFusion {
    /// At least one, ascending by strokes.
    pub(crate) knots: Vec<FusionKnot>,
}

impl PointerFusion {
    /// Whether no channel speaks against its own direction, and lengths ascend.
    pub(crate) fn is_sound(&self) -> bool {
        let sound = |knot: &FusionKnot| {
            let weights = knot.weights.iter().all(|w| w.is_finite() && *w >= 0.0);
            let apart = knot.apart.iter().all(|w| w.is_finite()) && knot.apart[0] >= 0.0;
            weights && apart && knot.bias.is_finite() && knot.strokes > 0.0 && knot.strokes.is_finite()
        };
        !self.knots.is_empty()
            && self.knots.iter().all(sound)
            && self.knots.is_sorted_by(|a, b| a.strokes < b.strokes)
    }

    /// The log-likelihood ratio. `population` is the share of what all channels say together, beside the one that knows
    /// no population. **Units**: nats.
    pub(crate) fn nats(&self, channels: &Channels, strokes: u32, population: f32) -> f64 {
        let strokes = strokes.max(1) as f32;
        let after = self.knots.partition_point(|knot| knot.strokes <= strokes);
        match (self.knots.get(after.wrapping_sub(1)), self.knots.get(after)) {
            (Some(low), Some(high)) => {
                let span = libm::logf(high.strokes / low.strokes);
                let share = f64::from(libm::logf(strokes / low.strokes) / span);
                low.nats(channels, population) * (1.0 - share) + high.nats(channels, population) * share
            }
            // Fewer strokes than the first knot say proportionally less.
            (None, Some(first)) => first.nats(channels, population) * f64::from(strokes / first.strokes),
            (Some(last), None) => last.nats(channels, population),
            (None, None) => 0.0,
        }
    }
}
