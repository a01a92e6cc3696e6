//! The operator that the runtime's graph holds in a layer's place.

use super::kernel;
use super::packed::LayerWeights;
use std::sync::Arc;
use tract_onnx::tract_hir::internal::*;

/// A whole layer, from `[steps, batch, inputs]` to ONNX's `[steps, 1, batch, hidden]`. It begins with zeros in each run.
#[derive(Clone, Debug)]
pub(super) struct FusedLayer {
    weights: Arc<LayerWeights>,
    steps: usize,
    batch: usize,
}

impl FusedLayer {
    pub(super) fn new(weights: LayerWeights, steps: usize, batch: usize) -> Self {
        Self { weights: Arc::new(weights), steps, batch }
    }

    fn input_shape(&self) -> [usize; 3] {
        [self.steps, self.batch, self.weights.shape.inputs]
    }

    fn output_shape(&self) -> [usize; 4] {
        [self.steps, 1, self.batch, self.weights.shape.hidden]
    }
}

/// Two layers are the same where they share their weights.
impl PartialEq for FusedLayer {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.weights, &other.weights) && (self.steps, self.batch) == (other.steps, other.batch)
    }
}

impl Eq for FusedLayer {}

impl Op for FusedLayer {
    fn name(&self) -> StaticName {
        "FusedLayer".into()
    }

    fn info(&self) -> TractResult<Vec<String>> {
        Ok(vec![format!("{:?}, {:?}, {:?}", self.weights.form, self.weights.shape, self.weights.level)])
    }

    fn validation(&self) -> Validation {
        Validation::Rounding
    }

    op_as_typed_op!();
}

impl EvalOp for FusedLayer {
    op_out_of_plan!();

    fn eval(&self, _context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = args_1!(inputs);
        ensure!(
            input.shape() == self.input_shape(),
            "expected {:?}, got {:?}",
            self.input_shape(),
            input.shape()
        );
        let mut output = Tensor::zero::<f32>(&self.output_shape())?;
        let values = input.try_as_plain_ram()?;
        let mut states = output.try_as_plain_ram_mut()?;
        kernel::run(&self.weights, self.batch, values.as_slice()?, states.as_slice_mut()?);
        Ok(tvec!(output.into_tvalue()))
    }
}

impl TypedOp for FusedLayer {
    fn output_facts(&self, _inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec!(f32::fact(self.output_shape())))
    }

    as_op!();
}
