//! Bin edges of the keystroke channels, in microseconds.
//!
//! The plain channels' edges are quantiles of the trainable free-text corpora after the page's own noise,
//! as `palet-models edges` prints them (to .1 ms); the joint channels' are round steps of the same logarithmic scales. A change
//! here is a new schema version and new models.

use super::layout::BINS;

/// Edges of dwell.
pub(crate) const DWELL_EDGES_US: [i32; BINS - 1] = [
    48_600, 58_700, 66_000, 71_800, 77_000, 81_500, 86_500, 91_600, 97_400, 103_400, 109_900, 117_600,
    127_200, 141_000, 165_900,
];
/// Edges of release to press.
pub(crate) const UD_EDGES_US: [i32; BINS - 1] = [
    -51_200, -21_300, 3_300, 24_300, 39_700, 55_400, 71_200, 85_700, 101_100, 117_800, 139_200, 167_800,
    214_500, 304_400, 509_200,
];
/// Edges of press to press.
pub(crate) const DD_EDGES_US: [i32; BINS - 1] = [
    74_300, 94_900, 110_100, 123_000, 136_200, 148_700, 161_600, 175_900, 191_400, 209_600, 232_100, 263_500,
    313_300, 405_400, 613_300,
];
/// Edges of release to release.
pub(crate) const UU_EDGES_US: [i32; BINS - 1] = [
    51_800, 78_900, 100_200, 117_600, 134_600, 150_000, 164_900, 180_100, 196_200, 214_100, 237_100, 269_200,
    318_800, 414_100, 627_700,
];
/// Edges of dwell in joint channels: ln(dwell / 100 ms) of −.6 −.3 −.1 .1 .35.
pub(crate) const JOINT_DWELL_EDGES_US: [i32; 5] = [54_881, 74_082, 90_484, 110_517, 141_907];
/// Edges of release to press in joint channels: slog of −1.2 −.3 .5 1 1.5 2.1.
pub(crate) const JOINT_UD_EDGES_US: [i32; 6] = [-46_402, -6_997, 12_974, 34_366, 69_634, 143_323];
