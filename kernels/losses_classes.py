"""Losses of a row of logits or probabilities; each fills the row of its gradient.

All is computed in float64, for rows of either type: a sum over a row has no last digit to protect.
"""

import math

import numpy as np

from dlc.kernels.entries import plus
from dlc.kernels.light import exp_long
from dlc.kernels.scalar import inlined

FAR = -700.0  # e^x below is nothing beside 1


@inlined
def exponentials(p, notes):
    """e^(p_i − max p) as note 0; max p and the sum of all but one greatest."""
    top, place = np.float64(p[0]), 0
    for i in range(1, p.size):
        if p[i] > top or p[i] != p[i]:
            top, place = np.float64(p[i]), i
    rest = 0.0
    for i in range(p.size):
        notes[0, i] = exp_long(max(np.float64(p[i]) - top, FAR))
    notes[0, place] = 0.0
    for i in range(p.size):
        rest = plus(rest, notes[0, i])
    notes[0, place] = 1.0
    return top, rest


@inlined
def softmax_cross_entropy(p, t, out, notes):
    top, rest = exponentials(p, notes)
    shift, mass, value = math.log1p(rest), 0.0, 0.0
    for i in range(p.size):
        mass = plus(mass, np.float64(t[i]))
    share = mass / (1.0 + rest)
    for i in range(p.size):
        out[i] = notes[0, i] * share - t[i]
        value = plus(value, t[i] * (shift - (p[i] - top)))
    return value
