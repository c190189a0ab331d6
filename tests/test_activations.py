"""Kernels of functions of a number against the reference; cards against the kernels."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlc.cli.agreement_activations import check_activation, error_at, numbers
from dlc.cli.catalog import array_kernel
from dlc.cli.quantities import quantities
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.ulp import FORMATS, truth, ulps

SCALARS = [card for card in ACTIVATIONS.values() if not card.vector]
QUANTITIES = [quantity for card in SCALARS for quantity in quantities(card)]
INF, NAN = math.inf, math.nan


def name(each):
    return getattr(each, "symbol", None) or getattr(each, "name", str(each))


every_quantity = pytest.mark.parametrize("quantity", QUANTITIES, ids=name)
every_card = pytest.mark.parametrize("card", SCALARS, ids=name)


@every_card
def test_kernels_keep_the_bounds_of_their_card(card):
    """Fewer of float32, of which the next test judges a million."""
    for dtype, samples in (("float32", 100), ("float64", 600)):
        for agreement in check_activation(card, (dtype,), samples):
            assert agreement.holds, agreement


@every_quantity
def test_a_million_random_float32_bit_patterns(quantity):
    """Judged by the float64 kernel, which is proven against the reference and knows thirty bits more."""
    bits = np.random.default_rng(3).integers(0, 2**32, 1_000_000, dtype=np.uint64).astype(np.uint32)
    x = bits.view(np.float32)
    x = x[~np.isnan(x)]
    params = quantity.card.knobs.values()
    value, wide = quantity.kernel(x, *params), quantity.kernel(x.astype(np.float64), *params)
    with np.errstate(over="ignore", invalid="ignore"):
        unit = np.maximum(np.spacing(np.abs(wide).astype(np.float32)).astype(np.float64), 2.0**-149)
        same = (value == wide.astype(np.float32)) | (np.isnan(value) & np.isnan(wide))
        error = np.where(same, 0.5, np.abs(value - wide) / unit)
    assert error.max() <= quantity.bound("float32") + 1e-3


@every_quantity
@given(x=st.floats(allow_nan=False))
@settings(max_examples=40, deadline=None)
def test_no_float64_is_beyond_the_bound(quantity, x):
    params = quantity.card.knobs
    value = float(quantity.kernel(np.array([x]), *params.values())[0])
    assert error_at(quantity, x, value, params, "float64") <= quantity.bound("float64")


SWEPT = {
    "alpha": [0.0, 1e-6, 0.3, 1.0, 7.0, 1e6],
    "beta": [1e-30, 0.01, 0.3, 3.0, 1e6, 1e30],
    "theta": [0.0, 2.5, 1e30],
    "low": [-1e30, -0.1],
    "high": [1e-30, 1e30],
    "threshold": [0.0, 1.5, 20.0],
    "width": [1e-3, 5.0, 1e3],
    "offset": [0.0, 0.3, 2.0],
    "scale": [1.0, 3.0],
    "negative_slope": [0.0, 0.3],
    "max_value": [0.5, 6.0],
    "lambd": [0.0, 0.1, 7.0],
    "bias": [0.5, -1.0],
    "value": [-2.0, 20.0],
    "lower": [0.0, 0.2],
    "upper": [0.4, 1.0],
    "t_left": [-2.0, -1e-3],
    "a_left": [0.0, 3.0],
    "t_right": [0.5, 1e3],
    "a_right": [0.0, 3.0],
    "b": [0.0, 1e-6, 9.0, 1e6],
}


def allowed(card, params):
    from dlc.cli.errors import BadInputError
    from dlc.cli.params import check_domain

    try:
        check_domain(card, params)
    except BadInputError:
        return False
    return True


@every_card
def test_every_parameter_is_swept(card):
    """Several values of each parameter are within the domain that the card declares."""
    for knob in card.knobs:
        assert sum(allowed(card, card.knobs | {knob: value}) for value in SWEPT[knob]) >= 1, knob


@every_quantity
def test_the_bounds_hold_for_other_parameters(quantity):
    card = quantity.card
    for knob in card.knobs:
        for value in SWEPT[knob]:
            params = card.knobs | {knob: value}
            if not allowed(card, params):
                continue
            for dtype in FORMATS:
                x = numbers(dtype, 100, seed=5, places=card.kinks_at(params))
                values = quantity.kernel(x, *params.values())
                for point, computed in zip(x.tolist(), values.tolist(), strict=True):
                    error = error_at(quantity, point, computed, params, dtype)
                    assert error <= quantity.bound(dtype), (params, dtype, point)


@every_quantity
@pytest.mark.parametrize("dtype", FORMATS)
def test_special_values(quantity, dtype):
    """Zeros keep their sign where the function goes through 0, infinities give the limit, nan stays nan."""
    x = np.array([0.0, -0.0, INF, -INF, 1e30, -1e30, NAN], dtype)
    params = quantity.card.knobs
    values = quantity.kernel(x, *params.values()).tolist()
    assert math.isnan(values[-1])
    for point, value in zip(x.tolist()[:-1], values[:-1], strict=True):
        true = truth(quantity.function, point, params)
        assert ulps(value, true, dtype) <= quantity.bound(dtype), point
        near = true if point else truth(quantity.function, math.copysign(5e-324, point), params)
        if value == 0 and near != 0:
            assert math.copysign(1, value) == mpmath.sign(near), f"the sign of zero at {point}"


def test_values_that_libraries_get_wrong():
    def at(card, x, *, order=0, dtype="float32"):
        kernel = array_kernel(ACTIVATIONS[card], order)
        return float(kernel(np.array([x], dtype), *ACTIVATIONS[card].knobs.values())[0])

    assert str(at("gelu", -INF)) == "-0.0"
    assert at("sigmoid", 21.5, order=1) == pytest.approx(4.59905537e-10, rel=1e-7)
    assert at("gelu", -6.19) == pytest.approx(-1.862e-9, rel=1e-3)
    assert at("silu", -89.16) == pytest.approx(-1.695e-37, rel=1e-3)
    assert at("tanhshrink", -4e-13) == pytest.approx(-2.133e-38, rel=1e-3)
    assert at("softplus", 20.0001, dtype="float64") == pytest.approx(20.00010000206, rel=1e-13)
    assert at("gelu", 1, dtype="float64") == pytest.approx(0.8413447461, rel=1e-10)
    assert at("gelu_tanh", 1, dtype="float64") == pytest.approx(0.8411919906, rel=1e-10)


def line(card):
    """Many points of both signs within the card's domain, in order."""
    half = np.sort(np.concatenate([np.linspace(0.002, 40, 20000), np.geomspace(1e-8, 1e8, 2001)]))
    x = np.concatenate([-half[::-1], [0.0], half])
    return x[(x > card.domain[0]) & (x < card.domain[1])]


@every_card
def test_declared_facts(card):
    x = line(card)
    values = array_kernel(card)(x, *card.knobs.values())
    values = values[np.isfinite(values)]
    low, high = card.bounds
    assert values.min() >= low - 1e-15 * max(1, abs(low))
    assert values.max() <= high + 1e-15
    # the range is no wider than need be
    assert low == -INF or values.min() <= low + 1e-3
    assert high == INF or values.max() >= high - 1e-3
    # a smooth function may waver by its last digit
    noise = 2e-16 * np.maximum(np.abs(values[1:]), 1e-300)
    assert card.monotone == bool((np.diff(values) >= -noise).all())
    odd = np.array_equal(values, -values[::-1])
    even = np.array_equal(values, values[::-1])
    assert card.symmetry == ("odd" if odd else "even" if even else "")


@every_card
def test_kinks_are_where_the_derivative_jumps(card):
    """At each declared kink value or derivative jumps, and nowhere else."""
    x = np.linspace(-10, 10, 400_001)
    x = x[x > card.domain[0] + 0.1]
    params = card.knobs.values()
    value, slope = (array_kernel(card, order)(x, *params) for order in (0, 1))
    steep = 2e-3 * (1 + np.abs(slope[:-1]) + np.abs(value[:-1]))
    jumps = (np.abs(np.diff(slope)) > steep) | (np.abs(np.diff(value)) > steep)
    found = {round(float(each), 3) + 0.0 for each in x[:-1][jumps]}
    assert found == set(card.kinks_at(card.knobs))
