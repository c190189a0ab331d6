"""What is added to an optimizer and changes where it stands, what is judged, or its rate, in lanes form."""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.lane_sums import dots
from dlc.kernels.parts import MODIFIERS, probe, whole
from dlc.kernels.schedules import span


@register_jitable
def copy(x, kept):
    """Copy the second array [dimension, lanes] into the first."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] = kept[i, j]


@register_jitable
def toward(mean, x, part):
    """Move a mean [dimension, lanes] a part of the way to x."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            mean[i, j] += part * (x[i, j] - mean[i, j])


@whole("x", probes=True, among=MODIFIERS)
def sam(run, t, radius=0.05):
    x, g, kept = run.x, run.g, run.state[0]
    if t % 2 == 0:
        copy(x, kept)
        return
    probe(run)
    copy(kept, x)
    sizes = dots(g, g, 0, g.shape[0])
    for j in range(sizes.size):
        sizes[j] = radius / (np.sqrt(sizes[j]) + 1e-12)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] += sizes[j] * g[i, j]


@whole("x", probes=True, among=MODIFIERS)
def asam(run, t, radius=0.5, eta=0.01):
    x, g, kept = run.x, run.g, run.state[0]
    if t % 2 == 0:
        copy(x, kept)
        return
    probe(run)
    copy(kept, x)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            g[i, j] *= abs(x[i, j]) + eta
    sizes = dots(g, g, 0, g.shape[0])
    for j in range(sizes.size):
        sizes[j] = radius / (np.sqrt(sizes[j]) + 1e-12)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] += sizes[j] * (abs(x[i, j]) + eta) * g[i, j]


@whole(0.0, probes=True, among=MODIFIERS)
def accumulate(run, t, count=4.0):
    g, total = run.g, run.state[0]
    is_last = t % count == 0
    for i in range(g.shape[0]):
        for j in range(g.shape[1]):
            total[i, j] += g[i, j]
            if is_last:
                g[i, j] = total[i, j] / count
                total[i, j] = 0.0
    if not is_last:
        probe(run)


@whole("x", among=MODIFIERS)
def lookahead(run, t, period=5.0, alpha=0.5):
    if t % period == 0:
        toward(run.state[0], run.x, alpha)
        copy(run.x, run.state[0])


@whole("x", answer=0, among=MODIFIERS)
def ema(run, t, beta=0.99):
    toward(run.state[0], run.x, 1.0 if t == 1 else 1 - beta)


@whole("x", answer=0, among=MODIFIERS)
def average(run, t, eta=0.0):
    toward(run.state[0], run.x, (eta + 1) / (t + eta))


@whole("x", answer=0, among=MODIFIERS)
def swa(run, t, begin=0.75, every=1.0, steps=2000.0):
    since, stride = t - span(begin, steps) - 1, span(every, steps)
    if since < 0:
        copy(run.state[0], run.x)
    elif since % stride == 0:
        toward(run.state[0], run.x, 1 / (since / stride + 1))


@whole("x", "x", "x", 0.0, 0.0, answer=2, among=MODIFIERS)
def schedule_free(run, t, beta=0.9, power=2.0):
    x, z, before, mean, weights, greatest = run.x, run.state[0], run.state[1], run.state[2], run.state[3], run.state[4]
    parts = np.zeros(x.shape[1])
    for j in range(parts.size):
        greatest[0, j] = max(greatest[0, j], run.lr[j])
        weight = greatest[0, j] * greatest[0, j] if power == 2 else greatest[0, j] ** power
        weights[0, j] += weight
        parts[j] = weight / weights[0, j] if weights[0, j] > 0 else 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            z[i, j] += x[i, j] - before[i, j]
            mean[i, j] += parts[j] * (z[i, j] - mean[i, j])
            x[i, j] = z[i, j] + beta * (mean[i, j] - z[i, j])
            before[i, j] = x[i, j]


@whole(1.0, np.inf, 0.0, 0.0, among=MODIFIERS)
def reduce_on_plateau(run, t, factor=0.1, patience=0.05, rtol=1e-4, cooldown=0.0, least=0.0, steps=2000.0):
    scale, best, bad, cooling = run.state[0, 0], run.state[1, 0], run.state[2, 0], run.state[3, 0]
    longest, wait = span(patience, steps), span(cooldown, steps)
    for j in range(run.lr.size):
        if run.loss[j] < (1 - rtol) * best[j]:
            best[j], bad[j] = run.loss[j], 0.0
        else:
            bad[j] += 1
        if cooling[j] > 0:
            bad[j] = 0.0
            cooling[j] -= 1
        elif bad[j] == longest:
            scale[j] *= factor
            bad[j] = 0.0
            cooling[j] = wait
        scale[j] = max(scale[j], least)
        run.lr[j] = run.rates[j] * scale[j]
