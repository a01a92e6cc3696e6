//! How evidence becomes risk.

use serde::{Deserialize, Serialize};

/// The numbers behind [`crate::Risk`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RiskSettings {
    /// The most that one keystroke block moves the sum. **Units**: nats.
    pub keystroke_clip: f64,
    /// Added to each keystroke block's log-likelihood ratio: the evidence that a block must bring before it counts
    /// against the subject. **Units**: nats.
    pub keystroke_slack: f64,
    /// The most that one pointer block moves the sum. **Units**: nats.
    pub pointer_clip: f64,
    /// As `keystroke_slack`, for pointer blocks. **Units**: nats.
    pub pointer_slack: f64,
    /// The most that one fixed-text entry moves the sum. **Units**: nats.
    pub fixed_text_clip: f64,
    /// The sum at which risk reaches the band "raised" (.35). **Units**: nats.
    pub raised_nats: f64,
    /// The sum at which risk reaches the band "high" (.65). **Units**: nats.
    pub high_nats: f64,
    /// The sum at which risk reaches the band "severe" (.9). **Units**: nats.
    pub severe_nats: f64,
}

impl Default for RiskSettings {
    fn default() -> Self {
        Self {
            keystroke_clip: 1.0,
            keystroke_slack: 0.0,
            pointer_clip: 1.0,
            pointer_slack: 0.0,
            fixed_text_clip: 1.0,
            raised_nats: 1.5,
            high_nats: 2.5,
            severe_nats: 4.0,
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
    /// Bands that do not rise.
    #[error("expected raised_nats < high_nats < severe_nats, got {0}, {1}, {2}")]
    Bands(f64, f64, f64),
    /// One window alone could reach the band "high".
    #[error("expected {name} below high_nats, so that one window never reaches it alone, got {got}")]
    OneWindow {
        /// The setting.
        name: &'static str,
        /// Its value.
        got: f64,
    },
}

impl RiskSettings {
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
        for (name, got) in clips.into_iter().chain([("raised_nats", self.raised_nats)]) {
            if !(got > 0.0 && got.is_finite()) {
                faults.push(SettingsError::NotPositive { name, got });
            }
        }
        if !(bands.is_sorted_by(|a, b| a < b) && self.severe_nats.is_finite()) {
            faults.push(SettingsError::Bands(self.raised_nats, self.high_nats, self.severe_nats));
        }
        for (name, got) in clips {
            if got >= self.high_nats {
                faults.push(SettingsError::OneWindow { name, got });
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
    fn all_faults_are_told_at_once() {
        let settings = RiskSettings {
            keystroke_clip: f64::NAN,
            raised_nats: 9.0,
            pointer_clip: 5.0,
            ..Default::default()
        };
        assert_eq!(settings.faults().len(), 3, "{:?}", settings.faults());
    }
}
