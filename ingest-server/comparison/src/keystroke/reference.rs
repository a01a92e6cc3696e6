//! The subject's own counts, and the table of log ratios made from them.

use super::counts::{KeyCounts, step_index};
use super::model::KeystrokeModels;
use super::tables::Tables;
use palet_features::{KeystrokeBlock, Ladder};
use serde::{Deserialize, Serialize};

/// Keys from which a reference is good enough to be compared with.
pub const TRAINED_KEYS_MIN: u32 = 200;

/// The keystrokes' part of a reference: counts, nothing that tells a text.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeystrokeReference {
    counts: KeyCounts,
}

impl KeystrokeReference {
    /// Learns from blocks; none where there is none.
    #[must_use]
    pub fn enrol<'a>(blocks: impl IntoIterator<Item = &'a KeystrokeBlock>) -> Option<Self> {
        let mut counts = KeyCounts::default();
        blocks.into_iter().for_each(|block| counts.add(block));
        (counts.keys() > 0).then_some(Self { counts })
    }

    /// The counts.
    #[must_use]
    pub const fn counts(&self) -> &KeyCounts {
        &self.counts
    }

    /// Whether there is enough to compare with.
    #[must_use]
    pub const fn is_trained(&self) -> bool {
        self.counts.keys() >= TRAINED_KEYS_MIN
    }

    /// Adds another reference's counts, at most `keys_max` keys of them.
    #[must_use]
    pub fn joined(&self, other: &Self, keys_max: u32) -> Self {
        let mut counts = self.counts.clone();
        counts.merge(&other.counts.limited(keys_max));
        Self { counts }
    }

    /// The same reference with at most so many keys behind it.
    #[must_use]
    pub fn limited(&self, keys_max: u32) -> Self {
        Self { counts: self.counts.limited(keys_max) }
    }

    /// Whether the counts are of this schema.
    #[must_use]
    pub fn has_layout(&self) -> bool {
        self.counts.has_layout()
    }

    /// The form that comparisons use.
    #[must_use]
    pub fn prepare(&self, models: &KeystrokeModels) -> PreparedKeystroke {
        let tables = Tables::subject(&self.counts.cumulative(), models.population());
        PreparedKeystroke { log_ratios: tables.log_ratios(models.population()) }
    }
}

/// ln(subject / population) of every cell, at every step.
#[derive(Clone)]
pub struct PreparedKeystroke {
    log_ratios: [Vec<f32>; 3],
}

impl PreparedKeystroke {
    pub(crate) fn step(&self, ladder: Ladder) -> &[f32] {
        &self.log_ratios[step_index(ladder)]
    }
}
