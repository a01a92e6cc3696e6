//! A subject's own margin: how much further evidence must rise before it counts against this subject than against
//! people as a rule.
//!
//! It is learned by `palet_risk` from confirmed sessions, stored with the reference, and bounded on both sides by what
//! holds for the population: no sequence of sessions can carry anybody's points away from everybody's.

use serde::{Deserialize, Serialize};

/// Nats added to the sums at which one subject's risk reaches its bands. **Units**: nats.
/// **Range**: [`Margin::LOWEST`]..=[`Margin::HIGHEST`].
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(from = "f64", into = "f64")]
pub struct Margin(f64);

impl Margin {
    /// The points of the population.
    pub const NONE: Self = Self(0.0);
    /// The least: a subject whose sessions are always calm is judged this much sooner. **Units**: nats.
    pub const LOWEST: f64 = -1.0;
    /// The most: a subject whose own sessions look odd is judged this much later. **Units**: nats.
    pub const HIGHEST: f64 = 2.0;

    /// The margin within its bounds; none for what is no number.
    #[must_use]
    pub const fn bounded(nats: f64) -> Self {
        if nats.is_nan() { Self::NONE } else { Self(nats.clamp(Self::LOWEST, Self::HIGHEST)) }
    }

    /// **Units**: nats.
    #[must_use]
    pub const fn nats(self) -> f64 {
        self.0
    }

    /// Whether it moves nothing.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == 0.0
    }
}

impl From<f64> for Margin {
    fn from(nats: f64) -> Self {
        Self::bounded(nats)
    }
}

impl From<Margin> for f64 {
    fn from(margin: Margin) -> Self {
        margin.nats()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_stays_within_its_bounds_however_it_is_made() {
        assert_eq!(Margin::bounded(50.0).nats(), Margin::HIGHEST);
        assert_eq!(Margin::bounded(-50.0).nats(), Margin::LOWEST);
        assert!(Margin::bounded(f64::NAN).is_none());
        let read: Margin = postcard::from_bytes(&postcard::to_allocvec(&1e9f64).unwrap()).unwrap();
        assert_eq!(read.nats(), Margin::HIGHEST);
    }
}
