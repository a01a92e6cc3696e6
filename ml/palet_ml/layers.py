"""Recurrent layers in the conventions of ONNX: the same weights train here and run in the server."""

import jax
import jax.numpy as jnp


def dense_init(key, inputs: int, outputs: int) -> dict:
    scale = (6 / (inputs + outputs)) ** 0.5
    return {
        "w": jax.random.uniform(key, (inputs, outputs), minval=-scale, maxval=scale),
        "b": jnp.zeros(outputs),
    }


def dense(params: dict, x):
    return x @ params["w"] + params["b"]


def recurrent_init(key, gates: int, inputs: int, hidden: int) -> dict:
    """Weights of an LSTM (4 gates: input, output, forget, cell) or a GRU (3: update, reset, hidden)."""
    first, second = jax.random.split(key)
    scale = (6 / (inputs + hidden)) ** 0.5
    recurrent = jnp.concatenate(
        [jnp.linalg.qr(jax.random.normal(k, (hidden, hidden)))[0] for k in jax.random.split(second, gates)]
    )
    bias = jnp.zeros(gates * hidden)
    if gates == 4:
        bias = bias.at[2 * hidden : 3 * hidden].set(1.0)
    return {
        "w": jax.random.uniform(first, (gates * hidden, inputs), minval=-scale, maxval=scale),
        "r": recurrent,
        "wb": bias,
        "rb": jnp.zeros(gates * hidden),
    }


def lstm(params: dict, x):
    """`[batch, steps, inputs]` to `[batch, steps, hidden]`."""
    hidden = params["r"].shape[1]
    state = (jnp.zeros((x.shape[0], hidden)), jnp.zeros((x.shape[0], hidden)))
    projected = x @ params["w"].T + params["wb"] + params["rb"]

    def step(state, now):
        h, c = state
        i, o, f, g = jnp.split(now + h @ params["r"].T, 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    _, outputs = jax.lax.scan(step, state, projected.swapaxes(0, 1))
    return outputs.swapaxes(0, 1)


def gru(params: dict, x):
    """`[batch, steps, inputs]` to `[batch, steps, hidden]`, the reset gate after the product."""
    hidden = params["r"].shape[1]
    projected = x @ params["w"].T + params["wb"]

    def step(h, now):
        again = h @ params["r"].T + params["rb"]
        z = jax.nn.sigmoid(now[:, :hidden] + again[:, :hidden])
        r = jax.nn.sigmoid(now[:, hidden : 2 * hidden] + again[:, hidden : 2 * hidden])
        g = jnp.tanh(now[:, 2 * hidden :] + r * again[:, 2 * hidden :])
        h = (1 - z) * g + z * h
        return h, h

    start = jnp.zeros((x.shape[0], hidden))
    _, outputs = jax.lax.scan(step, start, projected.swapaxes(0, 1))
    return outputs.swapaxes(0, 1)
