//! Fused scores to log-likelihood ratios: a logistic regression at several lengths of the probe.

use crate::corpus::{Corpus, Span, Trial};
use crate::trials;
use palet_comparison::Models;
use palet_comparison::keystroke::{Calibration, CalibrationKnot};

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

/// Slope and intercept of log odds over a score, both sorts weighing the same. None where one sort is missing, or the
/// score falls where it should rise.
#[must_use]
pub fn logistic(scores: &[(f64, bool)]) -> Option<(f64, f64)> {
    let mated = scores.iter().filter(|(_, mated)| *mated).count() as f64;
    let nonmated = scores.len() as f64 - mated;
    if mated == 0.0 || nonmated == 0.0 {
        return None;
    }
    let (mut slope, mut intercept) = (0.5, 0.0);
    for _ in 0..STEPS {
        let mut gradient = [-RIDGE * slope, 0.0];
        let mut curvature = [RIDGE, 0.0, 1e-9];
        for &(score, is_mated) in scores {
            let weight = if is_mated { 0.5 / mated } else { 0.5 / nonmated };
            let p = 1.0 / (1.0 + (-(slope * score + intercept)).exp());
            let error = weight * (f64::from(u8::from(is_mated)) - p);
            let bend = weight * p * (1.0 - p);
            gradient = [gradient[0] + error * score, gradient[1] + error];
            curvature =
                [curvature[0] + bend * score * score, curvature[1] + bend * score, curvature[2] + bend];
        }
        let [a, b, c] = curvature;
        let determinant = a * c - b * b;
        slope += (c * gradient[0] - b * gradient[1]) / determinant;
        intercept += (a * gradient[1] - b * gradient[0]) / determinant;
    }
    (slope.is_finite() && intercept.is_finite() && slope > 0.0).then_some((slope, intercept))
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
