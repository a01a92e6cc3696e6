//! How far a person's own probes lie from their reference, by the probe's length.

use super::super::model::PointerModels;
use super::super::reference::PreparedPointer;
use super::super::space::rate_index;
use super::super::window::{Apart, WINDOW_DIMS, WINDOW_STROKES, WindowPlace, WindowSums};
use super::PROBE_STROKES_MIN;
use palet_features::PointerBlock;

/// Each part is at least this share of what a short probe shows.
const PART_MIN: f64 = 0.1;

/// Squared differences of probes of one length.
#[derive(Clone, Default)]
struct Squares {
    count: f64,
    /// Summed reciprocals of the probes' lengths.
    per_stroke: f64,
    sums: [f64; WINDOW_DIMS],
}

impl Squares {
    fn add(&mut self, models: &PointerModels, reference: &PreparedPointer, window: &WindowSums) {
        let place = models.content().windows.apart.project(window);
        self.count += 1.0;
        self.per_stroke += 1.0 / f64::from(window.strokes);
        for ((sum, own), probe) in self.sums.iter_mut().zip(&reference.apart.place).zip(place) {
            *sum += f64::from(own - probe) * f64::from(own - probe);
        }
    }
}

/// Differences of short probes and of whole recordings.
#[derive(Clone, Default)]
pub(super) struct ApartSums {
    short: Squares,
    whole: Squares,
}

impl ApartSums {
    /// Adds the probes of one recording.
    pub(super) fn add(
        &mut self,
        models: &PointerModels,
        reference: &PreparedPointer,
        blocks: &[PointerBlock],
    ) {
        let (mut whole, mut window) = (WindowSums::new(), WindowSums::new());
        for block in blocks {
            let standard = &models.content().standards[rate_index(block.rate)];
            for stroke in &block.strokes {
                let standardised = standard.apply(stroke);
                whole.push(&standardised);
                window.push(&standardised);
            }
            if window.strokes as usize >= WINDOW_STROKES {
                self.short.add(models, reference, &window);
                window = WindowSums::new();
            }
        }
        if whole.strokes as usize >= PROBE_STROKES_MIN {
            self.whole.add(models, reference, &whole);
        }
    }

    /// The variances at both lengths, solved for what falls with the length and what does not. `people` are places of
    /// references.
    pub(super) fn finished(&self, directions: Vec<f32>, people: &[WindowPlace]) -> Apart {
        let at = |squares: &Squares, dim: usize| squares.sums[dim] / squares.count.max(1.0);
        let length = |squares: &Squares| squares.per_stroke / squares.count.max(1.0);
        let (short, long) = (length(&self.short), length(&self.whole));
        let people = super::range_of(people).variances;
        let mut apart = Apart { directions, people, session: Vec::new(), stroke: Vec::new() };
        for dim in 0..WINDOW_DIMS {
            let (near, far) = (at(&self.whole, dim), at(&self.short, dim).max(1e-6));
            let slope = if short > long { (far - near) / (short - long) } else { 0.0 };
            let stroke =
                slope.clamp(PART_MIN * far / short.max(1e-6), far / short.max(1e-6) * (1.0 - PART_MIN));
            apart.stroke.push(stroke as f32);
            apart.session.push((far - stroke * short).max(PART_MIN * far) as f32);
        }
        apart
    }
}
