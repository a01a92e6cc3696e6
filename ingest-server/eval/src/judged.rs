//! What is told of a corpus's trials: one JSON object, and the same as a table.

use crate::corpus::Corpus;
use crate::earning::earned_by;
use crate::metrics::{ErrorCurve, Summary, summarise};
use crate::scorers;
use crate::trials::TrialRun;
use palet_comparison::Models;
use serde_json::{Map, Value, json};
use std::io::Write;

/// Everything that is told of one corpus's trials.
pub(crate) fn json(
    corpus: &Corpus,
    run: &TrialRun,
    summary: &Summary,
    models: &Models,
    background: &str,
) -> Value {
    let mated = run.scored.iter().filter(|trial| trial.mated).count();
    let seconds = run.comparing.as_secs_f64().max(1e-9);
    json!({
        "corpus": corpus.name,
        "replayed": corpus.replayed(),
        "kind": corpus.kind,
        "events": corpus.events(),
        "subjects": run.subjects.len(),
        "mated": mated,
        "nonmated": run.scored.len() - mated,
        "failed_to_score": run.failed,
        "faults": run.faults.len(),
        "left_out": run.left_out,
        "eer": summary.eer,
        "eer_ci95": summary.eer_ci95,
        "auc": summary.auc,
        "auc_ci95": summary.auc_ci95,
        "eer_per_subject_mean": summary.eer_per_subject_mean,
        "fnmr_at_fmr_1pct": summary.fnmr_at_fmr_1pct,
        "fnmr_at_fmr_1pct_ci95": summary.fnmr_at_fmr_1pct_ci95,
        "fnmr_at_fmr_0_1pct": summary.fnmr_at_fmr_0_1pct,
        "worst_decile_fnmr_at_fmr_1pct": summary.worst_decile_fnmr_at_fmr_1pct,
        "cllr": summary.cllr,
        "cllr_min": summary.cllr_min,
        "too_few": summary.too_few,
        "held_out": held_out(run),
        "scorers": scorers(run, models),
        "windows_per_s": run.windows as f64 / seconds,
        "model": models.hash().to_string(),
        "background": background,
    })
}

/// The same figures on people who were held out of every fit; null where the models know nobody of the corpus.
fn held_out(run: &TrialRun) -> Option<Value> {
    let trials = run.held_out();
    let summary = summarise(&trials)?;
    Some(json!({
        "subjects": summary.subjects.len(),
        "mated": trials.iter().filter(|trial| trial.mated).count(),
        "nonmated": trials.iter().filter(|trial| !trial.mated).count(),
        "eer": summary.eer,
        "fnmr_at_fmr_1pct": summary.fnmr_at_fmr_1pct,
        "too_few": summary.too_few,
    }))
}

/// Every scorer by itself, on the trials that it is judged on. One that stands beside the fusion has a weight of 0, and
/// `earns`: what the fusion's cost would fall by with it, in bits.
fn scorers(run: &TrialRun, models: &Models) -> Map<String, Value> {
    let weights = models.fusion_weights();
    let row = |name: &'static str| {
        let judged = run.scored_on(name, name);
        let curve = ErrorCurve::of(&judged);
        let told = |rate: f64| curve.is_complete().then_some(rate);
        let mut row = json!({"eer": told(curve.eer()), "auc": told(curve.auc()), "trials": judged.len()});
        let weight = weights.iter().find(|(known, _)| *known == name).map(|(_, weight)| *weight);
        if scorers::is_beside(name) {
            row["weight"] = json!(weight.unwrap_or(0.0));
            row["earns"] = json!(earned_by(run, name));
        } else if let Some(weight) = weight {
            row["weight"] = json!(weight);
        }
        (name.to_owned(), row)
    };
    run.scorers().into_iter().map(row).collect()
}

/// The same as a table.
pub(crate) fn tell(
    report: &Value,
    summary: &Summary,
    run: &TrialRun,
    stdout: &mut impl Write,
) -> std::io::Result<()> {
    writeln!(
        stdout,
        "{}{}: {} subjects, {} mated, {} non-mated, {} failed to score",
        report["corpus"].as_str().unwrap_or(""),
        report["replayed"].as_str().unwrap_or(""),
        report["subjects"],
        report["mated"],
        report["nonmated"],
        report["failed_to_score"]
    )?;
    let told = |name: &str| summary.words(name, 3);
    writeln!(
        stdout,
        "  EER {} [{}]  AUC {} [{}]  per subject {}  FNMR@1% {} [{}]  @.1% {}  worst decile {}",
        summary.words("eer", 4),
        summary.words("eer_ci95", 4),
        summary.words("auc", 4),
        summary.words("auc_ci95", 4),
        summary.words("eer_per_subject_mean", 4),
        told("fnmr_at_fmr_1pct"),
        told("fnmr_at_fmr_1pct_ci95"),
        told("fnmr_at_fmr_0_1pct"),
        told("worst_decile_fnmr_at_fmr_1pct")
    )?;
    writeln!(
        stdout,
        "  Cllr {} (min {})  {:.0} windows/s/core  models {}",
        told("cllr"),
        told("cllr_min"),
        report["windows_per_s"].as_f64().unwrap_or(0.0),
        report["model"].as_str().unwrap_or("")
    )?;
    if let Some(held) = summarise(&run.held_out()) {
        let (eer, fnmr) = (held.words("eer", 4), held.words("fnmr_at_fmr_1pct", 3));
        writeln!(
            stdout,
            "  held out of every fit, {} subjects: EER {eer}  FNMR@1% {fnmr}",
            held.subjects.len()
        )?;
    }
    for (name, scorer) in report["scorers"].as_object().into_iter().flatten() {
        writeln!(stdout, "    {}", scorer_row(name, scorer))?;
    }
    Ok(())
}

fn scorer_row(name: &str, scorer: &Value) -> String {
    let value = |key: &str| scorer[key].as_f64().map_or("–".to_owned(), |value| format!("{value:.4}"));
    let trials = scorer["trials"].as_u64().unwrap_or(0);
    let mut row = format!("{name:<28} EER {}  AUC {}  {trials:>5} trials", value("eer"), value("auc"));
    if let Some(weight) = scorer["weight"].as_f64() {
        row += &format!("  weight {weight:.3}");
    }
    if let Some(bits) = scorer["earns"].as_f64() {
        row += &format!("  would earn {bits:+.3} bits");
    }
    row
}
