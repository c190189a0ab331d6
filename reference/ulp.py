"""The truth about one value, and how many units in the last place another value is away from it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

DIGITS = 50
# Limits are read off far beyond any float64: ±∞ stands for ±10^400, and nothing is left to convention.
BEYOND = 400


@dataclass(frozen=True)
class Format:
    """A binary floating-point type (IEEE 754): digits of its significand, and its exponents' range."""

    digits: int
    least_exponent: int
    greatest_exponent: int


FORMATS = {"float32": Format(24, -126, 127), "float64": Format(53, -1022, 1023)}


def truth(function: Callable[..., Any], x: float, params: dict[str, float]) -> Any:
    """FUNCTION at the exact value of x, at fifty digits; nan at nan, and the limit at ±∞."""
    import mpmath

    if math.isnan(x):
        return mpmath.nan
    with mpmath.workdps(DIGITS):
        return function(exact_number(x), **{name: mpmath.mpf(value) for name, value in params.items()})


def exact_number(x: float) -> Any:
    """x as an mpmath number; ±∞ as ±10^400."""
    import mpmath

    return math.copysign(1, x) * mpmath.mpf(10) ** BEYOND if math.isinf(x) else mpmath.mpf(x)


def ulps(value: float, true: Any, dtype: str) -> float:
    """|value − true| in units in the last place of the true value; an overflow counts as the next power of two.

    A unit is 2^(e − p + 1) for 2^e ≤ |true| < 2^(e + 1), and never less than the least subnormal number.
    """
    import mpmath

    form = FORMATS[dtype]
    if mpmath.isnan(true) or math.isnan(value):
        return 0.0 if mpmath.isnan(true) and math.isnan(value) else math.inf
    with mpmath.workdps(DIGITS):
        true = mpmath.mpf(true)
        exponent = mpmath.mag(true) - 1 if true else form.least_exponent
        if exponent > form.greatest_exponent:
            true, exponent = math.copysign(1, true) * _beyond(form), form.greatest_exponent
        there = math.copysign(1, value) * _beyond(form) if math.isinf(value) else value
        unit = max(exponent, form.least_exponent) - form.digits + 1
        return float(mpmath.ldexp(abs(true - there), -unit))


@cache
def _beyond(form: Format) -> Any:
    """The power of two that an overflow counts as."""
    import mpmath

    return mpmath.ldexp(1, form.greatest_exponent + 1)
