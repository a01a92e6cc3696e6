//! A layer's weights, copied once into the order in which the arithmetic reads them.
//!
//! Units are dealt into blocks as wide as the machine's vectors. Within a block every input has its weights of all gates
//! side by side; a block that the units do not fill is filled with zeros, whose units stay zero.

use fearless_simd::{Level, Simd, SimdBase, dispatch};
use tract_onnx::prelude::Tensor;

/// Which recurrence a layer computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Gates input, output, forget, cell.
    Lstm,
    /// Gates update, reset, hidden; the reset gate after the product.
    Gru,
}

impl Form {
    pub(super) const fn gates(self) -> usize {
        match self {
            Self::Lstm => 4,
            Self::Gru => 3,
        }
    }
}

/// Numbers of a layer's inputs and units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) inputs: usize,
    pub(super) hidden: usize,
}

/// ONNX's tensors of a layer: weights `[1, gates · hidden, inputs]`, recurrence `[1, gates · hidden, hidden]`, and biases
/// `[1, 2 · gates · hidden]`, those of the input first.
#[derive(Clone, Copy)]
pub(super) struct Tensors<'a> {
    pub(super) weights: &'a Tensor,
    pub(super) recurrence: &'a Tensor,
    pub(super) biases: &'a Tensor,
}

impl Tensors<'_> {
    /// Numbers of inputs and units, where all three say the same.
    fn shape(self, gates: usize) -> Option<Shape> {
        let (&[1, rows, inputs], &[1, again, hidden]) = (self.weights.shape(), self.recurrence.shape())
        else {
            return None;
        };
        let fits = rows == again && rows == gates * hidden && self.biases.shape() == [1, 2 * rows];
        (fits && inputs > 0 && hidden > 0).then_some(Shape { inputs, hidden })
    }
}

/// Nothing where a tensor has another type, or a number that is not finite.
fn finite(tensor: &Tensor) -> Option<&[f32]> {
    let values = tensor.try_as_plain_ram().ok()?.as_slice::<f32>().ok()?;
    values.iter().all(|value| value.is_finite()).then_some(values)
}

/// Rows of weights, block by block.
#[derive(Debug)]
pub(super) struct Packed {
    values: Vec<f32>,
    block: usize,
}

impl Packed {
    /// `matrix` is `[gates · hidden, inputs]`.
    fn pack(matrix: &[f32], Shape { inputs, hidden }: Shape, gates: usize, lanes: usize) -> Self {
        let blocks = hidden.div_ceil(lanes);
        let mut values = Vec::with_capacity(blocks * inputs * gates * lanes);
        for block in 0..blocks {
            for input in 0..inputs {
                for gate in 0..gates {
                    values.extend((0..lanes).map(|lane| match block * lanes + lane {
                        unit if unit < hidden => matrix[(gate * hidden + unit) * inputs + input],
                        _ => 0.0,
                    }));
                }
            }
        }
        Self { values, block: inputs * gates * lanes }
    }

    /// All inputs' weights of one block of units: `[inputs, gates, lanes]`.
    #[inline(always)]
    pub(super) fn block(&self, at: usize) -> &[f32] {
        &self.values[at * self.block..(at + 1) * self.block]
    }
}

/// A layer's weights and the machine's instructions that they are packed for.
#[derive(Debug)]
pub(super) struct LayerWeights {
    pub(super) form: Form,
    pub(super) shape: Shape,
    pub(super) level: Level,
    pub(super) blocks: usize,
    pub(super) weights: Packed,
    pub(super) recurrence: Packed,
    /// What is added before the state is known.
    pub(super) input_bias: Packed,
    /// What is added to the state's product alone.
    pub(super) state_bias: Packed,
}

fn lanes(level: Level) -> usize {
    #[inline(always)]
    const fn native<S: Simd>(_: S) -> usize {
        S::f32s::LEN
    }
    dispatch!(level, simd => native(simd))
}

impl LayerWeights {
    /// For instructions that the machine has. Nothing where types or sizes do not fit one another or a number is not
    /// finite: such a layer is not one that we know.
    pub(super) fn pack(level: Level, form: Form, tensors: Tensors) -> Option<Self> {
        let (gates, lanes) = (form.gates(), lanes(level));
        let shape = tensors.shape(gates)?;
        let Shape { inputs, hidden } = shape;
        let (input_bias, state_bias) = biases(form, hidden, finite(tensors.biases)?);
        let pack = |matrix: &[f32], inputs| Packed::pack(matrix, Shape { inputs, hidden }, gates, lanes);
        Some(Self {
            form,
            shape,
            level,
            blocks: hidden.div_ceil(lanes),
            weights: pack(finite(tensors.weights)?, inputs),
            recurrence: pack(finite(tensors.recurrence)?, hidden),
            input_bias: pack(&input_bias, 1),
            state_bias: pack(&state_bias, 1),
        })
    }
}

/// What of the biases can be added at once, and what has to wait: a GRU's reset gate scales the hidden gate's recurrent
/// bias.
fn biases(form: Form, hidden: usize, biases: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let (input, state) = biases.split_at(biases.len() / 2);
    let at_once = if form == Form::Gru { 2 * hidden } else { input.len() };
    let sums = input.iter().zip(state).enumerate();
    let now = sums.map(|(at, (i, s))| if at < at_once { i + s } else { *i }).collect();
    let later = state.iter().enumerate().map(|(at, s)| if at < at_once { 0.0 } else { *s }).collect();
    (now, later)
}
