//! The mixture of everybody's strokes: expectation and maximisation from a fixed start.

use super::super::space::{COMPONENTS, DIMS, SHIFT, StrokeSpace};

/// Rounds of the clustering that starts the mixture.
const CLUSTER_ROUNDS: usize = 8;
/// Rounds of expectation and maximisation.
const ROUNDS: usize = 10;
/// Added to every variance.
const VARIANCE_FLOOR: f64 = 0.02;
/// A step through the strokes that visits far ones: coprime to any count that is not its multiple.
const STRIDE: usize = 7_919;

struct Mixture {
    weights: [f64; COMPONENTS],
    means: Vec<f64>,
    variances: Vec<f64>,
}

/// Strokes that the mixture is fitted to, at most; from more, they are taken evenly.
const PLACES_MAX: usize = 65_536;

/// Fits the mixture along the space's directions.
pub(super) fn fit(space: &mut StrokeSpace, places: &[[f32; DIMS]]) {
    let every = places.len().div_ceil(PLACES_MAX).max(1);
    let places: &[[f32; DIMS]] = &places.iter().step_by(every).copied().collect::<Vec<_>>();
    let mut mixture = started(places);
    for _ in 0..ROUNDS {
        mixture = mixture.improved(places);
    }
    for component in 0..COMPONENTS {
        let range = component * DIMS..(component + 1) * DIMS;
        let volume: f64 = mixture.variances[range].iter().map(|v| 0.5 * libm::log(*v)).sum();
        space.log_heights[component] = (libm::log(mixture.weights[component]) - volume) as f32;
    }
    space.means = mixture.means.iter().map(|v| *v as f32).collect();
    space.scales = mixture.variances.iter().map(|v| (1.0 / v.sqrt()) as f32).collect();
}

/// Sums of one round.
struct Sums {
    counts: [f64; COMPONENTS],
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Sums {
    fn new() -> Self {
        Self { counts: [0.0; COMPONENTS], sums: vec![0.0; SHIFT], squares: vec![0.0; SHIFT] }
    }

    fn push(&mut self, component: usize, share: f64, place: &[f32; DIMS]) {
        self.counts[component] += share;
        let range = component * DIMS..(component + 1) * DIMS;
        let cells = self.sums[range.clone()].iter_mut().zip(&mut self.squares[range]);
        for ((sum, square), value) in cells.zip(place) {
            let value = f64::from(*value);
            *sum += share * value;
            *square += share * value * value;
        }
    }

    fn mixture(&self, before: &[f64]) -> Mixture {
        let total: f64 = self.counts.iter().sum();
        let mut mixture = Mixture {
            weights: self.counts.map(|count| (count / total).max(1e-6)),
            means: before.to_vec(),
            variances: vec![1.0; SHIFT],
        };
        for at in 0..SHIFT {
            let count = self.counts[at / DIMS];
            if count > 1.0 {
                let mean = self.sums[at] / count;
                mixture.means[at] = mean;
                mixture.variances[at] = (self.squares[at] / count - mean * mean).max(0.0) + VARIANCE_FLOOR;
            }
        }
        mixture
    }
}

/// Clusters around strokes taken evenly from a scattered order.
fn started(places: &[[f32; DIMS]]) -> Mixture {
    let mut centres = vec![0.0; SHIFT];
    for component in 0..COMPONENTS {
        let place = &places[component.wrapping_mul(STRIDE).wrapping_add(STRIDE / 2) % places.len()];
        for (cell, value) in centres[component * DIMS..].iter_mut().zip(place) {
            *cell = f64::from(*value);
        }
    }
    let mut sums = Sums::new();
    for _ in 0..CLUSTER_ROUNDS {
        sums = Sums::new();
        for place in places {
            sums.push(nearest(&centres, place), 1.0, place);
        }
        centres = sums.mixture(&centres).means;
    }
    sums.mixture(&centres)
}

fn nearest(centres: &[f64], place: &[f32; DIMS]) -> usize {
    let distance = |component: usize| -> f64 {
        let centre = &centres[component * DIMS..(component + 1) * DIMS];
        centre.iter().zip(place).map(|(c, p)| (c - f64::from(*p)) * (c - f64::from(*p))).sum()
    };
    let far = (0, f64::INFINITY);
    (0..COMPONENTS).map(|c| (c, distance(c))).fold(far, |best, at| if at.1 < best.1 { at } else { best }).0
}

impl Mixture {
    fn improved(&self, places: &[[f32; DIMS]]) -> Self {
        let mut offsets = [0.0; COMPONENTS];
        let precisions: Vec<f64> = self.variances.iter().map(|v| 1.0 / v).collect();
        for (component, offset) in offsets.iter_mut().enumerate() {
            let range = component * DIMS..(component + 1) * DIMS;
            let volume: f64 = self.variances[range].iter().map(|v| libm::log(*v)).sum();
            *offset = libm::log(self.weights[component]) - 0.5 * volume;
        }
        let mut sums = Sums::new();
        for place in places {
            let mut heights = [0.0; COMPONENTS];
            for (component, height) in heights.iter_mut().enumerate() {
                let range = component * DIMS..(component + 1) * DIMS;
                let cells = self.means[range.clone()].iter().zip(&precisions[range]).zip(place);
                let square = |((mean, precision), value): ((&f64, &f64), &f32)| {
                    let away = f64::from(*value) - mean;
                    away * away * precision
                };
                *height = offsets[component] - 0.5 * cells.map(square).sum::<f64>();
            }
            let highest = heights.iter().fold(f64::MIN, |a, b| a.max(*b));
            let shares = heights.map(|height| libm::exp(height - highest));
            let total: f64 = shares.iter().sum();
            for (component, share) in shares.iter().enumerate() {
                if share / total > 1e-4 {
                    sums.push(component, share / total, place);
                }
            }
        }
        sums.mixture(&self.means)
    }
}
