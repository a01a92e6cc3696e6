//! Leaving people out: nobody serves as population or cohort for a comparison that they take part in.

use crate::corpus::Corpus;
use palet_comparison::{Models, PersonTag};
use std::collections::HashMap;

/// The tags of every subject's recordings, where the models were made from some of them.
pub(crate) struct KnownPeople {
    tags: HashMap<String, Vec<PersonTag>>,
}

impl KnownPeople {
    /// Looks up a corpus's people among those whom the models were made from.
    pub(crate) fn of(corpus: &Corpus, models: &Models) -> Self {
        let mut tags = HashMap::new();
        for subject in corpus.subjects() {
            let own: Vec<PersonTag> =
                corpus.recordings_of(subject).map(|recording| recording.tag()).collect();
            if models.know_any(&own) {
                tags.insert(subject.to_owned(), own);
            }
        }
        Self { tags }
    }

    /// How many subjects the models were made from.
    pub(crate) fn count(&self) -> usize {
        self.tags.len()
    }

    /// Tags of those of some subjects whom the models know.
    pub(crate) fn tags_of(&self, subjects: &[&str]) -> Vec<PersonTag> {
        subjects.iter().filter_map(|subject| self.tags.get(*subject)).flatten().copied().collect()
    }
}
