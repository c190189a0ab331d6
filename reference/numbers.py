"""Elementary functions that follow the type of their argument.

A float is computed by `math`, an mpmath number by mpmath at its working precision, and an array by its own library. So
a textbook formula written once is a calculator, an oracle at fifty digits, and what one would write in NumPy.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

Number = Any  # float, mpmath.mpf, or an array


def library(x: Number) -> Any:
    """The module that computes with numbers like X."""
    if isinstance(x, (float, int)):
        return math
    if hasattr(x, "__array_namespace__"):
        return x.__array_namespace__()
    import mpmath  # only on use: it costs a fifth of the start of the program

    return mpmath


def _elementary(name: str) -> Callable[[Number], Number]:
    def function(x: Number) -> Number:
        try:
            return getattr(library(x), name)(x)
        except OverflowError:  # math raises where IEEE 754 says infinity
            return math.inf

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{name}(x), in the arithmetic of x."
    return function


exp = _elementary("exp")
expm1 = _elementary("expm1")
log = _elementary("log")
log1p = _elementary("log1p")
tanh = _elementary("tanh")
cosh = _elementary("cosh")
sqrt = _elementary("sqrt")


def erfc(x: Number) -> Number:
    """The complementary error function, in the arithmetic of x.

    mpmath gives up on very large arguments; there two terms of the asymptotic series are exact to eighty digits.
    """
    if library(x).__name__ == "mpmath" and x > 10**20:
        return exp(-x * x) * (1 - 1 / (2 * x * x)) / (x * sqrt(pi(x)))
    if library(x).__name__ == "mpmath" and x < -(10**20):
        return 2 - erfc(-x)
    return library(x).erfc(x)


def where(condition: Any, chosen: Number, otherwise: Number) -> Number:
    """CHOSEN where CONDITION holds, OTHERWISE elsewhere."""
    if hasattr(condition, "__array_namespace__"):
        return condition.__array_namespace__().where(condition, chosen, otherwise)
    return chosen if condition else otherwise


@cache
def _fraction(exactly: str) -> Fraction:
    return Fraction(exactly)


def constant(exactly: str, like: Number) -> Number:
    """A decimal number or a fraction, to the precision of LIKE."""
    value = _fraction(exactly)
    if library(like).__name__ == "mpmath":
        return library(like).mpf(value.numerator) / value.denominator
    return float(value)


def pi(like: Number) -> Number:
    """The circle constant to the precision of LIKE."""
    return +library(like).pi if library(like).__name__ == "mpmath" else math.pi


def normal_pdf(x: Number) -> Number:
    """φ(x) = e^(−x²/2) / √(2π), the density of the standard normal distribution."""
    return exp(-x * x / 2) / sqrt(2 * pi(x))


def normal_cdf(x: Number) -> Number:
    """Φ(x) = erfc(−x/√2) / 2, the chance that a standard normal falls below x."""
    return erfc(-x / sqrt(constant("2", x))) / 2
