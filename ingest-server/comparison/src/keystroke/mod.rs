//! Keystroke histograms against the subject's, the population's and a cohort's tables.
//!
//! One file a step: counts, counts by session, tables of probabilities, models made from other people's counts, the subject's reference,
//! the evidence of a probe and its normalised, fused and calibrated score; beneath it, sums over the cohort's lanes.

mod calibration;
mod counts;
mod evidence;
mod lanes;
mod model;
mod reference;
mod sessions;
mod tables;
mod tempo;

pub use calibration::{Calibration, CalibrationKnot, FusionWeights};
pub use counts::KeyCounts;
pub use evidence::{CHANNEL_NAMES, ChannelScores, KeystrokeEvidence};
pub use model::{KeystrokeContent, KeystrokeModels, Person};
pub use reference::{KeystrokeReference, PreparedKeystroke, TRAINED_KEYS_MIN};
pub use sessions::SessionCounts;
