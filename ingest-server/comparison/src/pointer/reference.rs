//! A subject's strokes as a reference, and the form that comparisons use.
//!
//! The strokes themselves are kept, bounded in number, so that a new model or another split of the population needs no
//! new enrolment.

use super::evidence::PointerEvidence;
use super::model::{PointerModels, Shifts};
use super::space::{DIMS, MixtureSums, RATE_CLASSES, RATES, SHIFT, Standardised, rate_index};
use super::window::{ApartReference, WINDOW_STROKES, WindowPlace, WindowSums};
use palet_features::{PointerBlock, PointerClass};
use serde::{Deserialize, Serialize};

/// Fewer strokes are not enough to compare with.
pub const ENROLMENT_STROKES_MIN: usize = 40;
/// Strokes that an enrolment keeps, at most; from more, blocks are taken evenly.
pub const ENROLMENT_STROKES_MAX: usize = 512;
/// Strokes that one update may add, at most.
pub const UPDATE_STROKES_MAX: usize = 64;
/// What was learned after the enrolment is at most this share of it.
const DRIFT_SHARE_MAX: f32 = 0.25;
/// Strokes that the population's mean counts for.
const PRIOR_STROKES: f32 = 10.0;
/// From this much inside of the population on, a reference is compared by all channels together.
const INSIDE_FROM: f32 = 0.8;
/// At this and less, by the channel that knows no population alone.
const OUTSIDE_BELOW: f32 = 0.4;
/// Added to a cohort's spread.
const SPREAD_FLOOR: f32 = 0.001;

/// The pointer's part of a reference.
#[derive(Clone, Serialize, Deserialize)]
pub struct PointerReference {
    pointer: PointerClass,
    /// The enrolment: never changed by an update.
    anchor: Vec<PointerBlock>,
    /// What was learned since, oldest first.
    recent: Vec<PointerBlock>,
}

fn strokes_in(blocks: &[PointerBlock]) -> usize {
    blocks.iter().map(|block| block.strokes.len()).sum()
}

/// The class of pointer that made most strokes.
fn main_class(blocks: &[&PointerBlock]) -> Option<PointerClass> {
    let strokes = |class| -> usize {
        blocks.iter().filter(|block| block.pointer == class).map(|block| block.strokes.len()).sum()
    };
    [PointerClass::Pen, PointerClass::Touch, PointerClass::Mouse]
        .into_iter()
        .max_by_key(|class| strokes(*class))
        .filter(|class| strokes(*class) > 0)
}

/// At most `limit` strokes in whole blocks, taken evenly over the list.
fn evenly(blocks: &[&PointerBlock], limit: usize) -> Vec<PointerBlock> {
    let total: usize = blocks.iter().map(|block| block.strokes.len()).sum();
    let mut kept = Vec::new();
    let (mut seen, mut taken) = (0, 0);
    for block in blocks {
        seen += block.strokes.len();
        let due = if total <= limit { seen } else { seen * limit / total };
        if taken + block.strokes.len() <= due {
            taken += block.strokes.len();
            kept.push((*block).clone());
        }
    }
    kept
}

impl PointerReference {
    /// Learns from the blocks of an enrolment; none where there is nothing to learn from.
    #[must_use]
    pub fn enrol(_models: &PointerModels, blocks: &[&PointerBlock]) -> Option<Self> {
        let pointer = main_class(blocks)?;
        let own: Vec<&PointerBlock> =
            blocks.iter().copied().filter(|block| block.pointer == pointer).collect();
        Some(Self { pointer, anchor: evenly(&own, ENROLMENT_STROKES_MAX), recent: Vec::new() })
    }

    /// The reference after more blocks of the same subject, by a bounded step: the oldest of what was learned before
    /// gives way, the enrolment never does.
    #[must_use]
    pub fn updated(&self, _models: &PointerModels, blocks: &[&PointerBlock]) -> Self {
        let own: Vec<&PointerBlock> =
            blocks.iter().copied().filter(|block| block.pointer == self.pointer).collect();
        let mut next = self.clone();
        next.recent.extend(evenly(&own, UPDATE_STROKES_MAX));
        let limit = (strokes_in(&self.anchor) as f32 * DRIFT_SHARE_MAX) as usize;
        while strokes_in(&next.recent) > limit {
            next.recent.remove(0);
        }
        next
    }

    /// Whether there is enough to compare with.
    #[must_use]
    pub fn is_trained(&self) -> bool {
        strokes_in(&self.anchor) >= ENROLMENT_STROKES_MIN
    }

    /// Strokes that are kept.
    #[must_use]
    pub fn strokes(&self) -> usize {
        strokes_in(&self.anchor) + strokes_in(&self.recent)
    }

    /// The form that comparisons use.
    #[must_use]
    pub fn prepare(&self, models: &PointerModels) -> PreparedPointer {
        let blocks: Vec<&PointerBlock> = self.anchor.iter().chain(&self.recent).collect();
        PreparedPointer::of(models, self.pointer, &blocks)
    }
}

/// A pointer reference, ready to be compared with.
#[derive(Clone)]
pub struct PreparedPointer {
    pub(crate) pointer: PointerClass,
    /// What this subject shares with whoever sits at the same machine. **Shape** `[DIMS]`.
    pub(crate) excess: [f32; DIMS],
    pub(crate) window_excess: WindowPlace,
    /// The share of what all channels say together, beside the one that knows no population. **Range**: 0..=1.
    pub(crate) population: f32,
    pub(crate) apart: ApartReference,
    pub(crate) sums: MixtureSums,
    pub(crate) shifts: Shifts,
    pub(crate) place: WindowPlace,
    pub(crate) windows: f32,
    /// Mean and spread of the cohort's windows against this reference, by rate class.
    pub(crate) z: [(f32, f32); RATES],
    /// All strokes together.
    pub(crate) whole: WindowSums,
}

impl PreparedPointer {
    pub(crate) fn of(models: &PointerModels, pointer: PointerClass, blocks: &[&PointerBlock]) -> Self {
        let content = models.content();
        let (mut places, mut whole) = (Vec::new(), WindowSums::new());
        let (mut window, mut window_places, mut apart) = (WindowSums::new(), Vec::new(), Vec::new());
        let mut close = |window: &WindowSums| {
            window_places.push(content.windows.project(window));
            apart.push(content.windows.apart.project(window));
        };
        for block in blocks {
            for stroke in &block.strokes {
                let standardised: Standardised = content.standards[rate_index(block.rate)].apply(stroke);
                places.push(content.strokes.project(&standardised));
                whole.push(&standardised);
                window.push(&standardised);
            }
            if window.strokes as usize >= WINDOW_STROKES {
                close(&window);
                window = WindowSums::new();
            }
        }
        if (whole.strokes as usize) < WINDOW_STROKES {
            close(&whole);
        }
        let centre = mean(&places);
        let inside = content.strokes.range.inside(&centre);
        let excess = centre.map(|value| value * (1.0 - inside));
        let mut sums = MixtureSums::new();
        for place in &mut places {
            place.iter_mut().zip(&excess).for_each(|(p, e)| *p -= e);
            content.strokes.accumulate(place, &mut sums);
        }
        let mut place: WindowPlace = mean(&window_places);
        let window_inside = content.windows.range.inside(&place);
        let window_excess = place.map(|value| value * (1.0 - window_inside));
        let population = ((window_inside - OUTSIDE_BELOW) / (INSIDE_FROM - OUTSIDE_BELOW)).clamp(0.0, 1.0);
        place.iter_mut().zip(&window_excess).for_each(|(p, e)| *p -= e);
        Self::finished(
            models,
            Parts {
                pointer,
                excess,
                window_excess,
                population,
                apart: content.windows.apart.reference(&apart),
                sums,
                place,
                windows: window_places.len() as f32,
                whole,
            },
        )
    }

    /// Whether nothing is taken off: the reference lies inside of the population.
    pub(crate) fn is_inside(&self) -> bool {
        self.excess.iter().chain(&self.window_excess).all(|value| *value == 0.0)
    }

    fn finished(models: &PointerModels, parts: Parts) -> Self {
        let shifts = Shifts::new(adapted(&parts.sums));
        let windows = &models.content().windows;
        let z = RATE_CLASSES.map(|rate| {
            let probes = models.cohort(rate).probes.iter();
            let scores: Vec<f32> =
                probes.map(|probe| windows.compare(models.terms(), &parts.place, probe)).collect();
            mean_and_spread(&scores)
        });
        Self {
            pointer: parts.pointer,
            excess: parts.excess,
            window_excess: parts.window_excess,
            population: parts.population,
            apart: parts.apart,
            sums: parts.sums,
            shifts,
            place: parts.place,
            windows: parts.windows,
            z,
            whole: parts.whole,
        }
    }

    /// The reference with the first strokes of an authenticated session joined to it: the session's anchor. Weighs
    /// today's chair, mouse and mood in, for this session only; a stroke weighs as much
    /// as `weight` strokes of the enrolment.
    pub(crate) fn anchored(&self, models: &PointerModels, evidence: &PointerEvidence, weight: f32) -> Self {
        let Some(place) = evidence.window_place(models, self) else { return self.clone() };
        let mut sums = self.sums.clone();
        sums.add(&evidence.sums().times(weight));
        let mut whole = self.whole.clone();
        whole.add(evidence.whole());
        let windows = (evidence.strokes() as f32 / WINDOW_STROKES as f32).min(1.0) * weight;
        let mut joined = self.place;
        join(&mut joined, &place, self.windows, windows);
        let mut apart = self.apart.clone();
        join(
            &mut apart.place,
            &models.content().windows.apart.project(evidence.whole()),
            self.windows,
            windows,
        );
        Self::finished(
            models,
            Parts {
                pointer: self.pointer,
                excess: self.excess,
                window_excess: self.window_excess,
                population: self.population,
                apart,
                sums,
                place: joined,
                windows: self.windows + windows,
                whole,
            },
        )
    }
}

struct Parts {
    pointer: PointerClass,
    excess: [f32; DIMS],
    window_excess: WindowPlace,
    population: f32,
    apart: ApartReference,
    sums: MixtureSums,
    place: WindowPlace,
    windows: f32,
    whole: WindowSums,
}

/// Draws a place to another one, by their weights.
fn join(place: &mut WindowPlace, other: &WindowPlace, weight: f32, other_weight: f32) {
    for (to, from) in place.iter_mut().zip(other) {
        *to = (*to * weight + from * other_weight) / (weight + other_weight);
    }
}

/// The mean of some places; the centre where there are none.
pub(crate) fn mean<const N: usize>(places: &[[f32; N]]) -> [f32; N] {
    let mut sum = [0.0; N];
    for place in places {
        sum.iter_mut().zip(place).for_each(|(s, p)| *s += p);
    }
    sum.map(|value| value / places.len().max(1) as f32)
}

/// Maximum a posteriori shifts of the mixture's means.
///
/// **Source**: Reynolds, Quatieri and Dunn 2000, 3.3.
pub(crate) fn adapted(sums: &MixtureSums) -> Vec<f32> {
    let mut shifts = sums.shifts.clone();
    for (row, count) in shifts.chunks_exact_mut(SHIFT / sums.counts.len()).zip(sums.counts) {
        row.iter_mut().for_each(|value| *value /= count + PRIOR_STROKES);
    }
    shifts
}

pub(crate) fn mean_and_spread(values: &[f32]) -> (f32, f32) {
    let count = values.len().max(1) as f32;
    let mean = values.iter().sum::<f32>() / count;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / count;
    (mean, variance.sqrt() + SPREAD_FLOOR)
}
