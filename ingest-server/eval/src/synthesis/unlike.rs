//! How unlike real people made-up ones are: how well a classifier tells their windows apart, and how far their
//! histograms lie from each other.

use crate::corpus::Corpus;
use crate::metrics::{ErrorCurve, Scored};
use crate::parallel;
use crate::replay::windows_of_rows;
use crate::training::fitted;
use palet_capture::FieldKind;
use palet_comparison::one_class::plain_vectors;
use palet_features::FeatureWindow;
use palet_features::keystroke::{Channel, Layout};
use serde::Serialize;

/// Windows or strokes that each sort gives to the classifier, at most.
const VECTORS_MAX: usize = 1_500;
/// Pull of the classifier's weights towards 0.
const RIDGE: f64 = 1e-2;
/// Standardised numbers are clipped here.
const CLIP: f64 = 5.0;

/// How unlike.
#[derive(Clone, Debug, Serialize)]
pub struct Unlikeness {
    /// The chance that a logistic regression, fitted on half of the people, thinks a made-up window of the other half
    /// likelier made up than a real one: .5 where they are alike, 1 where it always can tell.
    pub auc: f64,
    /// Jensen–Shannon divergence of each channel's histogram: 0 where alike, 1 where they share nothing. Empty for
    /// pointers. **Units**: bits.
    pub divergence: Vec<(&'static str, f64)>,
}

/// Compares made-up people's windows with the recordings of corpora of the same kind. None where either has nobody.
#[must_use]
pub fn unlikeness(made_up: &[Vec<FeatureWindow>], corpora: &[&Corpus]) -> Option<Unlikeness> {
    let subjects: Vec<(&Corpus, &str)> = corpora
        .iter()
        .flat_map(|corpus| corpus.subjects().into_iter().map(move |subject| (*corpus, subject)))
        .collect();
    let real = parallel::map(&subjects, |(corpus, subject)| windows_of_person(corpus, subject));
    Some(Unlikeness { auc: told_apart(made_up, &real)?, divergence: divergences(made_up, &real) })
}

fn windows_of_person(corpus: &Corpus, subject: &str) -> Vec<FeatureWindow> {
    let of_recording = |recording: &crate::corpus::Recording| {
        let name = format!("{}/{}/{}/unlike", corpus.name, subject, recording.session);
        recording.rows(0, recording.len()).map(|rows| windows_of_rows(rows, FieldKind::Open, &name))
    };
    corpus.recordings_of(subject).filter_map(of_recording).flatten().collect()
}

/// The classifier's rows of one half of the people, made up or real.
fn rows(people: &[Vec<FeatureWindow>], half: usize, made_up: bool) -> Vec<(Vec<f64>, bool)> {
    let all: Vec<Vec<f64>> =
        people.iter().skip(half).step_by(2).flat_map(|windows| plain_vectors(windows)).collect();
    let every = all.len().div_ceil(VECTORS_MAX).max(1);
    all.into_iter().step_by(every).map(|vector| (vector, made_up)).collect()
}

fn told_apart(made_up: &[Vec<FeatureWindow>], real: &[Vec<FeatureWindow>]) -> Option<f64> {
    let both = |half: usize| {
        let mut all = rows(made_up, half, true);
        all.extend(rows(real, half, false));
        all
    };
    let (mut training, mut judged) = (both(0), both(1));
    standardise(&mut training, &mut judged)?;
    let line = fitted(&training, RIDGE)?;
    let score = |vector: &[f64]| line.iter().zip(vector.iter().chain([&1.0])).map(|(w, v)| w * v).sum();
    let scored: Vec<Scored> = judged
        .iter()
        .map(|(vector, mated)| Scored { claimed: 0, mated: *mated, llr: score(vector) })
        .collect();
    let curve = ErrorCurve::of(&scored);
    curve.is_complete().then(|| curve.auc())
}

/// Brings both to the mean and spread of the first.
fn standardise(training: &mut [(Vec<f64>, bool)], judged: &mut [(Vec<f64>, bool)]) -> Option<()> {
    let columns = training.first()?.0.len();
    for column in 0..columns {
        let count = training.len() as f64;
        let mean = training.iter().map(|(row, _)| row[column]).sum::<f64>() / count;
        let variance = training.iter().map(|(row, _)| (row[column] - mean).powi(2)).sum::<f64>() / count;
        let deviation = variance.sqrt() + 1e-6;
        for (row, _) in training.iter_mut().chain(judged.iter_mut()) {
            row[column] = ((row[column] - mean) / deviation).clamp(-CLIP, CLIP);
        }
    }
    Some(())
}

const NAMES: [(Channel, &str); 4] = [
    (Channel::Dwell, "dwell"),
    (Channel::FlightUd, "flight_ud"),
    (Channel::FlightDd, "flight_dd"),
    (Channel::FlightUu, "flight_uu"),
];

fn divergences(made_up: &[Vec<FeatureWindow>], real: &[Vec<FeatureWindow>]) -> Vec<(&'static str, f64)> {
    let of_channel = |(channel, name): (Channel, &'static str)| {
        let (ours, theirs) = (shares(made_up, channel)?, shares(real, channel)?);
        Some((name, divergence(&ours, &theirs)))
    };
    NAMES.into_iter().filter_map(of_channel).collect()
}

/// Shares of a channel's bins over everybody, without classes; none where nothing was typed.
fn shares(people: &[Vec<FeatureWindow>], channel: Channel) -> Option<Vec<f64>> {
    let mut counts = vec![0.0; channel.bins()];
    for window in people.iter().flatten() {
        let FeatureWindow::Keystroke(block) = window else { continue };
        for &(cell, count) in &block.cells {
            match Layout::of(block.ladder).locate(usize::from(cell)) {
                Some((of, _, bin)) if of == channel => counts[bin] += f64::from(count),
                _ => {}
            }
        }
    }
    let total: f64 = counts.iter().sum();
    (total > 0.0).then(|| counts.iter().map(|count| count / total).collect())
}

/// Jensen–Shannon divergence. **Units**: bits. **Source**: Lin 1991.
fn divergence(a: &[f64], b: &[f64]) -> f64 {
    let towards = |from: &[f64], other: &[f64]| -> f64 {
        let terms = from.iter().zip(other).filter(|(p, _)| **p > 0.0);
        terms.map(|(p, q)| p * (2.0 * p / (p + q)).log2()).sum()
    };
    (towards(a, b) + towards(b, a)) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::CorpusKind;
    use crate::synthesis::{Size, windows};

    #[test]
    fn divergence_is_nothing_for_alike_and_one_bit_for_strangers() {
        assert_eq!(divergence(&[0.25, 0.75], &[0.25, 0.75]), 0.0);
        assert!((divergence(&[1.0, 0.0], &[0.0, 1.0]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn made_up_people_of_another_seed_cannot_be_told_apart() {
        let size = Size { people: 24, sessions: 3, actions: 260 };
        let made = |seed| windows(CorpusKind::Keystroke, size, seed);
        let alike = told_apart(&made(1), &made(2)).unwrap();
        assert!((0.3..0.7).contains(&alike), "{alike}");
    }
}
