"""Elementary functions of numbers (dlc.kernels.numbers), branch-free so that they vectorise; for float32, see light.

A result that can be far below 1 comes as a number and its unit, a power of two to multiply by at the very end: where
float64 ends, pairs have no room for their low part.
"""

import math

from numba.extending import overload

from dlc.kernels import light
from dlc.kernels import numbers as pairs
from dlc.kernels.bits import binary_exponent, mantissa
from dlc.kernels.double import (
    EXP,
    EXP_LONG,
    EXP_LONG_END,
    FAR,
    FAR_POWER,
    FAR_UNIT,
    LN2,
    LN2_REST,
    LOG1P,
    LOG1P_LONG,
    LOG1P_LONG_END,
    LOG2E,
    LOWEST,
    NORMAL_LOWEST,
    SHIFT,
    TANHSHRINK,
    TANHSHRINK_END,
)
from dlc.kernels.jit import STRICT
from dlc.kernels.light import polynomial
from dlc.kernels.numbers import exact, low, pair
from dlc.kernels.scalar import fma, inlined, power, scalar, twins, with_sign

SQUARED_ALONE = 1e12  # beyond it 1 + x² is x²
TINY, LIFT = 2.0**-900, 200.0  # below TINY 2^LIFT keeps a number from being subnormal


@twins(light.itself)
def number(constant):
    """A constant that is known as (high, low)."""
    return pair(constant[0], constant[1])


@twins(light.itself)
def high(x):
    """The leading float64 of a number, where no more is needed."""
    return pairs.high(x)


@twins(light.itself)
def rounded(x):
    """The float64 nearest to a number, taken as exact."""
    return exact(pairs.rounded(x))


@scalar
def choose(x, condition, chosen, otherwise):
    """CHOSEN where CONDITION holds, OTHERWISE elsewhere; nan where x is nan."""
    y = chosen if condition else otherwise
    return y if x == x else x


@twins(light.clamped)
def clamped(x, low, high):
    """An exact x, no lower than low and no higher than high; nan stays."""
    value = pairs.high(x)
    value = low if value < low else value
    return exact(high if value > high else value)


@twins(light.at_least)
def at_least(x, low):
    """An exact x, no lower than low; nan stays."""
    value = pairs.high(x)
    return exact(low if value < low else value)


@twins(light.signed)
def signed(value, x):
    """VALUE, rounded, with the sign of x; zeros have one too."""
    return exact(with_sign(pairs.rounded(value), pairs.high(x)))


@twins(light.scaled)
def scaled(x, unit):
    """x·unit, rounded."""
    return exact(pairs.rounded(x) * unit)


@twins(light.weighted)
def weighted(x, w, unit):
    """x·w·unit, rounded, for an exact x ≥ LOWEST and a weight w ≥ 0; zero keeps the sign of x."""
    return exact(with_sign(pairs.rounded(x * w) * unit, pairs.high(x)))


def horner(total, x, coefficients):
    """((total·x + c)·x + d)·x + …, for the numbers c, d, … as they are in double."""
    for coefficient in coefficients:
        total = total * x + number(coefficient)
    return total


@overload(horner, jit_options={"forceinline": True, **STRICT})
def _horner(total, x, coefficients):
    """The same without a loop: LLVM unrolls none as long as these, and then does not vectorise."""
    if not len(coefficients):
        return lambda total, x, coefficients: total
    return lambda total, x, coefficients: horner(total * x + number(coefficients[0]), x, coefficients[1:])


@twins(light.long_polynomial)
def long_polynomial(x, coefficients, last):
    """Of a number, highest power first: COEFFICIENTS are float64, and the LAST ones numbers."""
    return horner(polynomial(pairs.high(x), coefficients), x, last)


@twins(light.near_root)
def near_root(x, root, elsewhere):
    """Beside a ROOT, where any other form would lose its digits, (x − root)·polynomial(x − root)."""
    place, half_width, coefficients, last = root
    d = pairs.high(x) - place[0]  # exact wherever it matters
    d_low = low(x) - place[1]
    p = polynomial(d, coefficients)
    top = d * last[0]
    rest = fma(d, last[0], -top) + fma(d, fma(d, p, last[1]), d_low * fma(d + d, p, last[0]))
    value = top + rest
    return pair(value, rest - (value - top)) if abs(d) < half_width else elsewhere


@inlined
def reduced(x):
    """x = k·ln 2 + r, for LOWEST ≤ x ≤ 709: r as high and low, and k + SHIFT."""
    top = pairs.high(x)
    shifted = fma(top, LOG2E, SHIFT)
    k = shifted - SHIFT
    rest = fma(-k, LN2[0], top)
    tail = fma(-k, LN2[1], low(x))
    r = rest + tail
    return r, (rest - r) + tail, shifted


@inlined
def limited(x, lowest):
    """x, no lower than LOWEST; nan stays."""
    is_beyond = x < lowest
    return pair(lowest if is_beyond else pairs.high(x), 0.0 if is_beyond else low(x))


@twins(light.clamped)
def bounded(x, lowest, highest):
    """x, no lower than LOWEST and no higher than HIGHEST; nan stays."""
    is_beyond = x > highest
    return limited(pair(highest if is_beyond else pairs.high(x), 0.0 if is_beyond else low(x)), lowest)


@inlined
def exp_reduced(r, r_low):
    """e^(r + r_low) as high and low."""
    tail = fma(r * r, polynomial(r, EXP), r_low)
    one = 1.0 + r
    rest = ((1.0 - one) + r) + tail
    top = one + rest
    return top, (one - top) + rest


@twins(light.exp)
def exp(x):
    """e^x, for x ≤ 709; where it is far too small to matter beside 1, it may be larger."""
    r, r_low, shifted = reduced(limited(x, NORMAL_LOWEST))
    top, rest = exp_reduced(r, r_low)
    factor = power(shifted)
    return pair(top * factor, rest * factor)


@twins(light.exp_long)
def exp_long(x):
    """e^x to a hundred bits, for |x| ≤ 700: where what follows takes nearly all of it away."""
    shifted = fma(pairs.high(x), LOG2E, SHIFT)
    k = shifted - SHIFT
    e = long_polynomial(x - k * LN2[0] - k * number(LN2_REST), EXP_LONG, EXP_LONG_END)
    return e * power(shifted)


@twins(light.exp_scaled)
def exp_scaled(x):
    """e^x, for x ≤ 709, and its unit; nothing below LOWEST."""
    r, r_low, shifted = reduced(limited(x, LOWEST))
    top, rest = exp_reduced(r, r_low)
    is_far = x < FAR
    factor = power(shifted + (FAR_POWER if is_far else 0.0))
    return pair(top * factor, rest * factor), FAR_UNIT if is_far else 1.0


@twins(light.expm1)
def expm1(x):
    """e^x − 1, for x ≤ 0."""
    r, r_low, shifted = reduced(limited(x, NORMAL_LOWEST))
    factor = power(shifted)
    whole = factor - 1.0
    linear = factor * r
    tail = factor * fma(r * r, polynomial(r, EXP), r_low)
    first = whole + linear
    rest = ((whole - first) + linear) + (tail + (factor - (whole + 1.0)))
    top = first + rest
    return pair(top, (first - top) + rest)


@twins(light.expm1)
def expm1_wide(x):
    """e^x − 1, for x ≤ 709."""
    m = expm1(-abs(x))
    return choose(x, x > 0.0, -m * exp(bounded(x, 0.0, 709.0)), m)


@twins(light.one_plus)
def one_plus(e):
    """1 + e, for 0 ≤ e ≤ 1."""
    top = pairs.high(e)
    d = 1.0 + top
    return pair(d, (top - (d - 1.0)) + low(e))


@twins(light.log1p)
def log1p(y):
    """log(1 + y), for −1/2 ≤ y ≤ 1: 2·artanh(y / (2 + y))."""
    s = y / (2.0 + y)
    top = pairs.high(s)
    z = top * top
    return 2.0 * s + top * z * polynomial(z, LOG1P)


@scalar
def log1p_long(y):
    """log(1 + y) to seventy bits, for 0 ≤ y ≤ 1."""
    s = y / (2.0 + y)
    return s * long_polynomial(s * s, LOG1P_LONG, LOG1P_LONG_END)


@twins(light.log)
def log(x):
    """log(x), for positive normal x."""
    top = pairs.high(x)
    k = binary_exponent(top)
    return pair(k * LN2[0], k * LN2[1]) + log1p(exact(mantissa(top) - 1.0)) + low(x) / top


@twins(light.log_one_plus)
def log_one_plus(y):
    """log(1 + y), for y > −1; the low part of the sum keeps what is far below 1."""
    return log(1.0 + y)


@twins(light.log_one_plus_square)
def log_one_plus_square(a, b):
    """log(1 + a²/b), for b > 0, by log |a| where the square could overflow."""
    is_far = abs(a) > SQUARED_ALONE
    lg = log(abs(a) if is_far else 1.0 + a * a * (1.0 / b))
    return 2.0 * lg - log(b) if is_far else lg


@scalar
def minus_log1p(y, ratio):
    """y − log(ratio), for ratio = 1 + y > 0: near 0, with s = y/(2 + y), y·s less what 2·artanh(s) has beyond 2·s."""
    near = bounded(y, -0.5, 0.5)
    s = near / (2.0 + near)
    top = high(s)
    z = top * top
    return choose(y, abs(y) <= 0.5, near * s - s * (z * polynomial(z, LOG1P)), y - log(ratio))


@twins(light.log)
def log_wide(x):
    """log(x), for any positive x."""
    is_tiny = x < TINY
    return log(x * (2.0**LIFT if is_tiny else 1.0)) - (LIFT if is_tiny else 0.0) * number(LN2)


@twins(light.log1p_scaled)
def log1p_scaled(e, unit):
    """log(1 + e·unit), in the same unit, for 0 ≤ e·unit ≤ 1."""
    return e if unit < 1.0 else log1p(e)


@twins(light.tanh)
def tanh(x):
    """−m / (2 + m) with m = e^(−2|x|) − 1, and the sign of x."""
    m = expm1(-2.0 * abs(x))
    q = m / (2.0 + m)
    return -q if x > 0.0 else q


@scalar
def tanh_scaled(e, unit):
    """tanh(e·unit), in the same unit, for e ≥ 0."""
    return e if unit < 1.0 else tanh(e)


@scalar
def tanhshrink_near_0(x):
    """x − tanh(x), for |x| ≤ 1."""
    z = x * x
    return x * z * long_polynomial(z, TANHSHRINK, TANHSHRINK_END)


@twins(light.logistic)
def logistic(z):
    """σ(z), and its unit."""
    e, unit = exp_scaled(-abs(z))
    is_below = z < 0.0
    return (e if is_below else 1.0) / one_plus(e * unit), unit if is_below else 1.0


@twins(light.bell)
def bell(z):
    """σ(z)·σ(−z), and its unit."""
    e, unit = exp_scaled(-abs(z))
    d = one_plus(e * unit)
    return e / (d * d), unit


@twins(light.sqrt)
def sqrt(x):
    """√x, for x ≥ 0."""
    root = math.sqrt(pairs.high(x))
    rest = fma(-root, root, pairs.high(x)) + low(x)
    return pair(root, rest / (2.0 * root) if root > 0.0 else 0.0)
