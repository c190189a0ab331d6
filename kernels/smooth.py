"""Activation functions of exponentials, and their derivatives.

With e = e^(−|x|) no formula below overflows or cancels.
"""

from dlc.kernels.double import EXP, FAR, FAR_SCALE, LN2, LOG2E, LOWEST, SELU_NEGATIVE, SELU_SCALE, SHIFT
from dlc.kernels.elementary import (
    add,
    clamped,
    divide,
    exp_pair,
    exp_scaled,
    expm1_pair,
    is_finite,
    log1p_pair,
    multiply,
    polynomial,
    rounded,
    scale,
    scale_beside_one,
)
from dlc.kernels.elementary import tanh as tanh  # an entry as it is
from dlc.kernels.piecewise import choose
from dlc.kernels.scalar import fma, power, scalar, with_sign


@scalar
def softsign(x):
    d, d_low = add(1.0, abs(x))
    q, q_low = divide(x, 0.0, d, d_low)
    return with_sign(choose(x, is_finite(x), q + q_low, 1.0), x)


@scalar
def softsign_grad(x):
    d, d_low = add(1.0, abs(x))
    q, q_low = divide(1.0, 0.0, d, d_low)
    high, low = multiply(q, q)
    return choose(x, is_finite(x), high + fma(2.0 * q, q_low, low), 0.0)


@scalar
def one_plus(e, e_low):
    """1 + e as a pair, for a pair 0 ≤ e ≤ 1."""
    d = 1.0 + e
    return d, (e - (d - 1.0)) + e_low


@scalar
def logistic(x, x_low):
    """σ(x + x_low) = (high + low)·2ᵏ: the pair, and k + SHIFT."""
    negative = x < 0.0
    e, e_low, shifted = exp_scaled(-abs(x), x_low if negative else -x_low)
    d, d_low = one_plus(scale_beside_one(e, shifted), scale_beside_one(e_low, shifted))
    q, q_low = divide(e if negative else 1.0, e_low if negative else 0.0, d, d_low)
    return q, q_low, shifted if negative else SHIFT


@scalar
def sigmoid(x):
    # 1 / (1 + e⁻ˣ) with e⁻ˣ = s·(1 + p): the quickest form that keeps its bound. Far below 0, where s would overflow,
    # numerator and denominator are scaled down.
    x = clamped(x, LOWEST, -FAR)
    shifted = fma(x, -LOG2E, SHIFT)
    k = shifted - SHIFT
    r = fma(-k, LN2[1], fma(-k, LN2[0], -x))
    p = fma(r * r, polynomial(r, EXP), r)
    is_far = x < FAR
    one = FAR_SCALE[0] if is_far else 1.0
    s = power(shifted - (FAR_SCALE[1] if is_far else 0.0))
    whole = one + s
    return one / (whole + fma(p, s, one - (whole - s)))


@scalar
def bell(x):
    """e/(1 + e)² with e = e^(−|x|), the slope of σ, as (high + low)·2ᵏ: the pair, and k + SHIFT."""
    e, e_low, shifted = exp_scaled(-abs(x), 0.0)
    d, d_low = one_plus(scale_beside_one(e, shifted), scale_beside_one(e_low, shifted))
    square, square_low = multiply(d, d)
    q, q_low = divide(e, e_low, square, fma(2.0 * d, d_low, square_low))
    return q, q_low, shifted


@scalar
def sigmoid_grad(x):
    q, q_low, shifted = bell(x)
    return scale(q + q_low, shifted)


@scalar
def softplus(x, beta=1.0):
    z, z_low = multiply(beta, x)
    negative = z < 0.0
    z_low = z_low if is_finite(z) else 0.0
    e, e_low = exp_pair(-abs(z), z_low if negative else -z_low)
    log, log_low = log1p_pair(e, e_low)
    high, low = add(0.0 if negative else z, log)
    low = low + (log_low + (0.0 if negative else z_low))
    q, q_low = divide(high, low, beta, 0.0)
    return choose(x, is_finite(z), rounded(q, q_low), 0.0 if negative else x)  # beta·x may overflow where x does not


@scalar
def softplus_grad(x, beta=1.0):
    z, z_low = multiply(beta, x)
    z_low = z_low if is_finite(z) else 0.0
    q, q_low, shifted = logistic(z, z_low)
    return scale(q + q_low, shifted)


@scalar
def log_sigmoid(x):
    return -softplus(-x, 1.0)


@scalar
def log_sigmoid_grad(x):
    return sigmoid(-x)


@scalar
def tanh_grad(x):
    q, q_low, shifted = bell(2.0 * x)
    return scale(4.0 * (q + q_low), shifted)


@scalar
def elu(x, alpha=1.0):
    m, m_low = expm1_pair(clamped(x, LOWEST, 0.0))
    high, low = multiply(alpha, m)
    return choose(x, x > 0.0, x, with_sign(high + fma(alpha, m_low, low), x))


@scalar
def elu_grad(x, alpha=1.0):
    e, e_low, shifted = exp_scaled(x, 0.0)
    high, low = multiply(alpha, e)
    return choose(x, x > 0.0, 1.0, scale(high + fma(alpha, e_low, low), shifted))


@scalar
def selu(x):
    m, m_low = expm1_pair(clamped(x, LOWEST, 0.0))
    positive = x > 0.0
    factor, factor_low = SELU_SCALE if positive else SELU_NEGATIVE
    value, value_low = (x if positive else m), (0.0 if positive else m_low)
    high, low = multiply(factor, value)
    return with_sign(rounded(high, low + fma(factor, value_low, factor_low * value)), x)


@scalar
def selu_grad(x):
    e, e_low, shifted = exp_scaled(x, 0.0)
    high, low = multiply(SELU_NEGATIVE[0], e)
    low = low + fma(SELU_NEGATIVE[0], e_low, SELU_NEGATIVE[1] * e)
    return choose(x, x > 0.0, SELU_SCALE[0], scale(high + low, shifted))
