"""How far one vector is from another: norms, cosines and correlations."""

import math

from dlc.kernels.entries import plus
from dlc.kernels.light import log_long
from dlc.kernels.loss_rows import at_least, number, power
from dlc.kernels.losses_distributions import over
from dlc.kernels.scalar import inlined


@inlined
def rmse(p, t, out, notes):
    total = 0.0
    for i in range(p.size):
        d = number(p[i]) - t[i]
        total = plus(total, d * d)
    size = math.sqrt(total / p.size)
    for i in range(p.size):
        out[i] = over(number(p[i]) - t[i], p.size * size)
    return size


@inlined
def distance(a, b, slopes, order, epsilon, floor):
    """(Σ |a − b + epsilon|^order + floor)^(1/order), and its gradient by a; that is 0 where the distance is."""
    total = floor
    if order == 2.0:
        for i in range(a.size):
            d = number(a[i]) - b[i] + epsilon
            total = plus(total, d * d)
    else:
        for i in range(a.size):
            total = plus(total, power(abs(number(a[i]) - b[i] + epsilon), order))
    size = math.sqrt(total) if order == 2.0 else power(total, 1.0 / order)
    for i in range(a.size):
        d = number(a[i]) - b[i] + epsilon
        slopes[i] = over(d, size)
    if order != 2.0:
        for i in range(a.size):
            share = power(abs(slopes[i]), order - 1.0)
            slopes[i] = share if slopes[i] > 0.0 else (-share if slopes[i] < 0.0 else slopes[i])
    return size


@inlined
def minkowski(p, t, out, notes, power=2.0):
    size = distance(p, t, notes[0], power, 0.0, 0.0)
    for i in range(p.size):
        out[i] = notes[0, i]
    return size


@inlined
def relative_l2(p, t, out, notes):
    total = 0.0
    for i in range(p.size):
        total = plus(total, number(t[i]) * t[i])
    size, of_target = distance(p, t, notes[0], 2.0, 0.0, 0.0), math.sqrt(total)
    for i in range(p.size):
        out[i] = over(notes[0, i], of_target)
    return over(size, of_target)


@inlined
def cosine(a, b, slopes, epsilon):
    """The cosine of two vectors, and its gradient by the first; 0 where one is 0."""
    square, other, product = 0.0, 0.0, 0.0
    for i in range(a.size):
        x, y = number(a[i]), number(b[i])
        square = plus(square, x * x)
        other = plus(other, y * y)
        product = plus(product, x * y)
    size, its = math.sqrt(at_least(square, epsilon)), math.sqrt(at_least(other, epsilon))
    turn = over(over(product, size), its)
    along, is_angle = 0.0 if square < epsilon else over(turn, size), size != 0.0 and its != 0.0
    for i in range(a.size):
        slopes[i] = (b[i] / its - along * a[i]) / size if is_angle else 0.0
    return turn


@inlined
def cosine_similarity(p, t, out, notes, epsilon=0.0):
    turn = cosine(p, t, notes[0], epsilon)
    for i in range(p.size):
        out[i] = -notes[0, i]
    return -turn


@inlined
def cosine_distance(p, t, out, notes, epsilon=0.0):
    return 1.0 + cosine_similarity(p, t, out, notes, epsilon)


@inlined
def mean(row):
    """The mean of a row."""
    total = 0.0
    for i in range(row.size):
        total = plus(total, number(row[i]))
    return total / row.size


@inlined
def correlation_distance(p, t, out, notes):
    ours, theirs = mean(p), mean(t)
    for i in range(p.size):
        notes[1, i] = p[i] - ours
        notes[2, i] = t[i] - theirs
    return cosine_distance(notes[1], notes[2], out, notes, 0.0)


@inlined
def concordance(p, t, out, notes):
    ours, theirs, top, bottom = mean(p), mean(t), 0.0, 0.0
    for i in range(p.size):
        a, b = p[i] - ours, t[i] - theirs
        top = plus(top, 2.0 * a * b)
        bottom = plus(bottom, a * a + b * b)
    bottom += p.size * (ours - theirs) * (ours - theirs)
    quotient = over(top, bottom)
    for i in range(p.size):
        out[i] = over(2.0 * ((p[i] - theirs) * quotient - (t[i] - theirs)), bottom)
    return (1.0 if bottom != 0.0 else 0.0) - quotient


@inlined
def scale_invariant_log(p, t, out, notes, share=0.5):
    for i in range(p.size):
        notes[0, i] = log_long(number(p[i]) / t[i])
    centre, square = mean(notes[0]), 0.0
    for i in range(p.size):
        square = plus(square, (notes[0, i] - centre) * (notes[0, i] - centre))
        out[i] = 2.0 * (notes[0, i] - share * centre) / (p.size * number(p[i]))
    return square / p.size + (1.0 - share) * centre * centre
