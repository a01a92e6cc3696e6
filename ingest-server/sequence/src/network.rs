//! One graph, made ready for batches of several sizes.
//!
//! A plan with a fixed batch runs faster than one that takes any, so there is one for each of [`BATCHES`]; windows of
//! several sessions are run together, at most eight at a time.

use crate::error::{ReadingError, SequenceError};
use crate::recurrent::reader;
use crate::window::{INPUTS, STROKES, StrokeWindow};
use std::sync::Arc;
use tract_onnx::prelude::*;

/// Sizes of batches that there is a plan for, largest first.
pub const BATCHES: [usize; 4] = [8, 4, 2, 1];

/// What a network says of one window, by output.
pub(crate) type Outputs = Vec<Vec<f32>>;

/// A graph, optimised for each size of batch.
pub(crate) struct Network {
    plans: Vec<(usize, Arc<TypedRunnableModel>)>,
    lengths: Vec<usize>,
}

fn plan(graph: &[u8], batch: usize) -> TractResult<Arc<TypedRunnableModel>> {
    reader()
        .model_for_read(&mut std::io::Cursor::new(graph))?
        .with_input_fact(0, f32::fact([batch, STROKES, INPUTS]).into())?
        .into_optimized()?
        .into_runnable()
}

impl Network {
    /// Makes a graph ready. `lengths` are those of its outputs for one window, in order.
    pub(crate) fn load(graph: &[u8], lengths: Vec<usize>) -> Result<Self, SequenceError> {
        let mut plans = Vec::with_capacity(BATCHES.len());
        for batch in BATCHES {
            let made = plan(graph, batch)
                .map_err(|error| SequenceError::Load { batch, reason: format!("{error:#}") })?;
            plans.push((batch, made));
        }
        Ok(Self { plans, lengths })
    }

    /// Runs windows, as many at a time as there is a plan for, and keeps their order.
    pub(crate) fn run(&self, windows: &[&StrokeWindow]) -> Result<Vec<Outputs>, ReadingError> {
        let mut results = Vec::with_capacity(windows.len());
        let mut rest = windows;
        while !rest.is_empty() {
            let fitting = self.plans.iter().find(|(batch, _)| *batch <= rest.len());
            let Some((batch, plan)) = fitting else { break };
            let (now, later) = rest.split_at(*batch);
            self.run_batch(plan, now, &mut results).map_err(|error| ReadingError(format!("{error:#}")))?;
            rest = later;
        }
        Ok(results)
    }

    fn run_batch(
        &self,
        plan: &Arc<TypedRunnableModel>,
        windows: &[&StrokeWindow],
        results: &mut Vec<Outputs>,
    ) -> TractResult<()> {
        let inputs: Vec<&[f32]> = windows.iter().map(|window| window.inputs()).collect();
        let input = Tensor::from_shape(&[windows.len(), STROKES, INPUTS], &inputs.concat())?;
        let outputs = plan.run(tvec!(input.into_tvalue()))?;
        let first = results.len();
        results.extend((0..windows.len()).map(|_| Vec::with_capacity(self.lengths.len())));
        for (output, length) in outputs.iter().zip(&self.lengths) {
            let values = output.try_as_plain_ram()?.as_slice::<f32>()?;
            for (result, own) in results[first..].iter_mut().zip(values.chunks((*length).max(1))) {
                result.push(own.to_vec());
            }
        }
        Ok(())
    }
}
