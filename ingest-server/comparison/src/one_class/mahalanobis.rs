//! Mahalanobis distance: as many deviations away as the subject's own numbers vary together.
//!
//! A subject has fewer vectors than a vector has numbers, so the covariance is drawn towards its diagonal.

use super::{ByKind, OneClass, by_column, mean};
use crate::scorer::{Enrolment, Scorer, ScorerReference};

/// How far the covariance is drawn towards its diagonal: so far where there are as many vectors as numbers or more,
/// and the further the fewer there are.
const SHRINKAGE: f64 = 0.5;
/// Added to a variance, as a share of the mean one.
const VARIANCE_FLOOR: f64 = 0.05;

/// See the file's head.
#[derive(Clone, Copy, Debug)]
pub struct Mahalanobis;

impl Scorer for Mahalanobis {
    fn name(&self) -> &'static str {
        "mahalanobis"
    }

    fn enrol(&self, enrolment: Enrolment<'_>) -> Option<Box<dyn ScorerReference>> {
        ByKind::fitted(enrolment.windows, |vectors| Box::new(Class::of(vectors)))
    }
}

struct Class {
    centre: Vec<f64>,
    /// Lower triangle L of the covariance's Cholesky decomposition, row by row.
    lower: Vec<Vec<f64>>,
}

impl Class {
    fn of(vectors: &[Vec<f64>]) -> Self {
        let centre = by_column(vectors, mean);
        let size = centre.len();
        let mut covariance = vec![vec![0.0; size]; size];
        for vector in vectors {
            for (row, (value, middle)) in vector.iter().zip(&centre).enumerate() {
                for column in 0..=row {
                    covariance[row][column] += (value - middle) * (vector[column] - centre[column]);
                }
            }
        }
        let count = vectors.len() as f64;
        let keep = 1.0 - (SHRINKAGE * f64::max(size as f64 / count, 1.0)).min(1.0);
        let floor = VARIANCE_FLOOR * mean(&mut (0..size).map(|at| covariance[at][at])) + f64::EPSILON;
        for (at, row) in covariance.iter_mut().enumerate() {
            row.iter_mut().take(at).for_each(|cell| *cell *= keep);
            row[at] += floor;
            row.iter_mut().for_each(|cell| *cell /= count);
        }
        decompose(&mut covariance);
        Self { centre, lower: covariance }
    }
}

impl OneClass for Class {
    fn nearness(&self, vector: &[f64]) -> f64 {
        let mut solved: Vec<f64> = Vec::with_capacity(vector.len());
        for (row, (value, centre)) in self.lower.iter().zip(vector.iter().zip(&self.centre)) {
            let known: f64 = row.iter().zip(&solved).map(|(factor, before)| factor * before).sum();
            solved.push((value - centre - known) / row[solved.len()]);
        }
        -libm::sqrt(mean(&mut solved.iter().map(|part| part * part)))
    }
}

/// Cholesky's decomposition in place. A pivot that rounding took below nothing is held at the smallest that divides.
fn decompose(matrix: &mut [Vec<f64>]) {
    for row in 0..matrix.len() {
        for column in 0..=row {
            let known: f64 = (0..column).map(|at| matrix[row][at] * matrix[column][at]).sum();
            let rest = matrix[row][column] - known;
            matrix[row][column] = if row == column {
                libm::sqrt(rest.max(f64::EPSILON * f64::EPSILON))
            } else {
                rest / matrix[column][column]
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decomposition_multiplies_back() {
        let whole = [[4.0, 2.0, 0.6], [2.0, 5.0, 1.0], [0.6, 1.0, 3.0]];
        let mut lower: Vec<Vec<f64>> = whole.iter().map(|row| row.to_vec()).collect();
        decompose(&mut lower);
        for (row, expected) in whole.iter().enumerate() {
            for column in 0..=row {
                let product: f64 = (0..=column).map(|at| lower[row][at] * lower[column][at]).sum();
                assert!((product - expected[column]).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn along_the_way_that_numbers_vary_together_is_nearer_than_across() {
        let vectors: Vec<Vec<f64>> = (0..40)
            .map(|at| {
                let along = f64::from(at) / 10.0 - 2.0;
                vec![along, along + f64::from(at % 3) * 0.2 - 0.2]
            })
            .collect();
        let class = Class::of(&vectors);
        assert!(class.nearness(&[1.5, 1.5]) > class.nearness(&[1.5, -1.5]) + 0.5);
    }
}
