//! Everything that is told of a set of trials: pooled figures, their intervals over subjects, person by person.

use super::{ErrorCurve, Scored};
use serde::Serialize;
use std::collections::BTreeMap;

/// Resamples behind a confidence interval.
const RESAMPLES: usize = 400;
/// Trials of each sort below which no rate is worth telling.
const TRIALS_MIN: usize = 10;
/// Subjects below which resampling them says nothing.
const RESAMPLED_MIN: usize = 8;
/// Subjects below which there is no tenth of them.
const TENTH_MIN: usize = 10;

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
}
