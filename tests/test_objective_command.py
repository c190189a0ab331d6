"""`dlc objective`: its table, an answer with its check and its estimate, and what it says of bad input."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from dlc.reference.objectives import CLASSES, OBJECTIVES


def test_without_a_name_it_lists_all_by_class(dlc):
    rows = dlc("objective").table
    assert sorted(row["name"] for row in rows) == sorted(OBJECTIVES)
    assert list(dict.fromkeys(row["class"] for row in rows)) == list(CLASSES)
    assert {row["name"]: row["sense"] for row in rows} == {name: card.sense for name, card in OBJECTIVES.items()}
    entries = json.loads(dlc("objective", "--json").out)["entries"]
    assert [entry["name"] for entry in entries] == [row["name"] for row in rows]


def test_an_answer_has_value_and_gradient_beside_their_check(dlc):
    done = dlc("objective", "homeostatic_drive", "0.5", "-0.25", "1", "2")
    assert done.code == 0
    value, *slopes = done.table
    assert float(value["computed"]) == pytest.approx(2 ** (4 / 3), rel=1e-15)
    assert value["x"] == ""
    assert [float(row["computed"]) for row in slopes] == pytest.approx([0, 0, 0, 4 / 3 * 2 ** (1 / 3)], rel=1e-15)
    assert [float(row["x"]) for row in slopes] == [0.5, -0.25, 1, 2]
    assert all(float(row["difference"]) < 1e-14 for row in done.table)
    for told in (
        "class: stability",
        "sense: minimise",
        "formula: (Σᵢ",
        "source: Keramati",
        "worst relative difference",
    ):
        assert told in done.err


@pytest.mark.parametrize("name", OBJECTIVES)
def test_without_x_it_is_the_start(dlc, name):
    card = OBJECTIVES[name]
    value, *slopes = dlc("objective", name).table
    assert [float(row["x"]) for row in slopes] == list(card.start)
    assert float(value["computed"]) == pytest.approx(card.function(card.start), rel=1e-12)  # not its negative
    assert [float(row["computed"]) for row in slopes] == pytest.approx(card.gradient(card.start), rel=1e-11, abs=1e-14)
    assert max(float(row["difference"]) for row in (value, *slopes)) < 1e-12


def test_parameters(dlc):
    for temperature in (0.5, 2):
        (value, *_) = dlc("objective", "entropy_bandit", "-p", f"temperature={temperature}").table
        expected = OBJECTIVES["entropy_bandit"].function([0.0] * 5, temperature=temperature)
        assert float(value["computed"]) == pytest.approx(expected)


def test_a_file_holds_a_point_in_each_row(dlc, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("points.npy", np.array([[0.0, 0, 0], [1, -1, 2]]))
    (tmp_path / "column.csv").write_text("0\n0\n0\n")
    rows = dlc("objective", "logistic_cross_entropy", "points.npy").table
    assert [row["point"] for row in rows] == ["1"] * 4 + ["2"] * 4
    assert float(rows[0]["computed"]) == pytest.approx(np.log(2))
    assert [row["x"] for row in rows[5:]] == ["1.0", "-1.0", "2.0"]
    one = dlc("objective", "logistic_cross_entropy", "column.csv").table
    assert [row["computed"] for row in one] == [row["computed"] for row in rows[:4]]
    typed = dlc("objective", "logistic_cross_entropy", "-", stdin="1, -1\n2").table
    assert [row["computed"] for row in typed] == [row["computed"] for row in rows[4:]]


def test_an_estimate_stands_beside_what_it_estimates(dlc):
    arguments = ("objective", "softmax_bandit", "0", "0", "1", "0", "0", "-1", "--estimate", "5000")
    done = dlc(*arguments, "--seed", "7")
    for row in done.table:
        estimated, error = float(row["estimate"]), float(row["standard_error"])
        assert 0 < abs(estimated - float(row["computed"])) < 5 * error
        assert float(row["errors_off"]) == pytest.approx((estimated - float(row["computed"])) / error)
    assert "REINFORCE" in done.err
    assert dlc(*arguments, "--seed", "7").out == done.out
    assert dlc(*arguments).out == dlc(*arguments, "--seed", "0").out != done.out


def test_where_every_sample_is_equal_no_distance_is_claimed(dlc):
    done = dlc("objective", "one_max", *["800"] * 8, "--estimate", "10")
    assert [row["errors_off"] for row in done.table] == [""] * 9
    assert done.table[0]["estimate"] == "8.0"


def test_one_json_object(dlc):
    answer = json.loads(dlc("objective", "es_quadratic", "--estimate", "1000", "--json").out)
    assert (answer["class"], answer["sense"], answer["params"]) == ("fitness maximisation", "maximise", {"sigma": 0.1})
    (point,) = answer["points"]
    assert point["gradient"] == pytest.approx(point["check"]["gradient"], rel=1e-14)
    assert point["value"] == pytest.approx(point["check"]["value"], rel=1e-14)
    assert point["check"]["worst_difference"] < 1e-14
    assert len(point["estimate"]["gradient"]) == len(point["estimate"]["gradient_errors"]) == 5


def test_far_away_it_still_answers(dlc):
    for name, card in OBJECTIVES.items():
        done = dlc("objective", name, *["1e8"] * card.dimension)
        assert done.code == 0, done.err
        assert len(done.table) == 1 + card.dimension


def test_on_a_terminal_the_facts_stand_above_the_table(monkeypatch, capsys):
    from dlc.cli import objective, show

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    show.terminal.cache_clear()
    objective.objective("wiring_length")
    shown = capsys.readouterr().out
    show.terminal.cache_clear()
    assert "wiring cost" in shown
    assert shown.index("Achterberg") < shown.index("d/dx1")


BAD_INPUT = [
    (["sofmax_bandit"], "no objective 'sofmax_bandit'; did you mean 'softmax_bandit'"),
    (["gelu"], "no objective 'gelu'"),
    (["placement", "1", "2"], "placement takes 9 numbers, not 2; `dlc show placement` has its start"),
    (["placement", "ragged.csv"], "line 2"),
    (["placement", "wide.csv"], "placement takes 9 numbers, not rows of 2"),
    (["placement", "missing.csv"], "missing.csv"),
    (["one_max", "a"], "'a' is not a number"),
    (["one_max", "nan", "0", "0", "0", "0", "0", "0", "0"], "nan is not a number between"),
    (["one_max", "inf", "0", "0", "0", "0", "0", "0", "0"], "inf is not a number between"),
    (["one_max", "1e9", "0", "0", "0", "0", "0", "0", "0"], "1000000000.0 is not a number between"),
    (["one_max", "-p", "sigma=1"], "one_max has no parameters"),
    (["es_quadratic", "-p", "sigma=0"], "es_quadratic needs sigma > 0, not sigma = 0"),
    (["es_quadratic", "-p", "sigm=1"], "did you mean 'sigma'"),
    (["tabular_mdp", "-p", "discount=1"], "tabular_mdp needs 0 <= discount < 1"),
    (["homeostatic_drive", "-p", "n=3"], "n > m >= 1"),
    (["rate_moments", "-p", "variance=0.5"], "variance < rate·(1 − rate)"),
    (["placement", "--estimate", "10"], "placement is no expectation; --estimate is for es_quadratic"),
    (["one_max", "--estimate", "1"], "--estimate 1 is not between 2 and 10,000,000"),
    (["one_max", "--estimate", "10000001"], "--estimate 10000001 is not between"),
    (["one_max", "--estimate", "many"], "--estimate"),
    (["one_max", "--estimate", "10", "--seed", "-1"], "--seed -1 is negative"),
    (["one_max", "--seed", "1"], "give --estimate N, too"),
    (["tabular_mdp", "--estimate", "10", "-p", "discount=0.9999999"], "too long to be drawn"),
    (["one_max", "--plot"], "--plot"),
]


@pytest.mark.parametrize(("arguments", "told"), BAD_INPUT)
def test_bad_input_is_one_line(dlc, tmp_path, monkeypatch, arguments, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ragged.csv").write_text("1,2\n3\n")
    (tmp_path / "wide.csv").write_text("1,2\n3,4\n")
    done = dlc("objective", *arguments)
    assert done.code == 2
    assert done.out == ""
    assert told in done.err.splitlines()[-1]
    assert [line for line in done.err.splitlines() if "compiling" not in line] == done.err.splitlines()[-1:]


def test_optimize_tells_of_a_negated_objective_and_knows_its_names(dlc):
    done = dlc("optimize", "gd", "--on", "one_max", "--steps", "5", "--runs", "2")
    assert "one_max is to be maximised: each loss is the negative of its value" in done.err
    assert "maximised" not in dlc("optimize", "gd", "--on", "wiring_length", "--steps", "5", "--runs", "2").err
    assert "did you mean 'placement'" in dlc("optimize", "--on", "placment").err
    assert "needs power >= 1" in dlc("optimize", "--on", "placement", "-p", "power=0").err


@pytest.mark.parametrize("arguments", [["objective"], ["objective", "--help"], ["objective", "one_max", "-p", "x=1"]])
def test_what_needs_no_kernel_loads_no_numba(arguments):
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('\\nLOADED', *sys.modules, file=sys.stderr))\n"
        f"sys.argv = ['dlc', *{arguments!r}]\n"
        "from dlc.cli.main import main; main()\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))
    assert not {"numba", "llvmlite", "numpy", "mpmath"} & set(run.stderr.rsplit("LOADED", 1)[1].split())
