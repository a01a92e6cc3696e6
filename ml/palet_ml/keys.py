"""Keys of a corpus in the order in which they were pressed: what an encoder inside the page would see.

This order never leaves the page. It is read here, from the corpora's own events, to try whether an embedding of it may.
"""

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TRAINABLE = {"monaco-free", "monaco-fixed"}
HELD_OUT_EVERY = 3
CLASSES = 5  # left letter, right letter, space, digit, anything else
TIMES = 4  # dwell, ud, dd, uu
INPUTS = CLASSES + TIMES + 2  # whether the key before is known, whether there is a key
BLOCK = 64
NOISE_US = 8_000
LEFT = set("qwertasdfgzxcvb")


@dataclass
class Keys:
    names: list
    classes: np.ndarray
    times: np.ndarray  # [keys, 2] press and release, s


def name_of(key: str) -> str:
    """One name for both namings of the corpora."""
    if key.startswith("vk"):
        code = int(key[2:])
        known = {8: "backspace", 32: "space", 190: "period", 188: "comma"}
        return known.get(code, chr(code).lower() if 48 <= code <= 90 else key)
    return key


def class_of(name: str) -> int:
    if len(name) == 1 and name.isalpha():
        return 0 if name in LEFT else 1
    if name == "space":
        return 2
    return 3 if len(name) == 1 and name.isdigit() else 4


def read(folder: Path) -> dict:
    """Sessions of a corpus: (subject, session) -> Keys."""
    rows = {}
    with gzip.open(folder / "events.csv.gz", "rt") as text:
        for row in csv.DictReader(text):
            rows.setdefault((row["subject"], row["session"]), []).append(row)
    sessions = {}
    for at, own in rows.items():
        names = [name_of(row["key"]) for row in own]
        times = np.array([[int(row["press_us"]), int(row["release_us"])] for row in own], np.float64)
        rng = np.random.default_rng(abs(hash_of("/".join(at))))
        times += rng.integers(-NOISE_US, NOISE_US + 1, times.shape)
        sessions[at] = Keys(names, np.array([class_of(n) for n in names]), times / 1e6)
    return sessions


def hash_of(text: str) -> int:
    import zlib

    return zlib.crc32(text.encode())


def spans(folder: Path, file: str) -> list:
    with open(folder / file) as text:
        return list(csv.DictReader(text))


def is_held_out(subject: str) -> bool:
    return int("".join(c for c in subject if c.isdigit())) % HELD_OUT_EVERY == 0


def _slog(x):
    return np.sign(x) * np.log1p(np.abs(x) / 0.02)


def inputs(keys: Keys, first: int, last: int) -> np.ndarray:
    """`[BLOCK, INPUTS]` of the keys in [first, last): the key before the first is not known."""
    block = np.zeros((BLOCK, INPUTS), np.float32)
    count = min(last - first, BLOCK)
    press, release = keys.times[first : first + count].T
    dwell = np.clip(release - press, 0.01, 1.0)
    block[np.arange(count), keys.classes[first : first + count]] = 1
    block[:count, CLASSES] = np.log(dwell / 0.1)
    dd = np.diff(press)
    near = (dd >= 0) & (dd < 2)
    ud = np.clip(press[1:] - release[:-1], -0.4, 2)
    uu = np.clip(release[1:] - release[:-1], -0.4, 2)
    block[1:count, CLASSES + 1] = np.where(near, _slog(ud) / 2, 0)
    block[1:count, CLASSES + 2] = np.where(near, np.log(np.clip(dd, 0.01, 2) / 0.2), 0)
    block[1:count, CLASSES + 3] = np.where(near, _slog(uu) / 2, 0)
    block[1:count, CLASSES + 4] = near
    block[:count, -1] = 1
    return block


def blocks(keys: Keys, first: int, last: int) -> np.ndarray:
    """Disjoint blocks; a rest of fewer than 24 keys is left out, unless there is nothing else."""
    made = []
    for at in range(first, last, BLOCK):
        if min(last - at, BLOCK) >= 24 or not made:
            made.append(inputs(keys, at, min(at + BLOCK, last)))
    return np.stack(made)


def histogram(block: np.ndarray) -> np.ndarray:
    """What leaves the page today, in short: unordered counts of dwell by class and of dd by class pair."""
    count = int(block[:, -1].sum())
    classes = block[:count, :CLASSES].argmax(1)
    classes = np.where(classes == 3, 4, classes)
    classes = np.where(classes == 4, 3, classes)
    dwell = np.clip(((block[:count, CLASSES] + 1.0) / 2.0 * 12).astype(int), 0, 11)
    dd = np.clip(((block[:count, CLASSES + 2] + 1.5) / 3.0 * 12).astype(int), 0, 11)
    cells = np.zeros(4 * 12 + 16 * 12, np.float32)
    np.add.at(cells, classes * 12 + dwell, 1)
    near = np.flatnonzero(block[:count, CLASSES + 4] > 0)
    np.add.at(cells, 48 + (classes[near - 1] * 4 + classes[near]) * 12 + dd[near], 1)
    return cells
