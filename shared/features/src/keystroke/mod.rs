//! Keys to unordered histograms in disjoint blocks, down the privacy ladder.
//!
//! Stands between the page's ring and [`crate::KeystrokeBlock`]. What leaves is how often a timing fell into a bin for
//! a class pair; never the order of keys, never a time. Nothing is allocated for an event, only for a closed block.

mod block;
mod chain;
mod edges;
mod layout;

pub(crate) use block::BlockBuilder;
pub use block::{BLOCK_KEYS, BLOCK_KEYS_MAX, K3_KEYS_MIN, K4_KEYS_MIN};
pub(crate) use chain::{Chain, Stamp, TimedKey};
pub use layout::{BINS, CELLS_MAX, CHANNELS, Channel, JOINT_DWELL_BINS, JOINT_UD_BINS, Layout};
