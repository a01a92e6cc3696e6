//! A window of strokes as one point: mean and spread of every feature, projected onto what tells people apart.
//!
//! **Source**: probabilistic linear discriminant analysis in its diagonal form (Ioffe 2006).

use super::space::{Range, Standardised};
use palet_features::STROKE_FEATURES;
use serde::{Deserialize, Serialize};

/// Length of a window's features.
pub(crate) const WINDOW_FEATURES: usize = 2 * STROKE_FEATURES;
/// Discriminant directions of windows.
pub(crate) const WINDOW_DIMS: usize = 25;
/// Strokes that make a window, where whole ones are cut.
pub(crate) const WINDOW_STROKES: usize = 24;
/// Strokes that the mean is drawn to the population by.
const MEAN_PRIOR: f32 = 2.0;
/// Added to a spread before its logarithm is taken.
const SPREAD_FLOOR: f32 = 0.15;
/// The most that one direction says.
const DIRECTION_MAX: f32 = 4.0;
/// Windows that people's variation counts for, beside a subject's own.
const VARIATION_PRIOR: f32 = 8.0;
/// Windows that an enrolment is worth: its windows are not independent.
const ENROLMENT_WINDOWS: f32 = 3.0;

/// Sums of standardised features over strokes.
#[derive(Clone)]
pub(crate) struct WindowSums {
    pub(crate) strokes: u32,
    pub(crate) counts: [f32; STROKE_FEATURES],
    pub(crate) sums: [f32; STROKE_FEATURES],
    pub(crate) squares: [f32; STROKE_FEATURES],
}

impl WindowSums {
    pub(crate) const fn new() -> Self {
        let zeros = [0.0; STROKE_FEATURES];
        Self { strokes: 0, counts: zeros, sums: zeros, squares: zeros }
    }

    pub(crate) fn push(&mut self, stroke: &Standardised) {
        self.strokes = self.strokes.saturating_add(1);
        for at in 0..STROKE_FEATURES {
            let value = stroke.values[at];
            self.counts[at] += f32::from(u8::from(stroke.present[at]));
            self.sums[at] += value;
            self.squares[at] += value * value;
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.strokes = self.strokes.saturating_add(other.strokes);
        self.counts.iter_mut().zip(&other.counts).for_each(|(a, b)| *a += b);
        self.sums.iter_mut().zip(&other.sums).for_each(|(a, b)| *a += b);
        self.squares.iter_mut().zip(&other.squares).for_each(|(a, b)| *a += b);
    }

    /// Means, then logarithms of spreads. **Shape** `[WINDOW_FEATURES]`.
    pub(crate) fn features(&self) -> [f32; WINDOW_FEATURES] {
        let mut features = [0.0; WINDOW_FEATURES];
        for at in 0..STROKE_FEATURES {
            let (count, sum) = (self.counts[at], self.sums[at]);
            features[at] = sum / (count + MEAN_PRIOR);
            let spread = if count > 1.0 {
                let mean = sum / count;
                (self.squares[at] / count - mean * mean).max(0.0).sqrt()
            } else {
                1.0
            };
            features[STROKE_FEATURES + at] = libm::logf(spread + SPREAD_FLOOR);
        }
        features
    }
}

/// Discriminant directions of windows, and how much people differ and vary along them.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct WindowSpace {
    /// Projection of the mean window. **Shape** `[WINDOW_DIMS]`.
    pub(crate) centre: Vec<f32>,
    /// **Shape** `[WINDOW_FEATURES, WINDOW_DIMS]`.
    pub(crate) directions: Vec<f32>,
    /// Variance of one person's windows. **Shape** `[WINDOW_DIMS]`.
    pub(crate) within: Vec<f32>,
    /// Variance between people. **Shape** `[WINDOW_DIMS]`.
    pub(crate) between: Vec<f32>,
    /// How far from the centre people lie.
    pub(crate) range: Range,
    /// How far a person's own probes lie from their reference.
    pub(crate) apart: Apart,
}

/// Variance of what lies between a person's reference and their probe, in directions of their own: those of the
/// features' means alone, since another machine changes spreads more than means.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Apart {
    /// **Shape** `[STROKE_FEATURES, WINDOW_DIMS]`.
    pub(crate) directions: Vec<f32>,
    /// Variance of people's references. **Shape** `[WINDOW_DIMS]`.
    pub(crate) people: Vec<f32>,
    /// What a probe of any length keeps: another day, another mood. **Shape** `[WINDOW_DIMS]`.
    pub(crate) session: Vec<f32>,
    /// What falls with the probe's strokes, for a single one. **Shape** `[WINDOW_DIMS]`.
    pub(crate) stroke: Vec<f32>,
}

impl Apart {
    pub(crate) fn is_sound(&self) -> bool {
        let positive = |v: &f32| v.is_finite() && *v > 0.0;
        let sound = |part: &[f32]| part.len() == WINDOW_DIMS && part.iter().all(positive);
        let directions = self.directions.len() == STROKE_FEATURES * WINDOW_DIMS
            && self.directions.iter().all(|value| value.is_finite());
        directions && sound(&self.people) && sound(&self.session) && sound(&self.stroke)
    }

    /// Where a window lies.
    pub(crate) fn project(&self, sums: &WindowSums) -> WindowPlace {
        projected(&self.directions, &sums.features())
    }

    /// A reference of these windows' places.
    pub(crate) fn reference(&self, windows: &[WindowPlace]) -> ApartReference {
        let place = super::reference::mean(windows);
        let count = windows.len() as f32;
        let mut variation = [1.0; WINDOW_DIMS];
        for (at, own) in variation.iter_mut().enumerate().filter(|_| windows.len() > 1) {
            let expected = self.stroke[at] / WINDOW_STROKES as f32;
            let squares: f32 = windows.iter().map(|w| (w[at] - place[at]) * (w[at] - place[at])).sum();
            *own = (VARIATION_PRIOR + squares / expected) / (VARIATION_PRIOR + count - 1.0);
        }
        ApartReference { place, variation }
    }

    /// ln(p(difference | same person) / p(difference | two people)), each direction clipped: says nothing of where among
    /// people the two lie, so that what they share with their machine and task falls out.
    ///
    /// **Source**: Moghaddam, Jebara and Pentland 2000, intra- and extrapersonal differences.
    pub(crate) fn compare(&self, reference: &ApartReference, probe: &WindowPlace, strokes: u32) -> f32 {
        let strokes = strokes.max(1) as f32;
        let mut total = 0.0;
        for (at, place) in probe.iter().enumerate() {
            let away = reference.place[at] - place;
            let own = self.session[at] + self.stroke[at] * reference.variation[at] / strokes;
            let others = own + 2.0 * self.people[at];
            let ratio = libm::logf(others / own) - away * away * (1.0 / own - 1.0 / others);
            total += (0.5 * ratio).clamp(-DIRECTION_MAX, DIRECTION_MAX);
        }
        total
    }
}

/// A reference as differences are taken from it.
#[derive(Clone)]
pub(crate) struct ApartReference {
    pub(crate) place: WindowPlace,
    /// How much the subject's own windows vary, in units of what people's do.
    pub(crate) variation: WindowPlace,
}

/// A window or a reference among the windows' directions.
pub(crate) type WindowPlace = [f32; WINDOW_DIMS];

/// Along as many of the features as there are directions for.
fn projected(directions: &[f32], features: &[f32]) -> WindowPlace {
    let mut place = [0.0; WINDOW_DIMS];
    for (value, directions) in features.iter().zip(directions.chunks_exact(WINDOW_DIMS)) {
        place.iter_mut().zip(directions).for_each(|(p, d)| *p += value * d);
    }
    place
}

impl WindowSpace {
    pub(crate) fn is_sound(&self) -> bool {
        let shapes = self.centre.len() == WINDOW_DIMS
            && self.directions.len() == WINDOW_FEATURES * WINDOW_DIMS
            && self.within.len() == WINDOW_DIMS
            && self.between.len() == WINDOW_DIMS;
        let finite = self.centre.iter().chain(&self.directions).all(|v| v.is_finite());
        let positive = self.within.iter().chain(&self.between).all(|v| v.is_finite() && *v > 0.0);
        shapes && finite && positive && self.range.is_sound(WINDOW_DIMS) && self.apart.is_sound()
    }

    pub(crate) fn project(&self, sums: &WindowSums) -> WindowPlace {
        let mut place = projected(&self.directions, &sums.features());
        place.iter_mut().zip(&self.centre).for_each(|(p, c)| *p -= c);
        place
    }

    /// ln(p(probe | same person) / p(probe | anybody)), each direction clipped.
    pub(crate) fn compare(&self, terms: &WindowTerms, reference: &WindowPlace, probe: &WindowPlace) -> f32 {
        let mut total = 0.0;
        for at in 0..WINDOW_DIMS {
            let away = probe[at] - terms.trust[at] * reference[at];
            let ratio = terms.offset[at] - away * away * terms.subject[at]
                + probe[at] * probe[at] * terms.population[at];
            total += ratio.clamp(-DIRECTION_MAX, DIRECTION_MAX);
        }
        total
    }

    pub(crate) fn terms(&self) -> WindowTerms {
        let mut terms = WindowTerms::default();
        for at in 0..WINDOW_DIMS {
            let (within, between) = (self.within[at], self.between[at]);
            let trust = between / (between + within / ENROLMENT_WINDOWS);
            let subject = between * (1.0 - trust) + within;
            let population = between + within;
            terms.trust[at] = trust;
            terms.subject[at] = 0.5 / subject;
            terms.population[at] = 0.5 / population;
            terms.offset[at] = 0.5 * libm::logf(population / subject);
        }
        terms
    }
}

/// Constants of the comparison of windows, by direction.
#[derive(Clone, Default)]
pub(crate) struct WindowTerms {
    trust: WindowPlace,
    subject: WindowPlace,
    population: WindowPlace,
    offset: WindowPlace,
}
