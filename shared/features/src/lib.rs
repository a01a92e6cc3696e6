//! Events to feature windows: the one schema, versioned, used by the page and by the server's tools alike.
//!
//! Counts leave the page, not events: unordered histograms in disjoint blocks, strokes without coordinates or
//! directions, counters. This room never sees bytes, the DOM or a model.
#![no_std]
extern crate alloc;

mod counters;
mod extractor;
mod fixed_text;
pub mod keystroke;
mod noise;
pub mod pointer;
mod schema;
mod validate;

pub use counters::{POINTER_RATE_HZ_MAX, TIMER_QUANTUM_US_MAX};
pub use extractor::{
    CONTEXT_DELAY, Extractor, ExtractorSettings, KEY_IDLE, KEY_STALE, POINTER_IDLE, WINDOWS_WAITING_MAX,
};
pub use fixed_text::{FIXED_TEXT_FIELDS, FIXED_TEXT_KEYS_MAX, FIXED_TEXT_KEYS_MIN, FIXED_TEXT_MS_MAX};
pub use schema::{
    ContextCounters, DeviceClass, DeviceSignals, FeatureWindow, FixedTextSample, KeystrokeBlock, Ladder,
    PointerBlock, PointerClass, RateClass, SCHEMA_VERSION, STROKE_FEATURES, Stroke, StrokeKind,
};
pub use validate::FeatureError;
