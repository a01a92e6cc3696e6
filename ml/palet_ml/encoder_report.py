"""The in-page encoder, tried: accuracy beside the histograms', size, time, and what can be read back from an embedding.

`make encoder-report` calls it. Training people are those of the trainable keystroke corpora who are not held out.
"""

import argparse
import csv
import json
import os
import subprocess
from pathlib import Path

os.environ.setdefault(
    "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)

import numpy as np  # noqa: E402

from . import backend, inversion, keys, page_encoder  # noqa: E402

SEED = 20_261
STEPS = 400
HERE = Path(__file__).parents[1]
ROOT = HERE.parent


def embed(params: dict, block: np.ndarray) -> np.ndarray:
    parts = [np.asarray(page_encoder.run(params, block[at : at + 64])) for at in range(0, len(block), 64)]
    return np.concatenate(parts)


def trials_of(params: dict, places, folder: Path, sessions: dict, wanted) -> list:
    """(trial, mated, score) of the trials whose two subjects are wanted."""
    enrolled = {}
    for span in keys.spans(folder, "enrol.csv"):
        if wanted(span["subject"]):
            own = sessions[span["subject"], span["session"]]
            made = keys.blocks(own, int(span["first"]), min(int(span["last"]), len(own.names)))
            enrolled.setdefault(span["subject"], []).append(embed(params, made))
    references = {subject: places.place(np.concatenate(parts)) for subject, parts in enrolled.items()}
    probes, scored = {}, []
    for trial in keys.spans(folder, "trials.csv"):
        if trial["claimed"] not in references or not wanted(trial["subject"]):
            continue
        at = (trial["subject"], trial["session"], trial["first"], trial["last"])
        if at not in probes:
            own = sessions[at[:2]]
            probes[at] = places.place(embed(params, keys.blocks(own, int(at[2]), min(int(at[3]), len(own.names)))))
        score = float(places.score(references[trial["claimed"]], probes[at]))
        scored.append((trial["trial"], trial["mated"] == "1", score))
    return scored


def rates(scored: list) -> tuple:
    mated = np.array([s for _, m, s in scored if m])
    others = np.array([s for _, m, s in scored if not m])
    eer, auc = backend.error_rates(mated, others)
    return eer, backend.missed(mated, others), auc, len(mated), len(others)


def histograms_of(scores: Path, corpus: str, wanted: set) -> list:
    """The shipped histograms' fusion on the same trials, as the server's own command wrote it."""
    with open(scores / corpus / "scores.csv") as rows:
        return [(r["trial"], r["mated"] == "1", float(r["llr"])) for r in csv.DictReader(rows) if r["trial"] in wanted]


def read_back(params: dict, sessions: dict) -> dict:
    """The attack on embeddings and on histograms, from the same blocks."""
    blocks, words, classes, train = [], [], [], []
    for (subject, _), own in sessions.items():
        for first in range(0, len(own.names) - keys.BLOCK, keys.BLOCK):
            held, kinds = inversion.targets(own, first)
            blocks.append(keys.inputs(own, first, first + keys.BLOCK))
            words.append(held)
            classes.append(kinds)
            train.append(not keys.is_held_out(subject))
    blocks, train = np.stack(blocks), np.array(train)
    embedded = embed(params, blocks)
    counted = np.stack([keys.histogram(block) for block in blocks])
    told = (np.stack(words), np.stack(classes), train, SEED)
    return {"embedding": inversion.attack(embedded, *told), "histogram": inversion.attack(counted, *told)}


def in_wasm(params: dict, example: np.ndarray) -> dict:
    """Builds the encoder for the page, runs it in node, and holds it against training."""
    folder = HERE / "page-encoder"
    target = ROOT / "target/page-encoder"
    command = ["cargo", "build", "--quiet", "--release", "--target", "wasm32-unknown-unknown", "--target-dir", target]
    subprocess.run(command, cwd=folder, check=True)
    wasm = target / "wasm32-unknown-unknown/release/palet_page_encoder.wasm"
    q = page_encoder.quantised(params)
    build = HERE / "build"
    build.mkdir(exist_ok=True)
    (build / "page-encoder.bin").write_bytes(page_encoder.packed(q))
    made = embed(page_encoder.restored(q), example)
    vectors = [
        {"input": block.ravel().tolist(), "keys": int(block[:, -1].sum()), "embedding": out.tolist()}
        for block, out in zip(example, made)
    ]
    (build / "page-encoder.json").write_text(json.dumps(vectors))
    command = ["node", folder / "measure.mjs", wasm, build / "page-encoder.bin", build / "page-encoder.json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("scores", type=Path, help="what `palet-models eval --out` wrote of monaco-free and aalto-sentences")
    arguments = parser.parse_args()
    corpora = {name: keys.read(arguments.corpora / name) for name in ("monaco-free", "monaco-fixed", "aalto-sentences")}
    sessions, people = [], []
    for name in sorted(keys.TRAINABLE):
        for subject in sorted({s for s, _ in corpora[name]}):
            if not keys.is_held_out(subject):
                own = [k for (s, _), k in corpora[name].items() if s == subject]
                sessions.append(own)
                people.append((name, subject))
    params, curve = page_encoder.train(sessions, SEED, STEPS)
    print(f"{len(people)} training people, loss {curve[0][1]:.2f} to {curve[-1][1]:.2f}")
    used = page_encoder.restored(page_encoder.quantised(params))
    each = [[embed(used, keys.blocks(k, 0, len(k.names))) for k in own] for own in sessions]
    places = backend.Places.fit(each, 12, 0.3, probe=2)
    report = {}
    wanted = {"monaco-free": keys.is_held_out, "aalto-sentences": lambda _: True}
    for name, chosen in wanted.items():
        folder = arguments.corpora / name
        scored = trials_of(used, places, folder, corpora[name], chosen)
        eer, fnmr, auc, mated, others = rates(scored)
        print(f"{name}: {mated} mated, {others} non-mated")
        print(f"  embeddings of the page   EER {eer:.3f}  FNMR at 1 % {fnmr:.2f}  AUC {auc:.3f}")
        report[name] = {"embedding": eer}
        eer, fnmr, auc, _, _ = rates(histograms_of(arguments.scores, name, {t for t, _, _ in scored}))
        print(f"  shipped histograms       EER {eer:.3f}  FNMR at 1 % {fnmr:.2f}  AUC {auc:.3f}")
        report[name]["histogram"] = eer
    told = read_back(used, corpora["monaco-free"])
    for kind, figures in told.items():
        print(
            f"read back from the {kind:<10} word AUC {figures['word_auc']:.3f} over {figures['words']} words; class of"
            f" a key right {figures['class_right']:.3f}, guessed {figures['class_guessed']:.3f}"
        )
    first = next(iter(corpora["monaco-free"].values()))
    size = in_wasm(params, keys.blocks(first, 0, 4 * keys.BLOCK))
    print(
        f"in the page: {size['weights']} bytes of weights, brotli {size['weights_brotli']} and wasm"
        f" {size['wasm_brotli']}; {size['ms_per_block_median']:.2f} ms a block; within {size['away']:.1e} of training"
    )
    rows = [
        {"name": "page encoder, brotli", "ours": (size["weights_brotli"] + size["wasm_brotli"]) / 1000,
         "peer": None, "ratio": None, "unit": "kB", "limit": None, "holds": None},
        {"name": "page encoder, one block", "ours": size["ms_per_block_median"],
         "peer": None, "ratio": None, "unit": "ms", "limit": None, "holds": None},
    ]  # fmt: skip
    for name, figures in report.items():
        peer = figures["histogram"]
        rows.append({
            "name": f"page encoder, {name} EER against histograms", "ours": figures["embedding"], "peer": peer,
            "ratio": figures["embedding"] / peer, "unit": "EER", "limit": None, "holds": None,
        })  # fmt: skip
    measured = ROOT / "target/measured"
    measured.mkdir(parents=True, exist_ok=True)
    (measured / "encoder-report.json").write_text(json.dumps(rows))


if __name__ == "__main__":
    main()
