"""Conventions beside what the libraries computed, as `make peers` recorded it; none of them is needed here."""

import json
import math
from functools import cache, partial

import mpmath
import numpy as np
import pytest
from conftest import ROOT

from dlc.cli import kinks
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.convention import REQUIRED
from dlc.reference.conventions import CONVENTIONS, WITHOUT_DERIVATIVES, convention, meaning, said_plainly
from dlc.reference.deviations import deviations, versions
from dlc.reference.ulp import DIGITS, FORMATS, truth, ulps

DATA = ROOT / "tests" / "data"
RECORD = json.loads((DATA / "activations.json").read_text())
NAMES = json.loads((DATA / "names.json").read_text())
ULPS = 16  # what a library may round away in the middle; of x/α in an exponential more, the greater x is
# What is left of the digits where constants are float32 inside: of 1/6 in torch, of everything in onnxruntime.
FLOAT32_INSIDE = {"torch": 4e-8, "keras": 4e-8, "jax": 0.0, "onnx": 5e-7}

CASES = [
    (card, library, case, dtype)
    for card, by_library in RECORD["activations"].items()
    for library, cases in by_library.items()
    for case, by_type in cases.items()
    for dtype in FORMATS
    if dtype in by_type
]

# What the libraries have beside activations: functions of one vector, or names in a module of activations.
NO_ACTIVATIONS = {
    "torch": {
        "a type": ["Tensor"],
        "attention, of three arrays": ["MultiheadAttention"],
        "regularisers that draw zeros": ["alpha_dropout", "dropout", "dropout3d", "feature_alpha_dropout"],
    },
    "keras": {"names to functions and back": ["deserialize", "get", "serialize"]},
    "jax": {
        "attention, of three arrays": ["dot_product_attention"],
        "encodes whole numbers": ["one_hot"],
        "products of scaled matrices": ["get_scaled_dot_general_config", "scaled_dot_general", "scaled_matmul"],
    },
    "onnx": {
        "rounding and sign": ["Abs", "Ceil", "Floor", "Neg", "Round", "Sign"],
        "elementary mathematics that no network squashes with": [
            *("Acos", "Acosh", "Asin", "Asinh", "Atanh", "Cos", "Cosh", "Erf"),
            *("Log", "Reciprocal", "Sinh", "Sqrt", "Tan"),
        ],
        "reductions, or sums of several arrays": [
            *("Max", "Mean", "Min", "Sum"),
            *("ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceMax", "ReduceMean"),
            *("ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare"),
        ],
        "normalisations over axes of images": ["LpNormalization", "MeanVarianceNormalization"],
        "regularisers that draw zeros": ["Dropout"],
        "moves numbers, and changes none": [
            *("Flatten", "OptionalGetElement", "Split", "Squeeze", "Transpose", "Unique"),
        ],
    },
}


def numbers(cells, dtype):
    """What was recorded, as float64; infinities and nan are texts in JSON, and a float32 its shortest decimal."""
    return np.array(cells, dtype=object).astype(dtype).astype(float)


@cache
def true_value(name, quantity, x, params):
    """The truth, for several libraries."""
    card = ACTIVATIONS[name]
    return truth(card.function if quantity == "value" else card.grad, x, dict(params))


def seen(name, library, case, params):
    """The card, the parameters and the sides of kinks that the recorded case is to agree with."""
    found = convention(library, name)
    if case == "as is":
        there = said_plainly(library, found, found.spelling)
        found, params = there.convention, there.params
    card = ACTIVATIONS[found.card]
    if library == "onnx":  # its attributes are float32
        for argument in found.arguments.values():
            param = argument.param.removeprefix("1/")
            if param:
                there = 1 / params[param] if param != argument.param else params[param]
                params = params | argument.as_params(float(np.float32(there)))
    return card, params, found.sides(card.kinks_at(params), params)


def recorded_deviations(card, library, dtype, quantity):
    return [
        each
        for each in deviations(card.name)
        if (each.library, each.dtype, each.quantity) == (library, dtype, quantity)
    ]


def same(a, b):
    return (a == b and math.copysign(1, a) == math.copysign(1, b)) or (math.isnan(a) and math.isnan(b))


@pytest.mark.parametrize(("name", "library", "case", "dtype"), CASES)
def test_libraries_compute_what_their_conventions_say(name, library, case, dtype):
    recorded = RECORD["activations"][name][library][case]
    given = {key: float(value) for key, value in recorded.get("params", {}).items()}
    card, params, sides = seen(name, library, case, given)
    compare = compare_vector if card.vector else compare_numbers
    for each in recorded[dtype]:
        compare(card, library, dtype, params, sides, each)


def compare_vector(card, library, dtype, params, sides, each):
    eps = float(np.finfo(dtype).eps)
    near = partial(pytest.approx, rel=64 * eps, abs=64 * eps)
    x, v = ([mpmath.mpf(cell) for cell in numbers(np.atleast_1d(each[key]), dtype)] for key in ("x", "v"))
    settings = {name: mpmath.mpf(value) for name, value in params.items()}
    with mpmath.workdps(DIGITS):
        value, slope = card.function(x, **settings), card.vjp(x, v, **settings)
    assert numbers(np.atleast_1d(each["value"]), dtype) == near(np.array(value, float))
    if library not in WITHOUT_DERIVATIVES:
        assert numbers(each["vjp"], dtype) == near(np.array(slope, float))


def compare_numbers(card, library, dtype, params, sides, each):
    x, settings = numbers(each["x"], dtype), tuple(params.items())
    slopes = kinks.derivatives(card, params, sides)
    true = [true_value(card.name, "value", at, settings) for at in x]
    judge(card, library, dtype, "value", params, x, numbers(each["value"], dtype), true)
    if library not in WITHOUT_DERIVATIVES:
        true = [slopes.get(at, true_value(card.name, "derivative", at, settings)) for at in x]
        judge(card, library, dtype, "derivative", params, x, numbers(each["vjp"], dtype), true)


def judge(card, library, dtype, quantity, params, x, gives, true):
    """A few ulp, or a recorded deviation: at that very place, or a loss of digits that is small beside the input."""
    known = recorded_deviations(card, library, dtype, quantity)
    for at, value, exact in zip(x, gives, true, strict=True):
        where = (library, card.name, dtype, quantity, at, value)  # no text of a truth like e^(-10^400)
        if (math.isnan(at) and quantity == "derivative") or not inside(card, at):
            continue  # there is none
        if any(same(at, each.x) for each in known):
            continue  # judged with the deviations
        if math.isinf(at) and params != card.knobs:
            continue  # deviations at infinity are recorded for the card's parameters
        if mpmath.isnan(exact):
            assert math.isnan(value), where
        elif abs(exact) > np.finfo(dtype).max:
            assert value == math.copysign(math.inf, exact), where
        elif abs(exact) < np.finfo(dtype).tiny:
            assert abs(value) <= np.finfo(dtype).tiny, where
        elif not ulps(value, exact, dtype) <= ULPS + (abs(at) if math.isfinite(at) else 0):
            small = 4 * np.finfo(dtype).eps * max(1, abs(at)), FLOAT32_INSIDE[library] * abs(float(exact))
            assert known, where
            assert abs(value - exact) <= max(small), where


def inside(card, at):
    return math.isnan(at) or (card.domain[0] <= at <= card.domain[1] and not (at == 0 == card.domain[0]))


def test_noise_is_all_that_is_torchs_own():
    noise = {name: np.array(each) for name, each in RECORD["noise"].items()}
    tau = 2.0  # as recorded
    soft = ACTIVATIONS["softmax"].function(((noise["x"] + noise["gumbel"]) / tau).tolist())
    assert noise["gumbel_softmax"] == pytest.approx(np.array(soft, float), rel=1e-12)
    slopes = noise["rrelu_train"] / np.where(noise["x"] == 0, np.nan, noise["x"])
    lower, upper, *_ = ACTIVATIONS["rrelu_train"].knobs.values()
    assert np.all((slopes == 1)[noise["x"] > 0])
    drawn = slopes[noise["x"] < 0]
    assert ((drawn >= lower) & (drawn <= upper)).all()
    assert len(set(drawn)) == len(drawn) > 1


def test_what_is_recorded():
    offered = {name: {library for library in CONVENTIONS if convention(library, name)} for name in ACTIVATIONS}
    noisy = {name for name, card in ACTIVATIONS.items() if card.noisy}
    assert {name: set(each) for name, each in RECORD["activations"].items()} == {
        name: set() if name in noisy else libraries for name, libraries in offered.items()
    }
    assert RECORD["versions"] == NAMES["versions"] == versions()
    assert RECORD["versions"]["torch"].startswith("2.13")


@pytest.mark.parametrize("library", CONVENTIONS)
def test_every_function_of_the_library_is_covered(library):
    excluded = [name for names in NO_ACTIVATIONS[library].values() for name in names]
    assert len(excluded) == len(set(excluded))
    there = NAMES["names"][library]
    assert set(excluded) <= set(there), "excluded, but not there"
    covered = {name for name in there if meaning(library, name)}
    assert set(there) - covered == set(excluded)


@pytest.mark.parametrize("library", CONVENTIONS)
def test_arguments_and_defaults_are_the_librarys(library):
    for each in CONVENTIONS[library]:
        for spelling in each.spellings:
            there = NAMES["signatures"][library][spelling.name]
            for name, argument in spelling.arguments.items():
                default = {"Zeros": 0.0}.get(there[name], there[name])  # an initialiser's name
                if library == "onnx" and argument.default == REQUIRED:
                    assert default in (REQUIRED, None), "an input that may be left out, but not for this function"
                elif library == "onnx" and isinstance(default, float):
                    assert np.float32(argument.default) == np.float32(default), (spelling.name, name)
                else:
                    assert argument.default == default, (spelling.name, name)
            required = {name for name, default in there.items() if default == REQUIRED}
            assert required <= set(spelling.arguments), spelling.name


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_deviations_are_deviations(name):
    """What should have come out is the truth, and what came out is something else."""
    card = ACTIVATIONS[name]
    for each in deviations(name):
        assert not card.noisy
        if isinstance(each.x, list):
            pairs = zip(each.gives, each.true, strict=True)
            assert not all(same(*pair) for pair in pairs), each
            continue
        (x,) = numbers([each.x], each.dtype)
        exact = true_value(name, each.quantity, x, tuple(card.knobs.items()))
        assert math.isnan(each.true) if mpmath.isnan(exact) else each.true == pytest.approx(float(exact), rel=1e-6)
        assert not same(each.gives, each.true), each
