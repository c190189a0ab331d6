"""Activation kernels against the reference; the reference against its own definition; cards against both."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlc.cli.agreement_activations import check_activation, error_at, numbers, vector_errors
from dlc.cli.catalog import array_kernel
from dlc.cli.values import params_as_type
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.ulp import FORMATS, truth, ulps

SCALARS = [card for card in ACTIVATIONS.values() if not card.vector]
VECTORS = [card for card in ACTIVATIONS.values() if card.vector]
QUANTITIES = [(card, derivative) for card in SCALARS for derivative in (False, True)]
INF, NAN = math.inf, math.nan


def name(each):
    if isinstance(each, bool):
        return "derivative" if each else "value"
    return getattr(each, "name", str(each))


def scalar_cases(*more):
    return pytest.mark.parametrize(("card", "derivative", *more), QUANTITIES, ids=name)


def function_of(card, derivative):
    return card.grad if derivative else card.function


@pytest.mark.parametrize("card", ACTIVATIONS.values(), ids=name)
def test_kernels_keep_the_bounds_of_their_card(card):
    for agreement in check_activation(card):
        assert agreement.holds, agreement


@scalar_cases()
def test_a_million_random_float32_bit_patterns(card, derivative):
    """Judged by the float64 kernel, which is proven against the reference and knows thirty bits more."""
    bits = np.random.default_rng(3).integers(0, 2**32, 1_000_000, dtype=np.uint64).astype(np.uint32)
    x = bits.view(np.float32)
    x = x[~np.isnan(x)]
    params = params_as_type(card.knobs, "float32").values()
    kernel = array_kernel(card, derivative=derivative)
    value, wide = kernel(x, *params), kernel(x.astype(np.float64), *params)
    with np.errstate(over="ignore", invalid="ignore"):
        unit = np.maximum(np.spacing(np.abs(wide).astype(np.float32)).astype(np.float64), 2.0**-149)
        error = np.where(value == wide.astype(np.float32), 0.5, np.abs(value - wide) / unit)
    assert error.max() <= card.ulp["float32"][derivative] + 1e-3


@scalar_cases()
@given(x=st.floats(allow_nan=False))
@settings(max_examples=60, deadline=None)
def test_no_float64_is_beyond_the_bound(card, derivative, x):
    params = card.knobs
    value = float(array_kernel(card, derivative=derivative)(np.array([x]), *params.values())[0])
    true = truth(function_of(card, derivative), x, params)
    assert ulps(value, true, "float64") <= card.ulp["float64"][derivative]


SWEPT = {
    "alpha": [0.0, 1e-6, 0.3, 1.0, 7.0, 1e6],
    "beta": [1e-30, 0.01, 0.3, 3.0, 1e6, 1e30],
    "theta": [0.0, 2.5, 1e30],
    "low": [-1e30, -0.1],
    "high": [1e-30, 1e30],
}
SWEEPS = [
    (card, {knob: value})
    for card in SCALARS
    for knob in card.knobs
    for value in SWEPT.get(knob, [])
]  # fmt: skip


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize(("card", "params"), SWEEPS, ids=lambda each: getattr(each, "name", str(each)))
def test_the_bounds_hold_for_other_parameters(card, params, dtype):
    params = params_as_type(card.knobs | params, dtype)
    x = numbers(dtype, 250, seed=5, places=card.kinks_at(params))
    for derivative in (False, True):
        values = array_kernel(card, derivative=derivative)(x, *params.values())
        for point, value in zip(x.tolist(), values.tolist(), strict=True):
            error = error_at(card, derivative, point, value, params, dtype)
            assert error <= card.ulp[dtype][derivative], point


@scalar_cases()
@pytest.mark.parametrize("dtype", FORMATS)
def test_special_values(card, derivative, dtype):
    """Zeros keep their sign where the function goes through 0, infinities give the limit, nan stays nan."""
    x = np.array([0.0, -0.0, INF, -INF, 1e30, -1e30, NAN], dtype)
    params = params_as_type(card.knobs, dtype)
    values = array_kernel(card, derivative=derivative)(x, *params.values()).tolist()
    function = function_of(card, derivative)
    assert math.isnan(values[-1])
    for point, value in zip(x.tolist()[:-1], values[:-1], strict=True):
        true = truth(function, point, params)
        assert ulps(value, true, dtype) <= card.ulp[dtype][derivative], point
        near = true if point else truth(function, math.copysign(5e-324, point), params)
        if value == 0 and near != 0:
            assert math.copysign(1, value) == mpmath.sign(near), f"the sign of zero at {point}"


def test_values_that_libraries_get_wrong():
    def at(card, x, *, derivative=False, dtype="float32"):
        kernel = array_kernel(ACTIVATIONS[card], derivative=derivative)
        return float(kernel(np.array([x], dtype), *ACTIVATIONS[card].knobs.values())[0])

    assert str(at("gelu", -INF)) == "-0.0"
    assert at("sigmoid", 21.5, derivative=True) == pytest.approx(4.59905537e-10, rel=1e-7)
    assert at("gelu", -6.19) == pytest.approx(-1.862e-9, rel=1e-3)
    assert at("silu", -89.16) == pytest.approx(-1.695e-37, rel=1e-3)
    assert at("softplus", 20.0001, dtype="float64") == pytest.approx(20.00010000206, rel=1e-13)
    assert at("gelu", 1, dtype="float64") == pytest.approx(0.8413447461, rel=1e-10)
    assert at("gelu_tanh", 1, dtype="float64") == pytest.approx(0.8411919906, rel=1e-10)


@pytest.mark.parametrize("card", SCALARS, ids=name)
def test_closed_form_derivatives_at_fifty_digits(card):
    """Against mpmath's own numerical derivative, away from kinks."""
    with mpmath.workdps(50):
        params = {key: mpmath.mpf(value) for key, value in card.knobs.items()}
        kinks = card.kinks_at(card.knobs)
        for x in (-30, -7.3, -3.01, -1.2784645, -0.75, -0.3, 0.001, 0.41, 1.7, 5.9, 8, 40):
            point = mpmath.mpf(x)
            assert all(abs(x - kink) > 1e-4 for kink in kinks)
            step = mpmath.mpf(10) ** -12
            # central differences, three orders: the error is of the order of step^6
            numeric = (
                sum(
                    weight * (card.function(point + k * step, **params) - card.function(point - k * step, **params))
                    for k, weight in ((1, mpmath.mpf(3) / 4), (2, -mpmath.mpf(3) / 20), (3, mpmath.mpf(1) / 60))
                )
                / step
            )
            exact = card.grad(point, **params)
            assert abs(numeric - exact) <= mpmath.mpf(10) ** -34 * (1 + abs(exact) * 10**6), x


@pytest.mark.parametrize("card", VECTORS, ids=name)
def test_closed_form_jacobians_at_fifty_digits(card):
    with mpmath.workdps(50):
        x = [mpmath.mpf(each) for each in (0.3, -1.2, 2.5, 2.5)]
        step = mpmath.mpf(10) ** -15
        exact = card.grad(x)
        for j in range(len(x)):
            moved = [[each + (side * step if k == j else 0) for k, each in enumerate(x)] for side in (1, -1)]
            up, down = (card.function(each) for each in moved)
            for i in range(len(x)):
                assert abs((up[i] - down[i]) / (2 * step) - exact[i][j]) < mpmath.mpf(10) ** -28


@scalar_cases()
def test_fifty_digits_are_enough(card, derivative):
    """No formula of the reference loses so much to cancellation that more digits would change the answer."""
    function = function_of(card, derivative)
    for x in (-1e300, -745.0, -120.0, -38.5, -20.0, -1e-3, -1e-300, 1e-300, 1e-3, 20.0, 120.0, 745.0, 1e300):
        few = truth(function, x, card.knobs)
        with mpmath.workdps(1000):
            many = function(mpmath.mpf(x), **{key: mpmath.mpf(value) for key, value in card.knobs.items()})
            vanishing = mpmath.mpf(10) ** -400
            assert abs(few - many) <= max(abs(many) * mpmath.mpf(10) ** -30, vanishing), x


@pytest.mark.parametrize("card", SCALARS, ids=name)
@pytest.mark.parametrize("kind", ["float", "array"])
def test_the_reference_follows_the_type_of_its_argument(card, kind):
    x = [-3.7, -1.0, 0.0, 0.5, 2.25]
    for derivative in (False, True):
        function = function_of(card, derivative)
        true = [float(truth(function, each, card.knobs)) for each in x]
        if kind == "float":
            values = [function(each, **card.knobs) for each in x]
        else:
            if "normal_cdf" in function.__code__.co_names:
                with pytest.raises(AttributeError, match="erfc"):  # which NumPy lacks
                    function(np.array(x), **card.knobs)
                continue
            values = function(np.array(x), **card.knobs)
        assert values == pytest.approx(true, rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("card", SCALARS, ids=name)
def test_declared_facts(card):
    half = np.sort(np.concatenate([np.linspace(0.002, 40, 20000), np.geomspace(1e-8, 1e8, 2001)]))
    x = np.concatenate([-half[::-1], [0.0], half])
    values = array_kernel(card)(x, *card.knobs.values())
    low, high = card.bounds
    assert values.min() >= low - 1e-15
    assert values.max() <= high
    # the range is no wider than need be
    assert low == -INF or values.min() <= low + 1e-3
    assert high == INF or values.max() >= high - 1e-3
    assert card.monotone == bool((np.diff(values) >= 0).all())
    odd = np.array_equal(values, -values[::-1])
    even = np.array_equal(values, values[::-1])
    assert card.symmetry == ("odd" if odd else "even" if even else "")


@pytest.mark.parametrize("card", SCALARS, ids=name)
def test_kinks_are_where_the_derivative_jumps(card):
    """At each declared kink value or derivative jumps, and nowhere else."""
    x = np.linspace(-10, 10, 400_001)
    params = card.knobs.values()
    value = array_kernel(card)(x, *params)
    slope = array_kernel(card, derivative=True)(x, *params)
    jumps = (np.abs(np.diff(slope)) > 1e-3) | (np.abs(np.diff(value)) > 1e-3)
    found = {round(float(each), 3) + 0.0 for each in x[:-1][jumps]}
    assert found == set(card.kinks_at(card.knobs))


VECTOR = st.lists(st.floats(-800, 800) | st.floats(-3e38, 3e38), min_size=1, max_size=8)


def vector_error(card, x, derivative):
    """The worst error of the values, or of all derivatives, both as Jacobian and as its diagonal."""
    if not derivative:
        return vector_errors(card.function, x, array_kernel(card)(x)).max()
    matrix, diagonal = array_kernel(card, jacobian=True)(x), array_kernel(card, derivative=True)(x)
    assert matrix.diagonal().tolist() == diagonal.tolist()
    return vector_errors(card.grad, x, matrix).max()


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("card", VECTORS, ids=name)
@given(values=VECTOR)
@settings(max_examples=30, deadline=None)
def test_vectors_of_any_spread(card, dtype, values):
    x = np.array(values, dtype)
    for derivative in (False, True):
        assert vector_error(card, x, derivative) <= card.ulp[dtype][derivative]


@given(values=VECTOR)
@settings(max_examples=30, deadline=None)
def test_softmax_sums_to_one_and_its_jacobian_to_zero(values):
    x = np.array(values)
    assert array_kernel(ACTIVATIONS["softmax"])(x).sum() == pytest.approx(1, rel=1e-14)
    assert array_kernel(ACTIVATIONS["softmax"], jacobian=True)(x).sum(axis=0) == pytest.approx(0, abs=1e-14)


def test_vectors_at_infinity():
    softmax = array_kernel(ACTIVATIONS["softmax"])
    assert softmax(np.array([INF, 3.0, -INF])).tolist() == [1, 0, 0]
    assert softmax(np.array([INF, INF, 0.0])).tolist() == [0.5, 0.5, 0]
    assert np.isnan(softmax(np.array([1.0, NAN]))).all()
    assert array_kernel(ACTIVATIONS["log_softmax"])(np.array([0.0, -INF])).tolist() == [0, -INF]


@pytest.mark.parametrize("card", VECTORS, ids=name)
@pytest.mark.parametrize("dtype", FORMATS)
def test_vectors_whose_sum_is_hardly_more_than_its_greatest_term(card, dtype):
    """What the other terms add is near the least normal number, or below."""
    edge = -87.3 if dtype == "float32" else -708.4
    for below in np.linspace(0, -10 if dtype == "float32" else -30, 60):
        x = np.array([3.0, 3.0 + edge + below, 3.0 + edge - 4.1], dtype)
        for derivative in (False, True):
            assert vector_error(card, x, derivative) <= card.ulp[dtype][derivative]
