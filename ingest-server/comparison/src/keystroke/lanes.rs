//! Sums over everybody of the cohort, side by side in the widest vectors that the machine has.
//!
//! Plain arithmetic in one order: the same bits on every machine, whatever its vectors.

use fearless_simd::{Level, dispatch};

/// Lanes that are worked on together; the cohort is padded to a multiple, so that its loops have no remainder.
pub(crate) const LANES: usize = 32;
/// e to less than this adds nothing to a sum whose largest part is 1.
const NEGLIGIBLE: f32 = -80.0;
/// Added to a number below 2²², it leaves the nearest whole number in the lowest bits.
const ROUNDING: f32 = 12_582_912.0;
/// ln 2 in two parts, of which the first times a small whole number is exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
/// eˣ = 1 + x + x² · (…), highest power first, for |x| at most ln 2 / 2.
///
/// **Source**: Moshier, Cephes, `expf`.
const POLYNOMIAL: [f32; 6] = [1.987_569_1e-4, 1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5];

type Lanes = [f32; LANES];

/// Adds what the cohort says of some cells, each as often as it was counted, to the sums of its lanes. **Shape** of `table`
/// `[cells, lanes]`, of `sums` `[lanes]`, a multiple of [`LANES`].
pub(crate) fn add_rows(level: Level, table: &[f32], cells: &[(u16, u8)], sums: &mut [f32]) {
    dispatch!(level, _ => add_rows_in_registers(table, cells, sums));
}

/// Some lanes at a time, which stay in registers over all cells.
#[inline(always)]
fn add_rows_in_registers(table: &[f32], cells: &[(u16, u8)], sums: &mut [f32]) {
    let lanes = sums.len();
    for (at, sums) in sums.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let mut own = *sums;
        for &(cell, count) in cells {
            let from = usize::from(cell) * lanes + at * LANES;
            let Some(row) = table.get(from..from + LANES) else { continue };
            own.iter_mut().zip(row).for_each(|(sum, ratio)| *sum += f32::from(count) * ratio);
        }
        *sums = own;
    }
}

/// ln Σ eˣ over some logarithms; −∞ for none.
pub(crate) fn log_sum_exp(level: Level, logarithms: &[f32]) -> f32 {
    let (largest, sum) = dispatch!(level, _ => exponentials(logarithms));
    if sum > 0.0 { largest + libm::logf(sum) } else { largest }
}

/// The largest of some logarithms, and the sum of all as shares of it: 0 where none is above −∞.
#[inline(always)]
fn exponentials(logarithms: &[f32]) -> (f32, f32) {
    let (chunks, rest) = logarithms.as_chunks::<LANES>();
    let mut last = [f32::NEG_INFINITY; LANES];
    last.iter_mut().zip(rest).for_each(|(last, value)| *last = *value);
    let mut most = last;
    for chunk in chunks {
        most.iter_mut()
            .zip(chunk)
            .for_each(|(most, value)| *most = if *value > *most { *value } else { *most });
    }
    let largest = most.into_iter().fold(f32::NEG_INFINITY, f32::max);
    if largest == f32::NEG_INFINITY {
        return (largest, 0.0);
    }
    let mut sums = exps_below(&last, largest);
    for chunk in chunks {
        sums.iter_mut().zip(exps_below(chunk, largest)).for_each(|(sum, exp)| *sum += exp);
    }
    (largest, sums.iter().sum())
}

#[inline(always)]
fn exps_below(values: &Lanes, largest: f32) -> Lanes {
    let mut exps = [0.0; LANES];
    exps.iter_mut().zip(values).for_each(|(exp, value)| *exp = exp_of_fall(value - largest));
    exps
}

/// eˣ for x at most 0, to 2e-7 of its value.
#[inline(always)]
fn exp_of_fall(x: f32) -> f32 {
    let x = if x > NEGLIGIBLE { x } else { NEGLIGIBLE };
    let shifted = x * std::f32::consts::LOG2_E + ROUNDING;
    let twos = shifted - ROUNDING;
    let rest = x - twos * LN_2[0] - twos * LN_2[1];
    let inner = POLYNOMIAL.iter().fold(0.0, |sum, factor| sum * rest + factor);
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(1.0_f32.to_bits()));
    (inner * rest * rest + rest + 1.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every set of instructions that this machine has.
    fn levels() -> Vec<Level> {
        let mut levels = vec![Level::new(), Level::baseline()];
        #[cfg(target_arch = "x86_64")]
        levels.extend(
            [Level::new().as_avx2().map(Level::Avx2), Level::new().as_sse4_2().map(Level::Sse4_2)]
                .into_iter()
                .flatten(),
        );
        levels
    }

    fn waves(count: usize) -> Vec<f32> {
        (0..count).map(|at| ((at * 37) % 101) as f32 * 0.31 - 12.0).collect()
    }

    #[test]
    fn every_exponential_is_right_to_two_in_ten_million() {
        for step in 0..=800_000 {
            let x = -(step as f32) * 1e-4;
            let (ours, exact) = (f64::from(exp_of_fall(x)), f64::from(x).exp());
            assert!((ours - exact).abs() <= 2e-7 * exact, "{x}: {ours} {exact}");
        }
    }

    #[test]
    fn a_sum_is_that_of_double_precision_whatever_its_length() {
        for count in [1, 2, 15, 16, 17, 48, 150] {
            let values = waves(count);
            let exact = values.iter().map(|v| f64::from(*v).exp()).sum::<f64>().ln();
            assert!((f64::from(log_sum_exp(Level::new(), &values)) - exact).abs() < 2e-6, "{count}");
        }
    }

    #[test]
    fn what_is_far_below_or_missing_changes_nothing() {
        let sum = |values: &[f32]| log_sum_exp(Level::new(), values);
        assert_eq!(sum(&[]), f32::NEG_INFINITY);
        assert_eq!(sum(&[f32::NEG_INFINITY; 20]), f32::NEG_INFINITY);
        assert_eq!(sum(&[3.5, f32::NEG_INFINITY, -1e30, -200.0]), 3.5);
    }

    #[test]
    fn every_set_of_instructions_gives_the_same_bits() {
        let (table, values) = (waves(40 * 3 * LANES), waves(3 * LANES));
        let cells: Vec<(u16, u8)> = (0..40).map(|cell| (cell, (cell % 5) as u8)).collect();
        let bits = |level| {
            let mut sums = values.clone();
            add_rows(level, &table, &cells, &mut sums);
            sums.push(log_sum_exp(level, &sums));
            sums.into_iter().map(f32::to_bits).collect::<Vec<u32>>()
        };
        let first = bits(Level::baseline());
        levels().into_iter().for_each(|level| assert_eq!(bits(level), first, "{level:?}"));
    }

    #[test]
    fn cells_beyond_the_table_are_passed_over() {
        let mut sums = waves(LANES);
        add_rows(Level::new(), &waves(4 * LANES), &[(u16::MAX, 3)], &mut sums);
        assert_eq!(sums, waves(LANES));
    }
}
