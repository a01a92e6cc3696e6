"""The encoder that could run in the page: a GRU over the keys of a block, its weights as int8."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax

from . import encoder as strokes_encoder
from . import keys
from .layers import dense, dense_init, gru, recurrent_init

HIDDEN = 112
EMBEDDING = 32
PEOPLE = 16
WINDOWS = 2


def init(seed: int, people: int) -> dict:
    parts = jax.random.split(jax.random.PRNGKey(seed), 3)
    return {
        "gru": recurrent_init(parts[0], 3, keys.INPUTS, HIDDEN),
        "embedding": dense_init(parts[1], HIDDEN, EMBEDDING),
        "proxies": jax.random.normal(parts[2], (people, EMBEDDING)),
    }


def apply(params: dict, x):
    """`[batch, BLOCK, INPUTS]` to `[batch, EMBEDDING]`: the mean state of real keys, projected."""
    states = gru(params["gru"], x)
    real = x[..., -1:]
    return dense(params["embedding"], jnp.sum(states * real, axis=1) / jnp.sum(real, axis=1))


run = jax.jit(apply)


def loss(params: dict, x, people):
    probes = apply(params, x).reshape(-1, WINDOWS, EMBEDDING).mean(axis=1)
    return strokes_encoder.metric_loss(probes, params["proxies"], people)


@functools.partial(jax.jit, static_argnums=0)
def _step(optimiser, params, state, x, people):
    value, gradient = jax.value_and_grad(loss)(params, x, people)
    updates, state = optimiser.update(gradient, state, params)
    return optax.apply_updates(params, updates), state, value


def train(sessions: list, seed: int, steps: int) -> tuple:
    """`sessions` holds each person's sessions of keys. Returns weights and curve."""
    rng = np.random.default_rng(seed)
    params = init(seed, len(sessions))
    optimiser = optax.adamw(optax.cosine_decay_schedule(3e-3, steps), weight_decay=1e-2)
    state = optimiser.init(params)
    curve = []
    for step in range(steps):
        drawn, people = [], []
        for person in rng.choice(len(sessions), size=min(PEOPLE, len(sessions)), replace=False):
            own = sessions[person]
            for at in rng.choice(len(own), size=2, replace=len(own) < 2):
                for _ in range(WINDOWS):
                    first = int(rng.integers(max(len(own[at].names) - keys.BLOCK, 0) + 1))
                    drawn.append(keys.inputs(own[at], first, first + keys.BLOCK))
                people.append(person)
        params, state, value = _step(optimiser, params, state, np.stack(drawn), np.array(people))
        if step % 25 == 24:
            curve.append((step + 1, float(value)))
    return jax.tree.map(np.asarray, params), curve


def quantised(params: dict) -> dict:
    """Weights as int8 with a scale a row; what the page would load."""

    def rows(w):
        scale = np.abs(w).max(axis=1) / 127
        return np.round(w / scale[:, None]).astype(np.int8), scale.astype(np.float32)

    w, w_scale = rows(params["gru"]["w"])
    r, r_scale = rows(params["gru"]["r"])
    e, e_scale = rows(params["embedding"]["w"].T)
    return {
        "w": w, "w_scale": w_scale, "r": r, "r_scale": r_scale, "e": e, "e_scale": e_scale,
        "wb": params["gru"]["wb"], "rb": params["gru"]["rb"], "eb": params["embedding"]["b"],
    }  # fmt: skip


def restored(q: dict) -> dict:
    """The same network with the weights that int8 can hold."""
    return {
        "gru": {
            "w": q["w"] * q["w_scale"][:, None], "r": q["r"] * q["r_scale"][:, None],
            "wb": q["wb"], "rb": q["rb"],
        },
        "embedding": {"w": (q["e"] * q["e_scale"][:, None]).T, "b": q["eb"]},
    }  # fmt: skip


def packed(q: dict) -> bytes:
    """Weights, scales and biases one after another, as `sdk-wasm/encoder` reads them."""
    parts = [q[name].astype(np.int8).tobytes() for name in ("w", "r", "e")]
    scales = [q[name].astype("<f4").tobytes() for name in ("w_scale", "r_scale", "e_scale", "wb", "rb", "eb")]
    return b"".join(scales + parts)
