//! What is fitted of the keystroke model: the channels' weights, and a line from fused score to log-likelihood ratio at
//! several lengths of the probe. Both by logistic regression on development trials.

use super::development::{Probes, rounds};
use crate::corpus::Corpus;
use crate::trials::{self, ScoredTrial};
use palet_comparison::Models;
use palet_comparison::keystroke::{CHANNEL_NAMES, Calibration, CalibrationKnot, FusionWeights};
use palet_features::Ladder;

/// Lengths at which a line is fitted, for pages of each step of the ladder, finest first: on both sides of the lengths where a
/// block gets finer, since a line between the two would take a block of 63 keys for nearly one with four classes. A coarser
/// step needs the lengths alone that a finer one would tell more finely. **Units**: keys.
const LENGTHS: [&[usize]; 3] =
    [&[16, 23, 24, 40, 63, 64, 100, 200, 400], &[64, 100, 200, 400], &[24, 64, 100, 200, 400]];
/// Trials on which the channels are weighed together: a sentence and what the trials of free text type, against other
/// sessions, and a sentence against the others of one sitting.
const WEIGHED: [Probes; 3] = [Probes::Rows(45), Probes::Rows(100), Probes::Sentences(45)];
/// The scorer that is calibrated.
const UNCALIBRATED: &str = "key-fused";
/// Steps of Newton's method; it settles in a few.
const STEPS: usize = 50;
/// Pull of the slope towards 0, against perfectly separable scores.
const RIDGE: f64 = 1e-3;

/// Scores of some scorers on the development trials of one kind. Whoever takes part in a comparison is left out of
/// its population and cohort.
fn scored(corpus: &mut Corpus, models: &Models, probes: Probes, names: &[&str]) -> Vec<(Vec<f64>, bool)> {
    let mut rows = Vec::new();
    rounds(corpus, probes, |corpus| {
        rows.extend(trials::run(corpus, models).scored.iter().map(|trial| row(trial, names)));
    });
    rows
}

/// One trial's scores; a scorer that said nothing says 0.
pub(super) fn row(trial: &ScoredTrial, names: &[&str]) -> (Vec<f64>, bool) {
    let score = |name: &&str| trial.scores.iter().find(|(n, _)| n == name).map_or(0.0, |(_, score)| *score);
    (names.iter().map(score).collect(), trial.mated)
}

/// Fits the calibration.
#[must_use]
pub fn calibrate(corpus: &mut Corpus, models: &Models) -> Calibration {
    let finest = corpus.finest;
    let mut knots = [const { Vec::new() }; LENGTHS.len()];
    for (knots, (ladder, lengths)) in knots.iter_mut().zip(Ladder::ALL.into_iter().zip(LENGTHS)) {
        corpus.finest = ladder;
        knots.extend(lengths.iter().filter_map(|keys| knot_at(*keys, corpus, models)));
    }
    corpus.finest = finest;
    Calibration { knots }
}

fn knot_at(keys: usize, corpus: &mut Corpus, models: &Models) -> Option<CalibrationKnot> {
    let rows = scored(corpus, models, Probes::Rows(keys), &[UNCALIBRATED]);
    let scores: Vec<(f64, bool)> = rows.iter().map(|(scores, mated)| (scores[0], *mated)).collect();
    let (slope, intercept) = logistic(&scores)?;
    Some(CalibrationKnot { keys: keys as f32, slope: slope as f32, intercept: intercept as f32 })
}

/// Pull of the weights towards 0.
const WEIGHT_RIDGE: f64 = 1e-2;

/// Fits the channels' weights; a channel that would count against itself weighs nothing, and the others are fitted
/// without it.
#[must_use]
pub fn weigh(corpus: &mut Corpus, models: &Models) -> Option<FusionWeights> {
    let mut rows = Vec::new();
    WEIGHED.iter().for_each(|probes| rows.extend(scored(corpus, models, *probes, &CHANNEL_NAMES)));
    let mut weights = FusionWeights::default();
    let fitted = fitted_upwards(rows, WEIGHT_RIDGE)?;
    weights.0.iter_mut().zip(&fitted).for_each(|(weight, fitted)| *weight = *fitted as f32);
    Some(weights)
}

/// Weights of several scores, none of them below 0, and last an intercept.
pub(super) fn fitted_upwards(mut rows: Vec<(Vec<f64>, bool)>, ridge: f64) -> Option<Vec<f64>> {
    loop {
        let mut line = fitted(&rows, ridge)?;
        let against: Vec<usize> = (0..line.len() - 1).filter(|at| line[*at] < 0.0).collect();
        let said: Vec<&usize> =
            against.iter().filter(|at| rows.iter().any(|(scores, _)| scores[**at] != 0.0)).collect();
        if said.is_empty() {
            against.iter().for_each(|at| line[*at] = 0.0);
            return Some(line);
        }
        for at in said {
            rows.iter_mut().for_each(|(scores, _)| scores[*at] = 0.0);
        }
    }
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
pub(crate) fn fitted(rows: &[(Vec<f64>, bool)], ridge: f64) -> Option<Vec<f64>> {
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
