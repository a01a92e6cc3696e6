//! The noise that every timestamp gets before it is binned.
//!
//! It hides the clock's grid, which would otherwise be read as the person, and blurs what a single count tells. Nobody
//! sees the noise itself, only which bin a noisy time fell into.

use rand_xoshiro::{
    Xoshiro256PlusPlus,
    rand_core::{Rng, SeedableRng},
};

/// The largest step of the noise, in both directions. **Units**: µs.
pub(crate) const NOISE_US: i32 = 8_000;

/// A source of uniform noise.
pub(crate) struct Noise(Xoshiro256PlusPlus);

impl Noise {
    /// Noise from a seed that the page draws from the browser's random source.
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self(Xoshiro256PlusPlus::from_seed(seed))
    }

    /// The next step. **Units**: µs. **Range**: −8,000..=8,000, uniform.
    pub(crate) fn step_us(&mut self) -> i32 {
        let width = 2 * NOISE_US as u64 + 1;
        let scaled = (u64::from(self.0.next_u32()) * width) >> 32;
        scaled as i32 - NOISE_US
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_stays_within_its_bounds_and_reaches_both_ends() {
        let mut noise = Noise::new([7; 32]);
        let steps: alloc::vec::Vec<i32> = (0..200_000).map(|_| noise.step_us()).collect();
        let mean = steps.iter().map(|s| f64::from(*s)).sum::<f64>() / steps.len() as f64;
        assert!(steps.iter().all(|s| (-NOISE_US..=NOISE_US).contains(s)));
        assert!(steps.iter().min() < Some(&-7_990) && steps.iter().max() > Some(&7_990));
        assert!(mean.abs() < 60.0, "{mean}");
    }
}
