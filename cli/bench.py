"""`dlc bench`: kernels checked and then timed against NumPy and the plain reference; saved runs compared."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dlc.cli import results, show, timing
from dlc.cli.bench_cases import INPUT, Case, Contest, cases
from dlc.cli.errors import BadInputError, FailedError

if TYPE_CHECKING:
    from dlc.cli.agreement import Agreement

MOST_ELEMENTS = 1 << 28
MOST_SECONDS = 3600.0
MOST_THREADS = 1024

bench_app = typer.Typer(help="Time kernels, and compare saved runs.", no_args_is_help=True)

Storage = Annotated[Path, typer.Option(help="Folder of the saved runs; each kind of machine has its own inside.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")]


@dataclass(frozen=True)
class Start:
    """The first call of a kernel in this process, and the part of it that was compilation (none: loaded from cache)."""

    seconds: float
    compile_seconds: float | None


@dataclass(frozen=True)
class Row:
    """What is known of one kernel; a wrong one has no times."""

    case: Case
    start: Start
    agreement: Agreement
    elements: int
    bytes_moved: int
    kernel: timing.Timing | None = None
    versus: dict[str, timing.Ratio] | None = None  # by rival: how many times less time the kernel takes

    def facts(self) -> dict[str, Any]:
        """The row as --json gives it, and as a benchmark file keeps it."""
        per_call = self.kernel.median if self.kernel else None
        versus = {name: asdict(ratio) for name, ratio in (self.versus or {}).items()}
        return {
            "name": self.case.name,
            "dtype": self.case.dtype,
            "elements": self.elements,
            "ns_per_element": per_call and per_call * 1e9 / self.elements,
            "gb_per_s": per_call and self.bytes_moved / per_call / 1e9,
            "compile_s": self.start.compile_seconds,
            "first_call_s": self.start.seconds,
            "vs_numpy": versus.get("numpy"),
            "vs_reference": versus.get("reference"),
            "worst_ulp": self.agreement.worst,
            "worst_at": self.agreement.at,
            "right": self.agreement.holds,
        }


@bench_app.command("run")
def run(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="What to time; all by default.")] = None,
    dtype: Annotated[Literal["float32", "float64"], typer.Option(help="Type of the numbers.")] = "float32",
    size: Annotated[int, typer.Option(help="Elements in the array.")] = 16384,
    budget: Annotated[float, typer.Option(help="Seconds of measurement for each row.")] = 0.5,
    threads: Annotated[int, typer.Option(help="Threads of the compiled kernel.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of the numbers and of the order of turns.")] = 0,
    storage: Storage = results.DEFAULT_STORAGE,
    as_json: AsJson = False,
) -> None:
    """Check each kernel against the reference, then time it against NumPy and the plain Python reference.

    Times are medians over rounds in which all take turns; a ratio says how many times faster the compiled kernel is,
    with its interval (at least 95 % confidence). GB/s counts each input read once and each output written once. A
    wrong kernel is not timed, and the exit code is 1. The run is saved in the format of pytest-benchmark.
    """
    _require("size", size, 1, MOST_ELEMENTS)
    _require("threads", threads, 1, MOST_THREADS)
    _require("seed", seed, 0, 2**63)
    _require("budget", budget, 0.001, MOST_SECONDS)
    to_time = cases(names or [], dtype=dtype, threads=threads, seed=seed)
    file = results.RunFile(storage, threads=threads)
    rows: list[Row] = []
    try:
        for row in measure(to_time, size=size, budget=budget, seed=seed):
            if row.kernel:
                file.add(_saved(row, row.kernel, threads=threads, budget=budget, seed=seed))
            rows.append(row)
    except KeyboardInterrupt:
        _progress("")
        kept = f"finished rows are in {file.path}" if any(row.kernel for row in rows) else "nothing was timed yet"
        show.note(f"Interrupted after {len(rows)} of {len(to_time)} rows; {kept}")
        raise
    wrong = [row.case.name for row in rows if not row.kernel]
    saved = file.path if len(wrong) < len(rows) else None
    if as_json:
        facts = [row.facts() for row in rows]
        show.json_object("bench run", machine=file.machine, file=saved and str(saved), rows=facts)
    else:
        _print_rows(rows)
        if saved:
            show.note(f"{size} elements, {threads} thread{'s' * (threads > 1)}; saved in {saved}")
    if wrong:
        raise FailedError(f"not timed because wrong: {', '.join(wrong)}; `dlc check {wrong[0].rstrip(chr(39))}` says more")


def _require(option: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise BadInputError(f"--{option} {value:g} is not possible; give a number from {low:g} to {high:g}")


def measure(to_time: list[Case], *, size: int, budget: float, seed: int) -> Iterator[Row]:
    """Compile or load every kernel, then check and time one after the other.

    A check calls kernels too, perhaps of other rows: so every first call comes before any check.
    """
    import numpy as np

    with _progress_line(), np.errstate(all="ignore"):  # textbook formulas may overflow on their way to a right answer
        starts = []
        for position, case in enumerate(to_time, 1):
            _progress(f"[{position}/{len(to_time)}] compiling or loading {case.name}")
            starts.append(first_call(case.contest(1).kernel.call))
        for position, (case, start) in enumerate(zip(to_time, starts, strict=True), 1):
            _progress(f"[{position}/{len(to_time)}] checking {case.name}")
            agreement = case.check()
            contest = case.contest(size)
            row = Row(case, start, agreement, contest.kernel.elements, contest.bytes_moved)
            if agreement.holds:
                _progress(f"[{position}/{len(to_time)}] timing {case.name}")
                row = _timed(row, contest, budget, seed)
            yield row


def first_call(call: timing.Call) -> Start:
    """Time one call, and what Numba compiles in it."""
    from numba.core import event

    with event.install_timer("numba:compile", lambda _: None) as compilation:
        seconds = timing.timed(call, 1) / 1e9
    return Start(seconds, compilation.duration if compilation.done else None)
