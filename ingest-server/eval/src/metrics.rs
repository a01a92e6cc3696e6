//! Error rates of a set of scored trials, in the words of ISO/IEC 19795-1 and 2382-37.

use serde::Serialize;
use std::collections::BTreeMap;

/// One scored trial.
#[derive(Clone, Copy, Debug)]
pub struct Scored {
    /// Whose reference, as a number.
    pub claimed: usize,
    /// Whether the probe is the claimed subject's.
    pub mated: bool,
    /// Calibrated. **Units**: nats.
    pub llr: f64,
}

/// Resamples behind a confidence interval.
const RESAMPLES: usize = 400;
/// Trials of each sort below which no rate is worth telling.
const TRIALS_MIN: usize = 10;
/// Subjects below which resampling them says nothing.
const RESAMPLED_MIN: usize = 8;
/// Subjects below which there is no tenth of them.
const TENTH_MIN: usize = 10;

/// Error rates at every threshold: FMR and FNMR, thresholds ascending.
#[derive(Clone, Debug)]
pub struct ErrorCurve {
    mated: Vec<f64>,
    nonmated: Vec<f64>,
}

/// A point of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ErrorPoint {
    /// Scores below are non-matches. **Units**: nats.
    pub threshold: f64,
    /// Share of non-mated trials at or above the threshold.
    pub fmr: f64,
    /// Share of mated trials below the threshold.
    pub fnmr: f64,
}

impl ErrorCurve {
    /// The curve of some trials.
    pub fn of<'a>(trials: impl IntoIterator<Item = &'a Scored>) -> Self {
        let (mut mated, mut nonmated) = (Vec::new(), Vec::new());
        for trial in trials {
            if trial.mated { mated.push(trial.llr) } else { nonmated.push(trial.llr) }
        }
        mated.sort_by(f64::total_cmp);
        nonmated.sort_by(f64::total_cmp);
        Self { mated, nonmated }
    }

    /// Whether there are trials of both sorts.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.mated.is_empty() && !self.nonmated.is_empty()
    }

    /// FMR and FNMR at a threshold.
    #[must_use]
    pub fn at(&self, threshold: f64) -> ErrorPoint {
        let below = |scores: &[f64]| scores.partition_point(|score| *score < threshold) as f64;
        let fnmr = below(&self.mated) / self.mated.len().max(1) as f64;
        let above = self.nonmated.len() as f64 - below(&self.nonmated);
        let fmr = above / self.nonmated.len().max(1) as f64;
        ErrorPoint { threshold, fmr, fnmr }
    }

    /// Every point at which something changes.
    pub fn points(&self) -> impl Iterator<Item = ErrorPoint> + '_ {
        let mut thresholds: Vec<f64> = self.mated.iter().chain(&self.nonmated).copied().collect();
        thresholds.push(f64::INFINITY);
        thresholds.sort_by(f64::total_cmp);
        thresholds.dedup();
        thresholds.into_iter().map(|threshold| self.at(threshold))
    }

    /// The rate at which FMR and FNMR are equal, on the line between the two points around it.
    #[must_use]
    pub fn eer(&self) -> f64 {
        let mut before = ErrorPoint { threshold: f64::NEG_INFINITY, fmr: 1.0, fnmr: 0.0 };
        for point in self.points() {
            if point.fnmr >= point.fmr {
                let (gap_before, gap) = (before.fmr - before.fnmr, point.fnmr - point.fmr);
                let share = if gap_before + gap > 0.0 { gap_before / (gap_before + gap) } else { 0.5 };
                return before.fnmr + share * (point.fnmr - before.fnmr);
            }
            before = point;
        }
        1.0
    }

    /// The lowest threshold whose FMR is at most `fmr_max`.
    #[must_use]
    pub fn at_fmr(&self, fmr_max: f64) -> ErrorPoint {
        let allowed = (fmr_max * self.nonmated.len() as f64 + 1e-9).floor() as usize;
        let threshold =
            match self.nonmated.len().checked_sub(allowed + 1).and_then(|at| self.nonmated.get(at)) {
                Some(score) => score.next_up(),
                None => f64::NEG_INFINITY,
            };
        self.at(threshold)
    }

    /// The chance that a mated trial scores above a non-mated one, ties counted half.
    #[must_use]
    pub fn auc(&self) -> f64 {
        let mut wins = 0.0;
        for score in &self.mated {
            let below = self.nonmated.partition_point(|other| other < score);
            let not_above = self.nonmated.partition_point(|other| other <= score);
            wins += below as f64 + 0.5 * (not_above - below) as f64;
        }
        wins / (self.mated.len() as f64 * self.nonmated.len() as f64)
    }

    /// What the ratios cost if taken at their word. **Units**: bits. **Source**: Brümmer and du Preez 2006.
    #[must_use]
    pub fn cllr(&self) -> f64 {
        let cost = |nats: f64| nats.max(0.0) + (-nats.abs()).exp().ln_1p();
        let mean = |scores: &[f64], sign: f64| {
            scores.iter().map(|s| cost(sign * s)).sum::<f64>() / scores.len() as f64
        };
        (mean(&self.mated, -1.0) + mean(&self.nonmated, 1.0)) / 2.0 / std::f64::consts::LN_2
    }

    /// The lowest cost that any monotone calibration reaches, by pooling adjacent violators. **Units**: bits.
    #[must_use]
    pub fn cllr_min(&self) -> f64 {
        let (mated, nonmated) = (self.mated.len() as f64, self.nonmated.len() as f64);
        let mut cost = 0.0;
        for block in self.pooled() {
            let (m, n) = (block.mated / mated, block.nonmated / nonmated);
            cost += 0.5 * m * (1.0 + n / m).log2() * f64::from(m > 0.0)
                + 0.5 * n * (1.0 + m / n).log2() * f64::from(n > 0.0);
        }
        cost
    }

    /// Blocks of scores with rising shares of mated trials.
    fn pooled(&self) -> Vec<Pool> {
        let mated = self.mated.iter().map(|score| (*score, true));
        let mut all: Vec<(f64, bool)> =
            mated.chain(self.nonmated.iter().map(|score| (*score, false))).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let mut pools: Vec<Pool> = Vec::new();
        for (_, mated) in all {
            pools.push(Pool { mated: f64::from(u8::from(mated)), nonmated: f64::from(u8::from(!mated)) });
            while let [.., before, last] = pools.as_slice() {
                if before.share() < last.share() {
                    break;
                }
                let joined =
                    Pool { mated: before.mated + last.mated, nonmated: before.nonmated + last.nonmated };
                pools.truncate(pools.len() - 2);
                pools.push(joined);
            }
        }
        // A block of one sort alone costs nothing; the products below need both factors to be numbers.
        pools.into_iter().filter(|pool| pool.mated > 0.0 && pool.nonmated > 0.0).collect()
    }
}

#[derive(Clone, Copy)]
struct Pool {
    mated: f64,
    nonmated: f64,
}

impl Pool {
    fn share(&self) -> f64 {
        self.mated / (self.mated + self.nonmated)
    }
}

/// Error rates of one claimed subject.
#[derive(Clone, Debug, Serialize)]
pub struct SubjectErrors {
    /// Whose reference, as a number.
    #[serde(skip)]
    pub claimed: usize,
    /// With a threshold of their own; not a number where nobody else claimed them, as the next two.
    pub eer: f64,
    /// Area under their own curve.
    pub auc: f64,
    /// At the pooled threshold of 1 % FMR.
    pub fmr: f64,
    /// At the pooled threshold of 1 % FMR.
    pub fnmr_at_fmr_1pct: f64,
    /// Mated trials.
    pub mated: usize,
}

/// Everything that is told of a set of trials.
#[derive(Clone, Debug)]
pub struct Summary {
    /// One threshold for all.
    pub eer: f64,
    /// 95 % of the resamples over subjects.
    pub eer_ci95: [f64; 2],
    /// Area under the curve.
    pub auc: f64,
    /// 95 % of the resamples over subjects.
    pub auc_ci95: [f64; 2],
    /// Mean over subjects, each with a threshold of their own.
    pub eer_per_subject_mean: f64,
    /// FNMR where FMR is 1 %.
    pub fnmr_at_fmr_1pct: f64,
    /// 95 % of the resamples over subjects, each with a threshold of its own.
    pub fnmr_at_fmr_1pct_ci95: [f64; 2],
    /// FNMR where FMR is .1 %.
    pub fnmr_at_fmr_0_1pct: f64,
    /// Mean of the worst tenth of subjects.
    pub worst_decile_fnmr_at_fmr_1pct: f64,
    /// Cost of the ratios as they are. **Units**: bits.
    pub cllr: f64,
    /// Cost after the best monotone calibration. **Units**: bits.
    pub cllr_min: f64,
    /// Names of those figures above that too few people or trials stand behind: they are what these trials gave, and tell
    /// nothing of others.
    pub too_few: Vec<&'static str>,
    /// Each subject's own errors.
    pub subjects: Vec<SubjectErrors>,
}

/// Every figure of a summary, as a report names it.
const FIGURES: [&str; 11] = [
    "eer",
    "eer_ci95",
    "auc",
    "auc_ci95",
    "eer_per_subject_mean",
    "fnmr_at_fmr_1pct",
    "fnmr_at_fmr_1pct_ci95",
    "fnmr_at_fmr_0_1pct",
    "worst_decile_fnmr_at_fmr_1pct",
    "cllr",
    "cllr_min",
];

impl Summary {
    /// The summary of trials that give no figure, since one sort of them is missing.
    #[must_use]
    pub fn without_figures() -> Self {
        Self {
            eer: f64::NAN,
            eer_ci95: [f64::NAN; 2],
            auc: f64::NAN,
            auc_ci95: [f64::NAN; 2],
            eer_per_subject_mean: f64::NAN,
            fnmr_at_fmr_1pct: f64::NAN,
            fnmr_at_fmr_1pct_ci95: [f64::NAN; 2],
            fnmr_at_fmr_0_1pct: f64::NAN,
            worst_decile_fnmr_at_fmr_1pct: f64::NAN,
            cllr: f64::NAN,
            cllr_min: f64::NAN,
            too_few: FIGURES.to_vec(),
            subjects: Vec::new(),
        }
    }

    /// A figure for people to read: with so many digits, or that too few stand behind it.
    #[must_use]
    pub fn words(&self, name: &str, digits: usize) -> String {
        let number = |value: f64| format!("{value:.digits$}");
        let interval = |[low, high]: [f64; 2]| format!("{low:.digits$}, {high:.digits$}");
        if self.too_few.contains(&name) {
            return "too few".to_owned();
        }
        match name {
            "eer" => number(self.eer),
            "eer_ci95" => interval(self.eer_ci95),
            "auc" => number(self.auc),
            "auc_ci95" => interval(self.auc_ci95),
            "eer_per_subject_mean" => number(self.eer_per_subject_mean),
            "fnmr_at_fmr_1pct" => number(self.fnmr_at_fmr_1pct),
            "fnmr_at_fmr_1pct_ci95" => interval(self.fnmr_at_fmr_1pct_ci95),
            "fnmr_at_fmr_0_1pct" => number(self.fnmr_at_fmr_0_1pct),
            "worst_decile_fnmr_at_fmr_1pct" => number(self.worst_decile_fnmr_at_fmr_1pct),
            "cllr" => number(self.cllr),
            "cllr_min" => number(self.cllr_min),
            _ => String::new(),
        }
    }
}

/// The figures that too little stands behind: any rate on a handful of trials; a rate at an FMR of which less than one
/// trial is left; a resampling of a few people, or their worst tenth.
fn too_few(curve: &ErrorCurve, subjects: usize) -> Vec<&'static str> {
    let (mated, nonmated) = (curve.mated.len(), curve.nonmated.len());
    let is_too_few = |name: &str| {
        let strict = nonmated < 100;
        mated.min(nonmated) < TRIALS_MIN
            || match name {
                "eer_ci95" | "auc_ci95" => subjects < RESAMPLED_MIN,
                "fnmr_at_fmr_1pct" => strict,
                "fnmr_at_fmr_1pct_ci95" => strict || subjects < RESAMPLED_MIN,
                "fnmr_at_fmr_0_1pct" => nonmated < 1_000,
                "worst_decile_fnmr_at_fmr_1pct" => strict || subjects < TENTH_MIN,
                _ => false,
            }
    };
    FIGURES.into_iter().filter(|name| is_too_few(name)).collect()
}

/// Summarises trials; none where one sort of them is missing.
#[must_use]
pub fn summarise(trials: &[Scored]) -> Option<Summary> {
    let curve = ErrorCurve::of(trials);
    if !curve.is_complete() {
        return None;
    }
    let strict = curve.at_fmr(0.01);
    let subjects = subject_errors(trials, strict.threshold);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let eers: Vec<f64> = subjects.iter().map(|s| s.eer).filter(|eer| eer.is_finite()).collect();
    let resampled = resampled(trials);
    let mut worst: Vec<f64> = subjects.iter().map(|s| s.fnmr_at_fmr_1pct).collect();
    worst.sort_by(|a, b| b.total_cmp(a));
    worst.truncate(worst.len().div_ceil(10));
    Some(Summary {
        eer: curve.eer(),
        eer_ci95: resampled.eer,
        auc: curve.auc(),
        auc_ci95: resampled.auc,
        eer_per_subject_mean: mean(&eers),
        fnmr_at_fmr_1pct: strict.fnmr,
        fnmr_at_fmr_1pct_ci95: resampled.fnmr_at_fmr_1pct,
        fnmr_at_fmr_0_1pct: curve.at_fmr(0.001).fnmr,
        worst_decile_fnmr_at_fmr_1pct: mean(&worst),
        cllr: curve.cllr(),
        cllr_min: curve.cllr_min(),
        too_few: too_few(&curve, subjects.len()),
        subjects,
    })
}

fn by_subject(trials: &[Scored]) -> BTreeMap<usize, Vec<&Scored>> {
    let mut groups: BTreeMap<usize, Vec<&Scored>> = BTreeMap::new();
    trials.iter().for_each(|trial| groups.entry(trial.claimed).or_default().push(trial));
    groups
}

/// The errors of everybody who has probes of their own, whether or not somebody else claimed them.
fn subject_errors(trials: &[Scored], threshold: f64) -> Vec<SubjectErrors> {
    let of_subject = |(claimed, trials): (usize, Vec<&Scored>)| {
        let curve = ErrorCurve::of(trials);
        let point = curve.at(threshold);
        let beside_others = |figure: f64| if curve.is_complete() { figure } else { f64::NAN };
        (!curve.mated.is_empty()).then(|| SubjectErrors {
            claimed,
            eer: beside_others(curve.eer()),
            auc: beside_others(curve.auc()),
            fmr: beside_others(point.fmr),
            fnmr_at_fmr_1pct: point.fnmr,
            mated: curve.mated.len(),
        })
    };
    by_subject(trials).into_iter().filter_map(of_subject).collect()
}

/// Between which values 95 % of the resamples over subjects lie.
struct Resampled {
    eer: [f64; 2],
    auc: [f64; 2],
    fnmr_at_fmr_1pct: [f64; 2],
}

/// Percentiles of pooled figures over resampled subjects. The resamples are fixed, so that a run repeats.
fn resampled(trials: &[Scored]) -> Resampled {
    let groups: Vec<Vec<&Scored>> = by_subject(trials).into_values().collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let curves: Vec<ErrorCurve> = (0..RESAMPLES)
        .map(|_| {
            let drawn =
                (0..groups.len()).flat_map(|_| &groups[(next(&mut state) % groups.len() as u64) as usize]);
            ErrorCurve::of(drawn.copied())
        })
        .filter(ErrorCurve::is_complete)
        .collect();
    Resampled {
        eer: middle_95(curves.iter().map(ErrorCurve::eer)),
        auc: middle_95(curves.iter().map(ErrorCurve::auc)),
        fnmr_at_fmr_1pct: middle_95(curves.iter().map(|curve| curve.at_fmr(0.01).fnmr)),
    }
}

fn middle_95(figures: impl Iterator<Item = f64>) -> [f64; 2] {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    let at = |share: f64| figures.get((share * figures.len() as f64) as usize).copied().unwrap_or(f64::NAN);
    [at(0.025), at(0.975)]
}

/// SplitMix64: numbers for resampling, the same in every run.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trials(mated: &[f64], nonmated: &[f64]) -> Vec<Scored> {
        let scored = |llr: &f64, mated| Scored { claimed: 0, mated, llr: *llr };
        mated.iter().map(|l| scored(l, true)).chain(nonmated.iter().map(|l| scored(l, false))).collect()
    }

    #[test]
    fn separate_scores_make_no_error_and_equal_ones_make_half() {
        let good = ErrorCurve::of(&trials(&[2.0, 3.0], &[-1.0, 0.0]));
        assert_eq!((good.eer(), good.auc(), good.cllr_min()), (0.0, 1.0, 0.0));
        let bad = ErrorCurve::of(&trials(&[1.0, 1.0], &[1.0, 1.0]));
        assert!((bad.eer() - 0.5).abs() < 1e-12 && (bad.auc() - 0.5).abs() < 1e-12);
        assert!((bad.cllr_min() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_rate_is_read_where_the_curves_cross() {
        let curve = ErrorCurve::of(&trials(&[1.0, 3.0, 4.0, 5.0], &[0.0, 0.5, 2.0, 2.5]));
        assert!((curve.eer() - 0.25).abs() < 1e-12, "{}", curve.eer());
    }

    #[test]
    fn a_false_match_rate_is_never_exceeded() {
        let nonmated: Vec<f64> = (0..200).map(f64::from).collect();
        let curve = ErrorCurve::of(&trials(&[150.0, 198.5, 300.0, 400.0], &nonmated));
        let point = curve.at_fmr(0.01);
        assert_eq!((point.fmr, point.fnmr), (0.01, 0.25));
        assert_eq!(curve.at_fmr(0.001).fmr, 0.0);
    }

    #[test]
    fn what_too_few_stand_behind_is_named() {
        let of = |mated: usize, nonmated: usize, people: usize| {
            let scored = |at: usize, mated: bool| Scored { claimed: at % people, mated, llr: at as f64 };
            let all = (0..mated).map(|at| scored(at, true)).chain((0..nonmated).map(|at| scored(at, false)));
            summarise(&all.collect::<Vec<_>>()).unwrap().too_few
        };
        assert!(of(40, 1_000, 10).is_empty());
        assert_eq!(of(40, 999, 10), ["fnmr_at_fmr_0_1pct"]);
        let strict = [
            "fnmr_at_fmr_1pct",
            "fnmr_at_fmr_1pct_ci95",
            "fnmr_at_fmr_0_1pct",
            "worst_decile_fnmr_at_fmr_1pct",
        ];
        assert_eq!(of(40, 99, 10), strict);
        assert_eq!(of(40, 1_000, 9), ["worst_decile_fnmr_at_fmr_1pct"]);
        let few = ["eer_ci95", "auc_ci95", "fnmr_at_fmr_1pct_ci95", "worst_decile_fnmr_at_fmr_1pct"];
        assert_eq!(of(40, 1_000, 7), few);
        assert_eq!(of(9, 5_000, 3), FIGURES);
    }

    #[test]
    fn whoever_nobody_else_claimed_is_among_the_subjects_and_in_the_worst_tenth() {
        let scored = |claimed, mated, llr| Scored { claimed, mated, llr };
        let mut all: Vec<Scored> =
            (0..10).map(|at| scored(0, at < 5, if at < 5 { 3.0 } else { -3.0 })).collect();
        all.push(scored(1, true, -9.0));
        let summary = summarise(&all).unwrap();
        let alone = &summary.subjects[1];
        assert_eq!((alone.claimed, alone.mated, alone.fnmr_at_fmr_1pct), (1, 1, 1.0));
        assert!(alone.eer.is_nan() && alone.auc.is_nan() && alone.fmr.is_nan());
        assert_eq!((summary.worst_decile_fnmr_at_fmr_1pct, summary.eer_per_subject_mean), (1.0, 0.0));
    }

    #[test]
    fn intervals_hold_their_figures_and_are_none_where_all_are_alike() {
        let noise = |at: usize| ((at * 7_919) % 101) as f64 / 25.0;
        let scored = |at: usize| {
            let mated = at.is_multiple_of(4);
            Scored { claimed: at % 12, mated, llr: noise(at) + if mated { 1.5 } else { -1.5 } }
        };
        let told = summarise(&(0..3_000).map(scored).collect::<Vec<_>>()).unwrap();
        for (figure, [low, high]) in [
            (told.eer, told.eer_ci95),
            (told.auc, told.auc_ci95),
            (told.fnmr_at_fmr_1pct, told.fnmr_at_fmr_1pct_ci95),
        ] {
            assert!(low <= figure && figure <= high && low < high, "{low} {figure} {high}");
        }
        let apart = |at: usize| Scored { llr: if scored(at).mated { 9.0 } else { -9.0 }, ..scored(at) };
        let told = summarise(&(0..3_000).map(apart).collect::<Vec<_>>()).unwrap();
        assert_eq!(
            (told.eer_ci95, told.auc_ci95, told.fnmr_at_fmr_1pct_ci95),
            ([0.0; 2], [1.0; 2], [0.0; 2])
        );
    }

    #[test]
    fn uninformative_ratios_cost_one_bit() {
        let curve = ErrorCurve::of(&trials(&[0.0; 3], &[0.0; 5]));
        assert!((curve.cllr() - 1.0).abs() < 1e-12);
    }
}
