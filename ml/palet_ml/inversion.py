"""An attack on what leaves the page: words and classes of a block's text, read from its embedding or its histogram.

The attacker has texts of other people with what left the page beside them, and trains a network on the pairs; it is
judged on people whom neither the encoder nor the attacker has seen.
"""

import jax
import jax.numpy as jnp
import numpy as np
import optax

from . import keys
from .backend import error_rates
from .layers import dense, dense_init

WORDS = ["the", "and", "to", "of", "in", "is", "that", "it", "for", "was", "you", "are", "with", "have", "this", "on"]
POSITIONS = 32
HIDDEN = 64


def words_of(names: list) -> set:
    text = "".join(n if len(n) == 1 and n.isalpha() else " " for n in names)
    return set(text.split())


def targets(session: keys.Keys, first: int) -> tuple:
    """Which of the words the block holds, and the class of each of its first keys."""
    last = first + keys.BLOCK
    held = words_of(session.names[first:last])
    classes = session.classes[first : first + POSITIONS]
    return np.array([w in held for w in WORDS], np.float32), np.minimum(np.where(classes == 3, 4, classes), 3)


def attack(seen: np.ndarray, words: np.ndarray, classes: np.ndarray, train: np.ndarray, seed: int, steps=1500) -> dict:
    """`seen` is what left the page `[blocks, n]`; `train` marks the attacker's own blocks."""
    mean, spread = seen[train].mean(0), seen[train].std(0) + 1e-3
    x = ((seen - mean) / spread).astype(np.float32)
    parts = jax.random.split(jax.random.PRNGKey(seed), 3)
    params = {
        "first": dense_init(parts[0], x.shape[1], HIDDEN),
        "words": dense_init(parts[1], HIDDEN, len(WORDS)),
        "classes": dense_init(parts[2], HIDDEN, POSITIONS * 4),
    }

    def apply(params, x):
        hidden = jax.nn.relu(dense(params["first"], x))
        return dense(params["words"], hidden), dense(params["classes"], hidden).reshape(-1, POSITIONS, 4)

    def loss(params, x, words, classes):
        said_words, said_classes = apply(params, x)
        return jnp.mean(optax.sigmoid_binary_cross_entropy(said_words, words)) + jnp.mean(
            optax.softmax_cross_entropy_with_integer_labels(said_classes, classes)
        )

    optimiser = optax.adamw(1e-3, weight_decay=1e-2)

    @jax.jit
    def step(params, state, x, words, classes):
        gradient = jax.grad(loss)(params, x, words, classes)
        updates, state = optimiser.update(gradient, state, params)
        return optax.apply_updates(params, updates), state

    rng, own = np.random.default_rng(seed), np.flatnonzero(train)
    state = optimiser.init(params)
    for _ in range(steps):
        at = rng.choice(own, size=64)
        params, state = step(params, state, x[at], words[at], classes[at])
    said_words, said_classes = (np.asarray(part) for part in apply(params, x[~train]))
    areas = []
    for at in range(len(WORDS)):
        there = words[~train][:, at] > 0
        if 5 <= there.sum() <= len(there) - 5:
            areas.append(error_rates(said_words[there, at], said_words[~there, at])[1])
    common = np.array([np.bincount(classes[train][:, p], minlength=4).argmax() for p in range(POSITIONS)])
    return {
        "word_auc": float(np.mean(areas)),
        "words": len(areas),
        "class_right": float((said_classes.argmax(-1) == classes[~train]).mean()),
        "class_guessed": float((common[None] == classes[~train]).mean()),
    }
