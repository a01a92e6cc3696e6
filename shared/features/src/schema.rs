//! The schema of what leaves the page. A change of meaning or shape is a new [`SCHEMA_VERSION`].

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The version of everything in this file, carried in each session's first message.
pub const SCHEMA_VERSION: u16 = 1;

/// A span of events as features.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub enum FeatureWindow {
    /// One disjoint block of keystrokes.
    Keystroke(KeystrokeBlock),
    /// Strokes of one pointer.
    Pointer(PointerBlock),
    /// One entry of a field that opted into fixed-text comparison.
    FixedText(FixedTextSample),
    /// What the device looks like: kept apart from the person's score.
    Device(DeviceSignals),
    /// What was counted.
    Context(ContextCounters),
}

/// How fine the classes of a block are: the smaller the block, the coarser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ladder {
    /// Left letter, right letter, space, other. Blocks of 64 keys and more.
    K4,
    /// Letter, space, other. Blocks of 24 to 63 keys.
    K3,
    /// No classes. Smaller blocks.
    K1,
}

/// Unordered histograms of one disjoint block.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct KeystrokeBlock {
    /// How fine the classes are.
    pub ladder: Ladder,
    /// Pressed keys in the block.
    pub keys: u16,
    /// Non-empty cells, ascending: (cell index, count).
    pub cells: Vec<(u16, u8)>,
}

/// Strokes of one pointer, in no order that redraws a path.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct PointerBlock {
    /// Pointer samples behind the strokes.
    pub samples: u16,
    /// Time that the block covers. **Units**: ms.
    pub span_ms: u32,
    /// The strokes.
    pub strokes: Vec<Stroke>,
}

/// Features of one stroke.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Stroke {
    /// Kinematic features, quantised.
    pub features: Vec<i16>,
}

/// Timing vector of one entry of a fixed text, in order: only from fields that opted in.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct FixedTextSample {
    /// Which of the page's fixed-text fields. **Range**: 0..=15.
    pub field: u8,
    /// Dwell of each key. **Units**: ms.
    pub dwell_ms: Vec<u16>,
    /// Press to press of neighbours. **Units**: ms.
    pub flight_dd_ms: Vec<u16>,
}

/// What the device looks like.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceSignals {
    /// The clock's estimated grid. **Units**: µs.
    pub timer_quantum_us: u32,
    /// Pointer samples a second while moving.
    pub pointer_rate_hz: u16,
}

/// Totals since the previous window of this kind.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ContextCounters {
    /// By signal code.
    pub signals: Vec<u16>,
    /// Keys in secret fields: a total, nothing else.
    pub secret_keys: u16,
}
