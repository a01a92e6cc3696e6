"""Holds the committed models against onnxruntime and against training's own arithmetic. `make models-check` calls it,
after the server's part: the server runs the same golden vectors through tract before it starts."""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import onnxruntime

from . import autoencoder, companion, encoder
from .committed import MODELS, standard_of, weights_of
from .strokes import Block, windows

TOLERANCE = 1e-5


def session(graph: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def golden_inputs(content: dict) -> np.ndarray:
    made = []
    for vector in content["golden"]:
        features = np.array(vector["features"], np.int64)
        block = Block(vector["rate"], np.array(vector["kinds"]), features.astype(np.int16))
        made.append(windows(standard_of(content), [block])[0])
    return np.concatenate(made)


def check(name: str, folder: Path) -> None:
    graph = (folder / f"{name}.onnx").read_bytes()
    content = companion.opened(name, (folder / f"{name}.palet").read_bytes())
    if hashlib.sha256(graph).hexdigest() != content["graph_sha256"]:
        raise SystemExit(f"{name}: expected the graph that the companion names, got another")
    x = golden_inputs(content)
    expected = [
        np.array([vector["outputs"][at] for vector in content["golden"]], np.float32)
        for at in range(len(content["outputs"]))
    ]
    runtime = session(graph)
    whole = runtime.run(None, {"strokes": x})
    single = [np.concatenate(parts) for parts in zip(*(runtime.run(None, {"strokes": row[None]}) for row in x))]
    weights = weights_of(graph)
    trained = autoencoder.run(weights, x) if name == "autoencoder" else (encoder.run(weights, x),)
    for kind, answers in (("onnxruntime", whole), ("onnxruntime, one by one", single), ("training", trained)):
        away = max(
            float(np.abs(np.asarray(got).reshape(len(x), -1) - wanted).max())
            for got, wanted in zip(answers, expected)
        )
        print(f"{name}: {kind} within {away:.1e} of {len(x)} golden vectors")
        if not away <= TOLERANCE:
            raise SystemExit(f"{name}: expected {TOLERANCE:.0e} at most")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=MODELS)
    arguments = parser.parse_args()
    for name in ("autoencoder", "encoder"):
        check(name, arguments.models)


if __name__ == "__main__":
    main()
