//! The classic scorers that know the subject alone, no population and no cohort: floors that everything else is held
//! against. One file each, all over the same vectors.
//!
//! None of them has a weight in the fusion: each row of the evaluation's table says what it is worth.

mod isolation_forest;
mod mahalanobis;
mod manhattan;
mod vectors;

pub use isolation_forest::IsolationForest;
pub use mahalanobis::Mahalanobis;
pub use manhattan::ScaledManhattan;

use crate::scorer::{Scorer, ScorerReference};
use palet_features::FeatureWindow;
use vectors::{Kind, Vectors};

/// Enrolled vectors that a scorer of one class needs.
const VECTORS_MIN: usize = 3;

/// What one class of vectors looks like.
trait OneClass: Send + Sync {
    /// How near a vector is: higher is nearer.
    fn nearness(&self, vector: &[f64]) -> f64;
}

/// One class for each kind of vector that enrolled the subject.
struct ByKind {
    kinds: Vec<(Kind, Box<dyn OneClass>)>,
}

impl ByKind {
    /// Fits a class to each kind of which there is enough.
    fn fitted(
        enrolled: &[FeatureWindow],
        fit: impl Fn(&[Vec<f64>]) -> Box<dyn OneClass>,
    ) -> Option<Box<dyn ScorerReference>> {
        let kinds: Vec<(Kind, Box<dyn OneClass>)> = Vectors::of(enrolled)
            .into_kinds()
            .filter(|(_, vectors)| vectors.len() >= VECTORS_MIN)
            .map(|(kind, vectors)| (kind, fit(&vectors)))
            .collect();
        if kinds.is_empty() { None } else { Some(Box::new(Self { kinds })) }
    }
}

impl ScorerReference for ByKind {
    /// The mean over the probe's vectors.
    fn score(&self, probe: &[FeatureWindow]) -> Option<f64> {
        let (mut sum, mut count) = (0.0, 0.0);
        for (kind, vectors) in Vectors::of(probe).into_kinds() {
            let Some((_, class)) = self.kinds.iter().find(|(known, _)| *known == kind) else { continue };
            for vector in &vectors {
                sum += class.nearness(vector);
                count += 1.0;
            }
        }
        (count > 0.0).then_some(sum / count)
    }
}

/// The vectors that the floors compare, of all kinds one after another.
#[must_use]
pub fn plain_vectors(windows: &[FeatureWindow]) -> Vec<Vec<f64>> {
    Vectors::of(windows).into_kinds().flat_map(|(_, vectors)| vectors).collect()
}

/// Every floor.
#[must_use]
pub fn floors() -> Vec<Box<dyn Scorer>> {
    vec![Box::new(ScaledManhattan), Box::new(Mahalanobis), Box::new(IsolationForest)]
}

/// Mean and mean absolute or squared deviation are taken column by column. **Shape** `[columns]`.
fn by_column(vectors: &[Vec<f64>], value: impl Fn(&mut dyn Iterator<Item = f64>) -> f64) -> Vec<f64> {
    let columns = vectors.first().map_or(0, Vec::len);
    (0..columns).map(|at| value(&mut vectors.iter().map(|vector| vector[at]))).collect()
}

fn mean(values: &mut dyn Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0_f64), |(sum, count), value| (sum + value, count + 1.0));
    sum / count.max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Models;
    use crate::scorer::Enrolment;
    use palet_features::FixedTextSample;

    fn entry(dwell: u16, jitter: u16) -> FeatureWindow {
        let wobble = |at: u16| (at * 7 + jitter * 13) % 17;
        FeatureWindow::FixedText(FixedTextSample {
            field: 0,
            dwell_ms: (0..8).map(|at| dwell + wobble(at)).collect(),
            flight_dd_ms: (0..7).map(|at| 150 + at * 10 + wobble(at)).collect(),
        })
    }

    fn enrol(
        scorer: &dyn Scorer,
        models: &Models,
        windows: &[FeatureWindow],
    ) -> Option<Box<dyn ScorerReference>> {
        scorer.enrol(Enrolment { models, windows, left_out: &[] })
    }

    #[test]
    fn each_floor_is_nearer_to_the_subject_than_to_another() {
        let models = Models::embedded().unwrap();
        let enrolled: Vec<FeatureWindow> = (0..12).map(|jitter| entry(80, jitter)).collect();
        for scorer in floors() {
            let reference = enrol(&*scorer, &models, &enrolled).unwrap();
            let own = reference.score(&[entry(80, 20)]).unwrap();
            let other = reference.score(&[entry(140, 20)]).unwrap();
            assert!(own > other, "{}: {own} {other}", scorer.name());
        }
    }

    #[test]
    fn too_little_to_enrol_and_nothing_to_score_are_told_apart() {
        let models = Models::embedded().unwrap();
        let enrolled: Vec<FeatureWindow> = (0..12).map(|jitter| entry(80, jitter)).collect();
        for scorer in floors() {
            assert!(enrol(&*scorer, &models, &enrolled[..2]).is_none(), "{}", scorer.name());
            let reference = enrol(&*scorer, &models, &enrolled).unwrap();
            assert_eq!(reference.score(&[]), None, "{}", scorer.name());
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = floors().iter().map(|scorer| scorer.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), floors().len());
    }
}
