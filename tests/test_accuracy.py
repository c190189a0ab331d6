"""`dlc accuracy`: how errors of libraries are counted, and the table that is kept."""

import json
import math

import numpy as np
import pytest

from dlc.cli import accuracy_peers
from dlc.cli.accuracy_table import Table
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.ulp import exact_number, ulps

VALUES = [0.0, -0.0, 1.0, -3.7, 1e-45, 3e-39, 3.4e38, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("true", [*VALUES, 1e-60, 1e39, -(2.0**128)])
def test_errors_are_counted_as_defined(true):
    found = accuracy_peers.errors(np.array(VALUES, np.float32), np.array([true] * len(VALUES)))
    exact = exact_number(true)  # infinities as numbers beyond any
    expected = [ulps(float(value), exact, "float32") for value in np.array(VALUES, np.float32)]
    assert found.tolist() == pytest.approx(expected, rel=1e-12)


def flushing(values):
    """A library's gelu that gives up in the tail, and at infinity."""
    return lambda x: np.where(x < -6, 0, np.where(np.isinf(x), np.nan, values(x))).astype(np.float32)


@pytest.fixture
def library(monkeypatch):
    from dlc.cli import libraries

    monkeypatch.setattr(accuracy_peers, "STRIDE", 1 << 16)
    monkeypatch.setattr(libraries, "available", lambda library: library == "torch")
    monkeypatch.setattr(libraries, "to_native", lambda library, x: x)
    monkeypatch.setattr(libraries, "to_numpy", lambda library, x: x)
    silu = flushing(lambda x: x / (1 + np.exp(-x.astype(float))))
    monkeypatch.setattr(libraries, "function", lambda library, name: silu if name == "silu" else None)


def test_the_worst_of_a_library_is_found(library):
    with np.errstate(all="ignore"):
        worst = accuracy_peers.number_errors(ACTIVATIONS["silu"], "torch", 0)
    assert worst.ulp > 1e6
    assert -90 < float(worst.at) < -6
    assert worst.at_infinity == "nan at inf, not inf"
    assert worst.inputs > 60_000
    assert accuracy_peers.number_errors(ACTIVATIONS["mish"], "torch", 0) is None


ROWS = [
    {"name": "silu", "quantity": "value", "holds": True, "float32": {"ulp": 0.51, "at": "x = 2.0", "inputs": 2**32},
     "torch": {"ulp": 1.7e7, "at": "-89.16", "inputs": 9, "at_infinity": "nan at -inf, not -0"}},
    {"name": "silu", "quantity": "derivative", "holds": True,
     "float32": {"ulp": math.inf, "at": "x = 3.0", "inputs": 70_000_000}},
]  # fmt: skip


def test_the_table_is_kept_whole_and_grows(tmp_path):
    path = tmp_path / "accuracy.md"
    table = Table.read(path)
    table.put("silu", ROWS)
    table.write(path)
    again = Table.read(path)
    assert again == table
    again.put("relu", [ROWS[0] | {"name": "relu"}])
    again.write(path)
    assert list(Table.read(path).rows) == ["relu", "silu"], "in the order of the family"
    text = path.read_text()
    assert "| silu | value | 0.51 at 2.0 |  | 1.7e7 at -89.16; nan at -inf, not -0 |" in text
    assert "| silu | 0.51 / inf† |  | 1.7e7 |" in again.brief()
    assert json.loads(path.with_suffix(".json").read_text())["rows"]["silu"][1]["float32"]["ulp"] == "inf"


def test_a_file_that_is_no_table_is_kept(tmp_path, dlc):
    (tmp_path / "a.json").write_text("not mine")
    result = dlc("accuracy", "relu", "--save", tmp_path / "a.md")
    assert result.code == 2
    assert "no table of errors" in result.err
    assert (tmp_path / "a.json").read_text() == "not mine"
