"""The committed models, read back: weights from the graphs, the rest from their companions."""

from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from . import companion
from .backend import Adapter, Places
from .scoring import Scorers
from .strokes import FEATURES, KINDS, RATES, Standard

MODELS = Path(__file__).parents[2] / "ingest-server/sequence/models"


def standard_of(content: dict) -> Standard:
    return Standard(
        np.array(content["standard"]["means"], np.float32).reshape(RATES, KINDS, FEATURES),
        np.array(content["standard"]["scales"], np.float32).reshape(RATES, FEATURES),
    )


def weights_of(graph: bytes) -> dict:
    """Training's weights, read back from the graph."""
    values = {c.name: numpy_helper.to_array(c) for c in onnx.load_from_string(graph).graph.initializer}

    def recurrent(name: str) -> dict:
        first, second = np.split(values[f"{name}.bias"][0], 2)
        return {"w": values[f"{name}.w"][0], "r": values[f"{name}.r"][0], "wb": first, "rb": second}

    def dense(name: str) -> dict:
        return {"w": values[f"{name}.w"], "b": values[f"{name}.b"]}

    if "gru.w" in values:
        return {"gru": recurrent("gru"), "embedding": dense("embedding")}
    parts = {"encoder": recurrent("encoder"), "decoder": recurrent("decoder")}
    return {**parts, "latent": dense("latent"), "output": dense("output")}


def places_of(content: dict) -> Places:
    told = {name: np.array(values, np.float32) for name, values in content["places"].items()}
    dims = len(told["centre"])
    told["directions"] = told["directions"].reshape(-1, dims)
    return Places(**told)


def adapter_of(content: dict) -> Adapter:
    told = content["adapter"]
    directions = np.array(told["directions"], np.float32).reshape(FEATURES, told["dims"])
    cohort = np.array(told["cohort"], np.float32).reshape(-1, told["states"] + 1, told["dims"])
    return Adapter(directions, told["prior"], told["states"] > 0, cohort)


def load(folder: Path = MODELS) -> Scorers:
    """Both models as the server has them."""
    content = {name: companion.opened(name, (folder / f"{name}.palet").read_bytes()) for name in companion.KINDS}
    weights = {name: weights_of((folder / f"{name}.onnx").read_bytes()) for name in companion.KINDS}
    return Scorers(
        standard_of(content["autoencoder"]),
        weights["autoencoder"],
        weights["encoder"],
        places_of(content["autoencoder"]),
        places_of(content["encoder"]),
        adapter_of(content["autoencoder"]),
    )
