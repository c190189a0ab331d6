"""`dlc bench compare`: two files of benchmarks, of any tool, row by row."""

import statistics
from dataclasses import asdict
from typing import Annotated, Any

import typer

from dlc.cli import results, show, timing
from dlc.cli.bench_options import AsJson, Storage
from dlc.cli.bench_table import ratio_cell


def compare(
    old: Annotated[str, typer.Argument(help="A file, a run's number, `latest` or `previous`.")],
    new: Annotated[str, typer.Argument(help="The run to compare with it, named likewise.")],
    storage: Storage = results.DEFAULT_STORAGE,
    as_json: AsJson = False,
) -> None:
    """Compare two saved runs: medians, and new/old with an interval of at least 95 %.

    A file may be one of dlc, pytest-benchmark, asv, pyperf, hyperfine or Google Benchmark, compressed or not.

    The interval covers the rounds within each run, not what changes between runs: other load, memory layout, clock
    rates. So a stored run shows a trend; it is no verdict on a change.
    """
    before, after = (results.read_run(results.find_run(which, storage)) for which in (old, new))
    for line in (*before.notes, *after.notes):
        show.note(line)
    if differing := results.differences(before, after):
        show.note(f"Warning: the machines differ: {'; '.join(differing)}")
    rows = [
        _compared(name, before.measurements.get(name), after.measurements.get(name))
        for name in dict.fromkeys([*before.measurements, *after.measurements])
    ]
    if as_json:
        show.json_object("bench compare", old=_described(before), new=_described(after), rows=rows)
        return
    # On a terminal, parameters that all rows share would only take the room of what differs.
    shared = len({row["name"].partition("[")[2] for row in rows}) == 1
    show.table(("benchmark", "old", "new", "new/old", "finding"), [_compare_cells(row, shared) for row in rows])
    for finding in dict.fromkeys(row["finding"] for row in rows if row["finding"] in UNDECIDED):
        show.note(f"{finding}: {UNDECIDED[finding]}")
    ratios = [row["new_over_old"]["ratio"] for row in rows if row["new_over_old"]]
    if len(ratios) > 1:
        shift = statistics.median(ratios)
        show.note(f"middle of all rows: new/old {shift:.3f}; what moves most rows is the machine, not one kernel")
    show.note(f"{before.label} and {after.label}: a trend, not a verdict")


NO_ROUNDS = "no rounds kept"
FEW_ROUNDS = "too few rounds"
UNDECIDED = {
    NO_ROUNDS: "a file that keeps only statistics allows no interval; save with --benchmark-save-data",
    FEW_ROUNDS: f"an interval of {timing.CONFIDENCE:.0%} needs about 7 rounds in each run",
}


def _compared(name: str, old: results.Measurement | None, new: results.Measurement | None) -> dict[str, Any]:
    """One row of --json; times are seconds per call."""
    ratio = None
    if old is None or new is None:
        finding = "only in new" if old is None else "only in old"
    elif not (old.seconds and new.seconds):
        ratio, finding = {"ratio": new.median / old.median, "low": None, "high": None, "confidence": None}, NO_ROUNDS
    else:
        interval = timing.ratio_of_medians(new.seconds, old.seconds)
        ratio, finding = asdict(interval), _finding(interval)
    return {
        "name": name,
        "old_s": old and old.median,
        "new_s": new and new.median,
        "new_over_old": ratio,
        "finding": finding,
    }


def _finding(interval: timing.Ratio) -> str:
    if interval.confidence < timing.CONFIDENCE:
        return FEW_ROUNDS
    return "slower" if interval.low > 1 else "faster" if interval.high < 1 else "no difference shown"


def _compare_cells(row: dict[str, Any], params_shared: bool) -> tuple[Any, ...]:
    name = row["name"]
    return (
        (name, name.partition("[")[0] if params_shared else name),
        _duration(row["old_s"]),
        _duration(row["new_s"]),
        ratio_cell(row["new_over_old"], 3),
        row["finding"],
    )


def _duration(seconds: float | None) -> tuple[Any, str]:
    """Seconds in a pipe; on a terminal in the unit that suits them."""
    if seconds is None:
        return "", ""
    return seconds, show.duration(seconds)


def _described(run: results.Run) -> dict[str, Any]:
    return {"file": str(run.path), "datetime": run.when, "machine": run.machine}
