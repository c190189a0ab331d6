"""`dlc bench run` without libraries: rows printed, saved as they come, and set against the machine's ceilings."""

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlc.cli import results, show
from dlc.cli.bench_families import cases
from dlc.cli.bench_measure import Row, measure, sweep_rows
from dlc.cli.bench_table import ratio_cell
from dlc.cli.errors import FailedError
from dlc.cli.timing import Timing

if TYPE_CHECKING:
    from dlc.cli.ceilings import Ceilings
    from dlc.cli.roofline import Placed


@dataclass(frozen=True)
class Plan:
    """What to time, for how long, and what to show and save of it."""

    names: Sequence[str]
    dtype: str
    size: int
    sweep: Sequence[int]
    budget: float
    threads: int
    seed: int
    storage: Path
    roofline: bool
    picture: Path | None
    fresh: bool
    as_json: bool


def run_alone(plan: Plan) -> None:
    """Time kernels beside NumPy and the plain reference. Raises FailedError where one is wrong."""
    if plan.picture:
        from dlc.cli.picture_roofline import check

        check(plan.picture)
    to_time = cases(plan.names, dtype=plan.dtype, threads=plan.threads, seed=plan.seed)
    file = results.RunFile(plan.storage, threads=plan.threads)
    under = _ceilings(plan)
    rows: list[Row] = []
    try:
        for row in measure(to_time, size=plan.size, budget=plan.budget, seed=plan.seed, counts=under is not None):
            rows.append(row)
            if row.timed:
                facts = row.facts() | {"threads": plan.threads, "seed": plan.seed}
                params = {key: facts[key] for key in ("dtype", "elements", "threads")}
                file.add(results.benchmark(row.case.name, row.timed.kernel, params, plan.budget, extra_info=facts))
    except KeyboardInterrupt:
        kept = f"{file.count} of {len(to_time)} rows are in {file.path}" if file.count else "nothing was timed yet"
        show.note(kept)
        raise
    placed = _placed(rows, under)
    if plan.as_json:
        saved, roofs = str(file.path) if file.count else None, [each.facts() for each in placed]
        told = {"ceilings": under.facts(), "roofline": roofs} if under else {}
        about = {"machine": file.machine, "file": saved, "rows": [row.facts() for row in rows]}
        show.json_object("bench run", **about, **told)
    else:
        if not under or sys.stdout.isatty():
            show.table(RUN_COLUMNS, [_run_cells(row.facts()) for row in rows])
        if under:
            _show_roofline(placed, under)
        for note in _run_notes(rows, plan.threads):
            show.note(note)
        if file.count:
            show.note(f"{plan.size} elements, threads: {plan.threads}; saved in {file.path}")
    if plan.picture and under:
        from dlc.cli.picture_roofline import save

        save(plan.picture, placed, under, f"{plan.size} elements")
        show.note(f"Drawn in {plan.picture}")
    _refuse_wrong(rows)


def sweep_alone(plan: Plan) -> None:
    """Time kernels over many sizes, and say how their time grows. Raises FailedError where one is wrong."""
    from dlc.cli.bench_sweep import Swept, drawing, sentences, table

    to_time = cases(plan.names, dtype=plan.dtype, threads=plan.threads, seed=plan.seed)
    file = results.RunFile(plan.storage, threads=plan.threads)
    found: list[Swept] = []
    wrong: list[Row] = []
    for each in sweep_rows(to_time, plan.sweep, plan.budget, plan.threads, plan.seed):
        if isinstance(each, Row):
            wrong.append(each)
            continue
        case, swept = each
        found.append(swept)
        for spot in swept.spots:
            params = {"dtype": case.dtype, "elements": spot.elements, "threads": plan.threads}
            timing = Timing(1, spot.seconds)
            file.add(results.benchmark(case.name, timing, params, plan.budget, extra_info=spot.facts() | params))
    if plan.as_json:
        saved = str(file.path) if file.count else None
        show.json_object("bench run", machine=file.machine, file=saved, sweeps=[each.facts() for each in found])
    else:
        table(found)
        for swept in found:
            if sys.stdout.isatty():
                print(drawing(swept))
            for sentence in sentences(swept):
                show.note(sentence)
        if file.count:
            show.note(f"threads: {plan.threads}; saved in {file.path}")
    _refuse_wrong(wrong)


def _refuse_wrong(rows: Sequence[Row]) -> None:
    if wrong := [row.case.name for row in rows if not row.timed]:
        raise FailedError(f"wrong, so not timed: {', '.join(wrong)}; `dlc check` compares them with the reference")


def _ceilings(plan: Plan) -> "Ceilings | None":
    if not (plan.roofline or plan.picture):
        return None
    from dlc.cli.ceilings import ceilings

    return ceilings(plan.storage, plan.threads, fresh=plan.fresh)


def _placed(rows: Sequence[Row], under: "Ceilings | None") -> "list[Placed]":
    from dlc.cli.roofline import roofline

    return roofline([row.point for row in rows if row.point], under) if under else []


def _show_roofline(placed: "Sequence[Placed]", under: "Ceilings") -> None:
    from dlc.cli import roofline
    from dlc.cli.roofline_drawing import drawing

    if sys.stdout.isatty():
        print(f"\n{drawing(placed, under)}")
    roofline.table(placed)
    for note in roofline.notes(placed):
        show.note(note)


RUN_COLUMNS = (
    "kernel", "type", "ns/element", "quartiles", "GB/s", "vs numpy", "vs reference", "jit s", "memory", "error",
)  # fmt: skip


def _run_cells(facts: dict[str, Any]) -> tuple[Any, ...]:
    worst = _number(facts["worst"], 2)
    error = f"{worst[1]}{' ulp' if facts['unit'] == 'ulp' else ''}"
    quartiles = facts["quartiles_ns"]
    return (
        facts["name"],
        facts["dtype"],
        _number(facts["ns_per_element"], 3),
        (" ".join(map(str, quartiles)), "-".join(show.short(each, 3) for each in quartiles)) if quartiles else "",
        _number(facts["gb_per_s"], 3),
        ratio_cell(facts["vs_numpy"], 1),
        ratio_cell(facts["vs_reference"], 1),
        "cached" if facts["compile_s"] is None else _number(facts["compile_s"], 2),
        _bytes(facts["memory"]),
        (worst[0], error) if facts["right"] else f"WRONG {error}",
    )


def _number(value: float | None, digits: int) -> tuple[Any, str]:
    return ("", "") if value is None else (value, show.short(value, digits))


def _bytes(memory: dict[str, Any] | None) -> tuple[Any, str]:
    """Bytes in a pipe; on a terminal in the unit that suits them."""
    if memory is None:
        return "", ""
    size = memory["bytes"]
    for unit, worth in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size >= worth:
            return size, f"{show.short(size / worth, 3)} {unit}"
    return size, f"{size} B"


def _run_notes(rows: Sequence[Row], threads: int) -> Iterator[str]:
    """Why a cell is empty, where a kernel is wrong, and whether the threads had work."""
    from dlc.kernels.lift import PARALLEL_FROM

    if threads > 1 and any(row.elements < PARALLEL_FROM for row in rows):
        yield f"Only one thread worked: arrays are shared from {PARALLEL_FROM} elements on; choose a larger --size"
    without = defaultdict(list)
    for row in rows:
        for rival, reason in row.missing.items():
            without[rival, reason].append(row.case.name)
    for (rival, reason), names in without.items():
        yield f"Not compared with {rival}: {', '.join(names)}: {reason}"
    for row in rows:
        if not row.timed:
            found = row.agreement
            yield f"{row.case.name} is {found.worst:.3g} {found.unit} off at {found.at}; {found.bound:g} are allowed"
