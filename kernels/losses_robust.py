"""Losses of numbers on which a large error weighs less than its square, and their gradients by the prediction."""

import math

from dlc.kernels.double import EXP
from dlc.kernels.elementary import (
    bounded,
    choose,
    exp,
    exp_scaled,
    expm1,
    expm1_wide,
    log_one_plus,
    log_one_plus_square,
    minus_log1p,
    scaled,
    sqrt,
)
from dlc.kernels.elementary import high as plain
from dlc.kernels.light import polynomial
from dlc.kernels.losses_regression import difference, sign_of
from dlc.kernels.scalar import scalar

FAR = 1e10  # beyond it 1 + x² is x²
VANISHED = 40.0  # beyond it x·e^(−x²) is 0
VERY_FAR = 1e150  # the square of what is beyond would overflow


@scalar
def nearer(x):
    """x, but no further from 0 than can be squared."""
    return bounded(x, -VERY_FAR, VERY_FAR)


@scalar
def root(a):
    """√(1 + a²)."""
    return choose(a, abs(a) > VERY_FAR, abs(a), sqrt(1.0 + a * a))


@scalar
def pseudo_huber(p, t, delta=1.0):
    d = difference(p, t)
    return d * (d / (1.0 + root(d * (1.0 / delta))))


@scalar
def pseudo_huber_grad(p, t, delta=1.0):
    d = difference(p, t)
    return d / root(d * (1.0 / delta))


@scalar
def charbonnier(p, t, epsilon=1e-3):
    d = difference(p, t)
    return choose(d, abs(d) > VERY_FAR, abs(d), sqrt(d * d + epsilon * epsilon))


@scalar
def charbonnier_grad(p, t, epsilon=1e-3):
    d = difference(p, t)
    return d / charbonnier(p, t, epsilon)


@scalar
def cauchy(p, t, c=1.0):
    return 0.5 * c * c * log_one_plus_square(difference(p, t) * (1.0 / c), 1.0)


@scalar
def cauchy_grad(p, t, c=1.0):
    a = difference(p, t) * (1.0 / c)
    return c * choose(a, abs(a) > FAR, 1.0 / a, a / (1.0 + a * a))


@scalar
def geman_mcclure(p, t, c=1.0):
    a = nearer(difference(p, t) * (1.0 / c))
    y = a * a
    return 0.5 * c * c * (y / (1.0 + y))


@scalar
def geman_mcclure_grad(p, t, c=1.0):
    a = nearer(difference(p, t) * (1.0 / c))
    q = 1.0 / (1.0 + a * a)
    return c * (a * q) * q


@scalar
def welsch(p, t, c=1.0):
    a = nearer(difference(p, t) * (1.0 / c))
    return -0.5 * c * c * expm1(-(a * a))


@scalar
def welsch_grad(p, t, c=1.0):
    d = difference(p, t)
    a = nearer(d * (1.0 / c))
    e, unit = exp_scaled(-(a * a))
    return choose(d, abs(a) > VANISHED, 0.0, scaled(d * e, unit))


@scalar
def tukey_biweight(p, t, c=4.685):
    a = bounded(difference(p, t) * (1.0 / c), -1.0, 1.0)
    y = a * a
    return c * c * y * (3.0 - 3.0 * y + y * y) / 6.0


@scalar
def tukey_biweight_grad(p, t, c=4.685):
    d = difference(p, t)
    a = bounded(d * (1.0 / c), -1.0, 1.0)
    rest = (1.0 - a) * (1.0 + a)
    return choose(d, abs(d) < c, d * rest * rest, 0.0)


@scalar
def fair(p, t, c=1.3998):
    a = abs(difference(p, t)) * (1.0 / c)
    return c * c * minus_log1p(a, 1.0 + a)


@scalar
def fair_grad(p, t, c=1.3998):
    d = difference(p, t)
    return d / (1.0 + abs(d) * (1.0 / c))


@scalar
def barron(p, t, alpha=1.0, c=1.0):
    a, b = difference(p, t) * (1.0 / c), abs(alpha - 2.0)
    growth = log_one_plus_square(a, b)
    value = choose(a, alpha == 0.0, growth, b / alpha * expm1_wide(0.5 * alpha * growth))
    return choose(a, alpha == 2.0, 0.5 * a * a, value)


@scalar
def barron_grad(p, t, alpha=1.0, c=1.0):
    a, b = difference(p, t) * (1.0 / c), abs(alpha - 2.0)
    e, unit = exp_scaled((0.5 * alpha - 1.0) * log_one_plus_square(a, b))
    return choose(a, alpha == 2.0, a / c, scaled(a / c * e, unit))


@scalar
def wing(p, t, w=10.0, epsilon=2.0):
    size = abs(difference(p, t))
    is_near = size < w
    bent = log_one_plus((size if is_near else w) / epsilon)
    return w * bent + choose(size, is_near, 0.0, size - w)


@scalar
def wing_grad(p, t, w=10.0, epsilon=2.0):
    d = difference(p, t)
    size = abs(d)
    return sign_of(d) * choose(d, size < w, w / (epsilon + size), 1.0)


SMALL = 0.34  # up to it the polynomial of e^x holds
HIGHEST = 709.0


@scalar
def linex(p, t, a=1.0, b=1.0):
    x = a * (p - t)
    near, far = bounded(x, -SMALL, SMALL), bounded(x, -math.inf, HIGHEST)
    bent = near * near * polynomial(plain(near), EXP)
    value = b * choose(x, abs(x) < SMALL, bent, exp(far) - (1.0 + far))
    return choose(x, x > HIGHEST, math.inf, value)


@scalar
def linex_grad(p, t, a=1.0, b=1.0):
    x = a * (p - t)
    slope = a * b
    return choose(x, x > HIGHEST, math.inf * sign_of(slope), slope * expm1_wide(bounded(x, -math.inf, HIGHEST)))
