"""Whether the sequence scorers earn a weight beside the pointer's fusion, over three rotations of who is held out.

Each rotation trains both networks on two thirds of the people and scores the trials among the rest (the first is that
of the committed models); the pointer's own
ratio of the same trials comes from the server's command, its models made without the two subjects. Weights are a
logistic regression fitted on two rotations and judged on the third. `make sequence-weights` calls it.
"""

import argparse
import csv
import hashlib
import os
from pathlib import Path

os.environ.setdefault(
    "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)

import numpy as np  # noqa: E402

from . import backend, committed, scoring, strokes, train  # noqa: E402

RESAMPLES = 2000


def rotation(table, rest: int) -> dict:
    """Trials among the people whose number leaves this rest: name -> (mated, claimed, scores)."""
    held = {s for s in table.enrolments if int(s[1:]) % strokes.HELD_OUT_EVERY == rest}
    if rest == 0:
        # The committed models were trained on just these people.
        return scoring.run_trials(committed.load(), table, held)
    people = [s for s in table.enrolments if s not in held]
    standard, coder, embedder, _ = train.networks(table, people, train.SEED, train.STEPS)
    scorers = scoring.fit(table, people, standard, coder, embedder, train.SETTINGS)
    return scoring.run_trials(scorers, table, held)


def made_from(table: Path) -> str:
    """What kept scores depend on: the strokes, the committed models, and this package."""
    code = sorted(Path(__file__).parent.glob("*.py"))
    models = sorted(p for p in committed.MODELS.iterdir() if p.suffix in (".onnx", ".palet"))
    digest = hashlib.sha256()
    for file in [table, *models, *code]:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def is_kept(file: Path, source: str) -> bool:
    if not file.exists():
        return False
    with np.load(file) as kept:
        return "made_from" in kept and str(kept["made_from"]) == source


def logistic(x: np.ndarray, mated: np.ndarray, ridge: float = 1e-2) -> np.ndarray:
    """Weights and, last, an intercept; both sorts weigh the same. No weight speaks against its own direction."""
    columns = list(range(x.shape[1]))
    balance = np.where(mated, 0.5 / mated.sum(), 0.5 / (~mated).sum())
    while True:
        z = np.concatenate([x[:, columns], np.ones((len(x), 1))], 1)
        line = np.zeros(z.shape[1])
        for _ in range(50):
            p = 1 / (1 + np.exp(-z @ line))
            pull = ridge * np.append(np.ones(len(columns)), 0)
            curvature = z.T @ (z * (balance * p * (1 - p))[:, None]) + np.diag(pull + 1e-9)
            line += np.linalg.solve(curvature, z.T @ (balance * (mated - p)) - pull * line)
        wrong = [c for c, w in zip(columns, line) if w < 0]
        if not wrong:
            full = np.zeros(x.shape[1] + 1)
            full[[*columns, -1]] = line
            return full
        columns = [c for c in columns if c not in wrong]


def cost(ratio: np.ndarray, mated: np.ndarray) -> float:
    """Cllr: what the ratios cost if taken at their word. **Units**: bits."""
    own = np.logaddexp(0, -ratio[mated]).mean()
    others = np.logaddexp(0, ratio[~mated]).mean()
    return float((own + others) / 2 / np.log(2))


def told(name: str, ratio: np.ndarray, mated: np.ndarray) -> None:
    eer, auc = backend.error_rates(ratio[mated], ratio[~mated])
    misses = backend.missed(ratio[mated], ratio[~mated])
    print(f"  {name:<40} EER {eer:.4f}  FNMR at 1 % {misses:.2f}  AUC {auc:.4f}  Cllr {cost(ratio, mated):.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("pointer", type=Path, help="scores.csv of palet-models eval --out on the same corpus")
    parser.add_argument("--rotation", type=int, help="trains one rotation and keeps its scores beside the table")
    arguments = parser.parse_args()
    table = strokes.read(arguments.table)
    kept = [arguments.table.with_name(f"rotation-{rest}.npz") for rest in range(strokes.HELD_OUT_EVERY)]
    wanted = range(strokes.HELD_OUT_EVERY) if arguments.rotation is None else [arguments.rotation]
    source = made_from(arguments.table)
    for rest in wanted:
        if is_kept(kept[rest], source) and arguments.rotation is None:
            continue
        results = rotation(table, rest)
        names, scores = list(results), np.stack([s for _, _, s in results.values()])
        mated, claimed = [m for m, _, _ in results.values()], [c for _, c, _ in results.values()]
        np.savez(kept[rest], names=names, scores=scores, mated=np.array(mated) == 1, claimed=claimed, made_from=source)
    if arguments.rotation is not None:
        return
    with open(arguments.pointer) as rows:
        pointer = {row["trial"]: float(row["llr"]) for row in csv.DictReader(rows)}
    parts = [np.load(file) for file in kept]
    folds = np.concatenate([np.full(len(p["names"]), at) for at, p in enumerate(parts)])
    mated = np.concatenate([p["mated"] for p in parts])
    claimed = np.concatenate([p["claimed"] for p in parts])
    own = np.array([pointer[n] for p in parts for n in p["names"]])[:, None]
    x = np.concatenate([own, np.concatenate([p["scores"] for p in parts])], 1)
    print(f"{mated.sum()} mated and {(~mated).sum()} non-mated trials among people held out, three rotations")
    sets = {"pointer": [0], **{n: [0, at + 1] for at, n in enumerate(train.SCORERS)}, "all": [0, 1, 2, 3]}
    ratios = {}
    for name, columns in sets.items():
        ratio = np.zeros(len(x))
        for rest in range(strokes.HELD_OUT_EVERY):
            line = logistic(x[folds != rest][:, columns], mated[folds != rest])
            ratio[folds == rest] = x[folds == rest][:, columns] @ line[:-1] + line[-1]
        ratios[name] = ratio
        told("pointer alone" if name == "pointer" else f"pointer and {name}", ratio, mated)
    for at, name in enumerate(train.SCORERS):
        told(f"{name} alone", x[:, at + 1], mated)
    line = logistic(x, mated)
    print("weights on all: " + ", ".join(f"{n} {w:.3f}" for n, w in zip(["pointer", *train.SCORERS, "bias"], line)))
    rng = np.random.default_rng(train.SEED)
    people = sorted(set(claimed))
    at = {person: np.flatnonzero(claimed == person) for person in people}
    for name in [*train.SCORERS, "all"]:
        gains = []
        for _ in range(RESAMPLES):
            rows = np.concatenate([at[p] for p in rng.choice(people, len(people))])
            gains.append(cost(ratios["pointer"][rows], mated[rows]) - cost(ratios[name][rows], mated[rows]))
        low, high = np.quantile(gains, [0.025, 0.975])
        verdict = "more than none" if low > 0 else "its gain may be none"
        print(f"  {name:<28} gains [{low:+.4f}, {high:+.4f}] bits of Cllr over subjects: {verdict}")


if __name__ == "__main__":
    main()
