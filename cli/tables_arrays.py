"""Tables that are arrays: a .npy file's columns or fields, or the arrays of a .npz file by their names.

An array is read in order, as the text of a table is; it is never in memory as a whole.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from dlc.cli.errors import BadInputError
from dlc.cli.tables import NUMBERS, ROWS, BadRows, Chunk, Table

WIDEST = 8  # bytes of a number


class Source(NamedTuple):
    """An array in a file: numbers of rows."""

    name: str
    open: Callable[[], IO[bytes]]
    begin: int
    rows: int
    columns: int
    by_columns: bool  # whether a column's numbers follow each other, and not a row's
    dtype: np.dtype


class Place(NamedTuple):
    """Where a column of the table is."""

    source: int
    column: int
    field: str = ""


class ArrayTable(Table):
    """The arrays of a .npy or .npz file."""

    unit = "row"

    def __init__(self, path: str):
        self._done = 0
        self._archive: zipfile.ZipFile | None = None
        try:
            self._sources = list(self._found(path))
        except (ValueError, EOFError, zipfile.BadZipFile, zlib.error, KeyError) as error:
            self.close()
            raise BadInputError(f"{path} is not a file of arrays ({str(error).splitlines()[0]})") from None
        self._places: list[Place] = []
        names: list[str] = []
        for i, source in enumerate(self._sources):
            for name, place in _columns(i, source):
                names.append(name or str(len(names) + 1))
                self._places.append(place)
        super().__init__(path, names, has_names=any(each.name or each.dtype.names for each in self._sources))

    def close(self) -> None:
        """Nothing more is read."""
        if self._archive is not None:
            self._archive.close()

    @property
    def position(self) -> int:
        """Rows that have been read."""
        return self._done

    def _found(self, path: str) -> Iterator[Source]:
        if not path.lower().endswith(".npz"):
            yield _source(path, "", lambda: Path(path).open("rb"))  # noqa: SIM115
            return
        archive = self._archive = zipfile.ZipFile(path)
        for member in archive.namelist():
            yield _source(path, member.removesuffix(".npy"), partial(archive.open, member))

    def _whole(self, wanted: str) -> list[int]:
        return [i for i, place in enumerate(self._places) if self._sources[place.source].name == wanted != ""]

    def _known_names(self) -> list[str]:
        return [each.name for each in self._sources] if self._sources[0].name else self.names

    def pieces(self, columns: Sequence[int], bad: BadRows, threads: int) -> Iterator[Chunk]:
        """The rows in order."""
        places = [self._places[column] for column in columns]
        used = sorted({place.source for place in places})
        lengths = {self._sources[i].rows for i in used}
        if len(lengths) > 1:
            texts = (f"{self._sources[i].name} {self._sources[i].rows}" for i in used)
            raise BadInputError(f"the arrays of {self.path} have different numbers of rows: {', '.join(texts)}")
        self.size = max(lengths, default=0)
        step = max(1, min(ROWS, *(NUMBERS // max(1, self._sources[i].columns) for i in used)))
        with ExitStack() as files:
            readers = {
                i: self._reader(self._sources[i], sorted({p.column for p in places if p.source == i}), files)
                for i in used
            }
            for start in range(0, self.size, step):
                rows = min(step, self.size - start)
                read = {i: next_rows(rows) for i, next_rows in readers.items()}
                values = np.empty((rows, len(places)))
                for k, place in enumerate(places):
                    numbers = read[place.source][place.column]
                    values[:, k] = numbers[place.field] if place.field else numbers
                self._done = start + rows
                yield Chunk(np.arange(start + 1, start + rows + 1), values)

    def _reader(
        self, source: Source, columns: Sequence[int], files: ExitStack
    ) -> Callable[[int], dict[int, np.ndarray]]:
        """A function that gives these COLUMNS of the next so many rows; what it opens is closed with FILES."""

        def opened(column: int) -> IO[bytes]:
            file = files.enter_context(source.open())
            file.seek(source.begin + column * source.rows * source.dtype.itemsize)
            return file

        def numbers(file: IO[bytes], count: int) -> np.ndarray:
            size = count * source.dtype.itemsize
            try:
                content = file.read(size)
            except (EOFError, zipfile.BadZipFile, zlib.error):
                content = b""
            if len(content) < size:
                raise BadInputError(f"{self.path} ends before its last row")
            return np.frombuffer(content, source.dtype)

        if source.by_columns:
            each = {column: opened(column) for column in columns}
            return lambda rows: {column: numbers(file, rows) for column, file in each.items()}
        file = opened(0)

        def of_rows(rows: int) -> dict[int, np.ndarray]:
            table = numbers(file, rows * source.columns).reshape(rows, source.columns)
            return {column: table[:, column] for column in columns}

        return of_rows


def _source(path: str, name: str, opened: Callable[[], IO[bytes]]) -> Source:
    """What an array's header says. Raises ValueError, or BadInputError for what is no table of numbers."""
    with opened() as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, by_columns, dtype = read(file)
        begin = file.tell()
    what = f"{path}, array {name}," if name else path
    fields = [dtype[field] for field in dtype.names] if dtype.names else [dtype]
    if any(each.kind not in "fiub" or each.itemsize > WIDEST for each in fields):
        raise BadInputError(f"{what} holds {dtype}; real numbers of at most 64 bits are needed")
    if len(shape) not in (1, 2) or (dtype.names and len(shape) == 2):
        raise BadInputError(f"{what} has shape {shape}; a table has rows and columns")
    columns = shape[1] if len(shape) == 2 else 1
    return Source(name, opened, begin, shape[0], columns, by_columns and columns > 1, dtype)


def _columns(i: int, source: Source) -> Iterator[tuple[str, Place]]:
    """The columns of an array, by name: a matrix m has m[1], m[2], ..."""
    if source.dtype.names:
        yield from ((field, Place(i, 0, field)) for field in source.dtype.names)
        return
    for column in range(source.columns):
        several = f"[{column + 1}]" if source.columns > 1 else ""
        yield source.name and source.name + several, Place(i, column)
