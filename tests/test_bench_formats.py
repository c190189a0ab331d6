"""Files of other tools: real ones are read as their tool means them, damaged ones are refused in one line."""

import gzip
import json
import os
import statistics
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from dlc.cli import results
from dlc.cli.bench_formats import FORMATS
from dlc.cli.errors import BadInputError

DATA = ROOT / "tests" / "data" / "bench_formats"
NAMES = sorted(path.name for path in DATA.glob("*.json*"))
SORT = "suite.Sorting.time_sort"

# Of each recorded file: its tool, rounds and calls of each benchmark, and what its notes name.
RECORDED = {
    "pytest_benchmark3.json": (
        "pytest-benchmark",
        {
            "test_speed.py::test_sum[10]": (0, 110),
            "test_speed.py::test_sum[100]": (0, 4),
            "test_speed.py::test_pedantic": (0, 4),
        },
        [],
    ),
    "pytest_benchmark5.json": (
        "pytest-benchmark",
        {
            "test_speed.py::test_sum[10]": (9, 40),
            "test_speed.py::test_sum[100]": (9, 40),
            "test_speed.py::test_sorted": (5, 4),
        },
        [],
    ),
    "asv.json": (
        "asv",
        {
            f"{SORT}(10, 'sorted')": (10, 20),
            f"{SORT}(1000, 'sorted')": (10, 20),
            f"{SORT}(1000, 'reversed')": (10, 20),
            "suite.time_sum": (8, 50),
        },
        [f"1 (skipped): {SORT}(10, 'reversed')", "1 (failed): suite.time_broken", "2 (no times): suite.mem_list"],
    ),
    "google.json": (
        "Google Benchmark",
        {"sort/8": (3, 29957), "total": (3, 509), "growth/64": (3, 14929), "growth/128": (3, 5111)},
        ["1 (failed): broken"],
    ),
    "google_aggregates.json": ("Google Benchmark", {"sort/8": (0, 1), "total": (0, 1)}, []),
    "pyperf.json": ("pyperf", {"sum": (9, 4096), "sort": (9, 8192)}, []),
    "pyperf.json.gz": ("pyperf", {"sum": (9, 4096), "sort": (9, 8192)}, []),
    "hyperfine1.json": ("hyperfine", dict.fromkeys(["true 1", "false", "true 2", "false #2"], (5, 1)), []),
    "hyperfine2.json": ("hyperfine", dict.fromkeys(["true 1", "false", "true 2", "false #2"], (5, 1)), []),
}


def content_of(name):
    raw = (DATA / name).read_bytes()
    return json.loads(gzip.decompress(raw) if name.endswith(".gz") else raw)


def medians_of_the_tool(tool, content):
    """The medians that the tool itself wrote down, in seconds, in the order of its file."""
    if tool == "pytest-benchmark":
        return [entry["stats"]["median"] for entry in content["benchmarks"]]
    if tool == "asv":
        return [time for row in content["results"].values() if row[0] for time in row[0] if 0 < time < 1]
    if tool == "Google Benchmark":
        ns = [entry for entry in content["benchmarks"] if entry.get("aggregate_name") == "median"]
        return [entry["real_time"] * {"ns": 1e-9, "us": 1e-6}[entry["time_unit"]] for entry in ns]
    if tool == "pyperf":
        values = [[v for run in entry["runs"] for v in run["values"]] for entry in content["benchmarks"]]
        return [sorted(each)[4] for each in values]
    wall = [entry.get("summary", {}).get("time_wall_clock", entry) for entry in content["results"]]
    return [entry["median"] for entry in wall]


def test_every_tool_and_every_file_is_tested():
    assert sorted(RECORDED) == NAMES
    assert {tool for tool, _, _ in RECORDED.values()} == {form.tool for form in FORMATS}


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_file_is_read_as_its_tool_means_it(tmp_path, name):
    tool, rounds, notes = RECORDED[name]
    path = tmp_path / "results.txt"  # what counts is what is in it
    path.write_bytes((DATA / name).read_bytes())
    run = results.read_run(path)
    assert run.tool == tool
    assert {key: (len(each.seconds), each.calls) for key, each in run.measurements.items()} == rounds
    found = [each.median for each in run.measurements.values()]
    assert found == pytest.approx(medians_of_the_tool(tool, content_of(name)), rel=1e-12)
    assert run.when.startswith("2026-11-24")
    assert len(run.notes) == len(notes)
    for note, part in zip(run.notes, notes, strict=True):
        assert part in note


def test_machine_and_commit_are_found():
    machines = {name: results.read_run(DATA / name).machine for name in NAMES}
    assert machines["pyperf.json"] == {"cpu": "AMD EPYC", "cores": "2", "python": "3.11.7 (64-bit)"}
    assert machines["google.json"] == {"cores": "2"}
    assert machines["hyperfine2.json"] == {"system": "Linux", "machine": "x86_64"}
    assert machines["pytest_benchmark5.json"]["cpu"] == "AMD EPYC"
    assert results.read_run(DATA / "asv.json").commit == content_of("asv.json")["commit_hash"]
    assert results.read_run(DATA / "pytest_benchmark5.json").commit == "", "recorded outside of a repository"


@pytest.mark.parametrize("name", ["asv.json", "google.json", "hyperfine2.json", "pyperf.json.gz"])
def test_files_of_any_tool_are_compared(dlc, name):
    output = dlc("bench", "compare", DATA / name, DATA / name)
    assert output.code == 0
    assert [row["benchmark"] for row in output.table] == list(RECORDED[name][1])
    assert {row["new/old"].split()[0] for row in output.table} == {"1.0"}
    assert all(part in output.err for part in RECORDED[name][2])


def read(tmp_path, content):
    path = tmp_path / "run.json"
    path.write_text(json.dumps(content))
    return results.read_run(path)


def asv(row, **changes):
    names = ["result", "params", "version", "started_at", "duration", "stats_number", "samples"]
    facts = {"commit_hash": "c", "params": {}, "date": 1.6e12, "result_columns": names, "version": 2}
    return {**facts, "results": {"time_x": row}, **changes}


def google(*entries, **context):
    return {"context": context, "benchmarks": [{"time_unit": "ns", "real_time": 1.0, **each} for each in entries]}


def hyperfine(*times, **changes):
    return {"results": [{"command": "ls", "times": times, **changes}]}


def pyperf(*runs, version="1.0", **metadata):
    return {"version": version, "metadata": metadata, "benchmarks": [{"runs": runs}]}


RUN = {"metadata": {"date": "2026-11-24 10:00:00"}, "values": [1.0]}

OTHER_FORMS = {
    "asv, no samples": (asv([[0.5, 0.25], [["1", "2"]]]), {"time_x(1)": (0.5, ()), "time_x(2)": (0.25, ())}),
    "asv, no parameters": (asv([[0.5]]), {"time_x": (0.5, ())}),
    "asv, a class named Time": (asv([], results={"m.TimeX.f": [[0.5], []]}), {"m.TimeX.f": (0.5, ())}),
    "pyperf, name and loops of the suite": (
        pyperf(RUN, {**RUN, "values": [2.0, 4.0], "warmups": [[1, 9.0]]}, name="x", loops=2),
        {"x": (2.0, (1.0, 2.0, 4.0))},
    ),
    "pyperf, name in the run, calibrations": (
        pyperf({"metadata": {"name": "x", "date": "2026"}, "warmups": [[1, 9.0]]}, {"values": [3.0]}),
        {"x": (3.0, (3.0,))},
    ),
    "google 1.4: no run_type": (
        google(*({"name": name} for name in ("x", "x_mean", "x_median", "x_stddev")), {"name": "run_median"}),
        {"x": (1e-9, (1e-9,)), "run_median": (1e-9, (1e-9,))},
    ),
    "google 1.4: aggregates only": (
        google({"name": "x_mean"}, {"name": "x_median", "real_time": 2.0}, {"name": "x_BigO"}),
        {"x": (2e-9, ())},
    ),
    "google, repetitions mixed with others": (
        google(*({"name": n, "run_name": n, "run_type": "iteration", "time_unit": "s"} for n in ("a", "b", "a"))),
        {"a": (1.0, (1.0, 1.0)), "b": (1.0, (1.0,))},
    ),
    "hyperfine 1, only statistics": (hyperfine(median=2.0), {"ls": (2.0, ())}),
    "hyperfine 1, a round that was all shell": (
        {"results": [{"command": "ls", "times": [0.0, 1e-3]}, {"command": "cp", "times": [1.0]}]},
        {"cp": (1.0, (1.0,))},
    ),
}


@pytest.mark.parametrize(("content", "expected"), OTHER_FORMS.values(), ids=OTHER_FORMS)
def test_other_versions_and_habits_of_the_tools(tmp_path, content, expected):
    run = read(tmp_path, content)
    assert {name: (each.median, each.seconds) for name, each in run.measurements.items()} == expected


def test_a_file_that_does_not_say_when_is_as_old_as_it_is(tmp_path):
    path = tmp_path / "run.json"
    path.write_text(json.dumps(hyperfine(1.0)))
    os.utime(path, (0, 86400))
    assert results.read_run(path).when == "1970-01-02T00:00:00+00:00"


DAMAGED = {
    "asv 1": (asv([[1.0]], version=1), "asv of format version 1; dlc reads 2"),
    "asv 3": (asv([[1.0]], version=3), "asv of format version 3"),
    "asv, no version": (asv([[1.0]], version=None), "asv of format version None"),
    "asv, results of other parameters": (asv([[1.0], [["1", "2"]]]), "benchmark 1 has no name"),
    "asv, no columns": (asv([[1.0]], result_columns=[]), "benchmark 1 has no name"),
    "asv, negative": (asv([[-1.0]]), "time_x holds a time of -1 s, not a positive number"),
    "asv, a negative sample": (asv([[1.0], [], "v", 1, 1, [1], [[1.0, -1.0]]]), "not a positive number"),
    "asv, all failed": (asv([None]), "(failed): time_x"),
    "asv, all skipped": (asv([[float("nan")]]), "(skipped): time_x"),
    "asv, no results": (asv([], results={}), "holds no benchmarks"),
    "asv, no date": (asv([[1.0]], date="today"), "does not say when asv made it"),
    "asv, date beyond all": (asv([[1.0]], date=1e300), "does not say when asv made it"),
    "pyperf 0.9": (pyperf(RUN, version=6), "pyperf of format version 6; dlc reads 1.0"),
    "pyperf 2": (pyperf(RUN, version="2.0"), "pyperf of format version '2.0'"),
    "pyperf, no name": (pyperf(RUN), "benchmark 1 has no name"),
    "pyperf, a name that is none": (pyperf(RUN, name=3), "benchmark 1 has no name"),
    "pyperf, no runs": (pyperf(name="x"), "benchmark 1 has no name"),
    "pyperf, bytes": (pyperf(RUN, name="x", unit="byte"), "(no times): x"),
    "pyperf, only calibrated": (pyperf({"warmups": [[1, 1.0]]}, name="x"), "(only calibrated): x"),
    "pyperf, NaN": (pyperf({**RUN, "values": [float("nan")]}, name="x"), "a time of nan s, not a positive number"),
    "google, schema 2": (google({"name": "x"}, json_schema_version=2), "format version 2; dlc reads 1"),
    "google, no unit": (google({"name": "x", "time_unit": "h"}), "benchmark 1 has no name"),
    "google, no time": (google({"name": "x", "real_time": None}), "benchmark 1 has no name"),
    "google, only a mean": (google({"name": "x_mean"}), "(no median): x"),
    "google, infinite": (google({"name": "x", "real_time": 1e999}), "a time of inf s, not a positive number"),
    "google, failed": (google({"name": "x", "error_occurred": True}), "(failed): x"),
    "google, nothing": (google(), "holds no benchmarks"),
    "hyperfine 3": ({**hyperfine(1.0), "schema_version": 3}, "hyperfine of format version 3; dlc reads 2"),
    "hyperfine, no times": (hyperfine(), "benchmark 1 has no name"),
    "hyperfine, a word": (hyperfine("fast"), "benchmark 1 has no name"),
    "hyperfine, all shell": (hyperfine(0.0), "(too fast for the clock): ls"),
    "hyperfine, negative": (hyperfine(1.0, -1.0), "a time of -1 s, not a positive number"),
    "hyperfine 2, another unit": (
        {"results": [{"command": "ls", "measurements": [{"time_wall_clock": {"value": 1, "unit": "minute"}}]}]},
        "benchmark 1 has no name",
    ),
    "asv's list of benchmarks": ({"suite.time_x": {"code": "", "unit": "seconds"}, "version": 2}, "another kind"),
    "another tool": ({"benchmarks": [1]}, "another kind"),
}


@pytest.mark.parametrize(("content", "part"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_or_unknown_file_is_refused_in_one_line(tmp_path, content, part):
    with pytest.raises(BadInputError) as refusal:
        read(tmp_path, content)
    message = str(refusal.value)
    assert part in message
    assert "run.json" in message
    assert "\n" not in message


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("damage") / "run.json"


def run_or_refusal(path: Path, content: bytes):
    """A damaged file is refused in one line, or still is a run of positive times."""
    path.write_bytes(content)
    refusal = ""
    try:
        run = results.read_run(path)
    except BadInputError as error:
        refusal = str(error)
    assert "\n" not in refusal
    if refusal:
        return None
    assert run.measurements
    for each in run.measurements.values():
        assert each.median > 0
        assert not each.seconds or each.median == statistics.median(each.seconds)
        assert each.calls >= 1
    return run


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_any_cut_of_a_file_is_refused(scratch, name, data):
    whole = (DATA / name).read_bytes()
    end = data.draw(st.integers(0, len(whole) - 2), "end")  # the last byte is a new line
    assert run_or_refusal(scratch, whole[:end]) is None


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_changed_byte_gives_a_run_or_one_line(scratch, name, data):
    changed = bytearray((DATA / name).read_bytes())
    place = data.draw(st.integers(0, len(changed) - 1), "place")
    changed[place] = data.draw(st.integers(0, 255), "byte")
    run_or_refusal(scratch, bytes(changed))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_any_value_in_a_files_place_gives_a_run_or_one_line(scratch, name, data):
    """Walk from the outermost object to some place, and put anything there."""
    content = whole = content_of(name)
    while True:
        keys = sorted(content) if isinstance(content, dict) else range(len(content))
        key = data.draw(st.sampled_from(keys), "key")
        if not isinstance(content[key], (dict, list)) or not content[key] or data.draw(st.booleans(), "here"):
            break
        content = content[key]
    content[key] = data.draw(json_values, "value")
    run_or_refusal(scratch, json.dumps(whole).encode())
