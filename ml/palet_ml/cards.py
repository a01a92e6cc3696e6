"""The cards of the committed models, their figures from the people held out. `make train` calls it last."""

import argparse
from pathlib import Path

import numpy as np

from . import autoencoder, backend, committed, companion, encoder, scoring, strokes, train

DATA = """\
- **Data**: {corpus}, {people} people (every subject whose number is not a multiple of {every}), {recordings} recordings by the shipped
  extractor, each as recorded and thinned to two slower rates. Antal, Fejer and Buza 2021; files as found in a repository
  under the MIT licence. No other corpus.
- **Licence**: the project's own (Apache-2.0).
- **Holds of people**: weights, averages, the training people's changes of the last layer, and hashes of recordings, by which an evaluation
  leaves their people out. No stroke of anybody: golden vectors are drawn around the averages.
- **Made by**: `make strokes train`, seed {seed}, {steps} steps, one thread. The same table gives the same bytes with the versions of
  `ml/requirements.txt` on the same kind of processor.
"""

LIMITS = """\
- **Limits**: one task, mice and trackpads of one study, two takes a person, so that another day's mood, chair or hardware
  is not in it. Strokes of touch and pens are not in it at all. The figures are of few people; their
  intervals are wide. No weight in the fusion unless `docs/ml.md` says otherwise.
"""


def figures(results: dict, names: list) -> str:
    lines = ["| scorer | EER | AUC |", "|---|---|---|"]
    for at, name in enumerate(train.SCORERS):
        if name in names:
            eer, auc = scoring.rates(results, at)
            lines.append(f"| `{name}` | {eer:.3f} | {auc:.3f} |")
    return "\n".join(lines) + "\n"


def plain_recipe(table, scorers, held: set) -> tuple:
    """The subject's network trained on from the population's: error of the population less the subject's."""
    tuned = {}
    for subject in sorted(held):
        x, present = strokes.windows(scorers.standard, table.enrolments[subject])
        tuned[subject] = autoencoder.tuned(scorers.coder, x, x[..., : strokes.FEATURES], present, steps=60, rate=1e-3)
    seen, mated, others = {}, [], []
    for claimed, span, is_mated, _ in table.trials:
        probe = table.probes[span]
        if claimed not in held or probe.subject not in held or not probe.blocks:
            continue
        if span not in seen:
            x, present = strokes.windows(scorers.standard, probe.blocks)
            seen[span] = (x, x[..., : strokes.FEATURES], present)
        score = float(autoencoder.error(scorers.coder, *seen[span]) - autoencoder.error(tuned[claimed], *seen[span]))
        alone = -float(autoencoder.error(tuned[claimed], *seen[span]))
        (mated if is_mated else others).append((score, alone))
    pairs = [([m[at] for m in mated], [o[at] for o in others]) for at in (0, 1)]
    return tuple(backend.error_rates(*(np.array(side) for side in pair)) for pair in pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--out", type=Path, default=committed.MODELS)
    arguments = parser.parse_args()
    table = strokes.read(arguments.table)
    scorers = committed.load(arguments.out)
    held = {s for s in table.enrolments if strokes.is_held_out(s)}
    people = [s for s in table.enrolments if s not in held]
    results = scoring.run_trials(scorers, table, held)
    mated = sum(m for m, _, _ in results.values())
    told = (
        f"Strangers only, {len(held)} people held out, {mated} mated and {len(results) - mated} non-mated trials of 20 s:\n\n"
    )
    recordings = len({r.tag for r in table.recordings if r.subject in people})
    ratio, alone = plain_recipe(table, scorers, held)
    plain = (
        f"\nThe plain recipe on the same trials, the subject's network trained on by gradients: error of the population less the\n"
        f"subject's EER {ratio[0]:.3f}, AUC {ratio[1]:.3f}; the subject's error alone EER {alone[0]:.3f}, AUC {alone[1]:.3f}.\n"
    )
    shapes = {
        "autoencoder": f"LSTM {strokes.INPUTS} → {autoencoder.HIDDEN}, latent {autoencoder.LATENT}, LSTM back, linear",
        "encoder": f"GRU {strokes.INPUTS} → {encoder.HIDDEN}, mean and last state → {encoder.EMBEDDING}",
    }
    for name in companion.KINDS:
        data = DATA.format(
            corpus=table.corpus, people=len(people), every=strokes.HELD_OUT_EVERY, recordings=recordings,
            seed=train.SEED, steps=train.STEPS[name],
        )  # fmt: skip
        own = [s for s in train.SCORERS if name in s]
        text = (
            f"# {name}: windows of pointer strokes\n\n- **What**: {shapes[name]}. What it is for: `docs/ml.md`.\n{data}{LIMITS}"
            f"\n## Figures\n\nPrinted by `make train`. {told}{figures(results, own)}{plain if name == 'autoencoder' else ''}"
        )
        (arguments.out / f"{name}.card.md").write_text(text)
        print(text)


if __name__ == "__main__":
    main()
