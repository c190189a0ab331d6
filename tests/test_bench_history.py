"""`dlc bench history`: saved runs in order, what is joined and what is not, and what is told of each series."""

import json
import random
import sys

import pytest

from dlc.cli import plot_history
from dlc.cli.bench_history import sparkline
from dlc.cli.bench_series import called, machines, read_runs, run_files, series_of
from dlc.cli.errors import BadInputError
from dlc.cli.results import run_folder
from dlc.cli.show import BARS

MACHINE = {"cpu": {"brand_raw": "A", "count": 2}, "system": "Linux", "threads": 1}


@pytest.fixture
def store(tmp_path):
    """store(number, {name: seconds}) saves a run of this kind of machine; the folder is `storage`."""
    storage = tmp_path / "storage"
    folder = run_folder(storage)
    folder.mkdir(parents=True)

    def save(number, times, *, rounds=True, **machine):
        def stats(seconds):
            middle = {"median": seconds}
            return {**middle, "data": [seconds * (1 + k / 1000) for k in range(-4, 5)]} if rounds else middle

        content = {
            "machine_info": {**MACHINE, **machine},
            "commit_info": {"id": f"{number:040x}"[::-1]},
            "datetime": f"2026-01-{number:02}T08:00:00+00:00",
            "benchmarks": [{"fullname": name, "stats": stats(seconds)} for name, seconds in times.items()],
        }
        path = folder / f"{number:04}_any.json"
        path.write_text(json.dumps(content))
        return path

    save.storage = storage
    save.folder = folder
    return save


def steady(number, level=1e-3):
    return level * (1 + 0.01 * random.Random(number).uniform(-1, 1))


def told(dlc, store, *args):
    return json.loads(dlc("bench", "history", *args, "--storage", store.storage, "--json").out)


def test_a_change_of_level_is_told_with_its_run_commit_and_size(store, dlc):
    for number in range(1, 21):
        store(number, {"same": steady(number), "slow": steady(number, 2e-3 if number >= 12 else 1e-3)})
    same, slow = told(dlc, store)["series"]
    assert same["change_points"] == []
    (change,) = slow["change_points"]
    assert (change["at"], change["commit"]) == (11, slow["runs"][11]["commit"])
    assert change["file"].endswith("0012_any.json")
    assert change["after_over_before"] == pytest.approx(2, rel=0.01)
    ratio = slow["last_over_first"]
    assert ratio["low"] < ratio["ratio"] < ratio["high"]
    assert ratio["ratio"] == pytest.approx(2, rel=0.02)
    run = slow["runs"][0]
    assert run["low_s"] < run["median_s"] < run["high_s"]
    table = dlc("bench", "history", "--storage", store.storage)
    assert table.table[1]["changes of level"].startswith("2.0")
    assert table.table[1]["changes of level"].endswith("x at 0012 (c000000)")
    assert [float(time) for time in table.table[1]["trend"].split()] == [run["median_s"] for run in slow["runs"]]
    assert "a trend, not a verdict" in table.err


def test_runs_are_in_the_order_of_their_dates(store, tmp_path):
    for number in (3, 1, 2):
        store(number, {"x": float(number)}).rename(tmp_path / f"{9 - number}.json")
    runs, _ = read_runs(run_files([tmp_path]))
    assert [run.measurements["x"].median for run in runs] == [1.0, 2.0, 3.0]


def test_new_gone_and_missing_benchmarks_are_told(store, dlc):
    for number in range(1, 6):
        wanted = {"new": number > 2, "gone": number < 4, "gaps": number not in (2, 3), "all": True}
        store(number, {name: 1.0 for name, there in wanted.items() if there})
    table = dlc("bench", "history", "--storage", store.storage).table
    found = {row["benchmark"]: row["changes of level"] for row in table}
    assert found["new"].startswith("new in 0003 (")
    assert found["gone"].startswith("gone after 0003 (")
    assert (found["gaps"], found["all"]) == ("missing in 2 of the runs between", "")
    series = {each["name"]: each for each in told(dlc, store)["series"]}
    assert [path[-13:] for path in series["gaps"]["gaps"]] == ["0002_any.json", "0003_any.json"]


def test_machines_and_threads_are_series_of_their_own(store, dlc):
    store(1, {"x": 1.0})
    store(2, {"x": 1.0}, threads=2)
    store(3, {"x": 1.0}, cpu={"brand_raw": "B", "count": 2})
    store(4, {"x": 1.0})
    output = dlc("bench", "history", "--storage", store.storage)
    assert [(row["machine"], row["runs"]) for row in output.table] == [("A", "2"), ("B", "1"), ("C", "1")]
    assert "Machine B: cpu A, cores 2, system Linux, threads 2; runs: 1" in output.err
    assert told(dlc, store)["machines"]["C"]["cpu"] == "B"


def test_new_software_does_not_end_a_series_and_is_told_at_a_change(store, dlc):
    for number in range(1, 17):
        numba = "0.61.0" if number < 9 else "0.62.1"
        level = 1e-3 if number < 9 else 3e-3
        store(number, {"x": steady(number, level), "y": steady(number, 1.0)}, libraries={"numba": numba})
    x, y = told(dlc, store)["series"]
    assert x["change_points"][0]["software"] == ["numba 0.61.0 -> 0.62.1"]
    assert sum(bool(run["software"]) for run in y["runs"]) == 1
    row = dlc("bench", "history", "--storage", store.storage).table[0]
    assert row["changes of level"].endswith(", with numba 0.61.0 -> 0.62.1")


def test_what_changes_in_most_series_at_once_is_not_blamed_on_one(store, dlc):
    for number in range(1, 17):
        level = 1.0 if number < 9 else 2.0
        store(number, {name: steady(number, level) for name in "abc"} | {"d": steady(number, 1.0)})
    assert "3 of 4 series change at 0009 (" in dlc("bench", "history", "--storage", store.storage).err


def test_one_run_and_few_runs_are_shown(store, dlc):
    store(1, {"x": 2.0, "y": 3.0}, rounds=False)
    output = dlc("bench", "history", "--storage", store.storage)
    assert [row["last/first"] for row in output.table] == ["", ""]
    assert "looked for from 8 runs on; the longest series has 1" in output.err
    assert dlc("bench", "history", "x", "--storage", store.storage).table[0]["runs"] == "1"
    store(2, {"x": 3.0, "y": 3.0}, rounds=False)
    assert told(dlc, store)["series"][0]["last_over_first"] == {"ratio": 1.5, "low": None, "high": None}
    assert dlc("bench", "history", "--storage", store.storage).table[0]["last/first"] == "1.5"


def test_damaged_files_among_good_ones_are_named(store, dlc):
    store(1, {"x": 1.0})
    for number in range(2, 9):
        (store.folder / f"{number:04}_bad.json").write_text("{")
    output = dlc("bench", "history", "--storage", store.storage)
    assert output.code == 0
    assert "Left out: " in output.err
    assert "0002_bad.json is cut short" in output.err
    assert "Left out: 2 more files" in output.err
    assert len(told(dlc, store)["left_out"]) == 7
    (store.folder / "0001_any.json").unlink()
    output = dlc("bench", "history", "--storage", store.storage)
    assert (output.code, output.out) == (2, "")
    assert "no run can be read: " in output.err
    assert "(and 6 more files)" in output.err


def test_files_and_any_folder_are_read(store, tmp_path, dlc):
    one, two = store(1, {"x": 1.0}), store(2, {"x": 2.0})
    other = tmp_path / "other" / "deep"
    other.mkdir(parents=True)
    two.rename(other / "two.json")
    output = dlc("bench", "history", "--storage", one, "--storage", tmp_path / "other", "--storage", one)
    assert [(row["file"], row["median"]) for row in output.table] == [
        (str(one), "1.0"),
        (str(other / "two.json"), "2.0"),
    ]
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(BadInputError, match="no runs in"):
        run_files([tmp_path / "other", empty])


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("gelu", ["gelu[a]", "gelu[b]"]),
        ("gelu[b]", ["gelu[b]"]),
        ("*b]", ["gelu[b]", "gelu_tanh[b]"]),
        ("tanh", ["gelu_tanh[b]"]),
    ],
)
def test_names_are_whole_patterns_or_parts(store, dlc, name, found):
    store(1, dict.fromkeys(["gelu[a]", "gelu[b]", "gelu_tanh[b]"], 1.0))
    assert [each["name"] for each in told(dlc, store, name)["series"]] == found


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["gelo[a]"], "no saved run has a benchmark gelo[a]; did you mean gelu[a]?"),
        (["--save", "x.gif"], "x.gif: --save draws .png, .svg or .pdf"),
        (["--save", "nowhere/x.png"], "there is no folder nowhere"),
    ],
)
def test_bad_input_is_one_line(store, dlc, args, said):
    store(1, {"gelu[a]": 1.0})
    output = dlc("bench", "history", *args, "--storage", store.storage)
    assert output.code == 2
    assert said in output.err
    assert len(output.err.splitlines()) == 1


def one_series(store, times):
    for number, seconds in enumerate(times, 1):
        store(number, {"x": seconds} if seconds else {"other": 1.0})
    runs, _ = read_runs(run_files([store.storage]))
    ((_, group),) = machines(runs)
    return next(each for each in series_of(group) if each.name == "x")


def test_a_trend_has_a_bar_for_each_run(store):
    series = one_series(store, [1.0, 1.0, None, 4.0])
    assert sparkline(series) == f"{BARS[0]}{BARS[0]} {BARS[-1]}"


def test_what_varies_little_looks_calm(store):
    assert set(sparkline(one_series(store, [1.0, 1.001, 1.002]))) <= set(BARS[3:5])


def test_one_benchmark_is_a_row_for_each_run_in_a_pipe_and_a_chart_on_a_terminal(store, dlc, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    series = one_series(store, [steady(k, 1e-3 if k < 10 else 2e-3) for k in range(20)])
    text = plot_history.chart(series)
    assert text.count("●") == 20
    assert "│" in text.splitlines()[5][12:-1], "the change"
    assert "0001" in text
    assert called(series.points[0].run) == "0001 (1000000)"
    rows = dlc("bench", "history", "x", "--storage", store.storage).table
    assert [float(row["median"]) for row in rows] == series.times
    assert [float(row["change of level"] or 1) > 1.9 for row in rows] == [k == 10 for k in range(20)]
    assert all(float(row["low"]) < float(row["median"]) < float(row["high"]) for row in rows)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    output = dlc("bench", "history", "x", "--storage", store.storage)
    assert text in output.out
    assert "2.0" in output.out.split("change")[-1]


@pytest.mark.parametrize("names", [[], ["x"]])
def test_pictures_are_whole_and_repeat(store, tmp_path, dlc, names):
    pytest.importorskip("matplotlib")
    for number in range(1, 13):
        store(number, {"x": steady(number, 1e-3 if number < 6 else 9e-3), "y[long name of parameters]": 1.0})
    for name in ("one.svg", "two.svg"):
        output = dlc("bench", "history", *names, "--storage", store.storage, "--save", tmp_path / name)
        assert f"saved in {tmp_path / name}" in output.err
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert b"</svg>" in (tmp_path / "one.svg").read_bytes()


def test_on_a_terminal_times_have_units_and_shared_parameters_are_left_out(store, dlc, monkeypatch):
    for number in (1, 2):
        store(number, {"gelu[32]": 2e-3, "silu[32]": 3e-6})
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    gelu, silu = dlc("bench", "history", "--storage", store.storage).out.splitlines()[1:3]
    assert gelu.split()[:2] == ["gelu", "2"]
    assert "2 ms" in gelu
    assert "3 us" in silu
