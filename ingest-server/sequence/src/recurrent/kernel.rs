//! The recurrence itself, for all windows of a batch, in the machine's vectors.
//!
//! First the inputs of all steps are multiplied at once, one block of units after another, so that a block's weights stay
//! in the nearest cache. Then step by step: a row's product with the state before, gates, state. Several rows go through
//! one pass over the weights. Deterministic on one machine; machines with other vectors round differently.

use super::activation::{logistic, tanh};
use super::packed::{Form, LayerWeights};
use fearless_simd::{dispatch, prelude::*};
use std::marker::PhantomData;

/// What a recurrence does with its gates.
trait Cell<const GATES: usize> {
    /// What the state's product is added to, from the inputs' product and the state's own bias.
    fn begin<S: Simd>(projected: [S::f32s; GATES], bias: [S::f32s; GATES]) -> [S::f32s; GATES];

    /// The new state, and what is kept beside it: from the sums, the inputs' product, and what was kept.
    fn end<S: Simd>(
        simd: S,
        sums: [S::f32s; GATES],
        projected: [S::f32s; GATES],
        kept: S::f32s,
    ) -> [S::f32s; 2];
}

/// **Source**: ONNX, operator LSTM. What is kept is the cell.
struct Lstm;

impl Cell<4> for Lstm {
    #[inline(always)]
    fn begin<S: Simd>(projected: [S::f32s; 4], _: [S::f32s; 4]) -> [S::f32s; 4] {
        projected
    }

    #[inline(always)]
    fn end<S: Simd>(simd: S, sums: [S::f32s; 4], _: [S::f32s; 4], kept: S::f32s) -> [S::f32s; 2] {
        let [input, output, forget, cell] = sums;
        let new = logistic(simd, input) * tanh(simd, cell);
        let cell = logistic(simd, forget).mul_add(kept, new);
        [logistic(simd, output) * tanh(simd, cell), cell]
    }
}

/// **Source**: ONNX, operator GRU with `linear_before_reset`. What is kept is the state itself.
struct Gru;

impl Cell<3> for Gru {
    #[inline(always)]
    fn begin<S: Simd>(projected: [S::f32s; 3], bias: [S::f32s; 3]) -> [S::f32s; 3] {
        [projected[0], projected[1], bias[2]]
    }

    #[inline(always)]
    fn end<S: Simd>(simd: S, sums: [S::f32s; 3], projected: [S::f32s; 3], kept: S::f32s) -> [S::f32s; 2] {
        let [update, reset, hidden] = sums;
        let new = tanh(simd, logistic(simd, reset).mul_add(hidden, projected[2]));
        let state = logistic(simd, update).mul_add(kept - new, new);
        [state, state]
    }
}

/// All states of a layer that begins with zeros, `[steps, batch, hidden]`, for inputs `[steps, batch, inputs]`.
pub(super) fn run(layer: &LayerWeights, batch: usize, inputs: &[f32], states: &mut [f32]) {
    match layer.form {
        Form::Lstm => {
            dispatch!(layer.level, simd => layer_of::<_, Lstm, 4>(simd, layer, batch, inputs, states));
        }
        Form::Gru => {
            dispatch!(layer.level, simd => layer_of::<_, Gru, 3>(simd, layer, batch, inputs, states));
        }
    }
}

#[inline(always)]
fn layer_of<S: Simd, C: Cell<GATES>, const GATES: usize>(
    simd: S,
    layer: &LayerWeights,
    batch: usize,
    inputs: &[f32],
    states: &mut [f32],
) {
    let lanes = S::f32s::LEN;
    let rows = inputs.len() / layer.shape.inputs;
    let block_length = rows * GATES * lanes;
    let mut projected = vec![0.0; layer.blocks * block_length];
    for (block, projected) in projected.chunks_exact_mut(block_length).enumerate() {
        let bias = vectors::<S, GATES>(simd, layer.input_bias.block(block));
        let (length, weights) = (layer.shape.inputs, layer.weights.block(block));
        in_tiles::<S>(rows, &mut Projection { simd, bias, weights, inputs, length, projected });
    }
    let mut kept = vec![0.0; layer.blocks * batch * lanes];
    let step_length = batch * layer.shape.hidden;
    for first in (0..rows).step_by(batch) {
        let (before, now) = states.split_at_mut(first * layer.shape.hidden);
        let before = &before[before.len().saturating_sub(step_length)..];
        for (block, kept) in kept.chunks_exact_mut(batch * lanes).enumerate() {
            let projected = &projected[block * block_length + first * GATES * lanes..];
            let bias = vectors::<S, GATES>(simd, layer.state_bias.block(block));
            let weights = layer.recurrence.block(block);
            let (hidden, unit) = (layer.shape.hidden, block * lanes);
            let cell = PhantomData::<C>;
            let mut step = Step { simd, cell, bias, weights, projected, before, now, kept, hidden, unit };
            in_tiles::<S>(batch, &mut step);
        }
    }
}

/// Something to do for some neighbouring rows at once.
trait Tiled<S: Simd> {
    fn tile<const ROWS: usize>(&mut self, first: usize);
}

/// As many rows at a time as the machine has registers for.
#[inline(always)]
fn in_tiles<S: Simd>(rows: usize, work: &mut impl Tiled<S>) {
    let mut first = 0;
    if S::f32s::LEN > 8 {
        while first + 4 <= rows {
            work.tile::<4>(first);
            first += 4;
        }
    }
    while first + 2 <= rows {
        work.tile::<2>(first);
        first += 2;
    }
    if first < rows {
        work.tile::<1>(first);
    }
}

/// The inputs' product with one block's weights, for all steps.
struct Projection<'a, S: Simd, const GATES: usize> {
    simd: S,
    bias: [S::f32s; GATES],
    weights: &'a [f32],
    inputs: &'a [f32],
    length: usize,
    /// `[rows, GATES, lanes]`.
    projected: &'a mut [f32],
}

impl<S: Simd, const GATES: usize> Tiled<S> for Projection<'_, S, GATES> {
    #[inline(always)]
    fn tile<const ROWS: usize>(&mut self, first: usize) {
        let rows = rows_at::<ROWS>(self.inputs, first, self.length);
        let sums = add_products(self.simd, [self.bias; ROWS], rows, self.weights);
        let width = GATES * S::f32s::LEN;
        for (row, sums) in sums.iter().enumerate() {
            let own = &mut self.projected[(first + row) * width..(first + row + 1) * width];
            for (gate, sum) in sums.iter().enumerate() {
                sum.store_slice(&mut own[gate * S::f32s::LEN..(gate + 1) * S::f32s::LEN]);
            }
        }
    }
}

/// One step of one block of units.
struct Step<'a, S: Simd, C, const GATES: usize> {
    simd: S,
    cell: PhantomData<C>,
    bias: [S::f32s; GATES],
    weights: &'a [f32],
    /// `[batch, GATES, lanes]`.
    projected: &'a [f32],
    /// States of the step before, `[batch, hidden]`; empty at the first.
    before: &'a [f32],
    /// `[batch, hidden]` and what comes after.
    now: &'a mut [f32],
    /// `[batch, lanes]`.
    kept: &'a mut [f32],
    hidden: usize,
    /// The block's first unit.
    unit: usize,
}

impl<S: Simd, C: Cell<GATES>, const GATES: usize> Tiled<S> for Step<'_, S, C, GATES> {
    #[inline(always)]
    fn tile<const ROWS: usize>(&mut self, first: usize) {
        let (simd, lanes) = (self.simd, S::f32s::LEN);
        let mut projected = [self.bias; ROWS];
        let mut sums = projected;
        for row in 0..ROWS {
            projected[row] = vectors(simd, &self.projected[(first + row) * GATES * lanes..]);
            sums[row] = C::begin::<S>(projected[row], self.bias);
        }
        if !self.before.is_empty() {
            sums = add_products(simd, sums, rows_at(self.before, first, self.hidden), self.weights);
        }
        for row in 0..ROWS {
            let kept = &mut self.kept[(first + row) * lanes..(first + row + 1) * lanes];
            let was = S::f32s::from_slice(simd, kept);
            let [state, keep] = C::end(simd, sums[row], projected[row], was);
            keep.store_slice(kept);
            let own = &mut self.now[(first + row) * self.hidden..(first + row + 1) * self.hidden];
            let own = &mut own[self.unit..];
            match own.get_mut(..lanes) {
                Some(whole) => state.store_slice(whole),
                None => own.copy_from_slice(&state.as_slice()[..own.len()]),
            }
        }
    }
}

/// Some neighbouring rows of a matrix.
#[inline(always)]
fn rows_at<const ROWS: usize>(matrix: &[f32], first: usize, length: usize) -> [&[f32]; ROWS] {
    let mut rows = [matrix; ROWS];
    for (at, row) in rows.iter_mut().enumerate() {
        *row = &matrix[(first + at) * length..(first + at + 1) * length];
    }
    rows
}

/// A block's gates, one vector each.
#[inline(always)]
fn vectors<S: Simd, const GATES: usize>(simd: S, values: &[f32]) -> [S::f32s; GATES] {
    let mut vectors = [S::f32s::splat(simd, 0.0); GATES];
    for (gate, vector) in vectors.iter_mut().enumerate() {
        *vector = S::f32s::from_slice(simd, &values[gate * S::f32s::LEN..(gate + 1) * S::f32s::LEN]);
    }
    vectors
}

/// Adds the rows' products with one block's weights `[row length, GATES, lanes]`.
#[inline(always)]
fn add_products<S: Simd, const GATES: usize, const ROWS: usize>(
    simd: S,
    mut sums: [[S::f32s; GATES]; ROWS],
    rows: [&[f32]; ROWS],
    weights: &[f32],
) -> [[S::f32s; GATES]; ROWS] {
    for (at, weights) in weights.chunks_exact(GATES * S::f32s::LEN).enumerate() {
        let weights = vectors::<S, GATES>(simd, weights);
        for row in 0..ROWS {
            let value = S::f32s::splat(simd, rows[row][at]);
            for gate in 0..GATES {
                sums[row][gate] = value.mul_add(weights[gate], sums[row][gate]);
            }
        }
    }
    sums
}

/// Every set of instructions that this machine has.
#[cfg(test)]
pub(super) fn levels() -> Vec<fearless_simd::Level> {
    use fearless_simd::Level;
    let mut levels = vec![Level::new(), Level::baseline()];
    #[cfg(target_arch = "x86_64")]
    levels.extend(
        [Level::new().as_avx2().map(Level::Avx2), Level::new().as_sse4_2().map(Level::Sse4_2)]
            .into_iter()
            .flatten(),
    );
    levels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recurrent::packed::Tensors;
    use tract_onnx::prelude::Tensor;

    const STEPS: usize = 5;
    const BATCH: usize = 7;
    const INPUTS: usize = 9;
    const HIDDEN: usize = 19;

    fn waves(count: usize, scale: f64) -> Vec<f32> {
        (0..count).map(|at| ((at as f64 * 0.731).sin() * scale) as f32).collect()
    }

    /// One window's states, as ONNX writes the equations, in double precision.
    fn plainly(form: Form, weights: [&[f32]; 3], window: &[&[f32]]) -> Vec<[f64; HIDDEN]> {
        let [w, r, b] = weights;
        let rows = form.gates() * HIDDEN;
        let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
        let product = |matrix: &[f32], row: usize, values: &[f64]| -> f64 {
            let own = &matrix[row * values.len()..(row + 1) * values.len()];
            own.iter().zip(values).map(|(a, b)| f64::from(*a) * b).sum()
        };
        let (mut state, mut cell, mut states) = ([0.0; HIDDEN], [0.0; HIDDEN], Vec::new());
        for inputs in window {
            let inputs: Vec<f64> = inputs.iter().map(|value| f64::from(*value)).collect();
            let mut next = state;
            for unit in 0..HIDDEN {
                let input = |gate: usize| {
                    product(w, gate * HIDDEN + unit, &inputs) + f64::from(b[gate * HIDDEN + unit])
                };
                let again = |gate: usize| {
                    product(r, gate * HIDDEN + unit, &state) + f64::from(b[rows + gate * HIDDEN + unit])
                };
                let gate = |gate: usize| logistic(input(gate) + again(gate));
                next[unit] = match form {
                    Form::Lstm => {
                        cell[unit] = gate(2) * cell[unit] + gate(0) * (input(3) + again(3)).tanh();
                        gate(1) * f64::tanh(cell[unit])
                    }
                    Form::Gru => {
                        let new = (input(2) + gate(1) * again(2)).tanh();
                        (1.0 - gate(0)) * new + gate(0) * state[unit]
                    }
                };
            }
            state = next;
            states.push(state);
        }
        states
    }

    #[test]
    fn every_set_of_instructions_computes_the_equations_of_onnx() {
        for form in [Form::Lstm, Form::Gru] {
            let rows = form.gates() * HIDDEN;
            let (w, r, b) = (waves(rows * INPUTS, 0.7), waves(rows * HIDDEN, 0.4), waves(2 * rows, 0.3));
            let weights = Tensor::from_shape(&[1, rows, INPUTS], &w).unwrap();
            let recurrence = Tensor::from_shape(&[1, rows, HIDDEN], &r).unwrap();
            let biases = Tensor::from_shape(&[1, 2 * rows], &b).unwrap();
            let tensors = Tensors { weights: &weights, recurrence: &recurrence, biases: &biases };
            let inputs = waves(STEPS * BATCH * INPUTS, 3.0);
            for level in levels() {
                let layer = LayerWeights::pack(level, form, tensors).unwrap();
                let mut states = vec![f32::NAN; STEPS * BATCH * HIDDEN];
                run(&layer, BATCH, &inputs, &mut states);
                for window in 0..BATCH {
                    let row = |step: usize| &inputs[(step * BATCH + window) * INPUTS..][..INPUTS];
                    let own: Vec<&[f32]> = (0..STEPS).map(row).collect();
                    for (step, wanted) in plainly(form, [&w, &r, &b], &own).iter().enumerate() {
                        let got = &states[(step * BATCH + window) * HIDDEN..][..HIDDEN];
                        let near = got.iter().zip(wanted).all(|(a, b)| (f64::from(*a) - b).abs() < 2e-6);
                        assert!(
                            near,
                            "{level:?}, {form:?}, window {window}, step {step}: {got:?}, {wanted:?}"
                        );
                    }
                }
            }
        }
    }
}
