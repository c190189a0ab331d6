"""Compiled loops over rows of channels that lie side by side: sums of each column, and each number by its column.

A few rows are summed in the array's own type, whose rounding averages out, then in float64. What is summed is how far
a number is from a pivot of its block, the mean of a few of its rows: numbers far from 0 cancel nothing.
"""

from functools import cache

import numpy as np

from dlc.kernels.lift import BLOCK
from dlc.kernels.native import Loop, native

ROWS = 512  # of a block
FEW = 16  # rows that are summed in the array's type
STRIP = 1024  # columns at a time, whose sums stay in the innermost cache


@cache
def column_sums(kind: str) -> Loop:
    """Into params, for each block, the sums of x − p and of its square; the pivots p of each block are in scratch.

    Behind them scratch has room for two strips.
    """
    return native("norms.column_sums", kind, _column_sums)


def _column_sums() -> Loop:
    from numba import carray

    def loop(x, v, out, scratch, params, rows, columns, width, extra):
        blocks = -(-rows // ROWS)
        data, sums = carray(x, (rows, columns)), carray(params, (2 * blocks, columns))
        pivots = carray(scratch, (blocks, columns))
        room = carray(scratch, blocks * columns + 2 * STRIP)[blocks * columns :]
        for k in range(blocks):
            stop = min((k + 1) * ROWS, rows)
            for left in range(0, columns, STRIP):
                size = min(STRIP, columns - left)
                pivot = pivots[k, left : left + size]
                total, square = sums[2 * k, left : left + size], sums[2 * k + 1, left : left + size]
                few, few_squares = room[:size], room[STRIP : STRIP + size]
                for c in range(size):
                    total[c] = 0.0
                    square[c] = 0.0
                for first in range(k * ROWS, stop, FEW):
                    last = min(first + FEW, stop)
                    for c in range(size):
                        few[c] = 0.0
                        few_squares[c] = 0.0
                    for r in range(first, last):
                        a = data[r, left : left + size]
                        for c in range(size):
                            d = a[c] - pivot[c]
                            few[c] += d
                            few_squares[c] += d * d
                    for c in range(size):
                        total[c] += np.float64(few[c])
                        square[c] += np.float64(few_squares[c])

    return loop


@cache
def column_slope_sums(kind: str) -> Loop:
    """Into params, for each block, the sums of v and of v·(x − c), where c is in scratch.

    Behind it scratch has room for two strips.
    """
    return native("norms.column_slope_sums", kind, _column_slope_sums)


def _column_slope_sums() -> Loop:
    from numba import carray

    def loop(x, v, out, scratch, params, rows, columns, width, extra):
        blocks = -(-rows // ROWS)
        data, slopes = carray(x, (rows, columns)), carray(v, (rows, columns))
        sums, centre = carray(params, (2 * blocks, columns)), carray(scratch, columns)
        room = carray(scratch, columns + 2 * STRIP)[columns:]
        for k in range(blocks):
            stop = min((k + 1) * ROWS, rows)
            for left in range(0, columns, STRIP):
                size = min(STRIP, columns - left)
                middle = centre[left : left + size]
                total, along = sums[2 * k, left : left + size], sums[2 * k + 1, left : left + size]
                few, few_along = room[:size], room[STRIP : STRIP + size]
                for c in range(size):
                    total[c] = 0.0
                    along[c] = 0.0
                for first in range(k * ROWS, stop, FEW):
                    for c in range(size):
                        few[c] = 0.0
                        few_along[c] = 0.0
                    for r in range(first, min(first + FEW, stop)):
                        a, s = data[r, left : left + size], slopes[r, left : left + size]
                        for c in range(size):
                            few[c] += s[c]
                            few_along[c] += s[c] * (a[c] - middle[c])
                    for c in range(size):
                        total[c] += np.float64(few[c])
                        along[c] += np.float64(few_along[c])

    return loop


@cache
def column_lines(kind: str) -> Loop:
    """out = (x − c)·a + b, and with v besides, v·s: c, a, b and s for each column are rows of scratch.

    Behind them scratch has room for a block, where EXTRA says that results are written past the caches.
    """
    return native("norms.column_lines", kind, _column_lines)


def _column_lines() -> Loop:
    from numba import carray

    from dlc.kernels.stream import wait_for_writes, write_past_caches

    def loop(x, v, out, scratch, params, rows, columns, width, extra):
        data, slopes, target = carray(x, (rows, columns)), carray(v, (rows, columns)), carray(out, (rows, columns))
        lines = carray(scratch, (4, columns))
        block = carray(scratch, 4 * columns + BLOCK)[4 * columns :]
        for r in range(rows):
            for left in range(0, columns, BLOCK):
                right = min(left + BLOCK, columns)
                c, a, b, s = lines[0, left:right], lines[1, left:right], lines[2, left:right], lines[3, left:right]
                source, given = data[r, left:right], slopes[r, left:right]
                part = block[: right - left] if extra else target[r, left:right]
                if width:
                    for i in range(right - left):
                        part[i] = given[i] * s[i] + ((source[i] - c[i]) * a[i] + b[i])
                else:
                    for i in range(right - left):
                        part[i] = (source[i] - c[i]) * a[i] + b[i]
                if extra:
                    write_past_caches(target[r, left:right], part)
        if extra:
            wait_for_writes()

    return loop
