"""`dlc bench export`: any tool's file in any format; what is written is read as its readers read it."""

import csv
import errno
import io
import json
import os
import re
import subprocess
import sys
from datetime import datetime
from xml.etree import ElementTree

import pytest
from conftest import ROOT

from dlc.cli import results
from dlc.cli.bench_export import complete_format
from dlc.cli.bench_export_formats import FORMATS, interval
from dlc.cli.bench_reading import Measurement

DATA = ROOT / "tests" / "data" / "bench_formats"
NAMES = sorted(path.name for path in DATA.glob("*.json*"))

# Each reads the TEXT of a format as its consumer does, and gives the median, or the rounds, of each benchmark.


def from_markdown(text):
    head, ruler, *lines = text.splitlines()
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in (head, ruler, *lines)]
    assert {len(row) for row in rows} == {4}
    assert re.fullmatch(r"(\|:?-+:?)+\|", ruler)
    units = {"s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
    cells = [(row[0].strip(), *row[1].split()) for row in rows[2:]]
    names = [re.fullmatch("<code>(.*)</code>", name)[1] for name, _, _ in cells]
    return {re.sub(r"\\(.)", r"\1", name): float(v) * units[u] for name, (_, v, u) in zip(names, cells, strict=True)}


def from_csv(text):
    return {row["benchmark"]: float(row["median_s"]) for row in csv.DictReader(io.StringIO(text))}


def from_junit(text):
    suite = ElementTree.fromstring(text.encode()).find("testsuite")
    outputs = [re.match(r"median: (\S+) s\n", case.find("system-out").text)[1] for case in suite]
    assert suite.get("failures") == "0"
    return {f"{case.get('classname')} {case.get('name')}": float(o) for case, o in zip(suite, outputs, strict=True)}


def from_github(text):
    rows = json.loads(text)
    assert all(set(row) <= {"name", "unit", "value", "range", "extra"} for row in rows)
    assert {row["unit"] for row in rows} == {"ns"}
    return {row["name"]: row["value"] / 1e9 for row in rows}


def from_bencher(text):
    metrics = {name: each["latency"] for name, each in json.loads(text).items()}
    for each in metrics.values():
        assert set(each) in ({"value"}, {"value", "lower_value", "upper_value"})
        assert each.get("lower_value", 0) <= each["value"] <= each.get("upper_value", 1e99)
    return {name: each["value"] / 1e9 for name, each in metrics.items()}


def from_go(text):
    """By the rules of the format's proposal and of its reader in golang.org/x/perf."""
    rounds = {}
    for line in text.splitlines():
        if key := re.match(r"[^\sA-Z:]+:[ \t]+\S", line):
            assert key[0].startswith("cpu:"), "benchstat would split its table by another key"
            continue
        name, calls, value, unit = line.split()
        assert re.match(r"Benchmark[^\W\d_a-z]", name)
        assert int(calls) >= 1
        assert re.fullmatch(r"[0-9.]+", value), "all digits, no exponent: not every reader knows one"
        assert unit == "ns/op"
        rounds.setdefault(name, []).append(float(value) / 1e9)
    return rounds


def from_pytest_benchmark(text):
    content = json.loads(text)
    assert content["machine_info"].keys() <= {"cpu", "system", "machine", "python_version"}
    return {row["fullname"]: row["stats"]["median"] for row in content["benchmarks"]}


def from_otava(text):
    (row,) = csv.DictReader(io.StringIO(text))
    assert datetime.fromisoformat(row.pop("time")).tzinfo
    return {name: float(value) for name, value in row.items() if name not in ("commit", "file")}


READERS = {
    "markdown": from_markdown,
    "csv": from_csv,
    "junit": from_junit,
    "github-action-benchmark": from_github,
    "bencher": from_bencher,
    "go": from_go,
    "pytest-benchmark": from_pytest_benchmark,
    "otava": from_otava,
}


def called_in(form, name, tool):
    """What a benchmark's NAME is in a format that has rules for names."""
    if form == "go":
        return f"Benchmark{name[0].upper()}{name[1:]}".replace(" ", "_")
    if form == "junit":
        return f"test_speed {name.partition('::')[2]}" if "::" in name else f"{tool} {name}"
    return name


def test_every_format_has_a_reader_here():
    assert READERS.keys() == FORMATS.keys()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_any_tools_file_in_any_format(dlc, name, form):
    run = results.read_run(DATA / name)
    output = dlc("bench", "export", DATA / name, "--to", form)
    assert output.code == 0
    assert output.err.splitlines() == list(run.notes)
    found = READERS[form](output.out)
    expected = {called_in(form, key, run.tool): each for key, each in run.measurements.items()}
    assert list(found) == list(expected)
    for key, each in expected.items():
        close = 5e-4 if form == "markdown" else 1e-12
        wanted = list(each.seconds or [each.median]) if form == "go" else each.median
        assert found[key] == pytest.approx(wanted, rel=close)


@pytest.mark.parametrize("name", NAMES)
def test_as_pytest_benchmark_nothing_of_a_run_is_lost(tmp_path, dlc, name):
    path = tmp_path / "run.json"
    assert dlc("bench", "export", DATA / name, "--to", "pytest-benchmark", "--output", path).code == 0
    before, after = results.read_run(DATA / name), results.read_run(path)
    assert after.measurements == before.measurements
    assert (after.when, after.machine, after.commit) == (before.when, before.machine, before.commit)


def test_pytest_benchmark_compares_the_files_of_other_tools(tmp_path, dlc):
    paths = [tmp_path / f"000{number}_{name}" for number, name in enumerate(NAMES) if not name.endswith(".gz")]
    for path in paths:
        assert dlc("bench", "export", DATA / path.name[5:], "--to", "pytest-benchmark", "--output", path).code == 0
    command = [sys.executable, "-m", "pytest_benchmark", "compare", *paths, "--columns=median,rounds,iterations"]
    table = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for path in paths:
        for name in results.read_run(path).measurements:
            assert f"{name.rpartition('::')[2]} (" in table


@pytest.fixture
def saved(tmp_path):
    """Save a file with rounds, or a median alone, of each benchmark."""

    def save(name, when="2026-01-02T03:04:05+00:00", **times):
        stats = {key: {"data": value} if isinstance(value, list) else {"median": value} for key, value in times.items()}
        rows = [{"fullname": key.replace("__", "::"), "stats": value} for key, value in stats.items()]
        path = tmp_path / f"{name}.json"
        content = {"machine_info": {"cpu": {"brand_raw": "C 1"}}, "commit_info": {"id": name}, "benchmarks": rows}
        path.write_text(json.dumps({**content, "datetime": when}))
        return path

    return save


def near(middle):
    return [middle * (1 + 0.002 * (index - 4)) for index in range(9)]


def against(dlc, new, base, limit="10%"):
    output = dlc("bench", "export", new, "--to", "junit", "--against", base, "--fail-above", limit)
    suite = ElementTree.fromstring(output.out).find("testsuite") if output.out else []
    return output, {case.get("name"): {element.tag for element in case} - {"system-out"} for case in suite}


def test_with_a_base_what_is_slower_than_allowed_fails(saved, dlc):
    base = saved(
        "base", t__same=near(1.0), t__slow=near(1.0), t__edge=near(1.0), t__bare=1.0, t__few=[1.0], t__gone=1.0
    )
    new = saved(
        "new", t__same=near(1.0), t__slow=near(1.2), t__edge=near(1.105), t__bare=1.2, t__few=[1.05], t__new=9.0
    )
    output, endings = against(dlc, new, base)
    passed = {name: set() for name in ("same", "edge", "few", "new")}
    assert endings == {**passed, "slow": {"failure"}, "bare": {"failure"}, "gone": {"skipped"}}
    assert output.code == 1
    assert "by more than 10%: t::slow, t::bare" in output.err.splitlines()[-1]
    assert "new/base 1.2, 95% interval" in output.out
    assert "new/base 1.2, of too few rounds for an interval; at most 1.1 is allowed" in output.out
    assert against(dlc, new, base, "30")[0].code == 0, "a limit is a percentage with or without its sign"
    assert against(dlc, base, base, "0%")[0].code == 0


def test_what_is_slower_is_told_after_the_file_is_written(saved, tmp_path, dlc):
    path = tmp_path / "report.xml"
    options = ("--to", "junit", "--against", saved("base", x=1.0), "--fail-above", "5%", "--output", path)
    output = dlc("bench", "export", saved("new", x=2.0), *options)
    assert (output.code, output.out) == (1, "")
    assert ElementTree.parse(path).find("testsuite").get("failures") == "1"


BAD = {
    "no such format": (["--to", "xml"], "--to xml is no format; choose from markdown, csv"),
    "no format": ([], "--to"),
    "several files": (["new.json", "--to", "go"], "takes one file, not 2"),
    "base without limit": (["--to", "junit", "--against", "base.json"], "--fail-above is missing"),
    "limit without base": (["--to", "junit", "--fail-above", "3%"], "--against is missing"),
    "base of another format": (["--to", "csv", "--against", "base.json", "--fail-above", "3%"], "for --to junit"),
    "a limit in words": (["--to", "junit", "--against", "base.json", "--fail-above", "ten"], "no percentage"),
    "a limit below zero": (["--to", "junit", "--against", "base.json", "--fail-above", "-1%"], "no percentage"),
    "a limit of nan": (["--to", "junit", "--against", "base.json", "--fail-above", "nan%"], "no percentage"),
    "no such base": (["--to", "junit", "--against", "none.json", "--fail-above", "3%"], "no file none.json"),
    "a base of other benchmarks": (["--to", "junit", "--against", "base.json", "--fail-above", "3%"], "in common"),
    "files of other benchmarks": (["base.json", "--to", "otava"], "no benchmark is in all of the 2 files"),
    "no time of its own": (["later.json", "--to", "otava"], "made at 'soon', which is no time"),
}


@pytest.mark.parametrize(("options", "part"), BAD.values(), ids=BAD)
def test_what_cannot_be_done_is_refused_in_one_line(saved, dlc, tmp_path, monkeypatch, options, part):
    monkeypatch.chdir(tmp_path)
    saved("new", x=1.0)
    saved("base", y=1.0)
    saved("later", x=1.0, when="soon")
    output = dlc("bench", "export", "new.json", *options)
    assert (output.code, output.out) == (2, "")
    assert output.err.count("\n") == 1
    assert part in output.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base.json", "later.json", "new.json"]


ODD = ["tests/a.py::test[x|`y` *z*]", "two  words", "two\twords", "\x1b[31mred\n", "\ud83d", "ß", "7z -9", "", "a,\"b'"]


@pytest.mark.parametrize("form", FORMATS)
def test_odd_names_break_no_format(saved, dlc, form):
    path = saved("odd", **{name: 1e-6 + number * 1e-9 for number, name in enumerate(ODD)})
    content = json.loads(path.read_text())
    for row, name in zip(content["benchmarks"], ODD, strict=True):
        row["fullname"] = row["name"] = name
    path.write_text(json.dumps(content))
    output = dlc("bench", "export", path, "--to", form)
    assert output.code == 0, output.err
    found = READERS[form](output.out)
    assert len(found) == len(ODD), "no two of them are one"
    assert [each if form != "go" else each[0] for each in found.values()] == pytest.approx(
        [1e-6 + number * 1e-9 for number in range(len(ODD))], rel=1e-2 if form == "markdown" else 1e-9
    )


def test_a_series_is_in_the_order_of_time_and_of_benchmarks_that_all_have(saved, dlc):
    later = saved("later", when="2026-03-01T00:00:00+00:00", x=2.0, z=1.0, y=3.0)
    sooner = saved("sooner", when="2026-03-01T00:30:00+01:00", y=5.0, x=4.0)
    rows = list(csv.reader(io.StringIO(dlc("bench", "export", later, sooner, "--to", "otava").out)))
    assert rows == [
        ["time", "commit", "file", "x", "y"],
        ["2026-03-01T00:30:00+01:00", "sooner", "sooner.json", "4.0", "5.0"],
        ["2026-03-01T00:00:00+00:00", "later", "later.json", "2.0", "3.0"],
    ]


def test_an_interval_is_given_where_there_are_rounds_for_it():
    assert interval(Measurement(1.0, ())) is None
    assert interval(Measurement(3.0, (1.0, 2.0, 3.0, 4.0, 5.0))) is None
    assert interval(Measurement(3.5, (1.0, 2.0, 3.0, 4.0, 5.0, 6.0))) == (1.0, 6.0), "1 - 2 / 2^6 = 97 %"


def test_a_file_is_whole_or_as_it_was(saved, dlc, tmp_path, monkeypatch):
    run, path = saved("run", x=1.0), tmp_path / "out.csv"
    path.write_text("before")
    link = tmp_path / "link.csv"
    link.symlink_to(path)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("tempfile.mkstemp", full)
        output = dlc("bench", "export", run, "--to", "csv", "--output", path)
    assert (output.code, output.out) == (1, "")
    assert output.err == f"Error: cannot write {path}: No space left on device; choose another --output\n"
    assert path.read_text() == "before"
    assert dlc("bench", "export", run, "--to", "csv", "--output", link).code == 0
    assert link.is_symlink()
    assert from_csv(path.read_text()) == {"x": 1.0}
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link.csv", "out.csv", "run.json"]


@pytest.mark.parametrize(
    ("place", "reason"), [("none/x", "No such file"), (".", "Is a directory"), ("/dev/full", "space")]
)
def test_a_place_that_cannot_be_written_is_told_in_one_line(saved, dlc, tmp_path, place, reason):
    output = dlc("bench", "export", saved("run", x=1.0), "--to", "csv", "--output", tmp_path / place)
    assert (output.code, output.err.count("\n")) == (1, 1)
    assert reason in output.err


def test_a_device_is_written_to_and_stays_one(saved, dlc):
    assert dlc("bench", "export", saved("run", x=1.0), "--to", "csv", "--output", os.devnull).code == 0
    assert not os.path.isfile(os.devnull)


def test_formats_are_in_the_help_and_completed(dlc):
    text = dlc("bench", "export", "--help").out
    assert all(f"{name} " in text and form.about in text for name, form in FORMATS.items())
    assert [name for name, _ in complete_format("g")] == ["github-action-benchmark", "go"]
