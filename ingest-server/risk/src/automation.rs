//! Signs that a machine made the events. What people do with keyboards alone, password managers, paste and assistive
//! technology is none of them.

use crate::reason::ReasonCode;
use palet_capture::Signal;
use palet_features::{ContextCounters, DeviceSignals, FeatureWindow, KeystrokeBlock};
use palet_units::Probability;

/// Keys behind a judgement about timing.
const KEYS_MIN: u32 = 24;
/// A person holds fewer of the keys exactly as long as the one before.
const REPEATS_SHARE_MAX: f64 = 0.75;
/// A person presses fewer of the keys within a few milliseconds of the one before.
const HASTY_SHARE_MAX: f64 = 0.5;
/// A clock as coarse as this makes people look even, so evenness says nothing. **Units**: µs.
const COARSE_CLOCK_US: u32 = 30_000;
/// Untrusted events beyond which a page's own scripts no longer explain them.
const UNTRUSTED_MIN: u32 = 3;

/// What points to a machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AutomationFinding {
    /// The sign.
    pub reason: ReasonCode,
    /// How sure.
    pub risk: Probability,
}

/// Watches one session for signs of a machine.
#[derive(Clone, Debug, Default)]
pub struct AutomationWatch {
    keys: u32,
    repeats: u32,
    hasty: u32,
    untrusted: u32,
    clock_us: u32,
}

impl AutomationWatch {
    /// Takes one window.
    pub fn see(&mut self, window: &FeatureWindow) {
        match window {
            FeatureWindow::Keystroke(block) => self.see_keys(block),
            FeatureWindow::Context(counters) => self.see_context(counters),
            FeatureWindow::Device(device) => self.see_device(*device),
            FeatureWindow::Pointer(_) | FeatureWindow::FixedText(_) => {}
        }
    }

    /// The strongest sign so far.
    #[must_use]
    pub fn finding(&self) -> Option<AutomationFinding> {
        self.untrusted_events().or_else(|| self.impossible_speed()).or_else(|| self.even_timing())
    }

    fn see_keys(&mut self, block: &KeystrokeBlock) {
        self.keys = self.keys.saturating_add(u32::from(block.keys));
        self.repeats = self.repeats.saturating_add(u32::from(block.repeats));
        self.hasty = self.hasty.saturating_add(u32::from(block.hasty));
    }

    fn see_context(&mut self, counters: &ContextCounters) {
        let untrusted = counters.signals.get(Signal::Untrusted as usize).copied().unwrap_or(0);
        self.untrusted = self.untrusted.saturating_add(u32::from(untrusted));
    }

    fn see_device(&mut self, device: DeviceSignals) {
        self.clock_us = device.timer_quantum_us;
    }

    fn untrusted_events(&self) -> Option<AutomationFinding> {
        (self.untrusted >= UNTRUSTED_MIN).then(|| AutomationFinding {
            reason: ReasonCode::UntrustedEvents,
            risk: Probability::clamped(0.95),
        })
    }

    fn impossible_speed(&self) -> Option<AutomationFinding> {
        self.too_large(self.hasty, HASTY_SHARE_MAX, ReasonCode::ImpossibleSpeed)
    }

    fn even_timing(&self) -> Option<AutomationFinding> {
        if self.clock_us >= COARSE_CLOCK_US {
            return None;
        }
        self.too_large(self.repeats, REPEATS_SHARE_MAX, ReasonCode::EvenTiming)
    }

    fn too_large(&self, marked: u32, share_max: f64, reason: ReasonCode) -> Option<AutomationFinding> {
        let share = f64::from(marked) / f64::from(self.keys.max(1));
        (self.keys >= KEYS_MIN && share > share_max).then(|| AutomationFinding {
            reason,
            risk: Probability::clamped(0.7 + 0.25 * (share - share_max) / (1.0 - share_max)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palet_features::{DeviceClass, Ladder};

    fn block(repeats: u8, hasty: u8) -> FeatureWindow {
        FeatureWindow::Keystroke(KeystrokeBlock {
            ladder: Ladder::K4,
            keys: 64,
            repeats,
            hasty,
            cells: vec![],
        })
    }

    fn context(signal: Signal, count: u16) -> FeatureWindow {
        let mut signals = vec![0; Signal::COUNT];
        signals[signal as usize] = count;
        FeatureWindow::Context(ContextCounters { signals, open_keys: 0, secret_keys: 0, fixed_text_keys: 0 })
    }

    fn found(windows: &[FeatureWindow]) -> Option<ReasonCode> {
        let mut watch = AutomationWatch::default();
        windows.iter().for_each(|window| watch.see(window));
        watch.finding().map(|finding| finding.reason)
    }

    #[test]
    fn people_who_paste_autofill_or_use_keys_alone_are_no_bots() {
        assert_eq!(found(&[context(Signal::Paste, 40), context(Signal::Autofill, 9)]), None);
        assert_eq!(found(&[context(Signal::SoftInput, 300), context(Signal::Composition, 80)]), None);
        assert_eq!(found(&[block(9, 3), block(11, 2), context(Signal::Focus, 60)]), None);
    }

    #[test]
    fn machines_are_told_by_what_hands_cannot_do() {
        assert_eq!(found(&[block(60, 0)]), Some(ReasonCode::EvenTiming));
        assert_eq!(found(&[block(0, 50)]), Some(ReasonCode::ImpossibleSpeed));
        assert_eq!(found(&[context(Signal::Untrusted, 3)]), Some(ReasonCode::UntrustedEvents));
    }

    #[test]
    fn a_coarse_clock_makes_nobody_a_machine() {
        let device =
            DeviceSignals { class: DeviceClass::Desktop, timer_quantum_us: 100_000, pointer_rate_hz: 0 };
        assert_eq!(found(&[FeatureWindow::Device(device), block(60, 0)]), None);
    }
}
