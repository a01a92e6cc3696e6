//! The times and rates that one connection is held to.

use palet_units::Micros;

/// What one connection may do.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// Handshake and `Hello` must be over within this time.
    pub opening: Micros,
    /// A connection on which nothing arrives for this long is closed.
    pub idle: Micros,
    /// Messages a second, averaged over [`Self::burst`].
    pub messages_per_s: u32,
    /// Messages that may come at once.
    pub burst: u32,
    /// Events that wait for the caller; one more and the connection is refused.
    pub events_max: usize,
    /// Frames that wait for the socket; one more and the connection is refused.
    pub transmits_max: usize,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            opening: Micros::from_secs(10),
            idle: Micros::from_secs(30 * 60),
            messages_per_s: 40,
            burst: 160,
            events_max: 256,
            transmits_max: 512,
        }
    }
}

/// A token bucket over the session's own clock; a clock that goes back refills nothing.
pub(crate) struct Bucket {
    tokens_milli: u64,
    refilled_at: Micros,
}

impl Bucket {
    pub(crate) fn new(limits: &SessionLimits, now: Micros) -> Self {
        Self { tokens_milli: u64::from(limits.burst) * 1_000, refilled_at: now }
    }

    /// Takes one token, if there is one.
    pub(crate) fn take(&mut self, limits: &SessionLimits, now: Micros) -> bool {
        let refill = now.since(self.refilled_at).0.saturating_mul(u64::from(limits.messages_per_s)) / 1_000;
        if refill > 0 {
            self.tokens_milli = self.tokens_milli.saturating_add(refill).min(u64::from(limits.burst) * 1_000);
            self.refilled_at = now;
        }
        if self.tokens_milli < 1_000 {
            return false;
        }
        self.tokens_milli -= 1_000;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let limits = SessionLimits { messages_per_s: 10, burst: 3, ..SessionLimits::default() };
        let mut bucket = Bucket::new(&limits, Micros::from_secs(5));
        let at = |ms| Micros::from_secs(5).plus(Micros::from_millis(ms));
        assert!((0..3).all(|_| bucket.take(&limits, at(0))));
        assert!(!bucket.take(&limits, at(50)));
        assert!(bucket.take(&limits, at(100)));
        assert!(!bucket.take(&limits, Micros::ZERO), "a clock that goes back refills nothing");
        assert!(!bucket.take(&limits, at(150)));
        assert!(bucket.take(&limits, at(250)));
    }
}
