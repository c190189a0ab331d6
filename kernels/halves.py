"""Functions of a vector whose result has another length, and products of a vector with their Jacobians.

The rows are as in dlc.kernels.vectors. Gates and their slopes are a number and its unit (dlc.kernels.elementary).
"""

import numpy as np

from dlc.kernels import light
from dlc.kernels.double import FAR_UNIT, FARTHEST, LOWEST
from dlc.kernels.elementary import bell, choose, clamped, high, logistic, scaled
from dlc.kernels.entries import entry, greatest, itself, place_of, put
from dlc.kernels.gated import slope_of_normal_gate, slope_of_sigmoid_gate
from dlc.kernels.normal import normal_cdf
from dlc.kernels.scalar import inlined, scalar, twins

FAR_ROOT = 2.0**-256  # of FAR_UNIT
VANISHING_ROOT = 2.0**-1000  # of a unit that float64 has not, and 0 stands for
ENDLESS = 2.0**997  # beyond any product of float32 numbers
NEXT_TO_0 = 2.0**-900  # a number below has no room for a rounded factor


@inlined
def product_plain(a, b):
    """a·b; 0 of what is infinite is 0, for what is infinite stands for its limit."""
    return light.clamped(a, -ENDLESS, ENDLESS) * light.clamped(b, -ENDLESS, ENDLESS)


@twins(product_plain)
def product(a, b):
    """a·b; 0 of what is infinite is 0, for what is infinite stands for its limit."""
    y = a * b
    is_vague = (high(y) != high(y)) & (high(a) == high(a)) & (high(b) == high(b))
    return 0.0 if is_vague else y


@inlined
def vanished_plain(weight, unit, is_vanishing):
    """A weight that makes all but infinity 0, where it is VANISHING."""
    return weight * (2.0**-500 if is_vanishing else 1.0), 1.0


@twins(vanished_plain)
def vanished(weight, unit, is_vanishing):
    """A weight and its unit that make all but infinity 0, where they are VANISHING."""
    return weight, 0.0 if is_vanishing else unit


@scalar
def times(b, weight, unit):
    """b·weight and its unit, for a b that may be next to 0, where its unit is 1."""
    is_next_to_0 = abs(b) < NEXT_TO_0
    return b * (1.0 / FAR_UNIT if is_next_to_0 else 1.0) * weight, FAR_UNIT if is_next_to_0 else unit


@scalar
def balanced(a, b):
    """a and b with the same product, but for one that float64 has not; b has room for a rounded factor."""
    is_next_to_0 = abs(b) < NEXT_TO_0
    return a * (FAR_UNIT if is_next_to_0 else 1.0), b * (1.0 / FAR_UNIT if is_next_to_0 else 1.0)


@scalar
def weighed(a, b, unit):
    """a·b·unit, rounded; the root of the unit first, so that a·b is neither infinite nor next to 0."""
    root = 1.0 if unit == 1.0 else (FAR_ROOT if unit > 0.0 else VANISHING_ROOT)
    return scaled(product(a * root, b), root)


@scalar
def weigh(x, gate, out):
    """out_i = a_i·g(b_i), for the halves a and b of x."""
    a, b = x[: out.size], x[out.size :]
    for i in range(out.size):
        weight, unit = gate(entry(b[i]))
        put(out, i, weighed(entry(a[i]), weight, unit))


@scalar
def weigh_back(x, v, gate, slope, out):
    """v_i·g(b_i), and behind it v_i·a_i·g′(b_i)."""
    a, b = x[: v.size], x[v.size :]
    by_a, by_b = out[: v.size], out[v.size :]
    for i in range(v.size):
        weight, unit = gate(entry(b[i]))
        put(by_a, i, weighed(entry(v[i]), weight, unit))
        weight, unit = slope(entry(b[i]))
        factor, back = balanced(entry(a[i]), entry(v[i]))
        put(by_b, i, weighed(factor, product(back, weight), unit))


@scalar
def sigmoid_gate(b):
    weight, unit = logistic(b)
    return vanished(0.0 if b == -np.inf else weight, unit, b < LOWEST)


@scalar
def sigmoid_slope(b):
    slope, unit = bell(b)
    return vanished(0.0 if abs(b) == np.inf else slope, unit, abs(b) > -LOWEST)


@scalar
def glu(x, out, notes, row):
    weigh(x, sigmoid_gate, out)


@scalar
def glu_vjp(x, v, out, notes, row):
    weigh_back(x, v, sigmoid_gate, sigmoid_slope, out)


@scalar
def relu_gate(b):
    return choose(b, b > 0.0, b, 0.0), 1.0


@scalar
def relu_slope(b):
    return choose(b, b > 0.0, 1.0, 0.0), 1.0


@scalar
def reglu(x, out, notes, row):
    weigh(x, relu_gate, out)


@scalar
def reglu_vjp(x, v, out, notes, row):
    weigh_back(x, v, relu_gate, relu_slope, out)


@scalar
def gelu_gate(b):
    weight, unit = normal_cdf(b)
    weight, unit = times(clamped(b, -FARTHEST, np.inf), weight, unit)
    return vanished(0.0 if b == -np.inf else weight, unit, b < -FARTHEST)


@scalar
def gelu_slope(b):
    slope, unit = slope_of_normal_gate(b)
    return vanished(0.0 if b == -np.inf else slope, unit, b < -FARTHEST)


@scalar
def geglu(x, out, notes, row):
    weigh(x, gelu_gate, out)


@scalar
def geglu_vjp(x, v, out, notes, row):
    weigh_back(x, v, gelu_gate, gelu_slope, out)


@scalar
def silu_gate(b):
    weight, unit = logistic(b)
    weight, unit = times(clamped(b, LOWEST, np.inf), weight, unit)
    return vanished(0.0 if b == -np.inf else weight, unit, b < LOWEST)


@scalar
def silu_slope(b):
    slope, unit = slope_of_sigmoid_gate(clamped(b, LOWEST, -LOWEST))
    return vanished(0.0 if b == -np.inf else slope, unit, b < LOWEST)


@scalar
def swiglu(x, out, notes, row):
    weigh(x, silu_gate, out)


@scalar
def swiglu_vjp(x, v, out, notes, row):
    weigh_back(x, v, silu_gate, silu_slope, out)


@scalar
def identity_gate(b):
    return b, 1.0


@scalar
def identity_slope(b):
    return choose(b, b == b, 1.0, b), 1.0


@scalar
def bilinear(x, out, notes, row):
    weigh(x, identity_gate, out)


@scalar
def bilinear_vjp(x, v, out, notes, row):
    weigh_back(x, v, identity_gate, identity_slope, out)


@scalar
def crelu(x, out, notes, row):
    above, below = out[: x.size], out[x.size :]
    for i in range(x.size):
        each = entry(x[i])
        put(above, i, choose(each, each > 0.0, each, 0.0))
        put(below, i, choose(each, each < 0.0, -each, 0.0))


@scalar
def crelu_vjp(x, v, out, notes, row):
    above, below = v[: x.size], v[x.size :]
    for i in range(x.size):
        each = entry(x[i])
        slope = choose(each, each < 0.0, -entry(below[i]), 0.0)
        put(out, i, choose(each, each > 0.0, entry(above[i]), slope))


@scalar
def maxout(x, out, notes, row, pieces=2.0):
    size = int(high(pieces))
    for i in range(out.size):
        put(out, i, entry(greatest(x[i * size : (i + 1) * size], itself)))


@scalar
def maxout_vjp(x, v, out, notes, row, pieces=2.0):
    size = int(high(pieces))
    for i in range(v.size):
        group, slopes = x[i * size : (i + 1) * size], out[i * size : (i + 1) * size]
        top = greatest(group, itself)
        place = place_of(top, group, itself)
        for k in range(size):
            put(slopes, k, choose(entry(top), k == place, entry(v[i]), 0.0))
