"""Strokes of a pointer corpus, as `palet-models strokes` writes them, and windows of them as the models take them.

A block's strokes leave the page sorted by their kind and features, so the order within a block tells nothing of the
order in time: a window is a set in a canonical order. Only the blocks follow one another as they were made.
"""

import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

# Corpora whose terms allow a shipped model to be trained on them.
TRAINABLE = {"sapimouse"}
STROKES = 8
FEATURES = 77
KINDS = 3
RATES = 3
# Standardised features, the kind of stroke, whether there is a stroke at all.
INPUTS = FEATURES + KINDS + 1
ABSENT = -32768
SCHEMA = 1
STANDARD_MAX = 5.0
# Subjects whose number leaves no rest by this are held out: no model sees them.
HELD_OUT_EVERY = 3


@dataclass
class Block:
    rate: int
    kinds: np.ndarray  # [strokes]
    features: np.ndarray  # [strokes, FEATURES] int16


@dataclass
class Span:
    subject: str
    session: str
    blocks: list
    tag: str = ""


@dataclass
class Table:
    corpus: str
    recordings: list = field(default_factory=list)  # whole sessions, at every rate
    enrolments: dict = field(default_factory=dict)  # subject -> blocks
    probes: dict = field(default_factory=dict)  # span -> Span
    trials: list = field(default_factory=list)  # (claimed, span, mated, name)


def is_held_out(subject: str) -> bool:
    return int("".join(c for c in subject if c.isdigit())) % HELD_OUT_EVERY == 0


def _blocks(rows) -> list:
    return [
        Block(row["rate"], np.array(row["kinds"], np.int64), np.array(row["features"], np.int16))
        for row in rows
    ]


def read(path: Path) -> Table:
    """Reads a table; refuses one of another schema."""
    with gzip.open(path, "rt") as lines:
        header = json.loads(next(lines))
        if header["schema"] != SCHEMA or header["features"] != FEATURES or header["absent"] != ABSENT:
            raise SystemExit(f"{path}: expected schema {SCHEMA} with {FEATURES} features, got another")
        table = Table(header["corpus"])
        for line in lines:
            row = json.loads(line)
            match row["role"]:
                case "trial":
                    table.trials.append((row["claimed"], row["span"], row["mated"], row["trial"]))
                case "recording":
                    blocks = _blocks(row["blocks"])
                    table.recordings.append(Span(row["subject"], row["session"], blocks, row["tag"]))
                case "enrolment":
                    table.enrolments.setdefault(row["subject"], []).extend(_blocks(row["blocks"]))
                case "probe":
                    table.probes[row["span"]] = Span(row["subject"], row["session"], _blocks(row["blocks"]))
    return table


@dataclass
class Standard:
    """Means by rate and kind, one over spreads by rate. Float32 throughout, as in the server."""

    means: np.ndarray  # [RATES, KINDS, FEATURES]
    scales: np.ndarray  # [RATES, FEATURES]

    @classmethod
    def fit(cls, recordings: list) -> "Standard":
        means = np.zeros((RATES, KINDS, FEATURES))
        scales = np.ones((RATES, FEATURES))
        for rate in range(RATES):
            blocks = [b for r in recordings for b in r.blocks if b.rate == rate]
            values = np.concatenate([b.features for b in blocks]).astype(np.float64)
            kinds = np.concatenate([b.kinds for b in blocks])
            present = values != ABSENT
            everybody = np.where(present, values, 0).sum(0) / np.maximum(present.sum(0), 1)
            spread = np.zeros_like(values)
            for kind in range(KINDS):
                own = present & (kinds == kind)[:, None]
                count = own.sum(0)
                # A kind that is rare is drawn to everybody's mean.
                means[rate, kind] = (np.where(own, values, 0).sum(0) + 20 * everybody) / (count + 20)
                spread += np.where(own, (values - means[rate, kind]) ** 2, 0)
            deviation = np.sqrt(spread.sum(0) / np.maximum(present.sum(0), 1))
            scales[rate] = 1 / (deviation + 1.0)
        return cls(means.astype(np.float32), scales.astype(np.float32))

    def apply(self, block: Block) -> tuple:
        """Inputs `[strokes, INPUTS]` and which features are present."""
        present = block.features != ABSENT
        values = (block.features.astype(np.float32) - self.means[block.rate][block.kinds]) * self.scales[block.rate]
        values = np.where(present, np.clip(values, -STANDARD_MAX, STANDARD_MAX), np.float32(0))
        inputs = np.zeros((len(block.kinds), INPUTS), np.float32)
        inputs[:, :FEATURES] = values
        inputs[np.arange(len(block.kinds)), FEATURES + block.kinds] = 1
        inputs[:, -1] = 1
        return inputs, present


def windows(standard: Standard, blocks: list) -> tuple:
    """Inputs `[n, STROKES, INPUTS]` and presence `[n, STROKES, FEATURES]`; longer blocks are dealt out evenly."""
    inputs, presence = [], []
    for block in blocks:
        values, present = standard.apply(block)
        parts = -(-len(values) // STROKES)
        for part in range(parts):
            own, seen = values[part::parts], present[part::parts]
            window = np.zeros((STROKES, INPUTS), np.float32)
            shown = np.zeros((STROKES, FEATURES), bool)
            window[: len(own)] = own
            shown[: len(own)] = seen
            inputs.append(window)
            presence.append(shown)
    if not inputs:
        return np.zeros((0, STROKES, INPUTS), np.float32), np.zeros((0, STROKES, FEATURES), bool)
    return np.stack(inputs), np.stack(presence)


class Pool:
    """Strokes of recordings in the canonical order, from which blocks are drawn that nobody made but could have."""

    def __init__(self, standard: Standard, recordings: list, people: list):
        self.people = people
        self.parts = [[] for _ in people]  # person -> [(session, rate, inputs, present)]
        self.lengths = np.zeros(STROKES + 1)
        for recording in recordings:
            if recording.subject not in people or not recording.blocks:
                continue
            features = np.concatenate([b.features for b in recording.blocks])
            kinds = np.concatenate([b.kinds for b in recording.blocks])
            if len(kinds) < STROKES * 2:
                continue
            order = np.lexsort([*features.T[::-1], kinds])
            made = standard.apply(Block(recording.blocks[0].rate, kinds[order], features[order]))
            self.parts[people.index(recording.subject)].append(
                (recording.session, recording.blocks[0].rate, *made)
            )
            for block in recording.blocks:
                self.lengths[min(len(block.kinds), STROKES)] += 1
        self.lengths /= self.lengths.sum()

    def draw(self, rng: np.random.Generator, part: tuple) -> tuple:
        """One window of as many strokes as blocks have, without replacement."""
        _, _, inputs, present = part
        count = int(rng.choice(STROKES + 1, p=self.lengths))
        at = np.sort(rng.choice(len(inputs), size=min(count, len(inputs)), replace=False))
        window = np.zeros((STROKES, INPUTS), np.float32)
        shown = np.zeros((STROKES, FEATURES), bool)
        window[: len(at)] = inputs[at]
        shown[: len(at)] = present[at]
        return window, shown
