//! One entry's timings of two sorts, all keys together, as the subject's and as somebody else's.
//!
//! The subject's timings are taken one by one, each with its own deviation. Somebody else's go together: who holds one key
//! long holds them all long, and that is one piece of evidence, not one for each key.

use super::spread::{Place, Spread, VARIANCE_MIN, View};
use super::timing::{mean_and_variance, timings};
use crate::triangular::Lower;
use palet_features::FixedTextSample;

/// Weight of the population in a subject's mean. **Units**: entries.
const MEAN_WEIGHT: f64 = 0.2;
/// Weight of the population in a subject's variance. **Units**: entries.
const VARIANCE_WEIGHT: f64 = 1.5;
/// Degrees of freedom when the subject is learned: an odd entry moves a key's mean and deviation little.
const FREEDOM_ENROLLED: f64 = 5.0;
/// Rounds of that fit.
const ROUNDS: usize = 3;
/// Degrees of freedom of both densities. Were the subject's tails the heavier ones, the oddest entries would be taken for
/// the subject's.
const FREEDOM: f64 = 6.0;
/// Share of people's variance that somebody else is expected within: errors are made with those who are near.
const NEAR: f64 = 0.4;
/// The farthest that a timing is from what is expected of somebody else, by itself and once those before it are known.
/// **Units**: deviations.
const FAR: f64 = 4.0;
/// The most that one timing says for the subject. **Units**: nats.
const TERM_MAX: f64 = 2.5;
/// Share of each timing that goes with no other, so that nothing is ever divided by nothing.
const ALONE: f64 = 0.01;

/// What is expected of one timing.
#[derive(Clone, Copy)]
struct Expected {
    side: usize,
    key: usize,
    centre: f64,
    deviation: f64,
    other_centre: f64,
    other_deviation: f64,
    /// What a timing says where it is just as expected of both. **Units**: nats.
    gain: f64,
}

/// What is expected of a text's timings: of the subject, and of somebody else who types the same.
#[derive(Clone)]
pub(super) struct JointText {
    view: View,
    expected: Vec<Expected>,
    others: Lower,
}

impl JointText {
    pub(super) fn of(own: &[FixedTextSample], view: View, spread: &Spread) -> Self {
        let mut expected = Vec::new();
        for (side, timing) in view.into_iter().enumerate() {
            let level = spread.levels[side];
            for (key, values) in timings(own, timing).iter().enumerate() {
                let place = Place { side, key };
                let prior = (level.mean, spread.within.at(place, place).max(VARIANCE_MIN));
                let (centre, variance) = forgiving_fit(values, prior);
                let deviation = libm::sqrt(variance * (1.0 + 1.0 / values.len() as f64));
                expected.push(Expected {
                    side,
                    key,
                    centre,
                    deviation,
                    other_centre: level.mean + level.shared * (centre - level.mean),
                    // Nobody is expected to type steadier than the subject: else what is far from both were the subject's.
                    other_deviation: other_deviation(spread, place).max(deviation),
                    gain: 0.0,
                });
            }
        }
        let others = Lower::of(correlations(spread, &expected));
        for (at, timing) in expected.iter_mut().enumerate() {
            timing.gain = libm::log(timing.other_deviation * others.pivot(at) / timing.deviation);
        }
        Self { view, expected, others }
    }

    /// Mean over the timings. **Units**: nats a timing, before calibration.
    pub(super) fn compare(&self, entry: &FixedTextSample) -> f64 {
        let values = self.view.map(|timing| timing.of(entry));
        let away: Vec<f64> = self.expected.iter().map(|timing| timing.away(&values)).collect();
        let apart = self.others.solve(&away);
        let terms = self.expected.iter().zip(away.iter().zip(&apart)).map(|(timing, (away, apart))| {
            let value = timing.other_centre + away * timing.other_deviation;
            let own = (value - timing.centre) / timing.deviation;
            (timing.gain + log_student(own) - log_student(apart.clamp(-FAR, FAR))).min(TERM_MAX)
        });
        terms.sum::<f64>() / (self.expected.len() as f64).max(1.0)
    }
}

impl Expected {
    const fn place(&self) -> Place {
        Place { side: self.side, key: self.key }
    }

    /// How far this timing is from what is expected of somebody else. **Units**: deviations.
    fn away(&self, values: &[Vec<f64>; 2]) -> f64 {
        let value = values[self.side].get(self.key).copied().unwrap_or(self.other_centre);
        ((value - self.other_centre) / self.other_deviation).clamp(-FAR, FAR)
    }
}

/// Covariance of two timings of somebody else who types the same.
fn others(spread: &Spread, a: Place, b: Place) -> f64 {
    let unexplained = libm::sqrt(spread.levels[a.side].unexplained * spread.levels[b.side].unexplained);
    NEAR * unexplained * spread.between.at(a, b) + spread.within.at(a, b)
}

fn other_deviation(spread: &Spread, place: Place) -> f64 {
    libm::sqrt(others(spread, place, place).max(VARIANCE_MIN))
}

fn correlations(spread: &Spread, expected: &[Expected]) -> Vec<Vec<f64>> {
    let correlation = |a: &Expected, b: &Expected| {
        if a.place() == b.place() {
            return 1.0;
        }
        let deviations = other_deviation(spread, a.place()) * other_deviation(spread, b.place());
        (1.0 - ALONE) * others(spread, a.place(), b.place()) / deviations
    };
    expected.iter().map(|a| expected.iter().map(|b| correlation(a, b)).collect()).collect()
}

/// Mean and variance of Student's density, drawn to the population's.
fn forgiving_fit(values: &[f64], (mean, within): (f64, f64)) -> (f64, f64) {
    let count = values.len() as f64;
    let (own_mean, own_variance) = mean_and_variance(values);
    let mut centre = (count * own_mean + MEAN_WEIGHT * mean) / (count + MEAN_WEIGHT);
    let mut variance = (count * own_variance + VARIANCE_WEIGHT * within) / (count + VARIANCE_WEIGHT);
    // Student's density has a smaller scale than its variance.
    let prior = VARIANCE_WEIGHT * within * (FREEDOM_ENROLLED - 2.0) / FREEDOM_ENROLLED;
    for _ in 0..ROUNDS {
        let weight = |value: &f64| {
            let squared = (value - centre) * (value - centre) / variance;
            (FREEDOM_ENROLLED + 1.0) / (FREEDOM_ENROLLED + squared)
        };
        let weights: Vec<f64> = values.iter().map(weight).collect();
        let weighted: f64 = weights.iter().zip(values).map(|(weight, value)| weight * value).sum();
        let middle = (weighted + MEAN_WEIGHT * mean) / (weights.iter().sum::<f64>() + MEAN_WEIGHT);
        let squares: f64 = weights
            .iter()
            .zip(values)
            .map(|(weight, value)| weight * (value - middle) * (value - middle))
            .sum();
        variance = (squares * count / (count - 1.0).max(1.0) + prior) / (count + VARIANCE_WEIGHT);
        centre = middle;
    }
    (centre, variance)
}

/// The logarithm of Student's density at a value in deviations, but for a constant that cancels.
fn log_student(value: f64) -> f64 {
    -0.5 * (FREEDOM + 1.0) * libm::log1p(value * value / FREEDOM)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::fixed_text::FixedTextPerson;
    use crate::fixed_text::timing::Timing;

    const VIEW: View = [Timing::Dwell, Timing::FlightDd];

    /// An entry of a hand with its own tempo, steady but for pauses of `pause` ms before some keys.
    fn entry(tempo: u16, at: u16, pause: u16) -> FixedTextSample {
        let wobble = |key: u16| (key * 7 + at * 13) % 17;
        let paused = |key: u16| if (key + at).is_multiple_of(3) { pause } else { 0 };
        FixedTextSample {
            field: 0,
            dwell_ms: (0..10).map(|key| 60 + tempo / 4 + wobble(key)).collect(),
            flight_dd_ms: (0..9).map(|key| 150 + tempo + 2 * wobble(key + 1) + paused(key)).collect(),
        }
    }

    fn spread() -> Spread {
        let person = |tempo: u16| FixedTextPerson {
            tags: vec![],
            entries: (0..10).map(|at| entry(tempo * 40, at, tempo % 3 * 150)).collect(),
        };
        Spread::of(&(0..8).map(person).collect::<Vec<_>>(), VIEW)
    }

    #[test]
    fn pauses_that_nobody_makes_are_not_taken_for_a_hesitant_subjects() {
        let own: Vec<FixedTextSample> = (0..10).map(|at| entry(80, at, 300)).collect();
        let text = JointText::of(&own, VIEW, &spread());
        let mine = text.compare(&entry(80, 11, 300));
        let odd = [600, 2_000, 9_000].map(|pause| text.compare(&entry(80, 11, pause)));
        assert!(mine > 0.0 && odd.iter().all(|odd| *odd < mine), "{mine} {odd:?}");
        let mut all_odd = entry(80, 11, 0);
        all_odd.flight_dd_ms.fill(9_000);
        assert!(text.compare(&all_odd) < 0.0);
    }

    #[test]
    fn a_text_that_the_population_did_not_type_is_compared_too() {
        let longer = |tempo: u16, at: u16| {
            let mut entry = entry(tempo, at, 0);
            entry.dwell_ms.extend([80 + tempo / 4, 90 + tempo / 4]);
            entry.flight_dd_ms.extend([170 + tempo, 400 + tempo]);
            entry
        };
        let own: Vec<FixedTextSample> = (0..10).map(|at| longer(120, at)).collect();
        let text = JointText::of(&own, VIEW, &spread());
        assert!(text.compare(&longer(120, 11)) > 0.0 && text.compare(&longer(260, 11)) < 0.0);
    }

    #[test]
    fn one_odd_entry_moves_a_mean_little() {
        let even: Vec<f64> = (0..10).map(|at| 5.0 + f64::from(at % 3) * 0.02).collect();
        let mut odd = even.clone();
        odd[4] = 7.0;
        let prior = (5.2, 0.01);
        let ((centre, _), (moved, variance)) = (forgiving_fit(&even, prior), forgiving_fit(&odd, prior));
        let (plain, plain_variance) = mean_and_variance(&odd);
        assert!((moved - centre).abs() < 0.25 * (plain - centre).abs(), "{centre} to {moved}, not {plain}");
        assert!(variance < 0.25 * plain_variance, "{variance} of {plain_variance}");
    }
}
