"""How far a predicted distribution is from the target: divergences and distances."""

import math

import numpy as np

from dlc.kernels.entries import plus
from dlc.kernels.light import log_long
from dlc.kernels.loss_rows import at_least, exp_or_0, number, power, times
from dlc.kernels.scalar import inlined


@inlined
def log_ratio(a, b):
    """log(a/b); 0 where a is 0, for it is multiplied by a."""
    return log_long(a / b if a != 0.0 or b != b else 1.0)


@inlined
def over(a, b):
    """a/b; 0 where a is 0."""
    return a / b if a != 0.0 or b != b else 0.0


@inlined
def kl(p, t, out, notes, clip=0.0):
    value = 0.0
    for i in range(p.size):
        s, y = at_least(number(p[i]), clip), at_least(number(t[i]), clip)
        s = 1.0 if s > 1.0 else s
        out[i] = 0.0 if p[i] < clip or p[i] > 1.0 else -over(y, s)
        value = plus(value, y * log_ratio(y, s))
    return value


@inlined
def reverse_kl(p, t, out, notes):
    value = 0.0
    for i in range(p.size):
        s, y = number(p[i]), number(t[i])
        logarithm = log_ratio(s, y)
        out[i] = logarithm + 1.0 if s != 0.0 else -np.inf
        value = plus(value, s * logarithm)
    return value


@inlined
def jeffreys(p, t, out, notes):
    value = 0.0
    for i in range(p.size):
        s, y = number(p[i]), number(t[i])
        logarithm = log_long(s / y if s != y else 1.0)
        out[i] = logarithm + over(s - y, s)
        value = plus(value, times(s - y, logarithm))
    return value


@inlined
def js(p, t, out, notes):
    value = 0.0
    for i in range(p.size):
        s, y = number(p[i]), number(t[i])
        middle = 0.5 * (s + y)
        logarithm = log_ratio(s, middle)
        out[i] = 0.5 * logarithm if s != 0.0 else (-np.inf if y != 0.0 else 0.0)
        value = plus(value, s * logarithm + y * log_ratio(y, middle))
    return 0.5 * value


@inlined
def kl_log(p, t, out, notes):
    value = 0.0
    for i in range(p.size):
        s, y = number(p[i]), number(t[i])
        out[i] = -y
        value = plus(value, times(y, log_long(y if y != 0.0 else 1.0) - s))
    return value


@inlined
def kl_log_targets(p, t, out, notes):
    value = 0.0
    for i in range(p.size):
        s, y = number(p[i]), number(t[i])
        mass = exp_or_0(y)
        out[i] = -mass
        value = plus(value, times(mass, y - s))
    return value


@inlined
def generalized_kl(p, t, out, notes):
    value = 0.0
    for i in range(p.size):
        s, y = number(p[i]), number(t[i])
        mass = exp_or_0(s)
        out[i] = mass - y
        value = plus(value, times(y, log_long(y if y != 0.0 else 1.0) - s) + (mass - y))
    return value


@inlined
def root_gap(s, y):
    """√s − √y, and its quotient by √s."""
    a, b = math.sqrt(s), math.sqrt(y)
    gap = over(s - y, a + b)
    return gap, over(gap, a)


@inlined
def squared_hellinger(p, t, out, notes):
    value = 0.0
    for i in range(p.size):
        gap, slope = root_gap(number(p[i]), number(t[i]))
        out[i] = 0.5 * slope
        value = plus(value, gap * gap)
    return 0.5 * value


@inlined
def hellinger(p, t, out, notes):
    value = 0.0
    for i in range(p.size):
        gap, slope = root_gap(number(p[i]), number(t[i]))
        notes[0, i] = slope
        value = plus(value, gap * gap)
    size = math.sqrt(0.5 * value)
    for i in range(p.size):
        out[i] = over(notes[0, i], 4.0 * size)
    return size


@inlined
def total_variation(p, t, out, notes):
    value = 0.0
    for i in range(p.size):
        d = number(p[i]) - t[i]
        out[i] = 0.5 if d > 0.0 else (-0.5 if d < 0.0 else 0.0)
        value = plus(value, abs(d))
    return 0.5 * value


@inlined
def bhattacharyya(p, t, out, notes):
    overlap = 0.0
    for i in range(p.size):
        overlap = plus(overlap, math.sqrt(number(p[i]) * t[i]))
    for i in range(p.size):
        out[i] = -0.5 * over(math.sqrt(over(number(t[i]), number(p[i]))), overlap)
    return -math.log(overlap)


@inlined
def chi2(p, t, out, notes):
    value = 0.0
    for i in range(p.size):
        s, y = number(p[i]), number(t[i])
        error = over(s - y, y)
        out[i] = 2.0 * error
        value = plus(value, times(s - y, error))
    return value


@inlined
def neyman_chi2(p, t, out, notes):
    value = 0.0
    for i in range(p.size):
        s, y = number(p[i]), number(t[i])
        error = over(s - y, s)
        out[i] = error * (1.0 + over(y, s))
        value = plus(value, times(s - y, error))
    return value


@inlined
def triangular_discrimination(p, t, out, notes):
    value = 0.0
    for i in range(p.size):
        s, y = number(p[i]), number(t[i])
        error = over(s - y, s + y)
        out[i] = error * over(s + 3.0 * y, s + y)
        value = plus(value, (s - y) * error)
    return value


@inlined
def mixed(s, y, alpha):
    """(y/s)^alpha, and its product with s: that is 0 at s = 0 for an alpha below 1."""
    ratio = over(y, s)
    raised = math.sqrt(ratio) if alpha == 0.5 else power(ratio, alpha)
    return raised, 0.0 if s == 0.0 and alpha < 1.0 else (raised if s == 0.0 else s * raised)


@inlined
def alpha_divergence(p, t, out, notes, alpha=0.5):
    value = 0.0
    for i in range(p.size):
        s, y = number(p[i]), number(t[i])
        raised, product = mixed(s, y, alpha)
        out[i] = (1.0 - raised) / alpha
        value = plus(value, alpha * y + (1.0 - alpha) * s - product)
    return value / (alpha * (1.0 - alpha))


@inlined
def renyi(p, t, out, notes, alpha=2.0):
    total = 0.0
    for i in range(p.size):
        notes[0, i], product = mixed(number(p[i]), number(t[i]), alpha)
        total = plus(total, product)
    for i in range(p.size):
        out[i] = -notes[0, i] / total
    return math.log(total) / (alpha - 1.0)


@inlined
def itakura_saito(p, t, out, notes):
    value = 0.0
    for i in range(p.size):
        s, y = number(p[i]), number(t[i])
        ratio = y / s
        out[i] = (s - y) / s / s
        value = plus(value, ratio - 1.0 - log_long(ratio))
    return value


@inlined
def wasserstein(p, t, out, notes):
    value, error, slope = 0.0, 0.0, 0.0
    for i in range(p.size - 1):
        error += number(p[i]) - t[i]
        notes[0, i] = 1.0 if error > 0.0 else (-1.0 if error < 0.0 else 0.0)
        value = plus(value, abs(error))
    last = p.size - 1
    out[last] = 0.0
    for i in range(last - 1, -1, -1):
        slope += notes[0, i]
        out[i] = slope
    return value + 0.0 * p[last]
