"""How answers look: aligned columns on a terminal, tab-separated values in a pipe, one object with --json.

Data goes to stdout; progress, notes and warnings go to stderr.
"""

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

SCHEMA = 1
ACCENT = "cyan"
LEAST_ROOM = 20  # columns in which a text can still be read
BARS = "▁▂▃▄▅▆▇█"
VECTOR = 4  # numbers of a row that a terminal shows


@cache
def terminal() -> Console:
    """The console for data; rich itself honours NO_COLOR and COLUMNS."""
    return Console(highlight=False, markup=False, emoji=False)


@cache
def side_channel() -> Console:
    """The console for progress, notes and warnings."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def note(line: str) -> None:
    """One line beside the data, on stderr."""
    print(line, file=sys.stderr)


def table(headers: Sequence[str], rows: Sequence[Sequence[Any]], *, accent: int | None = None) -> None:
    """Rows of one kind. In a pipe each number keeps all its digits; ACCENT is the row to point out on a terminal.

    A cell is a string, or a number, or a pair (value, text for the terminal).
    """
    if not sys.stdout.isatty():
        print("\t".join(headers))
        for row in rows:
            print("\t".join(exact(cell[0] if isinstance(cell, tuple) else cell) for cell in row))
        return
    cells = [[_terminal_cell(cell) for cell in row] for row in rows]
    grid = Table(box=None, pad_edge=False, header_style="bold", show_edge=False, padding=(0, 2, 0, 0))
    widths = [max(len(header), *(row[i].cell_len for row in cells), 1) for i, header in enumerate(headers)]
    has_text = [any(isinstance(_value(row[i]), str) for row in rows) for i in range(len(headers))]
    # A last column of text is folded where that leaves it room; no other column ever loses anything.
    room = terminal().width - sum(widths[:-1]) - 2 * len(widths)
    folded = has_text[-1] and LEAST_ROOM <= room < widths[-1]
    for i, header in enumerate(headers):
        is_folded = folded and i == len(headers) - 1
        grid.add_column(
            header,
            justify="left" if has_text[i] else "right",
            min_width=None if is_folded else widths[i],
            no_wrap=not is_folded,
            overflow="fold",
        )
    for index, row in enumerate(cells):
        grid.add_row(*row, style=ACCENT if index == accent else None)
    natural = sum(widths) + 2 * len(widths)
    console = terminal()
    if not folded and natural > console.width:  # a console cuts off what is wider than itself
        console = Console(width=natural, highlight=False, markup=False, emoji=False)
    console.print(grid, crop=False, soft_wrap=not folded)


def facts(rows: Iterable[tuple[str, str]]) -> None:
    """Labelled texts, one a line; long ones are folded under their label on a terminal."""
    if not sys.stdout.isatty():
        for label, text in rows:
            print(f"{label}\t{text}")
        return
    grid = Table(box=None, show_header=False, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, text in rows:
        grid.add_row(Text(label), Text(text))
    terminal().print(grid)


def _value(cell: Any) -> Any:
    return cell[0] if isinstance(cell, tuple) else cell


def _terminal_cell(cell: Any) -> Text:
    return Text(cell[1] if isinstance(cell, tuple) else exact(cell))


def exact(value: Any) -> str:
    """The shortest text that reads back as the same value of the same type."""
    if value is None:
        return ""
    return str(value)  # str of a float or a NumPy scalar is the shortest that round-trips at its precision


def short(value: float, digits: int = 4) -> str:
    """A number for reading, not for reading back."""
    return format(value, f".{digits}g")


def duration(seconds: float) -> str:
    """A time in the unit that suits it."""
    if seconds >= 120:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest} s"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{short(seconds / size)} {unit}"
    return f"{short(seconds * 1e9)} ns"


def bar(share: float) -> str:
    """The bar of a sparkline for a SHARE of its height."""
    return BARS[min(len(BARS) - 1, max(0, int(share * len(BARS))))]


def vector(numbers: Sequence[Any], digits: int = 6) -> tuple[str, str]:
    """A cell of several numbers: all of them, and for a terminal the first few."""
    few = [short(float(each), digits) for each in numbers[:VECTOR]]
    more = f" … ({len(numbers)})" if len(numbers) > VECTOR else ""
    return " ".join(map(exact, numbers)), " ".join(few) + more


def json_object(command: str, **fields: Any) -> None:
    """One JSON object on stdout, `schema` and `command` first; inf and nan as strings."""
    print(json.dumps({"schema": SCHEMA, "command": command, **plain(fields)}, ensure_ascii=False))


def plain(value: Any) -> Any:
    """VALUE in JSON's own types."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):  # NumPy; a float32 must not gain digits it never had
        return plain(float(str(value)) if getattr(value, "shape", None) == () else list(value))
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
