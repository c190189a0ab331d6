"""What is added to an optimizer and changes gradients or weights, in lanes form."""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.draws import key, normal
from dlc.kernels.parts import MODIFIERS, rule, whole

NOISE = 2**40  # a modifier's noise is not that of the problem


@register_jitable
def dot(a, b, j, first, end, stride):
    """Σ a·b of lane J over some coordinates."""
    total = 0.0
    for i in range(first, end, stride):
        total += a[i, j] * b[i, j]
    return total


@register_jitable
def scale(g, factor, j, first, end, stride):
    """Multiply some coordinates of lane J."""
    for i in range(first, end, stride):
        g[i, j] *= factor


@register_jitable
def norm(values, j):
    """The Euclidean length of lane J."""
    return np.sqrt(dot(values, values, j, 0, values.shape[0], 1))


@whole(among=MODIFIERS)
def clip(run, t, max_norm=1.0, eps=0.0):
    g = run.g
    for j in range(g.shape[1]):
        size = norm(g, j) + eps
        if size > max_norm:
            scale(g, max_norm / size, j, 0, g.shape[0], 1)


@whole(among=MODIFIERS)
def clip_value(run, t, bound=1.0):
    g = run.g
    for i in range(g.shape[0]):
        for j in range(g.shape[1]):
            g[i, j] = max(-bound, min(bound, g[i, j]))


@whole(among=MODIFIERS)
def clip_tensor(run, t, max_norm=1.0):
    g = run.g
    for first, rows, columns in run.blocks:
        end = first + rows * columns
        for j in range(g.shape[1]):
            size = np.sqrt(dot(g, g, j, first, end, 1))
            if size > max_norm:
                scale(g, max_norm / size, j, first, end, 1)


@whole(among=MODIFIERS)
def clip_rms(run, t, threshold=1.0):
    g = run.g
    for first, rows, columns in run.blocks:
        end = first + rows * columns
        for j in range(g.shape[1]):
            size = np.sqrt(dot(g, g, j, first, end, 1) / (rows * columns))
            if size > threshold:
                scale(g, threshold / size, j, first, end, 1)


@whole(among=MODIFIERS)
def adaptive_clip(run, t, clipping=0.01, eps=1e-3):
    x, g = run.x, run.g
    for first, rows, columns in run.blocks:
        end = first + rows * columns
        stride = columns if rows > 1 else 1
        for unit in range(first, first + stride):
            for j in range(g.shape[1]):
                most = clipping * max(np.sqrt(dot(x, x, j, unit, end, stride)), eps)
                size = np.sqrt(dot(g, g, j, unit, end, stride))
                if size > most:
                    scale(g, most / size, j, unit, end, stride)


@whole(among=MODIFIERS)
def normalize(run, t, eps=1e-12):
    g = run.g
    for j in range(g.shape[1]):
        scale(g, 1 / (norm(g, j) + eps), j, 0, g.shape[0], 1)


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
        for j in range(g.shape[1]):
            along = dot(x, g, j, first, end, 1) / (dot(x, x, j, first, end, 1) + 1e-30)
            before = dot(g, g, j, first, end, 1)
            for i in range(first, end):
                g[i, j] -= along * x[i, j]
            after = dot(g, g, j, first, end, 1)
            scale(g, np.sqrt(before) / (np.sqrt(after) + 1e-30), j, first, end, 1)


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
