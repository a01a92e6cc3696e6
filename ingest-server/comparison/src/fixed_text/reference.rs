//! The subject's entries of each field, and how near a new one is to them.

use super::joint::JointText;
use super::model::FixedTextModels;
use super::spread::View;
use super::timing::Timing;
use crate::score::{LogLikelihoodRatio, ModalityScore, Reason};
use palet_features::FixedTextSample;
use serde::{Deserialize, Serialize};

/// Entries of one field from which it can be compared.
pub const TRAINED_ENTRIES_MIN: usize = 5;
/// Entries of all fields that a reference keeps, the latest.
pub const ENTRIES_MAX: usize = 64;
/// Scores of an entry.
pub const FIXED_TEXT_SCORES: usize = 4;
/// Names of the scores in evaluations. **Shape** `[FIXED_TEXT_SCORES]`.
pub const SCORE_NAMES: [&str; FIXED_TEXT_SCORES] =
    ["entry-dwell-and-dd", "entry-dwell-and-ud", "entry-dwell-and-uu", "entry-nearness"];
/// How many ways there are to look at an entry.
pub(super) const VIEWS: usize = 3;
/// What all scores but the last weigh together.
pub(super) const VIEWED: [View; VIEWS] =
    [[Timing::Dwell, Timing::FlightDd], [Timing::Dwell, Timing::FlightUd], [Timing::Dwell, Timing::FlightUu]];

/// The fixed texts' part of a reference.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct FixedTextReference {
    entries: Vec<FixedTextSample>,
}

impl FixedTextReference {
    /// Learns from entries; none where there is none.
    #[must_use]
    pub fn enrol<'a>(samples: impl IntoIterator<Item = &'a FixedTextSample>) -> Option<Self> {
        let mut entries: Vec<FixedTextSample> = samples.into_iter().cloned().collect();
        entries.drain(..entries.len().saturating_sub(ENTRIES_MAX));
        (!entries.is_empty()).then_some(Self { entries })
    }

    /// Whether there is enough of some field to compare with.
    #[must_use]
    pub fn is_trained(&self) -> bool {
        self.entries.iter().any(|entry| self.like(entry).count() >= TRAINED_ENTRIES_MIN)
    }

    /// The form that comparisons use.
    #[must_use]
    pub fn prepare(&self, models: &FixedTextModels) -> PreparedFixedText {
        let mut texts: Vec<PreparedText> = Vec::new();
        for entry in &self.entries {
            let known = texts.iter().any(|text| text.is_of(entry));
            if !known && self.like(entry).count() >= TRAINED_ENTRIES_MIN {
                let own: Vec<FixedTextSample> = self.like(entry).cloned().collect();
                texts.push(PreparedText::of(&own, entry, models));
            }
        }
        PreparedFixedText { texts }
    }

    /// Entries of the same field and length.
    fn like<'a>(&'a self, entry: &'a FixedTextSample) -> impl Iterator<Item = &'a FixedTextSample> {
        let same = |other: &&FixedTextSample| {
            other.field == entry.field && other.dwell_ms.len() == entry.dwell_ms.len()
        };
        self.entries.iter().filter(same)
    }
}

#[derive(Clone)]
struct PreparedText {
    field: u8,
    keys: usize,
    joint: [JointText; VIEWS],
}

impl PreparedText {
    fn of(own: &[FixedTextSample], like: &FixedTextSample, models: &FixedTextModels) -> Self {
        let spreads = models.spreads();
        let joint = std::array::from_fn(|at| JointText::of(own, VIEWED[at], &spreads[at]));
        Self { field: like.field, keys: like.dwell_ms.len(), joint }
    }

    /// **Shape** `[FIXED_TEXT_SCORES]`, in the order of [`SCORE_NAMES`].
    fn compare(&self, entry: &FixedTextSample) -> [f64; FIXED_TEXT_SCORES] {
        let [dd, ud, uu] = self.joint.each_ref().map(|joint| joint.compare(entry));
        let distance = (dd.distance + ud.distance + uu.distance) / VIEWS as f64;
        [dd.ratio, ud.ratio, uu.ratio, -distance]
    }

    fn is_of(&self, entry: &FixedTextSample) -> bool {
        self.field == entry.field && self.keys == entry.dwell_ms.len()
    }
}

/// A fixed-text reference, ready to be compared with.
#[derive(Clone)]
pub struct PreparedFixedText {
    texts: Vec<PreparedText>,
}

/// Evidence gathered from entries.
#[derive(Clone, Default)]
pub struct FixedTextEvidence {
    entries: u32,
    keys: u32,
    scores: [f64; FIXED_TEXT_SCORES],
}

impl FixedTextEvidence {
    /// Adds one entry. An entry of a field that is not enrolled, or of another length, says nothing.
    pub fn add(&mut self, reference: &PreparedFixedText, entry: &FixedTextSample) {
        if let Some(text) = reference.texts.iter().find(|text| text.is_of(entry)) {
            self.entries += 1;
            self.keys += entry.dwell_ms.len() as u32;
            self.scores.iter_mut().zip(text.compare(entry)).for_each(|(sum, score)| *sum += score);
        }
    }

    /// Every scorer by itself, for evaluation.
    #[must_use]
    pub fn parts(&self) -> Vec<(&'static str, f64)> {
        if self.entries == 0 {
            return Vec::new();
        }
        let count = f64::from(self.entries);
        SCORE_NAMES.into_iter().zip(self.scores.map(|score| score / count)).collect()
    }

    /// What the gathered entries say together. Entries of one session are not independent, so several say less than
    /// their sum.
    #[must_use]
    pub fn score(&self, models: &FixedTextModels) -> Option<ModalityScore> {
        if self.entries == 0 {
            return None;
        }
        let count = f64::from(self.entries);
        let fusion = models.content().fusion;
        let weighted: f64 = fusion
            .weights
            .iter()
            .zip(self.scores)
            .map(|(weight, score)| f64::from(*weight) * score / count)
            .sum();
        let nats = weighted + f64::from(fusion.intercept);
        let llr = LogLikelihoodRatio::bounded(nats * libm::sqrt(count));
        let reason = (llr.nats() < 0.0).then_some(Reason::FixedTextRhythm);
        Some(ModalityScore { llr, events: self.keys, reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed_text::{FixedTextContent, FixedTextFusion, FixedTextPerson};

    fn entry(dwell: u16, flight: u16, jitter: u16) -> FixedTextSample {
        let wobble = |at: usize| (at as u16 * 7 + jitter * 13) % 17;
        FixedTextSample {
            field: 2,
            dwell_ms: (0..8).map(|at| dwell + wobble(at)).collect(),
            flight_dd_ms: (0..7).map(|at| flight + at as u16 * 10 + 2 * wobble(at)).collect(),
        }
    }

    fn models() -> FixedTextModels {
        let person = |at: u16| FixedTextPerson {
            tags: vec![],
            entries: (0..6).map(|jitter| entry(70 + at * 12, 150 + at * 25, jitter)).collect(),
        };
        let fusion = FixedTextFusion { weights: [1.0; FIXED_TEXT_SCORES], intercept: 1.0 };
        let content = FixedTextContent { people: (0..6).map(person).collect(), fusion };
        FixedTextModels::parse(&FixedTextModels::encode(&content).unwrap()).unwrap()
    }

    fn llr(reference: &FixedTextReference, entry: &FixedTextSample) -> Option<f64> {
        let models = models();
        let mut evidence = FixedTextEvidence::default();
        evidence.add(&reference.prepare(&models), entry);
        evidence.score(&models).map(|score| score.llr.nats())
    }

    #[test]
    fn ones_own_way_of_typing_is_nearer_than_anothers() {
        let own: Vec<FixedTextSample> = (0..8).map(|jitter| entry(90, 180, jitter)).collect();
        let reference = FixedTextReference::enrol(&own).unwrap();
        let mine = llr(&reference, &entry(90, 180, 11)).unwrap();
        let theirs = llr(&reference, &entry(140, 320, 3)).unwrap();
        assert!(mine > 0.0 && theirs < 0.0, "{mine} {theirs}");
    }

    #[test]
    fn an_entry_of_another_length_or_field_says_nothing() {
        let own: Vec<FixedTextSample> = (0..8).map(|jitter| entry(90, 180, jitter)).collect();
        let reference = FixedTextReference::enrol(&own).unwrap();
        let mut longer = entry(90, 180, 1);
        longer.dwell_ms.push(90);
        longer.flight_dd_ms.push(90);
        assert_eq!(llr(&reference, &longer), None);
        assert_eq!(llr(&reference, &FixedTextSample { field: 3, ..entry(90, 180, 1) }), None);
    }

    #[test]
    fn four_entries_are_not_enough() {
        let own: Vec<FixedTextSample> = (0..4).map(|jitter| entry(90, 180, jitter)).collect();
        assert!(!FixedTextReference::enrol(&own).unwrap().is_trained());
    }
}
