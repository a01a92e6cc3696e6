//! What a scorer would earn: how much cheaper the fusion's ratios get where it may say its part, on people whom the
//! weights were not fitted on.

use crate::metrics::{ErrorCurve, Scored};
use crate::training::fitted;
use crate::trials::{FUSION, TrialRun};

/// Parts that the claimed subjects are dealt into.
const FOLDS: usize = 5;
/// Pull of the weights towards 0.
const RIDGE: f64 = 1e-3;
/// Scores are clipped so many deviations from their mean.
const CLIP: f64 = 6.0;

/// What the fusion's cost falls by with this scorer beside it, both calibrated alike on the other subjects' trials.
/// **Units**: bits of Cllr; below 0 where it makes matters worse. On the trials that the scorer is judged on. None where too few subjects have both sorts of trials.
#[must_use]
pub(crate) fn earned_by(run: &TrialRun, scorer: &str) -> Option<f64> {
    let on = |name: &str| run.scored_on(name, scorer);
    let (fusion, other) = (on(FUSION), on(scorer));
    let alone: Vec<Vec<f64>> = fusion.iter().map(|trial| vec![trial.llr]).collect();
    let both: Vec<Vec<f64>> =
        fusion.iter().zip(standardised(&other)).map(|(trial, score)| vec![trial.llr, score]).collect();
    Some(cost(&fusion, &alone)? - cost(&fusion, &both)?)
}

fn standardised(trials: &[Scored]) -> Vec<f64> {
    let count = trials.len().max(1) as f64;
    let mean = trials.iter().map(|trial| trial.llr).sum::<f64>() / count;
    let variance = trials.iter().map(|trial| (trial.llr - mean).powi(2)).sum::<f64>() / count;
    let deviation = variance.sqrt().max(f64::MIN_POSITIVE);
    trials.iter().map(|trial| ((trial.llr - mean) / deviation).clamp(-CLIP, CLIP)).collect()
}

/// The cost of ratios that are fitted out of fold.
fn cost(trials: &[Scored], scores: &[Vec<f64>]) -> Option<f64> {
    let mut judged = Vec::with_capacity(trials.len());
    for fold in 0..FOLDS {
        let inside = |trial: &Scored| trial.claimed % FOLDS == fold;
        let rows: Vec<(Vec<f64>, bool)> = trials
            .iter()
            .zip(scores)
            .filter(|(trial, _)| !inside(trial))
            .map(|(trial, scores)| (scores.clone(), trial.mated))
            .collect();
        let line = fitted(&rows, RIDGE)?;
        for (trial, scores) in trials.iter().zip(scores).filter(|(trial, _)| inside(trial)) {
            let llr =
                line.iter().zip(scores.iter().chain([&1.0])).map(|(weight, score)| weight * score).sum();
            judged.push(Scored { llr, ..*trial });
        }
    }
    let curve = ErrorCurve::of(&judged);
    curve.is_complete().then(|| curve.cllr())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials::ScoredTrial;

    /// Trials whose fusion knows half of what is to be known, and a scorer that knows the other half or nothing.
    fn run(knows: f64) -> TrialRun {
        let mut state = 7_u64;
        let mut noise = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / (1_u64 << 24) as f64 * 4.0 - 2.0
        };
        let trial = |at: usize| {
            let mated = at.is_multiple_of(4);
            let truth = if mated { 1.0 } else { -1.0 };
            let scores = vec![(FUSION, truth + noise()), ("other", knows * truth + noise())];
            ScoredTrial { id: at.to_string(), at, claimed: at % 10, mated, held_out: false, scores }
        };
        TrialRun { scored: (0..2_000).map(trial).collect(), ..TrialRun::empty() }
    }

    #[test]
    fn a_scorer_that_knows_something_new_earns_and_noise_does_not() {
        let (knowing, noise) = (earned_by(&run(1.0), "other"), earned_by(&run(0.0), "other"));
        assert!(knowing.unwrap() > 0.1, "{knowing:?}");
        assert!(noise.unwrap().abs() < 0.01, "{noise:?}");
    }
}
