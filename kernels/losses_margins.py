"""Losses of a row of scores: the right class is to be above the others by a margin."""

import math

import numpy as np

from dlc.kernels.entries import plus
from dlc.kernels.light import log1p_long
from dlc.kernels.loss_rows import at_least, chosen_class, exp_less, exp_or_0, number, sigmoid, softplus, undefined
from dlc.kernels.losses_classes import sparse_softmax_cross_entropy
from dlc.kernels.scalar import inlined


@inlined
def multi_margin(p, t, out, notes, power=1.0, margin=1.0):
    right = chosen_class(t, p.size)
    if right < 0:
        return undefined(out)
    value, sum_of_slopes, unit, low = 0.0, 0.0, 1.0 / p.size, margin - p[right]
    for i in range(p.size):
        gap = 0.0 if i == right else at_least(low + p[i], 0.0)
        slope = 0.0 if gap == 0.0 else (unit if power == 1.0 else power * unit * gap)
        value = plus(value, gap if power == 1.0 else gap * gap)
        sum_of_slopes = plus(sum_of_slopes, slope)
        out[i] = slope
    out[right] = -sum_of_slopes
    return value * unit


@inlined
def multilabel_margin(p, t, out, notes):
    value, unit = 0.0, 1.0 / p.size
    for i in range(p.size):
        notes[0, i] = 0.0
    for i in range(p.size):
        if t[i] == 1.0:
            low, count = 1.0 - p[i], 0.0
            for j in range(p.size):
                gap = at_least(low + p[j], 0.0) if t[j] == 0.0 else 0.0
                hit = 0.0 if gap == 0.0 else 1.0
                value = plus(value, gap)
                count = plus(count, hit)
                notes[0, j] += hit
            notes[0, i] -= count
    for i in range(p.size):
        out[i] = notes[0, i] * unit
    return value * unit


@inlined
def multilabel_soft_margin(p, t, out, notes):
    value, unit = 0.0, 1.0 / p.size
    for i in range(p.size):
        z, y = number(p[i]), number(t[i])
        e = exp_or_0(-abs(z))
        out[i] = ((1.0 if z >= 0.0 else e) / (1.0 + e) - y) * unit
        value = plus(value, log1p_long(e) + y * at_least(-z, 0.0) + (1.0 - y) * at_least(z, 0.0))
    return value * unit


@inlined
def lsep(p, t, out, notes):
    argument, count = 0.0, 0
    for side in range(2):
        top, sign, found, total = -math.inf, 1.0 - 2.0 * side, 0, 0.0
        for i in range(p.size):
            if t[i] == side:
                z, found = sign * p[i], 1
                top = z if z > top or z != z else top
        for i in range(p.size):
            notes[side, i] = exp_less(sign * p[i], top) if t[i] == side else 0.0
            total = plus(total, notes[side, i])
        for i in range(p.size):
            notes[side, i] *= sign / total
        argument += top + math.log(total)
        count += found
    if count < 2:
        for i in range(p.size):
            out[i] = 0.0 * p[i]
        return 0.0 * p[0]
    slope = sigmoid(argument)
    for i in range(p.size):
        out[i] = slope * (notes[0, i] + notes[1, i])
    return softplus(argument)


@inlined
def categorical_hinge(p, t, out, notes):
    top, place, hit = (1.0 - t[0]) * p[0], 0, 0.0
    for i in range(p.size):
        other = (1.0 - t[i]) * p[i]
        if other > top or other != other:
            top, place = other, i
        hit = plus(hit, number(t[i]) * p[i])
    value = at_least(top - hit + 1.0, 0.0)
    for i in range(p.size):
        out[i] = 0.0 if value == 0.0 else (1.0 - t[i] if i == place else 0.0) - t[i]
    return value


@inlined
def above_others(p, right, margin, out):
    """max(p + MARGIN at other classes, p at the right one) − p at the right one, and its gradient."""
    top, place = number(p[right]), right
    for i in range(p.size):
        z = number(p[i]) if i == right else p[i] + margin
        if z > top or z != z:
            top, place = z, i
        out[i] = 0.0
    if place != right:
        out[place], out[right] = 1.0, -1.0
    return top - p[right]


@inlined
def multiclass_hinge(p, t, out, notes):
    right = chosen_class(t, p.size)
    return undefined(out) if right < 0 else above_others(p, right, 1.0, out)


@inlined
def multiclass_perceptron(p, t, out, notes):
    right = chosen_class(t, p.size)
    return undefined(out) if right < 0 else above_others(p, right, 0.0, out)


@inlined
def multiclass_sparsemax(p, t, out, notes):
    top = number(p[0])
    for i in range(p.size):
        top = number(p[i]) if p[i] > top or p[i] != p[i] else top
    for i in range(p.size):
        notes[0, i] = p[i] - top
    threshold, count = -math.inf, -1.0
    while True:  # a threshold that some entries are not above was too low for the others (Michelot 1986)
        inside, mass = 0.0, 0.0
        for i in range(p.size):
            z = notes[0, i]
            inside = plus(inside, 1.0 if z > threshold else 0.0)
            mass = plus(mass, z if z > threshold else 0.0)
        if inside == count or top != top:
            break
        threshold, count = (mass - 1.0) / inside, inside
    value = 0.0
    for i in range(p.size):
        share, y = at_least(notes[0, i] - threshold, 0.0), number(t[i])
        out[i] = share - y
        value = plus(value, (share - y) * (notes[0, i] - 0.5 * (share + y)))
    return value + top - top


@inlined
def cosface(p, t, out, notes, scale=64.0, margin=0.35):
    right = chosen_class(t, p.size)
    if right < 0:
        return undefined(out)
    for i in range(p.size):
        notes[1, i] = scale * (p[i] - margin if i == right else p[i])
    value = sparse_softmax_cross_entropy(notes[1], t, out, notes, 0.0)
    for i in range(p.size):
        out[i] *= scale
    return value


@inlined
def arcface(p, t, out, notes, scale=64.0, margin=0.5):
    right = chosen_class(t, p.size)
    if right < 0:
        return undefined(out)
    for i in range(p.size):
        notes[1, i] = scale * p[i]
    angle, slope = math.acos(number(p[right])), 1.0
    if angle + margin > np.pi:
        notes[1, right] = scale * (p[right] - margin * math.sin(margin))
    else:
        notes[1, right] = scale * math.cos(angle + margin)
        slope = math.sin(angle + margin) / math.sin(angle)
    value = sparse_softmax_cross_entropy(notes[1], t, out, notes, 0.0)
    for i in range(p.size):
        out[i] *= scale * (slope if i == right else 1.0)
    return value
