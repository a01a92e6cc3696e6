"""The companion of a graph: what the server needs beside it, and golden vectors, sealed as a model file."""

import hashlib
import json

import numpy as np

from .strokes import ABSENT, FEATURES, SCHEMA, STROKES, Block, Standard, windows

MAGIC = b"PALETMDL"
KINDS = {"autoencoder": 4, "encoder": 5}
GOLDEN = 8


def sealed(kind: str, content: bytes) -> bytes:
    """The container of every model file: magic, kind, schema, content, SHA-256."""
    body = MAGIC + bytes([KINDS[kind]]) + SCHEMA.to_bytes(2, "little") + content
    return body + hashlib.sha256(body).digest()


def opened(kind: str, file: bytes) -> dict:
    body, told = file[:-32], file[-32:]
    if not body.startswith(MAGIC) or hashlib.sha256(body).digest() != told:
        raise SystemExit("expected a whole model file, got one that is cut or changed")
    if body[8] != KINDS[kind] or int.from_bytes(body[9:11], "little") != SCHEMA:
        raise SystemExit(f"expected the companion of the {kind} for schema {SCHEMA}, got another")
    return json.loads(body[11:])


def floats(array) -> list:
    """Float32 values that read back as the same bits."""
    return [float(f"{value:.9g}") for value in np.asarray(array, np.float32).ravel()]


def golden_blocks(standard: Standard) -> list:
    """Blocks of nobody: strokes drawn around the standard's means, of every rate and of one to eight strokes."""
    rng = np.random.default_rng(GOLDEN)
    blocks = []
    for at in range(GOLDEN):
        rate, count = at % 3, STROKES - at
        kinds = np.sort(rng.integers(0, 3, count))
        values = standard.means[rate][kinds] + rng.normal(size=(count, FEATURES)) * 2 / standard.scales[rate]
        features = np.clip(np.round(values), ABSENT + 1, -ABSENT - 1).astype(np.int16)
        # What a movement that ends without a click does not have.
        features[kinds == 0, -4:] = ABSENT
        blocks.append(Block(rate, kinds, features))
    return blocks


def golden(standard: Standard, blocks: list, run) -> list:
    """Strokes, and what the network in training says of them. `run` takes inputs, gives a tuple of outputs."""
    vectors = []
    for block in blocks:
        x, _ = windows(standard, [block])
        vectors.append(
            {
                "rate": block.rate,
                "kinds": block.kinds.tolist(),
                "features": block.features.tolist(),
                "outputs": [floats(output) for output in run(x)],
            }
        )
    return vectors


def standard_json(standard: Standard) -> dict:
    return {"means": floats(standard.means), "scales": floats(standard.scales)}


def places_json(places) -> dict:
    names = ("directions", "centre", "within", "between")
    return {name: floats(getattr(places, name)) for name in names}


def adapter_json(adapter) -> dict:
    return {
        "directions": floats(adapter.directions),
        "dims": adapter.directions.shape[1],
        "states": adapter.cohort.shape[1] - 1,
        "prior": adapter.prior,
        "cohort": floats(adapter.cohort),
    }
