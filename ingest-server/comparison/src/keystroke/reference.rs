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
        let views = self.counts.views(learnt.map(|learnt| &learnt.counts));
        let tables = |view: &SessionView| Tables::subject(&view.counts, population).log_ratios(population);
        let sessions: Vec<[Vec<f32>; 3]> = views.iter().map(tables).collect();
        let by_cell = |step: usize| {
            let cells = population.steps[step].len();
            (0..cells).flat_map(|cell| sessions.iter().map(move |tables| tables[step][cell])).collect()
        };
        PreparedKeystroke {
            ln_shares: views.iter().map(|view| libm::logf(view.share)).collect(),
            log_ratios: [0, 1, 2].map(by_cell),
        }
    }
}

/// Each session's tables.
#[derive(Clone)]
pub struct PreparedKeystroke {
    /// ln of each session's share of the reference's keys. **Shape** `[sessions]`.
    pub(crate) ln_shares: Vec<f32>,
    /// ln(session / population) of every cell, by step (K4, K3, K1). **Shape** `[cells, sessions]`.
    log_ratios: [Vec<f32>; 3],
}

impl PreparedKeystroke {
    pub(crate) fn sessions(&self) -> usize {
        self.ln_shares.len()
    }

    /// What each session says of a cell; nothing of one that the step has not. **Shape** `[sessions]`.
    pub(crate) fn row(&self, ladder: Ladder, cell: usize) -> &[f32] {
        let sessions = self.sessions();
        self.log_ratios[step_index(ladder)].get(cell * sessions..(cell + 1) * sessions).unwrap_or(&[])
    }
}
