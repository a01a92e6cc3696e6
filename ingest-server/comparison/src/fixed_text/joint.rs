//! One entry's timings of two sorts, all keys together, as the subject's and as somebody else's.
//!
//! The subject's timings are taken one by one, each with its own deviation. Somebody else's go together: who holds one key
//! long holds them all long, and that is one piece of evidence, not one for each key.
//!
//! The key that ended an entry comes last, as far as it was seen. So an entry that lacks it is compared by what it has, with
//! the same numbers: what comes first depends on nothing that comes later.

use super::reference::TRAINED_ENTRIES_MIN;
use super::spread::{Place, Spread, VARIANCE_MIN, View};
use super::timing::mean_and_variance;
use crate::triangular::Lower;
use palet_features::FixedTextSample;

/// Weight of the population in a subject's mean. **Units**: entries.
const MEAN_WEIGHT: f64 = 0.2;
/// Weight of the population in a subject's variance. **Units**: entries.
const VARIANCE_WEIGHT: f64 = 1.0;
/// Degrees of freedom when the subject is learned: an odd entry moves a key's mean and deviation little.
const FREEDOM_ENROLLED: f64 = 4.0;
/// Rounds of that fit.
const ROUNDS: usize = 3;
/// Degrees of freedom of both densities. Were the subject's tails the heavier ones, the oddest entries would be taken for
/// the subject's.
const FREEDOM: f64 = 6.0;
/// Share of people's variance that somebody else is expected within: errors are made with those who are near.
const NEAR: f64 = 0.3;
/// The farthest that a timing is from what is expected of somebody else, by itself and once those before it are known.
/// **Units**: deviations.
const FAR: f64 = 3.0;
/// The most that one timing says for the subject or against. **Units**: nats.
const TERM_MAX: f64 = 2.5;
/// The farthest that a timing is from the subject's, where only its distance counts. **Units**: deviations.
const DISTANCE_MAX: f64 = 4.0;
/// Share of each timing that goes with no other, so that nothing is ever divided by nothing.
const ALONE: f64 = 0.01;

/// What is expected of one timing.
#[derive(Clone, Copy)]
struct Expected {
    place: Place,
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
    /// Learns from entries of as many keys. The key that ended them counts as far as enough of them have it.
    pub(super) fn of(own: &[FixedTextSample], view: View, spread: &Spread) -> Self {
        let rows: Vec<Vec<f64>> = own.iter().map(|entry| timings_of(view, entry)).collect();
        let keys = own.first().map_or(0, |entry| entry.dwell_ms.len());
        let mut expected = Vec::new();
        for (at, place) in places(keys).enumerate() {
            let values: Vec<f64> = rows.iter().filter_map(|row| row.get(at).copied()).collect();
            if values.len() < TRAINED_ENTRIES_MIN {
                break;
            }
            expected.push(Expected::of(&values, place, spread));
        }
        let others = Lower::of(correlations(spread, &expected));
        for (at, timing) in expected.iter_mut().enumerate() {
            timing.gain = libm::log(timing.other_deviation * others.pivot(at) / timing.deviation);
        }
        Self { view, expected, others }
    }

    /// How an entry compares, in the timings that it and the reference have.
    pub(super) fn compare(&self, entry: &FixedTextSample) -> Compared {
        let values = timings_of(self.view, entry);
        let both = || self.expected.iter().zip(&values);
        let away: Vec<f64> = both().map(|(timing, value)| timing.away(*value)).collect();
        let apart = self.others.solve(&away);
        let terms = both().zip(away.iter().zip(&apart)).map(|((timing, _), (away, apart))| {
            let value = timing.other_centre + away * timing.other_deviation;
            let nats =
                timing.gain + log_student(timing.distance(value)) - log_student(apart.clamp(-FAR, FAR));
            nats.clamp(-TERM_MAX, TERM_MAX)
        });
        let distances = both().map(|(timing, value)| timing.distance(*value).abs().min(DISTANCE_MAX));
        let count = (away.len() as f64).max(1.0);
        Compared { ratio: terms.sum::<f64>() / count, distance: distances.sum::<f64>() / count }
    }
}

/// One entry beside what is expected.
#[derive(Clone, Copy)]
pub(super) struct Compared {
    /// Of the two densities, a mean over the timings. **Units**: nats a timing, before calibration.
    pub(super) ratio: f64,
    /// From the subject, a mean over the timings. **Units**: deviations. **Range**: 0..=4.
    pub(super) distance: f64,
}

impl Expected {
    fn of(values: &[f64], place: Place, spread: &Spread) -> Self {
        let level = spread.levels[place.side];
        let prior = (level.mean, spread.within.at(place, place).max(VARIANCE_MIN));
        let (centre, variance) = forgiving_fit(values, prior);
        let deviation = libm::sqrt(variance * (1.0 + 1.0 / values.len() as f64));
        Self {
            place,
            centre,
            deviation,
            other_centre: level.mean + level.shared * (centre - level.mean),
            // Nobody is expected to type steadier than the subject: else what is far from both were the subject's.
            other_deviation: other_deviation(spread, place).max(deviation),
            gain: 0.0,
        }
    }

    /// How far this timing is from the subject's. **Units**: deviations.
    fn distance(&self, value: f64) -> f64 {
        (value - self.centre) / self.deviation
    }

    /// How far this timing is from what is expected of somebody else. **Units**: deviations.
    fn away(&self, value: f64) -> f64 {
        ((value - self.other_centre) / self.other_deviation).clamp(-FAR, FAR)
    }
}

/// An entry's timings, those of the key that ended it last: first the one that is seen first.
fn timings_of(view: View, entry: &FixedTextSample) -> Vec<f64> {
    let [dwell, flight] = view;
    let mut timings = dwell.of(entry);
    timings.extend(flight.of(entry));
    timings.extend(flight.of_end(entry));
    timings.extend(dwell.of_end(entry));
    timings
}

/// Where the timings of an entry of so many keys belong, in their order.
fn places(keys: usize) -> impl Iterator<Item = Place> {
    let last = keys.saturating_sub(1);
    let parts = [(0, 0..keys), (1, 0..last), (1, last..keys), (0, keys..keys + 1)];
    parts.into_iter().flat_map(|(side, keys)| keys.map(move |key| Place { side, key }))
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
        if a.place == b.place {
            return 1.0;
        }
        let deviations = other_deviation(spread, a.place) * other_deviation(spread, b.place);
        (1.0 - ALONE) * others(spread, a.place, b.place) / deviations
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
        assert!(
            mine.ratio > 0.0 && odd.iter().all(|odd| odd.ratio < mine.ratio && odd.distance > mine.distance)
        );
        let mut all_odd = entry(80, 11, 0);
        all_odd.flight_dd_ms.fill(9_000);
        assert!(text.compare(&all_odd).ratio < 0.0);
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
        let (mine, theirs) = (text.compare(&longer(120, 11)), text.compare(&longer(260, 11)));
        assert!(mine.ratio > 0.0 && theirs.ratio < 0.0 && theirs.distance > 2.0 * mine.distance);
    }

    /// An entry whose ending key went down after `flight` ms and, where it came up in time, was held so long.
    fn ended(at: u16, flight: u16, held: Option<u16>) -> FixedTextSample {
        let mut entry = entry(80, at, 0);
        entry.flight_dd_ms.push(flight + at % 4);
        entry.flight_dd_ms.extend(held.map(|ms| ms + at % 3));
        entry
    }

    fn ratio(own: &[FixedTextSample], entry: &FixedTextSample) -> f64 {
        JointText::of(own, VIEW, &spread()).compare(entry).ratio
    }

    #[test]
    fn the_key_that_ended_an_entry_counts_as_far_as_both_have_it() {
        let whole: Vec<FixedTextSample> = (0..10).map(|at| ended(at, 320, Some(70))).collect();
        let (mine, late) =
            (ratio(&whole, &ended(11, 320, Some(70))), ratio(&whole, &ended(11, 900, Some(70))));
        let heavy = ratio(&whole, &ended(11, 320, Some(180)));
        assert!(mine > late && mine > heavy, "{mine} {late} {heavy}");
        let unseen = ratio(&whole, &ended(11, 320, None));
        assert!(unseen > ratio(&whole, &ended(11, 900, None)), "{unseen}");
    }

    #[test]
    fn an_end_that_one_side_lacks_says_nothing() {
        let at =
            |flight: u16, held: Option<u16>| (0..10).map(|at| ended(at, flight, held)).collect::<Vec<_>>();
        let plain: Vec<FixedTextSample> = (0..10).map(|at| entry(80, at, 0)).collect();
        let probe = entry(80, 11, 0);
        let bare = ratio(&plain, &probe);
        for own in [at(320, Some(70)), at(320, None), at(900, Some(180))] {
            assert_eq!(ratio(&own, &probe).to_bits(), bare.to_bits());
        }
        for probe in [ended(11, 320, None), ended(11, 900, Some(180))] {
            assert_eq!(ratio(&plain, &probe).to_bits(), bare.to_bits());
        }
        let mut seldom = plain.clone();
        seldom.splice(..4, at(320, Some(70)).into_iter().take(4));
        assert_eq!(ratio(&seldom, &ended(11, 900, Some(180))).to_bits(), bare.to_bits());
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
