//! Trials of typed text again: as pages of each step of the privacy ladder tell them, and with a population of the corpus's
//! own people.

use crate::background;
use crate::cli::EvalError;
use crate::corpus::{Corpus, CorpusKind};
use crate::metrics;
use crate::trials::{self, FUSION, TrialRun};
use palet_comparison::Models;
use palet_features::Ladder;
use std::fmt::Write as _;

/// Rows of the document's table: corpus, classes, population, figures.
///
/// **Errors**: [`EvalError`] where no population can be made from a corpus, or it has no trials of one sort.
pub(crate) fn rows(corpora: &mut [Corpus], models: &Models) -> Result<String, EvalError> {
    let mut rows = String::new();
    let is_text = |corpus: &&mut Corpus| corpus.kind == CorpusKind::Keystroke && !corpus.is_fixed_text();
    for corpus in corpora.iter_mut().filter(is_text) {
        let finest = corpus.finest;
        for ladder in Ladder::ALL {
            corpus.finest = ladder;
            let run = trials::run(corpus, models);
            add(&mut rows, corpus, "shipped", &run)?;
            if ladder == Ladder::K4 && run.held_out().is_empty() {
                let own = background::models_of(std::slice::from_ref(corpus))?;
                add(&mut rows, corpus, "its other people", &trials::run(corpus, &own))?;
            }
        }
        corpus.finest = finest;
    }
    Ok(rows)
}

fn add(rows: &mut String, corpus: &Corpus, population: &str, run: &TrialRun) -> Result<(), EvalError> {
    let summary = metrics::summarise(&run.scored_by(FUSION));
    let summary = summary.ok_or_else(|| EvalError::NoTrials(corpus.name.clone()))?;
    let _ = writeln!(
        rows,
        "| {} | {} | {population} | {:.3} [{:.3}, {:.3}] | {:.3} | {:.3} | {:.2} ({:.2}) |",
        corpus.name,
        corpus.finest.classes(),
        summary.eer,
        summary.eer_ci95[0],
        summary.eer_ci95[1],
        summary.auc,
        summary.fnmr_at_fmr_1pct,
        summary.cllr,
        summary.cllr_min
    );
    Ok(())
}
