//! What strokes of each sampling rate are like: means by kind of stroke, spread within a kind.

use super::super::space::{KINDS, RATE_CLASSES, RATES, Standard, kind_index};
use super::TrainingPerson;
use palet_features::STROKE_FEATURES;
use palet_features::pointer::ABSENT;

/// Added to a spread, so that a feature that never varies says nothing. **Units**: quantisation steps.
const SPREAD_FLOOR: f64 = 0.5;
/// Kinds with fewer strokes take the mean of all kinds.
const KIND_STROKES_MIN: f64 = 20.0;

#[derive(Clone, Copy, Default)]
struct Moments {
    count: f64,
    sum: f64,
    square: f64,
}

impl Moments {
    fn push(&mut self, value: f64) {
        self.count += 1.0;
        self.sum += value;
        self.square += value * value;
    }

    fn mean(&self) -> f64 {
        if self.count > 0.0 { self.sum / self.count } else { 0.0 }
    }

    /// Summed squared deviations from `mean`.
    fn scatter(&self, mean: f64) -> f64 {
        (self.square - 2.0 * mean * self.sum + self.count * mean * mean).max(0.0)
    }
}

/// One standard a rate class; a class without strokes takes the one before it.
pub(super) fn fit(people: &[&TrainingPerson]) -> Vec<Standard> {
    let mut standards: Vec<Standard> = Vec::with_capacity(RATES);
    for rate in RATE_CLASSES {
        let mut moments = vec![[Moments::default(); KINDS]; STROKE_FEATURES];
        let views = people.iter().flat_map(|p| &p.recordings).flat_map(|r| &r.views).filter(|v| v.is_own());
        let strokes =
            views.filter(|view| view.rate == rate).flat_map(|view| &view.blocks).flat_map(|b| &b.strokes);
        let mut seen = 0usize;
        for stroke in strokes {
            seen += 1;
            for (feature, kinds) in stroke.features.iter().zip(&mut moments) {
                if *feature != ABSENT {
                    kinds[kind_index(stroke.kind)].push(f64::from(*feature));
                }
            }
        }
        match standards.last() {
            Some(before) if seen == 0 => standards.push(before.clone()),
            _ => standards.push(standard_of(&moments)),
        }
    }
    standards
}

fn standard_of(moments: &[[Moments; KINDS]]) -> Standard {
    let mut means = vec![0.0; KINDS * STROKE_FEATURES];
    let mut scales = vec![0.0; STROKE_FEATURES];
    for (at, kinds) in moments.iter().enumerate() {
        let mut whole = Moments::default();
        for kind in kinds {
            whole.count += kind.count;
            whole.sum += kind.sum;
            whole.square += kind.square;
        }
        let mut scatter = 0.0;
        for (kind, moment) in kinds.iter().enumerate() {
            let mean = if moment.count < KIND_STROKES_MIN { whole.mean() } else { moment.mean() };
            scatter += moment.scatter(mean);
            means[kind * STROKE_FEATURES + at] = mean as f32;
        }
        let spread = (scatter / whole.count.max(1.0)).sqrt() + SPREAD_FLOOR;
        scales[at] = (1.0 / spread) as f32;
    }
    Standard { means, scales }
}
