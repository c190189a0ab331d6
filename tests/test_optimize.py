"""`dlc optimize`: its protocol, its output, and what it says of bad input."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest

from dlc.cli.entrants import read_entrants
from dlc.cli.optimize import FIELD
from dlc.cli.race_measures import benchmark_score, ecdf, ecdf_area, tunability
from dlc.cli.race_options import arena, plan
from dlc.cli.race_plan import TABLE, TARGETS
from dlc.cli.suite import FUNCTIONS
from dlc.cli.tuning import DECADES, Trial, trials_of
from dlc.reference.optimizers import OPTIMIZERS
from dlc.reference.problems import PROBLEMS

SMALL = ["--steps", "100", "--runs", "12", "--trials", "8"]


@pytest.fixture
def race_json(dlc):
    def run(*arguments):
        done = dlc("optimize", *arguments, "--json")
        assert done.code == 0, done.err
        return json.loads(done.out)

    return run


def test_the_field_and_the_suite_exist():
    assert len(FIELD) == 16
    assert len(FUNCTIONS) == 20
    assert set(FIELD) <= set(OPTIMIZERS)
    assert all(PROBLEMS[name].least is not None for name in FUNCTIONS)


def test_targets_include_those_of_the_table():
    assert set(TABLE) <= {float(f"{target:.6g}") for target in TARGETS}
    assert list(TARGETS) == sorted(TARGETS, reverse=True)


def trials(entrant, **options):
    return trials_of(plan(arena("rosenbrock"), **options), read_entrants([entrant])[0])


def test_every_entrant_has_the_same_number_of_trials_the_default_first():
    for name in ("adam", "gd", "adam+cosine+clip1"):
        found = trials(name, trials=16)
        assert len(found) == 16
        assert found[0] == {"lr": OPTIMIZERS[name.partition("+")[0]].knobs["lr"]}
        assert all(list(each) == ["lr"] for each in found)
    natural = OPTIMIZERS["adam"].natural
    rates = np.log10([each["lr"] / natural for each in trials("adam", trials=32)[1:]])
    assert rates.min() < -DECADES + 0.4
    assert rates.max() > DECADES - 0.4


def test_a_fixed_rate_is_not_tuned_and_no_other_rule_tunes():
    assert trials("adam:lr=0.5") == [{"lr": 0.5}]
    assert len(trials("adam", rule="default")) == 1


def test_from_64_trials_on_momenta_are_tuned_too():
    found = trials("adam", trials=64)
    assert len(found) == 64
    assert list(found[5]) == ["lr", "beta1", "beta2", "eps"]
    assert all(0 <= each["beta1"] < 1 for each in found[1:])
    assert list(trials("adam:beta1=0.5", trials=64)[5]) == ["lr", "beta2", "eps"]


def test_json_of_a_race(race_json):
    told = race_json("adam", "gd:lr=0.001", "adadelta", *SMALL, "--seed", "3")
    expected = ["optimize", "rosenbrock", 3, 100, 12, 8]
    assert [told[key] for key in ("command", "problem", "seed", "steps", "runs", "trials")] == expected
    assert told["command_line"] == (
        "dlc optimize adam gd:lr=0.001 adadelta --on rosenbrock --steps 100 --runs 12 --seed 3 --trials 8"
    )
    assert set(told["versions"]) == {"dlc", "numpy", "numba"}
    entrants = {each["optimizer"]: each for each in told["entrants"]}
    assert entrants["gd"]["lr"] == 0.001
    assert entrants["gd"]["gradients"] == 12 * 100
    extended = sum(trial["extension"] for trial in entrants["adam"]["trials"])
    assert entrants["adam"]["gradients"] == (12 + (8 + extended) * 8) * 100
    assert entrants["adam"]["params"] == {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    for each in entrants.values():
        assert len(each["losses"]) == len(each["diverged"]) == len(each["reached"][0]) == 12
        assert each["loss"] == pytest.approx(np.median([float(loss) for loss in each["losses"]]))


def test_a_seed_gives_the_same_race_whatever_the_threads(race_json):
    arguments = ["adam", "nadam", "--on", "himmelblau", *SMALL]
    one, two, other = (
        race_json(*arguments, *more) for more in (["--threads", "1"], ["--threads", "3"], ["--seed", "1"])
    )
    assert one == two
    assert one["hash"] != other["hash"]
    # The classic start is every race's first run.
    fixed = ["gd:lr=0.001", *SMALL]
    first, second = (race_json(*fixed, "--seed", seed)["entrants"][0]["losses"] for seed in ("0", "1"))
    assert first[0] == second[0]
    assert first[1] != second[1]


@pytest.mark.parametrize(
    "changed", [["--steps", "99"], ["--seed", "1"], ["--dim", "3"], ["--rotate", "30"], ["--dtype", "float32"]]
)
def test_whatever_changes_the_race_changes_the_hash(race_json, changed):
    base = ["gd:lr=0.001", "--runs", "6"]
    assert race_json(*base, "--steps", "100")["hash"] != race_json(*base, "--steps", "100", *changed)["hash"]


def test_a_saved_race_is_compared_only_with_one_of_the_same_hash(dlc, tmp_path):
    path = tmp_path / "race.json"
    path.write_text(dlc("optimize", "gd:lr=0.001", *SMALL, "--json").out)
    done = dlc("optimize", "adam:lr=0.1", *SMALL, "--with", path)
    assert done.code == 0, done.err
    assert {row["entrant"] for row in done.table} == {"adam:lr=0.1", "gd:lr=0.001"}
    for arguments, told in (
        (["adam:lr=0.1", *SMALL, "--seed", "1"], "differs in seed"),
        (["gd:lr=0.001", *SMALL], "in a saved one"),
    ):
        done = dlc("optimize", *arguments, "--with", path)
        assert (done.code, done.out) == (2, "")
        assert told in done.err
    path.write_text("{}")
    assert "is no race saved" in dlc("optimize", "adam", *SMALL, "--with", path).err


def test_a_problem_takes_its_parameters(race_json):
    easy, hard = (
        race_json("gd", "momentum", "--on", "quadratic", "-p", f"condition={condition}", *SMALL)
        for condition in (10, 1e4)
    )
    assert hard["params"] == {"condition": 1e4}
    assert easy["entrants"][0]["loss"] < hard["entrants"][0]["loss"]


def test_in_a_pipe_the_table_is_on_stdout_and_the_verdict_on_stderr(dlc):
    done = dlc("optimize", "adam:lr=0.1", "gd:lr=10", "--steps", "400", "--runs", "9", "--target", "0.01")
    header = done.out.splitlines()[0].split("\t")
    assert header == [
        "entrant", "rate", "loss", "distance", "to 0.1", "to 0.001", "to 1e-05", "to 1e-07", "area", "rate width",
        "diverged",
    ]  # fmt: skip
    assert [row["entrant"] for row in done.table] == ["adam:lr=0.1", "gd:lr=10"]
    assert done.table[1]["loss"] == "inf"
    assert done.table[1]["diverged"] == "9"
    assert "adam:lr=0.1 beats gd:lr=10 on rosenbrock to 0.01 of the first gap (9/9 starts arrive" in done.err
    assert "again: dlc optimize adam:lr=0.1 gd:lr=10 --on rosenbrock --steps 400 --runs 9" in done.err


def test_one_step_one_run_and_one_trial_are_a_race(dlc):
    done = dlc("optimize", "adam", "--steps", "1", "--runs", "1", "--trials", "1")
    assert done.code == 0, done.err
    assert len(done.table) == 1


def test_when_all_diverge_there_is_still_a_table(dlc):
    done = dlc("optimize", "gd:lr=10", "momentum:lr=10", "--runs", "6")
    assert done.code == 0
    assert len(done.out.splitlines()) == 3
    assert "there is no winner" in done.err


def test_a_suite_says_what_holds_over_all_problems(dlc):
    arguments = ["adam:lr=0.1", "gd:lr=1e-09", "--on", "sphere", "--on", "booth", "--on", "matyas", *SMALL]
    done = dlc("optimize", *arguments)
    assert [row["entrant"] for row in done.table] == ["adam:lr=0.1", "gd:lr=1e-09"]
    assert done.table[0]["best on"] == "3"
    assert "Over 3 problems adam:lr=0.1 beats gd:lr=1e-09" in done.err
    told = json.loads(dlc("optimize", *arguments, "--json").out)
    assert [race["problem"] for race in told["races"]] == ["sphere", "booth", "matyas"]
    assert set(told["entrants"][0]["gradients_to_target"]) == {"sphere", "booth", "matyas"}


def test_why_ranks_under_five_protocols(dlc):
    done = dlc("optimize", "adam", "gd", "momentum", "--why", "--steps", "64", "--trials", "4", "--runs", "6")
    assert done.code == 0, done.err
    protocols = ["tuned", "one-shot", "gallery", "one start", "short"]
    for protocol in protocols:
        assert sorted(row[protocol] for row in done.table) == ["1", "2", "3"]
        assert f"{protocol}: " in done.err
    assert "of 3 pairs change places" in done.err


def test_what_a_budget_of_trials_is_worth(dlc):
    done = dlc("optimize", "adam", *SMALL, "--tuning")
    assert "entrant\tbest of 1\tbest of 2\tbest of 4\tbest of 8" in done.out


def test_the_best_of_k_trials_by_hand():
    found = [Trial({"lr": 1.0}, 0, 0.0, cost, 0.0, ()) for cost in (0.0, 1.0, 2.0)]
    # Areas 1, 1/2 and 0 of a budget of 100: of two that are drawn, 1 is among them in 2 of 3 cases.
    assert tunability(found, 100) == pytest.approx([0.5, (1 + 1 + 0.5) / 3, 1.0])


def test_areas_and_profiles_by_hand():
    reached = np.array([[1, 10], [100, -1]])
    assert ecdf_area(reached, 100) == pytest.approx(1 - (0 + 0.5 + 1 + 1) / 4)
    at, shares = ecdf(reached, 100)
    assert shares[at == 1] == 0.25
    assert shares[-1] == 0.75
    scores = benchmark_score({"a": [10, 10], "b": [10, math.inf]})
    assert scores == pytest.approx({"a": 1.0, "b": 0.5})


BAD_INPUT = [
    (["adm"], "no optimizer 'adm'; did you mean 'adam'"),
    (["adam", "--on", "rosenbrok"], "no problem 'rosenbrok'; did you mean 'rosenbrock'"),
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
    (["adam", "--rule", "best"], "no rule 'best'"),
    (["adam", "--rule", "free"], "adam needs a rate"),
    (["adam", "--rule", "default", "--trials", "3"], "--trials is for --rule tuned"),
    (["adam", "--target", "2"], "--target 2"),
    (["adam", "--target", "0.1", "--on", "mnist1d_mlp"], "least loss"),
    (["adam", "--dtype", "float16"], "float16"),
    (["adam", "--on", "himmelblau", "--dim", "3"], "himmelblau has 2 dimensions"),
    (["adam", "--on", "himmelblau", "--on", "himmelblau"], "given twice"),
    (["adam", "--on", "himmelblau", "--on", "mnist1d_mlp"], "cannot be one of several"),
    (["adam", "--why"], "at least two entrants"),
    (["adam", "gd", "--why", "--on", "mnist1d_mlp"], "minima are known"),
    (["adam", "--map", "1"], "--map 1"),
    (["adam", "--map", "9", "--on", "quadratic"], "a map of starts needs 2"),
    (["adam", "--map", "9", "--on", "saddle"], "no target to reach"),
    (["adam", "--picture", "curves"], "needs a file"),
    (["adam", "--markdown", "x.md"], "--markdown is for --verify"),
    (["adam", "--as", "tensorflow"], "tensorflow"),
    (["adam+nothing"], "no modifier or schedule 'nothing'"),
    (["adam+gd"], "one optimizer"),
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
