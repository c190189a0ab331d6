"""`--as`, `--kink` and `dlc diff`: other libraries' names, defaults and derivatives at kinks."""

import json
import math
from importlib.util import find_spec

import numpy as np
import pytest

from dlc.cli import kinks, libraries
from dlc.cli.show import plain
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.convention import SIDES
from dlc.reference.conventions import CONVENTIONS, WITHOUT_DERIVATIVES, convention, conventions, meaning
from dlc.reference.deviations import deviations

OFFERED = [(library, each.card) for library, table in CONVENTIONS.items() for each in table]
OF_NUMBERS = [(library, name) for library, name in OFFERED if not ACTIVATIONS[name].vector]
KINKED = [name for name, card in ACTIVATIONS.items() if not card.vector and card.kinks_at(card.knobs)]


def answer(dlc, *args):
    result = dlc("activation", *args, "--json")
    assert result.code == 0, result.err
    return json.loads(result.out)


@pytest.mark.parametrize(
    ("library", "name", "card", "changed"),
    [
        ("torch", "leaky_relu", "leaky_relu", {"alpha": 0.01}),
        ("keras", "leaky_relu", "leaky_relu", {"alpha": 0.2}),
        ("keras", "LeakyReLU", "leaky_relu", {"alpha": 0.3}),
        ("jax", "leaky_relu", "leaky_relu", {"alpha": 0.01}),
        ("onnx", "leaky_relu", "leaky_relu", {"alpha": 0.01}),
        ("torch", "prelu", "prelu", {"alpha": 0.25}),
        ("torch", "PReLU", "prelu", {"alpha": 0.25}),
        ("keras", "prelu", "prelu", {"alpha": 0.0}),
        ("torch", "gelu", "gelu", {}),
        ("torch", "gelu_tanh", "gelu_tanh", {}),
        ("keras", "gelu", "gelu", {}),
        ("jax", "gelu", "gelu_tanh", {}),
        ("onnx", "Gelu", "gelu", {}),
        ("torch", "hard_sigmoid", "hard_sigmoid", {"width": 6.0}),
        ("onnx", "hard_sigmoid", "hard_sigmoid", {"width": 5.0, "offset": 0.5}),
        ("torch", "softplus", "softplus", {"threshold": 20.0}),
        ("jax", "softplus", "softplus", {"threshold": math.inf}),
        ("onnx", "selu", "selu", {"alpha": float(np.float32(1.67326319)), "scale": float(np.float32(1.05070102))}),
        ("torch", "selu", "selu", {"alpha": 1.6732632423543772}),
        ("torch", "hardswish", "hard_swish", {}),
        ("keras", "hard_silu", "hard_swish", {}),
        ("jax", "soft_sign", "softsign", {}),
        ("keras", "swish", "silu", {}),
        ("onnx", "Swish", "swish", {"beta": 1.0}),
        ("torch", "swish", "swish", {"beta": 1.0}),
        ("onnx", "Shrink", "shrink", {"lambd": 0.5, "bias": 0.0}),
        ("onnx", "softshrink", "softshrink", {"lambd": 0.5}),
        ("torch", "softshrink", "softshrink", {"lambd": 0.5}),
        ("onnx", "ThresholdedRelu", "thresholded_relu", {"theta": 1.0}),
        ("torch", "thresholded_relu", "thresholded_relu", {"theta": 1.0}),
        ("torch", "threshold", "threshold", {}),
        ("keras", "relu", "keras_relu", {"max_value": math.inf}),
        ("torch", "relu", "relu", {}),
        ("torch", "Softmax2d", "softmax", {}),
        ("keras", "linear", "identity", {}),
        ("torch", "rrelu", "rrelu", {"lower": 1 / 8}),
        ("torch", "rrelu_train", "rrelu_train", {"lower": 1 / 8}),
    ],
)
def test_what_a_name_means(library, name, card, changed):
    there = meaning(library, name)
    assert there.card.name == card
    assert there.params == there.card.knobs | changed


def test_nothing_is_offered_twice():
    for table in CONVENTIONS.values():
        cards = [each.card for each in table]
        assert len(cards) == len(set(cards))
        assert set(cards) <= set(ACTIVATIONS)


@pytest.mark.parametrize(("library", "name"), OFFERED)
def test_a_convention_is_consistent(library, name):
    """Its call takes parameters of the card, its sides are sides, and its plain meaning is offered, too."""
    found, card = convention(library, name), ACTIVATIONS[name]
    found.call_with(card.knobs)  # raises KeyError for what the card does not have
    for spelling in found.spellings:
        assert set(spelling.params_by_default) <= set(card.knobs)
    assert set(found.sides(card.kinks_at(card.knobs), card.knobs)) <= {"", *SIDES}
    assert not found.plain or convention(library, found.plain)
    assert library not in WITHOUT_DERIVATIVES or not found.kinks


@pytest.mark.parametrize(("library", "name"), OF_NUMBERS)
def test_as_is_the_kernel_with_the_librarys_parameters(dlc, library, name):
    """At kinks and beside them, to half a unit; whatever the library's own digits are is not repeated."""
    there = meaning(library, name)
    places = sorted({0.75, 2.5, *there.card.kinks_at(there.params)})
    said = answer(dlc, name, *places, "--as", library)
    assert said["name"] == there.card.name
    assert {key: float(value) for key, value in said["params"].items()} == there.params
    assert said["library"] == library
    slopes = kinks.derivatives(there.card, there.params, there.sides)
    for row in said["rows"]:
        assert row["value_ulp"] <= 2
        assert row["derivative_ulp"] <= 2
        if row["x"] in slopes:
            assert row["derivative"] == float(slopes[row["x"]])


@pytest.mark.parametrize(("library", "name"), sorted(set(OFFERED) - set(OF_NUMBERS)))
def test_vector_functions_as_a_library_has_them(dlc, library, name):
    there = meaning(library, name)
    said = answer(dlc, name, "1", "2", "-3", "0.5", "--as", library)
    plain_answer = answer(dlc, there.card.name, "1", "2", "-3", "0.5")
    assert said["params"] == there.params
    assert said["rows"] == plain_answer["rows"], "no library has another default that matters here"


def test_given_parameters_go_before_the_librarys(dlc):
    assert answer(dlc, "leaky_relu", "-1", "--as", "keras", "-p", "alpha=0.5")["rows"][0]["value"] == -0.5
    assert answer(dlc, "leaky_relu", "-1", "--as", "keras", "-p", "negative_slope=0.5")["rows"][0]["value"] == -0.5
    assert answer(dlc, "hard_sigmoid", "1", "--as", "onnx", "-p", "alpha=0.25")["params"] == {
        "width": 4.0,
        "offset": 0.5,
    }
    assert answer(dlc, "relu", "-1", "--as", "keras", "-p", "negative_slope=0.5")["rows"][0]["value"] == -0.5
    assert answer(dlc, "softplus", "9", "--as", "torch", "-p", "threshold=inf")["params"]["threshold"] == "inf"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", KINKED)
def test_each_side_of_a_kink(dlc, name, dtype):
    """One-sided derivatives are those close by; mid is their mean; zero is 0; without --kink it is the card's."""
    card = ACTIVATIONS[name]
    for kink in card.kinks_at(card.knobs):
        if np.dtype(dtype).type(kink) != kink:
            continue  # no number of that type is there
        near = 1e-3
        beside = [row["derivative"] for row in answer(dlc, name, kink - near, kink + near)["rows"]]
        expected = {"left": beside[0], "right": beside[1], "mid": sum(beside) / 2, "zero": 0}
        for side in SIDES:
            (row,) = answer(dlc, name, kink, "--kink", side, "--dtype", dtype)["rows"]
            assert row["derivative"] == pytest.approx(expected[side], abs=5 * near)
            assert row["derivative_ulp"] <= 0.5
        plain = answer(dlc, name, kink, "--dtype", dtype)["rows"][0]["derivative"]
        assert plain == pytest.approx(float(card.grad(kink, **card.knobs)), rel=1e-6)


def test_rules_of_libraries(dlc):
    def slope(name, x, rule, *more):
        return answer(dlc, name, x, "--kink", rule, *more)["rows"][0]["derivative"]

    assert [slope("leaky_relu", 0, each) for each in ("torch", "keras", "jax", "onnx")] == [0.01, 0.01, 1, 0.01]
    assert [slope("hard_tanh", x, "jax") for x in (-1, 1)] == [1, 1]
    assert [slope("hard_tanh", x, "torch") for x in (-1, 1)] == [0, 0]
    assert [slope("sparse_sigmoid", x, "jax") for x in (-1, 1)] == [0.25, 0.25]
    assert [slope("sparse_sigmoid", x, "keras") for x in (-1, 1)] == [0, 0]
    assert slope("elu", 0, "torch", "-p", "alpha=2") == 2
    assert slope("prelu", 0, "keras") == 0
    assert [slope("hard_swish", x, "torch") for x in (-3, 3)] == [0, 1]
    assert answer(dlc, "leaky_relu", 0, "--as", "jax", "--kink", "left")["rows"][0]["derivative"] == 0.01


def test_what_is_said_beside_the_answer(dlc):
    assert "step itself jumps at 0" in dlc("activation", "step", "0", "--kink", "left").err
    assert "jumps" not in dlc("activation", "step", "1", "--kink", "left").err
    assert "jumps" not in dlc("activation", "relu", "0", "--kink", "left").err
    assert "gelu has no kinks" in dlc("activation", "gelu", "0", "--kink", "left").err
    assert "onnx defines no derivatives" in dlc("activation", "relu", "0", "--kink", "onnx").err


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_diff_says_all_there_is(dlc, name):
    """Offers, calls, and every recorded deviation, as JSON and in the tables."""
    result = dlc("diff", name, "--json")
    assert result.code == 0, result.err
    said = json.loads(result.out)
    offered = conventions(name)
    assert [each["library"] for each in said["compared"]] == ["dlc", *({} if ACTIVATIONS[name].noisy else offered)]
    assert set(said["calls"]) == set(offered)
    assert {each["library"] for each in said["offers"]} == set(offered)
    assert said["deviations"] == plain([vars(each) for each in deviations(name)])
    assert ("no library has" in result.err) == (not offered)

    printed = dlc("diff", name).out
    assert all(call in printed for call in said["calls"].values())
    *_, failures = printed.split("fails in")
    rows = [line.split("\t") for line in failures.splitlines()[1:]]
    for each in deviations(name):
        assert any(is_told(each, row) for row in rows), each


def is_told(each, row):
    """Whether a row of the table is of that deviation; numbers of a vector are shortened, others are exact."""
    quantity, x, _, gives, true, dtypes, libraries = row
    told = each.quantity == quantity and each.dtype in dtypes.split(", ") and each.library in libraries.split(", ")
    if isinstance(each.x, list):
        cells = [(x, each.x), (gives, each.gives), (true, each.true)]
        return told and all(
            [float(cell) for cell in text.strip("[]").split(", ")] == pytest.approx(numbers, rel=1e-5, nan_ok=True)
            for text, numbers in cells
        )
    return told and [x, gives, true] == [str(each.x), str(each.gives), str(each.true)]


def test_diff_at_given_places(dlc):
    """A library's known value goes before the definition's."""
    said = json.loads(dlc("diff", "gelu", "-inf", "1", "--json").out)
    compared = {each["library"]: each for each in said["compared"]}
    assert compared["torch"]["values"] == ["nan", compared["dlc"]["values"][1]]
    assert compared["dlc"]["values"][0] == 0
    assert compared["jax"]["card"] == "gelu_tanh"
    assert compared["onnx"]["derivatives"] is None
    single = json.loads(dlc("diff", "gelu", "1", "--dtype", "float32", "--json").out)
    assert single["dtype"] == "float32"
    assert np.float32(single["compared"][0]["values"][0]) == single["compared"][0]["values"][0]


@pytest.mark.parametrize(
    ("name", "card"),
    [("Shrink", "shrink"), ("hardswish", "hard_swish"), ("LeakyReLU", "leaky_relu"), ("atan", "arctan")],
)
def test_diff_knows_the_libraries_names(dlc, name, card):
    assert json.loads(dlc("diff", name, "--json").out)["name"] == card


def test_diff_tells_what_differs(dlc):
    table = dlc("diff", "leaky_relu").out
    assert "keras.layers.LeakyReLU\tnegative_slope=0.3\talpha = 0.3" in table
    assert "derivative at 0 from the right" in table
    assert "gelu_tanh" in dlc("diff", "gelu").out
    assert "width = 5" in dlc("diff", "hard_sigmoid").out
    assert "threshold = 20" in dlc("diff", "softplus").out


def test_what_needs_no_library():
    """What a library has and takes is known without it."""
    assert libraries.LIBRARIES == ("torch", "keras", "jax", "onnx")
    assert libraries.function("torch", "sqnl") is None
    assert libraries.function("torch", "hard_sigmoid", width=5.0) is None, "its width is fixed"
    assert libraries.as_is("torch", "threshold") is None, "it needs to be told where"
    assert {name: libraries.available(name) for name in libraries.LIBRARIES} == {
        name: all(map(find_spec, needed)) for name, needed in libraries.MODULES.items()
    }
