"""Benchmark files: what dlc writes, pytest-benchmark reads; what others wrote, dlc reads or refuses in one line."""

import errno
import json
import os
import statistics
import subprocess
import sys

import pytest

from dlc.cli import results
from dlc.cli.errors import BadInputError, FailedError
from dlc.cli.timing import Timing


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def pytest_benchmark(*arguments):
    command = [sys.executable, "-m", "pytest_benchmark", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def saved_run(storage, times, threads=1):
    file = results.RunFile(storage, threads=threads)
    for name, seconds in times.items():
        row = results.benchmark(name, Timing(7, tuple(seconds)), {"dtype": "float32"}, 0.5, extra_info={"elements": 3})
        file.add(row)
    return file.path


TIMES = {"gelu": [2e-6, 3e-6, 9e-6, 2.5e-6], "gelu'": [4e-6, 4e-6, 5e-6]}
GELU = "gelu[float32]"


def test_pytest_benchmark_lists_and_compares_the_files(tmp_path):
    storage = tmp_path / "bench_results"
    first, second = saved_run(storage, TIMES), saved_run(storage, {"gelu": [1e-6] * 3})
    listed = pytest_benchmark("--storage", str(storage), "list").split()
    assert listed == [str(first), str(second)]
    table = pytest_benchmark("--storage", str(storage), "compare", "--columns=median,ops,rounds,iterations")
    assert "benchmark 'gelu[float32]': 2 tests" in table
    assert 'benchmark "gelu\'[float32]": 1 tests' in table
    assert "2.7500 (2.75)" in table, "the median of the first run, 2.75 times that of the second"
    assert "363.6364 (0.36)" in table, "its calls a second, from the median"


def test_a_file_is_numbered_and_placed_as_pytest_benchmark_does_it(tmp_path):
    first, second = saved_run(tmp_path / "s", TIMES), saved_run(tmp_path / "s", TIMES)
    assert (first.name[:5], second.name[:5]) == ("0001_", "0002_")
    assert first.parent == results.run_folder(tmp_path / "s")
    assert "_unversioned_" in first.name
    assert sorted(path.name for path in first.parent.iterdir()) == [first.name, second.name], (
        "no temporary file is left"
    )


def test_in_a_repository_the_commit_is_named(tmp_path):
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", "init", "-q"], check=True, env=env)
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *author, "commit", "-q", "--allow-empty", "-m", "x"], check=True, env=env)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    path = saved_run(tmp_path / "s", TIMES)
    assert f"0001_{commit}_" in path.name
    assert json.loads(path.read_text())["commit_info"]["id"] == commit


def test_the_file_says_what_was_measured_and_where(tmp_path):
    content = json.loads(saved_run(tmp_path / "s", TIMES, threads=2).read_text())
    gelu = content["benchmarks"][0]
    assert gelu["stats"]["data"] == TIMES["gelu"]
    assert gelu["stats"]["median"] == statistics.median(TIMES["gelu"])
    assert gelu["stats"]["ops"] == 1 / gelu["stats"]["median"]
    assert gelu["stats"]["iterations"] == 7
    assert gelu["extra_info"] == {"elements": 3}
    machine = content["machine_info"]
    assert machine["threads"] == 2
    assert set(machine["libraries"]) == {"numpy", "numba", "llvmlite"}
    assert machine["cpu"]["brand_raw"]
    assert not [key for key in machine["cpu"] if "hz" in key], "a measured clock rate differs between runs"


def test_what_is_written_is_read_again(tmp_path):
    path = saved_run(tmp_path / "s", TIMES)
    run = results.read_run(path)
    assert {name: list(found.seconds) for name, found in run.measurements.items()} == {
        f"{name}[float32]": seconds for name, seconds in TIMES.items()
    }
    assert run.measurements[GELU].median == 2.75e-6
    assert run.when.startswith("20")
    assert results.differences(run, results.read_run(saved_run(tmp_path / "s", TIMES))) == []
    assert results.differences(run, results.read_run(saved_run(tmp_path / "s", TIMES, threads=4))) == ["threads 1 / 4"]


def test_a_real_run_of_pytest_benchmark_is_read_with_and_without_its_rounds(tmp_path):
    (tmp_path / "test_it.py").write_text("def test_sum(benchmark):\n    benchmark(sum, range(100))\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--benchmark-max-time=0.05"]
    command += ["--benchmark-storage", str(tmp_path / "theirs"), "--benchmark-save=bare", "--benchmark-json=full.json"]
    alone = {name: value for name, value in os.environ.items() if "XDIST" not in name}  # else it times nothing
    subprocess.run([*command, "test_it.py"], capture_output=True, check=True, env=alone)
    full = results.read_run(tmp_path / "full.json")
    bare = results.read_run(results.find_run("latest", tmp_path / "theirs"))
    name = "test_it.py::test_sum"
    assert len(full.measurements[name].seconds) > 4
    assert bare.measurements[name].seconds == ()
    assert bare.measurements[name].median == pytest.approx(full.measurements[name].median)
    assert results.differences(full, bare) == []


def test_an_interrupted_write_leaves_the_last_whole_file(tmp_path, monkeypatch):
    file = results.RunFile(tmp_path / "s", threads=1)
    row = results.benchmark("gelu", Timing(1, (1e-6,)), {}, 0.5, extra_info={})
    file.add(row)

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            file.add(row)
    assert len(results.read_run(file.path).measurements) == 1
    assert len(list(file.path.parent.iterdir())) == 1


def test_runs_are_found_by_number_and_by_age(tmp_path):
    storage = tmp_path / "s"
    first, second, third = (saved_run(storage, TIMES) for _ in range(3))
    assert results.find_run("latest", storage) == third
    assert results.find_run("previous", storage) == second
    assert results.find_run("0001", storage) == results.find_run("1", storage) == first
    assert str(results.find_run("some/file.json", storage)) == "some/file.json"


@pytest.mark.parametrize(
    ("which", "runs", "part"),
    [
        ("latest", 0, "no runs in"),
        ("0001", 0, "dlc bench run"),
        ("previous", 1, "no run before 0001_"),
        ("0007", 1, "no run has the number 0007"),
    ],
)
def test_a_run_that_is_not_there_is_refused_with_a_remedy(tmp_path, which, runs, part):
    for _ in range(runs):
        saved_run(tmp_path / "s", TIMES)
    with pytest.raises(BadInputError, match=part):
        results.find_run(which, tmp_path / "s")


ENTRY = '{"machine_info": {}, "benchmarks": [%s]}'


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (None, "no file"),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xff\xfe\x00\x01", "cannot read"),
        (b"kernel\tns\n", r"not JSON \(line 1, column 1\)"),
        (b"[1, 2", "not JSON"),
        (b"[" * 100_000, "not usable JSON"),
        (b"[1, 2]", "another kind"),
        (b"3", "another kind"),
        (b'{"results": [{"times": [1.0]}]}', "benchmark 1 has no name"),
        (b'{"context": {}, "benchmarks": [{"name": "BM_x", "real_time": 1.0}]}', "benchmark 1 has no name"),
        (b'{"machine_info": {}, "benchmarks": {}}', "another kind"),
        ((ENTRY % "").encode(), "holds no benchmarks"),
        ((ENTRY % "3").encode(), "benchmark 1 has no name"),
        ((ENTRY % '{"name": "x"}').encode(), "benchmark 1 has no name"),
        ((ENTRY % '{"stats": {"median": 1}}').encode(), "benchmark 1 has no name"),
        ((ENTRY % '{"name": "x", "stats": {"median": "fast"}}').encode(), "benchmark 1 has no name"),
        ((ENTRY % '{"name": "x", "stats": {"median": NaN}}').encode(), "not a positive number"),
        ((ENTRY % '{"name": "x", "stats": {"data": [1.0, -1.0, 2.0]}}').encode(), "not a positive number"),
    ],
)
def test_a_broken_or_foreign_file_is_refused_in_one_line(tmp_path, content, part):
    path = tmp_path / "run.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInputError, match=part) as refusal:
        results.read_run(path)
    message = str(refusal.value)
    assert "\n" not in message
    assert str(path) in message


def test_a_truncated_file_is_called_so_wherever_it_ends(tmp_path):
    whole = saved_run(tmp_path / "s", TIMES).read_text()
    path = tmp_path / "cut.json"
    for end in range(1, len(whole), 97):
        path.write_text(whole[:end])
        with pytest.raises(BadInputError, match="is cut short at line"):
            results.read_run(path)


def test_a_folder_is_no_run(tmp_path):
    with pytest.raises(BadInputError, match="Is a directory"):
        results.read_run(tmp_path)


def test_a_storage_that_cannot_be_a_folder_is_refused_before_anything_is_measured(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInputError, match=r"cannot write to .*; choose another --storage"):
        results.RunFile(tmp_path / "file", threads=1)


def test_a_disk_that_fills_up_fails_in_one_line_and_keeps_the_last_whole_file(tmp_path, monkeypatch):
    file = results.RunFile(tmp_path / "s", threads=1)
    row = results.benchmark("gelu", Timing(1, (1e-6,)), {}, 0.5, extra_info={})
    file.add(row)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("tempfile.mkstemp", full)
        with pytest.raises(FailedError, match="No space left on device"):
            file.add(row)
    assert len(results.read_run(file.path).measurements) == 1
