//! Population and cohorts for a run: the shipped ones, or made from other corpora.

use crate::cli::EvalError;
use crate::corpus::{Corpus, CorpusKind};
use crate::{pointer_people, training};
use palet_comparison::Models;
use palet_comparison::fixed_text::{FixedTextContent, FixedTextModels};
use palet_comparison::keystroke::{KeystrokeContent, KeystrokeModels};
use palet_comparison::pointer::{PointerModels, TrainingPeople};

/// Fewer people are no population, and no cohort once both of a comparison are left out.
const PEOPLE_MIN: usize = 4;

/// The shipped models, with population and cohorts made anew from these corpora for every modality that they recorded;
/// what was fitted (weights, calibration) stays as shipped, but for the pointer, whose training fits both.
///
/// **Errors**: [`EvalError`] where the corpora hold too few people to make a model from.
pub(crate) fn models_of(corpora: &[Corpus]) -> Result<Models, EvalError> {
    let shipped = Models::embedded()?;
    let (pointer, keys): (Vec<&Corpus>, Vec<&Corpus>) =
        corpora.iter().partition(|corpus| corpus.kind == CorpusKind::Pointer);
    let (fixed, free): (Vec<&Corpus>, Vec<&Corpus>) =
        keys.into_iter().partition(|corpus| corpus.is_fixed_text());
    let mut models = shipped;
    if !free.is_empty() {
        let fitted = models.keystroke().content();
        let people = training::keystroke_people(free);
        if people.len() < PEOPLE_MIN {
            return Err(EvalError::Background { expected: PEOPLE_MIN, got: people.len() });
        }
        let content =
            KeystrokeContent { people, weights: fitted.weights, calibration: fitted.calibration.clone() };
        models = models.with_keystroke(KeystrokeModels::parse(&KeystrokeModels::encode(&content)?)?);
    }
    if !fixed.is_empty() {
        let people = fixed.iter().flat_map(|corpus| training::fixed_text_people(corpus)).collect();
        let content = FixedTextContent { people, fusion: models.fixed_text().content().fusion };
        models = models.with_fixed_text(FixedTextModels::parse(&FixedTextModels::encode(&content)?)?);
    }
    if !pointer.is_empty() {
        let people = TrainingPeople::new(pointer_people::of(pointer));
        models = models.with_pointer(PointerModels::parse(&people.model_file()?)?);
    }
    Ok(models)
}
