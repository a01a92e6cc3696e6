//! What was learned from other people's entries of fixed texts, and how the scores of an entry become a ratio.

use super::reference::{FIXED_TEXT_SCORES, VIEWED, VIEWS};
use super::spread::Spread;
use crate::model_file::{ModelError, ModelHash, ModelKind, PersonTag, open_model, seal_model};
use palet_features::FixedTextSample;
use serde::{Deserialize, Serialize};

/// People that a model needs.
const PEOPLE_MIN: usize = 4;
/// People that a model may have.
const PEOPLE_MAX: usize = 256;

/// One person whom the model was made from.
#[derive(Clone, Serialize, Deserialize)]
pub struct FixedTextPerson {
    /// Recognises the recordings.
    pub tags: Vec<PersonTag>,
    /// Entries of one text.
    pub entries: Vec<FixedTextSample>,
}

/// From the scores of an entry to a log-likelihood ratio.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FixedTextFusion {
    /// Nats per unit of each score. **Shape** `[FIXED_TEXT_SCORES]`, in the order of [`super::SCORE_NAMES`].
    /// **Range**: 0 and more.
    pub weights: [f32; FIXED_TEXT_SCORES],
    /// Nats where every score is 0.
    pub intercept: f32,
}

impl FixedTextFusion {
    fn is_sound(&self) -> bool {
        self.intercept.is_finite() && self.weights.iter().all(|weight| weight.is_finite() && *weight >= 0.0)
    }
}

/// What a model file holds.
#[derive(Clone, Serialize, Deserialize)]
pub struct FixedTextContent {
    /// The population.
    pub people: Vec<FixedTextPerson>,
    /// From scores to a log-likelihood ratio.
    pub fusion: FixedTextFusion,
}

/// Population and calibration of fixed texts.
#[derive(Clone)]
pub struct FixedTextModels {
    content: FixedTextContent,
    hash: ModelHash,
    spreads: [Spread; VIEWS],
}

impl FixedTextModels {
    /// Reads a model file.
    ///
    /// **Errors**: [`ModelError`] for a file that is cut, changed, of another schema or of another shape.
    pub fn parse(file: &[u8]) -> Result<Self, ModelError> {
        let (bytes, hash) = open_model(ModelKind::FixedText, file)?;
        let content: FixedTextContent =
            postcard::from_bytes(bytes).map_err(|_| ModelError::Content("a fixed-text model's content"))?;
        let people = content.people.len();
        let honest = content.people.iter().flat_map(|person| &person.entries).all(|entry| entry.is_sound());
        if !(PEOPLE_MIN..=PEOPLE_MAX).contains(&people) || !honest {
            return Err(ModelError::Content("4 to 256 people with entries within their limits"));
        }
        if !content.fusion.is_sound() {
            return Err(ModelError::Content("finite weights of 0 and more"));
        }
        Ok(Self::made(content, hash))
    }

    /// Makes a model file.
    ///
    /// **Errors**: [`ModelError::Content`] where the content cannot be written.
    pub fn encode(content: &FixedTextContent) -> Result<Vec<u8>, ModelError> {
        let bytes =
            postcard::to_allocvec(content).map_err(|_| ModelError::Content("content that can be written"))?;
        Ok(seal_model(ModelKind::FixedText, &bytes))
    }

    fn made(content: FixedTextContent, hash: ModelHash) -> Self {
        let spreads = VIEWED.map(|view| Spread::of(&content.people, view));
        Self { content, hash, spreads }
    }

    /// The same model made without some people.
    #[must_use]
    pub fn without(&self, people: &[PersonTag]) -> Self {
        let mut content = self.content.clone();
        content.people.retain(|person| !person.tags.iter().any(|tag| people.contains(tag)));
        Self::made(content, self.hash)
    }

    /// Whether any of these recordings went into the model.
    #[must_use]
    pub fn knows_any(&self, recordings: &[PersonTag]) -> bool {
        self.content.people.iter().any(|person| person.tags.iter().any(|tag| recordings.contains(tag)))
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

    /// In the order of [`VIEWED`].
    pub(super) const fn spreads(&self) -> &[Spread; VIEWS] {
        &self.spreads
    }
}
