"""Elementary functions of kernels keep the digits that are stated of them, over pairs and over float64."""

from dataclasses import dataclass

import mpmath
import numpy as np
import pytest
from conftest import ROOT
from mpmath import mpf
from numba import njit

from dlc.kernels import elementary, normal
from dlc.kernels.numbers import high, low, pair
from dlc.kernels.scalar import scalar
from dlc.kernels.trigonometry import atan, long_sine_and_versine, sine_and_versine
from dlc.reference import numbers as reference
from dlc.reference.fit import DOUBLE, SINGLE, source
from dlc.reference.ulp import DIGITS

NUMBERS = 400


@dataclass(frozen=True)
class Stated:
    """That KERNEL is TRUE on (low, high) but for a relative error of 2^-pairs, and of 2^-light in its float32 twin."""

    kernel: object
    true: object
    low: float
    high: float
    pairs: float
    light: float
    in_units: bool = False  # whether it gives a number and its unit

    def arguments(self, lowest):
        """All over the interval, and at all scales of it; LOWEST is that of exp."""
        random = np.random.default_rng(7)
        start, end = max(self.low, lowest), min(self.high, -lowest)
        scales = random.choice([-1, 1], NUMBERS) * 2.0 ** random.uniform(-40, 10, NUMBERS)
        x = np.concatenate([random.uniform(start, end, NUMBERS), scales[(start <= scales) & (scales <= end)]])
        return x, random.uniform(-0.5, 0.5, x.size) * np.spacing(x)

    def computed(self):
        """Arguments, and values of them, as (argument, beyond its float64, value, beyond its float64)."""
        function = self.kernel
        if self.in_units:

            @njit(error_model="numpy")
            def loop(x, beyond, out, rest):
                for i in range(x.size):
                    y, unit = function(pair(x[i], beyond[i]))
                    out[i], rest[i] = high(y) * unit, low(y) * unit

        else:

            @njit(error_model="numpy")
            def loop(x, beyond, out, rest):
                for i in range(x.size):
                    y = function(pair(x[i], beyond[i]))
                    out[i], rest[i] = high(y), low(y)

        return self._run(loop, DOUBLE.lowest)

    def computed_by_twin(self):
        """The same of the twin, whose numbers are float64."""
        function = self.kernel.float32_twin
        if self.in_units:

            @njit(error_model="numpy")
            def loop(x, beyond, out, rest):
                for i in range(x.size):
                    out[i], beyond[i], rest[i] = function(x[i])[0], 0.0, 0.0

        else:

            @njit(error_model="numpy")
            def loop(x, beyond, out, rest):
                for i in range(x.size):
                    out[i], beyond[i], rest[i] = function(x[i]), 0.0, 0.0

        return self._run(loop, SINGLE.lowest)

    def _run(self, loop, lowest):
        x, beyond = self.arguments(lowest)
        out, rest = np.empty_like(x), np.empty_like(x)
        loop(x, beyond, out, rest)
        return zip(*(each.tolist() for each in (x, beyond, out, rest)), strict=True)

    def digits(self, computed):
        """Bits of the least exact of these values."""
        with mpmath.workdps(DIGITS):
            errors = [
                abs((mpf(out) + mpf(rest)) / self.true(mpf(x) + mpf(beyond)) - 1) for x, beyond, out, rest in computed
            ]
            return float(-mpmath.log(max(errors), 2))


def tail(t):
    """Φ(−t)·e^(t²/2)."""
    return reference.normal_cdf(-t) * mpmath.exp(t * t / 2)


def logistic(x):
    return 1 / (1 + mpmath.exp(-x))


@scalar
def sine(r):
    return sine_and_versine(r)[0]


@scalar
def versine(r):
    return sine_and_versine(r)[1]


@scalar
def long_sine(r):
    return long_sine_and_versine(r)[0]


def true_versine(r):
    return 2 * mpmath.sin(r / 2) ** 2


STATED = [
    Stated(elementary.exp, mpmath.exp, -600, 700, 55, 32),
    Stated(elementary.exp_scaled, mpmath.exp, -700, 700, 55, 32, in_units=True),
    Stated(elementary.exp_long, mpmath.exp, -600, 600, 100, 52),
    Stated(elementary.expm1, mpmath.expm1, -700, -(2.0**-40), 54, 31),
    Stated(elementary.log, mpmath.log, 2.0**-40, 1e3, 56, 38),
    Stated(elementary.log1p, mpmath.log1p, -0.5, 1, 54, 36),
    Stated(elementary.log1p_long, mpmath.log1p, 2.0**-40, 1, 74, 51),
    Stated(elementary.tanh, mpmath.tanh, -30, 30, 53, 30),
    Stated(elementary.tanhshrink_near_0, reference.minus_tanh, -1, 1, 53, 34),
    Stated(elementary.logistic, logistic, -700, 700, 55, 32, in_units=True),
    Stated(elementary.bell, lambda x: logistic(x) * logistic(-x), -700, 700, 55, 32, in_units=True),
    Stated(elementary.sqrt, mpmath.sqrt, 2.0**-40, 1e3, 104, 52),
    Stated(normal.normal_tail, tail, 0, 15, 54, 28),
    Stated(normal.erf, mpmath.erf, 2.0**-40, 7, 55, 32),
    Stated(atan, mpmath.atan, 2.0**-40, 1e3, 56, 38),
    Stated(sine, mpmath.sin, -0.78, 0.78, 55, 32),
    Stated(versine, true_versine, -0.78, 0.78, 56, 32),
    Stated(long_sine, mpmath.sin, -0.78, 0.78, 100, 51),
]


@pytest.mark.parametrize("stated", STATED, ids=lambda stated: stated.kernel.__name__)
def test_pairs_have_the_digits_that_are_stated(stated):
    assert stated.digits(stated.computed()) >= stated.pairs


@pytest.mark.parametrize("stated", STATED, ids=lambda stated: stated.kernel.__name__)
def test_float64_has_the_digits_that_are_stated(stated):
    assert stated.digits(stated.computed_by_twin()) >= stated.light


@pytest.mark.parametrize("precision", [DOUBLE, SINGLE], ids=lambda precision: precision.module)
def test_the_constants_are_what_is_fitted(precision):
    assert (ROOT / "kernels" / f"{precision.module}.py").read_text() == source(precision)
