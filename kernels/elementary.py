"""Branch-free elementary functions that vectorise, in float64 and (each one's `.single`) in float32.

Inside, a number is often a pair (high, low) whose sum is known to more digits than one number holds; only the last step
rounds. Where a result can be far below 1, the power of two is applied last, by `scale`: products of small numbers would
lose digits, or vanish.
"""

from dlc.kernels.double import (
    EXP,
    FARTHEST,
    HIGHEST,
    LN2,
    LOG1P,
    LOG2E,
    LOWEST,
    MILLS,
    MILLS_SCALE,
    SHIFT,
    SQRT2,
)
from dlc.kernels.scalar import fma, scalar, scale


@scalar
def polynomial(x, coefficients):
    """Horner's rule, highest power first."""
    y = coefficients[0]
    for coefficient in coefficients[1:]:
        y = fma(y, x, coefficient)
    return y


@scalar
def clamped(x, low, high):
    """x, no lower than low and no higher than high; nan stays."""
    x = low if x < low else x
    return high if x > high else x


@scalar
def rounded(high, low):
    """The sum of a pair. Where high is infinite, low is nan or infinite, and means nothing."""
    return high if abs(high) == abs(high) + 1.0 else high + low


@scalar
def add(a, b):
    """a + b as a pair, exactly (Knuth 1969)."""
    high = a + b
    shadow = high - a
    return high, (a - (high - shadow)) + (b - shadow)


@scalar
def multiply(a, b):
    """a·b as a pair, exactly."""
    high = a * b
    return high, fma(a, b, -high)


@scalar
def divide(n, n_low, d, d_low):
    """(n + n_low) / (d + d_low) as a pair."""
    inverse = 1.0 / d
    q = n * inverse
    rest = fma(-q, d, n) + fma(-q, d_low, n_low)
    return q, rest * inverse


@scalar
def reduced(x, x_low):
    """x + x_low = k·ln 2 + r: the pair r, and k + SHIFT."""
    x = clamped(x, LOWEST, HIGHEST)
    shifted = fma(x, LOG2E, SHIFT)
    k = shifted - SHIFT
    exact = fma(-k, LN2[0], x)
    low = fma(-k, LN2[1], x_low)
    r = exact + low
    return r, (exact - r) + low, shifted


@scalar
def exp_scaled(x, x_low):
    """e^(x + x_low) = (high + low)·2ᵏ: the pair, and k + SHIFT."""
    r, r_low, shifted = reduced(x, x_low)
    tail = fma(r * r, polynomial(r, EXP), r_low)
    one = 1.0 + r
    low = ((1.0 - one) + r) + tail
    high = one + low
    return high, (one - high) + low, shifted


@scalar
def exp_pair(x, x_low):
    """e^(x + x_low) as a pair."""
    high, low, shifted = exp_scaled(x, x_low)
    return scale(high, shifted), scale(low, shifted)


@scalar
def exp(x):
    """e^x."""
    high, _, shifted = exp_scaled(x, 0.0)
    return scale(high, shifted)


@scalar
def expm1_pair(x):
    """e^x − 1 as a pair, for x ≤ 0."""
    r, r_low, shifted = reduced(x, 0.0)
    power = scale(1.0, shifted)
    whole = power - 1.0
    linear = power * r
    tail = power * fma(r * r, polynomial(r, EXP), r_low)
    first = whole + linear
    low = ((whole - first) + linear) + (tail + (power - (whole + 1.0)))
    high = first + low
    return high, (first - high) + low


@scalar
def expm1(x):
    """e^x − 1, for x ≤ 0."""
    high, low = expm1_pair(x)
    return high + low


@scalar
def log1p_pair(y, y_low):
    """log(1 + y + y_low) as a pair, for 0 ≤ y ≤ 1: 2·artanh(y / (2 + y))."""
    denominator = 2.0 + y
    s, s_low = divide(y, y_low, denominator, (y - (denominator - 2.0)) + y_low)
    z = s * s
    low = fma(s * z, polynomial(z, LOG1P), 2.0 * s_low)
    high = 2.0 * s + low
    return high, (2.0 * s - high) + low


@scalar
def log1p(y):
    """log(1 + y), for 0 ≤ y ≤ 1."""
    high, low = log1p_pair(y, 0.0)
    return high + low


@scalar
def tanh(x):
    """(1 − e^(−2|x|)) / (1 + e^(−2|x|)), with the sign of x."""
    m, m_low = expm1_pair(-2.0 * abs(x))
    denominator = 2.0 + m
    q, q_low = divide(-m, -m_low, denominator, (m - (denominator - 2.0)) + m_low)
    t = q + q_low
    return t if x > 0.0 else -t


@scalar
def normal_tail(t):
    """M(t) = Φ(−t)·e^(t²/2) as a pair, for t ≥ 0: the tail of the normal distribution without its steep factor."""
    d, d_low = add(1.0, MILLS_SCALE * clamped(t, 0.0, FARTHEST))
    w, w_low = divide(1.0, 0.0, d, d_low)
    v = w - 0.5
    rest = polynomial(v, MILLS[:-1])
    p, p_low = multiply(rest, v)
    p_low = fma(rest, w_low, p_low)
    q, q_low = add(MILLS[-1], p)
    high, low = multiply(w, q)
    return high, low + fma(w, p_low + q_low, w_low * q)


@scalar
def gaussian_scaled(t):
    """e^(−t²/2) = (high + low)·2ᵏ: the pair, and k + SHIFT."""
    t = clamped(t, 0.0, FARTHEST)
    square, square_low = multiply(t, t)
    return exp_scaled(-0.5 * square, -0.5 * square_low)


@scalar
def normal_cdf_scaled(x):
    """Φ(−|x|) = (high + low)·2ᵏ: the pair, and k + SHIFT."""
    t = abs(x)
    e, e_low, shifted = gaussian_scaled(t)
    m, m_low = normal_tail(t)
    high, low = multiply(e, m)
    return high, low + fma(e, m_low, e_low * m), shifted


@scalar
def normal_cdf(x):
    """Φ(x), the chance that a standard normal falls below x."""
    high, low, shifted = normal_cdf_scaled(x)
    below = scale(high + low, shifted)
    return below if x < 0.0 else 1.0 - below


@scalar
def erfc(x):
    """The complementary error function: 2·Φ(−x·√2)."""
    t = clamped(abs(x), 0.0, FARTHEST / SQRT2[0])
    square, square_low = multiply(t, t)
    e, e_low, shifted = exp_scaled(-square, -square_low)
    m, m_low = normal_tail(t * SQRT2[0])
    above = scale(2.0 * fma(e, m, fma(e, m_low, e_low * m)), shifted)
    return 2.0 - above if x < 0.0 else above
