"""From cases to rows: first calls timed apart, kernels checked, and the right ones timed against their rivals."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from dlc.cli import progress, timing
from dlc.cli.agreement import Agreement
from dlc.cli.bench_cases import Case, Contest
from dlc.cli.memory import HighWater, high_water

if TYPE_CHECKING:
    from dlc.cli.bench_sweep import Swept
    from dlc.cli.roofline import Point


@dataclass(frozen=True)
class FirstCall:
    """Seconds of a kernel's first call, and of the compilation in it; None where it was loaded from the cache."""

    seconds: float
    compilation: float | None


@dataclass(frozen=True)
class Timed:
    """The kernel's times, how many times longer each rival takes for an element, and the memory of a call."""

    kernel: timing.Timing
    versus: Mapping[str, timing.Ratio]
    memory: HighWater


@dataclass(frozen=True)
class Row:
    """What is known of one kernel; a wrong one is not timed."""

    case: Case
    elements: int
    bytes_moved: int
    missing: Mapping[str, str]
    first_call: FirstCall
    agreement: Agreement
    timed: Timed | None
    point: "Point | None" = None  # in the roofline

    def facts(self) -> dict[str, Any]:
        """The row as --json gives it and a benchmark file keeps it."""
        per_call = self.timed.kernel.median if self.timed else None
        versus = {name: asdict(ratio) for name, ratio in self.timed.versus.items()} if self.timed else {}
        quartiles = self.timed and statistics.quantiles(self.timed.kernel.seconds, n=4, method="inclusive")[::2]
        return {
            "name": self.case.name,
            "dtype": self.case.dtype,
            "elements": self.elements,
            "ns_per_element": per_call and per_call * 1e9 / self.elements,
            "quartiles_ns": quartiles and [each * 1e9 / self.elements for each in quartiles],
            "gb_per_s": per_call and self.bytes_moved / 1e9 / per_call,
            "compile_s": self.first_call.compilation,
            "first_call_s": self.first_call.seconds,
            "vs_numpy": versus.get("numpy"),
            "vs_reference": versus.get("reference"),
            "input": self.case.numbers,
            "memory": self.timed and self.timed.memory.facts(),
            "worst": self.agreement.worst,
            "unit": self.agreement.unit,
            "worst_at": self.agreement.at,
            "right": self.agreement.holds,
        }


def measure(cases: Sequence[Case], *, size: int, budget: float, seed: int, counts: bool = False) -> Iterator[Row]:
    """Compile or load every kernel, then check and time one after the other; progress shows on a terminal's stderr.

    A check calls kernels too, perhaps those of another row: so all first calls come before the first check. Operations
    are COUNTED on demand.
    """
    with undisturbed():
        for position, (case, first) in enumerate(zip(cases, first_calls(cases), strict=True), 1):
            progress.line(f"[{position}/{len(cases)}] {case.name}: checking")
            agreement, contest, timed, point = case.check(), case.contest(size), None, None
            if agreement.holds:
                progress.line(f"[{position}/{len(cases)}] {case.name}: timing")
                timed = time_contest(contest, budget, seed)
                point = point_of(case, contest, timed.kernel.median) if counts else None
            elements, bytes_moved = contest.kernel.elements, contest.bytes_moved
            yield Row(case, elements, bytes_moved, contest.missing, first, agreement, timed, point)


def sweep_rows(
    cases: Sequence[Case], sizes: Sequence[int], budget: float, threads: int, seed: int
) -> "Iterator[tuple[Case, Swept] | Row]":
    """Each case over SIZES; a wrong one as a row that is not timed."""
    from dlc.cli.bench_sweep import sweep, swept

    with undisturbed():
        for position, (case, first) in enumerate(zip(cases, first_calls(cases), strict=True), 1):
            label = f"[{position}/{len(cases)}] {case.name}"
            progress.line(f"{label}: checking")
            agreement = case.check()
            if not agreement.holds:
                yield Row(case, 0, 0, {}, first, agreement, None)
                continue

            def call_of(size: int, case: Case = case, label: str = label) -> tuple[timing.Call, int, int]:
                progress.line(f"{label}: timing {size} elements")
                contest = case.contest(size)
                return contest.kernel.call, contest.kernel.elements, contest.bytes_moved

            yield case, swept(case.name, list(sweep(call_of, sizes, budget, seed)), threads)


@contextmanager
def undisturbed() -> Iterator[None]:
    """A textbook formula may overflow on its way to a right answer; what progress was shown is cleared at the end."""
    import numpy as np

    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        progress.line("")


def first_calls(cases: Sequence[Case]) -> "list[FirstCall]":
    """The first call of every kernel, with one element."""
    start_compiler()
    found = []
    for position, case in enumerate(cases, 1):
        progress.line(f"[{position}/{len(cases)}] {case.name}: compiling or loading")
        found.append(first_call(case.contest(1).kernel.call))
    return found


def point_of(case: Case, contest: Contest, seconds: float) -> "Point":
    """The kernel in the roofline."""
    from dlc.cli.roofline import counted

    return counted(case.name, contest.kernel.call, contest.bytes_moved, seconds, contest.pattern)


def start_compiler() -> None:
    """Have Numba load what it needs for any compilation, which would otherwise count as the first kernel's."""
    import numba

    numba.njit(lambda x: x + 1.0)(1.0)


def first_call(call: timing.Call) -> FirstCall:
    """Time one call, and the passes of Numba's compiler in it: loading code from a cache needs none."""
    from numba.core import event

    with event.install_listener("numba:run_pass", event.TimingListener()) as compilation:
        seconds = timing.timed(call, 1) / 1e9
    return FirstCall(seconds, compilation.duration if compilation.done else None)


def time_contest(contest: Contest, budget: float, seed: int) -> Timed:
    """Time the kernel and its rivals in one race of BUDGET seconds."""
    contenders = {"kernel": contest.kernel, **contest.rivals}
    times = timing.race({name: contender.call for name, contender in contenders.items()}, budget=budget, seed=seed)
    per_element = {
        name: [seconds / contender.elements for seconds in times[name].seconds]
        for name, contender in contenders.items()
    }
    versus = {name: timing.paired_ratio(per_element[name], per_element["kernel"]) for name in contest.rivals}
    return Timed(times["kernel"], versus, high_water(contest.kernel.call))
