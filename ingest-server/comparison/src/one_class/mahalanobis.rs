//! Mahalanobis distance: as many deviations away as the subject's own numbers vary together.
//!
//! A subject has fewer vectors than a vector has numbers, so the covariance is drawn towards its diagonal.

use super::{ByKind, OneClass, by_column, mean};
use crate::scorer::{Enrolment, Scorer, ScorerReference};
use crate::triangular::Lower;

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
    covariance: Lower,
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
        Self { centre, covariance: Lower::of(covariance) }
    }
}

impl OneClass for Class {
    fn nearness(&self, vector: &[f64]) -> f64 {
        let away: Vec<f64> = vector.iter().zip(&self.centre).map(|(value, centre)| value - centre).collect();
        let solved = self.covariance.solve(&away);
        -libm::sqrt(mean(&mut solved.iter().map(|part| part * part)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
