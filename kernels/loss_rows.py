"""What losses of rows share. All is computed in float64, for rows of either type."""

import math

import numpy as np

from dlc.kernels.entries import plus
from dlc.kernels.light import exp_long
from dlc.kernels.scalar import fma, inlined

FAR = -700.0  # e^x below is nothing beside 1


@inlined
def number(x):
    """A float of any width in float64."""
    return np.float64(x)


@inlined
def at_least(x, low):
    """x, no lower than LOW; nan stays."""
    return low if x < low else x


@inlined
def times(weight, x):
    """WEIGHT·x; nothing where the weight is 0, whatever x is, but nan."""
    return weight * x if weight != 0.0 or x != x else 0.0


@inlined
def exp_or_0(x):
    """e^x for x up to 700; 0 for what is below −700."""
    e = exp_long(FAR if x < FAR else x)
    return 0.0 if x < FAR else e


@inlined
def exp_less(x, y):
    """e^(x − y) with what the rounding of the difference leaves over, for x − y up to 700."""
    d = x - y
    back = x - d
    left = (x - (d + back)) + (back - y)
    e = exp_or_0(d)
    return e if d < FAR else fma(e, left, e)


@inlined
def exponentials(p, notes):
    """e^(p_i − max p) as note 0; max p and the sum of all but one greatest."""
    top, place = np.float64(p[0]), 0
    for i in range(1, p.size):
        if p[i] > top or p[i] != p[i]:
            top, place = np.float64(p[i]), i
    rest = 0.0
    for i in range(p.size):
        notes[0, i] = exp_less(np.float64(p[i]), top)
    notes[0, place] = 0.0
    for i in range(p.size):
        rest = plus(rest, notes[0, i])
    notes[0, place] = 1.0
    return top, rest


@inlined
def softplus(x):
    """log(1 + e^x)."""
    return math.log1p(math.exp(-abs(x))) + at_least(x, 0.0)


@inlined
def sigmoid(x):
    """1 / (1 + e^(−x))."""
    e = math.exp(-abs(x))
    return (1.0 if x >= 0.0 else e) / (1.0 + e)


@inlined
def power(x, y):
    """x^y; without a logarithm where y is 0, 1 or 2."""
    if y == 2.0:
        return x * x
    if y == 1.0:
        return x
    return 1.0 if y == 0.0 else x**y


@inlined
def chosen_class(t, count):
    """The class that a target of one number names; −1 where it names none of COUNT."""
    name = np.float64(t[0])
    place = int(name) if 0.0 <= name < count else -1
    return place if place == name else -1


@inlined
def undefined(out):
    """nan as value and gradient: there is no such class."""
    for i in range(out.size):
        out[i] = math.nan
    return math.nan
