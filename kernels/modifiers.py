"""What is added to an optimizer and changes gradients or weights, in lanes form."""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.draws import key, normal
from dlc.kernels.lane_sums import dots
from dlc.kernels.parts import MODIFIERS, rule, whole

NOISE = 2**40  # a modifier's noise is not that of the problem


@register_jitable
def size_of(values, j, first, end, stride):
    """The Euclidean length of some coordinates of lane J."""
    total = 0.0
    for i in range(first, end, stride):
        total += values[i, j] * values[i, j]
    return np.sqrt(total)


@register_jitable
def times(g, factors, first, end):
    """Multiply each lane, over the coordinates from FIRST to before END."""
    for i in range(first, end):
        for j in range(g.shape[1]):
            g[i, j] *= factors[j]


@register_jitable
def shorten(g, first, end, most, eps, count):
    """Bound √(Σ g²/COUNT) + EPS of each lane, over the coordinates from FIRST to before END."""
    factors = dots(g, g, first, end)
    for j in range(factors.size):
        size = np.sqrt(factors[j] / count) + eps
        factors[j] = most / size if size > most else 1.0
    times(g, factors, first, end)


@whole(among=MODIFIERS)
def clip(run, t, max_norm=1.0, eps=0.0):
    shorten(run.g, 0, run.g.shape[0], max_norm, eps, 1)


@whole(among=MODIFIERS)
def clip_value(run, t, bound=1.0):
    g = run.g
    for i in range(g.shape[0]):
        for j in range(g.shape[1]):
            g[i, j] = max(-bound, min(bound, g[i, j]))


@whole(among=MODIFIERS)
def clip_tensor(run, t, max_norm=1.0):
    for first, rows, columns in run.blocks:
        shorten(run.g, first, first + rows * columns, max_norm, 0.0, 1)


@whole(among=MODIFIERS)
def clip_rms(run, t, threshold=1.0):
    for first, rows, columns in run.blocks:
        shorten(run.g, first, first + rows * columns, threshold, 0.0, rows * columns)


@whole(among=MODIFIERS)
def adaptive_clip(run, t, clipping=0.01, eps=1e-3):
    x, g = run.x, run.g
    for first, rows, columns in run.blocks:
        end = first + rows * columns
        stride = columns if rows > 1 else 1
        for unit in range(first, first + stride):
            for j in range(g.shape[1]):
                most = clipping * max(size_of(x, j, unit, end, stride), eps)
                size = size_of(g, j, unit, end, stride)
                if size > most:
                    for i in range(unit, end, stride):
                        g[i, j] *= most / size


@whole(among=MODIFIERS)
def normalize(run, t, eps=1e-12):
    g = run.g
    factors = dots(g, g, 0, g.shape[0])
    for j in range(factors.size):
        factors[j] = 1 / (np.sqrt(factors[j]) + eps)
    times(g, factors, 0, g.shape[0])


@whole(among=MODIFIERS)
def centralize(run, t):
    g = run.g
    for first, rows, columns in run.blocks:
        if rows == 1:
            continue
        for row in range(first, first + rows * columns, columns):
            for j in range(g.shape[1]):
                total = 0.0
                for i in range(row, row + columns):
                    total += g[i, j]
                for i in range(row, row + columns):
                    g[i, j] -= total / columns


@whole(among=MODIFIERS)
def orthograd(run, t):
    x, g = run.x, run.g
    for first, rows, columns in run.blocks:
        end = first + rows * columns
        along, squares, before = dots(x, g, first, end), dots(x, x, first, end), dots(g, g, first, end)
        for i in range(first, end):
            for j in range(g.shape[1]):
                g[i, j] -= along[j] / (squares[j] + 1e-30) * x[i, j]
        factors = dots(g, g, first, end)
        for j in range(factors.size):
            factors[j] = np.sqrt(before[j]) / (np.sqrt(factors[j]) + 1e-30)
        times(g, factors, first, end)


@whole(0.0, among=MODIFIERS)
def grokfast(run, t, lamb=2.0, alpha=0.98):
    g, slow = run.g, run.state[0]
    keep = 0.0 if t == 1 else alpha
    for i in range(g.shape[0]):
        for j in range(g.shape[1]):
            slow[i, j] = keep * slow[i, j] + (1 - keep) * g[i, j]
            g[i, j] += lamb * slow[i, j]


@whole(among=MODIFIERS)
def noise(run, t, eta=0.01, gamma=0.55):
    deviation = np.sqrt(eta / t**gamma)
    for j in range(run.g.shape[1]):
        own = key(key(run.seeds[j], NOISE), t)
        for i in range(run.g.shape[0]):
            run.g[i, j] += deviation * normal(own, i)


@whole(among=MODIFIERS)
def l2(run, t, weight_decay=0.01):
    for i in range(run.x.shape[0]):
        for j in range(run.x.shape[1]):
            run.g[i, j] += weight_decay * run.x[i, j]


@whole(among=MODIFIERS)
def l1(run, t, weight=0.01):
    for i in range(run.x.shape[0]):
        for j in range(run.x.shape[1]):
            run.g[i, j] += weight * np.sign(run.x[i, j])


@whole(among=MODIFIERS)
def maximize(run, t):
    for i in range(run.x.shape[0]):
        for j in range(run.x.shape[1]):
            run.g[i, j] = -run.g[i, j]


@rule(among=MODIFIERS)
def decay(x, g, lr, weight_decay=0.01):
    return (x - lr * weight_decay * x,)


@rule(among=MODIFIERS)
def shrink(x, g, lr, weight=0.01):
    left = abs(x) - lr * weight
    return (np.copysign(left, x) if left > 0 else 0 * x,)


@rule(among=MODIFIERS)
def nonnegative(x, g, lr):
    return (x if x > 0 or x != x else 0 * x,)


@rule(among=MODIFIERS)
def box(x, g, lr, bound=1.0):
    return (bound if x > bound else -bound if x < -bound else x,)
