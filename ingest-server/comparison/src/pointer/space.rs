//! Where a stroke lies: standardised against the population of its sampling rate, projected onto what tells people
//! apart, soft-assigned to the components of a Gaussian mixture.

use palet_features::pointer::ABSENT;
use palet_features::{RateClass, STROKE_FEATURES, Stroke, StrokeKind};
use serde::{Deserialize, Serialize};

/// Discriminant directions of strokes.
pub(crate) const DIMS: usize = 30;
/// Components of the mixture.
pub(crate) const COMPONENTS: usize = 16;
/// Length of a mixture's first-order statistics.
pub(crate) const SHIFT: usize = COMPONENTS * DIMS;
/// Kinds of stroke.
pub(crate) const KINDS: usize = 3;
/// Sampling-rate classes.
pub(crate) const RATES: usize = 3;
/// Standardised features are clipped here, in both directions.
const STANDARD_MAX: f32 = 5.0;
/// Responsibilities below this are no evidence.
const RESPONSIBILITY_MIN: f32 = 1e-3;

/// Sampling-rate classes, in the order of tables.
pub(crate) const RATE_CLASSES: [RateClass; RATES] = [RateClass::Fine, RateClass::Medium, RateClass::Coarse];

/// The place of a rate class in tables.
pub(crate) const fn rate_index(rate: RateClass) -> usize {
    match rate {
        RateClass::Fine => 0,
        RateClass::Medium => 1,
        RateClass::Coarse => 2,
    }
}

/// The place of a kind of stroke in tables.
pub(crate) const fn kind_index(kind: StrokeKind) -> usize {
    match kind {
        StrokeKind::Move => 0,
        StrokeKind::Click => 1,
        StrokeKind::Drag => 2,
    }
}

/// What strokes of one sampling rate are like in the population.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Standard {
    /// Means by kind of stroke. **Shape** `[KINDS, STROKE_FEATURES]`.
    pub(crate) means: Vec<f32>,
    /// One over the spread within a kind. **Shape** `[STROKE_FEATURES]`.
    pub(crate) scales: Vec<f32>,
}

/// A standardised stroke; what a stroke does not have is 0 and not present.
pub(crate) struct Standardised {
    pub(crate) values: [f32; STROKE_FEATURES],
    pub(crate) present: [bool; STROKE_FEATURES],
}

impl Standard {
    pub(crate) fn is_sound(&self) -> bool {
        self.means.len() == KINDS * STROKE_FEATURES
            && self.scales.len() == STROKE_FEATURES
            && self.means.iter().chain(&self.scales).all(|value| value.is_finite())
    }

    pub(crate) fn apply(&self, stroke: &Stroke) -> Standardised {
        let start = kind_index(stroke.kind) * STROKE_FEATURES;
        let means = &self.means[start..start + STROKE_FEATURES];
        let mut result = Standardised { values: [0.0; STROKE_FEATURES], present: [false; STROKE_FEATURES] };
        for (at, &feature) in stroke.features.iter().enumerate() {
            if feature != ABSENT {
                let value = (f32::from(feature) - means[at]) * self.scales[at];
                result.values[at] = value.clamp(-STANDARD_MAX, STANDARD_MAX);
                result.present[at] = true;
            }
        }
        result
    }
}

/// Discriminant directions and the mixture of everybody's strokes along them.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StrokeSpace {
    /// Projection of the population's mean stroke. **Shape** `[DIMS]`.
    pub(crate) centre: Vec<f32>,
    /// **Shape** `[STROKE_FEATURES, DIMS]`.
    pub(crate) directions: Vec<f32>,
    /// Natural logarithm of each component's weight over its volume. **Shape** `[COMPONENTS]`.
    pub(crate) log_heights: Vec<f32>,
    /// **Shape** `[COMPONENTS, DIMS]`.
    pub(crate) means: Vec<f32>,
    /// One over each component's standard deviation. **Shape** `[COMPONENTS, DIMS]`.
    pub(crate) scales: Vec<f32>,
    /// How far from the centre people's mean strokes lie.
    pub(crate) range: Range,
}

/// How far people lie from the population's centre, by direction.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Range {
    /// Variance of people's means. **Shape** `[dims]`.
    pub(crate) variances: Vec<f32>,
    /// Squared Mahalanobis distance that nine in ten people stay within.
    pub(crate) limit: f32,
}

impl Range {
    pub(crate) fn is_sound(&self, dims: usize) -> bool {
        let positive = |v: &f32| v.is_finite() && *v > 0.0;
        self.variances.len() == dims && self.variances.iter().all(positive) && positive(&self.limit)
    }

    /// How much of a reference lies inside of the population. **Range**: above 0, up to 1.
    pub(crate) fn inside(&self, place: &[f32]) -> f32 {
        let distance: f32 = place.iter().zip(&self.variances).map(|(p, v)| p * p / v).sum();
        if distance > self.limit { (self.limit / distance).sqrt() } else { 1.0 }
    }
}

/// Statistics of some strokes on the mixture.
#[derive(Clone)]
pub(crate) struct MixtureSums {
    /// Strokes by component. **Shape** `[COMPONENTS]`.
    pub(crate) counts: [f32; COMPONENTS],
    /// Summed whitened deviations. **Shape** `[COMPONENTS, DIMS]`.
    pub(crate) shifts: Vec<f32>,
}

impl MixtureSums {
    pub(crate) fn new() -> Self {
        Self { counts: [0.0; COMPONENTS], shifts: vec![0.0; SHIFT] }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(a, b)| *a += b);
        self.shifts.iter_mut().zip(&other.shifts).for_each(|(a, b)| *a += b);
    }

    pub(crate) fn times(&self, factor: f32) -> Self {
        let shifts = self.shifts.iter().map(|value| value * factor).collect();
        Self { counts: self.counts.map(|count| count * factor), shifts }
    }

    pub(crate) fn total(&self) -> f32 {
        self.counts.iter().sum()
    }
}

impl StrokeSpace {
    pub(crate) fn is_sound(&self) -> bool {
        let shapes = self.centre.len() == DIMS
            && self.directions.len() == STROKE_FEATURES * DIMS
            && self.log_heights.len() == COMPONENTS
            && self.means.len() == SHIFT
            && self.scales.len() == SHIFT;
        let all = [&self.centre, &self.directions, &self.log_heights, &self.means, &self.scales];
        shapes && all.iter().all(|part| part.iter().all(|v| v.is_finite())) && self.range.is_sound(DIMS)
    }

    /// Where a standardised stroke lies.
    pub(crate) fn project(&self, stroke: &Standardised) -> [f32; DIMS] {
        let mut place = [0.0; DIMS];
        for (value, directions) in stroke.values.iter().zip(self.directions.chunks_exact(DIMS)) {
            if *value != 0.0 {
                place.iter_mut().zip(directions).for_each(|(p, d)| *p += value * d);
            }
        }
        place.iter_mut().zip(&self.centre).for_each(|(p, c)| *p -= c);
        place
    }

    /// Adds a stroke at `place` to the sums.
    pub(crate) fn accumulate(&self, place: &[f32; DIMS], sums: &mut MixtureSums) {
        let mut whitened = [[0.0f32; DIMS]; COMPONENTS];
        let mut heights = [0.0f32; COMPONENTS];
        for component in 0..COMPONENTS {
            let at = component * DIMS;
            let row = &mut whitened[component];
            let (means, scales) = (&self.means[at..at + DIMS], &self.scales[at..at + DIMS]);
            for (((cell, p), mean), scale) in row.iter_mut().zip(place).zip(means).zip(scales) {
                *cell = (p - mean) * scale;
            }
            heights[component] = self.log_heights[component] - 0.5 * dot(row, row);
        }
        let highest = heights.iter().fold(f32::MIN, |a, &b| a.max(b));
        heights.iter_mut().for_each(|height| *height = libm::expf(*height - highest));
        let total: f32 = heights.iter().sum();
        for (component, height) in heights.iter().enumerate() {
            let share = height / total;
            if share >= RESPONSIBILITY_MIN {
                sums.counts[component] += share;
                let shifts = &mut sums.shifts[component * DIMS..(component + 1) * DIMS];
                shifts.iter_mut().zip(&whitened[component]).for_each(|(s, w)| *s += share * w);
            }
        }
    }
}

/// The scalar product, in eight interleaved sums.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (left, right) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = left.remainder().iter().zip(right.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in left.zip(right) {
        for lane in 0..8 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}
