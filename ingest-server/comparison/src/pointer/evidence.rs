//! The evidence of a probe's strokes: sums that add up over blocks, normalised against a cohort, fused.

use super::fusion::{CHANNEL_NAMES, Channels, clipped};
use super::model::{COHORT_MAX, PointerModels, Shifts};
use super::reference::{PreparedPointer, mean_and_spread};
use super::space::{MixtureSums, RATES, dot, rate_index};
use super::window::{WindowPlace, WindowSums};
use crate::score::{LogLikelihoodRatio, ModalityScore, Reason};
use palet_features::{PointerBlock, RateClass, STROKE_FEATURES};

/// The nearest share of the cohort whose mean a score has to lead.
const LEAD_SHARE: f32 = 0.1;
/// The nearest share of the cohort that a score is normalised against.
const NEAREST_SHARE: f32 = 0.25;
/// A group of features whose root mean square deviation is above this, in standard errors, is worth naming.
const REASON_ABOVE: f32 = 1.5;
/// A feature's deviation is clipped here. **Units**: standard errors.
const DEVIATION_MAX: f32 = 6.0;
/// The first feature that tells of the path's shape, the first after them; those before tell of extent.
const SHAPE: std::ops::Range<usize> = 35..48;
/// Pauses and clicks.
const CLICKS: std::ops::Range<usize> = 72..STROKE_FEATURES;

/// Sums over the blocks of one probe, gathered against one reference.
#[derive(Clone)]
pub struct PointerEvidence {
    sums: MixtureSums,
    whole: WindowSums,
    /// Strokes by rate class.
    rates: [u32; RATES],
}

/// How a cohort scores some evidence.
pub(crate) struct Standing {
    place: WindowPlace,
    total: f32,
    /// Mean of the nearest few.
    lead: f32,
    /// Mean and spread of the nearer ones.
    near: (f32, f32),
    /// Mean of the nearest few among windows.
    window_lead: f32,
}

impl Default for PointerEvidence {
    fn default() -> Self {
        Self { sums: MixtureSums::new(), whole: WindowSums::new(), rates: [0; RATES] }
    }
}

impl PointerEvidence {
    /// Adds one block. A block of another class of pointer says nothing about this reference.
    pub fn add(&mut self, models: &PointerModels, reference: &PreparedPointer, block: &PointerBlock) {
        if block.pointer != reference.pointer {
            return;
        }
        let content = models.content();
        let standard = &content.standards[rate_index(block.rate)];
        let strokes = u32::try_from(block.strokes.len()).unwrap_or(u32::MAX);
        let counted = &mut self.rates[rate_index(block.rate)];
        *counted = counted.saturating_add(strokes);
        for stroke in &block.strokes {
            let standardised = standard.apply(stroke);
            let mut place = content.strokes.project(&standardised);
            place.iter_mut().zip(&reference.excess).for_each(|(p, e)| *p -= e);
            content.strokes.accumulate(&place, &mut self.sums);
            self.whole.push(&standardised);
        }
    }

    /// Adds another probe's evidence, gathered against the same reference and models.
    pub fn merge(&mut self, other: &Self) {
        self.sums.add(&other.sums);
        self.whole.add(&other.whole);
        self.rates.iter_mut().zip(other.rates).for_each(|(a, b)| *a = a.saturating_add(b));
    }

    /// The rate class of most strokes: whose cohort and weights apply. Ties go to the finer one.
    fn rate(&self) -> RateClass {
        RateClass::of_most(self.rates)
    }

    /// Strokes behind the evidence.
    #[must_use]
    pub const fn strokes(&self) -> u32 {
        self.whole.strokes
    }

    pub(crate) const fn sums(&self) -> &MixtureSums {
        &self.sums
    }

    pub(crate) const fn whole(&self) -> &WindowSums {
        &self.whole
    }

    /// Where the whole evidence lies among windows, without what the reference shares with its machine.
    pub(crate) fn window_place(
        &self,
        models: &PointerModels,
        reference: &PreparedPointer,
    ) -> Option<WindowPlace> {
        (self.whole.strokes > 0).then(|| {
            let mut place = models.content().windows.project(&self.whole);
            place.iter_mut().zip(&reference.window_excess).for_each(|(p, e)| *p -= e);
            place
        })
    }

    /// Mean log-likelihood ratio of a stroke, linear in the shifts of the mixture's means.
    ///
    /// **Source**: Glembek et al. 2009, "linear scoring".
    fn lead_of(&self, shifts: &Shifts, total: f32) -> f32 {
        let gained = dot(&shifts.values, &self.sums.shifts);
        (gained - dot(&shifts.halves, &self.sums.counts)) / total
    }

    /// How the cohort scores this evidence, for a reference that shares `excess` with its machine.
    pub(crate) fn standing(&self, models: &PointerModels, excess: &WindowPlace) -> Option<Standing> {
        if self.whole.strokes == 0 {
            return None;
        }
        let mut place = models.content().windows.project(&self.whole);
        place.iter_mut().zip(excess).for_each(|(p, e)| *p -= e);
        let total = self.sums.total().max(f32::MIN_POSITIVE);
        let others = models.cohort(self.rate());
        let mut scores = [0.0f32; COHORT_MAX];
        let people = others.shifts.len().min(COHORT_MAX);
        let scores = &mut scores[..people];
        for (score, shifts) in scores.iter_mut().zip(&others.shifts) {
            *score = self.lead_of(shifts, total);
        }
        scores.sort_unstable_by(|a, b| b.total_cmp(a));
        let (lead, _) = mean_and_spread(nearest(scores, LEAD_SHARE));
        let near = mean_and_spread(nearest(scores, NEAREST_SHARE));
        let windows = &models.content().windows;
        for (score, other) in scores.iter_mut().zip(&others.places) {
            *score = windows.compare(models.terms(), other, &place);
        }
        scores.sort_unstable_by(|a, b| b.total_cmp(a));
        let (window_lead, _) = mean_and_spread(nearest(scores, LEAD_SHARE));
        Some(Standing { place, total, lead, near, window_lead })
    }

    pub(crate) fn channels(&self, models: &PointerModels, reference: &PreparedPointer) -> Option<Channels> {
        let standing = self.standing(models, &reference.window_excess)?;
        Some(self.channels_in(models, reference, &standing))
    }

    /// The channels against one reference, in the light of how the cohort stands.
    pub(crate) fn channels_in(
        &self,
        models: &PointerModels,
        reference: &PreparedPointer,
        standing: &Standing,
    ) -> Channels {
        let own = self.lead_of(&reference.shifts, standing.total);
        let (near_mean, near_spread) = standing.near;
        let window = models.content().windows.compare(models.terms(), &reference.place, &standing.place);
        let (z_mean, z_spread) = reference.z[rate_index(self.rate())];
        let apart = &models.content().windows.apart;
        clipped([
            own - standing.lead,
            (own - near_mean) / near_spread,
            (window - z_mean) / z_spread,
            window - standing.window_lead,
            apart.compare(&reference.apart, &apart.project(&self.whole), self.strokes()),
        ])
    }

    /// The log-likelihood ratio. **Units**: nats.
    fn nats(&self, models: &PointerModels, reference: &PreparedPointer, channels: &Channels) -> f64 {
        let fusion = &models.content().fusions[rate_index(self.rate())];
        fusion.nats(channels, self.strokes(), reference.population)
    }

    /// The scores of each scorer by itself, for evaluation.
    #[must_use]
    pub fn parts(&self, models: &PointerModels, reference: &PreparedPointer) -> Vec<(&'static str, f64)> {
        let channels = self.channels(models, reference).unwrap_or_default();
        CHANNEL_NAMES.into_iter().zip(channels.map(f64::from)).collect()
    }

    /// What the gathered blocks say together; nothing where no stroke could be compared.
    #[must_use]
    pub fn score(&self, models: &PointerModels, reference: &PreparedPointer) -> Option<ModalityScore> {
        let channels = self.channels(models, reference)?;
        let nats = self.nats(models, reference, &channels);
        let llr = LogLikelihoodRatio::bounded(nats);
        let reason = if nats < 0.0 { self.reason(reference) } else { None };
        Some(ModalityScore { llr, events: self.strokes(), reason })
    }

    /// The group of features that deviates most from the reference's strokes.
    fn reason(&self, reference: &PreparedPointer) -> Option<Reason> {
        let mut squares = [(0.0f32, 0.0f32); 3];
        for at in 0..STROKE_FEATURES {
            let group = if CLICKS.contains(&at) { 2 } else { usize::from(SHAPE.contains(&at)) };
            if let Some(deviation) = deviation(&self.whole, &reference.whole, at) {
                squares[group].0 += deviation * deviation;
                squares[group].1 += 1.0;
            }
        }
        [Reason::PointerMotion, Reason::PointerShape, Reason::PointerClicks]
            .into_iter()
            .zip(squares.map(|(sum, count)| (sum / count.max(1.0)).sqrt()))
            .filter(|(_, size)| *size > REASON_ABOVE)
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(reason, _)| reason)
    }
}

/// The best scores of a cohort that is sorted, best first.
fn nearest(cohort: &[f32], share: f32) -> &[f32] {
    let count = (cohort.len() as f32 * share) as usize;
    &cohort[..count.clamp(2.min(cohort.len()), cohort.len())]
}

/// How far a feature's means lie apart. **Units**: standard errors, taking the population's spread as 1.
fn deviation(probe: &WindowSums, reference: &WindowSums, at: usize) -> Option<f32> {
    let (n, m) = (probe.counts[at], reference.counts[at]);
    if n < 1.0 || m < 1.0 {
        return None;
    }
    let apart = probe.sums[at] / n - reference.sums[at] / m;
    Some((apart / (1.0 / n + 1.0 / m).sqrt()).clamp(-DEVIATION_MAX, DEVIATION_MAX))
}
