"""The LSTM autoencoder: a window of strokes through a narrow latent and back."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax

from .layers import dense, dense_init, lstm, recurrent_init
from .strokes import FEATURES, INPUTS, STROKES, Pool, windows

HIDDEN = 32
LATENT = 16
BATCH = 128
DROPPED = 0.15


def init(seed: int) -> dict:
    keys = jax.random.split(jax.random.PRNGKey(seed), 4)
    return {
        "encoder": recurrent_init(keys[0], 4, INPUTS, HIDDEN),
        "latent": dense_init(keys[1], HIDDEN, LATENT),
        "decoder": recurrent_init(keys[2], 4, LATENT, HIDDEN),
        "output": dense_init(keys[3], HIDDEN, FEATURES),
    }


def apply(params: dict, x):
    """Latent `[batch, LATENT]`, the decoder's states `[batch, STROKES, HIDDEN]`, strokes made again."""
    latent = jnp.tanh(dense(params["latent"], lstm(params["encoder"], x)[:, -1]))
    states = lstm(params["decoder"], jnp.repeat(latent[:, None], STROKES, axis=1))
    return latent, states, dense(params["output"], states)


run = jax.jit(apply)


def loss(params: dict, x, target, present):
    _, _, made = apply(params, x)
    return jnp.sum(jnp.where(present, (made - target) ** 2, 0)) / jnp.sum(present)


error = jax.jit(loss)


@functools.partial(jax.jit, static_argnums=0)
def _step(optimiser, params, state, x, target, present):
    value, gradient = jax.value_and_grad(loss)(params, x, target, present)
    updates, state = optimiser.update(gradient, state, params)
    return optax.apply_updates(params, updates), state, value


def train(pool: Pool, seed: int, steps: int, rate: float = 3e-3) -> tuple:
    """Denoising: features are dropped from what goes in, not from what should come out. Returns weights and curve."""
    rng = np.random.default_rng(seed)
    params = init(seed)
    optimiser = optax.adamw(optax.cosine_decay_schedule(rate, steps), weight_decay=1e-4)
    state = optimiser.init(params)
    curve = []
    people = [p for p in pool.parts if p]
    for step in range(steps):
        drawn = []
        for at in rng.integers(len(people), size=BATCH):
            own = people[at]
            drawn.append(pool.draw(rng, own[rng.integers(len(own))]))
        target = np.stack([d[0] for d in drawn])
        present = np.stack([d[1] for d in drawn])
        kept = rng.random((BATCH, STROKES, INPUTS)) >= DROPPED
        kept[..., FEATURES:] = True
        params, state, value = _step(optimiser, params, state, target * kept, target[..., :FEATURES], present)
        if step % 50 == 49:
            curve.append((step + 1, float(value)))
    return jax.tree.map(np.asarray, params), curve


def tuned(params: dict, x, target, present, steps: int, rate: float) -> dict:
    """The plain recipe's subject: every weight trained on from the population's, on the enrolment alone."""
    optimiser = optax.adam(rate)
    state = optimiser.init(params)
    for _ in range(steps):
        params, state, _ = _step(optimiser, params, state, x, target, present)
    return params


def describe(params: dict, standard, blocks: list) -> dict:
    """Latents, states, residuals and presence of some blocks' strokes; padding left out."""
    x, present = windows(standard, blocks)
    if len(x) == 0:
        return None
    latent, states, made = (np.asarray(part) for part in run(params, x))
    real = x[..., -1] > 0
    residual = np.where(present, x[..., :FEATURES] - made, 0)
    return {"latent": latent, "states": states[real], "residual": residual[real], "present": present[real]}
