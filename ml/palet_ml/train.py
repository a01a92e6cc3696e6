"""Trains both models from a table of strokes, and writes graphs, companions and cards. `make train` calls it.

The same table and the same seed give the same files, to the byte, with the same versions of the libraries.
"""

import argparse
import json
import hashlib
import os
from pathlib import Path

os.environ.setdefault(
    "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from . import autoencoder, companion, encoder, onnx_graph, scoring, strokes  # noqa: E402

SEED = 20_260
STEPS = {"autoencoder": 800, "encoder": 800}
SETTINGS = {
    "latent_dims": 12,
    "embedding_dims": 16,
    "shrinkage": 0.4,
    "error_dims": 24,
    "error_shrinkage": 0.4,
    "prior": 20.0,
    "linear": False,
}
SCORERS = ["sequence-autoencoder-error", "sequence-autoencoder-latent", "sequence-encoder"]
BYTES_MAX = 1_000_000


def networks(table, people: list, seed: int, steps: dict) -> tuple:
    """Both networks of some people: standard, weights, curves."""
    recordings = [r for r in table.recordings if r.subject in people]
    standard = strokes.Standard.fit(recordings)
    pool = strokes.Pool(standard, recordings, people)
    coder, coder_curve = autoencoder.train(pool, seed, steps["autoencoder"])
    embedder, embedder_curve = encoder.train(pool, seed, steps["encoder"])
    return standard, coder, embedder, {"autoencoder": coder_curve, "encoder": embedder_curve}


def files(table, people: list, scorers) -> dict:
    """Graphs and companions by file name, and what the scorers say of the golden vectors' later half against a reference
    of the earlier: the server is held to it by a test."""
    standard = scorers.standard
    blocks = companion.golden_blocks(standard)
    tags = sorted({r.tag for r in table.recordings if r.subject in people})
    made = {}
    for name, graph, outputs, run, extra in (
        (
            "autoencoder",
            onnx_graph.autoencoder(scorers.coder),
            ["latent", "states", "made"],
            lambda x: autoencoder.run(scorers.coder, x),
            {"places": companion.places_json(scorers.latents), "adapter": companion.adapter_json(scorers.adapter)},
        ),
        (
            "encoder",
            onnx_graph.encoder(scorers.embedder),
            ["embedding"],
            lambda x: (encoder.run(scorers.embedder, x),),
            {"places": companion.places_json(scorers.embeddings), "adapter": None},
        ),
    ):
        graph = graph.SerializeToString(deterministic=True)
        vectors = companion.golden(standard, blocks, run)
        content = {
            "graph_sha256": hashlib.sha256(graph).hexdigest(),
            "outputs": [
                {"name": output, "length": len(vectors[0]["outputs"][at])} for at, output in enumerate(outputs)
            ],
            "standard": companion.standard_json(standard),
            "recordings": tags,
            **extra,
            "golden": vectors,
        }
        text = json.dumps(content, separators=(",", ":")).encode()
        made[f"{name}.onnx"] = graph
        made[f"{name}.palet"] = companion.sealed(name, text)
    half = len(blocks) // 2
    scores = scorers.score(scorers.reference(blocks[:half]), scorers.look(blocks[half:]))
    told = {"reference": half, "scores": dict(zip(SCORERS, companion.floats(scores)))}
    made["scores.json"] = (json.dumps(told, indent=1) + "\n").encode()
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    table = strokes.read(arguments.table)
    if table.corpus not in strokes.TRAINABLE:
        raise SystemExit(f"expected one of the corpora {sorted(strokes.TRAINABLE)}, got {table.corpus}")
    people = [s for s in table.enrolments if not strokes.is_held_out(s)]
    held_out = {s for s in table.enrolments if strokes.is_held_out(s)}
    standard, coder, embedder, curves = networks(table, people, SEED, STEPS)
    scorers = scoring.fit(table, people, standard, coder, embedder, SETTINGS)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, data in files(table, people, scorers).items():
        if len(data) > BYTES_MAX:
            raise SystemExit(f"{name}: expected at most {BYTES_MAX} bytes, got {len(data)}")
        (arguments.out / name).write_bytes(data)
        print(f"{name}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()[:16]}")
    for name, curve in curves.items():
        told = ", ".join(f"{step}: {value:.3f}" for step, value in curve[:: max(1, len(curve) // 6)])
        print(f"{name}: loss {told}")
    results = scoring.run_trials(scorers, table, held_out)
    mated = sum(m for m, _, _ in results.values())
    print(f"held out: {len(held_out)} people, {mated} mated and {len(results) - mated} non-mated trials")
    for at, name in enumerate(SCORERS):
        eer, auc = scoring.rates(results, at)
        print(f"  {name:<28} EER {eer:.4f}  AUC {auc:.4f}")


if __name__ == "__main__":
    main()
