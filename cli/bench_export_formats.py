"""The formats that `dlc bench export` writes: a run, or several, as the text that another tool reads."""

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from dlc.cli import show, timing
from dlc.cli.bench_formats import FINGERPRINT
from dlc.cli.bench_reading import Measurement, Run, unique
from dlc.cli.errors import BadInputError

NS = 1e9


@dataclass(frozen=True)
class Export:
    """A format: what is in it and who reads it, and how it is written. SERIES: of any number of runs."""

    about: str
    write: Callable[[Sequence[Run]], str]
    series: bool = False


def interval(measured: Measurement) -> tuple[float, float] | None:
    """Between what the median lies with the confidence of all intervals here, if there are rounds enough to say so."""
    if not measured.seconds:
        return None
    _, low, high, confidence = timing.median_interval(measured.seconds)
    return (low, high) if confidence >= timing.CONFIDENCE else None


def _csv(runs: Sequence[Run]) -> str:
    rows = [("benchmark", "median_s", "low_s", "high_s", "rounds", "calls")]
    rows += [
        (name, each.median, *(interval(each) or ("", "")), len(each.seconds), each.calls)
        for name, each in runs[0].measurements.items()
    ]
    return _delimited(rows)


def _delimited(rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _markdown(runs: Sequence[Run]) -> str:
    from dlc.cli.gate_github import escaped
    from dlc.cli.gate_report import clean

    lines = [f"| benchmark | median | {timing.CONFIDENCE:.0%} interval | rounds |", "|:--|--:|--:|--:|"]
    for name, each in runs[0].measurements.items():
        ends = " to ".join(map(show.duration, interval(each) or ()))
        name = f"<code>{escaped(clean(name))}</code>"
        lines.append(f"| {name} | {show.duration(each.median)} | {ends} | {len(each.seconds) or ''} |")
    return "\n".join(lines) + "\n"


def _junit(runs: Sequence[Run]) -> str:
    return junit_against(runs[0])[0]


def junit_against(run: Run, base: Run | None = None, limit: float = 0.0) -> tuple[str, list[str]]:
    """JUnit XML, and the benchmarks that fail: those slower than in BASE by more than LIMIT, a share of its time.

    All of the ratio's interval has to be above the limit; the ratio itself, where there are too few rounds for one.
    """
    from dlc.cli.junit import Case, junit  # on use: XML

    known = base.measurements if base else {}
    cases, failed = [], []
    for name, new in run.measurements.items():
        found, too_slow = _ratio(new, known[name], limit) if name in known else ("", False)
        output = "\n".join(filter(None, (f"median: {new.median} s", f"rounds: {len(new.seconds)}", found)))
        failure = f"{found}; at most {1 + limit:g} is allowed" if too_slow else None
        cases.append(Case(*_place(name, run.tool), new.median, failure=failure, output=output))
        failed += [name] * too_slow
    cases += [
        Case(*_place(name, run.tool), 0.0, skipped="only in the base") for name in known.keys() - run.measurements
    ]
    return junit(f"{run.tool} {run.path.name}", cases).decode(), failed


def _ratio(new: Measurement, old: Measurement, limit: float) -> tuple[str, bool]:
    """What is known of new/base, and whether it is above 1 + LIMIT."""
    ratio = timing.ratio_of_medians(new.seconds or [new.median], old.seconds or [old.median])
    if ratio.confidence < timing.CONFIDENCE:
        return f"new/base {ratio.ratio:.4g}, of too few rounds for an interval", ratio.ratio > 1 + limit
    ends = f"{timing.CONFIDENCE:.0%} interval {ratio.low:.4g} to {ratio.high:.4g}"
    return f"new/base {ratio.ratio:.4g}, {ends}", ratio.low > 1 + limit


def _place(name: str, tool: str) -> tuple[str, str]:
    """Class and name: a pytest test's own, as pytest calls them; else the tool has the class's place."""
    from dlc.cli.gate_junit import split

    return split(name) if "::" in name.partition("[")[0] else (tool, name)


def _github(runs: Sequence[Run]) -> str:
    rows = []
    for name, each in runs[0].measurements.items():
        ends = interval(each)
        extra = f"{len(each.seconds)} rounds of {each.calls} calls" if each.seconds else "only the median was kept"
        row = {"name": name, "unit": "ns", "value": each.median * NS, "extra": extra}
        rows.append({**row, "range": f"{ends[0] * NS:.6g} to {ends[1] * NS:.6g}"} if ends else row)
    return _json(rows)


def _bencher(runs: Sequence[Run]) -> str:
    metrics = {}
    for name, each in runs[0].measurements.items():
        ends = interval(each)
        limits = {"lower_value": ends[0] * NS, "upper_value": ends[1] * NS} if ends else {}
        metrics[name[:1024]] = {"latency": {"value": each.median * NS, **limits}}
    return _json(metrics)


def _go(runs: Sequence[Run]) -> str:
    """A line for each round. What differs from file to file must not be configuration: benchstat would split by it."""
    run = runs[0]
    lines = [f"cpu: {' '.join(run.machine['cpu'].split())}"] if run.machine.get("cpu", "").strip() else []
    taken: dict[str, str] = {}
    for name, each in run.measurements.items():
        go_name = unique(_go_name(name), taken).replace(" #", "#")
        taken[go_name] = name
        for seconds in each.seconds or (each.median,):
            lines.append(f"{go_name}\t{each.calls}\t{_fixed(seconds * NS)} ns/op")
    return "\n".join(lines) + "\n"


def _go_name(name: str) -> str:
    """`Benchmark` and then, as Go wants it, an upper-case letter; no blank space."""
    name = "".join(
        "_" if each.isspace() or unicodedata.category(each).startswith(("Z", "C")) else each for each in name
    )
    name = name[:1].upper() + name[1:]
    return f"Benchmark{'' if name[:1].isupper() else 'X'}{name}"


def _fixed(value: float) -> str:
    """All digits of VALUE, without an exponent."""
    return format(Decimal(repr(value)), "f")


def _pytest_benchmark(runs: Sequence[Run]) -> str:
    from dlc.cli.results import statistics

    run = runs[0]
    rows = [
        {
            "group": None,
            "name": _place(name, run.tool)[1],
            "fullname": name,
            "params": None,
            "param": None,
            "extra_info": {"tool": run.tool},
            "options": {},
            "stats": statistics(each.seconds, each.median, each.calls),
        }
        for name, each in run.measurements.items()
    ]
    commit = {"id": run.commit or "unversioned", "time": None, "dirty": False, "branch": "(unknown)"}
    content = {"machine_info": _machine_info(run.machine), "commit_info": commit, "benchmarks": rows}
    return _json({**content, "datetime": run.when, "version": version("pytest-benchmark")})


def _machine_info(machine: Mapping[str, str]) -> dict[str, Any]:
    """The inverse of a fingerprint."""
    info: dict[str, Any] = {"cpu": {}}
    for label, value in machine.items():
        place = info
        *outer, last = FINGERPRINT[label]
        for key in outer:
            place = place.setdefault(key, {})
        place[last] = value
    return info


def _otava(runs: Sequence[Run]) -> str:
    """A row for each run, in the order of time. Otava refuses an empty cell, and a nan spoils its statistics."""
    names = [name for name in runs[0].measurements if all(name in run.measurements for run in runs)]
    if not names:
        raise BadInputError(f"no benchmark is in all of the {len(runs)} files; a series needs one")
    rows: list[tuple[Any, ...]] = [("time", "commit", "file", *names)]
    for moment, run in sorted(((_moment(run), run) for run in runs), key=lambda pair: pair[0]):
        rows.append((moment.isoformat(), run.commit, run.path.name, *(run.measurements[name].median for name in names)))
    return _delimited(rows)


def _moment(run: Run) -> datetime:
    try:
        moment = datetime.fromisoformat(run.when)
    except ValueError:
        raise BadInputError(f"{run.path} was made at {run.when!r}, which is no time; a series needs one") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, allow_nan=False) + "\n"


# fmt: off
FORMATS = {
    "markdown": Export("a table with intervals, for comments and summaries", _markdown),
    "csv": Export("medians and intervals, in seconds", _csv),
    "junit": Export("test cases for a CI server; with --against they can fail", _junit),
    "github-action-benchmark": Export("its customSmallerIsBetter, in ns", _github),
    "bencher": Export("Bencher Metric Format: latency, in ns", _bencher),
    "go": Export("Go's benchmark text, a line for each round, for benchstat", _go),
    "pytest-benchmark": Export("its JSON, for `pytest-benchmark compare` and dlc", _pytest_benchmark),
    "otava": Export("CSV for Apache Otava: a line for each FILE, benchmarks that all have", _otava, series=True),
}
# fmt: on
