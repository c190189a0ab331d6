"""How the speed table looks: a row for each cell, notes on the goals, and Markdown with a row for each function."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dlc.cli import show
from dlc.cli.bench_cell import Cell, behind, finding, geometric_mean, inexact, ratios, shares_of_copy
from dlc.cli.bench_judge import EXACT_WITHIN
from dlc.cli.timing import Ratio

INEXACT = "*"  # marks a library whose error is above EXACT_WITHIN
NONE = "–"


def ratio_cell(ratio: Mapping[str, Any] | None, decimals: int) -> tuple[str, str]:
    """A ratio with its interval where it has one: `6.1x 5.9-6.3` on a terminal, the three numbers in a pipe."""
    if ratio is None:
        return "", ""
    numbers = [ratio[key] for key in ("ratio", "low", "high") if ratio[key] is not None]
    middle, *ends = (f"{value:.{decimals if value < 10 else 0}f}" for value in numbers)
    return " ".join(map(str, numbers)), f"{middle}x {'-'.join(ends)}".rstrip()


def headers(libraries: Sequence[str]) -> tuple[str, ...]:
    """The columns of the table: the cell, the kernel, its ratio to the best peer, and each library's."""
    places = ("kernel", "type", "elements", "threads")
    return (
        *places,
        "ns/element",
        "GB/s",
        "of copy",
        "ulp",
        "best peer",
        "vs best",
        *(f"vs {name}" for name in libraries),
    )


def row(cell: Cell, libraries: Sequence[str]) -> tuple[Any, ...]:
    """The row of CELL."""
    facts = cell.facts()
    best = cell.best()
    return (
        cell.name,
        cell.dtype,
        cell.elements,
        cell.threads,
        _short(facts["ns_per_element"]),
        _short(facts["gb_per_s"]),
        ratio_cell(facts["of_copy"], 2),
        _short(cell.exactness.worst, 2),
        f"{best}{_mark(cell, best)}",
        ratio_cell(facts["peers"].get(best), 2),
        *(_versus(cell, facts, name) for name in libraries),
    )


def _versus(cell: Cell, facts: Mapping[str, Any], library: str) -> tuple[str, str]:
    """The ratio to LIBRARY, marked where it is inexact."""
    numbers, text = ratio_cell(facts["peers"].get(library), 2)
    mark = _mark(cell, library)
    return f"{numbers}{mark}", f"{text.partition(' ')[0]}{mark}"


def _mark(cell: Cell, library: str) -> str:
    return INEXACT if library in cell.rivals and not cell.rivals[library].exactness.exact else ""


def _short(value: float, digits: int = 3) -> tuple[float, str]:
    return value, show.short(value, digits)


def notes(cells: Sequence[Cell]) -> Iterator[str]:
    """What was aimed for, and how far it was reached; a line each."""
    for heading, exact in (("best peer", False), (f"best peer within {EXACT_WITHIN:g} ulp", True)):
        found = ratios(cells, exact=exact)
        if found:
            by_threads = {cell.threads: [each for each in cells if each.threads == cell.threads] for cell in cells}
            parts = (
                f"{geometric_mean(part):.2f}x with threads: {threads}"
                for threads, some in by_threads.items()
                if (part := ratios(some, exact=exact))
            )
            yield (
                f"{heading}: geometric mean {geometric_mean(found):.2f}x over {len(found)} cells "
                f"({', '.join(parts)}); {_tally(list(found.values()))}"
            )
    for threads, shares in shares_of_copy(cells).items():
        yield (
            f"bandwidth with threads: {threads}: {statistics.median(shares):.0%} of a plain copy's in the middle, "
            f"{min(shares):.0%} at least, over {len(shares)} cells"
        )
    for cell, peer, ratio in behind(cells):
        text = ratio_cell(vars(ratio), 3)[1]
        yield f"behind: {cell.label} against {peer}: {text} ({finding(ratio)})"
    errors: dict[str, list[str]] = {}
    for (library, name, dtype), error in inexact(cells).items():
        errors.setdefault(library, []).append(f"{name} {dtype} {error.worst:.2g} ulp at {error.at}")
    for library, each in errors.items():
        yield f"inexact{INEXACT}: {library}: {'; '.join(each)}"
    reasons: dict[tuple[str, str], dict[str, None]] = {}
    for cell in cells:
        for library, reason in cell.missing.items():
            reasons.setdefault((library, reason), {})[cell.name] = None
    for (library, reason), names in reasons.items():
        yield f"not compared with {library}: {', '.join(names)}: {reason}"


def _tally(found: Sequence[Ratio]) -> str:
    faster = sum(each.low > 1 for each in found)
    slower = sum(each.high < 1 for each in found)
    return f"faster in {faster}, slower in {slower}, no difference shown in {len(found) - faster - slower}"


ABOUT = f"""\
Times as fast as the best of {{libraries}} in one interleaved run: above 1 the kernel is faster, **bold** below 1.
{{threads}}; jax chooses its own number, NumPy has one and is timed on at most a million elements.
{INEXACT}: that peer errs by more than {EXACT_WITHIN:g} ulp somewhere. `f'` is the derivative alone: peers run backward
from ones, torch from the result that it kept on the way forward, where that is all it needs.
"""


def markdown(cells: Sequence[Cell], versions: Mapping[str, str], machine: Mapping[str, str]) -> str:
    """The whole table: a row for each function and direction, a column for each type and size."""
    columns = list(dict.fromkeys((cell.dtype, cell.size) for cell in cells))
    counts = list(dict.fromkeys(cell.threads for cell in cells))
    rows: dict[str, dict[tuple[str, int], dict[int, Cell]]] = {}
    for cell in cells:
        rows.setdefault(cell.name, {}).setdefault((cell.dtype, cell.size), {})[cell.threads] = cell
    libraries = ", ".join(f"{name} {found}" for name, found in versions.items())
    threads = f"Threads: {' / '.join(map(str, counts))}, on {machine.get('cpu', 'an unknown processor')}"
    lines = [ABOUT.format(libraries=libraries, threads=threads)]
    lines.append("| | " + " | ".join(f"{dtype} {_size(size)}" for dtype, size in columns) + " |")
    lines.append("|---" * (1 + len(columns)) + "|")
    for name, places in rows.items():
        texts = [
            " / ".join(_markdown_ratio(places.get(column, {}).get(count)) for count in counts) for column in columns
        ]
        lines.append(f"| {name} | {' | '.join(texts)} |")
    lines += ["", *(f"- {line[0].upper()}{line[1:]}." for line in notes(cells) if not line.startswith("not compared"))]
    return "\n".join(lines) + "\n"


def _size(elements: int) -> str:
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if elements >= size:
            return f"{elements / size:g}{unit}"
    return str(elements)


def _markdown_ratio(cell: Cell | None) -> str:
    best = cell.best() if cell else ""
    if not cell or not best:
        return NONE
    ratio = cell.rivals[best].ratio.ratio
    text = f"{ratio:.{2 if ratio < 10 else 0}f}{_mark(cell, best) and chr(92) + INEXACT}"
    return f"**{text}**" if ratio < 1 else text
