//! What is counted and never timed, and what the device's clock looks like.

use crate::ContextCounters;
use alloc::vec::Vec;
use palet_capture::Signal;
use palet_units::Micros;

/// The coarsest clock that is told apart. **Units**: µs.
pub const TIMER_QUANTUM_US_MAX: u32 = 1_000_000;
/// The densest sampling that is told apart. **Units**: Hz.
pub const POINTER_RATE_HZ_MAX: u16 = 10_000;

/// Totals since the last context window.
pub(crate) struct Counters {
    signals: [u16; Signal::COUNT],
    pub(crate) open_keys: u16,
    pub(crate) secret_keys: u16,
    pub(crate) fixed_text_keys: u16,
}

impl Counters {
    pub(crate) const fn new() -> Self {
        Self { signals: [0; Signal::COUNT], open_keys: 0, secret_keys: 0, fixed_text_keys: 0 }
    }

    pub(crate) fn count(&mut self, signal: Signal) {
        let count = &mut self.signals[signal as usize];
        *count = count.saturating_add(1);
    }

    /// Whether something is counted that a keystroke block does not already tell.
    pub(crate) fn is_telling(&self) -> bool {
        self.secret_keys > 0 || self.fixed_text_keys > 0 || self.signals.iter().any(|count| *count > 0)
    }

    /// The totals, and a new start from nothing.
    pub(crate) fn take(&mut self) -> Option<ContextCounters> {
        let nothing = !self.is_telling() && self.open_keys == 0;
        let counters = core::mem::replace(self, Self::new());
        (!nothing).then(|| ContextCounters {
            signals: Vec::from(counters.signals),
            open_keys: counters.open_keys,
            secret_keys: counters.secret_keys,
            fixed_text_keys: counters.fixed_text_keys,
        })
    }
}

/// The clock's grid, estimated as the smallest step between two events.
pub(crate) struct ClockGrid {
    last: Option<Micros>,
    step_us: u32,
}

impl ClockGrid {
    pub(crate) const fn new() -> Self {
        Self { last: None, step_us: 0 }
    }

    pub(crate) fn see(&mut self, at: Micros) {
        let step = self.last.map_or(0, |last| at.since(last).0);
        if step > 0 {
            let step = step.min(u64::from(TIMER_QUANTUM_US_MAX)) as u32;
            self.step_us = if self.step_us == 0 { step } else { self.step_us.min(step) };
        }
        self.last = Some(at);
    }

    /// **Units**: µs. 0 where not yet known.
    pub(crate) const fn step_us(&self) -> u32 {
        self.step_us
    }
}
