//! Counts to probabilities: the population by Dirichlet back-off, a person by the population tilted towards them.
//!
//! Back-off goes from a channel over its coarse class pairs to its class pairs, along the privacy ladder, so that a
//! block of any step has its table.

use palet_features::{Ladder, keystroke::Channel, keystroke::Layout};

/// Weight of the level above in the population's tables. **Units**: counts.
const POPULATION_PSEUDO_COUNT: f32 = 20.0;
/// Weight of the level above in a subject's tables. **Units**: counts.
const SUBJECT_PSEUDO_COUNT: f32 = 12.0;
/// Weight of the level above in the tables of a person of the cohort, who stands for others that type alike.
/// **Units**: counts.
const COHORT_PSEUDO_COUNT: f32 = 40.0;

/// Probabilities of bins within each group, at every step. **Shape** `[K4, K3, K1]`.
#[derive(Clone)]
pub(crate) struct Tables {
    pub(crate) steps: [Vec<f32>; 3],
}

/// The coarsest first: the order of the back-off.
const COARSE_FIRST: [(usize, Ladder); 3] = [(2, Ladder::K1), (1, Ladder::K3), (0, Ladder::K4)];

/// Every group of every channel of a step: channel, group, first cell.
pub(super) fn groups(ladder: Ladder) -> impl Iterator<Item = (Channel, usize, usize)> {
    let layout = Layout::of(ladder);
    Channel::ALL.into_iter().flat_map(move |channel| {
        (0..layout.groups(channel)).map(move |group| (channel, group, layout.cell(channel, group, 0)))
    })
}

impl Tables {
    /// Every bin as probable as its neighbour.
    fn uniform() -> Self {
        let steps = Ladder::ALL.map(|ladder| {
            let mut step = vec![0.0; Layout::of(ladder).cells()];
            for (channel, _, start) in groups(ladder) {
                step[start..start + channel.bins()].fill(1.0 / channel.bins() as f32);
            }
            step
        });
        Self { steps }
    }

    /// The population's tables from everybody's counts.
    pub(crate) fn population(counts: &[Vec<f32>; 3]) -> Self {
        let mut tables = Self::uniform();
        let mut above: Option<(usize, Ladder)> = None;
        for (index, ladder) in COARSE_FIRST {
            for (channel, group, start) in groups(ladder) {
                let parent = match above {
                    None => tables.steps[index][start..start + channel.bins()].to_vec(),
                    Some((coarse, to)) => tables.parent(ladder, channel, group, coarse, to).to_vec(),
                };
                let seen = &counts[index][start..start + channel.bins()];
                let cells = &mut tables.steps[index][start..start + channel.bins()];
                backed_off(seen, &parent, POPULATION_PSEUDO_COUNT, cells);
            }
            above = Some((index, ladder));
        }
        tables
    }

    /// The tables of a subject, from the counts of a reference.
    pub(crate) fn subject(counts: &[Vec<f32>; 3], population: &Self) -> Self {
        Self::person(counts, population, SUBJECT_PSEUDO_COUNT)
    }

    /// The tables of a person of the cohort: closer to the population than a subject's.
    pub(crate) fn cohort(counts: &[Vec<f32>; 3], population: &Self) -> Self {
        Self::person(counts, population, COHORT_PSEUDO_COUNT)
    }

    /// A person's tables: smoothed counts over the population's, tilted by how the person differs one level up.
    fn person(counts: &[Vec<f32>; 3], population: &Self, pseudo_count: f32) -> Self {
        let mut tables = population.clone();
        let mut above: Option<(usize, Ladder)> = None;
        for (index, ladder) in COARSE_FIRST {
            for (channel, group, start) in groups(ladder) {
                let cells = start..start + channel.bins();
                let mut parent = population.steps[index][cells.clone()].to_vec();
                if let Some((coarse, to)) = above {
                    let mine = tables.parent(ladder, channel, group, coarse, to);
                    let theirs = population.parent(ladder, channel, group, coarse, to);
                    tilt(&mut parent, mine, theirs);
                }
                let seen = smoothed(channel, &counts[index][cells.clone()]);
                backed_off(&seen, &parent, pseudo_count, &mut tables.steps[index][cells]);
            }
            above = Some((index, ladder));
        }
        tables
    }

    /// ln(person / population) of every cell. **Shape** `[K4, K3, K1]`.
    pub(crate) fn log_ratios(&self, population: &Self) -> [Vec<f32>; 3] {
        [0, 1, 2].map(|index| {
            self.steps[index]
                .iter()
                .zip(&population.steps[index])
                .map(|(mine, all)| libm::logf(mine / all))
                .collect()
        })
    }

    fn parent(&self, ladder: Ladder, channel: Channel, group: usize, coarse: usize, to: Ladder) -> &[f32] {
        let folded = Layout::of(ladder).fold_group(channel, group, to);
        let start = Layout::of(to).cell(channel, folded, 0);
        &self.steps[coarse][start..start + channel.bins()]
    }
}

fn backed_off(seen: &[f32], parent: &[f32], pseudo_count: f32, into: &mut [f32]) {
    let total: f32 = seen.iter().sum::<f32>() + pseudo_count;
    for ((cell, count), above) in into.iter_mut().zip(seen).zip(parent) {
        *cell = (count + pseudo_count * above) / total;
    }
}

fn tilt(parent: &mut [f32], mine: &[f32], theirs: &[f32]) {
    for ((cell, a), b) in parent.iter_mut().zip(mine).zip(theirs) {
        *cell *= a / b;
    }
    let total: f32 = parent.iter().sum();
    parent.iter_mut().for_each(|cell| *cell /= total);
}

/// Counts spread over neighbouring bins, a fifth to each side; what would leave at an end stays.
fn smoothed(channel: Channel, counts: &[f32]) -> Vec<f32> {
    let (rows, columns) = channel.shape();
    let mut along: Vec<f32> = Vec::with_capacity(counts.len());
    for row in counts.chunks_exact(columns) {
        along.extend((0..columns).map(|at| blurred(columns, at, |i| row[i])));
    }
    if rows == 1 {
        return along;
    }
    let across = |cell: usize| blurred(rows, cell / columns, |row| along[row * columns + cell % columns]);
    (0..counts.len()).map(across).collect()
}

fn blurred(len: usize, at: usize, value: impl Fn(usize) -> f32) -> f32 {
    let before = value(at.saturating_sub(1));
    let after = value((at + 1).min(len - 1));
    0.2 * before + 0.6 * value(at) + 0.2 * after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keystroke::KeyCounts;
    use palet_features::KeystrokeBlock;

    fn counts(cells: Vec<(u16, u8)>) -> [Vec<f32>; 3] {
        let mut counts = KeyCounts::default();
        counts.add(&KeystrokeBlock { ladder: Ladder::K4, keys: 100, repeats: 0, hasty: 0, cells });
        counts.cumulative()
    }

    #[test]
    fn every_group_is_a_distribution() {
        let population = Tables::population(&counts(vec![(2, 40), (3, 60), (70, 9), (1_500, 8)]));
        let seen = counts(vec![(9, 77), (300, 5)]);
        let (subject, other) = (Tables::subject(&seen, &population), Tables::cohort(&seen, &population));
        for tables in [&population, &subject, &other] {
            for (index, ladder) in COARSE_FIRST {
                for (channel, _, start) in groups(ladder) {
                    let total: f32 = tables.steps[index][start..start + channel.bins()].iter().sum();
                    assert!((total - 1.0).abs() < 1e-4, "{channel:?} {total}");
                }
            }
        }
    }

    #[test]
    fn nobody_who_was_not_seen_differs_from_the_population() {
        let population = Tables::population(&counts(vec![(2, 40), (3, 60)]));
        let person = Tables::subject(&counts(vec![]), &population);
        assert!(person.log_ratios(&population).iter().flatten().all(|ratio| ratio.abs() < 1e-4));
    }

    #[test]
    fn the_same_counts_carry_a_subject_further_from_the_population_than_one_of_the_cohort() {
        let population = Tables::population(&counts(vec![(2, 40), (3, 60)]));
        let seen = counts(vec![(9, 77)]);
        let ratio = |tables: Tables| tables.log_ratios(&population)[0][9];
        let (subject, other) =
            (ratio(Tables::subject(&seen, &population)), ratio(Tables::cohort(&seen, &population)));
        assert!(0.0 < other && other < subject, "{other} {subject}");
    }

    #[test]
    fn smoothing_keeps_the_mass() {
        for channel in Channel::ALL {
            let counts: Vec<f32> = (0..channel.bins()).map(|i| ((i * 7) % 5) as f32).collect();
            let (before, after): (f32, f32) = (counts.iter().sum(), smoothed(channel, &counts).iter().sum());
            assert!((before - after).abs() < 1e-3, "{channel:?}");
        }
    }
}
