//! Fused layers against the runtime's own, over random weights, sizes and inputs; and what is not fused.

use super::*;
use proptest::prelude::*;
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, OperatorSetIdProto, TensorProto, TensorShapeProto, TypeProto,
    ValueInfoProto, tensor_proto::DataType, tensor_shape_proto::Dimension, tensor_shape_proto::dimension,
    type_proto,
};

/// Sizes of a layer and of what goes through it.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    steps: usize,
    batch: usize,
    inputs: usize,
    hidden: usize,
}

const SIZES: Sizes = Sizes { steps: 8, batch: 2, inputs: 5, hidden: 4 };

/// Numbers in -1..1 that look drawn, the same for the same seed.
fn numbers(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn tensor(name: &str, dims: &[usize], values: &[f32]) -> TensorProto {
    TensorProto {
        name: name.into(),
        dims: dims.iter().map(|dim| *dim as i64).collect(),
        data_type: DataType::Float as i32,
        raw_data: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        ..TensorProto::default()
    }
}

fn source(name: &str, dims: &[usize]) -> ValueInfoProto {
    let dim = |dim: &usize| Dimension {
        value: Some(dimension::Value::DimValue(*dim as i64)),
        ..Dimension::default()
    };
    let shape = Some(TensorShapeProto { dim: dims.iter().map(dim).collect() });
    let tensor = type_proto::Tensor { elem_type: DataType::Float as i32, shape };
    let value = Some(type_proto::Value::TensorType(tensor));
    let r#type = Some(TypeProto { value, ..TypeProto::default() });
    ValueInfoProto { name: name.into(), r#type, ..ValueInfoProto::default() }
}

fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto { name: name.into(), i, r#type: 2, ..AttributeProto::default() }
}

fn text(name: &str, s: &str) -> AttributeProto {
    AttributeProto { name: name.into(), s: s.into(), r#type: 3, ..AttributeProto::default() }
}

/// A graph of one layer of the plain form.
fn graph(form: Form, sizes: Sizes, seed: u64) -> ModelProto {
    let Sizes { steps, batch, inputs, hidden } = sizes;
    let rows = form.gates() * hidden;
    let drawn = |name: &str, dims: &[usize], seed: u64, scale: f32| {
        let values: Vec<f32> = numbers(seed, dims.iter().product()).iter().map(|v| v * scale).collect();
        tensor(name, dims, &values)
    };
    let mut attribute = vec![int("hidden_size", hidden as i64)];
    if form == Form::Gru {
        attribute.push(int("linear_before_reset", 1));
    }
    let node = NodeProto {
        input: ["x", "w", "r", "b"].map(String::from).to_vec(),
        output: vec!["y".into()],
        op_type: if form == Form::Gru { "GRU" } else { "LSTM" }.into(),
        attribute,
        ..NodeProto::default()
    };
    let graph = GraphProto {
        node: vec![node],
        input: vec![source("x", &[steps, batch, inputs])],
        output: vec![ValueInfoProto { name: "y".into(), ..ValueInfoProto::default() }],
        initializer: vec![
            drawn("w", &[1, rows, inputs], seed ^ 1, 0.8),
            drawn("r", &[1, rows, hidden], seed ^ 2, 0.4),
            drawn("b", &[1, 2 * rows], seed ^ 3, 0.5),
        ],
        ..GraphProto::default()
    };
    let opset_import = vec![OperatorSetIdProto { domain: String::new(), version: 17 }];
    ModelProto { ir_version: 9, opset_import, graph: Some(graph), ..ModelProto::default() }
}

fn load(reader: &tract_onnx::Onnx, model: &ModelProto) -> TractResult<TypedModel> {
    reader.model_for_proto_model(model)?.into_optimized()
}

fn fused_layers(model: &TypedModel) -> usize {
    model.nodes().iter().filter(|node| node.op_is::<FusedLayer>()).count()
}

/// What a graph answers, output after output.
fn answer(model: TypedModel, inputs: &[Tensor]) -> TractResult<Vec<f32>> {
    let inputs = inputs.iter().map(|input| input.clone().into_tvalue()).collect();
    let mut values = Vec::new();
    for output in model.into_runnable()?.run(inputs)? {
        values.extend_from_slice(output.try_as_plain_ram()?.as_slice::<f32>()?);
    }
    Ok(values)
}

fn drawn_input(sizes: Sizes, seed: u64) -> Tensor {
    let dims = [sizes.steps, sizes.batch, sizes.inputs];
    let values: Vec<f32> = numbers(seed, dims.iter().product()).iter().map(|v| v * 5.0).collect();
    Tensor::from_shape(&dims, &values).unwrap()
}

fn farthest(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, |a, b| if b.is_nan() { f32::INFINITY } else { a.max(b) })
}

fn any_form() -> impl Strategy<Value = Form> {
    prop_oneof![Just(Form::Lstm), Just(Form::Gru)]
}

fn any_sizes() -> impl Strategy<Value = Sizes> {
    // The runtime's own GRU does not run with one input.
    (1usize..12, 1usize..10, 2usize..24, 1usize..40).prop_map(|(steps, batch, inputs, hidden)| Sizes {
        steps,
        batch,
        inputs,
        hidden,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_fused_layer_answers_as_the_runtimes_own(form in any_form(), sizes in any_sizes(), seed: u64) {
        let graph = graph(form, sizes, seed);
        let fused = load(&reader(), &graph).unwrap();
        let own = load(&tract_onnx::onnx(), &graph).unwrap();
        prop_assert_eq!((fused_layers(&fused), fused_layers(&own)), (1, 0));
        let input = [drawn_input(sizes, seed)];
        let (fused, own) = (answer(fused, &input).unwrap(), answer(own, &input).unwrap());
        prop_assert_eq!(fused.len(), sizes.steps * sizes.batch * sizes.hidden);
        prop_assert!(farthest(&fused, &own) <= 1e-5, "{}", farthest(&fused, &own));
    }

    #[test]
    fn a_window_is_answered_alike_in_every_batch(form in any_form(), sizes in any_sizes(), seed: u64) {
        let input = drawn_input(sizes, seed);
        let together = answer(load(&reader(), &graph(form, sizes, seed)).unwrap(), std::slice::from_ref(&input)).unwrap();
        let alone = load(&reader(), &graph(form, Sizes { batch: 1, ..sizes }, seed)).unwrap();
        for window in 0..sizes.batch {
            let own = input.slice(1, window, window + 1).unwrap();
            let answered = answer(alone.clone(), &[own]).unwrap();
            for (step, states) in answered.chunks(sizes.hidden).enumerate() {
                let first = (step * sizes.batch + window) * sizes.hidden;
                prop_assert_eq!(states, &together[first..first + sizes.hidden]);
            }
        }
    }
}

/// A change to a graph that makes a layer something else than the plain form.
type Change = fn(&mut GraphProto);

#[test]
fn what_is_not_of_the_plain_form_stays_the_runtimes() {
    let input = drawn_input(SIZES, 7);
    let start =
        Tensor::from_shape(&[1, SIZES.batch, SIZES.hidden], &numbers(8, SIZES.batch * SIZES.hidden)).unwrap();
    let changes: [(&str, Change, &[Form]); 9] = [
        ("no biases", |g| drop(g.node[0].input.pop()), &[Form::Lstm, Form::Gru]),
        ("last state", |g| g.node[0].output = vec![String::new(), "y".into()], &[Form::Lstm, Form::Gru]),
        ("activations", |g| g.node[0].attribute.push(text("activations", "Relu")), &[Form::Lstm, Form::Gru]),
        ("clipping", |g| g.node[0].attribute.push(int("clip", 1)), &[Form::Lstm, Form::Gru]),
        ("backwards", |g| g.node[0].attribute.push(text("direction", "reverse")), &[Form::Lstm, Form::Gru]),
        ("forget gate by input", |g| g.node[0].attribute.push(int("input_forget", 1)), &[Form::Lstm]),
        ("reset before the product", |g| drop(g.node[0].attribute.pop()), &[Form::Gru]),
        ("start", |g| start_of(g, SIZES), &[Form::Lstm, Form::Gru]),
        ("weights that come with the input", weights_as_input, &[Form::Lstm, Form::Gru]),
    ];
    for (what, change, forms) in changes {
        for form in forms {
            let mut changed = graph(*form, SIZES, 3);
            change(changed.graph.as_mut().unwrap());
            let ours = load(&reader(), &changed).unwrap();
            let own = load(&tract_onnx::onnx(), &changed).unwrap();
            assert_eq!(fused_layers(&ours), 0, "{form:?}: {what}");
            let inputs: Vec<Tensor> = match ours.inputs.len() {
                1 => vec![input.clone()],
                _ if what == "start" => vec![input.clone(), start.clone()],
                _ => {
                    let rows = form.gates() * SIZES.hidden;
                    let dims = [1, rows, SIZES.inputs];
                    vec![input.clone(), Tensor::from_shape(&dims, &numbers(9, rows * SIZES.inputs)).unwrap()]
                }
            };
            assert_eq!(answer(ours, &inputs).unwrap(), answer(own, &inputs).unwrap(), "{form:?}: {what}");
        }
    }
}

fn start_of(graph: &mut GraphProto, sizes: Sizes) {
    graph.node[0].input.extend([String::new(), "h".into()]);
    graph.input.push(source("h", &[1, sizes.batch, sizes.hidden]));
}

fn weights_as_input(graph: &mut GraphProto) {
    let dims: Vec<usize> = graph.initializer[0].dims.iter().map(|dim| *dim as usize).collect();
    graph.initializer.remove(0);
    graph.input.push(source("w", &dims));
}

#[test]
fn a_number_that_is_not_finite_is_not_fused() {
    for (form, tensor) in [(Form::Lstm, 0), (Form::Gru, 1), (Form::Lstm, 2)] {
        let mut changed = graph(form, SIZES, 4);
        let inside = &mut changed.graph.as_mut().unwrap().initializer[tensor].raw_data;
        inside[4..8].copy_from_slice(&f32::NAN.to_le_bytes());
        let ours = load(&reader(), &changed).unwrap();
        let own = load(&tract_onnx::onnx(), &changed).unwrap();
        assert_eq!(fused_layers(&ours), 0);
        let bits = |model| {
            let answer = answer(model, &[drawn_input(SIZES, 5)]).unwrap();
            answer.iter().map(|value| value.to_bits()).collect::<Vec<_>>()
        };
        assert_eq!(bits(ours), bits(own), "{form:?}");
    }
}

#[test]
fn a_layer_whose_tensors_do_not_fit_is_refused() {
    let cut: [(&str, Change); 4] = [
        ("bytes", |g| g.initializer[0].raw_data.truncate(8)),
        ("inputs", |g| g.initializer[0] = tensor("w", &[1, 16, 6], &numbers(1, 96))),
        ("units", |g| g.initializer[1] = tensor("r", &[1, 16, 3], &numbers(1, 48))),
        ("biases", |g| g.initializer[2] = tensor("b", &[1, 31], &numbers(1, 31))),
    ];
    for (what, change) in cut {
        let mut changed = graph(Form::Lstm, SIZES, 6);
        change(changed.graph.as_mut().unwrap());
        let answered = load(&reader(), &changed).and_then(|model| answer(model, &[drawn_input(SIZES, 5)]));
        assert!(answered.is_err(), "{what}");
    }
}

#[test]
fn the_shipped_graphs_are_fused_whole_in_every_size_of_batch() {
    let shipped: [(&[u8], usize); 2] = [
        (include_bytes!("../../models/autoencoder.onnx"), 2),
        (include_bytes!("../../models/encoder.onnx"), 1),
    ];
    for (graph, layers) in shipped {
        for batch in crate::BATCHES {
            let model = reader().model_for_read(&mut std::io::Cursor::new(graph)).unwrap();
            let shape = [batch, crate::STROKES, crate::INPUTS];
            let model = model.with_input_fact(0, f32::fact(shape).into()).unwrap().into_optimized().unwrap();
            assert_eq!(fused_layers(&model), layers, "{batch}");
        }
    }
}
