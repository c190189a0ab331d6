"""`dlc bench compare`: two runs are compared by their rounds."""

import json
import re
import sys

import pytest


def save(tmp_path, name, times, data=True, **machine):
    def stats(seconds):
        return {"data": seconds, "median": 1.0} if data else {"median": sorted(seconds)[len(seconds) // 2]}

    benchmarks = [{"name": key, "stats": stats(seconds)} for key, seconds in times.items()]
    content = {"machine_info": machine, "benchmarks": benchmarks, "datetime": f"day of {name}"}
    path = tmp_path / f"{name}.json"
    path.write_text(json.dumps(content))
    return path


def spread(middle):
    return [middle * (1 + 0.002 * (index - 10)) for index in range(21)]


def test_compare_finds_what_changed_what_did_not_and_what_is_only_in_one(tmp_path, dlc):
    old = save(tmp_path, "old", {"same": spread(1e-3), "slow": spread(1e-6), "fast": spread(2.0), "gone": [1.0]})
    new = save(tmp_path, "new", {"same": spread(1.001e-3), "slow": spread(1.5e-6), "fast": spread(1.0), "fresh": [3.0]})
    report = json.loads(dlc("bench", "compare", old, new, "--json").out)
    rows = {row["name"]: row for row in report["rows"]}
    assert {name: row["finding"] for name, row in rows.items()} == {
        "same": "no difference shown",
        "slow": "slower",
        "fast": "faster",
        "gone": "only in old",
        "fresh": "only in new",
    }
    assert rows["slow"]["new_over_old"]["ratio"] == pytest.approx(1.5)
    assert (rows["slow"]["old_s"], rows["gone"]["new_s"], rows["fresh"]["old_s"]) == (1e-6, None, None)
    assert rows["gone"]["new_over_old"] is None
    table = dlc("bench", "compare", old, new)
    assert table.out.splitlines()[0].split("\t") == ["benchmark", "old", "new", "new/old", "finding"]
    assert "middle of all rows: new/old 1.001;" in table.err, "of 0.5, 1.001 and 1.5"
    assert "a trend, not a verdict" in table.err


def test_a_run_compared_with_itself_shows_no_difference(tmp_path, dlc):
    path = save(tmp_path, "same", {"x": spread(1e-3)})
    (row,) = json.loads(dlc("bench", "compare", path, path, "--json").out)["rows"]
    assert row["new_over_old"]["ratio"] == 1.0
    assert row["finding"] == "no difference shown"


@pytest.mark.parametrize(("rounds", "finding"), [(1, "too few rounds"), (6, "too few rounds"), (7, "slower")])
def test_a_difference_is_found_only_where_the_rounds_allow_the_confidence(tmp_path, dlc, rounds, finding):
    old, new = save(tmp_path, "old", {"x": [1.0] * rounds}), save(tmp_path, "new", {"x": [3.0] * rounds})
    (row,) = json.loads(dlc("bench", "compare", old, new, "--json").out)["rows"]
    assert row["finding"] == finding
    assert (row["new_over_old"]["confidence"] >= 0.95) == (finding == "slower")


def test_without_rounds_there_is_a_ratio_but_no_interval(tmp_path, dlc):
    old, new = save(tmp_path, "old", {"x": spread(1.0)}), save(tmp_path, "new", {"x": spread(3.0)}, data=False)
    output = dlc("bench", "compare", old, new)
    assert output.out.splitlines()[1].split("\t") == ["x", "1.0", "3.0", "3.0", "no rounds kept"]
    assert "--benchmark-save-data" in output.err


def test_different_machines_are_warned_of_in_one_line(tmp_path, dlc):
    old = save(tmp_path, "old", {"x": [1.0]}, cpu={"brand_raw": "A", "count": 2}, python_version="3.11.7")
    new = save(tmp_path, "new", {"x": [1.0]}, cpu={"brand_raw": "B", "count": 2}, machine="x86_64")
    warnings = [line for line in dlc("bench", "compare", old, new).err.splitlines() if line.startswith("Warning")]
    assert warnings == ["Warning: the machines differ: cpu A / B"]


def test_on_a_terminal_each_row_has_its_unit(tmp_path, dlc, monkeypatch):
    times = {"a": spread(2.5), "b": spread(2.5e-3), "c": spread(2.5e-6), "d": spread(2.5e-9), "e": [1.0]}
    old, new = save(tmp_path, "old", times), save(tmp_path, "new", times, data=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    rows = [re.split("  +", line.strip()) for line in dlc("bench", "compare", old, old).out.splitlines()[1:]]
    assert [row[1] for row in rows] == ["2.5 s", "2.5 ms", "2.5 us", "2.5 ns", "1 s"]
    assert {row[3] for row in rows[:4]} == {"1.000x 0.976-1.024"}
    assert re.search("1.000x +no rounds kept", dlc("bench", "compare", old, new).out)


@pytest.mark.parametrize(("other", "shown"), [("b[32]", ["a", "b"]), ("b[64]", ["a[32]", "b[64]"])])
def test_parameters_are_shown_on_a_terminal_where_they_differ(tmp_path, dlc, monkeypatch, other, shown):
    path = save(tmp_path, "run", {"a[32]": spread(1.0), other: spread(1.0)})
    assert [row.split()[0] for row in dlc("bench", "compare", path, path).out.splitlines()[1:]] == ["a[32]", other]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert [row.split()[0] for row in dlc("bench", "compare", path, path).out.splitlines()[1:]] == shown
