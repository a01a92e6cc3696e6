//! How two sorts of timing behave over people, keys of a text and entries: their levels, and what goes with what.
//!
//! Of a text only the kind of a pair of timings is kept: of the same key, or of different ones. So what was learned from
//! one text serves every other.

use super::model::FixedTextPerson;
use super::timing::{Timing, mean_and_variance, timings};

/// Two sorts of timing that are weighed together.
pub(super) type View = [Timing; 2];

/// A variance is no smaller. **Units**: of [`Timing`]'s scale, squared.
pub(super) const VARIANCE_MIN: f64 = 1e-6;

/// Where the times of one sort are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    /// Mean over everything.
    pub(super) mean: f64,
    /// How far one person's mean at a key follows another's. **Range**: 0..=1.
    pub(super) shared: f64,
    /// Variance of somebody's mean at a key where the mean of another person is known, in variances of people's means.
    pub(super) unexplained: f64,
}

/// Covariances of timings. **Shape** `[2][2]`, by sort.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Covariances {
    same_key: [[f64; 2]; 2],
    other_key: [[f64; 2]; 2],
}

/// What was learned of one view.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    pub(super) levels: [Level; 2],
    /// Of one person's entries.
    pub(super) within: Covariances,
    /// Of people's means.
    pub(super) between: Covariances,
}

/// One timing of an entry: its sort's place in the view, and its key's place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) side: usize,
    pub(super) key: usize,
}

/// Timings of several entries or people. **Shape** `[2][keys][entries]`, by sort.
type Columns = [Vec<Vec<f64>>; 2];

impl Covariances {
    /// Covariance of two timings.
    pub(super) fn at(&self, a: Place, b: Place) -> f64 {
        let table = if a.key == b.key { &self.same_key } else { &self.other_key };
        table[a.side][b.side]
    }

    /// Averages over the keys of a text.
    fn of(columns: &Columns) -> Self {
        let centred =
            columns.each_ref().map(|keys| keys.iter().map(|column| centred(column)).collect::<Vec<_>>());
        let mut covariances = Self::default();
        for (left, right) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let (mut same, mut other) = (Average::default(), Average::default());
            for (at, a) in centred[left].iter().enumerate() {
                for (to, b) in centred[right].iter().enumerate() {
                    let sum: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                    let average = if at == to { &mut same } else { &mut other };
                    average.add(sum / (a.len() as f64 - 1.0).max(1.0));
                }
            }
            covariances.same_key[left][right] = same.value();
            covariances.other_key[left][right] = other.value();
        }
        covariances
    }

    /// Averages over people.
    fn average(all: &[Self]) -> Self {
        let mut covariances = Self::default();
        for left in 0..2 {
            for right in 0..2 {
                let mean_of = |cell: fn(&Self) -> &[[f64; 2]; 2]| {
                    all.iter().map(|one| cell(one)[left][right]).sum::<f64>() / (all.len() as f64).max(1.0)
                };
                covariances.same_key[left][right] = mean_of(|one| &one.same_key);
                covariances.other_key[left][right] = mean_of(|one| &one.other_key);
            }
        }
        covariances
    }
}

fn centred(column: &[f64]) -> Vec<f64> {
    let (mean, _) = mean_and_variance(column);
    column.iter().map(|value| value - mean).collect()
}

#[derive(Default)]
struct Average {
    sum: f64,
    count: f64,
}

impl Average {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.count += 1.0;
    }

    fn value(&self) -> f64 {
        if self.count > 0.0 { self.sum / self.count } else { 0.0 }
    }
}

impl Spread {
    /// Learns from people who typed one text.
    pub(super) fn of(people: &[FixedTextPerson], view: View) -> Self {
        let columns: Vec<Columns> =
            people.iter().map(|person| view.map(|timing| timings(&person.entries, timing))).collect();
        let within: Vec<Covariances> = columns.iter().map(Covariances::of).collect();
        let means: Columns = [0, 1].map(|side| {
            let keys = columns.iter().map(|person| person[side].len()).min().unwrap_or(0);
            (0..keys)
                .map(|key| columns.iter().map(|person| mean_and_variance(&person[side][key]).0).collect())
                .collect()
        });
        let levels = means.each_ref().map(|keys| Level::of(keys));
        Self { levels, within: Covariances::average(&within), between: Covariances::of(&means) }
    }
}

impl Level {
    /// From people's means. **Shape** `[keys][people]`.
    fn of(means: &[Vec<f64>]) -> Self {
        let (middles, variances): (Vec<f64>, Vec<f64>) =
            means.iter().map(|people| mean_and_variance(people)).unzip();
        let (mean, across_keys) = mean_and_variance(&middles);
        let across_people = mean_and_variance(&variances).0.max(VARIANCE_MIN);
        let shared = across_keys / (across_keys + across_people);
        Self {
            mean,
            shared,
            unexplained: (across_keys + across_people) * (1.0 - shared * shared) / across_people,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palet_features::FixedTextSample;

    const VIEW: View = [Timing::Dwell, Timing::FlightDd];

    /// People with a tempo of their own, each of whose entries is quicker or slower as a whole.
    fn people() -> Vec<FixedTextPerson> {
        let entry = |person: u16, entry: u16| FixedTextSample {
            field: 0,
            dwell_ms: (0..6).map(|key| 80 + person * 10 + entry * 4 + (key * 5 + entry * 3) % 7).collect(),
            flight_dd_ms: (0..5)
                .map(|key| 200 + person * 30 + entry * 9 + key * 20 + (key + entry) % 5)
                .collect(),
        };
        (0..5)
            .map(|person| FixedTextPerson {
                tags: vec![],
                entries: (0..8).map(|at| entry(person, at)).collect(),
            })
            .collect()
    }

    #[test]
    fn an_entry_that_is_quicker_as_a_whole_shows_between_keys() {
        let spread = Spread::of(&people(), VIEW);
        let (first, second) = (Place { side: 1, key: 0 }, Place { side: 1, key: 3 });
        let (own, shared) = (spread.within.at(first, first), spread.within.at(first, second));
        assert!(shared > 0.5 * own && shared < own, "{shared} of {own}");
        let held = Place { side: 0, key: 2 };
        assert!(spread.within.at(first, held) > 0.0);
        assert!((spread.within.at(first, held) - spread.within.at(held, first)).abs() < 1e-12);
    }

    #[test]
    fn what_is_unexplained_of_another_person_is_what_the_keys_do_not_share() {
        let spread = Spread::of(&people(), VIEW);
        for level in spread.levels {
            assert!((0.0..=1.0).contains(&level.shared));
            // People's own spread, and what the text's keys add to it.
            assert!(level.unexplained >= 1.0 && level.unexplained <= 2.0, "{level:?}");
        }
    }
}
