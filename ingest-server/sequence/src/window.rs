//! A block of strokes as the numbers that a network takes.
//!
//! Standardised by kind and sampling rate against the training people, float32 throughout, as in training.

use palet_features::pointer::ABSENT;
use palet_features::{PointerBlock, RateClass, STROKE_FEATURES, Stroke, StrokeKind};
use serde::Deserialize;

/// Strokes of a window; a block has at most as many with the shipped settings.
pub const STROKES: usize = 8;
/// Kinds of stroke.
const KINDS: usize = 3;
/// Sampling-rate classes.
const RATES: usize = 3;
/// Numbers of one stroke: its features, its kind, whether there is a stroke at all.
pub const INPUTS: usize = STROKE_FEATURES + KINDS + 1;
/// Standardised features are clipped here, in both directions.
const STANDARD_MAX: f32 = 5.0;

/// What strokes of the training people are like.
#[derive(Clone, Deserialize)]
pub(crate) struct Standard {
    /// **Shape** `[RATES, KINDS, STROKE_FEATURES]`.
    pub(crate) means: Vec<f32>,
    /// One over spreads within a kind. **Shape** `[RATES, STROKE_FEATURES]`.
    pub(crate) scales: Vec<f32>,
}

/// Strokes as a network takes them; what is missing of a full window is 0.
#[derive(Clone)]
pub struct StrokeWindow {
    /// **Shape** `[STROKES, INPUTS]`.
    pub(crate) inputs: Vec<f32>,
    /// Whether a stroke has a feature. **Shape** `[STROKES, STROKE_FEATURES]`.
    pub(crate) present: Vec<bool>,
    /// Strokes that are there.
    pub(crate) strokes: usize,
}

impl StrokeWindow {
    /// What a network takes. **Shape** `[STROKES, INPUTS]`.
    #[must_use]
    pub fn inputs(&self) -> &[f32] {
        &self.inputs
    }
}

const fn rate_index(rate: RateClass) -> usize {
    match rate {
        RateClass::Fine => 0,
        RateClass::Medium => 1,
        RateClass::Coarse => 2,
    }
}

const fn kind_index(kind: StrokeKind) -> usize {
    match kind {
        StrokeKind::Move => 0,
        StrokeKind::Click => 1,
        StrokeKind::Drag => 2,
    }
}

impl Standard {
    pub(crate) fn is_sound(&self) -> bool {
        self.means.len() == RATES * KINDS * STROKE_FEATURES
            && self.scales.len() == RATES * STROKE_FEATURES
            && self.means.iter().chain(&self.scales).all(|value| value.is_finite())
    }

    /// The windows of a block: one, or for a longer block as many as it takes, its strokes dealt out in turn so that
    /// each spans the whole order.
    pub(crate) fn windows(&self, block: &PointerBlock) -> Vec<StrokeWindow> {
        let parts = block.strokes.len().div_ceil(STROKES);
        let part = |at: usize| block.strokes.iter().skip(at).step_by(parts.max(1));
        (0..parts).map(|at| self.window(block.rate, part(at))).collect()
    }

    fn window<'a>(&self, rate: RateClass, strokes: impl Iterator<Item = &'a Stroke>) -> StrokeWindow {
        let mut window = StrokeWindow {
            inputs: vec![0.0; STROKES * INPUTS],
            present: vec![false; STROKES * STROKE_FEATURES],
            strokes: 0,
        };
        let rate = rate_index(rate);
        let scales = &self.scales[rate * STROKE_FEATURES..][..STROKE_FEATURES];
        let rows = window.inputs.chunks_exact_mut(INPUTS);
        let shown = window.present.chunks_exact_mut(STROKE_FEATURES);
        for ((stroke, row), shown) in strokes.zip(rows).zip(shown) {
            let kind = kind_index(stroke.kind);
            let means = &self.means[(rate * KINDS + kind) * STROKE_FEATURES..][..STROKE_FEATURES];
            for (at, &feature) in stroke.features.iter().enumerate() {
                if feature != ABSENT {
                    let value = (f32::from(feature) - means[at]) * scales[at];
                    row[at] = value.clamp(-STANDARD_MAX, STANDARD_MAX);
                    shown[at] = true;
                }
            }
            row[STROKE_FEATURES + kind] = 1.0;
            row[INPUTS - 1] = 1.0;
            window.strokes += 1;
        }
        window
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palet_features::PointerClass;

    fn standard() -> Standard {
        Standard {
            means: vec![16.0; RATES * KINDS * STROKE_FEATURES],
            scales: vec![0.125; RATES * STROKE_FEATURES],
        }
    }

    fn block(strokes: usize) -> PointerBlock {
        let stroke = |at: usize| {
            let mut features = [32; STROKE_FEATURES];
            features[0] = at as i16;
            features[STROKE_FEATURES - 1] = ABSENT;
            Stroke { kind: StrokeKind::Click, features }
        };
        PointerBlock {
            pointer: PointerClass::Mouse,
            rate: RateClass::Coarse,
            samples: 9,
            span_ms: 9,
            strokes: (0..strokes).map(stroke).collect(),
        }
    }

    #[test]
    fn what_a_stroke_does_not_have_is_nothing_and_not_present() {
        let windows = standard().windows(&block(2));
        assert_eq!(windows.len(), 1);
        let window = &windows[0];
        assert_eq!(window.strokes, 2);
        assert_eq!(&window.inputs[..2], &[-2.0, 2.0]);
        assert_eq!(&window.inputs[STROKE_FEATURES - 1..INPUTS], &[0.0, 0.0, 1.0, 0.0, 1.0]);
        assert!(!window.present[STROKE_FEATURES - 1] && window.present[0]);
        assert!(window.inputs[2 * INPUTS..].iter().all(|value| *value == 0.0));
    }

    #[test]
    fn a_long_block_is_dealt_out_and_loses_no_stroke() {
        let windows = standard().windows(&block(13));
        assert_eq!(windows.iter().map(|window| window.strokes).collect::<Vec<_>>(), [7, 6]);
        assert_eq!(windows[1].inputs[0], (1.0 - 16.0) * 0.125);
        assert!(standard().windows(&block(0)).is_empty());
    }
}
