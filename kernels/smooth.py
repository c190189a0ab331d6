"""Activation functions of exponentials, and their derivatives."""

from dlc.kernels.elementary import (
    bell,
    choose,
    clamped,
    exp_scaled,
    expm1,
    log1p_scaled,
    logistic,
    scaled,
    signed,
)
from dlc.kernels.elementary import high as plain
from dlc.kernels.elementary import tanh as hyperbolic_tangent
from dlc.kernels.scalar import fma, scalar

FLAT = 2.0**60  # beyond it 1 + |x| is |x|
VANISHING = 1e200  # beyond it 1/x² is 0
STRAIGHT = 750.0  # from here on log(1 + e^z) is z


@scalar
def decayed(factor, y):
    """factor·e^y, rounded."""
    e, unit = exp_scaled(y)
    return scaled(factor * e, unit)


@scalar
def softsign(x):
    t = clamped(x, -FLAT, FLAT)
    return signed(t / (1.0 + abs(t)), x)


@scalar
def inverse_distance(x):
    """1 / (1 + |x|)."""
    return 1.0 / (1.0 + abs(clamped(x, -VANISHING, VANISHING)))


@scalar
def softsign_grad(x):
    q = inverse_distance(x)
    return q * q


@scalar
def softsign_grad2(x):
    q = inverse_distance(x)
    return signed(choose(x, x == 0.0, 0.0, 2.0 * q * q * q), -x)


@scalar
def sigmoid(x):
    w, unit = logistic(x)
    return scaled(w, unit)


@scalar
def sigmoid_grad(x):
    slope, unit = bell(x)
    return scaled(slope, unit)


@scalar
def sigmoid_grad2(x):
    slope, unit = bell(x)
    return signed(scaled(slope * hyperbolic_tangent(0.5 * abs(x)), unit), -x)


@scalar
def log_one_plus_exp(z):
    """log(1 + e^z), for z ≤ STRAIGHT, and its unit."""
    e, unit = exp_scaled(-abs(z))
    log = log1p_scaled(e, unit)
    is_below = z < 0.0
    return log if is_below else z + log * unit, unit if is_below else 1.0


@scalar
def is_straight(x, beta, threshold):
    """Whether βx > threshold, to the last digit."""
    return fma(plain(beta), plain(x), -plain(threshold)) > 0.0


@scalar
def softplus(x, beta=1.0, threshold=float("inf")):
    z = beta * x
    log, unit = log_one_plus_exp(z)
    return choose(x, is_straight(x, beta, threshold) | (z > STRAIGHT), x, scaled(log / beta, unit))


@scalar
def softplus_grad(x, beta=1.0, threshold=float("inf")):
    w, unit = logistic(beta * x)
    return choose(x, is_straight(x, beta, threshold), 1.0, scaled(w, unit))


@scalar
def softplus_grad2(x, beta=1.0, threshold=float("inf")):
    slope, unit = bell(beta * x)
    return choose(x, is_straight(x, beta, threshold), 0.0, scaled(beta * slope, unit))


@scalar
def log_sigmoid(x):
    log, unit = log_one_plus_exp(-x)
    return choose(x, x < -STRAIGHT, x, -scaled(log, unit))


@scalar
def log_sigmoid_grad(x):
    return sigmoid(-x)


@scalar
def log_sigmoid_grad2(x):
    return -sigmoid_grad(x)


@scalar
def tanh(x):
    return signed(hyperbolic_tangent(x), x)


@scalar
def tanh_grad(x):
    slope, unit = bell(2.0 * x)
    return scaled(4.0 * slope, unit)


@scalar
def tanh_grad2(x):
    slope, unit = bell(2.0 * x)
    return signed(scaled(8.0 * slope * hyperbolic_tangent(abs(x)), unit), -x)


@scalar
def elu(x, alpha=1.0):
    return choose(x, x > 0.0, x, signed(alpha * expm1(x), x))


@scalar
def elu_grad(x, alpha=1.0):
    return choose(x, x > 0.0, 1.0, decayed(alpha, x))


@scalar
def elu_grad2(x, alpha=1.0):
    return choose(x, x > 0.0, 0.0, decayed(alpha, x))


@scalar
def selu(x, alpha=1.6732632423543772, scale=1.0507009873554805):
    return signed(scale * choose(x, x > 0.0, x, alpha * expm1(x)), x)


@scalar
def selu_grad(x, alpha=1.6732632423543772, scale=1.0507009873554805):
    return choose(x, x > 0.0, scale, decayed(scale * alpha, x))


@scalar
def selu_grad2(x, alpha=1.6732632423543772, scale=1.0507009873554805):
    return choose(x, x > 0.0, 0.0, decayed(scale * alpha, x))
