"""`dlc bench`: a wrong kernel is not timed, what is finished is kept, and two runs are compared by their rounds."""

import json
import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import numba
import numpy as np
import pytest
from typer.testing import CliRunner

from dlc.cli import bench, bench_cases, bench_families, bench_measure, bench_run, results
from dlc.cli.agreement import Agreement
from dlc.cli.bench_cases import Arrays, Case, Contender, Contest, array_contest
from dlc.cli.errors import BadInputError, FailedError
from dlc.cli.timing import Timing
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.family import UnknownNameError


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def dlc_bench(capsys):
    """Run the sub-application; returns what it wrote to stdout and to stderr."""

    def invoke(*arguments):
        bench.bench_app([str(argument) for argument in arguments], standalone_mode=False)
        return capsys.readouterr()

    return invoke


def copy(x, *, out, threads):
    """A kernel as a lift makes them, for the identity."""
    np.copyto(out, x)


def case(name, worst=0.5, formula=lambda x: x + 0, kernel=copy, checked=lambda: None):
    def contest(elements):
        card = replace(ACTIVATIONS["identity"], function=formula)
        return array_contest(kernel, Arrays(0).task(card, 0, "float32", elements), 1)

    def check():
        checked()
        return Agreement(name, "value", "float32", worst, "ulp", "x = -3.5", 2.0, 1000)

    return Case(name, "float32", "some numbers", contest, check)


@pytest.fixture
def to_time(monkeypatch):
    """Put cases of a test's own in the place of the real ones."""
    chosen = []
    monkeypatch.setattr(bench_run, "cases", lambda *_, **__: chosen)
    return chosen


QUICK = ("--budget", "0.01", "--size", "500")


def test_a_row_holds_the_times_of_one_kernel_and_its_ratios(to_time, dlc_bench):
    to_time.append(case("same"))
    report = json.loads(dlc_bench("run", *QUICK, "--json").out)
    (row,) = report["rows"]
    (saved,) = json.loads(Path(report["file"]).read_text())["benchmarks"]
    assert (report["schema"], report["command"]) == (1, "bench run")
    about = [row[key] for key in ("name", "dtype", "elements", "worst", "unit", "right")]
    assert about == ["same", "float32", 500, 0.5, "ulp", True]
    assert saved["stats"]["median"] * 1e9 / 500 == row["ns_per_element"]
    assert row["gb_per_s"] == pytest.approx(2 * 4 / row["ns_per_element"]), "4 bytes read and 4 written per element"
    for rival in ("vs_numpy", "vs_reference"):
        assert 0 < row[rival]["low"] <= row[rival]["ratio"] <= row[rival]["high"]
        assert row[rival]["confidence"] >= 0.95
    low, high = row["quartiles_ns"]
    assert low <= row["ns_per_element"] <= high
    assert row["memory"]["bytes"] < 10_000, "a copy into an array that is there needs none"
    assert row["compile_s"] is None, "nothing was compiled"
    assert row["first_call_s"] > 0
    assert saved["extra_info"] == {**row, "threads": 1, "seed": 0}


def test_times_per_element_do_not_depend_on_how_many_a_rival_computes(monkeypatch):
    """A rival that takes as long per call for a tenth of the elements is ten times slower."""
    monkeypatch.setattr(
        bench_measure.timing, "race", lambda calls, **_: {name: Timing(1, (2.0, 2.0, 2.0)) for name in calls}
    )
    contest = Contest(Contender(int, 1000), 8000, {"reference": Contender(int, 100)}, {})
    assert bench_measure.time_contest(contest, 0.1, 0).versus["reference"].ratio == pytest.approx(10.0)


def test_a_wrong_kernel_is_never_timed_and_the_others_go_on(to_time, dlc_bench, capsys):
    sizes = []

    def counting(x, **_):
        sizes.append(x.size)

    to_time += [case("first"), case("broken", worst=7e5, kernel=counting), case("last")]
    with pytest.raises(FailedError, match="broken"):
        dlc_bench("run", *QUICK)
    output = capsys.readouterr()
    header, *rows = [line.split("\t") for line in output.out.splitlines()]
    assert [row[0] for row in rows] == ["first", "broken", "last"]
    assert dict(zip(header, rows[1], strict=True))["ns/element"] == ""
    assert rows[1][-1] == "WRONG 7e+05 ulp"
    assert "broken is 7e+05 ulp off at x = -3.5; 2 are allowed" in output.err
    assert sizes == [1], "called once, to compile it"
    assert list(results.read_run(results.find_run("latest", results.DEFAULT_STORAGE)).measurements) == [
        "first[float32-500-1]",
        "last[float32-500-1]",
    ]


def test_nan_from_a_check_is_wrong_too(to_time, dlc_bench):
    to_time.append(case("broken", worst=float("nan")))
    with pytest.raises(FailedError, match="broken"):
        dlc_bench("run", *QUICK)
    assert not list(results.run_folder(results.DEFAULT_STORAGE).iterdir())


def test_a_sweep_saves_every_size_and_tells_how_time_grows(to_time, dlc_bench):
    to_time += [case("same"), case("broken", worst=7e5)]
    with pytest.raises(FailedError, match="broken"):
        dlc_bench("run", "--sweep", "100,200,400,800,1600", "--budget", "0.002", "--json")
    saved = results.read_run(results.find_run("latest", results.DEFAULT_STORAGE))
    assert list(saved.measurements) == [f"same[float32-{size}-1]" for size in (100, 200, 400, 800, 1600)]


def test_a_row_of_a_roofline_has_the_operations_of_a_kernel(dlc_bench, monkeypatch):
    from dlc.cli import ceilings

    levels = dict.fromkeys((ceilings.MEMORY,), dict.fromkeys((*ceilings.PATTERNS, "stream"), 1e10))
    known = ceilings.Ceilings(1, (), dict.fromkeys(ceilings.PEAKS, 1e11), levels, {}, "2026-11-24")
    monkeypatch.setattr(ceilings, "ceilings", lambda *_, **__: known)
    names = ("softsign", "rosenbrock")
    row, _, function = json.loads(dlc_bench("run", *names, *QUICK, "--roofline", "--json").out)["roofline"]
    assert (row["name"], function["name"]) == ("softsign", "rosenbrock-gradient")
    assert function["flops"] is None or function["flops"] >= 250, "unknown, but never none: each point takes several"
    assert row["flops"] >= 2 * 500, "a sum and a division of every number"
    assert row["bytes"] == 2 * 4 * 500


def test_ctrl_c_keeps_the_finished_rows_and_says_where(to_time):
    def interrupted(x, **_):
        if x.size > 1:
            raise KeyboardInterrupt

    to_time += [case("first"), case("second"), case("third", kernel=interrupted)]
    result = CliRunner().invoke(bench.bench_app, ["run", *QUICK])
    path = results.find_run("latest", results.DEFAULT_STORAGE)
    assert result.exit_code == 130
    assert result.stderr.splitlines()[0] == f"2 of 3 rows are in {path}"
    assert list(results.read_run(path).measurements) == ["first[float32-500-1]", "second[float32-500-1]"]


def test_the_formula_of_numpy_is_left_out_where_numpy_lacks_a_function(to_time, dlc_bench):
    to_time.append(case("gelu", formula=ACTIVATIONS["gelu"].function))
    output = dlc_bench("run", *QUICK)
    header, row = (line.split("\t") for line in output.out.splitlines())
    assert row[header.index("vs numpy")] == ""
    assert "Not compared with numpy: gelu: NumPy has no erfc" in output.err
    assert len(row[header.index("vs reference")].split()) == 3


@pytest.mark.parametrize(
    ("name", "gap"),
    [
        ("gelu", "NumPy has no erfc"),
        ("identity", "NumPy returns its argument"),
        ("softmax", "the formula takes one vector at a time"),
        ("sigmoid", ""),
    ],
)
def test_gaps_in_numpy_are_told_apart(name, gap):
    assert bench_cases.numpy_gap(Arrays(0).task(ACTIVATIONS[name], 0, "float64", 9)) == gap


def test_threads_that_had_no_work_are_named(to_time, dlc_bench):
    to_time.append(case("same"))
    assert "Only one thread worked" in dlc_bench("run", *QUICK, "--threads", "2").err
    assert "Only one thread worked" not in dlc_bench("run", *QUICK, "--size", "70000", "--threads", "2").err


def test_alone_it_shows_its_help(dlc_bench):
    assert "compare" in dlc_bench().out


def test_a_formula_that_is_broken_itself_is_not_taken_for_a_gap_in_numpy():
    broken = replace(ACTIVATIONS["sigmoid"], function=lambda x: x.wrong_name)
    with pytest.raises(AttributeError, match="wrong_name"):
        bench_cases.numpy_gap(Arrays(0).task(broken, 0, "float64", 1))


def test_first_calls_come_before_any_check(to_time, dlc_bench):
    """A check may call the kernels of other rows, which would then seem to need no compilation."""
    events = []
    for name in "ab":
        note_call, note_check = partial(events.append, (name, "call")), partial(events.append, (name, "check"))
        to_time.append(case(name, kernel=lambda *_, note=note_call, **__: note(), checked=note_check))
    dlc_bench("run", *QUICK)
    assert events[:3] == [("a", "call"), ("b", "call"), ("a", "check")]


@pytest.mark.parametrize("compiler", [numba.njit, numba.cfunc("float64(float64)")])
def test_compilation_is_told_from_loading(compiler):
    compiled = []

    def call():
        if not compiled:
            compiled.append(compiler(lambda x: x + 1.5))
        compiled[0](2.0) if compiler is numba.njit else compiled[0].ctypes(2.0)

    cold, warm = bench_measure.first_call(call), bench_measure.first_call(call)
    assert 0 < cold.compilation <= cold.seconds
    assert warm.compilation is None


@pytest.mark.usefixtures("to_time")
@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--size", "0"), "--size 0 is out of reach; give a number from 1 to"),
        (("--size", "-5"), "--size -5"),
        (("--size", "1e12"), "--size 1e+12"),
        (("--size", "many"), "--size many is no number"),
        (("--size", "1.5"), "--size 1.5 is no whole number"),
        (("--size", "nan"), "--size nan is no whole number"),
        (("--size", ","), "--size , names nothing"),
        (("--size", "1e3,1e6"), "--size is one value, not 2; --against takes a list"),
        (("--dtype", "float16"), "--dtype float16 is no type of kernels; choose from float32, float64"),
        (("--dtype", "float32,float64"), "--dtype is one value, not 2"),
        (("--threads", "1,2"), "--threads is one value, not 2"),
        (("--row", "0"), "--row 0"),
        (("--markdown", "table.md"), "--markdown is for the table of --against"),
        (("--budget", "0"), "--budget 0"),
        (("--budget", "nan"), "--budget nan"),
        (("--budget", "1e9"), "--budget 1e+09"),
        (("--threads", "0"), "--threads 0"),
        (("--threads", "100000"), "--threads 100000"),
        (("--seed", "-1"), "--seed -1"),
        (("--storage", "occupied"), "cannot write to occupied"),
        (("--ceilings", "old"), "--ceilings old is neither kept nor fresh"),
        (("--sweep", "1e2..1e1"), "--sweep 1e2..1e1 goes from 100 to 10"),
        (("--sweep", "1e2..1e4", "--roofline"), "--sweep and --roofline exclude each other"),
        (("--sweep", "1e2..1e4", "--against", "numpy"), "--against and --sweep exclude each other"),
        (("--picture", "roof.txt"), "roof.txt: a roofline is drawn as"),
    ],
)
def test_bad_input_is_refused_before_anything_is_measured(dlc_bench, tmp_path, monkeypatch, arguments, part):
    def never(*_, **__):
        raise AssertionError("measured")

    monkeypatch.setattr(bench_run, "measure", never)
    monkeypatch.setattr(bench_run, "sweep_rows", never)
    (tmp_path / "occupied").write_text("a file")
    with pytest.raises(BadInputError, match=re.escape(part)) as refusal:
        dlc_bench("run", *arguments)
    assert "\n" not in str(refusal.value)


def test_real_kernels_are_checked_and_timed_under_every_name_they_have(dlc_bench):
    report = json.loads(dlc_bench("run", "linear", "softmax", "identity", *QUICK, "--dtype", "float64", "--json").out)
    rows = {row["name"]: row for row in report["rows"]}
    assert list(rows) == ["identity", "identity'", "softmax", "softmax'"], "an alias is not timed twice"
    assert all(row["right"] and row["vs_reference"] and row["dtype"] == "float64" for row in rows.values())
    assert rows["softmax"]["elements"] == rows["softmax'"]["elements"] == 480, "whole rows of 32"
    moved = {name: row["gb_per_s"] * row["ns_per_element"] for name, row in rows.items()}
    assert moved["softmax"] == pytest.approx(16), "bytes per element: one number read, one written"
    assert moved["softmax'"] == pytest.approx(24), "its vector-Jacobian product reads a second number"


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_arrays_fit_the_function_and_are_made_once(name, order):
    card, arrays = ACTIVATIONS[name], Arrays(0)
    task = arrays.task(card, order, "float32", 5000)
    assert 4000 < task.x.size <= 5000
    assert np.all(task.x >= card.domain[0])
    assert arrays.task(card, order, "float32", 5000).x is task.x
    assert arrays.task(card, order, "float32", 1).x.size == (bench_cases.ROW if card.vector else 1)
    arguments, noise = next(task.rows())
    result = np.atleast_1d(np.array(task.formula(*arguments, *task.params.values(), **noise), float))
    assert result.shape == task.out[:1].reshape(-1).shape, "the formula gives as many numbers as there is room for"


def test_rows_that_a_function_cannot_take_are_refused():
    with pytest.raises(BadInputError, match="glu cannot be timed on rows of 33"):
        Arrays(0, row=33).task(ACTIVATIONS["glu"], 0, "float32", 1000)


def names_of(*names):
    return [case.name for case in bench_families.cases(names, dtype="float32", threads=1, seed=0)]


def test_every_activation_has_two_rows():
    assert names_of("activation") == [name + prime for name in ACTIVATIONS for prime in ("", "'")]


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (("mse",), ["mse-loss", "mse-metric"]),
        (("mae", "adam", "mae"), ["mae-loss", "mae-metric", "adam-step"]),
        (("rosenbrock", "one_max"), ["rosenbrock-gradient", "one_max-gradient"]),
    ],
)
def test_a_name_stands_for_every_kernel_that_has_it(names, rows):
    assert names_of(*names) == rows


def test_without_names_every_family_is_timed_and_no_row_twice():
    names = names_of()
    assert len(names) == len(set(names))
    for kind, least in (("loss", 140), ("optimizer", 50), ("problem", 30), ("objective", 19), ("metric", 150)):
        of_kind = names_of(kind)
        assert len(of_kind) >= least
        assert set(of_kind) < set(names)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("cosine", "is of kind schedule, which has no benchmark; time activation, loss, optimizer"),
        ("lbfgs", "lbfgs sees the whole vector at once: `dlc optimize` races it"),
        ("digits_mlp", "digits_mlp is a model of data: `dlc optimize` races it"),
    ],
)
def test_what_has_no_benchmark_is_refused(dlc_bench, name, reason):
    with pytest.raises(BadInputError, match=re.escape(reason)):
        dlc_bench("run", name)


@pytest.mark.parametrize(
    ("name", "bytes_per_element", "rivals"),
    [
        ("mse", 12, {"reference", "numpy"}),  # of float32: prediction and target are read, the gradient is written
        ("softmax_cross_entropy", 12, {"reference"}),
        ("adam", 28, {"reference"}),  # x and two moments are read and written, the gradient is read
        ("rosenbrock", 20, {"reference"}),  # of float64: x and gradient, and a value for two of them
    ],
)
def test_rows_of_every_kind_are_right_and_their_rivals_compute_the_same_kind_of_thing(name, bytes_per_element, rivals):
    case = bench_families.cases([name], dtype="float32", threads=1, seed=0)[0]
    contest = case.contest(640)
    contest.kernel.call()
    for rival in contest.rivals.values():
        rival.call()
    assert set(contest.rivals) == rivals
    assert contest.kernel.elements == 640
    assert contest.bytes_moved / 640 == bytes_per_element
    assert case.check().holds


def test_a_steps_check_finds_a_wrong_rule():
    """Gradient descent judged by the reference of momentum."""
    from dlc.cli.agreement_dense import check_dense
    from dlc.reference.optimizers import OPTIMIZERS

    wrong = replace(OPTIMIZERS["momentum"], name="gd")
    assert check_dense(OPTIMIZERS["gd"], "float32").holds
    assert not check_dense(wrong, "float32").holds


def test_an_unknown_kernel_is_answered_with_a_near_name(dlc_bench):
    with pytest.raises(UnknownNameError, match="did you mean"):
        dlc_bench("run", "gelo")


@pytest.mark.parametrize("arguments", [("run", "--seed", "many"), ("run", "--budget", "much"), ("compare", "latest")])
def test_malformed_options_are_usage_errors(arguments):
    assert CliRunner().invoke(bench.bench_app, arguments).exit_code == 2


def test_progress_is_for_terminals_only(to_time, dlc_bench):
    to_time.append(case("same"))
    assert "\r" not in dlc_bench("run", *QUICK).err
