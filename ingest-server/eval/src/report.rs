//! What `--out` leaves behind: every score, plots, and a page that shows them.

use crate::corpus::Corpus;
use crate::explain::Explainer;
use crate::metrics::{ErrorCurve, Scored, SubjectErrors, Summary};
use crate::plot::{Axis, Line, escaped, even_marks, lines};
use crate::takeover::TakeoverReport;
use crate::trials::{FUSION, TrialRun};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// Error rates that the DET plot marks.
const DET_MARKS: [f64; 7] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.2, 0.4];
/// Bins of a score histogram.
const HISTOGRAM_BINS: usize = 40;
/// Bins of the reliability plot.
const RELIABILITY_BINS: usize = 10;

/// Writes scores, plots and the report of one corpus's trials.
///
/// **Errors**: [`io::Error`] where the folder cannot be written.
pub(crate) fn write_trials(
    folder: &Path,
    corpus: &Corpus,
    run: &TrialRun,
    scorer: &str,
    summary: &Summary,
    told: &Value,
) -> io::Result<()> {
    let explainer = Explainer::new(corpus, run, scorer);
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("scores.csv"), scores_csv(run, scorer))?;
    let scored = run.scored_by(scorer);
    let plots = [
        ("det.svg", det(&scored)),
        ("scores.svg", histogram(&scored)),
        ("reliability.svg", reliability(&scored)),
    ];
    for (name, svg) in &plots {
        std::fs::write(folder.join(name), svg)?;
    }
    std::fs::write(
        folder.join("report.json"),
        format!("{:#}\n", with_subjects(told, run, summary, &explainer)),
    )?;
    std::fs::write(folder.join("report.html"), page(&corpus.name, run, summary, told, &plots, &explainer))
}

/// What was told, and person by person.
fn with_subjects(told: &Value, run: &TrialRun, summary: &Summary, explainer: &Explainer<'_>) -> Value {
    let row = |errors: &SubjectErrors| {
        let name = run.subjects.get(errors.claimed).map_or("", String::as_str);
        json!({
            "subject": name,
            "mated": errors.mated,
            "eer": errors.eer,
            "fnmr_at_fmr_1pct": errors.fnmr_at_fmr_1pct,
            "fmr": errors.fmr,
            "misses": explainer.why(errors.claimed),
        })
    };
    let mut report = told.clone();
    report["by_subject"] = summary.subjects.iter().map(row).collect();
    report["not_used"] = run.faults.iter().map(ToString::to_string).collect();
    report
}

/// Writes the plot and the report of one corpus's takeovers.
///
/// **Errors**: [`io::Error`] where the folder cannot be written.
pub(crate) fn write_takeover(folder: &Path, report: &TakeoverReport) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let told = serde_json::to_value(report)?;
    let plot = time_to_mask(report);
    std::fs::write(folder.join("time-to-mask.svg"), &plot)?;
    std::fs::write(folder.join("takeover.json"), format!("{told:#}\n"))?;
    std::fs::write(folder.join("takeover.html"), takeover_page(&told, &plot))
}

/// The head of a page.
fn page_head(title: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title><style>body{{font-family:sans-serif;max-width:70em;margin:2em auto;padding:0 1em}}svg{{width:32em;max-width:100%}}td,th{{text-align:right;padding:.1em .8em}}</style><h1>{0}</h1>",
        escaped(title)
    )
}

fn takeover_page(told: &Value, plot: &str) -> String {
    let title = format!("{}: takeovers", told["corpus"].as_str().unwrap_or(""));
    let mut html = page_head(&title);
    let _ = write!(
        html,
        "<p>{} streams, {} of them taken over; {} could not be compared. Models {}.</p>{plot}",
        told["streams"],
        told["takeovers"],
        told["failed_to_score"],
        escaped(told["model"].as_str().unwrap_or(""))
    );
    let points = told["operating_points"].as_array().map_or(&[][..], Vec::as_slice);
    let names: Vec<&String> =
        points.first().and_then(Value::as_object).into_iter().flat_map(|p| p.keys()).collect();
    html.push_str("<h2>At several thresholds</h2><table>");
    for name in names {
        let _ = write!(html, "<tr><th>{}", escaped(&name.replace('_', " ")));
        for point in points {
            let cell = match &point[name.as_str()] {
                Value::String(text) => escaped(text),
                Value::Null => "–".to_owned(),
                value => value
                    .as_f64()
                    .map_or_else(|| escaped(&value.to_string()), |number| format!("{number:.3}")),
            };
            let _ = write!(html, "<td>{cell}");
        }
        html.push_str("</tr>");
    }
    html.push_str("</table></html>");
    html
}

fn scores_csv(run: &TrialRun, scorer: &str) -> String {
    let mut csv = String::from("trial,claimed,mated,score,llr\n");
    let (judged, fused) = (run.scored_by(scorer), run.scored_by(FUSION));
    for (trial, (score, fusion)) in run.scored.iter().zip(judged.iter().zip(&fused)) {
        let claimed = run.subjects.get(trial.claimed).map_or("", String::as_str);
        let mated = u8::from(trial.mated);
        let _ = writeln!(csv, "{},{claimed},{mated},{:.6},{:.6}", trial.id, score.llr, fusion.llr);
    }
    csv
}

/// The normal deviate of a probability. **Source**: Acklam's rational approximation, relative error below 1.2e-9.
fn probit(p: f64) -> f64 {
    const A: [f64; 6] = [
        -39.69683028665376,
        220.9460984245205,
        -275.9285104469687,
        138.357751867269,
        -30.66479806614716,
        2.506628277459239,
    ];
    const B: [f64; 5] =
        [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572];
    const C: [f64; 6] = [
        -0.007784894002430293,
        -0.3223964580411365,
        -2.400758277161838,
        -2.549732539343734,
        4.374664141464968,
        2.938163982698783,
    ];
    const D: [f64; 4] = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];
    let value = |coefficients: &[f64], x: f64| coefficients.iter().fold(0.0, |sum, c| sum * x + c);
    let p = p.clamp(1e-6, 1.0 - 1e-6);
    let tail = p.min(1.0 - p);
    if tail < 0.02425 {
        let q = (-2.0 * tail.ln()).sqrt();
        let deviate = value(&C, q) / (value(&D, q) * q + 1.0);
        return if p < 0.5 { deviate } else { -deviate };
    }
    let q = p - 0.5;
    let r = q * q;
    value(&A, r) * q / (value(&B, r) * r + 1.0)
}

fn deviate_axis(name: &'static str) -> Axis {
    let marks = DET_MARKS.iter().map(|rate| (probit(*rate), format!("{} %", rate * 100.0))).collect();
    Axis { name, from: probit(0.0005), to: probit(0.5), marks }
}

fn det(scored: &[Scored]) -> String {
    let points =
        ErrorCurve::of(scored).points().map(|point| (probit(point.fmr), probit(point.fnmr))).collect();
    let line = Line { name: "one threshold for all".to_owned(), points };
    lines("Detection error trade-off", &deviate_axis("FMR"), &deviate_axis("FNMR"), &[line])
}

fn histogram(scored: &[Scored]) -> String {
    let span = scored.iter().map(|trial| trial.llr.abs()).fold(1.0, f64::max).min(15.0);
    let line = |mated: bool, name: &str| {
        let own: Vec<f64> =
            scored.iter().filter(|trial| trial.mated == mated).map(|trial| trial.llr).collect();
        let mut bins = [0.0; HISTOGRAM_BINS];
        for llr in &own {
            let at =
                ((llr / span + 1.0) / 2.0 * HISTOGRAM_BINS as f64).clamp(0.0, HISTOGRAM_BINS as f64 - 1.0);
            bins[at as usize] += 1.0 / own.len() as f64;
        }
        let middle = |at: usize| ((at as f64 + 0.5) / HISTOGRAM_BINS as f64 * 2.0 - 1.0) * span;
        Line {
            name: name.to_owned(),
            points: bins.iter().enumerate().map(|(at, share)| (middle(at), *share)).collect(),
        }
    };
    let both = [line(true, "mated"), line(false, "non-mated")];
    let highest = both.iter().flat_map(|line| &line.points).map(|point| point.1).fold(0.05, f64::max);
    let x =
        Axis { name: "log-likelihood ratio, nats", from: -span, to: span, marks: even_marks(-span, span, 6) };
    let y = Axis { name: "share of trials", from: 0.0, to: highest, marks: even_marks(0.0, highest, 5) };
    lines("Scores", &x, &y, &both)
}

fn reliability(scored: &[Scored]) -> String {
    let mated = scored.iter().filter(|trial| trial.mated).count() as f64;
    let nonmated = scored.len() as f64 - mated;
    let mut bins = [(0.0, 0.0, 0.0); RELIABILITY_BINS];
    for trial in scored {
        let told = 1.0 / (1.0 + (-trial.llr).exp());
        let bin = &mut bins[((told * RELIABILITY_BINS as f64) as usize).min(RELIABILITY_BINS - 1)];
        let weight = if trial.mated { 0.5 / mated } else { 0.5 / nonmated };
        *bin = (bin.0 + weight, bin.1 + weight * told, bin.2 + if trial.mated { weight } else { 0.0 });
    }
    let points = bins.iter().filter(|bin| bin.0 > 0.0).map(|bin| (bin.1 / bin.0, bin.2 / bin.0)).collect();
    let axis = |name| Axis { name, from: 0.0, to: 1.0, marks: even_marks(0.0, 1.0, 5) };
    let ideal = Line { name: "as told".to_owned(), points: vec![(0.0, 0.0), (1.0, 1.0)] };
    let seen = Line { name: "as seen".to_owned(), points };
    lines("Reliability", &axis("told: P(mated) at even odds"), &axis("seen: share mated"), &[seen, ideal])
}

fn time_to_mask(report: &TakeoverReport) -> String {
    let mut events: Vec<usize> = report.events_to_mask.iter().flatten().copied().collect();
    events.sort_unstable();
    let total = report.events_to_mask.len().max(1) as f64;
    let highest = events.last().map_or(100.0, |last| *last as f64);
    let points =
        events.iter().enumerate().map(|(at, count)| (*count as f64, (at + 1) as f64 / total)).collect();
    let x = Axis {
        name: "events since the takeover",
        from: 0.0,
        to: highest,
        marks: even_marks(0.0, highest, 5),
    };
    let y = Axis { name: "share masked", from: 0.0, to: 1.0, marks: even_marks(0.0, 1.0, 5) };
    lines("Time to mask, default policy", &x, &y, &[Line { name: report.corpus.clone(), points }])
}

fn page(
    corpus: &str,
    run: &TrialRun,
    summary: &Summary,
    told: &Value,
    plots: &[(&str, String)],
    explainer: &Explainer<'_>,
) -> String {
    let mut html = page_head(corpus);
    let _ = write!(
        html,
        "<p>EER {:.4} (95 % of resamples over subjects: {:.4} to {:.4}), AUC {:.4}, FNMR {:.3} at 1 % FMR and {:.3} at .1 %, Cllr {:.3} (at best {:.3}). {} trials could not be scored. Models {}, background {}.</p>",
        summary.eer,
        summary.eer_ci95[0],
        summary.eer_ci95[1],
        summary.auc,
        summary.fnmr_at_fmr_1pct,
        summary.fnmr_at_fmr_0_1pct,
        summary.cllr,
        summary.cllr_min,
        run.failed,
        escaped(told["model"].as_str().unwrap_or("")),
        escaped(told["background"].as_str().unwrap_or(""))
    );
    plots.iter().for_each(|(_, svg)| html.push_str(svg));
    html.push_str("<h2>Scorers</h2><table><tr><th>scorer<th>EER<th>AUC<th>weight<th>would earn, bits</tr>");
    for (name, scorer) in told["scorers"].as_object().into_iter().flatten() {
        let value = |key: &str| scorer[key].as_f64().map_or("–".to_owned(), |value| format!("{value:.3}"));
        let cells = ["eer", "auc", "weight", "earns"].map(value).join("<td>");
        let _ = write!(html, "<tr><td>{}<td>{cells}</tr>", escaped(name));
    }
    html.push_str("</table>");
    html.push_str("<h2>Person by person, the worst first</h2><table><tr><th>subject<th>mated<th>FNMR at 1 %<th>FMR<th>own EER<th>their misses</tr>");
    let mut subjects: Vec<_> = summary.subjects.iter().collect();
    subjects.sort_by(|a, b| b.fnmr_at_fmr_1pct.total_cmp(&a.fnmr_at_fmr_1pct));
    for subject in subjects {
        let name = run.subjects.get(subject.claimed).map_or("", String::as_str);
        let _ = write!(
            html,
            "<tr><td>{}<td>{}<td>{:.2}<td>{:.3}<td>{:.3}<td>{}</tr>",
            escaped(name),
            subject.mated,
            subject.fnmr_at_fmr_1pct,
            subject.fmr,
            subject.eer,
            escaped(&explainer.why(subject.claimed))
        );
    }
    html.push_str("</table><h2>What could not be used</h2><ul>");
    for fault in run.faults.iter().take(1_000) {
        let _ = write!(html, "<li>{}", escaped(&fault.to_string()));
    }
    html.push_str("</ul></html>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_deviates_are_those_of_the_tables() {
        for (p, deviate) in [(0.5, 0.0), (0.975, 1.959_964), (0.01, -2.326_348), (0.001, -3.090_232)] {
            assert!((probit(p) - deviate).abs() < 1e-5, "{p}: {}", probit(p));
        }
    }
}
