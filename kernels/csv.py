"""Rows of numbers out of the bytes of a text of separated cells."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from dlc.kernels.native import Loop, native

# Where params holds what; behind it the numbers of the wanted columns, and then the notes.
SEPARATOR, IS_LAST, ROWS, CONSUMED, LINES, COUNT, HEAD = range(7)
NOTE = 4  # numbers in a note: a row, which wanted column, where its cell begins and ends
MOST_NOTES = 4096
WRONG_LENGTH = -1  # in the place of a column: the row is a line, and the cell's begin the number of its cells


class Odd(NamedTuple):
    """What is no plain decimal number: a cell to look at again, or a row of another length."""

    row: int  # among the rows that were found; -1 for one of another length
    line: int
    column: int  # among the wanted ones
    text: bytes
    cells: int


class Parsed(NamedTuple):
    """What a piece of text holds; lines are counted from 1 at its beginning."""

    table: np.ndarray  # a row's line, and the numbers of the wanted columns; 0 for odd cells
    odd: list[Odd]
    consumed: int  # bytes
    lines: int


class Parser:
    """Reads rows of CELLS cells, of which the COLUMNS are wanted, in increasing order; compiled where it is made."""

    def __init__(self, *, separator: str, cells: int, columns: Sequence[int]):
        self._separator, self._cells, self._columns = separator, cells, columns
        self._loop = _loop()

    def __call__(self, text: bytes, *, is_last: bool) -> Parsed:
        """The rows in TEXT, which begins with a row; threads may share the work.

        A row that is not complete is left for the next piece, unless the text IS_LAST; one with another number of cells
        is odd; an empty line is none. Numbers are exactly float(cell).
        """
        width = len(self._columns)
        tables: list[np.ndarray] = []
        odd: list[Odd] = []
        data = np.frombuffer(text, np.uint8)
        done = rows = lines = 0
        while True:
            rest = data[done:]
            table = np.empty((capacity(rest.size, self._cells), 1 + width))
            params = np.zeros(HEAD + width + NOTE * (MOST_NOTES + width))
            params[SEPARATOR], params[IS_LAST] = ord(self._separator), is_last
            params[HEAD : HEAD + width] = self._columns
            if rest.size:
                self._loop(rest, None, None, table, params, rest.size, 1, width, self._cells)
            table = table[: int(params[ROWS])]
            notes = params[HEAD + width :].reshape(-1, NOTE)[: int(params[COUNT])].astype(int)
            for row, column, begin, end in notes.tolist():
                if column == WRONG_LENGTH:
                    odd.append(Odd(-1, lines + row, WRONG_LENGTH, b"", begin))
                else:
                    cell = text[done + begin : done + end]
                    odd.append(Odd(rows + row, lines + int(table[row, 0]), column, cell, self._cells))
            table[:, 0] += lines
            tables.append(table)
            rows, lines, done = rows + len(table), lines + int(params[LINES]), done + int(params[CONSUMED])
            if params[COUNT] <= MOST_NOTES:  # otherwise it has stopped for want of room
                return Parsed(tables[0] if len(tables) == 1 else np.concatenate(tables), odd, done, lines)


def capacity(size: int, cells: int) -> int:
    """How many rows of CELLS cells SIZE bytes can hold at most."""
    return size // max(cells, 2) + 1


@cache
def _loop() -> Loop:
    return native("csv.parse", "uint8", _make, "float64")


def _make() -> Loop:
    """The loop that fills the table, the notes and what params begins with."""
    from numba import carray

    from dlc.kernels.decimals import byte_at, decimal
    from dlc.kernels.scalar import inlined

    @inlined
    def after_blanks(data, i, size, separator):
        while i < size and (byte_at(data, i) == 32 or (byte_at(data, i) == 9 and separator != 9)):
            i += 1
        return i

    @inlined
    def ends(data, i, size, separator):
        """Whether a cell ends at i."""
        if i == size or byte_at(data, i) == separator or byte_at(data, i) == 10:
            return True
        return byte_at(data, i) == 13 and i + 1 < size and byte_at(data, i + 1) == 10

    @inlined
    def number_at(data, i, size, separator):
        """(the end of the cell, its number, whether it is one)."""
        i = after_blanks(data, i, size, separator)
        quoted = i < size and byte_at(data, i) == 34
        i, value, certain = decimal(data, i + quoted, size)
        if quoted:
            certain = certain and i < size and byte_at(data, i) == 34
            i += 1
        if not certain:
            return i, value, False
        i = after_blanks(data, i, size, separator)
        return i, value, ends(data, i, size, separator)

    @inlined
    def end_of_cell(data, i, size, separator):
        """(the end of the cell, how many lines end inside of it, whether it has one)."""
        lines = 0
        if i < size and byte_at(data, i) == 34:
            i += 1
            while True:
                while i < size and byte_at(data, i) != 34:
                    lines += byte_at(data, i) == 10
                    i += 1
                if i >= size:
                    return i, lines, False
                i += 1
                if i >= size or byte_at(data, i) != 34:
                    break
                i += 1
        while i < size and byte_at(data, i) != separator and byte_at(data, i) != 10:
            i += 1
        return i, lines, True

    def loop(x, v, out, scratch, params, size, one, wanted, cells):
        data, head = carray(x, size), carray(params, HEAD)
        separator, is_last = np.int64(head[SEPARATOR]), head[IS_LAST] != 0.0
        columns = carray(params, HEAD + wanted)[HEAD:]
        notes = carray(params, HEAD + wanted + NOTE * (MOST_NOTES + wanted))[HEAD + wanted :]
        room = size // max(cells, 2) + 1
        table = carray(scratch, (room, 1 + wanted))
        i = row = line = count = done = 0
        done_lines = 0
        while i < size and row < room and count <= MOST_NOTES:
            start = after_blanks(data, i, size, separator)
            if start < size and byte_at(data, start) == 13:
                start += 1
            if (start < size and byte_at(data, start) == 10) or (start == size and is_last):
                i = done = min(start + 1, size)
                line += 1
                done_lines = line
                continue
            first_line, first_note = line, count
            column = taken = 0
            complete = False
            while True:
                begin = i
                is_wanted = taken < wanted and column == np.int64(columns[taken])
                plain = False
                if is_wanted:
                    i, value, plain = number_at(data, i, size, separator)
                    if plain:
                        table[row, 1 + taken] = value
                if not plain:
                    i, inside, closed = end_of_cell(data, begin, size, separator)
                    line += inside
                    if not closed and not is_last:
                        break
                    if is_wanted and count < MOST_NOTES + wanted:
                        table[row, 1 + taken] = 0.0
                        notes[NOTE * count] = row
                        notes[NOTE * count + 1] = taken
                        notes[NOTE * count + 2] = begin
                        notes[NOTE * count + 3] = i
                        count += 1
                taken += is_wanted
                column += 1
                if i < size and byte_at(data, i) == separator:
                    i += 1
                    continue
                if i < size and byte_at(data, i) == 13:
                    i += 1
                complete = i < size or is_last
                break
            if not complete:
                count = first_note
                break
            line += 1
            if column == cells:
                table[row, 0] = first_line + 1
                row += 1
            else:
                count = first_note
                notes[NOTE * count] = first_line + 1
                notes[NOTE * count + 1] = WRONG_LENGTH
                notes[NOTE * count + 2] = column
                count += 1
            i = done = min(i + 1, size)
            done_lines = line
        head[ROWS], head[CONSUMED], head[LINES], head[COUNT] = row, done, done_lines, count

    return loop
