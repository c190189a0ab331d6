"""Commands as a user meets them: on a terminal, in a pipe, as JSON."""

import json
import math
import os
import pty
import re
import subprocess
import sys

import numpy as np
import pytest
from typer.main import get_command

from dlc.cli.catalog import FAMILIES
from dlc.reference.activations import ACTIVATIONS


def commands():
    from dlc.cli.main import app

    def walk(command, path):
        yield path, command
        for name, child in getattr(command, "commands", {}).items():
            yield from walk(child, [*path, name])

    return list(walk(get_command(app), []))


@pytest.mark.parametrize(("path", "command"), commands(), ids=[" ".join(path) or "dlc" for path, _ in commands()])
def test_every_command_and_option_is_explained(dlc, path, command):
    result = dlc(*path, "--help")
    assert result.code == 0
    assert "Usage: dlc" in result.out
    assert command.help
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{path}: {parameter.name} has no help"


def test_the_readme_tells_of_every_command():
    from conftest import ROOT

    readme = (ROOT / "README.md").read_text()
    for path, command in commands():
        if path and not getattr(command, "commands", None):
            assert f"dlc {' '.join(path)}" in readme


def test_a_table_in_a_pipe_has_tabs_and_all_digits(dlc):
    result = dlc("activation", "gelu", "-1", "0.5")
    assert result.code == 0
    assert result.out.splitlines()[0] == "x\tvalue\tderivative\tvalue_ulp\tderivative_ulp"
    first, second = result.table
    assert len(first["value"]) > 17
    assert float(first["value"]) == pytest.approx(-0.158655253931457, rel=1e-14)
    assert float(second["value"]) == pytest.approx(0.345731230637, rel=1e-11)


def test_json_has_the_promised_form(dlc):
    result = dlc("activation", "leaky_relu", "-2", "inf", "-p", "alpha=0.25", "--dtype", "float32", "--json")
    assert json.loads(result.out) == {
        "schema": 1,
        "command": "activation",
        "name": "leaky_relu",
        "dtype": "float32",
        "params": {"alpha": 0.25},
        "library": None,
        "kink": None,
        "rows": [
            {"x": -2.0, "value": -0.5, "derivative": 0.25, "value_ulp": 0.0, "derivative_ulp": 0.0},
            {"x": "inf", "value": "inf", "derivative": 1.0, "value_ulp": 0.0, "derivative_ulp": 0.0},
        ],
    }


def test_float32_gains_no_digits(dlc):
    result = dlc("activation", "sigmoid", "0.1", "--dtype", "float32", "--json")
    (row,) = json.loads(result.out)["rows"]
    assert row["x"] == 0.1
    assert np.float32(row["value"]) == np.float32(1 / (1 + math.exp(-float(np.float32(0.1)))))


@pytest.mark.parametrize("name", ACTIVATIONS.names)
def test_every_activation_answers_under_every_name(dlc, name):
    result = dlc("activation", name, "-1.5", "0", "2", "1")
    assert result.code == 0, result.err
    value_bound, slope_bound = ACTIVATIONS[name].ulp["float64"]
    errors = [(header, error) for row in result.table for header, error in row.items() if header.endswith("_ulp")]
    assert len(errors) >= 8
    for header, error in errors:
        if error:  # a result shorter than the vector leaves cells empty
            assert float(error) <= (value_bound if header == "value_ulp" else slope_bound)


def test_a_jacobian(dlc):
    result = dlc("activation", "softmax", "1", "2", "3", "--jacobian")
    matrix = np.array([[float(row[f"d/dx{j}"]) for j in range(3)] for row in result.table])
    y = np.exp([1, 2, 3]) / np.exp([1, 2, 3]).sum()
    assert matrix == pytest.approx(np.diag(y) - np.outer(y, y), rel=1e-14)
    rows = json.loads(dlc("activation", "softmax", "1", "2", "3", "--jacobian", "--json").out)["rows"]
    assert np.array([row["jacobian"] for row in rows]) == pytest.approx(matrix, rel=1e-15)


def test_rows_of_a_table_are_vectors(dlc, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("1,2,3\n0,0,0\n")
    rows = dlc("activation", "softmax", file).table
    assert [row["vector"] for row in rows] == list("000111")
    assert [float(row["value"]) for row in rows[3:]] == pytest.approx([1 / 3] * 3)


def test_a_float32_file_stays_float32(dlc, tmp_path):
    file = tmp_path / "t.npy"
    np.save(file, np.array([0.5], np.float32))
    assert json.loads(dlc("activation", "tanh", file, "--json").out)["dtype"] == "float32"


def test_standard_input(dlc):
    assert [row["x"] for row in dlc("activation", "relu", "-", stdin="1,2\n-3").table] == ["1.0", "2.0", "-3.0"]


def test_errors_can_be_left_out(dlc):
    assert dlc("activation", "relu", "1", "--no-ulp").out.splitlines()[0] == "x\tvalue\tderivative"
    (row,) = json.loads(dlc("activation", "relu", "1", "--no-ulp", "--json").out)["rows"]
    assert row["value_ulp"] is None


@pytest.mark.parametrize("name", ["gelu", "step", "softmax"])
def test_a_plot_shows_both_curves(dlc, monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "90")
    result = dlc("activation", name, *(["1", "2", "3"] if name == "softmax" else []), "--plot")
    assert result.code == 0
    assert f"{name}'" in result.out
    assert "\x1b" not in result.out, "no colours in a pipe"
    assert max(map(len, result.out.splitlines())) <= 90


def test_a_plot_of_nothing_says_so(dlc):
    result = dlc("activation", "gelu", "nan", "inf", "--plot")
    assert result.code == 0
    assert "nothing to draw" in result.err


def test_list_and_show_cover_everything(dlc):
    listed = dlc("list").table
    assert [row["name"] for row in listed] == [card.name for family in FAMILIES.values() for card in family.values()]
    for row in listed:
        one = ("show", row["name"], "--kind", row["kind"])
        shown = dict(line.split("\t", 1) for line in dlc(*one).out.splitlines())
        assert row["formula"] in shown.values()
        assert shown["source"]
        assert json.loads(dlc(*one, "--json").out)["name"] == row["name"]
    assert {row["kind"] for row in dlc("list", "optimizer").table} == {"optimizer"}
    assert len(json.loads(dlc("list", "--json").out)["entries"]) == len(listed)


def test_a_name_of_several_kinds_shows_all(dlc):
    assert dlc("show", "mse").out.count("formula\t") == 2
    assert [card["kind"] for card in json.loads(dlc("show", "mse", "--json").out)["cards"]] == ["loss", "metric"]


def test_check_says_what_it_compared(dlc):
    result = dlc("check", "relu", "softmax", "--samples", "50")
    assert result.code == 0
    assert [(row["name"], row["quantity"], row["dtype"]) for row in result.table][:2] == [
        ("relu", "value", "float32"),
        ("relu", "derivative", "float32"),
    ]
    assert "all 10 bounds hold" in result.err
    assert json.loads(dlc("check", "relu", "--json", "--samples", "50").out)["rows"][0]["holds"] is True


@pytest.mark.parametrize("kind", FAMILIES)
def test_every_kind_is_checked(dlc, kind):
    name = next(iter(FAMILIES[kind]))
    result = dlc("check", name, "--samples", "50")
    assert result.code == 0
    assert result.table[0]["name"] == name


def test_a_wrong_kernel_is_found(dlc, monkeypatch):
    """A card that promises more than the kernel keeps is contradicted, with exit code 1."""
    monkeypatch.setitem(ACTIVATIONS["sigmoid"].ulp, "float32", (0.1, 2.0))
    result = dlc("check", "sigmoid", "--samples", "200")
    assert result.code == 1
    assert re.search(r"Error: 1 of 6 bounds exceeded, first by sigmoid \(value, float32\)", result.err)
    assert [row["holds"] for row in result.table] == ["NO", *["yes"] * 5]


def test_version(dlc):
    from importlib.metadata import version

    assert dlc("--version").out == f"dlc {version('dlc')}\n"


def test_without_arguments_help_is_shown(dlc):
    result = dlc()
    assert result.code == 0
    assert "activation" in result.out


def in_a_terminal(*args: str, **environment: str) -> str:
    """What `dlc ARGS` shows on a terminal."""
    code = f"import sys; sys.argv = ['dlc', *{args!r}]; from dlc.cli.main import main; main()"
    mine, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=theirs, stderr=theirs, stdin=theirs, env={**os.environ, **environment}
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(mine, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
        process.wait()
    os.close(mine)
    return shown.decode()


def test_a_terminal_gets_aligned_columns_within_its_width():
    shown = in_a_terminal("activation", "gelu", "-1", "0.5", COLUMNS="100", TERM="xterm-256color")
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in shown.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("compiling")]
    assert lines[0].split() == ["x", "value", "derivative", "value_ulp", "derivative_ulp"]
    assert len(lines) == 3
    assert "\t" not in shown
    ends = [[match.end() for match in re.finditer(r"\S+", line)] for line in lines]
    assert ends[0] == ends[1] == ends[2], "numbers are aligned on the right"


def test_no_color_is_honoured():
    shown = in_a_terminal("activation", "gelu", "--plot", NO_COLOR="1", TERM="xterm-256color")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", shown)
