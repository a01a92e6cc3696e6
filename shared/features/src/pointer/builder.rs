//! Pointer events to blocks of strokes: where a movement begins, what ends it, which click belongs to it.
//!
//! Never looks at a clock: a stroke ends with the first event after a pause, with a press or release, when its
//! buffer is full, or when the caller flushes.

use super::kinematics;
use super::motion::Motion;
use super::rate::RateMeter;
use super::trail::{Place, Trail};
use super::{ABSENT, BLOCK_STROKES_MAX, STEPS_PER_UNIT};
use crate::schema::{PointerBlock, PointerClass, RateClass, STROKE_FEATURES, Stroke, StrokeKind};
use alloc::vec::Vec;
use palet_capture::{PointerEvent, PointerKind, PointerPhase};
use palet_units::Micros;

/// How movements are cut into strokes and strokes are gathered into blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrokeSettings {
    /// Grid step of each rate class, finest first. **Units**: µs.
    pub step_us: [u32; 3],
    /// A gap that ends a stroke, of each rate class. **Units**: µs.
    pub gap_us: [u64; 3],
    /// A block closes with this many strokes. **Range**: 1..=[`BLOCK_STROKES_MAX`].
    pub block_strokes: usize,
    /// A block closes with the first stroke that ends this long after its first began. **Units**: µs.
    pub block_span_us: u64,
}

impl Default for StrokeSettings {
    fn default() -> Self {
        Self {
            step_us: [20_000, 40_000, 110_000],
            gap_us: [150_000, 200_000, 400_000],
            block_strokes: 8,
            block_span_us: 5_000_000,
        }
    }
}

/// A press later than this after the movement is no part of it. **Units**: µs.
const LATENCY_MAX_US: u64 = 1_500_000;
/// A second press later than this is another click. **Units**: µs.
const SECOND_MAX_US: u64 = 600_000;
/// A longer press is held on purpose. **Units**: µs.
const DWELL_MAX_US: u64 = 2_000_000;
/// Longer pauses are all alike. **Units**: µs.
const PAUSE_MAX_US: u64 = 4_000_000;
/// Places further out are not on any page. **Units**: px.
const PLACE_MAX_PX: f32 = 65_536.0;
/// Blocks that wait to be polled.
const READY_MAX: usize = 4;

/// Spans around a stroke, in the order of their features.
#[derive(Clone, Copy, Default)]
struct Spans {
    pause: Option<u64>,
    latency: Option<u64>,
    dwell: Option<u64>,
    second_gap: Option<u64>,
    second_dwell: Option<u64>,
}

/// A stroke whose click may still come.
struct Pending {
    stroke: Stroke,
    spans: Spans,
    began_at: Micros,
    ended_at: Micros,
    samples: u16,
    rate: RateClass,
}

/// The block that is being filled.
struct Filling {
    block: PointerBlock,
    began_at: Micros,
}

/// Turns pointer events into blocks of strokes.
pub struct StrokeBuilder {
    settings: StrokeSettings,
    trail: Trail,
    meter: RateMeter,
    kind: PointerKind,
    rate: RateClass,
    samples: u16,
    began_at: Micros,
    pause: Option<u64>,
    pressed_at: Option<Micros>,
    released_at: Option<Micros>,
    rested_at: Option<Micros>,
    pending: Option<Pending>,
    filling: Option<Filling>,
    ready: Vec<PointerBlock>,
}

const fn pointer_class(kind: PointerKind) -> PointerClass {
    match kind {
        PointerKind::Mouse => PointerClass::Mouse,
        PointerKind::Touch => PointerClass::Touch,
        PointerKind::Pen => PointerClass::Pen,
    }
}

fn quantised(value: f32) -> i16 {
    let steps = libm::roundf(value * f32::from(STEPS_PER_UNIT));
    // The cast saturates and sends NaN to 0; the lowest value is kept for `ABSENT`.
    (steps as i16).max(-i16::MAX)
}

fn quantised_span(span_us: Option<u64>, scale_us: f32) -> i16 {
    span_us.map_or(ABSENT, |span| quantised(libm::logf(1.0 + span as f32 / scale_us) * 2.0))
}

impl StrokeBuilder {
    /// A builder that has seen nothing.
    #[must_use]
    pub fn new(settings: StrokeSettings) -> Self {
        Self {
            settings: StrokeSettings {
                block_strokes: settings.block_strokes.clamp(1, BLOCK_STROKES_MAX),
                ..settings
            },
            trail: Trail::new(),
            meter: RateMeter::default(),
            kind: PointerKind::Mouse,
            rate: RateClass::Fine,
            samples: 0,
            began_at: Micros::ZERO,
            pause: None,
            pressed_at: None,
            released_at: None,
            rested_at: None,
            pending: None,
            filling: None,
            ready: Vec::new(),
        }
    }

    /// Takes one sample. A place that is not a number is dropped.
    pub fn handle_event(&mut self, at: Micros, event: &PointerEvent) {
        if !(event.x.abs() < PLACE_MAX_PX && event.y.abs() < PLACE_MAX_PX) {
            return;
        }
        if event.kind != self.kind {
            self.close_stroke(StrokeKind::Move, None);
            self.settle();
            self.close_block();
            self.discard();
            self.kind = event.kind;
            self.meter = RateMeter::default();
        }
        let place = Place { x: event.x, y: event.y };
        match event.phase {
            PointerPhase::Move => self.moved(at, place),
            PointerPhase::Down => self.pressed(at),
            PointerPhase::Up => self.released(at),
            PointerPhase::Cancel => self.discard(),
            PointerPhase::Scroll => {}
        }
    }

    /// Closes the open stroke and the open block: at idle, when the page hides, when a form is sent.
    pub fn flush(&mut self) {
        self.end_stroke();
        self.settle();
        self.close_block();
    }

    /// Forgets the stroke in progress and its click, as for a pad on which a secret is entered.
    pub fn discard(&mut self) {
        self.trail.clear();
        self.pending = None;
        self.samples = 0;
        self.pressed_at = None;
        self.released_at = None;
        self.rested_at = None;
    }

    /// The next finished block.
    pub fn poll_block(&mut self) -> Option<PointerBlock> {
        if self.ready.is_empty() { None } else { Some(self.ready.remove(0)) }
    }

    /// Samples a second while moving since the last call, 0 where nothing moved: a signal of the device.
    pub fn take_rate_hz(&mut self) -> u16 {
        self.meter.take_rate_hz()
    }

    fn moved(&mut self, at: Micros, place: Place) {
        if !self.trail.is_empty() {
            let gap_us = at.since(self.trail.last_at()).0;
            self.meter.record(gap_us);
            if gap_us >= self.settings.gap_us[self.rate as usize] {
                self.end_stroke();
            }
        }
        if self.trail.is_empty() {
            if self.pressed_at.is_none() {
                self.settle();
            }
            self.pause = self.rested_at.map(|rested| at.since(rested).0.min(PAUSE_MAX_US));
            self.begin(at, place);
            return;
        }
        self.samples = self.samples.saturating_add(1);
        self.trail.extend(at, place);
        if self.trail.is_full() {
            self.end_stroke();
            self.pause = None;
            self.begin(at, place);
        }
    }

    fn begin(&mut self, at: Micros, place: Place) {
        self.rate = self.meter.class();
        self.began_at = at;
        self.samples = 1;
        self.trail.start(at, place, self.settings.step_us[self.rate as usize]);
    }

    fn pressed(&mut self, at: Micros) {
        if self.pressed_at.is_some() {
            return;
        }
        if self.trail.is_empty() {
            let gap =
                self.released_at.map(|released| at.since(released).0).filter(|&gap| gap < SECOND_MAX_US);
            if let Some(pending) = &mut self.pending {
                pending.spans.second_gap = pending.spans.second_gap.or(gap);
            }
        } else {
            let latency = Some(at.since(self.trail.last_at()).0).filter(|&span| span <= LATENCY_MAX_US);
            let kind = if latency.is_some() { StrokeKind::Click } else { StrokeKind::Move };
            self.close_stroke(kind, latency);
        }
        self.pressed_at = Some(at);
        self.rested_at = Some(at);
    }

    fn released(&mut self, at: Micros) {
        let Some(pressed) = self.pressed_at.take() else { return };
        let dwell = Some(at.since(pressed).0).filter(|&span| span <= DWELL_MAX_US);
        if !self.close_stroke(StrokeKind::Drag, None)
            && let Some(Pending { spans, .. }) = &mut self.pending
        {
            match (spans.dwell, spans.second_gap) {
                (None, _) => spans.dwell = dwell,
                (Some(_), Some(_)) => spans.second_dwell = spans.second_dwell.or(dwell),
                (Some(_), None) => {}
            }
        }
        self.released_at = Some(at);
        self.rested_at = Some(at);
    }

    /// Ends a stroke that no press and no release ends.
    fn end_stroke(&mut self) {
        let kind = if self.pressed_at.is_some() { StrokeKind::Drag } else { StrokeKind::Move };
        self.close_stroke(kind, None);
    }

    /// Turns the trail into a pending stroke. Returns whether there was a stroke on it. A stroke during which the rate
    /// turned out to be another was laid on the wrong grid, and is dropped.
    fn close_stroke(&mut self, kind: StrokeKind, latency: Option<u64>) -> bool {
        if self.trail.is_empty() {
            return false;
        }
        self.trail.settle();
        let path = if self.meter.class() == self.rate {
            Motion::new(&self.trail).map(|motion| kinematics::extract(&motion))
        } else {
            None
        };
        let ended_at = self.trail.last_at();
        self.trail.clear();
        self.rested_at = Some(ended_at);
        let Some(path) = path else { return false };
        self.settle();
        let mut features = [ABSENT; STROKE_FEATURES];
        for (feature, value) in features.iter_mut().zip(path) {
            *feature = quantised(value);
        }
        self.pending = Some(Pending {
            stroke: Stroke { kind, features },
            spans: Spans { pause: self.pause, latency, ..Spans::default() },
            began_at: self.began_at,
            ended_at,
            samples: self.samples,
            rate: self.rate,
        });
        true
    }

    /// Moves the pending stroke into the block.
    fn settle(&mut self) {
        let Some(mut pending) = self.pending.take() else { return };
        let spans = pending.spans;
        let values = [
            quantised_span(spans.pause, 50_000.0),
            quantised_span(spans.latency, 30_000.0),
            quantised_span(spans.dwell, 20_000.0),
            quantised_span(spans.second_gap, 20_000.0),
            quantised_span(spans.second_dwell, 20_000.0),
        ];
        pending.stroke.features[kinematics::PATH_FEATURES..].copy_from_slice(&values);
        let pointer = pointer_class(self.kind);
        if self.filling.as_ref().is_some_and(|filling| filling.block.rate != pending.rate) {
            self.close_block();
        }
        let filling = self.filling.get_or_insert_with(|| Filling {
            block: PointerBlock {
                pointer,
                rate: pending.rate,
                samples: 0,
                span_ms: 0,
                strokes: Vec::with_capacity(self.settings.block_strokes),
            },
            began_at: pending.began_at,
        });
        let block = &mut filling.block;
        block.samples = block.samples.saturating_add(pending.samples);
        let span_us = pending.ended_at.since(filling.began_at).0;
        block.span_ms = u32::try_from(span_us / 1_000).unwrap_or(u32::MAX);
        let place = block.strokes.partition_point(|stroke| *stroke < pending.stroke);
        block.strokes.insert(place, pending.stroke);
        if block.strokes.len() >= self.settings.block_strokes || span_us >= self.settings.block_span_us {
            self.close_block();
        }
    }

    fn close_block(&mut self) {
        if let Some(filling) = self.filling.take()
            && self.ready.len() < READY_MAX
        {
            self.ready.push(filling.block);
        }
    }
}
