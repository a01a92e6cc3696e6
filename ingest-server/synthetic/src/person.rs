//! Habits of a made-up person, drawn from a seed.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Classes of keys that habits tell apart: left letters, right letters, space, everything else.
pub(crate) const KEY_KINDS: usize = 4;

/// Somebody, or something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Hands that vary.
    Human,
    /// A program: even, straight and fast.
    Machine,
}

/// Habits of typing and pointing.
#[derive(Clone, Debug)]
pub struct Person {
    pub(crate) nature: Nature,
    /// ln of the dwell by kind of key. **Units**: ln ms.
    pub(crate) dwell: [f64; KEY_KINDS],
    /// Spread of the dwell. **Units**: ln.
    pub(crate) dwell_spread: f64,
    /// ln of press to press by kinds of neighbours. **Units**: ln ms.
    pub(crate) flight_dd: [[f64; KEY_KINDS]; KEY_KINDS],
    /// Spread of the flight. **Units**: ln.
    pub(crate) flight_spread: f64,
    /// How often they stop to think between words.
    pub(crate) pause_share: f64,
    /// Fitts' law: the time that any movement takes. **Units**: ms.
    pub(crate) reach_base_ms: f64,
    /// Fitts' law: more time for each bit of difficulty. **Units**: ms.
    pub(crate) reach_slope_ms: f64,
    /// Sideways bow of a movement, as a share of its length.
    pub(crate) bow: f64,
    /// How early a movement is fastest, 1 for the middle.
    pub(crate) skew: f64,
    /// Tremor. **Units**: px.
    pub(crate) tremor_px: f64,
    /// How often a movement goes too far and comes back.
    pub(crate) overshoot_share: f64,
    /// How long a button is held. **Units**: ms.
    pub(crate) click_ms: f64,
}

impl Person {
    /// The person of a seed: always the same.
    #[must_use]
    pub fn of_seed(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let tempo = rng.random_range(4.75..5.35);
        let hold = rng.random_range(4.25..4.85);
        let dwell = std::array::from_fn(|_| hold + gauss(&mut rng) * 0.13);
        let flight_dd = std::array::from_fn(|_| std::array::from_fn(|_| tempo + gauss(&mut rng) * 0.2));
        Self {
            nature: Nature::Human,
            dwell,
            dwell_spread: rng.random_range(0.14..0.3),
            flight_dd,
            flight_spread: rng.random_range(0.18..0.36),
            pause_share: rng.random_range(0.03..0.12),
            reach_base_ms: rng.random_range(90.0..260.0),
            reach_slope_ms: rng.random_range(70.0..160.0),
            bow: gauss(&mut rng) * 0.07,
            skew: rng.random_range(0.75..1.5),
            tremor_px: rng.random_range(0.2..1.4),
            overshoot_share: rng.random_range(0.05..0.4),
            click_ms: rng.random_range(65.0..150.0),
        }
    }

    /// A program that types and points.
    #[must_use]
    pub fn machine() -> Self {
        Self {
            nature: Nature::Machine,
            dwell: [30_f64.ln(); KEY_KINDS],
            dwell_spread: 0.0,
            flight_dd: [[55_f64.ln(); KEY_KINDS]; KEY_KINDS],
            flight_spread: 0.0,
            pause_share: 0.0,
            reach_base_ms: 200.0,
            reach_slope_ms: 0.0,
            bow: 0.0,
            skew: 1.0,
            tremor_px: 0.0,
            overshoot_share: 0.0,
            click_ms: 20.0,
        }
    }
}

/// A draw of the normal distribution, by the sum of twelve uniform ones.
pub(crate) fn gauss(rng: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_the_same_for_the_same_seed_only() {
        let (one, again, other) = (Person::of_seed(1), Person::of_seed(1), Person::of_seed(2));
        assert_eq!(one.flight_dd, again.flight_dd);
        assert_ne!(one.flight_dd, other.flight_dd);
    }
}
