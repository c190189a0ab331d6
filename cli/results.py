"""Benchmark files, in the format of pytest-benchmark: writing dlc's own, and reading anybody's."""

import json
import math
import os
import platform
import statistics
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dlc.cli.errors import BadInputError, FailedError
from dlc.cli.timing import FEWEST_ROUNDS, SLICE_NS, Timing

DEFAULT_STORAGE = Path("bench_results")
RUN_FILES = "[0-9][0-9][0-9][0-9]_*.json"

# Where a file says what its times depend on. No measured clock rate: it differs between two runs on one machine.
FINGERPRINT = {
    "cpu": ("cpu", "brand_raw"),
    "cores": ("cpu", "count"),
    "system": ("system",),
    "machine": ("machine",),
    "python": ("python_version",),
    "numpy": ("libraries", "numpy"),
    "numba": ("libraries", "numba"),
    "llvmlite": ("libraries", "llvmlite"),
    "threads": ("threads",),
}


@dataclass(frozen=True)
class Measurement:
    """One benchmark of a saved run: the median, and every round where the file keeps them; seconds per call."""

    median: float
    seconds: tuple[float, ...]


@dataclass(frozen=True)
class Run:
    """A saved run: when it was made, on what machine, and its measurements by full name."""

    path: Path
    when: str
    machine: dict[str, str]
    measurements: dict[str, Measurement]

    @property
    def label(self) -> str:
        """File name and minute."""
        return f"{self.path.name} ({self.when[:16].replace('T', ' ')})"


class RunFile:
    """The file of a run in progress, written anew and whole after each benchmark."""

    def __init__(self, storage: Path, *, threads: int):
        """Make sure that STORAGE can be written. Raises BadInputError."""
        from pytest_benchmark.utils import get_commit_info, get_current_time

        folder = run_folder(storage)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except OSError as error:
            reason = error.strerror or error
            raise BadInputError(f"cannot write to {folder}: {reason}; choose another --storage") from None
        commit = get_commit_info()
        number = max((int(path.name[:4]) for path in folder.glob(RUN_FILES)), default=0) + 1
        self.path = folder / f"{number:04}_{commit['id']}_{get_current_time()}.json"
        self._content = {
            "machine_info": machine_info(threads),
            "commit_info": commit,
            "benchmarks": [],
            "datetime": datetime.now(UTC).isoformat(),
            "version": version("pytest-benchmark"),
        }

    @property
    def machine(self) -> dict[str, str]:
        """What the times depend on, as in Run.machine."""
        return fingerprint(self._content["machine_info"])

    @property
    def count(self) -> int:
        """Benchmarks written so far."""
        return len(self._content["benchmarks"])

    def add(self, benchmark: Mapping[str, Any]) -> None:
        """Append a row made by `benchmark`, and write the file. Raises FailedError, as on a full disk."""
        from dlc.kernels.cache import write_whole

        self._content["benchmarks"].append(benchmark)
        try:
            write_whole(self.path, json.dumps(self._content, indent=4, allow_nan=False).encode())
        except OSError as error:
            reason = error.strerror or error
            raise FailedError(f"cannot write {self.path}: {reason}; choose another --storage") from None


def benchmark(
    name: str, timing: Timing, params: Mapping[str, Any], budget: float, *, extra_info: Mapping[str, Any]
) -> dict[str, Any]:
    """One benchmark as pytest-benchmark stores it, except `ops`, which is 1/median: a mean follows every spike.

    PARAMS are part of its full name, so that only like is compared with like.
    """
    from pytest_benchmark.stats import Stats

    stats = Stats()
    stats.data.extend(timing.seconds)
    param = "-".join(map(str, params.values()))
    full_name = f"{name}[{param}]"
    return {
        "group": full_name,
        "name": full_name,
        "fullname": full_name,
        "params": dict(params),
        "param": param,
        "extra_info": dict(extra_info),
        "options": {
            "disable_gc": True,
            "timer": "perf_counter_ns",
            "min_rounds": FEWEST_ROUNDS,
            "max_time": budget,
            "min_time": SLICE_NS / 1e9,
            "warmup": True,
        },
        "stats": {
            **stats.as_dict(),
            "ops": 1 / timing.median,
            "data": list(timing.seconds),
            "iterations": timing.loops,
        },
    }


def machine_info(threads: int) -> dict[str, Any]:
    """What pytest-benchmark says of a machine, with library versions, without its name and measured clock rates."""
    return {
        "processor": platform.processor(),
        "machine": platform.machine(),
        "python_compiler": platform.python_compiler(),
        "python_implementation": platform.python_implementation(),
        "python_implementation_version": platform.python_version(),
        "python_version": platform.python_version(),
        "python_build": platform.python_build(),
        "release": platform.release(),
        "system": platform.system(),
        "cpu": _cpu(),
        "libraries": {name: version(name) for name in ("numpy", "numba", "llvmlite")},
        "threads": threads,
    }


def _cpu() -> dict[str, Any]:
    import cpuinfo  # type: ignore[import-untyped]

    try:
        everything = cpuinfo.get_cpu_info()
    except Exception:  # it raises a bare Exception on processors it does not know
        everything = {"brand_raw": platform.processor(), "count": os.cpu_count()}
    return {key: value for key, value in everything.items() if not key.startswith(("hz_", "python_", "cpuinfo_"))}


def fingerprint(info: Any) -> dict[str, str]:
    """The parts of a file's machine_info on which its times depend, as far as it states them."""
    found = {}
    for label, keys in FINGERPRINT.items():
        value = info
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            found[label] = str(value)
    return found


def differences(old: Run, new: Run) -> list[str]:
    """How the two machines differ, in what both files state."""
    return [
        f"{label} {old.machine[label]} / {new.machine[label]}"
        for label in old.machine.keys() & new.machine.keys()
        if old.machine[label] != new.machine[label]
    ]


def run_folder(storage: Path) -> Path:
    """The folder of this machine's runs, named as pytest-benchmark names it."""
    from pytest_benchmark.utils import get_machine_id

    return storage / get_machine_id()


def find_run(which: str, storage: Path) -> Path:
    """The file that WHICH names: a path, a run's number, `latest` or `previous`. Raises BadInputError."""
    if not (which.isdecimal() or which in ("latest", "previous")):
        return Path(which)
    folder = run_folder(storage)
    runs = sorted(folder.glob(RUN_FILES))
    if not runs:
        raise BadInputError(f"no runs in {folder}; make one with `dlc bench run`, or name its --storage")
    if which == "latest":
        return runs[-1]
    if which == "previous":
        if len(runs) < 2:
            raise BadInputError(f"no run before {runs[-1].name} in {folder}; make one with `dlc bench run`")
        return runs[-2]
    matches = [run for run in runs if int(run.name[:4]) == int(which)]
    if len(matches) != 1:
        found = f"{len(matches)} runs have" if matches else "no run has"
        raise BadInputError(f"{found} the number {which} in {folder}; name the file, or `latest` ({runs[-1].name[:4]})")
    return matches[0]


def read_run(path: Path) -> Run:
    """The run saved in PATH by dlc or by any version of pytest-benchmark. Raises BadInputError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadInputError(f"no file {path}; give a benchmark file, a run's number, `latest` or `previous`") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "it is not text"
        raise BadInputError(f"cannot read {path}: {reason}; give a JSON file of pytest-benchmark") from None
    if not text.strip():
        raise BadInputError(f"{path} is empty; run the benchmark again")
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        text = text.strip()
        if text.startswith("{") and (not text.endswith("}") or error.pos >= len(text)):
            raise BadInputError(f"{path} is cut short at line {error.lineno}; run the benchmark again") from None
        where = f"line {error.lineno}, column {error.colno}"
        raise BadInputError(f"{path} is not JSON ({where}); give a JSON file of pytest-benchmark") from None
    except (ValueError, RecursionError):
        raise BadInputError(f"{path} is not usable JSON; give a JSON file of pytest-benchmark") from None
    benchmarks = content.get("benchmarks") if isinstance(content, dict) else None
    if not isinstance(benchmarks, list) or "machine_info" not in content:
        raise BadInputError(f"{path} is JSON of another kind; give a file of `dlc bench run` or pytest-benchmark")
    if not benchmarks:
        raise BadInputError(f"{path} holds no benchmarks; run the benchmark again")
    measurements = dict(_measurement(path, index, entry) for index, entry in enumerate(benchmarks, 1))
    return Run(path, str(content.get("datetime", "")), fingerprint(content["machine_info"]), measurements)


def _measurement(path: Path, index: int, entry: Any) -> tuple[str, Measurement]:
    """Name and times of one entry. The median is recomputed where the rounds are kept."""
    try:
        stats = entry["stats"]
        seconds = tuple(float(value) for value in stats.get("data") or ())
        median = statistics.median(seconds) if seconds else float(stats["median"])
        name = str(entry.get("fullname") or entry["name"])
    except (AttributeError, KeyError, TypeError, ValueError):
        raise BadInputError(f"{path}: benchmark {index} has no name, median or data; save the run again") from None
    if not all(0 < value < math.inf for value in (median, *seconds)):
        raise BadInputError(f"{path}: {name} holds a time that is not a positive number; save the run again")
    return name, Measurement(median, seconds)
