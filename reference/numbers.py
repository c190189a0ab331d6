"""Elementary functions that follow the type of their argument.

A float is computed by `math`, an mpmath number by mpmath at its working precision, and an array by its own library. So
a textbook formula written once is a calculator, an oracle at fifty digits, and what one would write in NumPy.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from importlib import import_module
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


# Where math raises ValueError and IEEE 754 says infinity; everywhere else it says nan.
POLES = {("log", 0.0): -math.inf, ("log1p", -1.0): -math.inf}


def _elementary(name: str) -> Callable[[Number], Number]:
    def function(x: Number) -> Number:
        try:
            return getattr(library(x), name)(x)
        except OverflowError:  # math raises where IEEE 754 says infinity
            return math.inf
        except ValueError:
            return POLES.get((name, x), math.nan)

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
atan = _elementary("atan")


def _wave(name: str) -> Callable[[Number], Number]:
    """A function without a limit: nan at infinity, and at what stands for it."""
    finite = _elementary(name)

    def function(x: Number) -> Number:
        return where(infinite(x), math.nan, finite(x))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{name}(x), in the arithmetic of x; nan at ±∞."
    return function


sin = _wave("sin")
cos = _wave("cos")


def infinite(x: Number) -> Any:
    """Whether x is ±∞, or stands for it: limits are read off at ±10^400."""
    return abs(x) > 10**350 if library(x).__name__ == "mpmath" else abs(x) == math.inf


def special(x: Number) -> Any:
    """The module that has the error function for numbers like X; NumPy lacks it."""
    found = library(x)
    return import_module("jax.scipy.special") if found.__name__ == "jax.numpy" else found


def erf(x: Number) -> Number:
    """The error function, in the arithmetic of x."""
    return special(x).erf(x)


def erfc(x: Number) -> Number:
    """The complementary error function, in the arithmetic of x.

    mpmath gives up on very large arguments; there two terms of the asymptotic series are exact to eighty digits.
    """
    if library(x).__name__ == "mpmath" and x > 10**20:
        return exp(-x * x) * (1 - 1 / (2 * x * x)) / (x * sqrt(pi(x)))
    if library(x).__name__ == "mpmath" and x < -(10**20):
        return 2 - erfc(-x)
    return special(x).erfc(x)


def _less(name: str) -> Callable[[Number], Number]:
    """x − f(x) for an f that is x near 0: mpmath computes with as many more digits as the difference loses."""
    subtracted = _elementary(name)

    def function(x: Number) -> Number:
        if library(x).__name__ != "mpmath" or not 0 < abs(x) < 1:
            return x - subtracted(x)
        mpmath = library(x)
        with mpmath.workprec(mpmath.mp.prec + 10 - 2 * int(mpmath.mag(x))):
            difference = x - subtracted(x)
        return +difference

    function.__name__ = function.__qualname__ = f"minus_{name}"
    function.__doc__ = f"x − {name}(x), in the arithmetic of x."
    return function


minus_tanh = _less("tanh")
minus_log1p = _less("log1p")
minus_expm1 = _less("expm1")


def reciprocal(x: Number) -> Number:
    """1/x; Python raises where IEEE 754 says that it is infinite."""
    try:
        return 1 / x
    except ZeroDivisionError:
        return math.inf


def times_log(w: Number, x: Number) -> Number:
    """w·log(x), and 0 for w = 0 even where x is 0."""
    return w * log(x) if w != 0 else 0 * x


def where(condition: Any, chosen: Number, otherwise: Number) -> Number:
    """CHOSEN where CONDITION holds, OTHERWISE elsewhere."""
    if hasattr(condition, "__array_namespace__"):
        return condition.__array_namespace__().where(condition, chosen, otherwise)
    return chosen if condition else otherwise


def sign(x: Number) -> Number:
    """1 above 0, −1 below, 0 at 0."""
    return where(x > 0, 1, where(x < 0, -1, 0))


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
