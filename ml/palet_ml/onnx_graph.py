"""Weights as ONNX graphs, written node by node."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .strokes import FEATURES, INPUTS, STROKES

OPSET = 17
IR_VERSION = 9
# The open axis.
BATCH = "batch"


class Graph:
    def __init__(self, name: str):
        self.name, self.nodes, self.constants = name, [], []

    def constant(self, name: str, value) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def node(self, kind: str, inputs: list, output: str, **attributes) -> str:
        outputs = [output] if isinstance(output, str) else output
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=outputs[-1] or outputs[0], **attributes))
        return outputs[0]

    def dense(self, name: str, x: str, params: dict, output: str) -> str:
        made = self.node("MatMul", [x, self.constant(f"{name}.w", params["w"])], f"{name}.product")
        return self.node("Add", [made, self.constant(f"{name}.b", params["b"])], output)

    def recurrent(self, kind: str, name: str, x: str, params: dict, hidden: int) -> str:
        """`x` is `[STROKES, batch, inputs]`; returns all states `[STROKES, batch, hidden]`. It begins with zeros, which
        is what ONNX does where no start is given: the batch stays open until the server fixes it."""
        inputs = [
            x,
            self.constant(f"{name}.w", params["w"][None]),
            self.constant(f"{name}.r", params["r"][None]),
            self.constant(f"{name}.bias", np.concatenate([params["wb"], params["rb"]])[None]),
        ]
        attributes = {"hidden_size": hidden}
        if kind == "GRU":
            attributes["linear_before_reset"] = 1
        states = self.node(kind, inputs, f"{name}.all", **attributes)
        return self.node("Squeeze", [states, self.constant(f"{name}.axis", np.array([1]))], f"{name}.states")

    def model(self, outputs: dict) -> onnx.ModelProto:
        graph = helper.make_graph(
            self.nodes,
            self.name,
            [helper.make_tensor_value_info("strokes", TensorProto.FLOAT, [BATCH, STROKES, INPUTS])],
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, [BATCH, *s]) for n, s in outputs.items()],
            self.constants,
        )
        model = helper.make_model(
            graph,
            producer_name="palet",
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
        )
        onnx.checker.check_model(model, full_check=True)
        return model


def autoencoder(params: dict) -> onnx.ModelProto:
    """Strokes to latent, decoder states, and the strokes made again."""
    hidden, latent, features = params["latent"]["w"].shape[0], params["latent"]["w"].shape[1], FEATURES
    graph = Graph("stroke-autoencoder")
    x = graph.node("Transpose", ["strokes"], "steps", perm=[1, 0, 2])
    states = graph.recurrent("LSTM", "encoder", x, params["encoder"], hidden)
    last = graph.node("Gather", [states, graph.constant("last", np.array(STROKES - 1))], "encoded", axis=0)
    graph.node("Tanh", [graph.dense("latent", last, params["latent"], "latent.sum")], "latent")
    # T copies: an expansion does not go into a recurrent layer everywhere.
    one = graph.node("Unsqueeze", ["latent", graph.constant("front", np.array([0]))], "latent.one")
    many = graph.node("Concat", [one] * STROKES, "latent.many", axis=0)
    decoded = graph.recurrent("LSTM", "decoder", many, params["decoder"], hidden)
    graph.node("Transpose", [decoded], "states", perm=[1, 0, 2])
    graph.dense("output", "states", params["output"], "made")
    return graph.model({"latent": [latent], "states": [STROKES, hidden], "made": [STROKES, features]})


def encoder(params: dict) -> onnx.ModelProto:
    """Strokes to an embedding."""
    hidden, size = params["gru"]["r"].shape[1], params["embedding"]["w"].shape[1]
    graph = Graph("stroke-encoder")
    x = graph.node("Transpose", ["strokes"], "steps", perm=[1, 0, 2])
    states = graph.recurrent("GRU", "gru", x, params["gru"], hidden)
    last = graph.node("Gather", [states, graph.constant("last", np.array(STROKES - 1))], "final", axis=0)
    real = graph.node("Gather", [x, graph.constant("real.at", np.array([INPUTS - 1]))], "real", axis=2)
    shown = graph.node("Mul", [states, real], "shown")
    first = graph.constant("first", np.array([0]))
    total = graph.node("ReduceSum", [shown, first], "total", keepdims=0)
    count = graph.node("ReduceSum", [real, first], "count", keepdims=0)
    mean = graph.node("Div", [total, count], "mean")
    both = graph.node("Concat", [mean, last], "both", axis=1)
    graph.dense("embedding", both, params["embedding"], "embedding")
    return graph.model({"embedding": [size]})
