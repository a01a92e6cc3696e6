//! The subject's entries of each field, and how near a new one is to them.

use super::model::FixedTextModels;
use crate::score::ModalityScore;
use palet_features::FixedTextSample;
use serde::{Deserialize, Serialize};

/// The fixed texts' part of a reference.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct FixedTextReference {
    entries: Vec<FixedTextSample>,
}

impl FixedTextReference {
    /// Learns from entries; none where there is none.
    #[must_use]
    pub fn enrol<'a>(samples: impl IntoIterator<Item = &'a FixedTextSample>) -> Option<Self> {
        let entries: Vec<FixedTextSample> = samples.into_iter().cloned().collect();
        (!entries.is_empty()).then_some(Self { entries })
    }

    /// Whether there is enough to compare with.
    #[must_use]
    pub fn is_trained(&self) -> bool {
        self.entries.len() >= 5
    }

    /// The form that comparisons use.
    #[must_use]
    pub fn prepare(&self, _models: &FixedTextModels) -> PreparedFixedText {
        PreparedFixedText {}
    }
}

/// A fixed-text reference, ready to be compared with.
#[derive(Clone)]
pub struct PreparedFixedText {}

/// Evidence gathered from entries.
#[derive(Clone, Default)]
pub struct FixedTextEvidence {}

impl FixedTextEvidence {
    /// Adds one entry.
    pub fn add(&mut self, _: &FixedTextModels, _: Option<&PreparedFixedText>, _: &FixedTextSample) {}

    /// What the gathered entries say together.
    #[must_use]
    pub fn score(&self, _models: &FixedTextModels) -> Option<ModalityScore> {
        None
    }
}
