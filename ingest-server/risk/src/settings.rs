//! How evidence becomes risk.

use crate::accumulator::CAP;
use palet_comparison::Margin;
use palet_units::Probability;
use serde::{Deserialize, Serialize};

/// The risk at which the shipped policy's band "raised" begins.
pub const RISK_RAISED: f64 = 0.5;
/// The risk at which the shipped policy's band "high" begins.
pub const RISK_HIGH: f64 = 0.8;
/// The risk at which the shipped policy's band "severe" begins.
pub const RISK_SEVERE: f64 = 0.95;

/// The numbers behind [`crate::Risk`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RiskSettings {
    /// The most that one keystroke block moves the sum. **Units**: nats.
    pub keystroke_clip: f64,
    /// Added to each keystroke block's log-likelihood ratio: below 0, a block must speak for the subject by as much
    /// before it lowers the sum. **Units**: nats.
    pub keystroke_slack: f64,
    /// The most that one pointer block moves the sum. **Units**: nats.
    pub pointer_clip: f64,
    /// As `keystroke_slack`, for pointer blocks. **Units**: nats.
    pub pointer_slack: f64,
    /// How much of a pointer block's evidence counts, so that the bands stand alike for keys and pointer.
    pub pointer_weight: f64,
    /// The most that one fixed-text entry moves the sum. **Units**: nats.
    pub fixed_text_clip: f64,
    /// The most that habits (time of day, way of the login, way through the site) add to the sum; 0 leaves them out.
    /// **Units**: nats.
    pub habits_nats_max: f64,
    /// The sum at which risk reaches the band "raised". **Units**: nats.
    pub raised_nats: f64,
    /// The sum at which risk reaches the band "high". **Units**: nats.
    pub high_nats: f64,
    /// The sum at which risk reaches the band "severe". **Units**: nats.
    pub severe_nats: f64,
}

impl Default for RiskSettings {
    fn default() -> Self {
        Self {
            keystroke_clip: 4.0,
            keystroke_slack: -1.0,
            pointer_clip: 3.2,
            pointer_slack: 0.0,
            pointer_weight: 1.6,
            fixed_text_clip: 1.0,
            habits_nats_max: 0.8,
            raised_nats: 3.9,
            high_nats: 6.0,
            severe_nats: 9.0,
        }
    }
}

/// A setting that makes no sense.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SettingsError {
    /// Not a positive number.
    #[error("expected {name} to be positive and finite, got {got}")]
    NotPositive {
        /// The setting.
        name: &'static str,
        /// Its value.
        got: f64,
    },
    /// Habits that could raise a band by themselves, or no number.
    #[error(
        "expected habits_nats_max to be 0 or more, and below raised_nats less the lowest margin, got {0}"
    )]
    Habits(f64),
    /// Bands that do not rise.
    #[error("expected raised_nats < high_nats < severe_nats, got {0}, {1}, {2}")]
    Bands(f64, f64, f64),
    /// One window could reach the band "high".
    #[error(
        "expected {name} and habits_nats_max together below high_nats less the lowest margin, so that one window never \
         reaches it, got {got}"
    )]
    OneWindow {
        /// The setting.
        name: &'static str,
        /// Its value.
        got: f64,
    },
}

impl RiskSettings {
    /// A sum of evidence as a risk: straight lines between the bands, so that a band keeps one false-alarm rate
    /// whatever the sums are. **Units**: nats.
    #[must_use]
    pub fn risk_of(&self, nats: f64) -> Probability {
        let points = [
            (0.0, 0.0),
            (self.raised_nats, RISK_RAISED),
            (self.high_nats, RISK_HIGH),
            (self.severe_nats, RISK_SEVERE),
            (self.severe_nats * CAP, 1.0),
        ];
        let line = points.windows(2).find(|pair| nats < pair[1].0);
        Probability::clamped(line.map_or(1.0, |pair| {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            y0 + (nats - x0) / (x1 - x0) * (y1 - y0)
        }))
    }

    /// The same settings with the sums of every band moved by a subject's own margin.
    #[must_use]
    pub fn with_margin(&self, margin: Margin) -> Self {
        let nats = margin.nats();
        Self {
            raised_nats: self.raised_nats + nats,
            high_nats: self.high_nats + nats,
            severe_nats: self.severe_nats + nats,
            ..*self
        }
    }

    /// Every fault of these settings, at once.
    #[must_use]
    pub fn faults(&self) -> Vec<SettingsError> {
        let mut faults = Vec::new();
        let clips = [
            ("keystroke_clip", self.keystroke_clip),
            ("pointer_clip", self.pointer_clip),
            ("fixed_text_clip", self.fixed_text_clip),
        ];
        let bands = [self.raised_nats, self.high_nats, self.severe_nats];
        // Also for whom it stands lowest.
        let lowest = self.with_margin(Margin::bounded(Margin::LOWEST));
        for (name, got) in clips
            .into_iter()
            .chain([("raised_nats", lowest.raised_nats), ("pointer_weight", self.pointer_weight)])
        {
            if !(got > 0.0 && got.is_finite()) {
                faults.push(SettingsError::NotPositive { name, got });
            }
        }
        if !(bands.is_sorted_by(|a, b| a < b) && self.severe_nats.is_finite()) {
            faults.push(SettingsError::Bands(self.raised_nats, self.high_nats, self.severe_nats));
        }
        if !(0.0..lowest.raised_nats).contains(&self.habits_nats_max) {
            faults.push(SettingsError::Habits(self.habits_nats_max));
        }
        for (name, got) in clips {
            if got + self.habits_nats_max >= lowest.high_nats {
                faults.push(SettingsError::OneWindow { name, got: got + self.habits_nats_max });
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_settings_have_no_fault() {
        assert_eq!(RiskSettings::default().faults(), vec![]);
    }

    #[test]
    fn a_margin_moves_every_band_and_keeps_their_order() {
        let shipped = RiskSettings::default();
        for nats in [Margin::LOWEST, Margin::HIGHEST] {
            let moved = shipped.with_margin(Margin::bounded(nats));
            assert!(moved.raised_nats > 0.0 && moved.raised_nats < moved.high_nats);
            assert_eq!(moved.risk_of(shipped.raised_nats + nats).get(), RISK_RAISED);
            assert_eq!(moved.risk_of(shipped.high_nats + nats).get(), RISK_HIGH);
            assert_eq!(moved.risk_of(shipped.severe_nats + nats).get(), RISK_SEVERE);
        }
        assert_eq!(shipped.with_margin(Margin::NONE), shipped);
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let settings = RiskSettings {
            keystroke_clip: f64::NAN,
            raised_nats: 9.0,
            pointer_clip: 6.0,
            ..Default::default()
        };
        assert_eq!(settings.faults().len(), 3, "{:?}", settings.faults());
    }
}
