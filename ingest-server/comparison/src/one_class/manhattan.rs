//! Scaled Manhattan distance: how many of the subject's own mean deviations a vector is away, over all its numbers.
//!
//! **Source**: Araujo et al. 2005; the best of the one-class scorers in Killourhy and Maxion 2009.

use super::{ByKind, OneClass, by_column, mean};
use crate::scorer::{Enrolment, Scorer, ScorerReference};

/// Added to a deviation, as a share of the mean one: a number that never varied cannot rule alone.
const DEVIATION_FLOOR: f64 = 0.1;

/// See the file's head.
#[derive(Clone, Copy, Debug)]
pub struct ScaledManhattan;

impl Scorer for ScaledManhattan {
    fn name(&self) -> &'static str {
        "scaled-manhattan"
    }

    fn enrol(&self, enrolment: Enrolment<'_>) -> Option<Box<dyn ScorerReference>> {
        ByKind::fitted(enrolment.windows, |vectors| Box::new(Class::of(vectors)))
    }
}

struct Class {
    centre: Vec<f64>,
    deviation: Vec<f64>,
}

impl Class {
    fn of(vectors: &[Vec<f64>]) -> Self {
        let centre = by_column(vectors, mean);
        let away: Vec<Vec<f64>> = vectors
            .iter()
            .map(|vector| vector.iter().zip(&centre).map(|(value, centre)| (value - centre).abs()).collect())
            .collect();
        let mut deviation = by_column(&away, mean);
        let floor = DEVIATION_FLOOR * mean(&mut deviation.iter().copied()) + f64::EPSILON;
        deviation.iter_mut().for_each(|deviation| *deviation += floor);
        Self { centre, deviation }
    }
}

impl OneClass for Class {
    fn nearness(&self, vector: &[f64]) -> f64 {
        let terms = vector.iter().zip(&self.centre).zip(&self.deviation);
        -mean(&mut terms.map(|((value, centre), deviation)| (value - centre).abs() / deviation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_is_counted_in_the_subjects_own_deviations() {
        let class = Class::of(&[vec![0.0, 10.0], vec![2.0, 30.0]]);
        let floor = 0.1 * 5.5 + f64::EPSILON;
        let expected = -(3.0 / (1.0 + floor) + 5.0 / (10.0 + floor)) / 2.0;
        assert!((class.nearness(&[4.0, 25.0]) - expected).abs() < 1e-12);
        assert_eq!(class.nearness(&[1.0, 20.0]), 0.0);
    }
}
