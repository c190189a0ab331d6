"""Activation functions in straight pieces, and their derivatives.

Almost all of it takes one rounding at most, which needs no pairs: `plain` numbers are float64 in every kernel.
"""

import math

import numpy as np

from dlc.kernels.elementary import choose
from dlc.kernels.elementary import high as plain
from dlc.kernels.scalar import fma, scalar, twins


def _nearest_float32(parameter):
    return np.float64(np.float32(parameter))


@twins(_nearest_float32)
def nearest(parameter):
    """A parameter that is a result as it is: rounded to the type of the array, so that nothing else need be."""
    return plain(parameter)


def _fused(x, y, z):
    return fma(x, y, z)


@twins(_fused)
def multiply_add(x, y, z):
    """x·y + z, whose sign is right however little of it is left."""
    return x * y + z


@scalar
def sloped(t, slope):
    """slope·t of plain numbers, for t ≤ 0; 0 for slope 0, even at −∞."""
    lowest = -math.inf if slope != 0.0 else 0.0
    return slope * (lowest if t < lowest else t)


@scalar
def clipped(t, low, high):
    """A plain number, no lower than low and no higher than high; nan stays."""
    at_least_low = low if t <= low else t
    return high if t >= high else at_least_low  # both conditions are of t itself: LLVM then stays in float32


@scalar
def is_within(t, low, high):
    """1 between low and high, 0 elsewhere; nan stays."""
    return choose(t, (t > low) & (t < high), 1.0, 0.0)


@scalar
def everywhere(x, constant):
    """A constant, except that nan stays."""
    t = plain(x)
    return constant if t == t else t


@scalar
def identity(x):
    return x


@scalar
def identity_grad(x):
    return everywhere(x, 1.0)


@scalar
def identity_grad2(x):
    return everywhere(x, 0.0)


@scalar
def step(x):
    t = plain(x)
    return choose(t, t >= 0.0, 1.0, 0.0)


@scalar
def step_grad(x):
    return everywhere(x, 0.0)


@scalar
def step_grad2(x):
    return everywhere(x, 0.0)


@scalar
def relu(x):
    t = plain(x)
    return 0.0 if t <= 0.0 else t


@scalar
def relu_grad(x):
    t = plain(x)
    return choose(t, t > 0.0, 1.0, 0.0)


@scalar
def relu_grad2(x):
    return everywhere(x, 0.0)


@scalar
def relu6(x):
    return clipped(plain(x), 0.0, 6.0)


@scalar
def relu6_grad(x):
    return is_within(plain(x), 0.0, 6.0)


@scalar
def relu6_grad2(x):
    return everywhere(x, 0.0)


@scalar
def leaky_relu(x, alpha=0.01):
    t = plain(x)
    return t if t > 0.0 else sloped(t, plain(alpha))


@scalar
def leaky_relu_grad(x, alpha=0.01):
    t = plain(x)
    return choose(t, t > 0.0, 1.0, nearest(alpha))


@scalar
def leaky_relu_grad2(x, alpha=0.01):
    return everywhere(x, 0.0)


@scalar
def prelu(x, alpha=0.25):
    return leaky_relu(x, alpha)


@scalar
def prelu_grad(x, alpha=0.25):
    return leaky_relu_grad(x, alpha)


@scalar
def prelu_grad2(x, alpha=0.25):
    return everywhere(x, 0.0)


@scalar
def prelu_wrt_alpha(x, alpha=0.25):
    t = plain(x)
    return 0.0 if t > 0.0 else t


@scalar
def thresholded_relu(x, theta=1.0):
    t = plain(x)
    return 0.0 if t <= theta else t


@scalar
def thresholded_relu_grad(x, theta=1.0):
    t = plain(x)
    return choose(t, t > theta, 1.0, 0.0)


@scalar
def thresholded_relu_grad2(x, theta=1.0):
    return everywhere(x, 0.0)


@scalar
def hard_sigmoid(x, width=6.0, offset=0.5):
    q = fma(plain(offset), plain(width), plain(x)) / plain(width)
    return clipped(q, 0.0, 1.0)


@scalar
def hard_sigmoid_grad(x, width=6.0, offset=0.5):
    is_above, is_below = multiply_add(offset, width, x) > 0.0, multiply_add(offset, width, x - width) < 0.0
    return choose(plain(x), is_above & is_below, nearest(1.0 / plain(width)), 0.0)


@scalar
def hard_sigmoid_grad2(x, width=6.0, offset=0.5):
    return everywhere(x, 0.0)


@scalar
def hard_tanh(x, low=-1.0, high=1.0):
    return clipped(plain(x), nearest(low), nearest(high))


@scalar
def hard_tanh_grad(x, low=-1.0, high=1.0):
    return is_within(plain(x), low, high)


@scalar
def hard_tanh_grad2(x, low=-1.0, high=1.0):
    return everywhere(x, 0.0)
