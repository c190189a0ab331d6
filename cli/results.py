"""Saved runs: writing dlc's own, in the format of pytest-benchmark, and finding them; bench_reading reads them."""

import json
import os
import platform
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dlc.cli.bench_formats import fingerprint
from dlc.cli.bench_reading import Measurement as Measurement
from dlc.cli.bench_reading import Run
from dlc.cli.bench_reading import read_run as read_run
from dlc.cli.errors import BadInputError, FailedError
from dlc.cli.timing import FEWEST_ROUNDS, SLICE_NS, Timing

DEFAULT_STORAGE = Path("bench_results")
RUN_FILES = "[0-9][0-9][0-9][0-9]_*.json"


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
        "stats": statistics(timing.seconds, timing.median, timing.loops),
    }


def statistics(seconds: Sequence[float], median: float, calls: int) -> dict[str, Any]:
    """What pytest-benchmark stores of rounds of so many CALLS; all is the MEDIAN where no rounds are kept."""
    from pytest_benchmark.stats import Stats

    stats = Stats()
    stats.data.extend(seconds or [median])
    kept = {"data": list(seconds)} if seconds else {}
    return {**stats.as_dict(), "ops": 1 / median, **kept, "iterations": calls}


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
