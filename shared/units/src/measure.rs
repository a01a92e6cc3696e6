//! Time, length and probability. Arithmetic saturates: a clock that goes back never underflows.

use core::fmt;
use serde::{Deserialize, Deserializer, Serialize};

/// A point in time or a span, in whole microseconds from an origin that the holder chose.
///
/// **Units**: µs. **Range**: the whole of `u64`; arithmetic saturates at both ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Micros(pub u64);

impl Micros {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The end of time: a deadline that never comes.
    pub const MAX: Self = Self(u64::MAX);

    /// A span of `ms` milliseconds.
    #[must_use]
    pub const fn from_millis(ms: u64) -> Self {
        Self(ms.saturating_mul(1_000))
    }

    /// A span of `s` seconds.
    #[must_use]
    pub const fn from_secs(s: u64) -> Self {
        Self(s.saturating_mul(1_000_000))
    }

    /// The span from `earlier` to `self`, zero where the clock went back.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }

    /// The point `span` later.
    #[must_use]
    pub const fn plus(self, span: Self) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// The signed span from `earlier` to `self`. **Units**: µs, exact up to ±2⁶³.
    #[must_use]
    pub const fn signed_since(self, earlier: Self) -> i64 {
        if self.0 >= earlier.0 {
            let span = self.0 - earlier.0;
            if span > i64::MAX as u64 { i64::MAX } else { span as i64 }
        } else {
            let span = earlier.0 - self.0;
            if span > i64::MAX as u64 { i64::MIN } else { -(span as i64) }
        }
    }

    /// The span in seconds.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} µs", self.0)
    }
}

/// A length on the page. **Units**: CSS pixels. **Range**: finite.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Px(pub f32);

/// A value outside of the range that its type promises.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("expected a probability in 0..=1, got {0}")]
pub struct RangeError(pub f64);

/// A probability. **Range**: 0..=1, never NaN.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
pub struct Probability(f64);

impl Probability {
    /// Certainly not.
    pub const ZERO: Self = Self(0.0);
    /// Certainly.
    pub const ONE: Self = Self(1.0);

    /// Parses a number. **Errors**: `RangeError` for NaN and anything outside of 0..=1.
    pub fn new(value: f64) -> Result<Self, RangeError> {
        if (0.0..=1.0).contains(&value) { Ok(Self(value)) } else { Err(RangeError(value)) }
    }

    /// The nearest probability; NaN becomes 1, so that doubt reads as risk.
    #[must_use]
    pub fn clamped(value: f64) -> Self {
        if value.is_nan() { Self::ONE } else { Self(value.clamp(0.0, 1.0)) }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Probability {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_goes_back_gives_no_span() {
        assert_eq!(Micros(5).since(Micros(9)), Micros::ZERO);
        assert_eq!(Micros(5).signed_since(Micros(9)), -4);
        assert_eq!(Micros::MAX.signed_since(Micros::ZERO), i64::MAX);
        assert_eq!(Micros::ZERO.signed_since(Micros::MAX), i64::MIN);
    }

    #[test]
    fn a_probability_is_never_nan() {
        assert!(Probability::new(f64::NAN).is_err());
        assert!(Probability::new(1.01).is_err());
        assert_eq!(Probability::clamped(f64::NAN), Probability::ONE);
        assert_eq!(Probability::clamped(-3.0), Probability::ZERO);
    }
}
