"""What a training step does against overfitting: to a batch, to slopes and to weights, by the seed and the step."""

import math

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.draws import key, mixed, normal
from dlc.kernels.jit import compiled

MOST_TRIES = 64  # of drawing a share; each fails with a chance below 5 %


@register_jitable
def uniform(seed, i):
    """Number I of a seed, between 0 and 1, both left out."""
    return (np.float64(mixed(seed, i) >> np.uint64(11)) + 0.5) * 2.0**-53


@register_jitable
def gamma(seed, shape):
    """A gamma variable of scale 1, by Marsaglia and Tsang 2000; one below 1 is that of shape + 1, made smaller."""
    d = (shape if shape >= 1 else shape + 1) - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    found = d
    for i in range(MOST_TRIES):
        z = normal(key(seed, 0), i)
        v = (1.0 + c * z) ** 3
        if v > 0 and math.log(uniform(key(seed, 1), i)) < 0.5 * z * z + d - d * v + d * math.log(v):
            found = d * v
            break
    return found if shape >= 1 else found * uniform(key(seed, 2), 0) ** (1.0 / shape)


@register_jitable
def mixup_share(seed, alpha):
    """A share of Beta(alpha, alpha)."""
    a, b = gamma(key(seed, 0), alpha), gamma(key(seed, 1), alpha)
    return a / (a + b) if a + b > 0 else (1.0 if uniform(seed, 2) < 0.5 else 0.0)


@register_jitable
def mix(numbers, rows, columns, share):
    """Each row, mixed with its mirror image in the batch: share·row + (1 − share)·other."""
    for i in range((rows + 1) // 2):
        for j in range(columns):
            one, other = numbers[i * columns + j], numbers[(rows - 1 - i) * columns + j]
            numbers[i * columns + j] = share * one + (1 - share) * other
            numbers[(rows - 1 - i) * columns + j] = share * other + (1 - share) * one


@register_jitable
def blur(numbers, count, deviation, seed):
    """Add normal noise of that deviation to COUNT numbers."""
    for i in range(count):
        numbers[i] += deviation * normal(seed, i)


@register_jitable
def penalise(weights, slopes, first, count, l1, l2):
    """Add the slopes of l1·Σ|w| + l2·Σw² over COUNT weights; returns that penalty."""
    total = 0.0
    for i in range(first, first + count):
        w = weights[i]
        size = abs(w)
        total += l1 * size + l2 * (w * w)
        slopes[i] += l1 * np.sign(w) + 2.0 * l2 * w
    return total


@register_jitable
def limit_norms(weights, first, inputs, units, most):
    """Scale down the weights into each unit to a norm of MOST where it is greater."""
    squares = np.zeros(units)
    for i in range(inputs):
        for k in range(units):
            w = weights[first + i * units + k]
            squares[k] += w * w
    for k in range(units):
        squares[k] = most / math.sqrt(squares[k]) if squares[k] > most * most else 1.0
    for i in range(inputs):
        for k in range(units):
            weights[first + i * units + k] *= squares[k]


KERNELS = ("l1", "l2", "max_norm", "mixup", "noise")  # by the names of their cards


@compiled()
def regularised(which, numbers, knob, seed):
    """What the regulariser number WHICH of KERNELS gives of a matrix, by its first parameter."""
    rows, columns = numbers.shape
    given = numbers.copy().ravel()
    if which <= 1:
        slopes = np.zeros_like(given)
        penalise(given, slopes, 0, given.size, knob if which == 0 else 0.0, knob if which == 1 else 0.0)
        return slopes.reshape(rows, columns)
    if which == 2:
        limit_norms(given, 0, rows, columns, knob)
    elif which == 3:
        mix(given, rows, columns, knob)
    else:
        blur(given, given.size, knob, key(seed, 1))
    return given.reshape(rows, columns)


@compiled()
def mixup_shares(seed, alpha, count):
    """The shares of COUNT batches."""
    found = np.empty(count)
    for i in range(count):
        found[i] = mixup_share(key(seed, i), alpha)
    return found
