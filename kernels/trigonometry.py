"""Angles and waves of numbers (dlc.kernels.numbers), of arguments of any size, beside their twins for float32."""

import numpy as np

from dlc.kernels import numbers as pairs
from dlc.kernels import single
from dlc.kernels.bits import ROW, nearest_integer, power_row
from dlc.kernels.double import (
    ATAN,
    HALF_PI,
    QUARTER_PI,
    SIN,
    SIN_LONG,
    SIN_LONG_END,
    TWO_OVER_PI,
    VERSINE,
    VERSINE_LONG,
    VERSINE_LONG_END,
)
from dlc.kernels.elementary import choose, high, long_polynomial, number, polynomial
from dlc.kernels.numbers import exact
from dlc.kernels.scalar import fma, inlined, scalar, twins

CHUNK = 53  # bits
TOP = (
    54  # 4·2⁵², the greatest power of two that 2/π needs for x ≥ 1: x is a multiple of 2⁻⁵², and 4 quarter turns are 0
)
ROWS = 1024 // ROW + 1 + 16  # of powers of two up to the greatest number's, and 256 beyond
WORD = 64


def chunks_of_two_over_pi() -> np.ndarray:
    """For each row, 2/π·2^(ROW·row) below 2^TOP, in four chunks of CHUNK bits."""
    digits = sum(word << WORD * i for i, word in enumerate(reversed(TWO_OVER_PI)))
    places = WORD * len(TWO_OVER_PI)
    chunks = []
    for row in range(ROWS):
        below = (digits << ROW * row) % (1 << places + TOP)
        for power in range(TOP - CHUNK, TOP - 5 * CHUNK, -CHUNK):
            chunks.append(float((below >> places + power) % (1 << CHUNK)) * 2.0**power)
    return np.array(chunks)


CHUNKS = chunks_of_two_over_pi()


@inlined
def without_turns(x):
    """x quarter turns, less whole turns."""
    return x - 4.0 * nearest_integer(0.25 * x)


@inlined
def leading_products(x, first):
    """x·2^(ROW·first) quarter turns but for whole turns, as the sum of products with chunks, in two parts each."""
    row, t = power_row(x, np.uint64(first))
    t += x - x  # an infinite x has no angle: nan
    place = row * np.uint64(4)
    a, b, c, d = CHUNKS[place], CHUNKS[place + np.uint64(1)], CHUNKS[place + np.uint64(2)], CHUNKS[place + np.uint64(3)]
    p, q, r = t * a, t * b, t * c
    p_low, q_low = fma(t, a, -p), fma(t, b, -q)
    return without_turns(p), without_turns(p_low), without_turns(q), q_low, r, fma(t, c, -r) + t * d


@inlined
def light_quarter_turns(x, first):
    """x·2^(ROW·first) = (n + f)·π/2 but for whole turns: n, and f between −1/2 and 1/2."""
    p, p_low, q, q_low, r, _ = leading_products(x, first)
    whole = p + p_low
    n, m = nearest_integer(whole), nearest_integer(q)
    f = exact(whole - n) + (q - m)
    k = nearest_integer(pairs.high(f))
    return n + m + k, (pairs.high(f) - k) + (pairs.low(f) + (q_low + r))


@inlined
def quarter_turns(x, first):
    """x·2^(ROW·first) = (n + f)·π/2 but for whole turns: n, and f, a pair between −1/2 and 1/2."""
    p, p_low, q, q_low, r, rest = leading_products(x, first)
    small = exact(p_low) + q
    whole = exact(p) + pairs.high(small)
    n = nearest_integer(pairs.high(whole))
    f = exact(pairs.high(whole) - n) + pairs.low(whole) + pairs.low(small)
    return n, f + q_low + r + rest


@inlined
def light_angle(x):
    """x = (n + r/(π/2))·π/2 but for whole turns: n, and r between −π/4 and π/4."""
    n, f = light_quarter_turns(x, 0)
    return n, f * single.HALF_PI


@twins(light_angle)
def angle(x):
    """Of an exact x = n·π/2 + r but for whole turns: n, and r between −π/4 and π/4."""
    n, f = quarter_turns(pairs.high(x), 0)
    return n, f * number(HALF_PI)


@inlined
def light_angle_of_product(a, x):
    """a·x = n·π/2 + r but for whole turns: n, and r between −π/4 and π/4."""
    z = a * x
    n, f = light_quarter_turns(z, 0)
    m, g = light_quarter_turns(fma(a, x, -z), 0)
    k = nearest_integer(f + g)
    return n + m + k, (f + g - k) * single.HALF_PI


FAR, FAR_UNIT, FAR_ROWS = 2.0**800, 2.0**-128, 8  # where products may be beyond the greatest number


@twins(light_angle_of_product)
def angle_of_product(a, x):
    """Of a·x = n·π/2 + r but for whole turns, with an exact x: n, and r between −π/4 and π/4."""
    is_far = abs(pairs.high(x)) > FAR
    z = a * (pairs.high(x) * (FAR_UNIT if is_far else 1.0))
    first = FAR_ROWS if is_far else 0
    n, f = quarter_turns(pairs.high(z), first)
    m, g = quarter_turns(pairs.low(z), first)
    f = f + g
    k = nearest_integer(pairs.high(f))
    return n + m + k, (f - k) * number(HALF_PI)


@scalar
def sine_and_versine(r):
    """sin r and 1 − cos r, for |r| ≤ π/4."""
    z = r * r
    square = high(z)
    return r + r * z * polynomial(square, SIN), z * (0.5 + z * polynomial(square, VERSINE))


@scalar
def long_sine_and_versine(r):
    """sin r and 1 − cos r, for |r| ≤ π/4, to a hundred bits: where what follows takes nearly all of them away."""
    z = r * r
    return r * long_polynomial(z, SIN_LONG, SIN_LONG_END), z * long_polynomial(z, VERSINE_LONG, VERSINE_LONG_END)


@scalar
def quarter(n):
    """Of the angle n·π/2 + r: whether its sine is ±cos r instead of ±sin r, and whether with a minus."""
    m = without_turns(n)
    return abs(m) == 1.0, (m == -1.0) | (abs(m) == 2.0)


@scalar
def sine(n, s, v):
    """sin(n·π/2 + r), with s and v of r."""
    is_odd, is_negative = quarter(n)
    y = 1.0 - v if is_odd else s
    return -y if is_negative else y


@scalar
def one_plus_sine(n, s, v):
    """1 + sin(n·π/2 + r), with s and v of r: to all digits beside its roots, too."""
    is_odd, is_negative = quarter(n)
    even = 1.0 - s if is_negative else 1.0 + s
    odd = v if is_negative else 2.0 - v
    return odd if is_odd else even


TAN_EIGHTH, TAN_THREE_EIGHTHS = 0.41421356237309503, 2.414213562373095  # of half a turn


@scalar
def atan(t):
    """The angle whose tangent is t, for t ≥ 0: from 0, π/4 or π/2, whichever is near."""
    is_low, is_high = t < TAN_EIGHTH, t > TAN_THREE_EIGHTHS
    above = choose(t, is_low, t, choose(t, is_high, -1.0, t - 1.0))
    below = choose(t, is_low, 1.0, choose(t, is_high, t, t + 1.0))
    w = above / below
    z = w * w
    base = choose(t, is_high, number(HALF_PI), number(QUARTER_PI))
    near = w + w * z * polynomial(high(z), ATAN)
    return near if is_low else base + near
