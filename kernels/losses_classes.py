"""Losses of a row of logits, by their softmax; each fills the row of its gradient."""

import math

from dlc.kernels.entries import plus
from dlc.kernels.light import log_long
from dlc.kernels.loss_rows import at_least, chosen_class, exp_less, exponentials, number, times, undefined
from dlc.kernels.scalar import inlined


@inlined
def softmax_cross_entropy(p, t, out, notes, smoothing=0.0):
    top, rest = exponentials(p, notes)
    shift, mass, value = math.log1p(rest), smoothing, 0.0
    kept, even = 1.0 - smoothing, smoothing / p.size
    for i in range(p.size):
        mass = plus(mass, kept * t[i])
    share = mass / (1.0 + rest)
    for i in range(p.size):
        aim = kept * t[i] + even
        out[i] = notes[0, i] * share - aim
        value = plus(value, times(aim, shift - (p[i] - top)))
    return value


@inlined
def sparse_softmax_cross_entropy(p, t, out, notes, smoothing=0.0):
    right = chosen_class(t, p.size)
    if right < 0:
        return undefined(out)
    top, rest = exponentials(p, notes)
    shift, value, even = math.log1p(rest), 0.0, smoothing / p.size
    for i in range(p.size):
        out[i] = notes[0, i] / (1.0 + rest) - even
    if smoothing != 0.0:
        for i in range(p.size):
            value = plus(value, even * (shift - (p[i] - top)))
    others = 0.0
    for i in range(p.size):
        others = plus(others, 0.0 if i == right else notes[0, i])
    out[right] = -(others / (1.0 + rest) - smoothing) - even
    return value + (1.0 - smoothing) * (shift - (p[right] - top))


@inlined
def raise_all(row, exponent):
    """Every number of ROW to this power; a loop for each kind of power, for those without a logarithm vectorise."""
    if exponent == 0.0:
        for i in range(row.size):
            row[i] = 1.0
    elif exponent == 2.0:
        for i in range(row.size):
            row[i] *= row[i]
    elif exponent != 1.0:
        for i in range(row.size):
            row[i] = row[i] ** exponent


@inlined
def softmax_focal(p, t, out, notes, alpha=1.0, gamma=2.0):
    top, rest = exponentials(p, notes)
    shift, total, value, slope = math.log1p(rest), 1.0 + rest, 0.0, 0.0
    for i in range(p.size):
        notes[2, i] = (rest + (1.0 - notes[0, i])) / total
    raise_all(notes[2], gamma - 1.0)
    for i in range(p.size):
        share, other = notes[0, i] / total, (rest + (1.0 - notes[0, i])) / total
        surprise, weight = shift - (p[i] - top), alpha * t[i] * notes[2, i]
        value = plus(value, times(weight * other, surprise))
        notes[1, i] = -weight * (other + gamma * share * surprise)
        slope = plus(slope, notes[1, i])
    for i in range(p.size):
        out[i] = notes[1, i] - notes[0, i] / total * slope
    return value


@inlined
def poly_loss(p, t, out, notes, epsilon=2.0):
    top, rest = exponentials(p, notes)
    shift, total, value, mass, hit = math.log1p(rest), 1.0 + rest, 0.0, 0.0, 0.0
    for i in range(p.size):
        mass = plus(mass, number(t[i]))
        hit = plus(hit, t[i] * notes[0, i] / total)
        missed = (rest + (1.0 - notes[0, i])) / total
        value = plus(value, times(number(t[i]), shift - (p[i] - top) + epsilon * missed))
    for i in range(p.size):
        share = notes[0, i] / total
        out[i] = share * mass - t[i] - epsilon * share * (t[i] - hit)
    return value


@inlined
def symmetric_cross_entropy(p, t, out, notes, alpha=0.1, beta=1.0, floor=-4.0):
    top, rest = exponentials(p, notes)
    shift, total, value, mass, mean = math.log1p(rest), 1.0 + rest, 0.0, 0.0, 0.0
    for i in range(p.size):
        mass = plus(mass, number(t[i]))
        notes[1, i] = -at_least(log_long(number(t[i])), floor)
        mean = plus(mean, notes[0, i] / total * notes[1, i])
        value = plus(value, times(number(t[i]), shift - (p[i] - top)))
    for i in range(p.size):
        share = notes[0, i] / total
        out[i] = alpha * (share * mass - t[i]) + beta * share * (notes[1, i] - mean)
    return alpha * value + beta * mean


@inlined
def distillation(p, t, out, notes, temperature=2.0):
    for i in range(p.size):
        notes[1, i] = p[i] / temperature
        notes[2, i] = t[i] / temperature
    own, theirs = notes[1], notes[2]
    top, rest = exponentials(own, notes)
    for i in range(p.size):
        notes[3, i] = notes[0, i]
    high, others = exponentials(theirs, notes)
    shift, value = math.log1p(others) - math.log1p(rest), 0.0
    for i in range(p.size):
        share = notes[0, i] / (1.0 + others)
        out[i] = temperature * (notes[3, i] / (1.0 + rest) - share)
        value = plus(value, times(share, (theirs[i] - high) - (own[i] - top) - shift))
    return value * temperature * temperature


@inlined
def squentropy(p, t, out, notes):
    value = sparse_softmax_cross_entropy(p, t, out, notes, 0.0)
    right, scale = chosen_class(t, p.size), 1.0 / at_least(p.size - 1.0, 1.0)
    square = 0.0
    for i in range(p.size):
        z = 0.0 if i == right else number(p[i])
        square = plus(square, z * z)
        out[i] += 2.0 * scale * z
    return value + scale * square


@inlined
def normalized_cross_entropy(p, t, out, notes):
    right = chosen_class(t, p.size)
    if right < 0:
        return undefined(out)
    top, rest = exponentials(p, notes)
    shift, total = math.log1p(rest), 0.0
    for i in range(p.size):
        total = plus(total, shift - (p[i] - top))
    value = (shift - (p[right] - top)) / total
    slope = (p.size * value - 1.0) / total
    for i in range(p.size):
        out[i] = value / total - notes[0, i] / (1.0 + rest) * slope
    out[right] = (value - 1.0) / total - notes[0, right] / (1.0 + rest) * slope
    return value


@inlined
def zlpr(p, t, out, notes):
    value = 0.0
    for side in range(2):
        top, sign = 0.0, 1.0 - 2.0 * side
        for i in range(p.size):
            z = sign * p[i] if t[i] == side else 0.0
            top = z if z > top or z != z else top
        total = 0.0
        for i in range(p.size):
            e = exp_less(sign * p[i], top) if t[i] == side else 0.0
            notes[side, i] = e
            total = plus(total, e)
        unit = math.exp(-top)
        value += math.log1p(total - (1.0 - unit)) + top if top > 0.0 else math.log1p(total)
        for i in range(p.size):
            notes[side, i] *= sign / (unit + total)
    for i in range(p.size):
        out[i] = notes[0, i] + notes[1, i]
    return value
