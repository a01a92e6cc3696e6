//! The evidence of a probe: sums of log ratios for the subject and for everybody in the cohort, and what they say.
//!
//! Sums add up over blocks, so a window of several blocks costs no more than its blocks did.

use super::calibration::STEPS;
use super::counts::step_index;
use super::lanes::{add_rows, log_sum_exp};
use super::model::KeystrokeModels;
use super::reference::PreparedKeystroke;
use super::sessions::SESSIONS_MAX;
use crate::score::{LogLikelihoodRatio, ModalityScore, Reason};
use fearless_simd::Level;
use palet_features::KeystrokeBlock;
use palet_features::keystroke::CHANNELS;

/// The fewest people that normalise; below, the population alone stands for everybody else.
const COHORT_MIN: usize = 8;
/// The largest normalised score of a channel, in both directions. **Units**: nats.
const CHANNEL_MAX: f32 = 12.0;
/// What the subject's sessions say is taken to this power before it is averaged: counts of one probe lean on each other, and
/// at their word the nearest session alone would speak.
const SESSION_POWER: f32 = 0.3;
/// A channel that falls below this is worth naming as a reason: the subject's own lie about 0. **Units**: nats.
const REASON_BELOW: f32 = -6.0;

/// Names of the channels in evaluations. **Shape** `[CHANNELS]`.
pub const CHANNEL_NAMES: [&str; CHANNELS] = [
    "key-dwell",
    "key-flight-ud",
    "key-flight-dd",
    "key-flight-uu",
    "key-dwell-then-ud",
    "key-dwell-then-dwell",
];

/// Normalised scores by channel; nothing where a channel saw nothing. **Shape** `[CHANNELS]`. **Units**: nats.
pub type ChannelScores = [Option<f32>; CHANNELS];

/// Sums over the blocks of one probe.
#[derive(Clone, Default)]
pub struct KeystrokeEvidence {
    /// By the step of their block.
    keys: [u32; STEPS],
    counts: [f32; CHANNELS],
    /// ln of each session's share. **Shape** `[sessions]`.
    ln_shares: Vec<f32>,
    /// What the probe says of each of the subject's sessions. **Shape** `[CHANNELS, sessions]`.
    subject: Vec<f32>,
    /// What it says of the cohort. **Shape** `[CHANNELS, lanes]`.
    cohort: Vec<f32>,
}

impl KeystrokeEvidence {
    /// Adds one block.
    pub fn add(&mut self, models: &KeystrokeModels, reference: &PreparedKeystroke, block: &KeystrokeBlock) {
        let (lanes, sessions) = (models.lanes(), reference.sessions());
        self.cohort.resize(CHANNELS * lanes, 0.0);
        self.subject.resize(CHANNELS * sessions, 0.0);
        self.ln_shares.clone_from(&reference.ln_shares);
        let step = step_index(block.ladder);
        self.keys[step] = self.keys[step].saturating_add(u32::from(block.keys));
        let channel_of = |cell: &(u16, u8)| models.channel_of(step, usize::from(cell.0));
        for run in block.cells.chunk_by(|a, b| channel_of(a) == channel_of(b)) {
            let Some(channel) = run.first().and_then(channel_of) else { continue };
            let own = &mut self.subject[channel * sessions..(channel + 1) * sessions];
            for &(cell, count) in run {
                let count = f32::from(count);
                self.counts[channel] += count;
                let row = reference.row(block.ladder, usize::from(cell));
                own.iter_mut().zip(row).for_each(|(sum, ratio)| *sum += count * ratio);
            }
            let others = &mut self.cohort[channel * lanes..(channel + 1) * lanes];
            add_rows(models.level(), models.cohort_table(step), run, others);
        }
    }

    /// Adds another probe's evidence, gathered against the same reference and models.
    pub fn merge(&mut self, other: &Self) {
        self.keys.iter_mut().zip(other.keys).for_each(|(a, b)| *a = a.saturating_add(b));
        self.cohort.resize(self.cohort.len().max(other.cohort.len()), 0.0);
        self.counts.iter_mut().zip(&other.counts).for_each(|(a, b)| *a += b);
        self.subject.resize(self.subject.len().max(other.subject.len()), 0.0);
        self.subject.iter_mut().zip(&other.subject).for_each(|(a, b)| *a += b);
        if self.ln_shares.is_empty() {
            self.ln_shares.clone_from(&other.ln_shares);
        }
        self.cohort.iter_mut().zip(&other.cohort).for_each(|(a, b)| *a += b);
    }

    /// Keys behind the evidence.
    #[must_use]
    pub fn keys(&self) -> u32 {
        self.keys.iter().copied().fold(0, u32::saturating_add)
    }

    /// Each channel's score: how much likelier the probe is for the subject than for somebody of the cohort, who is
    /// anybody of it as likely as another.
    #[must_use]
    pub fn channels(&self, models: &KeystrokeModels) -> ChannelScores {
        let lanes = models.lanes();
        let voices = if models.cohort_size() < COHORT_MIN { 0 } else { models.voices() };
        let mut scores = [None; CHANNELS];
        for (channel, score) in scores.iter_mut().enumerate() {
            if self.counts[channel] > 0.0 {
                let cohort = self.cohort.get(channel * lanes..channel * lanes + voices).unwrap_or(&[]);
                *score = Some(normalised(models.level(), self.subject(models.level(), channel), cohort));
            }
        }
        scores
    }

    /// ln of what the subject's sessions say of a channel, as a mean of the power [`SESSION_POWER`].
    fn subject(&self, level: Level, channel: usize) -> f32 {
        let sessions = self.ln_shares.len();
        let sums = self.subject.iter().skip(channel * sessions).zip(&self.ln_shares);
        let mut said = [f32::NEG_INFINITY; SESSIONS_MAX as usize];
        for (said, (sum, ln_share)) in said.iter_mut().zip(sums) {
            *said = SESSION_POWER.mul_add(*sum, *ln_share);
        }
        if sessions == 0 { 0.0 } else { log_sum_exp(level, &said) / SESSION_POWER }
    }

    /// Every channel by itself, for evaluation; none where nothing was typed.
    #[must_use]
    pub fn parts(&self, models: &KeystrokeModels) -> Vec<(&'static str, f64)> {
        let fused = [("key-fused", self.fused(models))];
        let named = CHANNEL_NAMES.into_iter().zip(self.channels(models)).chain(fused);
        named.filter_map(|(name, score)| score.map(|score| (name, f64::from(score)))).collect()
    }

    /// What the channels say together; nothing where nothing was typed.
    #[must_use]
    pub fn score(&self, models: &KeystrokeModels) -> Option<ModalityScore> {
        let keys = self.keys();
        if keys == 0 {
            return None;
        }
        let channels = self.channels(models);
        let fused = fused(&channels, &models.content().weights.0)?;
        let nats = models.content().calibration.nats(fused, self.keys);
        let llr = LogLikelihoodRatio::bounded(nats);
        Some(ModalityScore { llr, events: keys, reason: reason(&channels) })
    }

    /// The fused score before it is calibrated.
    #[must_use]
    pub fn fused(&self, models: &KeystrokeModels) -> Option<f32> {
        fused(&self.channels(models), &models.content().weights.0)
    }
}

/// ln(p(probe | subject) / mean over the cohort of p(probe | person)); all as ratios to the population.
fn normalised(level: Level, score: f32, cohort: &[f32]) -> f32 {
    if cohort.is_empty() {
        return score.clamp(-CHANNEL_MAX, CHANNEL_MAX);
    }
    let others = log_sum_exp(level, cohort) - libm::logf(cohort.len() as f32);
    (score - others).clamp(-CHANNEL_MAX, CHANNEL_MAX)
}

fn fused(channels: &ChannelScores, weights: &[f32; CHANNELS]) -> Option<f32> {
    let seen =
        || channels.iter().zip(weights).filter_map(|(score, weight)| score.map(|score| (score, *weight)));
    let total: f32 = seen().map(|(_, weight)| weight.abs()).sum();
    (total > 0.0).then(|| seen().map(|(score, weight)| score * weight).sum::<f32>() / total)
}

fn reason(channels: &ChannelScores) -> Option<Reason> {
    let lowest = |range: std::ops::Range<usize>| channels[range].iter().flatten().copied().reduce(f32::min);
    [
        (Reason::KeyDwell, lowest(0..1)),
        (Reason::KeyFlight, lowest(1..4)),
        (Reason::KeyRhythm, lowest(4..CHANNELS)),
    ]
    .into_iter()
    .filter_map(|(reason, low)| low.filter(|low| *low < REASON_BELOW).map(|low| (reason, low)))
    .min_by(|a, b| a.1.total_cmp(&b.1))
    .map(|(reason, _)| reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keystroke::{
        Calibration, FusionWeights, KeyCounts, KeystrokeContent, KeystrokeReference, Person,
    };
    use palet_features::Ladder;

    fn block(bin: u16) -> KeystrokeBlock {
        let cells = vec![(bin, 40), (bin + 1, 24), (64 + bin, 30), (66 + bin, 33)];
        KeystrokeBlock { ladder: Ladder::K4, keys: 64, repeats: 0, hasty: 0, cells }
    }

    fn counts(bin: u16) -> KeyCounts {
        let mut counts = KeyCounts::default();
        (0..8).for_each(|_| counts.add(&block(bin)));
        counts
    }

    fn models(people: u16) -> KeystrokeModels {
        let person = |at: u16| Person { tags: vec![], counts: counts(at % 12).into() };
        let (weights, calibration) = (FusionWeights::default(), Calibration::default());
        let content = KeystrokeContent { people: (0..people).map(person).collect(), weights, calibration };
        KeystrokeModels::parse(&KeystrokeModels::encode(&content).unwrap()).unwrap()
    }

    fn llr(models: &KeystrokeModels, blocks: &[KeystrokeBlock]) -> f64 {
        let enrolled: Vec<KeystrokeBlock> = (0..8).map(|_| block(4)).collect();
        let prepared = KeystrokeReference::enrol([&enrolled]).unwrap().prepare(models, None);
        let mut evidence = KeystrokeEvidence::default();
        blocks.iter().for_each(|block| evidence.add(models, &prepared, block));
        evidence.score(models).unwrap().llr.nats()
    }

    #[test]
    fn ones_own_blocks_score_above_anothers() {
        let models = models(24);
        assert!(llr(&models, &[block(4)]) > llr(&models, &[block(9)]) + 1.0);
    }

    #[test]
    fn a_probe_like_one_session_speaks_louder_and_one_between_two_less_than_if_they_were_one() {
        let models = models(24);
        let [a, b] = [2, 8].map(|bin| vec![block(bin); 4]);
        let apart = KeystrokeReference::enrol([&a, &b]).unwrap().prepare(&models, None);
        let together: Vec<KeystrokeBlock> = a.iter().chain(&b).cloned().collect();
        let together = KeystrokeReference::enrol([&together]).unwrap().prepare(&models, None);
        let dwell = |prepared: &PreparedKeystroke, bins: [u16; 2]| {
            let mut evidence = KeystrokeEvidence::default();
            bins.iter().for_each(|bin| evidence.add(&models, prepared, &block(*bin)));
            evidence.subject(models.level(), 0)
        };
        assert!(dwell(&apart, [2, 2]) > dwell(&together, [2, 2]));
        assert!(dwell(&apart, [2, 8]) < dwell(&together, [2, 8]));
    }

    #[test]
    fn evidence_of_two_probes_merges_into_that_of_both() {
        let models = models(24);
        let enrolled = [vec![block(2); 4], vec![block(8); 4]];
        let prepared = KeystrokeReference::enrol(&enrolled).unwrap().prepare(&models, None);
        let of = |bins: &[u16]| {
            let mut evidence = KeystrokeEvidence::default();
            bins.iter().for_each(|bin| evidence.add(&models, &prepared, &block(*bin)));
            evidence
        };
        let mut merged = KeystrokeEvidence::default();
        merged.merge(&of(&[3]));
        merged.merge(&of(&[9]));
        let (merged, whole) = (merged.fused(&models).unwrap(), of(&[3, 9]).fused(&models).unwrap());
        assert!((merged - whole).abs() < 1e-4, "{merged} {whole}");
    }

    #[test]
    fn without_a_cohort_a_score_is_still_finite() {
        let models = models(0);
        assert!(llr(&models, &[block(4)]).is_finite());
    }

    #[test]
    fn evidence_adds_up_in_any_order() {
        let models = models(24);
        let (a, b) = (block(3), block(8));
        let (there, back) = (llr(&models, &[a.clone(), b.clone()]), llr(&models, &[b, a]));
        assert!((there - back).abs() < 1e-4, "{there} {back}");
    }

    #[test]
    fn a_block_with_cells_beyond_the_layout_says_nothing_of_them() {
        let models = models(24);
        let mut odd = block(4);
        odd.cells.push((u16::MAX, 1));
        assert_eq!(llr(&models, &[odd]), llr(&models, &[block(4)]));
    }
}
