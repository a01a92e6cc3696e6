//! Fused scores to log-likelihood ratios: a logistic regression at several lengths of the probe.

use crate::corpus::{Corpus, Span, Trial};
use crate::trials;
use palet_comparison::Models;
use palet_comparison::keystroke::{Calibration, CalibrationKnot, FusionWeights};

/// Lengths at which a line is fitted. **Units**: keys.
const LENGTHS: [usize; 6] = [16, 32, 64, 100, 200, 400];
/// The scorer that is calibrated.
const UNCALIBRATED: &str = "key-fused";
/// Steps of Newton's method; it settles in a few.
const STEPS: usize = 50;
/// Pull of the slope towards 0, against perfectly separable scores.
const RIDGE: f64 = 1e-3;

/// Fits the calibration on a corpus's probes, cut or prolonged to each length. Whoever takes part in a comparison is
/// left out of its population and cohort.
#[must_use]
pub fn calibrate(corpus: &mut Corpus, models: &Models) -> Calibration {
    let original = std::mem::take(&mut corpus.trials);
    let mut knots = Vec::new();
    for keys in LENGTHS {
        corpus.trials = original.iter().filter_map(|trial| of_length(corpus, trial, keys)).collect();
        let run = trials::run(corpus, models);
        let scored = run.scored_by(UNCALIBRATED);
        let scores: Vec<(f64, bool)> = scored.iter().map(|trial| (trial.llr, trial.mated)).collect();
        if let Some((slope, intercept)) = logistic(&scores) {
            knots.push(CalibrationKnot {
                keys: keys as f32,
                slope: slope as f32,
                intercept: intercept as f32,
            });
        }
    }
    corpus.trials = original;
    Calibration { knots }
}

fn of_length(corpus: &Corpus, trial: &Trial, keys: usize) -> Option<Trial> {
    let probe = Span { last: trial.probe.first + keys, ..trial.probe.clone() };
    corpus.rows(&probe).is_some().then(|| Trial { probe, ..trial.clone() })
}

/// The largest channel score that a weight is fitted on, in both directions.
const CHANNEL_CLIP: f64 = 6.0;
/// Pull of the weights towards 0.
const WEIGHT_RIDGE: f64 = 1e-2;

/// Fits the channels' weights on a corpus's trials; a channel that would count against itself weighs nothing.
#[must_use]
pub fn weigh(corpus: &Corpus, models: &Models) -> Option<FusionWeights> {
    let run = trials::run(corpus, models);
    let names = palet_comparison::keystroke::CHANNEL_NAMES;
    let row = |trial: &trials::ScoredTrial| {
        let score =
            |name: &str| trial.scores.iter().find(|(n, _)| *n == name).map_or(0.0, |(_, score)| *score);
        let scores = names.iter().map(|name| score(name).clamp(-CHANNEL_CLIP, CHANNEL_CLIP)).collect();
        (scores, trial.mated)
    };
    let rows: Vec<(Vec<f64>, bool)> = run.scored.iter().map(row).collect();
    let line = fitted(&rows, WEIGHT_RIDGE)?;
    let mut weights = FusionWeights::default();
    weights.0.iter_mut().zip(&line).for_each(|(weight, fitted)| *weight = fitted.max(0.0) as f32);
    Some(weights)
}

/// Slope and intercept of log odds over a score, both sorts weighing the same. None where one sort is missing, or the
/// score falls where it should rise.
#[must_use]
pub fn logistic(scores: &[(f64, bool)]) -> Option<(f64, f64)> {
    let rows: Vec<(Vec<f64>, bool)> = scores.iter().map(|(score, mated)| (vec![*score], *mated)).collect();
    match fitted(&rows, RIDGE)?.as_slice() {
        [slope, intercept] if *slope > 0.0 => Some((*slope, *intercept)),
        _ => None,
    }
}

/// Weights of several scores and, last, an intercept, by Newton's method.
pub(super) fn fitted(rows: &[(Vec<f64>, bool)], ridge: f64) -> Option<Vec<f64>> {
    let mated = rows.iter().filter(|(_, mated)| *mated).count() as f64;
    let nonmated = rows.len() as f64 - mated;
    if mated == 0.0 || nonmated == 0.0 {
        return None;
    }
    let size = rows.first()?.0.len() + 1;
    let mut line = vec![0.0; size];
    for _ in 0..STEPS {
        let mut gradient: Vec<f64> = line.iter().map(|weight| -ridge * weight).collect();
        let mut curvature = vec![vec![0.0; size]; size];
        (0..size).for_each(|at| curvature[at][at] = ridge);
        gradient[size - 1] = 0.0;
        curvature[size - 1][size - 1] = 1e-9;
        for (scores, is_mated) in rows {
            let value = |at: usize| scores.get(at).copied().unwrap_or(1.0);
            let sum: f64 = line.iter().enumerate().map(|(at, weight)| weight * value(at)).sum();
            let p = 1.0 / (1.0 + (-sum).exp());
            let weight = if *is_mated { 0.5 / mated } else { 0.5 / nonmated };
            let error = weight * (f64::from(u8::from(*is_mated)) - p);
            for at in 0..size {
                gradient[at] += error * value(at);
                (0..size).for_each(|to| curvature[at][to] += weight * p * (1.0 - p) * value(at) * value(to));
            }
        }
        let step = solved(curvature, gradient)?;
        line.iter_mut().zip(&step).for_each(|(weight, step)| *weight += step);
    }
    line.iter().all(|weight| weight.is_finite()).then_some(line)
}

/// Solves a small positive definite system by elimination.
fn solved(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    for pivot in 0..size {
        let scale = matrix[pivot][pivot];
        if scale.abs() < 1e-15 {
            return None;
        }
        let known = matrix[pivot].clone();
        for row in pivot + 1..size {
            let factor = matrix[row][pivot] / scale;
            matrix[row].iter_mut().zip(&known).for_each(|(cell, above)| *cell -= factor * above);
            right[row] -= factor * right[pivot];
        }
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|column| matrix[row][column] * right[column]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_normal_clouds_give_their_analytic_line() {
        // Means ±1 and variance 1: ln(p/q) = 2 x, exactly.
        let quantile = |i: usize| {
            let u = (i as f64 + 0.5) / 4_000.0;
            4.91 * (u.powf(0.14) - (1.0 - u).powf(0.14))
        };
        let scores: Vec<(f64, bool)> =
            (0..4_000).flat_map(|i| [(quantile(i) + 1.0, true), (quantile(i) - 1.0, false)]).collect();
        let (slope, intercept) = logistic(&scores).unwrap();
        assert!((slope - 2.0).abs() < 0.1 && intercept.abs() < 0.05, "{slope} {intercept}");
    }

    #[test]
    fn a_score_that_falls_is_not_calibrated() {
        assert_eq!(logistic(&[(1.0, false), (0.0, true), (0.9, false), (0.1, true)]), None);
        assert_eq!(logistic(&[(1.0, true)]), None);
    }
}
