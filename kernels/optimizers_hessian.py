"""Methods that measure the Hessian's diagonal or row norms, in lanes form."""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.draws import key, normal, rademacher
from dlc.kernels.line_search import has_stopped
from dlc.kernels.optimizers_classic import debias
from dlc.kernels.parts import probe, whole


@register_jitable
def probe_signs(run, t, point, radius):
    """Keep x and g, in slots POINT and POINT + 1, and go from x along random signs for a gradient only."""
    probe(run)
    for j in range(run.x.shape[1]):
        own = key(run.seeds[j], t)
        for i in range(run.x.shape[0]):
            run.state[point, i, j], run.state[point + 1, i, j] = run.x[i, j], run.g[i, j]
            run.x[i, j] += radius * rademacher(own, i)


@register_jitable
def return_from_probe(run, point, radius):
    """Put x and g back to what they were, and leave H·u, of the point probed, in place of what was kept of g."""
    for i in range(run.x.shape[0]):
        for j in range(run.x.shape[1]):
            before = run.state[point + 1, i, j]
            run.state[point + 1, i, j] = (run.g[i, j] - before) / radius
            run.g[i, j] = before
            if not has_stopped(run, j):
                run.x[i, j] = run.state[point, i, j]


@whole(0.0, 0.0, "x", 0.0, probes=True)
def sophia(run, t, beta1=0.965, beta2=0.99, gamma=0.01, eps=1e-8, radius=1e-4):
    place = (t - 1) % 11
    if place == 0:
        probe_signs(run, t, 2, radius)
        return
    x, g, mean, diagonal, products = run.x, run.g, run.state[0], run.state[1], run.state[3]
    if place == 1:
        return_from_probe(run, 2, radius)
        for j in range(x.shape[1]):
            own = key(run.seeds[j], t - 1)
            for i in range(x.shape[0]):
                bend = rademacher(own, i) * products[i, j]
                diagonal[i, j] = beta2 * diagonal[i, j] + (1 - beta2) * bend
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            mean[i, j] = beta1 * mean[i, j] + (1 - beta1) * g[i, j]
            move = mean[i, j] / max(gamma * diagonal[i, j], eps)
            x[i, j] -= run.lr[j] * min(max(move, -1.0), 1.0)


@whole(0.0, 0.0, "x", 0.0, probes=True)
def adahessian(run, t, beta1=0.9, beta2=0.999, eps=1e-4, radius=1e-4):
    if t % 2 == 1:
        probe_signs(run, t, 2, radius)
        return
    x, g, mean, square, products = run.x, run.g, run.state[0], run.state[1], run.state[3]
    return_from_probe(run, 2, radius)
    mean_scale, root_scale = 1 / debias(beta1, t / 2), 1 / np.sqrt(debias(beta2, t / 2))
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            mean[i, j] = beta1 * mean[i, j] + (1 - beta1) * g[i, j]
            square[i, j] = beta2 * square[i, j] + (1 - beta2) * (products[i, j] * products[i, j])
            x[i, j] -= run.lr[j] * mean_scale * mean[i, j] / (np.sqrt(square[i, j]) * root_scale + eps)


@whole(0.0, "x", 0.0, probes=True)
def esgd(run, t, damping=1e-4, radius=1e-4):
    x, g, total = run.x, run.g, run.state[0]
    place, count = (t - 1) % 21, (t - 1) // 21 + 1
    if place == 0:
        probe(run)
        for j in range(x.shape[1]):
            own = key(run.seeds[j], t)
            for i in range(x.shape[0]):
                run.state[1, i, j], run.state[2, i, j] = x[i, j], g[i, j]
                x[i, j] += radius * normal(own, i)
        return
    if place == 1:
        return_from_probe(run, 1, radius)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if place == 1:
                total[i, j] += run.state[2, i, j] * run.state[2, i, j]
            x[i, j] -= run.lr[j] * g[i, j] / (np.sqrt(total[i, j] / count) + damping)
