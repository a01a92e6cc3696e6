//! A subject's margin, learned from confirmed sessions: how high evidence rises against them when it is they.
//!
//! Each session is compared with a reference that was enrolled from the others only, and the highest sum that it
//! reaches is held against what people's sessions reach as a rule. Nothing here decides which sessions are confirmed;
//! what is learned is bounded by [`Margin`].

use crate::accumulator::Accumulator;
use crate::settings::RiskSettings;
use palet_comparison::{Margin, Models, Reference, SessionComparison};
use palet_features::{DeviceClass, FeatureWindow};

/// Stretches that the sessions are cut into at least, so that one long session can be held against itself.
const STRETCHES_MIN: usize = 4;
/// Windows compared with a reference, beyond which a stretch tells something.
const WINDOWS_MIN: u32 = 2;
/// The highest sum of people's own stretches, as a rule: about as many lie above as below (`palet eval --takeover` prints
/// the margins' median). **Units**: nats.
const POPULATION_PEAK: f64 = 1.0;
/// So many stretches weigh as much as what is known of people as a rule.
const PRIOR_STRETCHES: f64 = 4.0;

/// The margin of a subject on one class of device, from their confirmed sessions' windows; none where they tell too
/// little.
#[must_use]
pub fn learned_margin(
    models: &Models,
    settings: &RiskSettings,
    device: DeviceClass,
    sessions: &[Vec<FeatureWindow>],
) -> Margin {
    let peaks = own_peaks(models, settings, device, sessions);
    let told = peaks.len() as f64;
    if peaks.len() < 2 {
        return Margin::NONE;
    }
    let beyond = peaks.iter().sum::<f64>() / told - POPULATION_PEAK;
    Margin::bounded(beyond * told / (told + PRIOR_STRETCHES))
}

/// The highest sum of each stretch, compared with all the others. **Units**: nats.
fn own_peaks(
    models: &Models,
    settings: &RiskSettings,
    device: DeviceClass,
    sessions: &[Vec<FeatureWindow>],
) -> Vec<f64> {
    let stretches = stretches_of(sessions);
    let peak = |left_out: usize| {
        let others = stretches.iter().enumerate().filter(|(at, _)| *at != left_out);
        let others: Vec<&[FeatureWindow]> = others.map(|(_, stretch)| *stretch).collect();
        let reference = Reference::enrol(models, device, &others).ok()?;
        peak_of(models, settings, &reference, stretches[left_out])
    };
    (0..stretches.len()).filter_map(peak).collect()
}

fn peak_of(
    models: &Models,
    settings: &RiskSettings,
    reference: &Reference,
    stretch: &[FeatureWindow],
) -> Option<f64> {
    let prepared = reference.prepare(models);
    let (mut comparison, mut sum) = (SessionComparison::default(), Accumulator::new(settings));
    let mut highest = 0.0f64;
    for window in stretch {
        sum.add(&comparison.compare(models, &prepared, window));
        highest = highest.max(sum.nats());
    }
    (sum.windows() >= WINDOWS_MIN).then_some(highest)
}

/// The sessions, in order, each cut into as many parts as it takes to have enough of them.
fn stretches_of(sessions: &[Vec<FeatureWindow>]) -> Vec<&[FeatureWindow]> {
    let parts = STRETCHES_MIN.div_ceil(sessions.len().max(1));
    let cut = |windows: &'_ [FeatureWindow]| windows.len().div_ceil(parts).max(1);
    sessions.iter().flat_map(|windows| windows.chunks(cut(windows))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use palet_features::{KeystrokeBlock, Ladder};

    fn session(windows: usize) -> Vec<FeatureWindow> {
        let block = KeystrokeBlock { ladder: Ladder::K4, keys: 64, repeats: 0, hasty: 0, cells: vec![] };
        vec![FeatureWindow::Keystroke(block); windows]
    }

    #[test]
    fn few_sessions_are_cut_into_stretches_and_many_stay_whole() {
        let lengths = |sessions: &[Vec<FeatureWindow>]| -> Vec<usize> {
            stretches_of(sessions).iter().map(|stretch| stretch.len()).collect()
        };
        assert_eq!(lengths(&[session(8)]), [2, 2, 2, 2]);
        assert_eq!(lengths(&[session(5), session(8)]), [3, 2, 4, 4]);
        assert_eq!(lengths(&vec![session(3); 5]), [3; 5]);
        assert_eq!(lengths(&[]), [0usize; 0]);
    }

    #[test]
    fn what_tells_too_little_moves_nothing() {
        let models = Models::embedded().unwrap();
        let learned = |sessions: &[Vec<FeatureWindow>]| {
            learned_margin(&models, &RiskSettings::default(), DeviceClass::Desktop, sessions)
        };
        assert!(learned(&[]).is_none());
        assert!(learned(&[session(1)]).is_none());
    }
}
