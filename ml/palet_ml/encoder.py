"""The metric-learned encoder: a GRU over a window of strokes, trained so that people's windows lie together."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax

from .layers import dense, dense_init, gru, recurrent_init
from .strokes import FEATURES, INPUTS, STROKES, Pool, windows

HIDDEN = 48
EMBEDDING = 32
PEOPLE = 24
WINDOWS = 3
DROPPED = 0.2
MARGIN = 0.2
SCALE = 16.0
TEMPERATURE = 0.15


def init(seed: int, people: int) -> dict:
    keys = jax.random.split(jax.random.PRNGKey(seed), 3)
    return {
        "gru": recurrent_init(keys[0], 3, INPUTS, HIDDEN),
        "embedding": dense_init(keys[1], 2 * HIDDEN, EMBEDDING),
        "proxies": jax.random.normal(keys[2], (people, EMBEDDING)),
    }


def apply(params: dict, x):
    """`[batch, STROKES, INPUTS]` to `[batch, EMBEDDING]`: the states' mean over real strokes, and the last state."""
    states = gru(params["gru"], x)
    real = x[..., -1:]
    mean = jnp.sum(states * real, axis=1) / jnp.sum(real, axis=1)
    return dense(params["embedding"], jnp.concatenate([mean, states[:, -1]], axis=-1))


run = jax.jit(lambda params, x: apply(params, x))


def _unit(x):
    return x / jnp.sqrt(jnp.sum(x * x, axis=-1, keepdims=True) + 1e-8)


def metric_loss(probes, proxies, people):
    """Proxies with a margin, and supervised contrast between probes of the batch. **Source**: Wang et al. 2018
    (additive margin), Khosla et al. 2020."""
    probes = _unit(probes)
    own = jax.nn.one_hot(people, proxies.shape[0])
    cosines = probes @ _unit(proxies).T
    proxied = optax.softmax_cross_entropy(SCALE * (cosines - MARGIN * own), own)
    same = (people[:, None] == people[None]) & ~jnp.eye(len(people), dtype=bool)
    logits = probes @ probes.T / TEMPERATURE - 1e9 * jnp.eye(len(people))
    log_share = jax.nn.log_softmax(logits, axis=-1)
    contrast = -jnp.sum(jnp.where(same, log_share, 0), axis=-1) / jnp.sum(same, axis=-1)
    return jnp.mean(proxied) + 0.5 * jnp.mean(contrast)


def loss(params: dict, x, people, drop):
    """Embeddings of a probe's windows are averaged before they are compared."""
    probes = apply(params, x * drop).reshape(-1, WINDOWS, EMBEDDING).mean(axis=1)
    return metric_loss(probes, params["proxies"], people)


@functools.partial(jax.jit, static_argnums=0)
def _step(optimiser, params, state, x, people, drop):
    value, gradient = jax.value_and_grad(loss)(params, x, people, drop)
    updates, state = optimiser.update(gradient, state, params)
    return optax.apply_updates(params, updates), state, value


def train(pool: Pool, seed: int, steps: int, rate: float = 3e-3, decay: float = 1e-2) -> tuple:
    """Every person of a batch brings two probes, of different sessions where there are two. Returns weights, curve."""
    rng = np.random.default_rng(seed)
    able = [at for at, parts in enumerate(pool.parts) if parts]
    params = init(seed, len(pool.people))
    optimiser = optax.adamw(optax.cosine_decay_schedule(rate, steps), weight_decay=decay)
    state = optimiser.init(params)
    curve = []
    for step in range(steps):
        chosen = rng.choice(able, size=min(PEOPLE, len(able)), replace=False)
        drawn, people = [], []
        for person in chosen:
            parts = pool.parts[person]
            first = parts[rng.integers(len(parts))]
            others = [p for p in parts if p[0] != first[0]] or parts
            for part in (first, others[rng.integers(len(others))]):
                drawn += [pool.draw(rng, part)[0] for _ in range(WINDOWS)]
                people.append(person)
        x = np.stack(drawn)
        drop = rng.random(x.shape, dtype=np.float32) >= DROPPED
        drop[..., FEATURES:] = True
        params, state, value = _step(optimiser, params, state, x, np.array(people), drop)
        if step % 50 == 49:
            curve.append((step + 1, float(value)))
    return jax.tree.map(np.asarray, params), curve


def embed(params: dict, standard, blocks: list) -> np.ndarray:
    """Embeddings of some blocks `[windows, EMBEDDING]`."""
    x, _ = windows(standard, blocks)
    return np.asarray(run(params, x)) if len(x) else np.zeros((0, EMBEDDING), np.float32)
