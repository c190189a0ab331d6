"""Writes kernels/double.py and kernels/single.py: every constant of the kernels, fitted to the truth at fifty digits.

`python -m dlc.reference.fit FOLDER` writes both files; a test checks that the kernels use what this module writes.
Polynomials are near-minimax (Chebyshev interpolation); coefficients are rounded to the type they are used in.
"""

import sys
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
    """What a module of constants is for, and the lengths of the polynomials that it needs. All numbers are float64."""

    module: str
    purpose: str
    paired: bool  # whether constants have a low part
    lowest: int  # of the arguments of exp: what is below might as well be 0
    tail: int  # the farthest x where the normal tail still matters
    exp: int
    log1p: int
    mills: int


DOUBLE = Precision(
    module="double", purpose="of the float64 kernels", paired=True, lowest=-1000, tail=39, exp=11, log1p=11, mills=24
)
SINGLE = Precision(
    module="single", purpose="of the float32 kernels, which compute in float64 to about 32 bits",
    paired=False, lowest=-200, tail=16, exp=5, log1p=6, mills=11,
)  # fmt: skip


def split(value: Any) -> tuple[float, float]:
    """VALUE as the sum of two float64."""
    high = float(value)
    return high, float(value - mpf(high))


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


def exp_remainder(r: Any) -> Any:
    """(eʳ − 1 − r) / r²."""
    return mpf(1) / 2 + r / 6 if abs(r) < mpf(10) ** -20 else (mpmath.expm1(r) - r) / r**2


def log1p_remainder(z: Any) -> Any:
    """(2·artanh(s)/s − 2) / z at z = s²; log(1 + y) = 2·artanh(y / (2 + y))."""
    s = mpmath.sqrt(z)
    return mpf(2) / 3 + 2 * z / 5 if z < mpf(10) ** -20 else (2 * mpmath.atanh(s) / s - 2) / z


MILLS_SCALE = mpf(1) / 4


def mills(v: Any) -> Any:
    """M(t)/w at w = 1/(1 + t/4), v = w − 1/2, where M(t) = Φ(−t)·e^(t²/2) is the scaled tail of the normal."""
    w = v + mpf(1) / 2
    t = (1 / w - 1) / MILLS_SCALE
    return mpmath.erfc(t / mpmath.sqrt(2)) * mpmath.exp(t * t / 2) / (2 * w)


def with_split_end(coefficients: list[Any]) -> list[Any]:
    """The last coefficient, which a number is added to, in two parts."""
    return [*coefficients[:-1], *split(coefficients[-1])]


@dataclass(frozen=True)
class Window:
    """Where a derivative changes sign, relative accuracy needs it as (x − root)·polynomial(x − root)."""

    name: str
    derivative: Callable[[Any], Any]
    near: float
    half_width: float
    terms: int

    def root(self) -> Any:
        """The root of the derivative."""
        return mpmath.findroot(self.derivative, mpf(self.near))

    def quotient(self, d: Any) -> Any:
        """derivative(root + d) / d."""
        d = mpf(10) ** -20 if abs(d) < mpf(10) ** -20 else d
        return self.derivative(self.root() + d) / d

    def lines(self) -> Iterator[tuple[str, Any]]:
        """The constants of this window."""
        upper = self.name.upper()
        yield f"{upper}_ROOT", split(self.root())
        yield f"{upper}_HALF_WIDTH", self.half_width
        window = polynomial(self.quotient, -mpf(self.half_width), mpf(self.half_width), self.terms)
        yield f"{upper}_WINDOW", with_split_end(window)


WINDOWS = (
    Window("silu_grad", gated.silu_grad, -1.28, 0.25, 15),
    Window("mish_grad", gated.mish_grad, -1.19, 0.25, 17),
    Window("gelu_grad", gated.gelu_grad, -0.75, 0.4375, 17),
    Window("gelu_tanh_grad", gated.gelu_tanh_grad, -0.75, 0.25, 19),
)


def constants(precision: Precision) -> Iterator[tuple[str, Any]]:
    """Name and exact value of every constant; a tuple is a number in two parts, a list a polynomial."""
    ln2 = mpmath.log(2)
    yield "SHIFT", mpf(3) * 2**51
    yield "LOWEST", precision.lowest
    yield "LOG2E", 1 / ln2
    if precision.paired:
        bits = mpf(2) ** 32  # of the leading part of ln 2: its product with any exponent is exact
        yield "LN2", (mpmath.floor(ln2 * bits) / bits, ln2 - mpmath.floor(ln2 * bits) / bits)
        yield "NORMAL_LOWEST", -708
        yield "FAR", -300
        yield "FAR_POWER", 512
        yield "FAR_UNIT", mpf(2) ** -512
    else:
        yield "LN2", ln2
    reach = ln2 / 2 * mpf("1.0001")
    yield "EXP", polynomial(exp_remainder, -reach, reach, precision.exp)
    yield "LOG1P", polynomial(log1p_remainder, mpf(0), mpf(1) / 9, precision.log1p)
    yield "MILLS_SCALE", MILLS_SCALE
    yield "FARTHEST", precision.tail
    farthest = 1 / (1 + MILLS_SCALE * precision.tail)
    tail = polynomial(mills, farthest - mpf(1) / 2, mpf(1) / 2, precision.mills)
    yield "MILLS", with_split_end(tail) if precision.paired else tail
    for name, value in EXACT.items():
        number = value()
        yield name, split(number) if precision.paired else number
    if precision.paired:
        for window in WINDOWS:
            yield from window.lines()


# Constants that no float64 holds.
EXACT: dict[str, Callable[[], Any]] = {
    "INV_SQRT_2PI": lambda: 1 / mpmath.sqrt(2 * mpmath.pi),
    "GELU_TANH_LINEAR": lambda: 2 * mpmath.sqrt(2 / mpmath.pi),
    "GELU_TANH_CUBIC": lambda: mpf("0.044715"),
}


def source(precision: Precision) -> str:
    """The text of the module of constants."""
    lines = [f'"""Constants {precision.purpose}. Written by dlc.reference.fit; do not edit."""', ""]
    with mpmath.workdps(DIGITS):
        for name, value in constants(precision):
            if isinstance(value, (list, tuple)):
                lines.append(f"{name} = (")
                lines += [f"    {float(item)!r}," for item in value]
                lines.append(")")
            else:
                lines.append(f"{name} = {float(value)!r}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for each in (DOUBLE, SINGLE):
        (Path(sys.argv[1]) / f"{each.module}.py").write_text(source(each))
