"""Elementary functions for float32 kernels: in float64, good to about 32 bits, so that only the last rounding counts.

The range of float64 holds all that a float32 function passes through: nothing here needs scaling or a second part.
"""

import math

from dlc.kernels.bits import binary_exponent, mantissa
from dlc.kernels.double import LN2 as LN2_PARTS
from dlc.kernels.scalar import fma, inlined, power, with_sign
from dlc.kernels.single import (
    EXP,
    EXP_LONG,
    EXP_LONG_END,
    LN2,
    LOG1P,
    LOG1P_LONG,
    LOG2E,
    LOWEST,
    SHIFT,
)

LEAST_NORMAL = 2.0**-1022


@inlined
def itself(x):
    """x: a constant, a leading part, an exact or a rounded number, where all numbers are float64."""
    return x


@inlined
def at_least(x, low):
    """x, no lower than low; nan stays."""
    return low if x < low else x


@inlined
def signed(value, x):
    """VALUE with the sign of x; zeros have one too."""
    return with_sign(value, x)


@inlined
def weighted(x, w, unit):
    """x·w·unit."""
    return x * w * unit


@inlined
def scaled(x, unit):
    """x·unit."""
    return x * unit


@inlined
def clamped(x, low, high):
    """x, no lower than low and no higher than high; nan stays."""
    x = low if x < low else x
    return high if x > high else x


@inlined
def polynomial(x, coefficients):
    """Of a float64, in two interleaved halves, highest power first; LLVM unrolls loops of at most sixteen turns."""
    square = x * x
    first = coefficients[0]
    for coefficient in coefficients[2::2]:
        first = fma(first, square, coefficient)
    second = coefficients[1]
    for coefficient in coefficients[3::2]:
        second = fma(second, square, coefficient)
    return fma(second, x, first) if len(coefficients) % 2 else fma(first, x, second)


@inlined
def long_polynomial(x, coefficients, last):
    """In one sequence, highest power first."""
    total = polynomial(x, coefficients)
    for coefficient in last:
        total = fma(total, x, coefficient)
    return total


@inlined
def near_root(x, root, elsewhere):
    """Beside a ROOT, where any other form would lose its digits, (x − root)·polynomial(x − root)."""
    place, half_width, coefficients = root
    d = x - place
    return d * polynomial(d, coefficients) if abs(d) < half_width else elsewhere


@inlined
def expm1_parts(x):
    """e^x = (1 + p)·s: the pair p, s."""
    x = LOWEST if x < LOWEST else x
    shifted = fma(x, LOG2E, SHIFT)
    r = fma(-(shifted - SHIFT), LN2, x)
    return fma(r * r, polynomial(r, EXP), r), power(shifted)


@inlined
def exp(x):
    """e^x, for x ≤ 700."""
    p, s = expm1_parts(x)
    return fma(p, s, s)


@inlined
def exp_long(x):
    """e^x to all digits of float64, for |x| ≤ 700: where what follows takes nearly all of them away."""
    shifted = fma(x, LOG2E, SHIFT)
    k = shifted - SHIFT
    r = fma(-k, LN2_PARTS[1], fma(-k, LN2_PARTS[0], x))
    return long_polynomial(r, EXP_LONG, EXP_LONG_END) * power(shifted)


@inlined
def log_long(x):
    """log(x) to all digits of float64, for any x; −∞ at 0, nan below."""
    is_tiny = x < LEAST_NORMAL
    normal = x * 2.0**54 if is_tiny else x
    k = binary_exponent(normal) - (54.0 if is_tiny else 0.0)
    y = mantissa(normal) - 1.0
    s = y / (2.0 + y)
    z = s * s
    past = fma(s, fma(-z, polynomial(z, LOG1P_LONG), y), -k * LN2_PARTS[1])  # 2·artanh(s) = y − s·(y − s²·…)
    finite = fma(k, LN2_PARTS[0], y - past)
    result = finite if x < math.inf else x
    return result if x > 0.0 else (-math.inf if x == 0.0 else math.nan)


@inlined
def log1p_long(x):
    """log(1 + x) to all digits of float64, for x ≥ 0."""
    whole = 1.0 + x
    return log_long(whole) + (x - (whole - 1.0)) / whole


@inlined
def exp_scaled(x):
    """e^x, for x ≤ 700, and its unit, 1."""
    return exp(x), 1.0


@inlined
def expm1(x):
    """e^x − 1, for x ≤ 700."""
    p, s = expm1_parts(x)
    return fma(p, s, s - 1.0)


@inlined
def log1p(y):
    """log(1 + y), for −1/2 ≤ y ≤ 1: 2·artanh(y / (2 + y))."""
    s = y / (2.0 + y)
    z = s * s
    return fma(s * z, polynomial(z, LOG1P), 2.0 * s)


@inlined
def log(x):
    """log(x), for positive normal x."""
    return fma(binary_exponent(x), LN2, log1p(mantissa(x) - 1.0))


@inlined
def log_one_plus(y):
    """log(1 + y), for y > −1; what the sum loses matters where it is near 1."""
    u = 1.0 + y
    return log(u) + (y - (u - 1.0))


@inlined
def log_one_plus_square(a, b):
    """log(1 + a²/b)."""
    return log_one_plus(a * a * (1.0 / b))


@inlined
def log1p_scaled(e, unit):
    """log(1 + e), for 0 ≤ e ≤ 1."""
    return log1p(e)


@inlined
def one_plus(e):
    """1 + e."""
    return 1.0 + e


@inlined
def tanh(x):
    """−m / (2 + m) with m = e^(−2|x|) − 1, and the sign of x."""
    m = expm1(-2.0 * abs(x))
    return with_sign(m / (2.0 + m), x)


@inlined
def logistic(z):
    """σ(z), and its unit, 1."""
    return 1.0 / (1.0 + exp(-(LOWEST if z < LOWEST else z))), 1.0


@inlined
def bell(z):
    """σ(z)·σ(−z), and its unit, 1."""
    e = exp(-abs(z))
    d = 1.0 + e
    return e / (d * d), 1.0


@inlined
def sqrt(x):
    """√x."""
    return math.sqrt(x)
