//! What `--out` leaves behind: every score, plots, and a page that shows them.

use crate::corpus::Corpus;
use crate::curves::{det, histogram, reliability, time_to_mask};
use crate::explain::Explainer;
use crate::metrics::{SubjectErrors, Summary};
use crate::plot::escaped;
use crate::takeover::TakeoverReport;
use crate::trials::{FUSION, TrialRun};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// Faults that a page lists one by one.
const FAULTS_SHOWN: usize = 1_000;

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
    std::fs::write(
        folder.join("report.html"),
        page(&(corpus.name.clone() + &corpus.replayed()), run, summary, told, &plots, &explainer),
    )
}

/// What was told, and person by person.
fn with_subjects(told: &Value, run: &TrialRun, summary: &Summary, explainer: &Explainer<'_>) -> Value {
    let row = |errors: &SubjectErrors| {
        let name = run.subjects.get(errors.claimed).map_or("", String::as_str);
        json!({
            "subject": name,
            "mated": errors.mated,
            "eer": errors.eer,
            "auc": errors.auc,
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
    let plots = time_to_mask(report);
    for (name, svg) in &plots {
        std::fs::write(folder.join(name), svg)?;
    }
    std::fs::write(folder.join("takeover.json"), format!("{told:#}\n"))?;
    std::fs::write(folder.join("takeover.html"), takeover_page(&told, &plots.map(|(_, svg)| svg).concat()))
}

/// Looks of a page: light or dark as its reader has it, plots on white, wide tables that scroll by themselves.
const STYLE: &str = ":root{color-scheme:light dark}body{font-family:sans-serif;line-height:1.45;max-width:70em;margin:2em auto;padding:0 1em;overflow-wrap:anywhere}svg{width:32em;max-width:100%;height:auto;margin:.4em .8em .4em 0}.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;overflow-wrap:normal}td,th{text-align:right;padding:.15em .8em;border-bottom:1px solid #8884}td:first-child,th:first-child,.told{text-align:left}";

/// The head of a page.
fn page_head(title: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{0}</title><style>{STYLE}</style><h1>{0}</h1>",
        escaped(title)
    )
}

/// The figures of a threshold: their names in JSON, in words, and their digits.
const TAKEOVER_FIGURES: [(&str, &str, usize); 13] = [
    ("threshold", "risk, or sum in nats, that masks", 2),
    ("masked", "masked at all", 3),
    ("found_within_500_events", "masked within 500 events", 3),
    ("median_events_to_mask", "events to a mask, median", 0),
    ("p90_events_to_mask", "events to a mask, nine of ten", 0),
    ("median_seconds_to_mask", "seconds to a mask, median", 1),
    ("p90_seconds_to_mask", "seconds to a mask, nine of ten", 1),
    ("median_seconds_from_first_event", "seconds from the first event, median", 1),
    ("p90_seconds_from_first_event", "seconds from the first event, nine of ten", 1),
    ("false_masks_per_hour", "false masks in an hour", 2),
    ("false_masks_per_2500_events", "false masks in 2,500 events", 2),
    ("false_masks_per_1000_windows", "false masks in 1,000 windows", 2),
    ("genuine_streams_never_masked", "genuine sessions without a mask", 3),
];

/// What the figures of a page of takeovers mean.
const TAKEOVER_WORDS: &str = "<p>In a takeover somebody else goes on in the owner's session. <i>Masked</i> is the share of takeovers after which fields were masked at all; events and seconds to a mask count from the other person's first event that does not stand alone, and a dash stands where fewer were masked than the figure needs. A false mask is one in a session that stays its owner's. <i>Too few</i>: the genuine sessions are shorter than what they would have to hold one such mask in, so that the point is merely where they hold none.</p>";

fn takeover_page(told: &Value, plot: &str) -> String {
    let word = |name: &str| told[name].as_str().unwrap_or("").to_owned();
    let title = format!("{}{}: takeovers", word("corpus"), word("replayed"));
    let mut html = page_head(&title);
    let _ = write!(
        html,
        "<p>{} streams, {} of them taken over; {} could not be compared. Genuine use of {:.2} h. Models {}.</p>{plot}",
        told["streams"],
        told["takeovers"],
        told["failed_to_score"],
        told["genuine_hours"].as_f64().unwrap_or(0.0),
        escaped(told["model"].as_str().unwrap_or(""))
    );
    let points = told["operating_points"].as_array().map_or(&[][..], Vec::as_slice);
    html.push_str(TAKEOVER_WORDS);
    html.push_str("<h2>At several thresholds</h2><div class=\"wide\"><table><tr><th>point");
    for point in points {
        let _ = write!(html, "<th>{}", escaped(point["name"].as_str().unwrap_or("")));
    }
    html.push_str("</tr>");
    for (figure, words, digits) in TAKEOVER_FIGURES {
        let _ = write!(html, "<tr><td>{words}");
        for point in points {
            let number = |value: f64| format!("{value:.digits$}");
            let _ = write!(html, "<td>{}", point[figure].as_f64().map_or("–".to_owned(), number));
        }
        html.push_str("</tr>");
    }
    html.push_str("<tr><td>enough genuine hours for so rare a mask");
    for point in points {
        let too_few = point["too_few"].as_bool().unwrap_or(false);
        html.push_str(if too_few { "<td>too few" } else { "<td>yes" });
    }
    html.push_str("</tr>");
    html.push_str("</table></div></html>");
    html
}

fn scores_csv(run: &TrialRun, scorer: &str) -> String {
    let mut csv = String::from("trial,claimed,mated,score,llr\n");
    let (judged, fused) = (run.scored_by(scorer), run.scored_by(FUSION));
    for (trial, (score, fusion)) in run.scored.iter().zip(judged.iter().zip(&fused)) {
        let claimed = quoted(run.subjects.get(trial.claimed).map_or("", String::as_str));
        let mated = u8::from(trial.mated);
        let _ = writeln!(csv, "{},{claimed},{mated},{:.6},{:.6}", quoted(&trial.id), score.llr, fusion.llr);
    }
    csv
}

/// A field of a table: in quotes where it would not be one otherwise.
fn quoted(field: &str) -> Cow<'_, str> {
    if field.contains(['"', ',']) {
        return Cow::Owned(format!("\"{}\"", field.replace('"', "\"\"")));
    }
    Cow::Borrowed(field)
}

fn page(
    title: &str,
    run: &TrialRun,
    summary: &Summary,
    told: &Value,
    plots: &[(&str, String)],
    explainer: &Explainer<'_>,
) -> String {
    let mut html = page_head(title);
    let _ = write!(
        html,
        "<p>EER {} (95 % of resamples over subjects: {}), AUC {} ({}), FNMR {} ({}) at 1 % FMR and {} at .1 %, in the worst tenth of subjects {}, Cllr {} (at best {}). {} subjects, {} mated and {} non-mated trials; {} could not be scored. Models {}, background {}.</p>{TRIAL_WORDS}",
        summary.words("eer", 4),
        summary.words("eer_ci95", 4),
        summary.words("auc", 4),
        summary.words("auc_ci95", 4),
        summary.words("fnmr_at_fmr_1pct", 3),
        summary.words("fnmr_at_fmr_1pct_ci95", 3),
        summary.words("fnmr_at_fmr_0_1pct", 3),
        summary.words("worst_decile_fnmr_at_fmr_1pct", 3),
        summary.words("cllr", 3),
        summary.words("cllr_min", 3),
        told["subjects"],
        told["mated"],
        told["nonmated"],
        run.failed,
        escaped(told["model"].as_str().unwrap_or("")),
        escaped(told["background"].as_str().unwrap_or(""))
    );
    plots.iter().for_each(|(_, svg)| html.push_str(svg));
    html.push_str("<h2>Scorers</h2><div class=\"wide\"><table><tr><th>scorer<th>EER<th>AUC<th>weight<th>would earn, bits</tr>");
    for (name, scorer) in told["scorers"].as_object().into_iter().flatten() {
        let value = |key: &str| scorer[key].as_f64().map_or("–".to_owned(), |value| format!("{value:.3}"));
        let cells = ["eer", "auc", "weight", "earns"].map(value).join("<td>");
        let _ = write!(html, "<tr><td>{}<td>{cells}</tr>", escaped(name));
    }
    html.push_str("</table></div>");
    write_people(&mut html, run, summary, explainer);
    html.push_str("<h2>What could not be used</h2><ul>");
    for fault in run.faults.iter().take(FAULTS_SHOWN) {
        let _ = write!(html, "<li>{}", escaped(&fault.to_string()));
    }
    let more = run.faults.len().saturating_sub(FAULTS_SHOWN);
    if more > 0 {
        let _ = write!(html, "<li>and {more} more, in report.json");
    }
    html.push_str(if run.faults.is_empty() {
        "</ul><p>Nothing: all of it was used.</p></html>"
    } else {
        "</ul></html>"
    });
    html
}

/// What the figures of a page of trials mean.
const TRIAL_WORDS: &str = "<p>FMR is the share of strangers who would pass, FNMR the share of a subject's own probes that would not. <i>EER</i>: where both are equal, one threshold for all subjects. <i>AUC</i>: the chance that a subject's own probe scores above a stranger's. <i>Cllr</i>: what the log-likelihood ratios cost if taken at their word, in bits, 1 for ratios that say nothing. <i>Too few</i>: too few people or trials stand behind a figure; report.json has what they gave.</p>";

fn write_people(html: &mut String, run: &TrialRun, summary: &Summary, explainer: &Explainer<'_>) {
    html.push_str("<h2>Person by person, the worst first</h2><div class=\"wide\"><table><tr><th>subject<th>mated<th>FNMR at 1 %<th>FMR<th>own EER<th>own AUC<th class=\"told\">their misses</tr>");
    let mut subjects: Vec<_> = summary.subjects.iter().collect();
    subjects.sort_by(|a, b| b.fnmr_at_fmr_1pct.total_cmp(&a.fnmr_at_fmr_1pct));
    let beside_others = |figure: f64| if figure.is_nan() { "–".to_owned() } else { format!("{figure:.3}") };
    for subject in subjects {
        let name = run.subjects.get(subject.claimed).map_or("", String::as_str);
        let _ = write!(
            html,
            "<tr><td>{}<td>{}<td>{:.2}<td>{}<td>{}<td>{}<td class=\"told\">{}</tr>",
            escaped(name),
            subject.mated,
            subject.fnmr_at_fmr_1pct,
            beside_others(subject.fmr),
            beside_others(subject.eer),
            beside_others(subject.auc),
            escaped(&explainer.why(subject.claimed))
        );
    }
    html.push_str("</table></div>");
}
