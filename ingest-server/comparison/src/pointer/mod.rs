//! Strokes against the subject's and other people's strokes.

use crate::model_file::{ModelError, ModelHash, PersonTag};
use crate::score::ModalityScore;
use palet_features::PointerBlock;
use serde::{Deserialize, Serialize};

/// What was learned from other people's pointers.
#[derive(Clone)]
pub struct PointerModels {
    hash: ModelHash,
}

impl PointerModels {
    /// The model that ships in the binary.
    ///
    /// **Errors**: [`ModelError`] for a file that is cut, changed or of another schema.
    pub fn embedded() -> Result<Self, ModelError> {
        Ok(Self { hash: ModelHash([0; 32]) })
    }

    /// The same models made without some people.
    #[must_use]
    pub fn without(&self, _people: &[PersonTag]) -> Self {
        self.clone()
    }

    /// Whether any of these recordings went into the model.
    #[must_use]
    pub fn knows_any(&self, _recordings: &[PersonTag]) -> bool {
        false
    }

    /// Names the model.
    #[must_use]
    pub const fn hash(&self) -> ModelHash {
        self.hash
    }
}

/// The pointer's part of a reference.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct PointerReference {}

impl PointerReference {
    /// Learns from the blocks of an enrolment; none where there is nothing to learn from.
    #[must_use]
    pub fn enrol(_models: &PointerModels, _blocks: &[&PointerBlock]) -> Option<Self> {
        None
    }

    /// The reference after more blocks of the same subject, by a bounded step.
    #[must_use]
    pub fn updated(&self, _models: &PointerModels, _blocks: &[&PointerBlock]) -> Self {
        self.clone()
    }

    /// Whether there is enough to compare with.
    #[must_use]
    pub fn is_trained(&self) -> bool {
        false
    }

    /// The form that comparisons use.
    #[must_use]
    pub fn prepare(&self, _models: &PointerModels) -> PreparedPointer {
        PreparedPointer {}
    }
}

/// A pointer reference, ready to be compared with.
#[derive(Clone)]
pub struct PreparedPointer {}

/// Evidence gathered from pointer blocks.
#[derive(Clone, Default)]
pub struct PointerEvidence {}

impl PointerEvidence {
    /// Adds one block.
    pub fn add(&mut self, _models: &PointerModels, _reference: &PreparedPointer, _block: &PointerBlock) {}

    /// The scores of each scorer by itself, for evaluation.
    #[must_use]
    pub fn parts(&self, _models: &PointerModels, _reference: &PreparedPointer) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    /// What the gathered blocks say together.
    #[must_use]
    pub fn score(&self, _models: &PointerModels, _reference: &PreparedPointer) -> Option<ModalityScore> {
        None
    }
}
