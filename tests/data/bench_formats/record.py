"""How the files beside this one were recorded: each by the tool itself, with small benchmarks.

    pip install asv==0.6.6 pyperf==2.10.0 pytest-benchmark==5.3.1 google-benchmark==1.9.5   # and hyperfine 1.15, 2.0
    python tests/data/bench_formats/record.py FOLDER

pytest_benchmark3.json is what 3.2.3 saves without --benchmark-save-data.

Values are as recorded. Blank space is left out, and what names a host or a folder is replaced.
"""

import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path

ASV = """
class Sorting:
    params = [[10, 1000], ["sorted", "reversed"]]
    param_names = ["n", "order"]
    repeat, number, warmup_time = 5, 20, 0.01

    def setup(self, n, order):
        if n == 10 and order == "reversed":
            raise NotImplementedError("skipped")
        self.data = list(range(n))[:: 1 if order == "sorted" else -1]

    def time_sort(self, n, order):
        sorted(self.data)


def time_sum():
    sum(range(1000))


time_sum.repeat, time_sum.number, time_sum.warmup_time = 4, 50, 0.01


def time_broken():
    raise ValueError("it fails")


def mem_list():
    return [0] * 100


def track_answer():
    return 42
"""

PYPERF = """
import pyperf

runner = pyperf.Runner()
runner.bench_func("sum", sum, range(100))
runner.timeit("sort", stmt="sorted(data)", setup="data = list(range(50))", inner_loops=2)
"""

GOOGLE = """
import google_benchmark as benchmark


@benchmark.register
@benchmark.option.arg(8)
def sort(state):
    data = list(range(state.range(0)))
    while state:
        sorted(data)


@benchmark.register
@benchmark.option.unit(benchmark.kMicrosecond)
def total(state):
    while state:
        sum(range(1000))


@benchmark.register
def broken(state):
    state.skip_with_error("it fails")
    while state:
        pass


@benchmark.register
@benchmark.option.range_multiplier(2)
@benchmark.option.range(64, 128)
@benchmark.option.complexity(benchmark.oN)
def growth(state):
    data = list(range(state.range(0)))
    while state:
        sum(data)
    state.complexity_n = state.range(0)


benchmark.main()
"""

PYTEST = """
import pytest


@pytest.mark.parametrize("n", [10, 100])
def test_sum(benchmark, n):
    benchmark.pedantic(sum, args=(range(n),), rounds=9, iterations=40)


def test_sorted(benchmark):
    benchmark.pedantic(sorted, args=([3, 1, 2],), rounds=5, iterations=4)
"""

NAMED = {"hostname": "runner", "host_name": "runner", "node": "runner", "executable": "bench", "python": "python3"}
NAMED |= {"python_executable": "python3", "python_config_args": "", "python_cflags": "", "flags": []}
NAMED |= {"env_name": "existing-py_python3", "project": "demo"}


def run(*command: str, folder: Path | None = None) -> None:
    """Run COMMAND; asv and others end with an error where one of the benchmarks fails."""
    subprocess.run(command, check=False, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def neutral(value: object) -> object:
    """VALUE without the names of this machine's host and folders."""
    if isinstance(value, dict):
        return {key: NAMED[key] if key in NAMED else neutral(item) for key, item in value.items()}
    return [neutral(item) for item in value] if isinstance(value, list) else value


def keep(path: Path, name: str, into: Path) -> None:
    """Write the JSON file PATH, without blank space, as NAME.json."""
    text = json.dumps(neutral(json.loads(path.read_text())), separators=(",", ":"))
    assert str(Path.home()) not in text, text
    (into / f"{name}.json").write_text(text + "\n")


def record_asv(work: Path, into: Path) -> None:
    """One commit of a project with six benchmarks."""
    project = work / "project"
    (project / "benchmarks").mkdir(parents=True)
    (project / "benchmarks" / "__init__.py").touch()
    (project / "benchmarks" / "suite.py").write_text(ASV)
    settings = {"version": 1, "project": "demo", "repo": ".", "branches": ["HEAD"], "environment_type": "existing"}
    (project / "asv.conf.json").write_text(json.dumps({**settings, "results_dir": "results", "pythons": ["same"]}))
    git = ("git", "-C", str(project), "-c", "user.name=a", "-c", "user.email=a@example.org")
    run("git", "init", "-q", str(project))
    run(*git, "add", "-A")
    run(*git, "commit", "-qm", "x")
    asv = ("asv", "--config", str(project / "asv.conf.json"))
    run(*asv, "machine", "--yes", "--machine", "runner")
    once = ("--machine", "runner", "--python=same", "--set-commit-hash", "HEAD")
    run(*asv, "run", *once, "--record-samples")
    (found,) = (project / "results" / "runner").glob("*-*.json")
    keep(found, "asv", into)


def main() -> None:
    """Record the files of all installed tools."""
    into = Path(__file__).parent
    work = Path(sys.argv[1]).absolute()
    work.mkdir(parents=True)
    for name, text in (("perf.py", PYPERF), ("google.py", GOOGLE), ("test_speed.py", PYTEST)):
        (work / name).write_text(text)
    python = sys.executable
    record_asv(work, into)

    few = ("-p", "3", "-n", "3", "-w", "1", "-l", "4096", "-q")
    run(python, str(work / "perf.py"), *few, "-o", str(work / "perf.json"))
    keep(work / "perf.json", "pyperf", into)
    (into / "pyperf.json.gz").write_bytes(gzip.compress((into / "pyperf.json").read_bytes(), mtime=0))

    google = (python, str(work / "google.py"), "--benchmark_repetitions=3", "--benchmark_min_time=0.005s")
    google += ("--benchmark_out_format=json",)
    run(*google, f"--benchmark_out={work / 'google.json'}")
    keep(work / "google.json", "google", into)
    whole = (f"--benchmark_out={work / 'aggregates.json'}", "--benchmark_report_aggregates_only=true")
    run(*google, "--benchmark_filter=sort|total", *whole)
    keep(work / "aggregates.json", "google_aggregates", into)

    for major in ("1", "2"):
        out = work / f"hyperfine{major}.json"
        commands = ("-N", "-w", "1", "-r", "5", "-P", "n", "1", "2", "true {n}", "false", "-i")
        if program := shutil.which(f"hyperfine{major}"):
            run(program, *commands, "--export-json", str(out))
            keep(out, f"hyperfine{major}", into)

    run(python, "-m", "pytest", "test_speed.py", "--benchmark-json=pytest.json", folder=work)
    keep(work / "pytest.json", "pytest_benchmark5", into)


if __name__ == "__main__":
    main()
