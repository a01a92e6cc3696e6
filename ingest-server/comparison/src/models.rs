//! Population, cohort and calibration of every modality, as shipped in the binary.

use crate::fixed_text::{FixedTextModels, SCORE_NAMES};
use crate::keystroke::{CHANNEL_NAMES, KeystrokeModels};
use crate::model_file::{ModelError, ModelHash, PersonTag};
use crate::pointer::PointerModels;
use std::sync::Arc;

/// Keystroke population and cohort.
const KEYSTROKE: &[u8] = include_bytes!("../models/keystroke.bin");
/// Pointer population and cohort.
const POINTER: &[u8] = include_bytes!("../models/pointer.bin");
/// Fixed-text population.
const FIXED_TEXT: &[u8] = include_bytes!("../models/fixed_text.bin");

/// Everything that was learned from other people. Immutable: shared by every session of a process.
pub struct Models {
    keystroke: Arc<KeystrokeModels>,
    pointer: PointerModels,
    fixed_text: FixedTextModels,
    hash: ModelHash,
}

impl Models {
    /// The models that ship in the binary.
    ///
    /// **Errors**: [`ModelError`] where the binary was built with a file that is cut, changed or of another schema.
    pub fn embedded() -> Result<Self, ModelError> {
        Self::embedded_with(KeystrokeModels::parse(KEYSTROKE)?)
    }

    /// The models that ship in the binary, but for the keystrokes' part.
    ///
    /// **Errors**: as [`Self::embedded`].
    pub fn embedded_with(keystroke: KeystrokeModels) -> Result<Self, ModelError> {
        Ok(Self::of(keystroke, PointerModels::parse(POINTER)?, FixedTextModels::parse(FIXED_TEXT)?))
    }

    /// The models that ship in the binary, but for the fixed texts' part.
    ///
    /// **Errors**: as [`Self::embedded`].
    pub fn embedded_with_fixed_text(fixed_text: FixedTextModels) -> Result<Self, ModelError> {
        Ok(Self::of(KeystrokeModels::parse(KEYSTROKE)?, PointerModels::parse(POINTER)?, fixed_text))
    }

    /// Models of the three modalities together.
    #[must_use]
    pub fn of(keystroke: KeystrokeModels, pointer: PointerModels, fixed_text: FixedTextModels) -> Self {
        Self::joined(Arc::new(keystroke), pointer, fixed_text)
    }

    fn joined(keystroke: Arc<KeystrokeModels>, pointer: PointerModels, fixed_text: FixedTextModels) -> Self {
        let hash = ModelHash::of_all(&[keystroke.hash(), pointer.hash(), fixed_text.hash()]);
        Self { keystroke, pointer, fixed_text, hash }
    }

    /// The same models made without some people, for an honest evaluation on those people.
    #[must_use]
    pub fn without(&self, people: &[PersonTag]) -> Self {
        let keystroke = if self.keystroke.knows_any(people) {
            Arc::new(self.keystroke.without(people))
        } else {
            Arc::clone(&self.keystroke)
        };
        Self::joined(keystroke, self.pointer.without(people), self.fixed_text.without(people))
    }

    /// The same models with another pointer model.
    #[must_use]
    pub fn with_pointer(&self, pointer: PointerModels) -> Self {
        Self::joined(Arc::clone(&self.keystroke), pointer, self.fixed_text.clone())
    }

    /// The same models with another keystroke model.
    #[must_use]
    pub fn with_keystroke(&self, keystroke: KeystrokeModels) -> Self {
        Self::of(keystroke, self.pointer.clone(), self.fixed_text.clone())
    }

    /// The same models with another fixed-text model.
    #[must_use]
    pub fn with_fixed_text(&self, fixed_text: FixedTextModels) -> Self {
        Self::joined(Arc::clone(&self.keystroke), self.pointer.clone(), fixed_text)
    }

    /// Whether any of these recordings went into the models.
    #[must_use]
    pub fn know_any(&self, recordings: &[PersonTag]) -> bool {
        self.keystroke.knows_any(recordings)
            || self.pointer.knows_any(recordings)
            || self.fixed_text.knows_any(recordings)
    }

    /// What each score that [`crate::Evidence::parts`] tells of weighs in its modality's fusion: nats a unit, before
    /// calibration. The pointer's weights depend on the probe's length and are not among them.
    #[must_use]
    pub fn fusion_weights(&self) -> Vec<(&'static str, f64)> {
        let keys = CHANNEL_NAMES.into_iter().zip(self.keystroke.content().weights.0);
        let entries = SCORE_NAMES.into_iter().zip(self.fixed_text.content().fusion.weights);
        keys.chain(entries).map(|(name, weight)| (name, f64::from(weight))).collect()
    }

    /// The same models, named together with others that a server holds beside them.
    #[must_use]
    pub fn named_with(mut self, others: ModelHash) -> Self {
        self.hash = ModelHash::of_all(&[self.hash, others]);
        self
    }

    /// Names these models in every decision.
    #[must_use]
    pub const fn hash(&self) -> ModelHash {
        self.hash
    }

    /// The keystrokes' part.
    #[must_use]
    pub fn keystroke(&self) -> &KeystrokeModels {
        &self.keystroke
    }

    /// The pointer's part.
    #[must_use]
    pub const fn pointer(&self) -> &PointerModels {
        &self.pointer
    }

    /// The fixed texts' part.
    #[must_use]
    pub const fn fixed_text(&self) -> &FixedTextModels {
        &self.fixed_text
    }
}
