"""Tables that are text: cells with commas, semicolons or tabs between them, with or without a line of names.

The bytes are read in blocks and parsed by several threads, but for blocks with quotes, in which a row may go over
several lines.
"""

import csv
import gzip
import io
import sys
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from math import isnan
from pathlib import Path
from typing import IO, TYPE_CHECKING

from dlc.cli import values
from dlc.cli.errors import BadInputError
from dlc.cli.tables import BadRows, Chunk, Table

if TYPE_CHECKING:
    from dlc.kernels.csv import Odd, Parsed

BLOCK = 1 << 20
LONGEST_ROW = 1 << 26
LONGEST_QUOTED = 40  # of a cell, in a complaint
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class TextTable(Table):
    """A .csv or .tsv file, maybe packed by gzip, or CSV from standard input (once)."""

    def __init__(self, path: str):
        self.path = path
        self._file, self._beneath = _opened(path)
        self.size = Path(path).stat().st_size if path != "-" else 0
        self._is_read = False
        try:
            self._head = self._block()
            while _bounds(self._head)[1] is None and len(self._head) <= LONGEST_ROW and (more := self._block()):
                self._head += more
            head = self._head.removeprefix(BYTE_ORDER_MARK)
            lines, first, self._rest = _first_row(self.called, head)
            self._separator = "\t" if path.lower().removesuffix(".gz").endswith(".tsv") else _separator(first)
            cells = next(csv.reader(io.StringIO(first, newline=""), delimiter=self._separator), [])
        except BaseException:
            self._beneath.close()
            raise
        has_names = values._is_header(cells)
        if has_names:
            self._lines_before, names = lines + first.count("\n"), [cell.strip() for cell in cells]
        else:
            self._lines_before, names, self._rest = 0, [str(i) for i in range(1, len(cells) + 1)], head
        super().__init__(path, names, has_names=has_names)

    def close(self) -> None:
        """Nothing more is read."""
        if self.path != "-":
            self._file.close()
            self._beneath.close()

    @property
    def position(self) -> int:
        """Bytes that have been read, of a packed file as it is packed."""
        return self._beneath.tell() if self.size else 0

    def _block(self) -> bytes:
        try:
            return self._file.read(BLOCK)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise BadInputError(f"{self._file.name} is no whole gzip file") from None

    def _blocks(self) -> Iterator[bytes]:
        """The text behind the names, in blocks; the last one is empty."""
        if self._is_read:
            if self.path == "-":
                raise BadInputError("standard input can be read only once; save it as a file")
            self._file.seek(len(self._head))
        self._is_read = True
        yield self._rest
        while block := self._block():
            yield block
        yield b""

    def pieces(self, columns: Sequence[int], bad: BadRows, threads: int) -> Iterator[Chunk]:
        """The rows in order; parsed ahead, a block for each thread."""
        line = self._lines_before
        for parsed in self._parsed(columns, threads):
            yield self._checked(parsed, line, columns, bad)
            line += parsed.lines

    def _parsed(self, columns: Sequence[int], threads: int) -> Iterator["Parsed"]:
        from dlc.kernels.csv import Parser

        parse = Parser(separator=self._separator, cells=len(self.names), columns=columns)
        begun: deque[Future[Parsed]] = deque()
        left = b""
        with ThreadPoolExecutor(threads) as pool:
            for block in self._blocks():
                text, left = left + block, b""
                if b'"' in text or not block:
                    while begun:
                        yield begun.popleft().result()
                    parsed = parse(text, is_last=not block)
                    left = text[parsed.consumed :]
                    yield parsed
                else:
                    cut = text.rfind(b"\n") + 1
                    text, left = text[:cut], text[cut:]
                    begun.append(pool.submit(parse, text, is_last=False))
                    if len(begun) > threads:
                        yield begun.popleft().result()
                if len(left) > LONGEST_ROW:
                    raise BadInputError(
                        f"{self.called} has a row of more than {LONGEST_ROW >> 20} MB; is a quote not closed?"
                    )

    def _checked(self, parsed: "Parsed", before: int, columns: Sequence[int], bad: BadRows) -> Chunk:
        """The rows whose odd cells are numbers after all; the others are bad."""
        import numpy as np

        table = parsed.table
        refused: set[int] = set()
        for odd in parsed.odd:
            if odd.row in refused:
                continue
            if odd.row < 0:
                bad.add(self, before + odd.line, f"{odd.cells} cells, the first row has {len(self.names)}")
                continue
            try:
                table[odd.row, 1 + odd.column] = self._number(odd, columns[odd.column])
            except BadInputError as error:
                refused.add(odd.row)
                bad.add(self, before + odd.line, str(error))
        lines, numbers = table[:, 0].astype(np.int64) + before, table[:, 1:]
        if refused:
            kept = np.delete(np.arange(len(table)), sorted(refused))
            lines, numbers = lines[kept], numbers[kept]
        return Chunk(lines, numbers)

    def _number(self, odd: "Odd", column: int) -> float:
        """What the cell says. Raises BadInputError."""
        where = self.column_text(column)
        text = odd.text.decode("utf-8", errors="replace").strip()
        if text.startswith('"'):
            text = next(csv.reader(io.StringIO(text, newline=""), delimiter=self._separator), [""])[0].strip()
        if not text:
            raise BadInputError(f"{where} is empty")
        try:
            number = values.number(text, where)
        except BadInputError:
            if len(text) <= LONGEST_QUOTED:
                raise
            raise BadInputError(f"{where}: {text[:LONGEST_QUOTED]!r}... is not a number") from None
        if isnan(number):
            raise BadInputError(f"{where} is {text}")
        return number


def _opened(path: str) -> tuple[IO[bytes], IO[bytes]]:
    """The text, and the file of bytes that it comes from. Raises OSError, or BadInputError."""
    if path == "-":
        if sys.stdin is None:
            raise BadInputError("there is no standard input; give a file")
        if sys.stdin.isatty():
            print("reading CSV from the terminal; end with Ctrl-D", file=sys.stderr)
        return sys.stdin.buffer, sys.stdin.buffer
    file = open(path, "rb")  # noqa: SIM115
    if not path.lower().endswith(".gz"):
        return file, file
    return gzip.GzipFile(fileobj=file), file  # type: ignore[return-value]


def _first_row(called: str, head: bytes) -> tuple[int, str, bytes]:
    """How many empty lines there are, the row behind them, and what is behind that. Raises BadInputError."""
    begin, end = _bounds(head)
    end = len(head) if end is None else end
    try:
        first = head[begin:end].decode("utf-8")
    except UnicodeDecodeError:
        first = "\0"
    if "\0" in first:
        raise BadInputError(f"{called} is not a text file of separated numbers")
    if not first.strip():
        raise BadInputError(f"{called} has no rows")
    return head.count(b"\n", 0, begin), first, head[end:]


def _bounds(head: bytes) -> tuple[int, int | None]:
    """Where the first row begins that is not empty, and where it ends; None where that is not in HEAD."""
    blanks = len(head) - len(head.lstrip(BYTE_ORDER_MARK + b" \t\r\n"))
    begin, end = head.rfind(b"\n", 0, blanks) + 1, head.find(b"\n", blanks)
    while end >= 0 and head.count(b'"', begin, end) % 2:
        end = head.find(b"\n", end + 1)
    return begin, end + 1 if end >= 0 else None


def _separator(row: str) -> str:
    return next((each for each in ",;\t" if each in row), ",")
