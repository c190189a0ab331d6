"""How little a row of probabilities overlaps its labels."""

import math

from dlc.kernels.entries import plus
from dlc.kernels.loss_order import in_order
from dlc.kernels.loss_rows import at_least, number
from dlc.kernels.scalar import inlined


@inlined
def areas(p, t):
    """Σ p, Σ t and Σ p·t."""
    predicted, true, both = 0.0, 0.0, 0.0
    for i in range(p.size):
        predicted = plus(predicted, number(p[i]))
        true = plus(true, number(t[i]))
        both = plus(both, number(p[i]) * t[i])
    return predicted, true, both


@inlined
def apart(p, t):
    """Σ p·(1 − t) and Σ t·(1 − p): false positives and false negatives, each exact to its own digits."""
    false, missed = 0.0, 0.0
    for i in range(p.size):
        false = plus(false, number(p[i]) * (1.0 - t[i]))
        missed = plus(missed, t[i] * (1.0 - number(p[i])))
    return false, missed


@inlined
def dice(p, t, out, notes, smooth=1.0, epsilon=0.0):
    predicted, true, both = areas(p, t)
    false, missed = apart(p, t)
    bottom = predicted + true + smooth + epsilon
    quotient = (2.0 * both + smooth) / bottom
    for i in range(p.size):
        out[i] = (quotient - 2.0 * t[i]) / bottom
    return (false + missed + epsilon) / bottom


@inlined
def squared_dice(p, t, out, notes, smooth=1.0):
    both, squares, error = 0.0, 0.0, 0.0
    for i in range(p.size):
        s, y = number(p[i]), number(t[i])
        both = plus(both, s * y)
        squares = plus(squares, s * s + y * y)
        error = plus(error, (s - y) * (s - y))
    bottom = squares + smooth
    quotient = (2.0 * both + smooth) / bottom
    for i in range(p.size):
        out[i] = 2.0 * (p[i] * quotient - t[i]) / bottom
    return error / bottom


@inlined
def tversky(p, t, out, notes, alpha=0.5, beta=0.5, smooth=1.0, epsilon=0.0):
    _, _, both = areas(p, t)
    false, missed = apart(p, t)
    error = alpha * false + beta * missed + epsilon
    bottom = both + error + smooth
    quotient = (both + smooth) / bottom
    for i in range(p.size):
        y = number(t[i])
        out[i] = ((y + alpha * (1.0 - y) - beta * y) * quotient - y) / bottom
    return error / bottom


@inlined
def focal_tversky(p, t, out, notes, alpha=0.3, beta=0.7, gamma=0.75, smooth=1.0):
    loss = tversky(p, t, notes[0], notes, alpha, beta, smooth, 0.0)
    factor = 0.0 if loss == 0.0 else gamma * loss ** (gamma - 1.0)
    for i in range(p.size):
        out[i] = factor * notes[0, i]
    return loss**gamma


@inlined
def jaccard(p, t, out, notes, smooth=1.0):
    return tversky(p, t, out, notes, 1.0, 1.0, smooth, 0.0)


@inlined
def log_cosh_dice(p, t, out, notes, smooth=1.0):
    loss = dice(p, t, notes[0], notes, smooth, 0.0)
    slope, half = math.tanh(loss), math.sinh(0.5 * loss)
    for i in range(p.size):
        out[i] = slope * notes[0, i]
    return math.log1p(2.0 * half * half)


@inlined
def soft_f1(p, t, out, notes, beta=1.0, epsilon=0.0):
    predicted, true, both = areas(p, t)
    false, missed = apart(p, t)
    square = beta * beta
    bottom = square * true + predicted + epsilon
    scale = 0.0 if bottom == 0.0 else 1.0 / bottom
    quotient = (1.0 + square) * both * scale
    for i in range(p.size):
        out[i] = (quotient - (1.0 + square) * t[i]) * scale
    return (false + square * missed + epsilon) * scale


@inlined
def soft_mcc(p, t, out, notes):
    predicted, true, both = areas(p, t)
    n = number(p.size)
    cross, own, bottom = n * both - predicted * true, predicted * (n - predicted), true * (n - true)
    size = math.sqrt(at_least(own, 0.0) * at_least(bottom, 0.0))
    unit = 0.0 if size == 0.0 else 1.0 / size
    shared = 0.0 if size == 0.0 else 0.5 * cross * (n - 2.0 * predicted) / own
    for i in range(p.size):
        out[i] = (shared - (n * t[i] - true)) * unit
    return 1.0 - cross * unit


@inlined
def lovasz_hinge(p, t, out, notes):
    total = 0.0
    for i in range(p.size):
        notes[0, i] = 1.0 - p[i] * (2.0 * t[i] - 1.0)
        total = plus(total, number(t[i]))
    errors, places, _, _ = in_order(notes)
    value, hits, misses, before = 0.0, 0.0, 0.0, 0.0
    for k in range(p.size):
        i = int(places[k])
        y, error = number(t[i]), at_least(errors[k], 0.0)
        hits, misses = hits + y, misses + 1.0 - y
        loss = (hits + misses) / (total + misses)
        weight, before = loss - before, loss
        out[i] = 0.0 if error == 0.0 else (1.0 - 2.0 * y) * weight
        value += error * weight
    return value
