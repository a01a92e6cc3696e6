//! The subject's part of the autoencoder, fitted in closed form: the change of its last layer that explains the
//! subject's residuals best, drawn to no change at all.
//!
//! The population's error less the subject's is then a log-likelihood ratio: both reconstructions have Gaussian errors
//! with the population's covariance, whitened by the directions. No gradient is followed, and the answer is the same
//! wherever it is computed.

use serde::Deserialize;

/// What one stroke says at most, in both directions. **Units**: nats.
const STROKE_MAX: f32 = 6.0;
/// The nearest share of the cohort that a score is normalised against.
const NEAREST_SHARE: f32 = 0.25;
/// Added to a cohort's spread.
const SPREAD_FLOOR: f32 = 1e-3;
/// A normalised score is clipped here, in both directions.
const NORMALISED_MAX: f32 = 12.0;

/// What a model file says of adapters.
#[derive(Clone, Deserialize)]
pub(crate) struct AdapterSpace {
    /// Residuals to discriminant directions, whitened within people. **Shape** `[features, dims]`.
    directions: Vec<f32>,
    /// **Units**: dims.
    dims: usize,
    /// The decoder's states that the change depends on, after which comes the constant: 0 makes it a shift.
    states: usize,
    /// Strokes that no change counts for.
    prior: f32,
    /// The training people's changes. **Shape** `[people, states + 1, dims]`.
    cohort: Vec<f32>,
}

/// One stroke as the autoencoder left it.
pub(crate) struct Remainder {
    /// The decoder's states that matter, then 1.
    states: Vec<f32>,
    /// The residual along the directions.
    place: Vec<f32>,
}

/// A change of the last layer. **Shape** `[states + 1, dims]`.
#[derive(Clone)]
pub(crate) struct Change(Vec<f32>);

impl AdapterSpace {
    pub(crate) fn is_sound(&self, features: usize, states: usize) -> bool {
        let rows = self.states + 1;
        let finite = self.directions.iter().chain(&self.cohort).all(|value| value.is_finite());
        (1..=features).contains(&self.dims)
            && self.states <= states
            && self.directions.len() == features * self.dims
            && self.prior.is_finite()
            && self.prior > 0.0
            && self.cohort.len() >= 2 * rows * self.dims
            && self.cohort.len().is_multiple_of(rows * self.dims)
            && finite
    }

    /// What is left of a stroke. `present` says which features it has.
    pub(crate) fn remainder(
        &self,
        stroke: &[f32],
        present: &[bool],
        made: &[f32],
        states: &[f32],
    ) -> Remainder {
        let mut place = vec![0.0; self.dims];
        let rows = self.directions.chunks_exact(self.dims);
        for (((value, there), made), directions) in stroke.iter().zip(present).zip(made).zip(rows) {
            if *there {
                let residual = value - made;
                place.iter_mut().zip(directions).for_each(|(p, d)| *p += residual * d);
            }
        }
        let states = states.iter().take(self.states).copied().chain([1.0]).collect();
        Remainder { states, place }
    }

    /// The change that fits some strokes: ridge regression of residuals on states.
    pub(crate) fn adapt(&self, strokes: &[Remainder]) -> Option<Change> {
        let rows = self.states + 1;
        let mut square = vec![0.0f64; rows * rows];
        let mut right = vec![0.0f64; rows * self.dims];
        (0..rows).for_each(|at| square[at * rows + at] = f64::from(self.prior));
        for stroke in strokes {
            for (at, state) in stroke.states.iter().enumerate() {
                let state = f64::from(*state);
                let row = &mut square[at * rows..(at + 1) * rows];
                row.iter_mut()
                    .zip(&stroke.states)
                    .for_each(|(cell, other)| *cell += state * f64::from(*other));
                let row = &mut right[at * self.dims..(at + 1) * self.dims];
                row.iter_mut()
                    .zip(&stroke.place)
                    .for_each(|(cell, place)| *cell += state * f64::from(*place));
            }
        }
        let factor = cholesky(&square, rows)?;
        solve(&factor, &mut right, rows, self.dims);
        Some(Change(right.iter().map(|value| *value as f32).collect()))
    }

    /// Half the population's squared error of a stroke less the subject's. **Units**: nats.
    pub(crate) fn ratio(&self, change: &Change, stroke: &Remainder) -> f32 {
        self.ratio_of(&change.0, stroke)
    }

    fn ratio_of(&self, change: &[f32], stroke: &Remainder) -> f32 {
        let mut left = [0.0f32; 128];
        let left = &mut left[..self.dims.min(128)];
        left.iter_mut().zip(&stroke.place).for_each(|(l, p)| *l = *p);
        for (state, row) in stroke.states.iter().zip(change.chunks_exact(self.dims)) {
            left.iter_mut().zip(row).for_each(|(l, c)| *l -= state * c);
        }
        let before: f32 = stroke.place.iter().map(|p| p * p).sum();
        let after: f32 = left.iter().map(|l| l * l).sum();
        (0.5 * (before - after)).clamp(-STROKE_MAX, STROKE_MAX)
    }

    /// The same for everybody of the cohort.
    pub(crate) fn cohort_ratios(&self, stroke: &Remainder) -> impl Iterator<Item = f32> {
        let people = self.cohort.chunks_exact((self.states + 1) * self.dims);
        people.map(move |change| self.ratio_of(change, stroke))
    }

    pub(crate) fn people(&self) -> usize {
        self.cohort.len() / ((self.states + 1) * self.dims)
    }
}

/// A score in spreads of the nearest part of a cohort.
///
/// **Source**: T-norm (Auckenthaler et al. 2000).
pub(crate) fn normalised(own: f32, mut cohort: Vec<f32>) -> f32 {
    cohort.sort_unstable_by(|a, b| b.total_cmp(a));
    let nearest = ((cohort.len() as f32 * NEAREST_SHARE) as usize).max(2).min(cohort.len());
    let nearest = &cohort[..nearest];
    let count = nearest.len().max(1) as f32;
    let mean = nearest.iter().sum::<f32>() / count;
    let variance = nearest.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / count;
    let score = (own - mean) / (variance.sqrt() + SPREAD_FLOOR);
    if score.is_nan() { 0.0 } else { score.clamp(-NORMALISED_MAX, NORMALISED_MAX) }
}

/// The lower factor of a symmetric positive definite matrix.
fn cholesky(matrix: &[f64], size: usize) -> Option<Vec<f64>> {
    let mut factor = vec![0.0; size * size];
    for row in 0..size {
        for column in 0..=row {
            let known: f64 = (0..column).map(|k| factor[row * size + k] * factor[column * size + k]).sum();
            let rest = matrix[row * size + column] - known;
            factor[row * size + column] = if row == column {
                if rest.is_nan() || rest <= 0.0 {
                    return None;
                }
                rest.sqrt()
            } else {
                rest / factor[column * size + column]
            };
        }
    }
    Some(factor)
}

/// Solves for several right sides, in place. **Shape** of `right`: `[size, width]`.
fn solve(factor: &[f64], right: &mut [f64], size: usize, width: usize) {
    for column in 0..width {
        for row in 0..size {
            let known: f64 = (0..row).map(|k| factor[row * size + k] * right[k * width + column]).sum();
            right[row * width + column] = (right[row * width + column] - known) / factor[row * size + row];
        }
        for row in (0..size).rev() {
            let known: f64 =
                (row + 1..size).map(|k| factor[k * size + row] * right[k * width + column]).sum();
            right[row * width + column] = (right[row * width + column] - known) / factor[row * size + row];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(states: usize, prior: f32) -> AdapterSpace {
        AdapterSpace {
            directions: vec![1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
            dims: 2,
            states,
            prior,
            cohort: vec![0.0; 4 * (states + 1)],
        }
    }

    fn stroke(space: &AdapterSpace, residual: [f32; 2], state: f32) -> Remainder {
        let made = [1.0, 1.0, 1.0];
        space.remainder(&[1.0 + residual[0], 1.0 + residual[1], 7.0], &[true, true, false], &made, &[state])
    }

    #[test]
    fn a_shift_is_the_mean_residual_drawn_to_none() {
        let space = space(0, 2.0);
        assert!(space.is_sound(3, 1));
        let strokes: Vec<Remainder> = (0..6).map(|_| stroke(&space, [0.8, -0.4], 0.3)).collect();
        let change = space.adapt(&strokes).unwrap();
        assert!((change.0[0] - 0.6).abs() < 1e-6 && (change.0[1] + 0.3).abs() < 1e-6, "{:?}", change.0);
        // ½(0.8² + 0.4² − 0.2² − 0.1²)
        assert!((space.ratio(&change, &strokes[0]) - 0.375).abs() < 1e-6);
        assert!(space.ratio(&change, &stroke(&space, [-0.8, 0.4], 0.3)) < 0.0);
    }

    #[test]
    fn a_change_follows_the_decoders_state() {
        let space = space(1, 1e-3);
        let strokes: Vec<Remainder> =
            (-5..=5).map(|at| stroke(&space, [0.5 * at as f32 + 0.25, 0.0], at as f32)).collect();
        let change = space.adapt(&strokes).unwrap();
        for (got, expected) in change.0.iter().zip([0.5, 0.0, 0.25, 0.0]) {
            assert!((got - expected).abs() < 1e-3, "{:?}", change.0);
        }
    }

    #[test]
    fn a_score_is_told_in_spreads_of_the_nearest() {
        let cohort = vec![0.0, 2.0, -9.0, -9.0, -9.0, -9.0, -9.0, -9.0];
        assert!((normalised(3.0, cohort.clone()) - 2.0 / 1.001).abs() < 1e-5);
        assert_eq!(normalised(f32::NAN, cohort.clone()), 0.0);
        assert_eq!(normalised(1e9, cohort), NORMALISED_MAX);
    }

    #[test]
    fn one_stroke_never_says_more_than_its_bound() {
        let space = space(0, 1e-3);
        let change = Change(vec![100.0, 0.0]);
        assert_eq!(space.ratio(&change, &stroke(&space, [100.0, 0.0], 0.0)), STROKE_MAX);
        assert_eq!(space.ratio(&change, &stroke(&space, [-100.0, 0.0], 0.0)), -STROKE_MAX);
    }
}
