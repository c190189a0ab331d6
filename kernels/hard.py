"""Activation functions in pieces that are straight or parabolas, and their derivatives."""

import math

from dlc.kernels.elementary import at_least, choose, clamped, rounded, weighted
from dlc.kernels.elementary import high as plain
from dlc.kernels.piecewise import (
    clipped,
    everywhere,
    is_within,
    leaky_relu,
    leaky_relu_grad,
    multiply_add,
    nearest,
    relu,
    sloped,
)
from dlc.kernels.scalar import fma, scalar, with_sign

STEEP = 2.0**1000  # beyond it a line's value does not depend on where it begins


@scalar
def keras_relu(x, negative_slope=0.0, max_value=float("inf"), threshold=0.0):
    t = plain(x)
    top = nearest(max_value)
    capped = top if t >= top else t
    return capped if t > threshold else sloped(t - plain(threshold), plain(negative_slope))


@scalar
def keras_relu_grad(x, negative_slope=0.0, max_value=float("inf"), threshold=0.0):
    t, top = plain(x), plain(max_value)
    is_below_top = (t < top) | (top == math.inf)  # no cap is none at ∞ either
    return choose(t, t > threshold, 1.0 if is_below_top else 0.0, nearest(negative_slope))


@scalar
def keras_relu_grad2(x, negative_slope=0.0, max_value=float("inf"), threshold=0.0):
    return everywhere(x, 0.0)


@scalar
def hard_swish(x):
    t = at_least(x, -3.0)
    return weighted(t, (clamped(x, -3.0, 3.0) + 3.0) / 6.0, 1.0)


@scalar
def hard_swish_grad(x):
    t = plain(x)
    inside = (2.0 * t + 3.0) / 6.0
    return choose(t, t > -3.0, inside if t < 3.0 else 1.0, 0.0)


@scalar
def hard_swish_grad2(x):
    t = plain(x)
    return choose(t, abs(t) < 3.0, 1.0 / 3.0, 0.0)


@scalar
def hardshrink(x, lambd=0.5):
    t = plain(x)
    return 0.0 if abs(t) <= lambd else t


@scalar
def hardshrink_grad(x, lambd=0.5):
    t = plain(x)
    return choose(t, abs(t) > lambd, 1.0, 0.0)


@scalar
def hardshrink_grad2(x, lambd=0.5):
    return everywhere(x, 0.0)


@scalar
def shrink(x, lambd=0.5, bias=0.0):
    t = plain(x)
    moved = t - plain(bias) if t > 0.0 else t + plain(bias)
    return 0.0 if abs(t) <= lambd else moved


@scalar
def shrink_grad(x, lambd=0.5, bias=0.0):
    return hardshrink_grad(x, lambd)


@scalar
def shrink_grad2(x, lambd=0.5, bias=0.0):
    return everywhere(x, 0.0)


@scalar
def softshrink(x, lambd=0.5):
    return shrink(x, lambd, lambd)


@scalar
def softshrink_grad(x, lambd=0.5):
    return hardshrink_grad(x, lambd)


@scalar
def softshrink_grad2(x, lambd=0.5):
    return everywhere(x, 0.0)


@scalar
def threshold(x, theta=0.0, value=0.0):
    t = plain(x)
    return nearest(value) if t <= theta else t


@scalar
def threshold_grad(x, theta=0.0, value=0.0):
    t = plain(x)
    return choose(t, t > theta, 1.0, 0.0)


@scalar
def threshold_grad2(x, theta=0.0, value=0.0):
    return everywhere(x, 0.0)


@scalar
def mean(lower, upper):
    return 0.5 * (plain(lower) + plain(upper))


@scalar
def rrelu(x, lower=1 / 8, upper=1 / 3):
    return leaky_relu(x, mean(lower, upper))


@scalar
def rrelu_grad(x, lower=1 / 8, upper=1 / 3):
    return leaky_relu_grad(x, mean(lower, upper))


@scalar
def rrelu_grad2(x, lower=1 / 8, upper=1 / 3):
    return everywhere(x, 0.0)


@scalar
def line(x, place, slope):
    """place + slope·(x − place), as a plain number."""
    near = plain(rounded(multiply_add(slope, clamped(x, -STEEP, STEEP) - place, place)))
    is_near = ((plain(place) != 0.0) & (abs(x) < STEEP)) | (slope == 0.0)
    return near if is_near else plain(slope) * plain(x)


@scalar
def srelu(x, t_left=0.0, a_left=0.2, t_right=1.0, a_right=0.2):
    t = plain(x)
    right = line(x, t_right, a_right) if t >= t_right else t
    return choose(t, t <= t_left, line(x, t_left, a_left), right)


@scalar
def srelu_grad(x, t_left=0.0, a_left=0.2, t_right=1.0, a_right=0.2):
    t = plain(x)
    return choose(t, t <= t_left, nearest(a_left), nearest(a_right) if t >= t_right else 1.0)


@scalar
def srelu_grad2(x, t_left=0.0, a_left=0.2, t_right=1.0, a_right=0.2):
    return everywhere(x, 0.0)


@scalar
def srelu_wrt_t_left(x, t_left=0.0, a_left=0.2, t_right=1.0, a_right=0.2):
    t = plain(x)
    return choose(t, t <= t_left, 1.0 - plain(a_left), 0.0)


@scalar
def srelu_wrt_a_left(x, t_left=0.0, a_left=0.2, t_right=1.0, a_right=0.2):
    t = plain(x)
    return choose(t, t <= t_left, t - plain(t_left), 0.0)


@scalar
def srelu_wrt_t_right(x, t_left=0.0, a_left=0.2, t_right=1.0, a_right=0.2):
    t = plain(x)
    return choose(t, t >= t_right, 1.0 - plain(a_right), 0.0)


@scalar
def srelu_wrt_a_right(x, t_left=0.0, a_left=0.2, t_right=1.0, a_right=0.2):
    t = plain(x)
    return choose(t, t >= t_right, t - plain(t_right), 0.0)


@scalar
def squared_relu(x):
    t = relu(x)
    return t * t


@scalar
def squared_relu_grad(x):
    return 2.0 * relu(x)


@scalar
def squared_relu_grad2(x):
    t = plain(x)
    return choose(t, t > 0.0, 2.0, 0.0)


@scalar
def sparse_sigmoid(x):
    return clipped(0.5 * (plain(x) + 1.0), 0.0, 1.0)


@scalar
def sparse_sigmoid_grad(x):
    return 0.5 * is_within(plain(x), -1.0, 1.0)


@scalar
def sparse_sigmoid_grad2(x):
    return everywhere(x, 0.0)


@scalar
def sparse_plus(x):
    s = clamped(x, -1.0, 1.0) + 1.0
    return choose(x, x < 1.0, 0.25 * (s * s), x)


@scalar
def sparse_plus_grad(x):
    return sparse_sigmoid(x)


@scalar
def sparse_plus_grad2(x):
    return sparse_sigmoid_grad(x)


@scalar
def sqnl(x):
    t = plain(clamped(x, -2.0, 2.0))
    return with_sign(fma(-0.25 * t, abs(t), t), t)


@scalar
def sqnl_grad(x):
    slope = fma(-0.5, abs(plain(x)), 1.0)
    return 0.0 if slope <= 0.0 else slope


@scalar
def sqnl_grad2(x):
    size = abs(plain(x))
    return with_sign(choose(size, (size > 0.0) & (size < 2.0), 0.5, 0.0), -plain(x))
