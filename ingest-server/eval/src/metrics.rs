//! Error rates of a set of scored trials, in the words of ISO/IEC 19795-1 and 2382-37.

mod summary;

pub use summary::{SubjectErrors, Summary, summarise};

use serde::Serialize;

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
    fn uninformative_ratios_cost_one_bit() {
        let curve = ErrorCurve::of(&trials(&[0.0; 3], &[0.0; 5]));
        assert!((curve.cllr() - 1.0).abs() < 1e-12);
    }
}
