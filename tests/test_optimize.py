"""`dlc optimize`: its verdicts, its output, and what it says of bad input."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlc.cli.board import sparkline
from dlc.cli.optimize import grid
from dlc.cli.verdict import holm, ranking, sign_test, verdict
from dlc.reference.optimizers import OPTIMIZERS

DLC = [sys.executable, "-m", "dlc.cli.main"]


@pytest.mark.parametrize(("wins", "losses", "p"), [(0, 0, 1.0), (5, 5, 1.0), (5, 0, 2 / 32), (1, 9, 22 / 1024)])
def test_sign_test_by_hand(wins, losses, p):
    assert sign_test(wins, losses) == sign_test(losses, wins) == pytest.approx(p, rel=1e-15)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_lies_between_nothing_and_bonferroni(p):
    adjusted = holm(p)
    assert all(min(1, raw) <= each <= 1 for raw, each in zip(p, adjusted, strict=True))
    bonferroni = [min(1, len(p) * raw) for raw in p]
    assert all(each <= high * (1 + 1e-12) for each, high in zip(adjusted, bonferroni, strict=True))
    assert min(adjusted) == pytest.approx(min(1, len(p) * min(p)))


def test_verdicts():
    low, high = [1.0 + i for i in range(12)], [2.0 + i for i in range(12)]
    assert verdict({"a": low, "b": high}).startswith("a beats b (sign test over 12 shared runs")
    assert verdict({"b": high, "a": low}).startswith("a beats b ")
    mixed = [value + (-1) ** i for i, value in enumerate(low)]
    assert verdict({"a": low, "b": mixed}).startswith("No difference shown between ")
    assert verdict({"a": low, "b": high, "c": mixed}) == (
        "a beats b; no difference shown between a and c (sign test over 12 shared runs at level 0.05, "
        "corrected for 3 pairs)."
    )


def test_verdicts_that_cannot_be_given():
    assert "raced alone" in verdict({"a": [1.0]})
    assert "--runs 6" in verdict({"a": [1.0], "b": [2.0]})
    assert "beats" in verdict({"a": [1.0] * 6, "b": [2.0] * 6})
    assert "--runs 6" in verdict({"a": [1.0] * 5, "b": [2.0] * 5})
    assert "diverged" in verdict({"a": [math.inf] * 9, "b": [math.inf] * 9})


def test_solved_runs_are_equal():
    a, b = [1e-20] * 12, [1e-30] * 12
    assert "b beats a" in verdict({"a": a, "b": b})
    assert "No difference" in verdict({"a": a, "b": b}, solved=1e-12)
    assert ranking({"a": [1e-20, 1e-20, 1.0], "b": [1e-15] * 3}, solved=1e-12) == ["b", "a"]


def test_equal_entrants_are_seldom_told_apart():
    """Nine entrants of one distribution: in at most one race of twenty, and three standard deviations."""
    random = np.random.default_rng(11)
    races = [verdict({f"e{i}": random.normal(size=16).tolist() for i in range(9)}) for _ in range(300)]
    assert sum("beats" in sentence for sentence in races) <= 300 * 0.05 + 3 * math.sqrt(300 * 0.05 * 0.95)


def test_grid_is_wide_and_readable():
    assert grid(4)[0] == 1e-5
    assert grid(4)[-1] == 100
    assert len(grid(4)) == 29
    assert all(float(f"{rate:.2g}") == rate for rate in grid(4))


def test_sparkline():
    assert sparkline([0, 7, 3.5, math.inf], 0, 7) == "▁█▅ "
    assert len(sparkline(range(1000), 0, 999, width=30)) == 30


@pytest.fixture
def race_json(dlc):
    def run(*arguments):
        done = dlc("optimize", *arguments, "--json")
        assert done.code == 0, done.err
        return json.loads(done.out)

    return run


def test_json_of_a_race(race_json):
    told = race_json("adam", "gd:lr=0.001", "adadelta", "--steps", "200", "--runs", "12", "--seed", "3")
    assert [told[key] for key in ("schema", "command", "problem", "seed", "steps", "runs")] == [
        1, "optimize", "rosenbrock", 3, 200, 12,
    ]  # fmt: skip
    entrants = {entrant["name"]: entrant for entrant in told["entrants"]}
    assert set(entrants) == {"adam", "gd", "adadelta"}
    assert entrants["gd"]["lr"] == 0.001
    assert not entrants["gd"]["lr_at_edge"]
    assert entrants["gd"]["gradient_evaluations"] == 12 * 200
    assert entrants["adam"]["gradient_evaluations"] == (12 + len(told["grid"]) * told["tuning_runs"]) * 200
    assert entrants["adam"]["lr"] in told["grid"]
    assert entrants["adam"]["params"] == {
        knob: value for knob, value in OPTIMIZERS["adam"].knobs.items() if knob != "lr"
    }
    for entrant in entrants.values():
        assert len(entrant["losses"]) == len(entrant["diverged"]) == 12
        finite = [float(loss) for loss in entrant["losses"]]
        assert entrant["loss"] == pytest.approx(np.median(finite))
        assert entrant["distance"] > 0


def test_a_seed_gives_the_same_race_whatever_the_threads(race_json):
    arguments = ["adam", "nadam", "--on", "himmelblau", "--steps", "50", "--runs", "8"]
    one, two, other = (
        race_json(*arguments, *more) for more in (["--threads", "1"], ["--threads", "3"], ["--seed", "1"])
    )
    assert one == two
    assert one != other
    # The classic start is every race's first run.
    fixed = ["gd:lr=0.001", "--steps", "50", "--runs", "2"]
    first, second = (race_json(*fixed, "--seed", seed)["entrants"][0]["losses"] for seed in ("0", "1"))
    assert first[0] == second[0]
    assert first[1] != second[1]


def test_a_problem_takes_its_parameters(race_json):
    easy, hard = (
        race_json(
            "gd", "momentum", "--on", "quadratic", "-p", f"condition={condition}", "--steps", "200", "--runs", "6"
        )
        for condition in (10, 1e4)
    )
    assert hard["params"] == {"condition": 1e4}
    assert easy["entrants"][0]["loss"] < 1e-12 < hard["entrants"][0]["loss"]


def test_in_a_pipe_the_table_is_on_stdout_and_the_verdict_on_stderr(dlc):
    done = dlc("optimize", "adam", "gd:lr=10", "--steps", "50", "--runs", "6")
    header, *rows = [line.split("\t") for line in done.out.splitlines()]
    assert header == ["entrant", "rate", "loss", "distance", "steps", "gradients", "status"]
    assert [row[0] for row in rows] == ["adam", "gd:lr=10"]
    assert rows[1][2] == "inf"
    assert "diverged at step" in rows[1][-1]
    assert rows[1][-1].endswith("(6 of 6 runs)")
    assert "adam beats gd:lr=10" in done.err.splitlines()[-1]


def test_when_all_diverge_there_is_still_a_table(dlc):
    done = dlc("optimize", "gd:lr=10", "momentum:lr=10", "--runs", "6")
    assert done.code == 0
    assert len(done.out.splitlines()) == 3
    assert "Every run of every entrant diverged" in done.err


def test_a_rate_at_the_edge_is_pointed_out(dlc):
    done = dlc("optimize", "momentum", "--on", "beale", "--runs", "2")
    assert "momentum: the best rate, 1e-05, is at the edge of the grid (1e-05 to 100)" in done.err


BAD_INPUT = [
    (["adm"], "no optimizer 'adm'; did you mean 'adam'"),
    (["adam", "--on", "rosenbrok"], "no problem 'rosenbrok'; did you mean 'rosenbrock'?"),
    (["adam", "adam"], "entered twice"),
    (["gd", "sgd"], "entered twice"),
    (["--steps", "0"], "--steps 0"),
    (["--runs", "-3"], "--runs -3"),
    (["--runs", "1000000"], "--runs 1000000"),
    (["--threads", "0"], "--threads 0"),
    (["--seed", "-1"], "--seed -1"),
    (["--steps", "many"], "--steps"),
    (["adam:"], "NAME=VALUE"),
    (["adam:beta1"], "'beta1'"),
    (["adam:beta1=a"], "'a'"),
    (["adam:beta9=0.5"], "'beta9'"),
    (["adam:beta1=1"], "0 <= beta1 < 1"),
    (["adam:lr=0"], "lr > 0"),
    (["adam:lr=nan"], "lr"),
    (["adam:lr=1,lr=2"], "twice"),
    (["gd", "-p", "condition=2"], "condition"),
    (["gd", "--on", "quadratic", "-p", "condition=0.5"], "condition >= 1"),
]


@pytest.mark.parametrize(("arguments", "told"), BAD_INPUT)
def test_bad_input_is_one_line(dlc, arguments, told):
    done = dlc("optimize", *arguments)
    assert done.code == 2
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert told in done.err


def test_bad_input_does_not_import_numba():
    code = (
        "import sys\n"
        "from dlc.cli.main import app\n"
        "try: app(['optimize', 'adam:beta1=7'], standalone_mode=False)\n"
        "except BaseException: pass\n"
        "sys.exit('numba' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60).returncode == 0
