//! The subject's own counts by session, and the tables of log ratios made from them.

use super::counts::step_index;
use super::model::KeystrokeModels;
use super::sessions::{SessionCounts, SessionView};
use super::tables::Tables;
use palet_features::{KeystrokeBlock, Ladder};
use serde::{Deserialize, Serialize};

/// Keys from which a reference is good enough to be compared with.
pub const TRAINED_KEYS_MIN: u32 = 200;

/// The keystrokes' part of a reference: counts by session, nothing that tells a text.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeystrokeReference {
    counts: SessionCounts,
}

impl KeystrokeReference {
    /// Learns from the blocks of sessions; none where there is none.
    #[must_use]
    pub fn enrol<'a, S>(sessions: impl IntoIterator<Item = S>) -> Option<Self>
    where
        S: IntoIterator<Item = &'a KeystrokeBlock>,
    {
        let counts = SessionCounts::of(sessions);
        (!counts.is_empty()).then_some(Self { counts })
    }

    /// The counts.
    #[must_use]
    pub const fn counts(&self) -> &SessionCounts {
        &self.counts
    }

    /// Whether there is enough to compare with.
    #[must_use]
    pub fn is_trained(&self) -> bool {
        self.counts.keys() >= TRAINED_KEYS_MIN
    }

    /// Both references' counts as one session, at most `keys_max` keys of the other's.
    #[must_use]
    pub fn pooled(&self, other: &Self, keys_max: u32) -> Self {
        let mut counts = self.counts.total();
        counts.merge(&other.counts.total().limited(keys_max));
        Self { counts: counts.into() }
    }

    /// All sessions as one with at most so many keys.
    #[must_use]
    pub fn limited(&self, keys_max: u32) -> Self {
        Self { counts: self.counts.total().limited(keys_max).into() }
    }

    /// Whether the counts are of this schema.
    #[must_use]
    pub fn has_layout(&self) -> bool {
        self.counts.has_layout()
    }

    /// The form that comparisons use, with what was learnt since.
    #[must_use]
    pub fn prepare(&self, models: &KeystrokeModels, learnt: Option<&Self>) -> PreparedKeystroke {
        let population = models.population();
        let session = |view: &SessionView| PreparedSession {
            ln_share: libm::logf(view.share),
            log_ratios: Tables::subject(&view.counts, population).log_ratios(population),
        };
        PreparedKeystroke {
            sessions: self.counts.views(learnt.map(|learnt| &learnt.counts)).iter().map(session).collect(),
        }
    }
}

/// Each session's tables.
#[derive(Clone)]
pub struct PreparedKeystroke {
    pub(crate) sessions: Vec<PreparedSession>,
}

/// One session's part of a reference.
#[derive(Clone)]
pub(crate) struct PreparedSession {
    /// ln(share of the reference's keys).
    pub(crate) ln_share: f32,
    /// ln(session / population) of every cell. **Shape** `[K4, K3, K1]`.
    log_ratios: [Vec<f32>; 3],
}

impl PreparedSession {
    pub(crate) fn step(&self, ladder: Ladder) -> &[f32] {
        &self.log_ratios[step_index(ladder)]
    }
}
