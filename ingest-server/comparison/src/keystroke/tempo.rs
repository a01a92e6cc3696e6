//! A person's tables as the same person would type quicker or slower.
//!
//! A cohort of tens knows each way of typing at one tempo. Somebody else's probe that is typed in the subject's tempo then looks
//! like the subject, for want of anybody of that tempo in the cohort.

use super::tables::{Tables, groups};
use palet_features::{Ladder, keystroke::CHANNELS, keystroke::Channel};

/// How much of a moved table is the population's: no bin is left empty.
const POPULATION_SHARE: f32 = 0.02;
/// Where the first bins and the last begin and end, as far as most times go, by channel. **Units**: µs.
const DWELL_ENDS_US: (f32, f32) = (20_000.0, 350_000.0);
const UD_ENDS_US: (f32, f32) = (-200_000.0, 1_500_000.0);
const DD_ENDS_US: (f32, f32) = (20_000.0, 1_600_000.0);
const UU_ENDS_US: (f32, f32) = (-50_000.0, 1_600_000.0);
/// A flight from release to press is negative where keys overlap: it moves by what this long a gap changes. **Units**: µs.
const GAP_US: f32 = 120_000.0;

/// Where the mass of each bin goes when all times change by one factor.
pub(crate) struct Tempo {
    /// By channel. **Shape** `[bin before, bin after]`.
    moved: [Vec<f32>; CHANNELS],
}

impl Tempo {
    /// The change of a factor on all times. **Units**: ln of the factor.
    pub(crate) fn of(ln_factor: f32) -> Self {
        let factor = libm::expf(ln_factor);
        let scaled = move |us: f32| us * factor;
        let by_gap = move |us: f32| (factor - 1.0).mul_add(GAP_US, us);
        let of_channel = |channel: Channel| {
            let (rows, columns) = channel.edges_us();
            match channel {
                Channel::Dwell => moved(columns, DWELL_ENDS_US, scaled),
                Channel::FlightUd => moved(columns, UD_ENDS_US, by_gap),
                Channel::FlightDd => moved(columns, DD_ENDS_US, scaled),
                Channel::FlightUu => moved(columns, UU_ENDS_US, scaled),
                Channel::DwellThenUd => {
                    both(&moved(rows, DWELL_ENDS_US, scaled), &moved(columns, UD_ENDS_US, by_gap))
                }
                Channel::DwellThenDwell => {
                    both(&moved(rows, DWELL_ENDS_US, scaled), &moved(columns, DWELL_ENDS_US, scaled))
                }
            }
        };
        Self { moved: Channel::ALL.map(of_channel) }
    }

    /// The tables of somebody who is to the population as `log_ratios` say, at this tempo.
    pub(crate) fn tables(&self, log_ratios: &[Vec<f32>; 3], population: &Tables) -> Tables {
        let mut tables = population.clone();
        for (index, ladder) in Ladder::ALL.into_iter().enumerate() {
            for (channel, _, start) in groups(ladder) {
                let bins = channel.bins();
                let all = &population.steps[index][start..start + bins];
                let cells = &mut tables.steps[index][start..start + bins];
                cells.iter_mut().for_each(|cell| *cell *= POPULATION_SHARE);
                let before = all.iter().zip(&log_ratios[index][start..start + bins]);
                for ((all, ratio), to) in before.zip(self.moved[channel as usize].chunks_exact(bins)) {
                    let mass = (1.0 - POPULATION_SHARE) * all * libm::expf(*ratio);
                    cells.iter_mut().zip(to).for_each(|(cell, share)| *cell += mass * share);
                }
            }
        }
        tables
    }
}

/// Where the mass of each bin goes, spread evenly inside of it, when its times change. **Shape** `[before, after]`.
fn moved(edges: &[i32], ends: (f32, f32), change: impl Fn(f32) -> f32) -> Vec<f32> {
    let bounds: Vec<f32> =
        std::iter::once(ends.0).chain(edges.iter().map(|edge| *edge as f32)).chain([ends.1]).collect();
    let bins = edges.len() + 1;
    let mut shares = Vec::with_capacity(bins * bins);
    for bin in bounds.windows(2) {
        let (from, to) = (change(bin[0]), change(bin[1]));
        for after in 0..bins {
            let begins = if after == 0 { f32::NEG_INFINITY } else { bounds[after] };
            let ends = if after + 1 == bins { f32::INFINITY } else { bounds[after + 1] };
            shares.push((to.min(ends) - from.max(begins)).max(0.0) / (to - from));
        }
    }
    shares
}

/// Rows and columns that move by themselves, as cells of a joint channel.
fn both(rows: &[f32], columns: &[f32]) -> Vec<f32> {
    let side = |shares: &[f32]| shares.len().isqrt();
    let (height, width) = (side(rows), side(columns));
    let bins = height * width;
    let share = |at: usize| {
        let (before, after) = (at / bins, at % bins);
        rows[before / width * height + after / width] * columns[before % width * width + after % width]
    };
    (0..bins * bins).map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_no_change_moves_nothing() {
        for (ln_factor, moves) in [(0.0, false), (0.2, true), (-0.2, true)] {
            for (channel, shares) in Channel::ALL.into_iter().zip(&Tempo::of(ln_factor).moved) {
                let mut stays = 0.0;
                for (bin, to) in shares.chunks_exact(channel.bins()).enumerate() {
                    assert!((to.iter().sum::<f32>() - 1.0).abs() < 1e-3, "{channel:?} {bin}");
                    stays += to[bin];
                }
                assert_eq!(stays < channel.bins() as f32 - 0.5, moves, "{channel:?} {stays}");
            }
        }
    }

    #[test]
    fn slower_typing_has_longer_times() {
        let mean = |shares: &[f32], bins: usize| -> f32 {
            shares.iter().enumerate().map(|(at, share)| (at % bins) as f32 * share).sum::<f32>() / bins as f32
        };
        for channel in [Channel::Dwell, Channel::FlightUd, Channel::FlightDd, Channel::FlightUu] {
            let at = |ln_factor: f32| mean(&Tempo::of(ln_factor).moved[channel as usize], channel.bins());
            assert!(at(-0.2) < at(0.0) && at(0.0) < at(0.2), "{channel:?}");
        }
    }
}
