"""Elementary kernels keep the errors that are stated of them."""

import mpmath
import numpy as np
import pytest
from conftest import ROOT
from numba import njit

from dlc.kernels import elementary
from dlc.reference import numbers as reference
from dlc.reference.fit import DOUBLE, SINGLE, source
from dlc.reference.ulp import DIGITS, ulps


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("function", elementary.MEASURED, ids=lambda function: function.__name__)
def test_measured_error_holds(function, dtype):
    (low, high), single, double = elementary.MEASURED[function]
    scalar = function if dtype == "float64" else function.float32_twin

    @njit(error_model="numpy")
    def loop(x, out):
        for i in range(x.size):
            out[i] = scalar(x[i])

    random = np.random.default_rng(7)
    scales = random.choice([-1, 1], 1000) * 2.0 ** random.uniform(-60, 3, 1000)
    x = np.concatenate([random.uniform(low, high, 1500), random.uniform(-1, 1, 1500), scales])
    x = x.clip(low, high).astype(dtype)
    out = np.empty_like(x)
    loop(x, out)
    true = getattr(reference, function.__name__)
    with mpmath.workdps(DIGITS):
        worst = max(ulps(y, true(mpmath.mpf(a)), dtype) for a, y in zip(x.tolist(), out.tolist(), strict=True))
    assert worst <= (single if dtype == "float32" else double)


@pytest.mark.parametrize("precision", [DOUBLE, SINGLE], ids=lambda precision: precision.module)
def test_the_constants_are_what_is_fitted(precision):
    assert (ROOT / "kernels" / f"{precision.module}.py").read_text() == source(precision)
