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
    /// Pressed keys in the block. **Range**: what [`Ladder`] says, at most [`crate::keystroke::BLOCK_KEYS_MAX`].
    pub keys: u16,
    /// Keys held exactly as long as the key before, to the clock's step: a person's share is small.
    pub repeats: u8,
    /// Keys pressed sooner after the key before than hands manage more than now and then.
    pub hasty: u8,
    /// Non-empty cells, ascending: (cell index, count). Indices are those of [`crate::keystroke::Layout`].
    pub cells: Vec<(u16, u8)>,
}

/// What kind of pointer a block's strokes come from: never compared across kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PointerClass {
    /// Mouse or trackpad.
    Mouse,
    /// Finger.
    Touch,
    /// Stylus.
    Pen,
}

/// How densely a pointer was sampled: chooses the population that its strokes are compared with, nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RateClass {
    /// 40 samples a second and more.
    Fine,
    /// 16 to 40 samples a second.
    Medium,
    /// Fewer, as through a remote desktop.
    Coarse,
}

impl RateClass {
    /// The class of most of what was counted by class, finest first. Ties, and nothing counted, go to the finer one.
    #[must_use]
    pub fn of_most<N: Ord>([fine, medium, coarse]: [N; 3]) -> Self {
        if fine >= medium && fine >= coarse {
            Self::Fine
        } else if medium >= coarse {
            Self::Medium
        } else {
            Self::Coarse
        }
    }
}

/// Strokes of one pointer, sorted by their features, so that their order redraws nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointerBlock {
    /// What moved.
    pub pointer: PointerClass,
    /// How densely it was sampled.
    pub rate: RateClass,
    /// Pointer samples behind the strokes.
    pub samples: u16,
    /// Time that the block covers, pauses included. **Units**: ms.
    pub span_ms: u32,
    /// The strokes. **Range**: 1 to [`crate::pointer::BLOCK_STROKES_MAX`].
    pub strokes: Vec<Stroke>,
}

/// How a stroke ended, or what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum StrokeKind {
    /// A movement that ended in a pause.
    Move,
    /// A movement that ended in a press.
    Click,
    /// A movement with a button or contact held.
    Drag,
}

/// How many features a stroke has.
pub const STROKE_FEATURES: usize = 77;

/// Features of one stroke: kinematics without coordinates and without absolute direction.
///
/// **Shape** `[STROKE_FEATURES]`, in the order of `pointer/kinematics.rs`. **Units**: each feature's own, in
/// steps of 1/[`crate::pointer::STEPS_PER_UNIT`]; [`crate::pointer::ABSENT`] where a stroke has no such thing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stroke {
    /// How it ended.
    pub kind: StrokeKind,
    /// Kinematic features, quantised.
    #[serde(with = "crate::pointer::feature_array")]
    pub features: [i16; STROKE_FEATURES],
}

/// Timing vector of one entry of a fixed text, in order: only from fields that opted in.
///
/// ```text
/// | field:u8 | keys | dwell_ms ... | flights | flight_dd_ms ... |      all but the field are varints
///
/// flights = keys - 1   between the keys alone
///         = keys       last of all the flight to the key that ended the entry
///         = keys + 1   that flight, then how long that key was held
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct FixedTextSample {
    /// Which of the page's fixed-text fields. **Range**: 0..=15.
    pub field: u8,
    /// Dwell of each key. **Units**: ms. **Shape** `[keys]`, at most [`crate::FIXED_TEXT_KEYS_MAX`].
    pub dwell_ms: Vec<u16>,
    /// Press to press of neighbours, then what was seen of the key that ended the entry: [`Self::between_ms`],
    /// [`Self::end_ms`]. **Units**: ms. **Shape** `[keys - 1]`, `[keys]` or `[keys + 1]`.
    pub flight_dd_ms: Vec<u16>,
}

/// Desktop or mobile: references of one are never compared with samples of the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceClass {
    /// A keyboard with keys that travel, a mouse or a trackpad.
    #[default]
    Desktop,
    /// A touch screen and a soft keyboard.
    Mobile,
}

/// What the device looks like.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceSignals {
    /// Desktop or mobile.
    pub class: DeviceClass,
    /// The clock's estimated grid, 0 where not yet known. **Units**: µs. **Range**: at most
    /// [`crate::TIMER_QUANTUM_US_MAX`].
    pub timer_quantum_us: u32,
    /// Pointer samples a second while moving, 0 where not yet known. **Range**: at most
    /// [`crate::POINTER_RATE_HZ_MAX`].
    pub pointer_rate_hz: u16,
}

/// Totals since the previous window of this kind.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ContextCounters {
    /// By signal code. **Shape** `[Signal::COUNT]`.
    pub signals: Vec<u16>,
    /// Keys in ordinary fields, whether or not they could be timed.
    pub open_keys: u16,
    /// Keys in secret fields: a total, nothing else.
    pub secret_keys: u16,
    /// Keys in fields that opted into fixed-text comparison.
    pub fixed_text_keys: u16,
}
