"""Branch-free elementary functions that vectorise, in float64 and (each one's `float32_twin`) in float32.

Inside, a number is often a pair (high, low) whose sum is known to more digits than one number holds; only the last step
rounds. Where a result can be far below 1, the power of two is applied last, by `scale`: products of small numbers would
lose digits, or vanish.
"""

from dlc.kernels.double import (
    EXP,
    FARTHEST,
    GREATEST_POWER,
    HIGHEST,
    LEAST_POWER,
    LN2,
    LOG1P,
    LOG2E,
    LOWEST,
    MILLS,
    MILLS_SCALE,
    NEGLIGIBLE,
    SHIFT,
    SQRT2,
)
from dlc.kernels.scalar import fma, power, scalar, with_sign


@scalar
def polynomial(x, coefficients):
    """Horner's rule, highest power first."""
    y = coefficients[0]
    for coefficient in coefficients[1:]:
        y = fma(y, x, coefficient)
    return y


@scalar
def long_polynomial(x, coefficients):
    """The same in two interleaved halves: quicker, and LLVM unrolls no loop of more than sixteen turns."""
    square = x * x
    first = coefficients[0]
    for coefficient in coefficients[2::2]:
        first = fma(first, square, coefficient)
    second = coefficients[1]
    for coefficient in coefficients[3::2]:
        second = fma(second, square, coefficient)
    return fma(second, x, first) if len(coefficients) % 2 else fma(first, x, second)


@scalar
def clamped(x, low, high):
    """x, no lower than low and no higher than high; nan stays."""
    x = low if x < low else x
    return high if x > high else x


@scalar
def is_finite(x):
    """Neither infinite nor nan."""
    return x - x == 0.0


@scalar
def rounded(high, low):
    """The sum of a pair; where high is infinite, low means nothing."""
    return high + low if is_finite(high) else high


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
def multiply_pairs(a, a_low, b, b_low):
    """(a + a_low)·(b + b_low) as a pair."""
    high, low = multiply(a, b)
    return high, low + fma(a, b_low, a_low * b)


@scalar
def divide(n, n_low, d, d_low):
    """(n + n_low) / (d + d_low) as a pair."""
    inverse = 1.0 / d
    q = n * inverse
    rest = fma(-q, d, n) + fma(-q, d_low, n_low)
    return q, rest * inverse


@scalar
def scale(value, shifted):
    """value·2ᵏ for shifted = k + SHIFT, in two steps: right also where 2ᵏ itself is no normal number."""
    first = clamped(shifted, LEAST_POWER, GREATEST_POWER)
    return value * power(first) * power(SHIFT + (shifted - first))


@scalar
def scale_beside_one(value, shifted):
    """value·2ᵏ for shifted = k + SHIFT and k ≤ 0, to be added to 1: what is far too small to matter may stay larger."""
    return value * power(LEAST_POWER if shifted < LEAST_POWER else shifted)


@scalar
def horner_pair(x, x_low, y, y_low, coefficient):
    """One step of Horner's rule in pairs: (x + x_low)·(y + y_low) + coefficient."""
    product, product_low = multiply_pairs(x, x_low, y, y_low)
    high, low = add(coefficient, product)
    return high, low + product_low


@scalar
def reduced(x, x_low):
    """x + x_low = k·ln 2 + r, for x ≤ HIGHEST: the pair r, and k + SHIFT."""
    x_low = 0.0 if x < LOWEST else x_low
    x = LOWEST if x < LOWEST else x
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
    high, _, shifted = exp_scaled(HIGHEST if x > HIGHEST else x, 0.0)
    return scale(high, shifted)


@scalar
def expm1_pair(x):
    """e^x − 1 as a pair, for x ≤ 0."""
    r, r_low, shifted = reduced(x, 0.0)
    factor = scale_beside_one(1.0, shifted)
    whole = factor - 1.0
    linear = factor * r
    tail = factor * fma(r * r, polynomial(r, EXP), r_low)
    first = whole + linear
    low = ((whole - first) + linear) + (tail + (factor - (whole + 1.0)))
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
    is_tiny = y < NEGLIGIBLE  # then log(1 + y) is y, of which halving could lose the last digit
    return y if is_tiny else high, y_low if is_tiny else (2.0 * s - high) + low


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
    return with_sign(q + q_low, x)


@scalar
def normal_tail(t):
    """M(t) = Φ(−t)·e^(t²/2) as a pair, for t ≥ 0: the tail of the normal distribution without its steep factor."""
    d, d_low = add(1.0, MILLS_SCALE * clamped(t, 0.0, FARTHEST))
    w, w_low = divide(1.0, 0.0, d, d_low)
    v = w - 0.5
    p, p_low = horner_pair(v, w_low, long_polynomial(v, MILLS[:-2]), 0.0, MILLS[-2])
    p, p_low = horner_pair(v, w_low, p, p_low, MILLS[-1])
    return multiply_pairs(w, w_low, p, p_low)


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
    high, low = multiply_pairs(e, e_low, m, m_low)
    return high, low, shifted


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


# Worst error measured against mpmath, in ulp: over the domain (low, high), in float32 and in float64.
MEASURED = {
    exp: ((-110.0, 90.0), 0.76, 0.65),
    expm1: ((-120.0, 0.0), 0.72, 0.75),
    log1p: ((0.0, 1.0), 0.70, 0.70),
    tanh: ((-20.0, 20.0), 0.70, 0.75),
    normal_cdf: ((-14.0, 9.0), 1.4, 1.5),
    erfc: ((-6.0, 10.0), 1.8, 1.6),
}
