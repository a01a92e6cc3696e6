//! The fusion's weights: logistic regressions on comparisons of people with models that they are no part of.

use super::super::evidence::PointerEvidence;
use super::super::fusion::{CHANNELS, Channels, FusionKnot, PointerFusion};
use super::super::model::PointerModels;
use super::super::reference::{PreparedPointer, mean_and_spread};
use super::TrainingPerson;
use super::linear::{Matrix, solve};
use palet_features::{PointerBlock, PointerClass};

/// Lengths of probes that weights are fitted for. **Units**: strokes.
const LENGTHS: [usize; 4] = [8, 16, 28, 80];
/// Rounds of Newton's method.
const ROUNDS: usize = 25;
/// Weight of the prior that draws weights to 0: keeps separable scores finite.
const RIDGE: f64 = 1e-4;

/// Weights before any were fitted.
pub(super) fn untrained() -> PointerFusion {
    let knot = FusionKnot { strokes: 28.0, weights: [1.0, 0.3, 0.5, 0.5], bias: 0.0 };
    PointerFusion { knots: vec![knot] }
}

#[derive(Clone, Default)]
struct Trial {
    strokes: u32,
    mated: bool,
    channels: Channels,
}

/// Comparisons by length of the probe.
#[derive(Default)]
pub(super) struct Trials {
    by_length: [Vec<Trial>; LENGTHS.len()],
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
    /// Compares everybody with everybody, as recorded, by a model that none of them is part of.
    pub(super) fn add(&mut self, models: &PointerModels, people: &[&TrainingPerson]) {
        let references: Vec<PreparedPointer> = people
            .iter()
            .filter_map(|person| person.enrolment())
            .map(|r| {
                PreparedPointer::of(models, PointerClass::Mouse, &r.blocks[0].iter().collect::<Vec<_>>())
            })
            .collect();
        for (at, person) in people.iter().enumerate() {
            for recording in person.probes() {
                for (trials, length) in self.by_length.iter_mut().zip(LENGTHS) {
                    for piece in pieces(&recording.blocks[0], length) {
                        compare(models, &references, piece, at, trials);
                    }
                }
            }
        }
    }

    /// Weights for every length that has trials of both sorts; nothing where none has.
    pub(super) fn fit(&self) -> Option<PointerFusion> {
        let mut knots = Vec::new();
        for trials in &self.by_length {
            let Some((weights, bias)) = fitted(trials) else { continue };
            let strokes = trials.iter().map(|t| f64::from(t.strokes)).sum::<f64>() / trials.len() as f64;
            knots.push(FusionKnot { strokes: strokes as f32, weights, bias });
        }
        knots.sort_by(|a, b| a.strokes.total_cmp(&b.strokes));
        (!knots.is_empty()).then_some(PointerFusion { knots })
    }
}

fn compare(
    models: &PointerModels,
    references: &[PreparedPointer],
    piece: &[PointerBlock],
    own: usize,
    trials: &mut Vec<Trial>,
) {
    for (at, reference) in references.iter().enumerate() {
        let mut evidence = PointerEvidence::default();
        piece.iter().for_each(|block| evidence.add(models, reference, block));
        if let Some(channels) = evidence.channels(models, reference) {
            trials.push(Trial { strokes: evidence.strokes(), mated: at == own, channels });
        }
    }
}

/// Weights and a bias. Channels weigh the same, in units of their spread over strangers: weights of their own fit the
/// development people's device and task more than people. One slope and the bias are fitted.
fn fitted(trials: &[Trial]) -> Option<([f32; CHANNELS], f32)> {
    let strangers: Vec<&Trial> = trials.iter().filter(|trial| !trial.mated).collect();
    let mut units = [0.0; CHANNELS];
    for (at, unit) in units.iter_mut().enumerate() {
        let values: Vec<f32> = strangers.iter().map(|trial| trial.channels[at]).collect();
        *unit = 1.0 / f64::from(mean_and_spread(&values).1);
    }
    let rows: Vec<(f64, bool)> = trials
        .iter()
        .map(|trial| {
            let sum = trial.channels.iter().zip(&units).map(|(channel, unit)| f64::from(*channel) * unit);
            (sum.sum(), trial.mated)
        })
        .collect();
    let (slope, bias) = newton(&rows)?;
    (slope > 0.0).then(|| (units.map(|unit| (unit * slope) as f32), bias as f32))
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
