"""What is in the files of benchmarks that several tools save: how each is known, and where its times are.

A reader is given the JSON value of a file. What it raises over a damaged one is among DAMAGE.
"""

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

# Where pytest-benchmark's machine_info says what times depend on. No measured clock rate: it differs between two runs.
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
DAMAGE = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)
ASV_TIME = re.compile(r"(.*\.)?(time|timeraw)_|(.*\.)?(Time|Timeraw)[A-Z_]")
AGGREGATES = {"mean", "median", "stddev", "cv"}
FITS = {"BigO", "RMS"}
UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}


class Found(NamedTuple):
    """A benchmark as its tool wrote it: rounds, or only a median, or why it has no time."""

    name: str
    seconds: Sequence[Any] = ()
    median: Any = None
    calls: Any = 1
    why_not: str = ""


@dataclass(frozen=True)
class Format:
    """How one tool's files are known and read. Places are keys, from the outermost on."""

    tool: str
    fits: Callable[[Mapping[str, Any]], bool]
    read: Callable[[Mapping[str, Any]], Iterator[Found]]
    machine: Mapping[str, tuple[str, ...]]
    when: Callable[[Mapping[str, Any]], Any]
    commit: tuple[str, ...] = ("commit",)
    version: tuple[str, ...] = ("no version",)  # where a file states that of its format
    versions: tuple[Any, ...] = (None,)  # those that are read


def at(content: Any, *keys: str) -> Any:
    """What is in CONTENT at this place; None where there is no such place."""
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return content


def stated(content: Any, places: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The facts that CONTENT states, of those whose PLACES are known."""
    found = {label: at(content, *keys) for label, keys in places.items()}
    return {label: str(value) for label, value in found.items() if value not in (None, "")}


def fingerprint(info: Any) -> dict[str, str]:
    """The parts of a file's machine_info on which its times depend, as far as it states them."""
    return stated(info, FINGERPRINT)


def _pytest_benchmark(content: Mapping[str, Any]) -> Iterator[Found]:
    """Its statistics are not trusted where the rounds are kept: before 5.3.1, hd15iqr lies above its fence."""
    for entry in content["benchmarks"]:
        stats = entry["stats"]
        yield Found(
            str(entry.get("fullname") or entry["name"]),
            stats.get("data") or (),
            stats.get("median"),
            stats.get("iterations") or 1,
        )


def _asv(content: Mapping[str, Any]) -> Iterator[Found]:
    """One benchmark for each combination of parameters; the rounds are there after `asv run --record-samples`."""
    for name, values in content["results"].items():
        row = dict(zip(content["result_columns"], values, strict=False))  # asv leaves out empty columns at the end
        outcomes, params = row["result"], row.get("params") or []
        if outcomes is None:
            yield Found(name, why_not="failed")
            continue
        if len(outcomes) != math.prod(map(len, params)):
            raise ValueError("results for other parameters")
        timed = row.get("stats_number") or ASV_TIME.match(name)
        columns = [row.get(key) or [None] * len(outcomes) for key in ("samples", "stats_number")]
        for case, outcome, samples, calls in zip(itertools.product(*params), outcomes, *columns, strict=True):
            full_name = f"{name}({', '.join(case)})" if case else name
            if not timed:
                yield Found(full_name, why_not="no times")
            elif outcome is None or math.isnan(outcome):
                yield Found(full_name, why_not="failed" if outcome is None else "skipped")
            else:
                yield Found(full_name, samples or (), outcome, calls or 1)


def _asv_date(content: Mapping[str, Any]) -> str:
    """When the commit was made, which is what asv orders results by."""
    return datetime.fromtimestamp(content["date"] / 1000, UTC).isoformat()


def _pyperf(content: Mapping[str, Any]) -> Iterator[Found]:
    """Warm-ups and calibrations are not values. What is stated for the suite or a benchmark holds for its runs."""
    for entry in content["benchmarks"]:
        runs = entry["runs"]
        facts = {**content.get("metadata", {}), **entry.get("metadata", {}), **runs[0].get("metadata", {})}
        values = [value for run in runs for value in run.get("values", ())]
        why_not = "" if facts.get("unit", "second") == "second" else "no times"
        calls = int(facts.get("loops", 1)) * int(facts.get("inner_loops", 1))
        yield Found(facts["name"], values, None, calls, why_not or ("" if values else "only calibrated"))


def _pyperf_date(content: Mapping[str, Any]) -> Any:
    return at(content["benchmarks"][0]["runs"][0], "metadata", "date") or at(content, "metadata", "date")


def _hyperfine(content: Mapping[str, Any]) -> Iterator[Found]:
    """Its schema 2 has a measurement for each run, with units; before, there were only seconds."""
    for entry in content["results"]:
        if "measurements" not in entry:
            yield Found(entry["command"], entry.get("times") or (), entry.get("median"))
            continue
        clocks = [each["time_wall_clock"] for each in entry["measurements"]]
        if any(clock["unit"] != "second" for clock in clocks):
            raise ValueError("a unit that is not known")
        yield Found(entry["command"], [clock["value"] for clock in clocks])


def _google(content: Mapping[str, Any]) -> Iterator[Found]:
    """Repetitions are rounds; of their aggregates the median counts, where nothing else is kept."""
    entries = content["benchmarks"]
    names = {entry["name"] for entry in entries}
    groups = defaultdict(list)
    for entry in entries:
        name, aggregate = _google_place(entry, names)
        if aggregate not in FITS:
            groups[name].append((aggregate, entry))
    for name, group in groups.items():
        if why_not := next((why for _, entry in group if (why := _google_failure(entry))), ""):
            yield Found(name, why_not=why_not)
            continue
        rounds = [entry for aggregate, entry in group if not aggregate]
        middle = [entry for aggregate, entry in group if aggregate == "median"]
        seconds = [entry["real_time"] * UNITS[entry["time_unit"]] for entry in rounds or middle]
        if not seconds:
            yield Found(name, why_not="no median")
        elif rounds:
            yield Found(name, seconds, None, rounds[0].get("iterations") or 1)
        else:
            yield Found(name, (), seconds[0])


def _google_place(entry: Mapping[str, Any], names: set[str]) -> tuple[str, str]:
    """The benchmark of an ENTRY and the aggregate that it is; before version 1.5 only its name says so."""
    if "run_type" in entry:
        return entry["run_name"], entry["aggregate_name"] if entry["run_type"] == "aggregate" else ""
    base, _, last = entry["name"].rpartition("_")
    is_aggregate = last in FITS or (last in AGGREGATES and f"{base}_mean" in names)
    return (base, last) if is_aggregate else (entry["name"], "")


def _google_failure(entry: Mapping[str, Any]) -> str:
    return "failed" if entry.get("error_occurred") else "skipped" if entry.get("skipped") else ""


def _within(place: str, labels: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Places of facts that are all in the object at PLACE."""
    return {label: (*place.split("."), key) for label, key in labels.items()}


def _is_list(content: Mapping[str, Any], key: str) -> bool:
    return isinstance(content.get(key), list)


FORMATS = (
    Format(
        "pytest-benchmark",
        lambda content: _is_list(content, "benchmarks") and "machine_info" in content,
        _pytest_benchmark,
        {label: ("machine_info", *keys) for label, keys in FINGERPRINT.items()},
        lambda content: at(content, "datetime"),
        commit=("commit_info", "id"),
    ),
    Format(
        "asv",
        lambda content: isinstance(content.get("results"), dict) and "commit_hash" in content,
        _asv,
        _within("params", {"cpu": "cpu", "cores": "num_cpu", "system": "os", "machine": "arch", "python": "python"}),
        _asv_date,
        commit=("commit_hash",),
        version=("version",),
        versions=(2,),
    ),
    Format(
        "Google Benchmark",
        lambda content: _is_list(content, "benchmarks") and isinstance(content.get("context"), dict),
        _google,
        _within("context", {"cores": "num_cpus"}),
        lambda content: at(content, "context", "date"),
        version=("context", "json_schema_version"),
        versions=(None, 1),
    ),
    Format(
        "pyperf",
        lambda content: _is_list(content, "benchmarks") and "version" in content,
        _pyperf,
        _within("metadata", {"cpu": "cpu_model_name", "cores": "cpu_count", "python": "python_version"}),
        _pyperf_date,
        version=("version",),
        versions=("1.0",),
    ),
    Format(
        "hyperfine",
        lambda content: _is_list(content, "results"),
        _hyperfine,
        _within("metadata.platform", {"system": "os", "machine": "architecture"}),
        lambda content: at(content, "metadata", "start_time"),
        version=("schema_version",),
        versions=(None, 2),
    ),
)
