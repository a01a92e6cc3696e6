//! Population, cohort and calibration of every modality, as shipped in the binary.

use crate::fixed_text::FixedTextModels;
use crate::keystroke::KeystrokeModels;
use crate::model_file::{ModelError, ModelHash, PersonTag};
use crate::pointer::PointerModels;

/// Keystroke population and cohort.
const KEYSTROKE: &[u8] = include_bytes!("../models/keystroke.bin");
/// Fixed-text population.
const FIXED_TEXT: &[u8] = include_bytes!("../models/fixed_text.bin");

/// Everything that was learned from other people. Immutable: shared by every session of a process.
pub struct Models {
    keystroke: KeystrokeModels,
    pointer: PointerModels,
    fixed_text: FixedTextModels,
    hash: ModelHash,
}

impl Models {
    /// The models that ship in the binary.
    ///
    /// **Errors**: [`ModelError`] where the binary was built with a file that is cut, changed or of another schema.
    pub fn embedded() -> Result<Self, ModelError> {
        Ok(Self::of(
            KeystrokeModels::parse(KEYSTROKE)?,
            PointerModels::embedded()?,
            FixedTextModels::parse(FIXED_TEXT)?,
        ))
    }

    /// Models of the three modalities together.
    #[must_use]
    pub fn of(keystroke: KeystrokeModels, pointer: PointerModels, fixed_text: FixedTextModels) -> Self {
        let hash = ModelHash::of_all(&[keystroke.hash(), pointer.hash(), fixed_text.hash()]);
        Self { keystroke, pointer, fixed_text, hash }
    }

    /// The same models made without some people, for an honest evaluation on those people.
    #[must_use]
    pub fn without(&self, people: &[PersonTag]) -> Self {
        let fixed_text = self.fixed_text.without(people);
        Self::of(self.keystroke.without(people), self.pointer.without(people), fixed_text)
    }

    /// Whether any of these recordings went into the models.
    #[must_use]
    pub fn know_any(&self, recordings: &[PersonTag]) -> bool {
        self.keystroke.knows_any(recordings)
            || self.pointer.knows_any(recordings)
            || self.fixed_text.knows_any(recordings)
    }

    /// Names these models in every decision.
    #[must_use]
    pub const fn hash(&self) -> ModelHash {
        self.hash
    }

    /// The keystrokes' part.
    #[must_use]
    pub const fn keystroke(&self) -> &KeystrokeModels {
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
