//! Pointer samples to strokes: kinematics without coordinates and without absolute direction.
//!
//! Stands between the page's ring and [`crate::PointerBlock`]. Raw samples live in one bounded buffer until their
//! stroke closes and are dropped there; what the device adds (sampling interval, grid) is evened out or kept apart.

mod builder;
pub(crate) mod feature_array;
mod kinematics;
mod motion;
mod quantiles;
mod rate;
mod root;
mod trail;

#[cfg(test)]
mod tests;

pub use builder::{StrokeBuilder, StrokeSettings};

/// The most strokes that a block holds.
pub const BLOCK_STROKES_MAX: usize = 16;

/// Steps of a quantised feature that make one of its units.
pub const STEPS_PER_UNIT: i16 = 16;

/// A feature that a stroke does not have: a click's dwell where nothing was clicked.
pub const ABSENT: i16 = i16::MIN;
