//! What the sequence models say of a probe: sums over its blocks, compared with the reference's.

use crate::adapter::{AdapterSpace, Remainder, normalised};
use crate::model::SequenceModel;
use crate::models::{Reading, SequenceModels};
use crate::reference::PreparedSequence;
use crate::window::{INPUTS, STROKES, StrokeWindow};
use palet_features::STROKE_FEATURES;

/// The scorers: the autoencoder's error ratio, its latent's place, the encoder's embedding.
pub const SCORER_NAMES: [&str; 3] =
    ["sequence-autoencoder-error", "sequence-autoencoder-latent", "sequence-encoder"];

/// A sum of vectors.
#[derive(Clone, Default)]
pub(crate) struct Sum {
    pub(crate) values: Vec<f32>,
    pub(crate) count: u32,
}

impl Sum {
    pub(crate) fn add(&mut self, vector: &[f32]) {
        self.values.resize(vector.len(), 0.0);
        self.values.iter_mut().zip(vector).for_each(|(sum, value)| *sum += value);
        self.count = self.count.saturating_add(1);
    }

    fn merge(&mut self, other: &Self) {
        if other.count > 0 {
            self.values.resize(other.values.len(), 0.0);
            self.values.iter_mut().zip(&other.values).for_each(|(sum, value)| *sum += value);
            self.count = self.count.saturating_add(other.count);
        }
    }
}

/// What is left of every stroke of a window once the autoencoder made it again.
pub(crate) fn remainders(
    model: &SequenceModel,
    space: &AdapterSpace,
    window: &StrokeWindow,
    outputs: &[Vec<f32>],
) -> Vec<Remainder> {
    let [_, states, made] = outputs else { return Vec::new() };
    let width = (model.length(1) / STROKES).max(1);
    let rows = window.inputs.chunks_exact(INPUTS).zip(window.present.chunks_exact(STROKE_FEATURES));
    let said = made.chunks_exact(STROKE_FEATURES).zip(states.chunks_exact(width));
    rows.zip(said)
        .take(window.strokes)
        .map(|((stroke, present), (made, states))| space.remainder(stroke, present, made, states))
        .collect()
}

/// Sums over the blocks of one probe, gathered against one reference.
#[derive(Clone, Default)]
pub struct SequenceEvidence {
    latent: Sum,
    embedding: Sum,
    error: f32,
    cohort_errors: Vec<f32>,
    strokes: u32,
}

impl SequenceEvidence {
    /// Adds what was read in one block.
    pub fn add(&mut self, models: &SequenceModels, reference: &PreparedSequence, reading: &Reading) {
        let Some(space) = &models.autoencoder.adapter else { return };
        self.cohort_errors.resize(space.people(), 0.0);
        for (window, outputs) in &reading.autoencoder {
            outputs.first().into_iter().for_each(|own| self.latent.add(own));
            for stroke in remainders(&models.autoencoder, space, window, outputs) {
                self.error += space.ratio(&reference.change, &stroke);
                let sums = self.cohort_errors.iter_mut().zip(space.cohort_ratios(&stroke));
                sums.for_each(|(sum, ratio)| *sum += ratio);
                self.strokes = self.strokes.saturating_add(1);
            }
        }
        reading.embeddings.iter().for_each(|own| self.embedding.add(own));
    }

    /// Adds another probe's evidence, gathered against the same reference and models.
    pub fn merge(&mut self, other: &Self) {
        self.latent.merge(&other.latent);
        self.embedding.merge(&other.embedding);
        self.error += other.error;
        self.cohort_errors.resize(self.cohort_errors.len().max(other.cohort_errors.len()), 0.0);
        self.cohort_errors.iter_mut().zip(&other.cohort_errors).for_each(|(sum, other)| *sum += other);
        self.strokes = self.strokes.saturating_add(other.strokes);
    }

    /// Strokes behind the evidence.
    #[must_use]
    pub const fn strokes(&self) -> u32 {
        self.strokes
    }

    /// Each scorer's score, in the order of [`SCORER_NAMES`]; nothing where no stroke was read.
    #[must_use]
    pub fn scores(&self, models: &SequenceModels, reference: &PreparedSequence) -> Option<[f32; 3]> {
        if self.strokes == 0 || self.embedding.count == 0 {
            return None;
        }
        let count = self.strokes as f32;
        let cohort = self.cohort_errors.iter().map(|sum| sum / count).collect();
        let error = normalised(self.error / count, cohort);
        let places = &models.autoencoder.places;
        let latent = places.score(&reference.latent, &places.place(&self.latent.values, self.latent.count));
        let places = &models.encoder.places;
        let probe = places.place(&self.embedding.values, self.embedding.count);
        Some([error, latent, places.score(&reference.embedding, &probe)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palet_features::PointerBlock;

    /// What training's own arithmetic says of the same blocks.
    const TOLD: &str = include_str!("../models/scores.json");

    fn told() -> (usize, Vec<f64>) {
        let told: serde_json::Value = serde_json::from_str(TOLD).unwrap();
        let scores = SCORER_NAMES.iter().map(|name| told["scores"][name].as_f64().unwrap()).collect();
        (usize::try_from(told["reference"].as_u64().unwrap()).unwrap(), scores)
    }

    fn evidence_of(
        models: &SequenceModels,
        reference: &PreparedSequence,
        blocks: &[&PointerBlock],
    ) -> SequenceEvidence {
        let mut evidence = SequenceEvidence::default();
        for reading in models.read(blocks).unwrap() {
            evidence.add(models, reference, &reading);
        }
        evidence
    }

    #[test]
    fn scores_are_those_of_training() {
        let models = SequenceModels::embedded().unwrap();
        let blocks = models.autoencoder().golden_blocks();
        let (half, expected) = told();
        let (first, last) = blocks.split_at(half);
        let reference = PreparedSequence::of(&models, &first.iter().collect::<Vec<_>>()).unwrap().unwrap();
        let evidence = evidence_of(&models, &reference, &last.iter().collect::<Vec<_>>());
        let scores = evidence.scores(&models, &reference).unwrap();
        for ((got, wanted), name) in scores.iter().zip(&expected).zip(SCORER_NAMES) {
            assert!(
                (f64::from(*got) - wanted).abs() < 1e-3 * wanted.abs().max(1.0),
                "{name}: {got} {wanted}"
            );
        }
    }

    #[test]
    fn blocks_add_up_in_any_order_and_in_any_parts() {
        let models = SequenceModels::embedded().unwrap();
        let blocks = models.autoencoder().golden_blocks();
        let reference =
            PreparedSequence::of(&models, &blocks.iter().take(4).collect::<Vec<_>>()).unwrap().unwrap();
        let whole = evidence_of(&models, &reference, &blocks.iter().collect::<Vec<_>>());
        let mut parts = evidence_of(&models, &reference, &blocks.iter().rev().take(3).collect::<Vec<_>>());
        parts.merge(&evidence_of(&models, &reference, &blocks.iter().take(5).collect::<Vec<_>>()));
        assert_eq!(whole.strokes(), parts.strokes());
        let (whole, parts) = (whole.scores(&models, &reference), parts.scores(&models, &reference));
        for (a, b) in whole.unwrap().iter().zip(parts.unwrap()) {
            assert!((a - b).abs() < 1e-3, "{a} {b}");
        }
    }

    #[test]
    fn nothing_read_says_nothing() {
        let models = SequenceModels::embedded().unwrap();
        assert!(PreparedSequence::of(&models, &[]).unwrap().is_none());
        let blocks = models.autoencoder().golden_blocks();
        let reference = PreparedSequence::of(&models, &blocks.iter().collect::<Vec<_>>()).unwrap().unwrap();
        assert_eq!(SequenceEvidence::default().scores(&models, &reference), None);
    }
}
