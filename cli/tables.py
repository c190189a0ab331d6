"""Data sets of any size as pieces of numbers: .csv, .tsv (also .gz), .npy, .npz, .parquet, and CSV from standard input.

    bad = BadRows(skip=False)                            # a bad row ends it all; skip=True counts them and goes on
    with open_table(path) as table:                      # reads the beginning only; BadInputError says what is wrong
        columns = table.find(["price", "3"])             # by name, or by number from 1 -> positions from 0
        for lines, values in table.chunks(columns, bad=bad):
            ...                                          # values: float64 [rows, columns]; lines: int64 [rows]
    bad.tell()                                           # how many rows were left out, and which, on stderr

What holds for every format: a cell is float(text), or the number of an array; infinities are numbers. A row is bad
where a cell asked for is empty, nan, no number or beyond the greatest float64, or where it has another number of cells
than the first row; cells that are not asked for may hold anything. Rows are named by the line they begin in, those of
arrays by their number from 1. Every chunk but the last has the same number of rows, whatever the format.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from dlc.cli import show
from dlc.cli.errors import BadInputError
from dlc.reference.family import UnknownNameError

if TYPE_CHECKING:
    import numpy as np

ROWS = 65536  # in a chunk
NUMBERS = 1 << 20  # in a chunk, at most; one of very long rows has fewer of them
MOST_TOLD = 5  # bad rows
FORMATS = ".csv, .tsv, .csv.gz, .tsv.gz, .npy, .npz or .parquet"


class Chunk(NamedTuple):
    """Rows that are next to each other, but for bad ones between them."""

    lines: "np.ndarray"  # int64 [rows]
    values: "np.ndarray"  # float64 [rows, columns]


class BadRows:
    """What is done with rows that cannot be used: one ends it all, or they are counted."""

    def __init__(self, *, skip: bool):
        self.skip = skip
        self.count = 0
        self.first: list[tuple[int, str]] = []  # their lines, and why they are bad
        self._unit = ""

    def add(self, table: "Table", line: int, why: str) -> None:
        """Count one. Raises BadInputError where none are to be skipped."""
        if not self.skip:
            raise BadInputError(f"{table.called}, {table.unit} {line}: {why}; --skip-bad leaves such rows out")
        self.count += 1
        self._unit = table.unit
        if len(self.first) < MOST_TOLD:
            self.first.append((line, why))

    def tell(self) -> None:
        """How many there were, and the first of them, on stderr."""
        if self.count:
            more = "; ..." if self.count > len(self.first) else ""
            told = "; ".join(f"{self._unit} {line} ({why})" for line, why in sorted(self.first))
            show.note(f"{self.count:,} bad row{'s' * (self.count > 1)} left out: {told}{more}")


class Table:
    """A data set that is read in chunks; each format has its own kind."""

    unit = "line"  # what a row is named by
    size = 0  # what `position` ends at: bytes or rows; 0 where it is not known

    def __init__(self, path: str, names: Sequence[str], *, has_names: bool):
        self.path = path
        self.names = list(names)
        self._has_names = has_names

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing more is read."""

    @property
    def called(self) -> str:
        """What complaints call it."""
        return "standard input" if self.path == "-" else self.path

    @property
    def position(self) -> int:
        """How far it has been read."""
        return 0

    def pieces(self, columns: Sequence[int], bad: BadRows, threads: int) -> Iterator[Chunk]:
        """The rows of these different columns, in order, as they come; rows with nan may be among them."""
        raise NotImplementedError

    def find(self, wanted: Iterable[str]) -> list[int]:
        """The positions, from 0, of columns given by name or by number from 1. Raises BadInputError for another."""
        return [position for each in wanted for position in self._positions(each.strip())]

    def _positions(self, wanted: str) -> list[int]:
        if whole := self._whole(wanted):
            return whole
        found = [i for i, name in enumerate(self.names) if name == wanted] if self._has_names else []
        if len(found) > 1:
            raise BadInputError(f"{self.called} has {len(found)} columns {wanted!r}; give the number of one, from 1")
        if found:
            return found
        if wanted.isdecimal():
            if 1 <= int(wanted) <= len(self.names):
                return [int(wanted) - 1]
            columns = f"{len(self.names)} column{'s' * (len(self.names) != 1)}"
            raise BadInputError(f"{self.called} has no column {wanted}: it has {columns}")
        if not self._has_names:
            raise BadInputError(
                f"{self.called} has no column {wanted!r}: its columns have no names; give 1 to {len(self.names)}"
            )
        known = self._known_names()
        raise BadInputError(
            f"{self.called}: {UnknownNameError('column', wanted, known, f'it has {_listed(known)}')}"
        ) from None

    def _whole(self, wanted: str) -> list[int]:
        """The columns of what has several under one name."""
        return []

    def _known_names(self) -> list[str]:
        return self.names

    def chunks(
        self, columns: Sequence[int], *, bad: BadRows | None = None, rows: int = ROWS, threads: int = 0
    ) -> Iterator[Chunk]:
        """The numbers of COLUMNS (a column may be there twice), ROWS at a time, in order whatever the THREADS.

        Bad rows go to BAD; by default the first one ends it. Raises BadInputError for what cannot be read, and where
        there are no rows at all.
        """
        import numpy as np

        bad = bad or BadRows(skip=False)
        different = sorted(set(columns))
        order = [different.index(column) for column in columns]
        pieces = self.pieces(different, bad, threads or available_threads())
        is_empty = True
        rows = min(rows, max(1, NUMBERS // max(1, len(different))))
        for lines, values in _regrouped((self._usable(piece, different, bad) for piece in pieces), rows):
            is_empty = False
            yield Chunk(
                lines, values if order == list(range(len(different))) else np.ascontiguousarray(values[:, order])
            )
        if is_empty:
            raise BadInputError(f"{self.called} has no {'good ' * bool(bad.count)}rows")

    def _usable(self, piece: Chunk, columns: Sequence[int], bad: BadRows) -> Chunk:
        """The rows without nan."""
        import numpy as np

        missing = np.isnan(piece.values)
        if not missing.any():
            return piece
        is_bad = missing.any(axis=1)
        for line, column in zip(piece.lines[is_bad].tolist(), missing[is_bad].argmax(axis=1).tolist(), strict=True):
            bad.add(self, line, f"{self.column_text(columns[column])} is nan")
        return Chunk(piece.lines[~is_bad], piece.values[~is_bad])

    def column_text(self, column: int) -> str:
        """A column, for people."""
        return f"column {self.names[column]!r}" if self._has_names else f"column {column + 1}"


def open_table(path: str) -> Table:
    """The data set at PATH, or CSV from standard input for `-`. Raises BadInputError for what cannot be read."""
    lower = path.lower()
    try:
        if path == "-" or lower.removesuffix(".gz").endswith((".csv", ".tsv")):
            from dlc.cli.tables_text import TextTable

            return TextTable(path)
        if not Path(path).exists():
            raise BadInputError(f"{path}: No such file or directory")
        if lower.endswith((".npy", ".npz")):
            from dlc.cli.tables_arrays import ArrayTable

            return ArrayTable(path)
        if lower.endswith(".parquet"):
            from dlc.cli.tables_parquet import ParquetTable

            return ParquetTable(path)
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror or error}") from None
    raise BadInputError(f"{path} is none of {FORMATS}")


def available_threads() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _regrouped(pieces: Iterable[Chunk], rows: int) -> Iterator[Chunk]:
    """The same rows, ROWS at a time; a chunk is not written to again."""
    import numpy as np

    held: list[Chunk] = []
    count = 0
    for lines, values in pieces:
        begin = 0
        while count + len(lines) - begin >= rows:
            end = begin + rows - count
            held.append(Chunk(lines[begin:end], values[begin:end]))
            yield _joined(held)
            held, count, begin = [], 0, end
        if begin < len(lines):
            # A copy: a view would keep the whole piece.
            held.append(Chunk(np.array(lines[begin:]), np.array(values[begin:])))
            count += len(lines) - begin
    if held:
        yield _joined(held)


def _joined(held: Sequence[Chunk]) -> Chunk:
    import numpy as np

    lines, values = zip(*held, strict=True)
    return Chunk(np.concatenate(lines), np.concatenate(values))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
