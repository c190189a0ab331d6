"""Writes kernels/double.py and kernels/single.py: every constant of the kernels, fitted to the truth at fifty digits.

`python -m dlc.reference.fit FOLDER` writes both files; a test checks that the kernels use what this module writes.
Polynomials are near-minimax (Chebyshev interpolation); coefficients are rounded to the type they are used in.
"""

import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mpmath
from mpmath import mpf

from dlc.reference.gated import gelu_grad, gelu_tanh_grad, mish_grad, silu_grad

DIGITS = 50


@dataclass(frozen=True, kw_only=True)
class Precision:
    """What differs between the two floating-point types, and the lengths of the polynomials that each one needs."""

    module: str
    letter: str  # of struct.pack
    fraction_bits: int
    ln2_bits: int  # of the leading part of ln 2: its product with any exponent is exact
    least_power: int  # 2 to this is a normal number
    greatest_power: int
    lowest: int  # below it x·eˣ is zero
    highest: int  # above it eˣ is infinite
    far: int  # below it e⁻ˣ is scaled
    far_power: int
    exp: int
    log1p: int
    mills: int
    tail: int  # the farthest x where the normal tail still matters
    silu: int
    mish: int
    gelu: int
    gelu_tanh: int

    def round(self, value: Any) -> float:
        """VALUE rounded to this type."""
        return float(struct.unpack(self.letter, struct.pack(self.letter, float(value)))[0])

    def split(self, value: Any) -> tuple[float, float]:
        """VALUE as the sum of two numbers of this type."""
        high = self.round(value)
        return high, self.round(value - mpf(high))


DOUBLE = Precision(
    module="double", letter="d", fraction_bits=52, ln2_bits=32, least_power=-1022, greatest_power=1023,
    lowest=-800, highest=720, far=-600, far_power=256, tail=39,
    exp=11, log1p=11, mills=24, silu=15, mish=17, gelu=17, gelu_tanh=19,
)  # fmt: skip
SINGLE = Precision(
    module="single", letter="f", fraction_bits=23, ln2_bits=12, least_power=-126, greatest_power=127,
    lowest=-120, highest=100, far=-80, far_power=64, tail=15,
    exp=6, log1p=5, mills=11, silu=8, mish=9, gelu=9, gelu_tanh=10,
)  # fmt: skip


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


@dataclass(frozen=True)
class Window:
    """Where a derivative changes sign, relative accuracy needs it as (x − root)·polynomial(x − root)."""

    name: str
    derivative: Callable[[Any], Any]
    near: float
    half_width: float

    def root(self) -> Any:
        """The root of the derivative."""
        return mpmath.findroot(self.derivative, mpf(self.near))

    def quotient(self, d: Any) -> Any:
        """derivative(root + d) / d."""
        d = mpf(10) ** -20 if abs(d) < mpf(10) ** -20 else d
        return self.derivative(self.root() + d) / d

    def lines(self, precision: Precision) -> Iterator[tuple[str, Any]]:
        """The constants of this window."""
        upper = self.name.upper()
        high, low = precision.split(self.root())
        terms = getattr(precision, self.name)
        yield f"{upper}_ROOT", (high, low)
        yield f"{upper}_HALF_WIDTH", self.half_width
        fitted = polynomial(self.quotient, -mpf(self.half_width), mpf(self.half_width), terms)
        yield f"{upper}_WINDOW", fitted


WINDOWS = (
    Window("silu", silu_grad, -1.28, 0.25),
    Window("mish", mish_grad, -1.19, 0.25),
    Window("gelu", gelu_grad, -0.75, 0.4375),
    Window("gelu_tanh", gelu_tanh_grad, -0.75, 0.25),
)


def constants(precision: Precision) -> Iterator[tuple[str, Any]]:
    """Name and exact value of every constant."""
    ln2 = mpmath.log(2)
    scale = mpf(2) ** precision.ln2_bits
    ln2_high = mpmath.floor(ln2 * scale) / scale
    shift = mpf(3) * 2 ** (precision.fraction_bits - 1)
    yield "SHIFT", shift
    yield "LEAST_POWER", shift + precision.least_power
    yield "GREATEST_POWER", shift + precision.greatest_power
    yield "LOWEST", precision.lowest
    yield "HIGHEST", precision.highest
    yield "NEGLIGIBLE", mpf(2) ** -(precision.fraction_bits + 5)  # beside 1
    yield "FAR", precision.far
    yield "FAR_SCALE", (mpf(2) ** -precision.far_power, precision.far_power)
    yield "LOG2E", 1 / ln2
    yield "LN2", (ln2_high, ln2 - ln2_high)
    reach = ln2 / 2 * mpf("1.0001")
    yield "EXP", polynomial(exp_remainder, -reach, reach, precision.exp)
    yield "LOG1P", polynomial(log1p_remainder, mpf(0), mpf(1) / 9, precision.log1p)
    yield "MILLS_SCALE", MILLS_SCALE
    yield "FARTHEST", precision.tail
    farthest = 1 / (1 + MILLS_SCALE * precision.tail)
    yield "MILLS", polynomial(mills, farthest - mpf(1) / 2, mpf(1) / 2, precision.mills)
    yield "SQRT2", precision.split(mpmath.sqrt(2))
    yield "INV_SQRT_2PI", precision.split(1 / mpmath.sqrt(2 * mpmath.pi))
    yield "GELU_TANH_LINEAR", precision.split(2 * mpmath.sqrt(2 / mpmath.pi))
    yield "GELU_TANH_CUBIC", precision.split(mpf("0.044715"))
    yield "GELU_TANH_CUBIC_3", precision.split(3 * mpf("0.044715"))
    scale_, alpha = mpf("1.0507009873554804934193349852946"), mpf("1.6732632423543772848170429916717")
    yield "SELU_SCALE", precision.split(scale_)
    yield "SELU_NEGATIVE", precision.split(scale_ * alpha)
    for window in WINDOWS:
        yield from window.lines(precision)


def source(precision: Precision) -> str:
    """The text of the module of constants."""
    lines = [
        f'"""Constants of the {precision.module}-precision kernels. Written by dlc.reference.fit; do not edit."""',
        "",
    ]
    with mpmath.workdps(DIGITS):
        for name, value in constants(precision):
            if isinstance(value, (list, tuple)):
                lines.append(f"{name} = (")
                lines += [f"    {precision.round(item)!r}," for item in value]
                lines.append(")")
            else:
                lines.append(f"{name} = {precision.round(value)!r}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for each in (DOUBLE, SINGLE):
        (Path(sys.argv[1]) / f"{each.module}.py").write_text(source(each))
