"""What is added to an optimizer, in lanes form: what it does to points, gradients, weights and answers."""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.parts import MODIFIERS, probe, rule, whole


@register_jitable
def norm(values, j):
    """The Euclidean length of lane J."""
    total = 0.0
    for i in range(values.shape[0]):
        total += values[i, j] * values[i, j]
    return np.sqrt(total)


@whole(among=MODIFIERS)
def clip(run, t, max_norm=1.0):
    g = run.g
    for j in range(g.shape[1]):
        length = norm(g, j)
        if length > max_norm:
            for i in range(g.shape[0]):
                g[i, j] *= max_norm / length


@whole(among=MODIFIERS)
def l2(run, t, weight_decay=0.01):
    for i in range(run.x.shape[0]):
        for j in range(run.x.shape[1]):
            run.g[i, j] += weight_decay * run.x[i, j]


@rule(among=MODIFIERS)
def decay(x, g, lr, weight_decay=0.01):
    return (x - lr * weight_decay * x,)


@whole("x", among=MODIFIERS)
def lookahead(run, t, period=5.0, alpha=0.5):
    if t % period != 0:
        return
    slow = run.state[0]
    for i in range(run.x.shape[0]):
        for j in range(run.x.shape[1]):
            slow[i, j] += alpha * (run.x[i, j] - slow[i, j])
            run.x[i, j] = slow[i, j]


@whole("x", probes=True, among=MODIFIERS)
def sam(run, t, radius=0.05):
    x, g, kept = run.x, run.g, run.state[0]
    if t % 2 == 0:
        x[:] = kept
        return
    probe(run)
    kept[:] = x
    for j in range(x.shape[1]):
        length = norm(g, j)
        for i in range(x.shape[0]):
            x[i, j] += radius * g[i, j] / (length + 1e-12)


@whole(among=MODIFIERS)
def maximize(run, t):
    for i in range(run.x.shape[0]):
        for j in range(run.x.shape[1]):
            run.g[i, j] = -run.g[i, j]
