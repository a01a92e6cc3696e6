//! Bin edges of the keystroke channels, in microseconds.
//!
//! The plain channels' edges are quantiles of the trainable corpora's background people after the page's own noise,
//! as `palet models edges` prints them; the joint channels' are round steps of the same logarithmic scales. A change
//! here is a new schema version and new models.

use super::layout::BINS;

/// Edges of dwell.
pub(crate) const DWELL_EDGES_US: [i32; BINS - 1] = [
    47_000, 57_000, 65_000, 71_000, 77_000, 82_000, 87_000, 92_000, 98_000, 104_000, 111_000, 119_000,
    130_000, 146_000, 175_000,
];
/// Edges of release to press.
pub(crate) const UD_EDGES_US: [i32; BINS - 1] = [
    -60_000, -30_000, -10_000, 5_000, 18_000, 32_000, 46_000, 62_000, 80_000, 102_000, 130_000, 165_000,
    220_000, 310_000, 520_000,
];
/// Edges of press to press.
pub(crate) const DD_EDGES_US: [i32; BINS - 1] = [
    62_000, 84_000, 100_000, 114_000, 127_000, 140_000, 153_000, 168_000, 185_000, 206_000, 232_000, 268_000,
    322_000, 415_000, 630_000,
];
/// Edges of release to release.
pub(crate) const UU_EDGES_US: [i32; BINS - 1] = [
    45_000, 72_000, 92_000, 108_000, 123_000, 137_000, 152_000, 168_000, 187_000, 209_000, 237_000, 273_000,
    327_000, 420_000, 640_000,
];
/// Edges of dwell in joint channels: ln(dwell / 100 ms) of −.6 −.3 −.1 .1 .35.
pub(crate) const JOINT_DWELL_EDGES_US: [i32; 5] = [54_881, 74_082, 90_484, 110_517, 141_907];
/// Edges of release to press in joint channels: slog of −1.2 −.3 .5 1 1.5 2.1.
pub(crate) const JOINT_UD_EDGES_US: [i32; 6] = [-46_402, -6_997, 12_974, 34_366, 69_634, 143_323];
