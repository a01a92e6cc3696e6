//! Page's cumulative sum: how strongly the latest stretch of a session speaks against the subject.

use palet_comparison::LogLikelihoodRatio;

/// The sum of evidence against the subject since it was last at nothing. **Units**: nats. **Range**: 0..=cap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cusum {
    sum: f64,
    clip: f64,
    cap: f64,
}

impl Cusum {
    /// A sum of which one window moves at most `clip` nats, and which never exceeds `cap`.
    #[must_use]
    pub const fn new(clip: f64, cap: f64) -> Self {
        Self { sum: 0.0, clip, cap }
    }

    /// Takes one window's evidence.
    pub fn add(&mut self, llr: LogLikelihoodRatio) {
        let against = (-llr.nats()).clamp(-self.clip, self.clip);
        self.sum = (self.sum + against).clamp(0.0, self.cap);
    }

    /// **Units**: nats.
    #[must_use]
    pub const fn nats(&self) -> f64 {
        self.sum
    }

    /// Forgets everything, after the subject has proved who they are.
    pub fn reset(&mut self) {
        self.sum = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_odd_window_moves_the_sum_by_its_clip_at_most() {
        let mut sum = Cusum::new(1.0, 8.0);
        sum.add(LogLikelihoodRatio::bounded(-25.0));
        assert_eq!(sum.nats(), 1.0);
    }

    #[test]
    fn a_long_genuine_stretch_saves_up_no_credit() {
        let mut sum = Cusum::new(1.0, 8.0);
        (0..100).for_each(|_| sum.add(LogLikelihoodRatio::bounded(5.0)));
        (0..3).for_each(|_| sum.add(LogLikelihoodRatio::bounded(-5.0)));
        assert_eq!(sum.nats(), 3.0);
    }

    #[test]
    fn recovery_takes_as_long_as_the_cap_allows() {
        let mut sum = Cusum::new(1.0, 4.0);
        (0..100).for_each(|_| sum.add(LogLikelihoodRatio::bounded(-5.0)));
        (0..4).for_each(|_| sum.add(LogLikelihoodRatio::bounded(5.0)));
        assert_eq!(sum.nats(), 0.0);
    }
}
