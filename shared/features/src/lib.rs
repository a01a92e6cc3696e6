//! Events to feature windows: the one schema, versioned, used by the page and by the server's tools alike.
//!
//! Counts leave the page, not events: unordered histograms in disjoint blocks, strokes without coordinates or
//! directions, counters. This room never sees bytes, the DOM or a model.
#![no_std]
extern crate alloc;

pub mod pointer;
mod schema;

pub use schema::{
    ContextCounters, DeviceSignals, FeatureWindow, FixedTextSample, KeystrokeBlock, Ladder, PointerBlock,
    PointerClass, RateClass, SCHEMA_VERSION, STROKE_FEATURES, Stroke, StrokeKind,
};
