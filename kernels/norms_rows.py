"""Compiled loops over rows that are sets, with a gain and a bias for each column: layer, RMS and group normalisation.

A row is read from memory once where the caches hold it. WIDTH rows after one another have gains of their own, then the
same come again. Sums are taken as in norms_runs; gradients by gains over blocks of ROWS times as many rows.
"""

from functools import cache

import numpy as np

from dlc.kernels.lift import BLOCK
from dlc.kernels.native import Loop, native
from dlc.kernels.norms_runs import FEW, MOMENTS

ROWS = 64  # of a block, which have the same gains
FEW_ROWS = 16  # of them that are summed in the array's type
HEAD = 2  # numbers before all others in params: ε, and whether rows are centred


@cache
def row_forward(kind: str) -> Loop:
    """Moments of each row, into params, and the result; v has gains and biases."""
    return native("norms.row_forward", kind, _row_forward)


def _row_forward() -> Loop:
    from numba import carray

    from dlc.kernels.entries import plus
    from dlc.kernels.stream import wait_for_writes, write_past_caches

    def loop(x, v, out, scratch, params, rows, columns, width, extra):
        data, target, block = carray(x, (rows, columns)), carray(out, (rows, columns)), carray(scratch, BLOCK)
        factors, moments = carray(v, (2 * width, columns)), carray(params, HEAD + MOMENTS * rows)[HEAD:]
        eps, is_centred = params[0], params[1] != 0
        number = block.dtype.type
        for r in range(rows):
            origin = np.float64(data[r, 0]) if is_centred else 0.0
            count, level, spread = 0.0, 0.0, 0.0
            for left in range(0, columns, BLOCK):
                right = min(left + BLOCK, columns)
                pivot = number(origin + level)
                total, square = 0.0, 0.0
                for start in range(left, right, FEW):
                    size = min(FEW, right - start)
                    part = data[r, start : start + size]
                    few, few_squares = number(0.0), number(0.0)
                    for c in range(size):
                        d = part[c] - pivot
                        few = plus(few, d)
                        few_squares = plus(few_squares, d * d)
                    total += np.float64(few)
                    square += np.float64(few_squares)
                fresh = np.float64(right - left)
                if is_centred:
                    away = np.float64(pivot) - origin + total / fresh - level
                    spread += square - total * total / fresh + away * away * count * fresh / (count + fresh)
                    level += away * fresh / (count + fresh)
                else:
                    spread += square
                count += fresh
            variance = max(spread / count, 0.0)
            scale = 1.0 / np.sqrt(variance + eps)
            centre = number(origin + level)
            rest = (origin - np.float64(centre)) + level
            moments[MOMENTS * r] = centre
            moments[MOMENTS * r + 1] = rest
            moments[MOMENTS * r + 2] = variance
            a, b = number(scale), number(-rest * scale)
            for left in range(0, columns, BLOCK):
                right = min(left + BLOCK, columns)
                source, gain = data[r, left:right], factors[r % width, left:right]
                bias = factors[width + r % width, left:right]
                part = block[: right - left] if extra else target[r, left:right]
                for c in range(right - left):
                    part[c] = ((source[c] - centre) * a + b) * gain[c] + bias[c]
                if extra:
                    write_past_caches(target[r, left:right], part)
        if extra:
            wait_for_writes()

    return loop


@cache
def row_backward(kind: str) -> Loop:
    """The gradient by x; for each block, behind the moments in params, the sums of v·x̂ and v. Scratch has the gains.

    Behind them scratch has room for a block, and twice as much as the gains.
    """
    return native("norms.row_backward", kind, _row_backward)


def _row_backward() -> Loop:
    from numba import carray

    from dlc.kernels.entries import plus
    from dlc.kernels.stream import wait_for_writes, write_past_caches

    def loop(x, v, out, scratch, params, rows, columns, width, extra):
        data, slopes, target = carray(x, (rows, columns)), carray(v, (rows, columns)), carray(out, (rows, columns))
        features = width * columns
        gains, room = carray(scratch, features), carray(scratch, 3 * features + BLOCK)[features:]
        block, few = room[:BLOCK], room[BLOCK:]
        behind = HEAD + MOMENTS * rows
        sums = carray(params, behind + 2 * features * -(-rows // (ROWS * width)))[behind:]
        eps, is_centred = params[0], params[1] != 0
        number = block.dtype.type
        for i in range(sums.size):
            sums[i] = 0.0
        step = FEW_ROWS * width
        for k in range(-(-rows // step)):
            first, last = k * step, min((k + 1) * step, rows)
            for c in range(2 * features):
                few[c] = 0.0
            for r in range(first, last):
                offset = r % width * columns
                mean, rest = params[HEAD + MOMENTS * r], params[HEAD + MOMENTS * r + 1]
                scale = 1.0 / np.sqrt(params[HEAD + MOMENTS * r + 2] + eps)
                centre, s = number(mean), number(scale)
                b = number(-rest * scale)
                level, along = 0.0, 0.0
                for start in range(0, columns, FEW):
                    size = min(FEW, columns - start)
                    source, given = data[r, start : start + size], slopes[r, start : start + size]
                    gain = gains[offset + start : offset + start + size]
                    by_gain = few[offset + start : offset + start + size]
                    by_bias = few[features + offset + start : features + offset + start + size]
                    total, product = number(0.0), number(0.0)
                    for c in range(size):
                        hat = (source[c] - centre) * s + b
                        by_gain[c] += given[c] * hat
                        by_bias[c] += given[c]
                        weighed = given[c] * gain[c]
                        total = plus(total, weighed)
                        product = plus(product, weighed * hat)
                    level += np.float64(total)
                    along += np.float64(product)
                along = along * scale / columns
                level = level * scale / columns if is_centred else 0.0
                a = number(-along * scale)
                b = number(along * scale * rest - level)
                for left in range(0, columns, BLOCK):
                    right = min(left + BLOCK, columns)
                    source, given = data[r, left:right], slopes[r, left:right]
                    gain = gains[offset + left : offset + right]
                    part = block[: right - left] if extra else target[r, left:right]
                    for c in range(right - left):
                        part[c] = given[c] * gain[c] * s + ((source[c] - centre) * a + b)
                    if extra:
                        write_past_caches(target[r, left:right], part)
            place = 2 * features * (first // (ROWS * width))
            whole = sums[place : place + 2 * features]
            for c in range(2 * features):
                whole[c] += np.float64(few[c])
        if extra:
            wait_for_writes()

    return loop
