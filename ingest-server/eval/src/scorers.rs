//! Every scorer that stands on the evaluation's table by itself, beside what the fusion is made of.

use crate::corpus::CorpusKind;
use palet_comparison::one_class;
use palet_comparison::scorer::Scorer;
use palet_sequence::{SCORER_NAMES, SequenceError, SequenceModels};

/// All that say something about a kind of corpus, in the order of the table.
///
/// **Errors**: [`SequenceError`] where the shipped sequence models cannot be trusted.
pub fn all(kind: CorpusKind) -> Result<Vec<Box<dyn Scorer>>, SequenceError> {
    let mut scorers = one_class::floors();
    if kind == CorpusKind::Pointer {
        scorers.extend(palet_sequence::scorers(&SequenceModels::embedded()?));
    }
    Ok(scorers)
}

/// Whether a scorer stands beside the fusion.
pub(crate) fn is_beside(name: &str) -> bool {
    SCORER_NAMES.contains(&name) || one_class::floors().iter().any(|floor| floor.name() == name)
}

/// Whether a scorer is judged on the trials alone that it may speak on: one that cannot be made anew without its own
/// training people says nothing where they take part. For any other, nothing said is neutral.
pub(crate) fn is_bound(name: &str) -> bool {
    SCORER_NAMES.contains(&name)
}
