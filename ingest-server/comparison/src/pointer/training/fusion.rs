//! The fusion's weights: logistic regressions on comparisons of people with models that they are no part of.

use super::super::evidence::PointerEvidence;
use super::super::fusion::{APART, CHANNELS, Channels, FusionKnot, PointerFusion};
use super::super::model::PointerModels;
use super::super::reference::{PreparedPointer, mean_and_spread};
use super::super::space::{RATES, rate_index};
use super::linear::{Matrix, solve};
use super::{TrainingPerson, TrainingRecording};
use palet_features::{PointerBlock, PointerClass};

/// Lengths of probes that weights are fitted for. **Units**: strokes.
const LENGTHS: [usize; 4] = [8, 16, 28, 80];
/// Rounds of Newton's method.
const ROUNDS: usize = 25;
/// Weight of the prior that draws weights to 0: keeps separable scores finite.
const RIDGE: f64 = 1e-4;

/// Weights before any were fitted.
pub(super) fn untrained() -> PointerFusion {
    let knot = FusionKnot { strokes: 28.0, weights: [1.0, 0.3, 0.5, 0.5, 0.1], bias: 0.0, apart: [1.0, 0.0] };
    PointerFusion { knots: vec![knot] }
}

#[derive(Clone, Default)]
struct Trial {
    strokes: u32,
    mated: bool,
    channels: Channels,
}

/// Comparisons by rate class and by length of the probe.
#[derive(Default)]
pub(super) struct Trials {
    by_rate: [[Vec<Trial>; LENGTHS.len()]; RATES],
}

/// Consecutive pieces of at least `length` strokes.
fn pieces(blocks: &[PointerBlock], length: usize) -> Vec<&[PointerBlock]> {
    let mut pieces = Vec::new();
    let (mut from, mut strokes) = (0, 0);
    for (at, block) in blocks.iter().enumerate() {
        strokes += block.strokes.len();
        if strokes >= length {
            pieces.push(&blocks[from..=at]);
            (from, strokes) = (at + 1, 0);
        }
    }
    pieces
}

impl Trials {
    /// Compares everybody with everybody, each view of a recording with the same view of another, by a model that none
    /// of them is part of. Views on other machines are left out: the model's cohort has the same machines.
    pub(super) fn add(&mut self, models: &PointerModels, people: &[&TrainingPerson]) {
        let own = |recording: &TrainingRecording| recording.views.iter().take_while(|v| v.is_own()).count();
        let views = people.iter().flat_map(|p| &p.recordings).map(own).max().unwrap_or(0);
        for view in 0..views {
            self.add_view(models, people, view);
        }
    }

    fn add_view(&mut self, models: &PointerModels, people: &[&TrainingPerson], view: usize) {
        let reference = |person: &&TrainingPerson| {
            let blocks = &person.enrolment()?.views.get(view)?.blocks;
            let blocks: Vec<&PointerBlock> = blocks.iter().collect();
            (!blocks.is_empty()).then(|| PreparedPointer::of(models, PointerClass::Mouse, &blocks))
        };
        let references: Vec<Option<PreparedPointer>> = people.iter().map(reference).collect();
        for (at, person) in people.iter().enumerate() {
            for view in person.probes().filter_map(|recording| recording.views.get(view)) {
                for (trials, length) in self.by_rate[rate_index(view.rate)].iter_mut().zip(LENGTHS) {
                    for piece in pieces(&view.blocks, length) {
                        compare(models, &references, piece, at, trials);
                    }
                }
            }
        }
    }

    /// Weights for every rate class and every length that has trials of both sorts; a class without takes the weights
    /// of the class before it. Nothing where none has.
    pub(super) fn fit(&self) -> Option<Vec<PointerFusion>> {
        let fitted: Vec<Option<PointerFusion>> = self.by_rate.iter().map(|t| fusion_of(t)).collect();
        let mut before = fitted.iter().flatten().next()?.clone();
        let filled = fitted.into_iter().map(|fusion| {
            before = fusion.unwrap_or_else(|| before.clone());
            before.clone()
        });
        Some(filled.collect())
    }
}

fn fusion_of(by_length: &[Vec<Trial>]) -> Option<PointerFusion> {
    let mut knots = Vec::new();
    for trials in by_length {
        let Some((weights, bias, apart)) = fitted(trials) else { continue };
        let strokes = trials.iter().map(|t| f64::from(t.strokes)).sum::<f64>() / trials.len() as f64;
        knots.push(FusionKnot { strokes: strokes as f32, weights, bias, apart });
    }
    knots.sort_by(|a, b| a.strokes.total_cmp(&b.strokes));
    (!knots.is_empty()).then_some(PointerFusion { knots })
}

fn compare(
    models: &PointerModels,
    references: &[Option<PreparedPointer>],
    piece: &[PointerBlock],
    own_place: usize,
    trials: &mut Vec<Trial>,
) {
    let gather = |reference: &PreparedPointer| {
        let mut evidence = PointerEvidence::default();
        piece.iter().for_each(|block| evidence.add(models, reference, block));
        let standing = evidence.standing(models, &reference.window_excess)?;
        Some((evidence, standing))
    };
    // References inside of the population take nothing off: one piece stands alike against all of them.
    let mut alike = None;
    for (at, reference) in references.iter().enumerate() {
        let Some(reference) = reference else { continue };
        let own;
        let gathered = if reference.is_inside() {
            alike.get_or_insert_with(|| gather(reference)).as_ref()
        } else {
            own = gather(reference);
            own.as_ref()
        };
        if let Some((evidence, standing)) = gathered {
            let channels = evidence.channels_in(models, reference, standing);
            trials.push(Trial { strokes: evidence.strokes(), mated: at == own_place, channels });
        }
    }
}

/// Weights, a bias, and slope and bias of the channel that knows no population. Channels weigh the same, in units of
/// their spread over strangers: weights of their own fit the development people's device and task more than people.
fn fitted(trials: &[Trial]) -> Option<([f32; CHANNELS], f32, [f32; 2])> {
    let mut units = [0.0; CHANNELS];
    for (at, unit) in units.iter_mut().enumerate() {
        let strangers = trials.iter().filter(|trial| !trial.mated);
        let values: Vec<f32> = strangers.map(|trial| trial.channels[at]).collect();
        *unit = 1.0 / f64::from(mean_and_spread(&values).1);
    }
    let line = |score: &dyn Fn(&Channels) -> f64| {
        newton(&trials.iter().map(|trial| (score(&trial.channels), trial.mated)).collect::<Vec<_>>())
    };
    let (slope, bias) =
        line(&|channels| channels.iter().zip(&units).map(|(value, unit)| f64::from(*value) * unit).sum())?;
    let (apart_slope, apart_bias) = line(&|channels| f64::from(channels[APART]))?;
    let weights = units.map(|unit| (unit * slope) as f32);
    (slope > 0.0).then_some((weights, bias as f32, [apart_slope.max(0.0) as f32, apart_bias as f32]))
}

/// Logistic regression with both classes weighing the same, so that its output is a log-likelihood ratio.
fn newton(rows: &[(f64, bool)]) -> Option<(f64, f64)> {
    let mated = rows.iter().filter(|(_, mated)| *mated).count();
    let nonmated = rows.len() - mated;
    if mated == 0 || nonmated == 0 {
        return None;
    }
    let mut solution = [0.0; 2];
    for _ in 0..ROUNDS {
        let mut hessian = Matrix::zeros(2, 2);
        let mut gradient = [0.0; 2];
        for (score, mated_row) in rows {
            let row = [*score, 1.0];
            let p = 1.0 / (1.0 + libm::exp(-(solution[0] * row[0] + solution[1])));
            let weight = if *mated_row { 0.5 / mated as f64 } else { 0.5 / nonmated as f64 };
            let error = f64::from(u8::from(*mated_row)) - p;
            gradient.iter_mut().zip(&row).for_each(|(g, r)| *g += weight * error * r);
            hessian.add_outer(&row, weight * p * (1.0 - p));
        }
        hessian.mirror();
        for at in 0..2 {
            hessian.set(at, at, hessian.at(at, at) + RIDGE);
            gradient[at] -= RIDGE * solution[at];
        }
        let step = solve(&hessian, &gradient)?;
        solution.iter_mut().zip(&step).for_each(|(s, d)| *s += d);
    }
    solution.iter().all(|value| value.is_finite()).then_some((solution[0], solution[1]))
}
