"""Activation functions like a smooth ramp, and exponentials, and their derivatives."""

import math

from dlc.kernels.double import LN2, LOWEST
from dlc.kernels.elementary import (
    at_least,
    choose,
    clamped,
    exp_scaled,
    expm1,
    log,
    log1p_scaled,
    number,
    scaled,
    signed,
    sqrt,
)
from dlc.kernels.elementary import high as plain
from dlc.kernels.scalar import scalar
from dlc.kernels.smooth import decayed

LINEAR = 2.0**-54  # up to it e^y − 1 is y


@scalar
def celu(x, alpha=1.0):
    return signed(choose(x, x > -LINEAR * plain(alpha), x, alpha * expm1(x / alpha)), x)


@scalar
def celu_grad(x, alpha=1.0):
    return choose(x, x > 0.0, 1.0, decayed(1.0, x / alpha))


@scalar
def celu_grad2(x, alpha=1.0):
    return choose(x, x > 0.0, 0.0, decayed(1.0 / alpha, x / alpha))


@scalar
def decayed_by_root(factor, y):
    """factor·e^y, rounded, where the factor may be so large that no far end of e^y can be left out."""
    root, unit = exp_scaled(0.5 * y)
    return scaled(factor * root * root, unit * unit)


@scalar
def pelu(x, alpha=1.0, beta=1.0):
    line = x * (alpha / beta)
    return signed(choose(x, x > -LINEAR * plain(beta), line, alpha * expm1(x / beta)), x)


@scalar
def pelu_grad(x, alpha=1.0, beta=1.0):
    slope = alpha / beta
    return choose(x, x > 0.0, slope, decayed_by_root(slope, x / beta))


@scalar
def pelu_grad2(x, alpha=1.0, beta=1.0):
    return choose(x, x > 0.0, 0.0, decayed_by_root(alpha / beta / beta, x / beta))


@scalar
def pelu_wrt_alpha(x, alpha=1.0, beta=1.0):
    y = x / beta
    return signed(choose(x, x > 0.0, y, expm1(y)), x)


@scalar
def pelu_wrt_beta(x, alpha=1.0, beta=1.0):
    slope = alpha / beta / beta
    t = at_least(x, 2.0 * LOWEST * plain(beta))
    return signed(choose(x, x > 0.0, x * slope, decayed_by_root(t * slope, t / beta)), -x)


STRAIGHT = 1e150  # beyond it √(x² + b) is |x|, and x² would soon overflow
VANISHING = 1e200  # beyond it 1/x² is 0


@scalar
def hyperbola(x, b):
    """√(x² + b), and its mean with |x|."""
    size, root = abs(x), sqrt(x * x + b)
    is_straight = size > STRAIGHT
    return choose(x, is_straight, size, root), choose(x, is_straight, size, 0.5 * (size + root))


@scalar
def squareplus(x, b=4.0):
    _, mean = hyperbola(x, b)
    below = choose(x, x == -math.inf, 0.0, 0.25 * b / mean)
    return choose(x, x > 0.0, mean, below)


@scalar
def squareplus_grad(x, b=4.0):
    root, mean = hyperbola(clamped(x, -VANISHING, VANISHING), b)
    return choose(x, x > 0.0, mean, 0.25 * b / mean) / root


@scalar
def squareplus_grad2(x, b=4.0):
    root, _ = hyperbola(clamped(x, -VANISHING, VANISHING), b)
    q = 1.0 / root
    return 0.5 * b * q * q * q


FLAT = 1e135  # beyond it isrlu is at its limit


@scalar
def inverse_growth(x, alpha):
    """x, where it is negative and not beyond all that matters, and 1/√(1 + α·x²)."""
    t = clamped(x, -FLAT, 0.0)
    return t, 1.0 / sqrt(1.0 + alpha * t * t)


@scalar
def isrlu(x, alpha=1.0):
    t, q = inverse_growth(x, alpha)
    return signed(choose(x, x > 0.0, x, t * q), x)


@scalar
def isrlu_grad(x, alpha=1.0):
    _, q = inverse_growth(x, alpha)
    return choose(x, x > 0.0, 1.0, q * q * q)


@scalar
def isrlu_grad2(x, alpha=1.0):
    t, q = inverse_growth(x, alpha)
    square = q * q
    return choose(x, x > 0.0, 0.0, -3.0 * alpha * t * q * square * square)


ALMOST_BENT = 1e40  # beyond it the slope of bent_identity is 1/2 or 3/2


@scalar
def bent_identity(x):
    t = clamped(x, -ALMOST_BENT, ALMOST_BENT)
    return signed(x * (1.0 + 0.5 * t / (sqrt(t * t + 1.0) + 1.0)), x)


@scalar
def bent_identity_grad(x):
    t = clamped(x, -ALMOST_BENT, ALMOST_BENT)
    return 1.0 + 0.5 * t / sqrt(t * t + 1.0)


@scalar
def bent_identity_grad2(x):
    return squareplus_grad2(x, 1.0)


@scalar
def exponential(x):
    # By its square root, which does not overflow before it.
    root, unit = exp_scaled(0.5 * clamped(x, LOWEST, -LOWEST))
    return scaled(root * root, unit * unit)


@scalar
def exponential_grad(x):
    return exponential(x)


@scalar
def exponential_grad2(x):
    return exponential(x)


HALF = 0.7  # about where e^−x is 1/2
TINY, LIFT = 2.0**-900, 200.0  # below TINY 2^LIFT keeps a number from being subnormal


@scalar
def above_0(x, value, at_0):
    """VALUE where x > 0, with the sign of what it is at 0; nan below."""
    return signed(choose(x, x > 0.0, value, math.nan if x < 0.0 else at_0), at_0)


@scalar
def log1mexp(x):
    e, unit = exp_scaled(-abs(x))
    far = scaled(log1p_scaled(-e, unit), unit)
    is_tiny = x < TINY
    lifted = -expm1(-abs(x)) * (2.0**LIFT if is_tiny else 1.0)
    near = log(lifted) - (LIFT if is_tiny else 0.0) * number(LN2)
    return above_0(x, choose(x, x > HALF, far, near), -math.inf)


@scalar
def log1mexp_grad(x):
    e, unit = exp_scaled(-abs(x))
    return above_0(x, scaled(e / expm1(-abs(x)), unit), math.inf)


@scalar
def log1mexp_grad2(x):
    e, unit = exp_scaled(-abs(x))
    m = expm1(-abs(x))
    return above_0(x, scaled(e / m / m, unit), -math.inf)
