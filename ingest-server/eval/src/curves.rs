//! The curves of a report: detection error trade-off, scores, reliability, how soon a takeover is masked.

use crate::metrics::{ErrorCurve, Scored};
use crate::plot::{Axis, Line, even_marks, lines};
use crate::takeover::TakeoverReport;

/// Error rates that the DET plot marks.
const DET_MARKS: [f64; 7] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.2, 0.4];
/// Bins of a score histogram.
const HISTOGRAM_BINS: usize = 40;
/// Bins of the reliability plot.
const RELIABILITY_BINS: usize = 10;
/// Trials that a point of it needs.
const RELIABILITY_TRIALS_MIN: usize = 20;

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

pub(crate) fn det(scored: &[Scored]) -> String {
    // Beyond one half either way there is nothing to choose a threshold from.
    let curve = ErrorCurve::of(scored);
    let drawn = curve.points().filter(|point| point.fmr <= 0.5 && point.fnmr <= 0.5);
    let points = drawn.map(|point| (probit(point.fmr), probit(point.fnmr))).collect();
    let line = Line { name: "one threshold for all".to_owned(), points };
    lines("Detection error trade-off", &deviate_axis("FMR"), &deviate_axis("FNMR"), &[line])
}

pub(crate) fn histogram(scored: &[Scored]) -> String {
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

/// What some trials told and what was seen, mated and non-mated weighing alike.
#[derive(Clone, Copy, Default)]
struct Told {
    trials: usize,
    weight: f64,
    told: f64,
    seen: f64,
}

impl Told {
    fn add(&mut self, other: Self) {
        self.trials += other.trials;
        self.weight += other.weight;
        self.told += other.told;
        self.seen += other.seen;
    }
}

/// What was told against what was seen, by tenths of what was told; a tenth of few trials goes with the next ones.
fn reliability_points(scored: &[Scored]) -> Vec<(f64, f64)> {
    let mated = scored.iter().filter(|trial| trial.mated).count() as f64;
    let nonmated = scored.len() as f64 - mated;
    let mut bins = [Told::default(); RELIABILITY_BINS];
    for trial in scored {
        let told = 1.0 / (1.0 + (-trial.llr).exp());
        let weight = if trial.mated { 0.5 / mated } else { 0.5 / nonmated };
        let seen = if trial.mated { weight } else { 0.0 };
        let at = ((told * RELIABILITY_BINS as f64) as usize).min(RELIABILITY_BINS - 1);
        bins[at].add(Told { trials: 1, weight, told: weight * told, seen });
    }
    let mut points: Vec<Told> = Vec::new();
    for bin in bins.into_iter().filter(|bin| bin.trials > 0) {
        match points.last_mut().filter(|last| last.trials < RELIABILITY_TRIALS_MIN) {
            Some(last) => last.add(bin),
            None => points.push(bin),
        }
    }
    if points.len() > 1 && points.last().is_some_and(|last| last.trials < RELIABILITY_TRIALS_MIN) {
        let last = points.pop().unwrap_or_default();
        points.iter_mut().next_back().into_iter().for_each(|before| before.add(last));
    }
    points.iter().map(|point| (point.told / point.weight, point.seen / point.weight)).collect()
}

pub(crate) fn reliability(scored: &[Scored]) -> String {
    let points = reliability_points(scored);
    let axis = |name| Axis { name, from: 0.0, to: 1.0, marks: even_marks(0.0, 1.0, 5) };
    let ideal = Line { name: "as told".to_owned(), points: vec![(0.0, 0.0), (1.0, 1.0)] };
    let seen = Line { name: "as seen".to_owned(), points };
    lines("Reliability", &axis("told: P(mated) at even odds"), &axis("seen: share mated"), &[seen, ideal])
}

/// The share of takeovers that are masked by then, as a line that steps up at each.
fn until_mask(title: &str, name: &'static str, takeovers: usize, mut until: Vec<f64>) -> String {
    until.sort_by(f64::total_cmp);
    let share = |count: usize| count as f64 / takeovers.max(1) as f64;
    let highest = until.last().map_or(100.0, |last| last.max(1.0));
    let step = |(at, value): (usize, &f64)| [(*value, share(at)), (*value, share(at + 1))];
    let mut points = vec![(0.0, 0.0)];
    points.extend(until.iter().enumerate().flat_map(step));
    let x = Axis { name, from: 0.0, to: highest, marks: even_marks(0.0, highest, 5) };
    let y = Axis { name: "share masked", from: 0.0, to: 1.0, marks: even_marks(0.0, 1.0, 5) };
    lines(title, &x, &y, &[Line { name: "default policy".to_owned(), points }])
}

pub(crate) fn time_to_mask(report: &TakeoverReport) -> [(&'static str, String); 2] {
    let takeovers = report.until_masked.len();
    let found = || report.until_masked.iter().flatten();
    let events = found().map(|(events, _)| *events as f64).collect();
    let seconds = found().map(|(_, seconds)| *seconds).collect();
    [
        (
            "time-to-mask.svg",
            until_mask("Time to mask", "seconds of use since the takeover", takeovers, seconds),
        ),
        ("events-to-mask.svg", until_mask("Events to mask", "events since the takeover", takeovers, events)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_of_the_reliability_plot_has_trials_behind_it() {
        let scored = |llr: f64, mated| Scored { claimed: 0, mated, llr };
        let mut all = vec![scored(5.0, true); 40];
        all.extend(vec![scored(-5.0, false); 40]);
        all.push(scored(0.0, true));
        let points = reliability_points(&all);
        assert_eq!(points.len(), 2, "one trial is no point of its own: {points:?}");
        assert!(points[0].1 < 0.01 && points[1].1 > 0.99, "{points:?}");
    }

    #[test]
    fn normal_deviates_are_those_of_the_tables() {
        for (p, deviate) in [(0.5, 0.0), (0.975, 1.959_964), (0.01, -2.326_348), (0.001, -3.090_232)] {
            assert!((probit(p) - deviate).abs() < 1e-5, "{p}: {}", probit(p));
        }
    }
}
