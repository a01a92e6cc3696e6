//! LSTM and GRU layers as one operator of the runtime.
//!
//! The runtime's own form of such a layer runs a small graph step by step, and spends more between the nodes than in them.
//! Here a layer whose form is the plain one, weights and sizes known, becomes one [`FusedLayer`]; anything else (another
//! direction, layout, activation, clipping, peepholes, a start that is given, lengths, more outputs) stays the runtime's.
//! Whether the arithmetic is training's is proved by the golden vectors, as for every operator.

mod activation;
mod kernel;
mod operator;
mod packed;

use fearless_simd::Level;
use operator::FusedLayer;
use packed::{Form, LayerWeights, Tensors};
use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;
use tract_onnx::tract_hir::tract_core::downcast_rs::Downcast;

/// The plain form has input, weights, recurrence, and biases, in this order, and nothing else.
const INPUTS: usize = 4;

/// A reader of graphs that knows the fused layers.
pub(crate) fn reader() -> tract_onnx::Onnx {
    let mut reader = tract_onnx::onnx();
    reader.op_register.insert("LSTM", lstm);
    reader.op_register.insert("GRU", gru);
    reader
}

type Built = (Box<dyn InferenceOp>, Vec<String>);

fn lstm(context: &ParsingContext, node: &NodeProto) -> TractResult<Built> {
    let own = tract_onnx::ops::rec::lstm::lstm(context, node)?;
    Ok(recognised(own, node, Form::Lstm))
}

fn gru(context: &ParsingContext, node: &NodeProto) -> TractResult<Built> {
    let own = tract_onnx::ops::rec::gru::gru(context, node)?;
    Ok(recognised(own, node, Form::Gru))
}

/// The layer with the fused form in reach where the node has the plain form, else the runtime's own.
fn recognised((own, closures): Built, node: &NodeProto, form: Form) -> Built {
    if !is_plain(node, form) {
        return (own, closures);
    }
    match Downcast::as_any(&*own).downcast_ref::<Box<dyn Expansion>>() {
        Some(own) => (expand(Layer { form, own: own.clone() }), closures),
        None => (own, closures),
    }
}

/// Whether everything that the node says is what [`FusedLayer`] does.
fn is_plain(node: &NodeProto, form: Form) -> bool {
    let attributes = node.attribute.iter().all(|attribute| match attribute.name.as_str() {
        "hidden_size" => true,
        "direction" => attribute.s == b"forward",
        "layout" | "input_forget" => attribute.i == 0,
        "linear_before_reset" => form == Form::Gru && attribute.i == 1,
        _ => false,
    });
    // The reset gate before the product is what a GRU does where it does not say otherwise.
    let after = form == Form::Lstm || node.attribute.iter().any(|a| a.name == "linear_before_reset");
    let named = |names: &[String]| names.iter().map(|name| !name.is_empty()).collect::<Vec<_>>();
    let wired = named(&node.input) == [true; INPUTS] && named(&node.output) == [true];
    attributes && after && wired
}

/// A layer of the plain form, not yet known to have constant weights.
#[derive(Clone, Debug)]
struct Layer {
    form: Form,
    own: Box<dyn Expansion>,
}

impl Layer {
    /// The fused form, where type, sizes and weights are known. What does not fit is refused here: the runtime does not
    /// hold the inputs' number against the weights'.
    fn fused(&self, model: &TypedModel, inputs: &[OutletId]) -> TractResult<Option<FusedLayer>> {
        let constant = |outlet: &OutletId| TractResult::Ok(model.outlet_fact(*outlet)?.konst.clone());
        let [x, w, r, b] = inputs else { return Ok(None) };
        let (Some(weights), Some(recurrence), Some(biases)) = (constant(w)?, constant(r)?, constant(b)?)
        else {
            return Ok(None);
        };
        let tensors = Tensors { weights: &weights, recurrence: &recurrence, biases: &biases };
        let x = model.outlet_fact(*x)?;
        let (Some(&[steps, batch, inputs]), true) =
            (x.shape.as_concrete(), x.datum_type == f32::datum_type())
        else {
            return Ok(None);
        };
        let expected = weights.shape().last();
        ensure!(expected == Some(&inputs), "expected {expected:?} inputs of a layer, got {inputs}");
        let packed = LayerWeights::pack(Level::new(), self.form, tensors).filter(|_| steps > 0 && batch > 0);
        Ok(packed.map(|weights| FusedLayer::new(weights, steps, batch)))
    }
}

impl Expansion for Layer {
    fn name(&self) -> StaticName {
        self.own.name()
    }

    fn validation(&self) -> Validation {
        Validation::Rounding
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        self.own.rules(solver, inputs, outputs)
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        match self.fused(model, inputs)? {
            Some(layer) => model.wire_node(prefix, layer, &inputs[..1]),
            None => self.own.wire(prefix, model, inputs),
        }
    }
}

#[cfg(test)]
mod tests;
