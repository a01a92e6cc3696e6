//! Why somebody fares badly: what their missed probes have in common, in a line that is computed and not written.
//!
//! It tells what can be seen from scores and times alone: one session apart from the others, somebody else's reference
//! nearer, hands that were slower or quicker than when they enrolled. It judges nothing.

use crate::corpus::{Corpus, KeyRow, PointerRow, Rows, Span};
use crate::metrics::{ErrorCurve, Scored};
use crate::trials::TrialRun;
use std::collections::{BTreeMap, HashMap};

/// Ratios of medians within this of 1 are told as nothing.
const RATIO_TOLD: f64 = 1.15;
/// Longer steps are pauses, not pace. **Units**: s.
const STEP_S_MAX: f64 = 2.0;

/// One corpus's trials, ready to be asked about its people.
pub(crate) struct Explainer<'a> {
    corpus: &'a Corpus,
    run: &'a TrialRun,
    scored: Vec<Scored>,
    /// Where FMR is 1 %, for all. **Units**: nats.
    threshold: f64,
    /// Whose reference each probe scores best with, and how high.
    nearest: HashMap<&'a Span, (usize, f64)>,
}

/// A mated trial below the threshold.
struct Miss<'a> {
    probe: &'a Span,
    /// **Units**: nats.
    short: f64,
    nearer_to_another: bool,
}

impl<'a> Explainer<'a> {
    pub(crate) fn new(corpus: &'a Corpus, run: &'a TrialRun, scorer: &str) -> Self {
        let scored = run.scored_by(scorer);
        let threshold = ErrorCurve::of(&scored).at_fmr(0.01).threshold;
        let mut nearest: HashMap<&Span, (usize, f64)> = HashMap::new();
        for (trial, scored) in run.scored.iter().zip(&scored) {
            let best = nearest.entry(&corpus.trials[trial.at].probe).or_insert((scored.claimed, scored.llr));
            if scored.llr > best.1 {
                *best = (scored.claimed, scored.llr);
            }
        }
        Self { corpus, run, scored, threshold, nearest }
    }

    /// What a subject's misses have in common; nothing where there are none.
    pub(crate) fn why(&self, claimed: usize) -> String {
        let misses = self.misses(claimed);
        let Some(first) = misses.first() else { return String::new() };
        let mut told = Vec::new();
        told.extend(self.one_session(claimed, &misses));
        let nearer = misses.iter().filter(|miss| miss.nearer_to_another).count();
        told.push(match nearer {
            0 => "still nearest to themselves".to_owned(),
            nearer if nearer == misses.len() => "nearer to somebody else".to_owned(),
            nearer => format!("{nearer} nearer to somebody else"),
        });
        told.extend(self.paces(&first.probe.subject, &misses));
        let mut short: Vec<f64> = misses.iter().map(|miss| miss.short).collect();
        told.push(format!("short by {:.1} nats", median(&mut short).unwrap_or(0.0)));
        told.join("; ")
    }

    fn misses(&self, claimed: usize) -> Vec<Miss<'a>> {
        let missed = |(at, scored): (usize, &Scored)| {
            let short = self.threshold - scored.llr;
            let probe = &self.corpus.trials[self.run.scored[at].at].probe;
            let nearer_to_another = self.nearest.get(probe).is_some_and(|(nearest, _)| *nearest != claimed);
            (short > 0.0).then_some(Miss { probe, short, nearer_to_another })
        };
        self.mated(claimed).filter_map(missed).collect()
    }

    fn mated(&self, claimed: usize) -> impl Iterator<Item = (usize, &Scored)> {
        let own = move |(_, scored): &(usize, &Scored)| scored.mated && scored.claimed == claimed;
        self.scored.iter().enumerate().filter(own)
    }

    /// The session that holds every miss, where others of several probes hold none.
    fn one_session(&self, claimed: usize, misses: &[Miss<'_>]) -> Option<String> {
        let mut probes: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, _) in self.mated(claimed) {
            *probes.entry(&self.corpus.trials[self.run.scored[at].at].probe.session).or_default() += 1;
        }
        let session = misses.first()?.probe.session.as_str();
        let alone = misses.iter().all(|miss| miss.probe.session == session);
        let several = probes.len() > 1 && probes.get(session).is_some_and(|count| *count > 1);
        (alone && several).then(|| format!("all in session {session}"))
    }

    /// Medians of the missed probes over those of the enrolment, where they differ.
    fn paces(&self, subject: &str, misses: &[Miss<'_>]) -> Vec<String> {
        let enrolled = self.corpus.enrolments.iter().map(|enrolment| &enrolment.span);
        let before = self.steps(enrolled.filter(|span| span.subject == subject));
        let now = self.steps(misses.iter().map(|miss| miss.probe));
        let ratio = |(name, steps): (&&'static str, &Vec<f64>)| {
            let ratio = median(&mut steps.clone())? / median(&mut before.get(name)?.clone())?;
            let differs = ratio.is_finite() && !(1.0 / RATIO_TOLD..=RATIO_TOLD).contains(&ratio);
            differs.then(|| format!("{name} × {ratio:.2}"))
        };
        now.iter().filter_map(ratio).collect()
    }

    fn steps<'s>(&self, spans: impl Iterator<Item = &'s Span>) -> BTreeMap<&'static str, Vec<f64>> {
        let mut steps = BTreeMap::new();
        for rows in spans.filter_map(|span| self.corpus.rows(span)) {
            match rows {
                Rows::Keys(rows) => key_steps(rows, &mut steps),
                Rows::Pointer(rows) => pointer_steps(rows, &mut steps),
            }
        }
        steps
    }
}

fn key_steps(rows: &[Option<KeyRow>], steps: &mut BTreeMap<&'static str, Vec<f64>>) {
    let keys: Vec<_> = rows.iter().flatten().collect();
    steps.entry("holds").or_default().extend(keys.iter().map(|key| seconds(key.release_us - key.press_us)));
    let gaps = keys.windows(2).map(|pair| seconds(pair[1].press_us - pair[0].press_us));
    steps.entry("gaps").or_default().extend(gaps.filter(|gap| (0.0..STEP_S_MAX).contains(gap)));
}

fn pointer_steps(rows: &[Option<PointerRow>], steps: &mut BTreeMap<&'static str, Vec<f64>>) {
    let samples: Vec<_> = rows.iter().flatten().collect();
    for pair in samples.windows(2) {
        let step = seconds(pair[1].at_us - pair[0].at_us);
        let length = f64::from((pair[1].x - pair[0].x).hypot(pair[1].y - pair[0].y));
        if step > 0.0 && step < 0.1 && length > 0.0 {
            steps.entry("speeds").or_default().push(length / step);
            steps.entry("sampling intervals").or_default().push(step);
        }
    }
}

fn seconds(us: i64) -> f64 {
    us as f64 / 1e6
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
