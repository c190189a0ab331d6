"""`dlc activation` of functions of a vector."""

import json

import numpy as np
import pytest

from dlc.cli.answer_vectors import LONG
from dlc.cli.catalog import array_kernel
from dlc.cli.vectors import jacobian
from dlc.reference.activations import ACTIVATIONS

NUMBERS = (1.0, -2.0, 0.5, 3.0)
every_card = pytest.mark.parametrize(
    "card", [card for card in ACTIVATIONS.values() if card.vector], ids=lambda card: card.name
)


def column(table, header):
    return [float(row[header]) for row in table if row[header]]


@every_card
def test_derivatives_are_those_of_the_jacobian(dlc, card):
    """∂y_i/∂x_i, or the derivative of the sum of y by each x where there are not as many y."""
    matrix = jacobian(card, card.knobs, np.array(NUMBERS))
    value = array_kernel(card)(np.array(NUMBERS), *card.knobs.values())
    table = dlc("activation", card.name, *NUMBERS).table
    assert column(table, "value") == value.tolist()
    if len(value) == len(NUMBERS):
        assert column(table, "derivative") == matrix.diagonal().tolist()
    else:
        assert column(table, "gradient") == pytest.approx(matrix.sum(axis=0).tolist(), rel=1e-15)
    assert len(table) == max(len(value), len(NUMBERS))
    rows = dlc("activation", card.name, *NUMBERS, "--jacobian").table
    assert [[float(row[f"d/dx{j}"]) for j in range(4)] for row in rows] == matrix.tolist()
    assert [row["value"] for row in rows] == [f"y{i}" for i in range(len(value))]


@every_card
def test_every_one_can_be_drawn(dlc, card):
    result = dlc("activation", card.name, *NUMBERS, "--plot", "--no-ulp")
    assert result.code == 0
    assert f"{card.name}'" in result.out


def test_cells_that_a_shorter_result_leaves_empty(dlc):
    rows = json.loads(dlc("activation", "logsumexp", *NUMBERS, "--json").out)["rows"]
    assert [row["value"] is None for row in rows] == [False, True, True, True]
    assert all(row["gradient_ulp"] <= 0.7 for row in rows)
    rows = json.loads(dlc("activation", "crelu", "1", "-1", "--json", "--jacobian").out)["rows"]
    assert [row["x"] for row in rows] == [1.0, -1.0, None, None]
    assert [row["jacobian"] for row in rows] == [[1, 0], [0, 0], [0, 0], [0, -1]]


def test_noise_goes_on_from_row_to_row(dlc, tmp_path):
    file = tmp_path / "x.csv"
    file.write_text("-1,-1,-1\n-1,-1,-1\n")
    table = dlc("activation", "rrelu_train", file).table
    alone = dlc("activation", "rrelu_train", *["-1"] * 6).table
    assert column(table, "value") == column(alone, "value")
    assert len(set(column(table, "value"))) == 6
    assert max(column(table, "value_ulp") + column(table, "derivative_ulp")) <= 1


def test_parameters_are_heeded(dlc):
    assert column(dlc("activation", "maxout", *NUMBERS, "-p", "pieces=4").table, "value") == [3]
    soft = dlc("activation", "gumbel_softmax", *NUMBERS, "-p", "seed=3").table
    hard = dlc("activation", "gumbel_softmax", *NUMBERS, "-p", "seed=3", "-p", "hard=1").table
    assert np.argmax(column(soft, "value")) == np.argmax(column(hard, "value"))
    assert sorted(column(hard, "value")) == [0, 0, 0, 1]
    assert column(hard, "derivative") == column(soft, "derivative")


def test_own_derivatives_of_long_vectors_are_left_out(dlc):
    result = dlc("activation", "softmax", f"0:{LONG}:1", "--no-ulp")
    assert result.code == 0
    assert f"longer than {LONG}" in result.err
    assert column(result.table, "derivative") == []
    assert sum(column(result.table, "value")) == pytest.approx(1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("glu 1 2 3", "glu needs an even length, not 3"),
        ("maxout 1 2 3", "maxout needs a length that its 2 pieces divide, not 3"),
        ("maxout 1 2 -p pieces=1.5", "a whole number of pieces"),
        ("gumbel_softmax 1 2 -p seed=-1", "a whole number as seed"),
        ("gumbel_softmax 1 2 -p tau=0", "tau > 0"),
        ("gumbel_softmax 1 2 -p hard=2", "hard = 0 or 1"),
        ("standardize 1 2 -p epsilon=0", "epsilon > 0"),
        ("rrelu_train 1 2 -p lower=1", "lower <= upper"),
    ],
)
def test_what_does_not_fit_is_one_line(dlc, arguments, words):
    result = dlc("activation", *arguments.split())
    assert result.code == 2
    assert result.err.startswith("Error: ")
    assert words in result.err
    assert result.err.count("\n") == 1
