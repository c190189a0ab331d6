"""Writes kernels/double.py and kernels/single.py: every constant of the kernels, fitted to the truth at fifty digits.

`python -m dlc.reference.fit FOLDER` writes both files; a test checks that the kernels use what this module writes.
Polynomials are near-minimax (Chebyshev interpolation); coefficients are rounded to the type they are used in.
"""

import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mpmath
from mpmath import mpf

from dlc.reference import gated

DIGITS = 50


@dataclass(frozen=True, kw_only=True)
class Precision:
    """What a module of constants is for. All numbers are float64."""

    module: str
    purpose: str
    paired: bool  # whether constants have a low part
    lowest: int  # of the arguments of exp: what is below might as well be 0
    tail: int  # the farthest x where the normal tail still matters


DOUBLE = Precision(module="double", purpose="of the float64 kernels", paired=True, lowest=-1000, tail=39)
SINGLE = Precision(
    module="single", purpose="of the float32 kernels, which compute in float64",
    paired=False, lowest=-200, tail=15,
)  # fmt: skip


def split(value: Any) -> tuple[float, float]:
    """VALUE as the sum of two float64."""
    high = float(value)
    return high, float(value - mpf(high))


WORD, WORDS = 64, 24  # bits in a word, and words of 2/π that angles meet


def words(fraction: Any) -> list[int]:
    """The binary digits of a number below 1, in words."""
    return [int(mpmath.floor(mpmath.ldexp(fraction, WORD * (i + 1)))) % 2**WORD for i in range(WORDS)]


def polynomial(function: Callable[[Any], Any], low: Any, high: Any, terms: int) -> list[Any]:
    """Coefficients, highest power first, of the polynomial through FUNCTION at the Chebyshev nodes of [LOW, HIGH]."""
    middle, half = (low + high) / 2, (high - low) / 2
    angles = [mpmath.pi * (k + mpf(1) / 2) / terms for k in range(terms)]
    values = [function(middle + half * mpmath.cos(angle)) for angle in angles]
    # T_0 = 1, T_1 = u, T_(n+1) = 2·u·T_n − T_(n−1), as powers of x, lowest first; u = (x − middle) / half.
    u = [-middle / half, 1 / half]
    basis = [[mpf(1)], u]
    for n in range(2, terms):
        twice = [2 * (u[0] * a + u[1] * b) for a, b in zip([*basis[n - 1], 0], [0, *basis[n - 1]], strict=True)]
        basis.append([a - b for a, b in zip(twice, [*basis[n - 2], 0, 0], strict=True)])
    total = [mpf(0)] * terms
    for n in range(terms):
        mean = sum(v * mpmath.cos(n * angle) for v, angle in zip(values, angles, strict=True)) / terms
        weight = 2 * mean if n else mean
        total = [a + weight * b for a, b in zip(total, basis[n] + [mpf(0)] * terms, strict=False)]
    return total[::-1]


def quotient(function: Callable[[Any], Any], power: int) -> Callable[[Any], Any]:
    """x -> FUNCTION(x) / x^POWER, with its limit at 0, where FUNCTION loses as many digits as x is small."""

    def divided(x: Any) -> Any:
        x = mpf(10) ** -20 if abs(x) < mpf(10) ** -20 else x
        with mpmath.extradps(20 * power + 20):
            return +(function(x) / x**power)

    return divided


def of_square(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """z -> FUNCTION(√z), for what depends on x² only."""
    return lambda z: function(mpmath.sqrt(z))


MILLS_SCALE = 4


def mills(v: Any) -> Any:
    """M(t)/w at w = 4/(4 + t), v = w − 1/2, where M(t) = Φ(−t)·e^(t²/2) is the scaled tail of the normal."""
    w = v + mpf(1) / 2
    t = (1 / w - 1) * MILLS_SCALE
    return mpmath.erfc(t / mpmath.sqrt(2)) * mpmath.exp(t * t / 2) / (2 * w)


def mills_range(precision: Precision) -> tuple[Any, Any]:
    """What v ranges over."""
    return mpf(MILLS_SCALE) / (MILLS_SCALE + precision.tail) - mpf(1) / 2, mpf(1) / 2


def squares_to(reach: Callable[[], Any]) -> Callable[[Precision], tuple[Any, Any]]:
    """The range of x², for |x| up to REACH."""
    return lambda _precision: (mpf(0), reach() ** 2)


def half_ln2() -> Any:
    """The reach of the rest that exp is computed of."""
    return mpmath.log(2) / 2 * mpf("1.0001")


def eighth_turn() -> Any:
    """The reach of the rest that sin and cos are computed of."""
    return mpmath.pi / 4 * mpf("1.0001")


def around_0(reach: Callable[[], Any]) -> Callable[[Precision], tuple[Any, Any]]:
    """From −REACH to REACH."""
    return lambda _precision: (-reach(), reach())


@dataclass(frozen=True)
class Approximation:
    """A function that kernels compute by a polynomial: NAME, and the last ENDS coefficients, as numbers, NAME_END."""

    name: str
    function: Callable[[Any], Any]
    over: Callable[[Precision], tuple[Any, Any]]
    double: int  # terms
    single: int
    ends: int = 0

    def lines(self, precision: Precision) -> Iterator[tuple[str, Any]]:
        """The constants of this approximation."""
        low, high = self.over(precision)
        found = polynomial(self.function, low, high, self.double if precision.paired else self.single)
        ends = self.ends if precision.paired else min(self.ends, 1)
        yield self.name, found[: len(found) - ends]
        if ends:
            last = found[-ends:]
            yield f"{self.name}_END", [split(each) for each in last] if precision.paired else last


def log1p_of(s: Any) -> Any:
    """log(1 + y) at s = y / (2 + y)."""
    return 2 * mpmath.atanh(s)


APPROXIMATIONS = (
    Approximation("EXP", quotient(lambda r: mpmath.expm1(r) - r, 2), around_0(half_ln2), 11, 6),
    Approximation("EXP_LONG", mpmath.exp, around_0(half_ln2), 24, 13, ends=14),
    Approximation(
        "LOG1P", of_square(quotient(lambda s: log1p_of(s) - 2 * s, 3)), squares_to(lambda: mpf(1) / 3), 11, 6
    ),
    Approximation("LOG1P_LONG", of_square(quotient(log1p_of, 1)), squares_to(lambda: mpf(1) / 3), 15, 11, ends=6),
    Approximation("MILLS", mills, mills_range, 24, 11, ends=2),
    Approximation("ERF", of_square(quotient(mpmath.erf, 1)), squares_to(lambda: mpf(1)), 15, 9, ends=2),
    Approximation("SIN", of_square(quotient(lambda r: mpmath.sin(r) - r, 3)), squares_to(eighth_turn), 7, 4),
    Approximation(
        "VERSINE", of_square(quotient(lambda r: 1 - mpmath.cos(r) - r * r / 2, 4)), squares_to(eighth_turn), 7, 4
    ),
    Approximation("SIN_LONG", of_square(quotient(mpmath.sin, 1)), squares_to(eighth_turn), 14, 9, ends=9),
    Approximation(
        "VERSINE_LONG", of_square(quotient(lambda r: 1 - mpmath.cos(r), 2)), squares_to(eighth_turn), 14, 9, ends=9
    ),
    Approximation(
        "ATAN",
        of_square(quotient(lambda w: mpmath.atan(w) - w, 3)),
        squares_to(lambda: (mpmath.sqrt(2) - 1) * mpf("1.0001")),
        13,
        7,
    ),
    Approximation(
        "TANHSHRINK", of_square(quotient(lambda x: x - mpmath.tanh(x), 3)), squares_to(lambda: mpf(1)), 18, 10, ends=2
    ),
)


@dataclass(frozen=True)
class Window:
    """Where a derivative changes sign, relative accuracy needs it as (x − root)·polynomial(x − root)."""

    name: str
    derivative: Callable[[Any], Any]
    near: float
    half_width: float
    double: int  # terms
    single: int = 9

    def root(self) -> Any:
        """The root of the derivative."""
        return mpmath.findroot(self.derivative, mpf(self.near))

    def quotient(self, d: Any) -> Any:
        """derivative(root + d) / d."""
        d = mpf(10) ** -20 if abs(d) < mpf(10) ** -20 else d
        return self.derivative(self.root() + d) / d

    def constant(self, precision: Precision) -> tuple[Any, ...]:
        """Root, half-width, and the coefficients of the window; in double precision, the last one as a number."""
        terms = self.double if precision.paired else self.single
        window = polynomial(self.quotient, -mpf(self.half_width), mpf(self.half_width), terms)
        if not precision.paired:
            return self.root(), self.half_width, window
        return split(self.root()), self.half_width, window[:-1], split(window[-1])


WINDOWS = (
    Window("silu_grad", gated.silu_grad, -1.28, 0.25, 15),
    Window("silu_grad2", gated.silu_grad2, 2.4, 0.25, 15),
    Window("mish_grad", gated.mish_grad, -1.19, 0.25, 17),
    Window("mish_grad2_left", gated.mish_grad2, -2.26, 0.25, 17),
    Window("mish_grad2_right", gated.mish_grad2, 1.49, 0.25, 17),
    Window("gelu_grad", gated.gelu_grad, -0.75, 0.4375, 17, 12),
    Window("gelu_tanh_grad", gated.gelu_tanh_grad, -0.75, 0.25, 19),
    Window("gelu_tanh_grad2", gated.gelu_tanh_grad2, 1.42, 0.25, 19),
    Window("serf_grad", gated.serf_grad, -1.19, 0.25, 17),
    Window("serf_grad2_left", gated.serf_grad2, -2.26, 0.25, 17),
    Window("serf_grad2_right", gated.serf_grad2, 1.1, 0.25, 17),
    Window("tanhexp_grad", gated.tanhexp_grad, -1.08, 0.25, 17),
    Window("tanhexp_grad2_left", gated.tanhexp_grad2, -2.07, 0.25, 17),
    Window("tanhexp_grad2_right", gated.tanhexp_grad2, 0.7, 0.125, 17),
    Window("lisht_grad2", gated.lisht_grad2, 1.2, 0.25, 17),
)


def constants(precision: Precision) -> Iterator[tuple[str, Any]]:
    """Name and exact value of every constant; a tuple is a number in two parts, a list a polynomial."""
    ln2 = mpmath.log(2)
    yield "SHIFT", mpf(3) * 2**51
    yield "LOWEST", precision.lowest
    yield "LOG2E", 1 / ln2
    if precision.paired:
        bits = mpf(2) ** 32  # of the leading part of ln 2: its product with any exponent is exact
        leading = mpmath.floor(ln2 * bits) / bits
        yield "LN2", (leading, ln2 - leading)
        yield "LN2_REST", split(ln2 - leading)
        yield "NORMAL_LOWEST", -708
        yield "FAR", -300
        yield "FAR_POWER", 512
        yield "FAR_UNIT", mpf(2) ** -512
        with mpmath.workprec(WORD * WORDS + 100):
            yield "TWO_OVER_PI", tuple(hex(word) for word in words(2 / mpmath.pi))
    else:
        yield "LN2", ln2
    yield "MILLS_SCALE", MILLS_SCALE
    yield "FARTHEST", precision.tail
    for approximation in APPROXIMATIONS:
        yield from approximation.lines(precision)
    for name, value in EXACT.items():
        number = value()
        yield name, split(number) if precision.paired else number
    for window in WINDOWS:
        yield f"{window.name.upper()}_ROOT", window.constant(precision)


# Constants that no float64 holds.
EXACT: dict[str, Callable[[], Any]] = {
    "INV_SQRT_2PI": lambda: 1 / mpmath.sqrt(2 * mpmath.pi),
    "GELU_TANH_LINEAR": lambda: 2 * mpmath.sqrt(2 / mpmath.pi),
    "GELU_TANH_CUBIC": lambda: mpf("0.044715"),
    "QUICK_GELU": lambda: mpf("1.702"),
    "ERF_SLOPE": lambda: 2 / mpmath.sqrt(mpmath.pi),
    "SQRT_2": lambda: mpmath.sqrt(2),
    "HALF_PI": lambda: mpmath.pi / 2,
    "QUARTER_PI": lambda: mpmath.pi / 4,
    "LOG_TWO_PI": lambda: mpmath.log(2 * mpmath.pi),
}


WRAPPED = textwrap.TextWrapper(
    width=120, initial_indent="    ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
)


def text(value: Any) -> str:
    """VALUE as Python reads it."""
    if isinstance(value, (list, tuple)):
        return "(" + " ".join(f"{text(item)}," for item in value) + ")"
    return value if isinstance(value, str) else repr(float(value))


def source(precision: Precision) -> str:
    """The text of the module of constants."""
    lines = [f'"""Constants {precision.purpose}. Written by dlc.reference.fit; do not edit."""', "", "# fmt: off"]
    with mpmath.workdps(DIGITS):
        for name, value in constants(precision):
            if isinstance(value, (list, tuple)):
                lines += [f"{name} = (", *WRAPPED.wrap(text(value)[1:-1]), ")"]
            else:
                lines.append(f"{name} = {text(value)}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for each in (DOUBLE, SINGLE):
        (Path(sys.argv[1]) / f"{each.module}.py").write_text(source(each))
