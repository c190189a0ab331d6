"""Losses of a row of probabilities, one for each class."""

import math

from dlc.kernels.entries import plus
from dlc.kernels.light import log_long
from dlc.kernels.loss_rows import at_least, chosen_class, number, power, times, undefined
from dlc.kernels.scalar import inlined


@inlined
def total(p):
    """Σ p."""
    mass = 0.0
    for i in range(p.size):
        mass = plus(mass, number(p[i]))
    return mass


@inlined
def within(share, clip):
    """SHARE, no lower than CLIP and no higher than 1 − CLIP."""
    low = at_least(share, clip)
    return 1.0 - clip if low > 1.0 - clip else low


@inlined
def filled(out, slopes, p, clip, normalised, mass):
    """OUT from SLOPES by the clipped row: 0 where p was clipped, and through the division by its sum."""
    mean = 0.0
    for i in range(p.size):
        share = p[i] / mass
        slopes[i] = 0.0 if share < clip or share > 1.0 - clip else slopes[i]
        mean = plus(mean, slopes[i] * share)
    for i in range(p.size):
        out[i] = (slopes[i] - mean) / mass if normalised != 0.0 else slopes[i]


@inlined
def categorical_cross_entropy(p, t, out, notes, smoothing=0.0, clip=0.0, normalised=0.0):
    mass = total(p) if normalised != 0.0 else 1.0
    kept, even, value, slopes = 1.0 - smoothing, smoothing / p.size, 0.0, notes[0]
    for i in range(p.size):
        share, aim = within(p[i] / mass, clip), kept * t[i] + even
        value = plus(value, times(aim, -log_long(share)))
        slopes[i] = times(aim, -1.0 / share)
    filled(out, slopes, p, clip, normalised, mass)
    return value


@inlined
def sparse_categorical_cross_entropy(p, t, out, notes, clip=0.0, normalised=0.0):
    right = chosen_class(t, p.size)
    if right < 0:
        return undefined(out)
    mass = total(p) if normalised != 0.0 else 1.0
    share = within(p[right] / mass, clip)
    for i in range(p.size):
        notes[0, i] = -1.0 / share if i == right else 0.0
    filled(out, notes[0], p, clip, normalised, mass)
    return -math.log(share)


@inlined
def nll(p, t, out, notes):
    right = chosen_class(t, p.size)
    if right < 0:
        return undefined(out)
    for i in range(p.size):
        out[i] = 0.0
    out[right] = -1.0
    return -number(p[right])


@inlined
def categorical_focal(p, t, out, notes, alpha=0.25, gamma=2.0, smoothing=0.0, clip=0.0, normalised=0.0):
    mass = total(p) if normalised != 0.0 else 1.0
    kept, even, value, slopes = 1.0 - smoothing, smoothing / p.size, 0.0, notes[0]
    for i in range(p.size):
        share = within(p[i] / mass, clip)
        aim, rest, surprise = alpha * (kept * t[i] + even), 1.0 - share, -log_long(share)
        weight = power(rest, gamma - 1.0)
        value = plus(value, times(aim * weight * rest, surprise))
        slopes[i] = times(-aim * weight, gamma * surprise + rest / share)
    filled(out, slopes, p, clip, normalised, mass)
    return value


@inlined
def generalized_cross_entropy(p, t, out, notes, q=0.5):
    right = chosen_class(t, p.size)
    if right < 0:
        return undefined(out)
    logarithm = math.log(number(p[right]))
    for i in range(p.size):
        out[i] = 0.0
    out[right] = -math.exp((q - 1.0) * logarithm)
    return -math.expm1(q * logarithm) / q


@inlined
def taylor_cross_entropy(p, t, out, notes, order=2.0):
    right = chosen_class(t, p.size)
    if right < 0:
        return undefined(out)
    missed = 1.0 - p[right]
    value, slope, term = 0.0, 0.0, 1.0
    for k in range(int(order)):
        slope += term
        term *= missed
        value += term / (k + 1.0)
    for i in range(p.size):
        out[i] = 0.0
    out[right] = -slope
    return value


@inlined
def multiclass_brier(p, t, out, notes):
    value = 0.0
    for i in range(p.size):
        d = number(p[i]) - t[i]
        out[i] = 2.0 * d
        value = plus(value, d * d)
    return value


@inlined
def spherical(p, t, out, notes):
    right = chosen_class(t, p.size)
    if right < 0:
        return undefined(out)
    square = 0.0
    for i in range(p.size):
        square = plus(square, number(p[i]) * p[i])
    size, share = math.sqrt(square), number(p[right])
    for i in range(p.size):
        out[i] = (p[i] * share / square - (1.0 if i == right else 0.0)) / size
    return 1.0 - share / size


@inlined
def ranked_probability(p, t, out, notes):
    value, error, slope = 0.0, 0.0, 0.0
    for i in range(p.size):
        error += number(p[i]) - t[i]
        notes[0, i] = error
        value = plus(value, error * error)
    for i in range(p.size - 1, -1, -1):
        slope += notes[0, i]
        out[i] = 2.0 * slope
    return value


@inlined
def evidential(p, t, out, notes):
    s = total(p) + p.size
    value, shared, variance = 0.0, 0.0, 0.0
    for i in range(p.size):
        m = (p[i] + 1.0) / s
        d = t[i] - m
        spread = m * (1.0 - m)
        value = plus(value, d * d + spread / (s + 1.0))
        shared = plus(shared, d * m)
        variance = plus(variance, spread)
    common = 2.0 * shared / s + (1.0 - variance * (3.0 + 2.0 / s) * s / (s + 1.0)) / (s * (s + 1.0))
    for i in range(p.size):
        m = (p[i] + 1.0) / s
        out[i] = common - 2.0 * (t[i] - m) / s + (1.0 - 2.0 * m) / (s * (s + 1.0))
    return value
