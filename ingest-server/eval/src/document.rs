//! `docs/evaluation.md`, written from a run: what the figures are, on whom, and what they are not.

use crate::corpus::{Corpus, CorpusKind};
use crate::metrics::Summary;
use crate::takeover::TakeoverReport;
use crate::trials::TrialRun;
use std::fmt::Write as _;

const HEAD: &str = "\
# Evaluation

Written by `palet-models document CORPUS…`, not by hand. Every figure comes from the shipped extractor, models and
scorers: events are replayed as a page would see them, windows are compared as the server compares them.

## How to read it

- *EER*: one threshold for all subjects; in brackets 95 % of 400 resamples over subjects. *Worst tenth*: mean FNMR at 1 % FMR of
  the tenth of subjects who fare worst. *Cllr*: what the log-likelihood ratios cost if taken at their word, and at best.
- Whoever takes part in a comparison is left out of its population and cohort: for each pair of claimed and probe subject the
  models are made anew without both. People are recognised by a hash of their recordings, not by their names.
- These are development people. The block size, the channels, their smoothing and the session risk's sums were chosen with
  monaco-free, monaco-fixed and the takeover streams in view; channel weights were fitted on monaco-fixed, the calibration on
  monaco-free, the fixed-text fusion on monaco-keypad. aalto-sentences and balabit have given nothing to any model. Expect other
  people to fare differently, and recalibrate per deployment.
- Some recorded sessions of a subject are surely somebody else's (monaco-free m023, session s04). They are counted as errors.
- A corpus whose enrolments and probes all type one short text is compared as fixed text.
";

/// The document, growing corpus by corpus.
pub(crate) struct Document {
    trials: String,
    people: String,
    takeover: String,
}

impl Document {
    pub(crate) fn new() -> Self {
        Self { trials: String::new(), people: String::new(), takeover: String::new() }
    }

    /// Adds one corpus's trials.
    pub(crate) fn add_trials(&mut self, corpus: &Corpus, run: &TrialRun, summary: &Summary) {
        let mated = run.scored.iter().filter(|trial| trial.mated).count();
        let _ = writeln!(
            self.trials,
            "| {} | {} | {mated} / {} | {} | {:.3} [{:.3}, {:.3}] | {:.3} | {:.3} | {:.3} | {:.3} | {:.2} ({:.2}) |",
            corpus.name,
            run.subjects.len(),
            run.scored.len() - mated,
            run.failed,
            summary.eer,
            summary.eer_ci95[0],
            summary.eer_ci95[1],
            summary.auc,
            summary.fnmr_at_fmr_1pct,
            summary.fnmr_at_fmr_0_1pct,
            summary.worst_decile_fnmr_at_fmr_1pct,
            summary.cllr,
            summary.cllr_min
        );
        let mut subjects: Vec<_> = summary.subjects.iter().collect();
        subjects.sort_by(|a, b| b.fnmr_at_fmr_1pct.total_cmp(&a.fnmr_at_fmr_1pct));
        for subject in subjects.iter().take(subjects.len().div_ceil(10)) {
            let name = run.subjects.get(subject.claimed).map_or("", String::as_str);
            let _ = writeln!(
                self.people,
                "| {} | {name} | {} | {:.2} | {:.3} |",
                corpus.name, subject.mated, subject.fnmr_at_fmr_1pct, subject.eer
            );
        }
    }

    /// Adds one corpus's takeovers.
    pub(crate) fn add_takeover(&mut self, report: &TakeoverReport) {
        let unit = if report.kind == CorpusKind::Keystroke { "keys" } else { "samples" };
        let told = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.0}"));
        for point in &report.operating_points {
            let _ = writeln!(
                self.takeover,
                "| {} | {} | {:.3} | {} / {} {unit} | {} / {} s | {:.2} | {:.2} | {:.2} |",
                report.corpus,
                point.name,
                point.found_within_500_events,
                told(point.median_events_to_mask),
                told(point.p90_events_to_mask),
                told(point.median_seconds_to_mask),
                told(point.p90_seconds_to_mask),
                point.false_masks_per_hour,
                point.false_masks_per_2500_events,
                point.genuine_streams_never_masked
            );
        }
    }

    /// The whole document. `model` names the models that were judged.
    pub(crate) fn finish(&self, model: &str) -> String {
        format!(
            "{HEAD}- Models: `{model}`.\n\n## Trials\n\n| corpus | subjects | mated / non-mated | failed | EER | AUC | FNMR at 1 % \
             | at .1 % | worst tenth | Cllr (best) |\n|---|---|---|---|---|---|---|---|---|---|\n{}\n## Those who fare worst\n\n\
             | corpus | subject | mated | FNMR at 1 % | own EER |\n|---|---|---|---|---|\n{}\n## Takeover\n\n\
             Somebody else goes on after {} s of rest. A false mask is followed by a passed step-up; `default` is the shipped \
             policy, the other thresholds are set on the corpus's own genuine streams. One block of keys raises the risk to \
             partial masks at most; redaction takes more than one.\n\n| corpus | point | found in 500 | median / p90 | in time | \
             false masks an hour | in 2,500 events | genuine streams clear |\n|---|---|---|---|---|---|---|---|\n{}",
            self.trials,
            self.people,
            crate::takeover::HANDOVER.as_secs_f64(),
            self.takeover
        )
    }
}
