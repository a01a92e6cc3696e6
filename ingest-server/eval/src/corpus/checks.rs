//! What a corpus as a whole tells of itself: spans that are there, probes that enrol, labels, promised counts.

use super::fault::{Fault, FaultKind};
use super::spans::{EnrolSpan, Span, Trial};
use super::{Corpus, Description};
use std::collections::{HashMap, HashSet};

/// Everything that can be told of a corpus only when all of it has been read.
pub(super) fn faults_of(corpus: &Corpus, description: &Description, text: &str) -> Vec<Fault> {
    let mut faults = enrolments(corpus);
    faults.extend(probes(corpus));
    faults.extend(counts(corpus, description, text));
    faults
}

/// Enrolments that name no rows: their subjects are enrolled by less than was meant.
fn enrolments(corpus: &Corpus) -> Vec<Fault> {
    let broken = |enrolment: &EnrolSpan| {
        let kind = corpus.span_fault(&enrolment.span)?;
        Some(Fault { file: "enrol.csv", line: enrolment.line, kind })
    };
    corpus.enrolments.iter().filter_map(broken).collect()
}

/// Probes that the reference has seen already, comparisons that stand there twice, and labels that contradict the names
/// beside them.
fn probes<'c>(corpus: &'c Corpus) -> Vec<Fault> {
    let mut enrolled: HashMap<(&str, &str), Vec<&Span>> = HashMap::new();
    for EnrolSpan { span, .. } in &corpus.enrolments {
        enrolled.entry((&span.subject, &span.session)).or_default().push(span);
    }
    let enrols = |probe: &Span| {
        let spans = enrolled.get(&(probe.subject.as_str(), probe.session.as_str()));
        spans.is_some_and(|spans| spans.iter().any(|s| s.first < probe.last && probe.first < s.last))
    };
    let mut known: HashSet<(&str, &Span)> = HashSet::new();
    let mut kinds = |trial: &'c Trial| {
        let twice = (!known.insert((&trial.claimed, &trial.probe))).then_some(FaultKind::Twice);
        let label = (trial.mated != (trial.claimed == trial.probe.subject)).then_some(FaultKind::Label);
        [label, enrols(&trial.probe).then_some(FaultKind::Enrols), twice]
    };
    let told = |trial: &'c Trial| {
        let line = trial.line;
        kinds(trial).into_iter().flatten().map(move |kind| Fault { file: "trials.csv", line, kind })
    };
    corpus.trials.iter().flat_map(told).collect()
}

/// Counts that `corpus.json` promises and the tables do not hold.
fn counts(corpus: &Corpus, description: &Description, text: &str) -> Vec<Fault> {
    let enrolled: HashSet<&str> = corpus.enrolments.iter().map(|e| e.span.subject.as_str()).collect();
    let found = [
        ("subjects", corpus.subjects().len()),
        ("events", corpus.events()),
        ("enrolled", enrolled.len()),
        ("trials", corpus.trials.len() + corpus.unreadable_trials),
        ("mated", corpus.trials.iter().filter(|trial| trial.mated).count()),
    ];
    let line_of =
        |name: &str| text.lines().position(|line| line.contains(&format!("\"{name}\""))).unwrap_or(0);
    let told = |(of, found): (&'static str, usize)| {
        let promised = description.counts.get(of)?.as_u64()?;
        let kind = FaultKind::Count { of, promised, found: found as u64 };
        (promised != found as u64).then(|| Fault { file: "corpus.json", line: line_of(of) + 1, kind })
    };
    found.into_iter().filter_map(told).collect()
}
