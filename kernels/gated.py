"""Activation functions that weight x by a gate, and their derivatives.

With e = e^(−|x|) no formula below overflows or cancels. Near a root, a derivative is a polynomial times the distance
from it (`near_root`): any other form would lose its digits there.
"""

from dlc.kernels.double import (
    GELU_HALF_WIDTH,
    GELU_ROOT,
    GELU_TANH_CUBIC,
    GELU_TANH_CUBIC_3,
    GELU_TANH_HALF_WIDTH,
    GELU_TANH_LINEAR,
    GELU_TANH_ROOT,
    GELU_TANH_WINDOW,
    GELU_WINDOW,
    INV_SQRT_2PI,
    LOWEST,
    MISH_HALF_WIDTH,
    MISH_ROOT,
    MISH_WINDOW,
    SHIFT,
    SILU_HALF_WIDTH,
    SILU_ROOT,
    SILU_WINDOW,
)
from dlc.kernels.elementary import (
    add,
    clamped,
    divide,
    exp_scaled,
    gaussian_scaled,
    horner_pair,
    long_polynomial,
    multiply,
    multiply_pairs,
    normal_cdf_scaled,
    normal_tail,
    rounded,
    scale,
    scale_beside_one,
)
from dlc.kernels.piecewise import choose
from dlc.kernels.scalar import fma, scalar, with_sign
from dlc.kernels.smooth import logistic, one_plus


@scalar
def weighted(x, w, w_low, shifted):
    """x·(w + w_low)·2ᵏ, rounded once; 0 at −∞, where the weight vanishes faster than x grows."""
    limited = LOWEST if x < LOWEST else x
    high, low = multiply(limited, w)
    return with_sign(scale(rounded(high, fma(limited, w_low, low)), shifted), x)


@scalar
def near_root(x, root, half_width, window, elsewhere):
    """(x − root)·window(x − root) within half_width of the root, ELSEWHERE outside."""
    leading = x - root[0]
    d = leading - root[1]
    d_low = (leading - d) - root[1]
    p, p_low = horner_pair(d, d_low, long_polynomial(d, window[:-1]), 0.0, window[-1])
    high, low = multiply_pairs(d, d_low, p, p_low)
    return high + low if abs(d) < half_width else elsewhere


@scalar
def silu(x):
    w, w_low, shifted = logistic(x, 0.0)
    return weighted(x, w, w_low, shifted)


@scalar
def slope_of_weighted_logistic(x, z, z_low, slope, slope_low):
    """The derivative of x·σ(z) for a z with the sign of x: σ(z)·(1 + x·z′·σ(−z)), with slope = x·z′."""
    negative = x < 0.0
    e, e_low, shifted = exp_scaled(-abs(z), z_low if negative else -z_low)
    full, full_low = scale_beside_one(e, shifted), scale_beside_one(e_low, shifted)
    d, d_low = one_plus(full, full_low)
    # below 0: e·(1 + e + slope) / (1 + e)²;  above: (1 + e + slope·e) / (1 + e)²
    term, term_low = multiply(slope, 1.0 if negative else full)
    term_low = term_low + (slope_low if negative else fma(slope_low, full, slope * full_low))
    n, n_low = add(d, term)
    n_low = n_low + (d_low + term_low)
    square, square_low = multiply(d, d)
    q, q_low = divide(n, n_low, square, fma(2.0 * d, d_low, square_low))
    high, low = multiply_pairs(q, q_low, e if negative else 1.0, e_low if negative else 0.0)
    return scale(high + low, shifted if negative else SHIFT)


@scalar
def silu_grad(x):
    t = clamped(x, LOWEST, -LOWEST)
    slope = slope_of_weighted_logistic(t, t, 0.0, t, 0.0)
    return near_root(x, SILU_ROOT, SILU_HALF_WIDTH, SILU_WINDOW, slope)


@scalar
def gelu(x):
    w, w_low, shifted = normal_cdf_scaled(x)
    negative = x < 0.0
    above, above_low = add(1.0, -scale(w, shifted))
    above_low = above_low - scale(w_low, shifted)
    return weighted(x, w if negative else above, w_low if negative else above_low, shifted if negative else SHIFT)


@scalar
def gelu_grad(x):
    # Φ(x) + x·φ(x) = ±e^(−x²/2)·(M(|x|) − |x|/√(2π)), and 1 more above 0.
    t = clamped(abs(x), 0.0, -LOWEST)
    e, e_low, shifted = gaussian_scaled(t)
    m, m_low = normal_tail(t)
    density, density_low = multiply(t, INV_SQRT_2PI[0])
    b, b_low = add(m, -density)
    b_low = b_low + (m_low - fma(t, INV_SQRT_2PI[1], density_low))
    high, low = multiply_pairs(e, e_low, b, b_low)
    slope = scale(high + low, shifted)
    return choose(x, x < 0.0, near_root(x, GELU_ROOT, GELU_HALF_WIDTH, GELU_WINDOW, slope), 1.0 - slope)


@scalar
def odd_cubic(x, coefficient):
    """2·√(2/π)·x·(1 + coefficient·x²) as a pair; the coefficient is one."""
    square, square_low = multiply(x, x)
    c, c_low = multiply_pairs(coefficient[0], coefficient[1], square, square_low)
    p, p_low = add(1.0, c)
    a, a_low = multiply(GELU_TANH_LINEAR[0], x)
    return multiply_pairs(a, fma(GELU_TANH_LINEAR[1], x, a_low), p, p_low + c_low)


@scalar
def gelu_tanh(x):
    z, z_low = odd_cubic(clamped(x, LOWEST, -LOWEST), GELU_TANH_CUBIC)
    w, w_low, shifted = logistic(z, z_low)
    return weighted(x, w, w_low, shifted)


@scalar
def gelu_tanh_grad(x):
    t = clamped(x, LOWEST, -LOWEST)
    z, z_low = odd_cubic(t, GELU_TANH_CUBIC)
    s, s_low = odd_cubic(t, GELU_TANH_CUBIC_3)
    slope = slope_of_weighted_logistic(t, z, z_low, s, s_low)
    return near_root(x, GELU_TANH_ROOT, GELU_TANH_HALF_WIDTH, GELU_TANH_WINDOW, slope)


@scalar
def mish_ratio(x):
    """tanh(log(1 + eˣ)) = f·a/d: e as a scaled pair and as a plain one, and the pairs a and d.

    Below 0: f = e, a = e + 2, d = e·a + 2.  Above, with e = e⁻ˣ: f = 1, a = 1 + 2e, d = a + 2e².
    """
    negative = x < 0.0
    e, e_low, shifted = exp_scaled(-abs(x), 0.0)
    full, full_low = scale_beside_one(e, shifted), scale_beside_one(e_low, shifted)
    a, a_low = add(2.0, full) if negative else add(1.0, 2.0 * full)
    a_low = a_low + (full_low if negative else 2.0 * full_low)
    b, b_low = multiply(full, a if negative else 2.0 * full)
    b_low = b_low + (fma(full, a_low, full_low * a) if negative else 4.0 * full * full_low)
    d, d_low = add(2.0 if negative else a, b)
    d_low = d_low + (b_low if negative else a_low + b_low)
    return e, e_low, shifted, full, full_low, a, a_low, d, d_low


@scalar
def mish(x):
    e, e_low, shifted, _, _, a, a_low, d, d_low = mish_ratio(x)
    q, q_low = divide(a, a_low, d, d_low)
    high, low = multiply_pairs(q, q_low, e, e_low)
    negative = x < 0.0
    return weighted(x, high if negative else q, low if negative else q_low, shifted if negative else SHIFT)


@scalar
def mish_grad(x):
    # f·(a·d + 4x·g·(1 + e)) / d², with g = 1 below 0 and e² above.
    t = clamped(x, LOWEST, -LOWEST)
    negative = t < 0.0
    e, e_low, shifted, full, full_low, a, a_low, d, d_low = mish_ratio(t)
    one, one_low = one_plus(full, full_low)
    first, first_low = multiply_pairs(a, a_low, d, d_low)
    factor = 4.0 * t * (1.0 if negative else full * full)
    second, second_low = multiply(factor, one)
    n, n_low = add(first, second)
    n_low = n_low + (first_low + fma(factor, one_low, second_low))
    square, square_low = multiply(d, d)
    q, q_low = divide(n, n_low, square, fma(2.0 * d, d_low, square_low))
    below = fma(q, e, fma(q_low, e, q * e_low))
    slope = scale(below, shifted) if negative else q + q_low
    return near_root(x, MISH_ROOT, MISH_HALF_WIDTH, MISH_WINDOW, slope)
