//! Each sequence scorer by itself, as a row of the evaluation's table.

use crate::evidence::{SCORER_NAMES, SequenceEvidence};
use crate::models::SequenceModels;
use crate::reference::PreparedSequence;
use palet_comparison::scorer::{Enrolment, Scorer, ScorerReference};
use palet_features::{FeatureWindow, PointerBlock};

/// All of them, in the order of [`SCORER_NAMES`].
#[must_use]
pub fn scorers(models: &SequenceModels) -> Vec<Box<dyn Scorer>> {
    let scorer = |at| -> Box<dyn Scorer> { Box::new(OneScorer { models: models.clone(), at }) };
    (0..SCORER_NAMES.len()).map(scorer).collect()
}

struct OneScorer {
    models: SequenceModels,
    at: usize,
}

struct OneReference {
    models: SequenceModels,
    at: usize,
    reference: PreparedSequence,
}

fn blocks(windows: &[FeatureWindow]) -> Vec<&PointerBlock> {
    let mut blocks = Vec::new();
    for window in windows {
        if let FeatureWindow::Pointer(block) = window {
            blocks.push(block);
        }
    }
    blocks
}

impl Scorer for OneScorer {
    fn name(&self) -> &'static str {
        SCORER_NAMES[self.at]
    }

    /// None where the networks were trained on somebody who takes part: they cannot be made anew without them.
    fn enrol(&self, enrolment: Enrolment<'_>) -> Option<Box<dyn ScorerReference>> {
        if self.models.know_any(enrolment.left_out) {
            return None;
        }
        let reference = PreparedSequence::of(&self.models, &blocks(enrolment.windows)).ok()??;
        Some(Box::new(OneReference { models: self.models.clone(), at: self.at, reference }))
    }

    fn knows_others(&self) -> bool {
        true
    }
}

impl ScorerReference for OneReference {
    fn score(&self, probe: &[FeatureWindow]) -> Option<f64> {
        let mut evidence = SequenceEvidence::default();
        for reading in self.models.read(&blocks(probe)).ok()? {
            evidence.add(&self.models, &self.reference, &reading);
        }
        evidence.scores(&self.models, &self.reference).map(|scores| f64::from(scores[self.at]))
    }
}
