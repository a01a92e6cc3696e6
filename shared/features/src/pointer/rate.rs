//! How densely the pointer is sampled: a signal of the device, kept apart from the person's features.

use crate::schema::RateClass;

/// Intervals from here on are pauses, not the device's rhythm. **Units**: µs.
const INTERVAL_MAX_US: u64 = 250_000;
/// Below: [`RateClass::Fine`]. **Units**: µs.
const FINE_BELOW_US: u64 = 26_000;
/// Below: [`RateClass::Medium`]; from here on [`RateClass::Coarse`]. **Units**: µs.
const MEDIUM_BELOW_US: u64 = 62_000;
/// Intervals after which the counts are halved, so that a change of device shows.
const HALVE_AT: u16 = 128;

/// Counts sampling intervals by class.
#[derive(Default)]
pub(crate) struct RateMeter {
    counts: [u16; 3],
    moving_us: u64,
    intervals: u32,
}

impl RateMeter {
    pub(crate) fn record(&mut self, interval_us: u64) {
        if interval_us == 0 || interval_us >= INTERVAL_MAX_US {
            return;
        }
        let class = match interval_us {
            ..FINE_BELOW_US => 0,
            FINE_BELOW_US..MEDIUM_BELOW_US => 1,
            _ => 2,
        };
        self.counts[class] += 1;
        self.moving_us = self.moving_us.saturating_add(interval_us);
        self.intervals = self.intervals.saturating_add(1);
        if self.counts.iter().sum::<u16>() >= HALVE_AT {
            self.counts = self.counts.map(|count| count / 2);
        }
    }

    /// The class of most intervals; ties and no evidence go to the finer one.
    pub(crate) fn class(&self) -> RateClass {
        RateClass::of_most(self.counts)
    }

    /// Samples a second while moving, 0 before any; the count starts anew.
    pub(crate) fn take_rate_hz(&mut self) -> u16 {
        let rate = u64::from(self.intervals) * 1_000_000 / self.moving_us.max(1);
        self.intervals = 0;
        self.moving_us = 0;
        u16::try_from(rate).unwrap_or(u16::MAX)
    }
}
