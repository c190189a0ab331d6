"""Compiled loops over sets of runs: a run is numbers side by side with one gain, a set is normalised together.

A set is read from memory once where the caches hold it. A few numbers are summed in the array's own type, whose
rounding averages out, then in float64. What is summed is how far they are from the mean of all blocks before: squares
of a block far away from that are rounded, but they make the whole variance as great, and its error is small beside it.
"""

from functools import cache

import numpy as np

from dlc.kernels.lift import BLOCK
from dlc.kernels.native import Loop, native

# Numbers before all others in params.
HEADER = ("first", "set_stride", "run_stride", "cycle", "channels_of_set", "channels_of_run", "channels", "total",
          "eps", "centred", "given", "applied")  # fmt: skip
FEW = 256  # numbers that are summed in the array's type
HEAD = len(HEADER)
MOMENTS = 3  # numbers of a set: its mean in two parts, the first as exact as the array's type; its variance


@cache
def run_forward(kind: str) -> Loop:
    """Moments of ROWS sets of WIDTH runs of COLUMNS numbers, behind gains and biases in params; and the result."""
    return native("norms.run_forward", kind, _run_forward)


def _run_forward() -> Loop:
    from numba import carray

    from dlc.kernels.entries import plus
    from dlc.kernels.stream import wait_for_writes, write_past_caches

    def loop(x, v, out, scratch, params, rows, columns, width, extra):
        first, set_stride, run_stride, cycle = int(params[0]), int(params[1]), int(params[2]), int(params[3])
        of_set, of_run, channels, size = int(params[4]), int(params[5]), int(params[6]), int(params[7])
        eps, is_centred, is_given, is_applied = params[8], params[9] != 0, params[10] != 0, params[11] != 0
        numbers = carray(params, HEAD + 2 * channels + MOMENTS * rows)
        gains, biases = numbers[HEAD : HEAD + channels], numbers[HEAD + channels : HEAD + 2 * channels]
        moments = numbers[HEAD + 2 * channels :]
        data, target, block = carray(x, size), carray(out, size), carray(scratch, BLOCK)
        number = block.dtype.type
        together = max(1, BLOCK // columns)  # short runs have a block in common
        for k in range(rows):
            base = (first + k) * set_stride
            if not is_given:
                origin = np.float64(data[base]) if is_centred else 0.0
                count, level, spread = 0.0, 0.0, 0.0  # the mean above the origin, and the sum of squares about it
                for j in range(0, width, together):
                    last = min(j + together, width)
                    for left in range(0, columns, BLOCK):
                        right = min(left + BLOCK, columns)
                        pivot = number(origin + level)
                        total, square = 0.0, 0.0
                        for i in range(j, last):
                            at = base + i * run_stride
                            for start in range(left, right, FEW):
                                size = min(FEW, right - start)
                                part = data[at + start : at + start + size]
                                few, few_squares = number(0.0), number(0.0)
                                for c in range(size):
                                    d = part[c] - pivot
                                    few = plus(few, d)
                                    few_squares = plus(few_squares, d * d)
                                total += np.float64(few)
                                square += np.float64(few_squares)
                        fresh = np.float64((last - j) * (right - left))
                        if is_centred:
                            above = np.float64(pivot) - origin
                            away = above + total / fresh - level
                            spread += square - total * total / fresh + away * away * count * fresh / (count + fresh)
                            level += away * fresh / (count + fresh)
                        else:
                            spread += square
                        count += fresh
                mean = number(origin + level)
                moments[MOMENTS * k] = mean
                moments[MOMENTS * k + 1] = (origin - np.float64(mean)) + level
                moments[MOMENTS * k + 2] = max(spread / count, 0.0)
            if is_applied:
                mean, rest, variance = moments[MOMENTS * k], moments[MOMENTS * k + 1], moments[MOMENTS * k + 2]
                scale = 1.0 / np.sqrt(variance + eps)
                centre = number(mean)
                for j in range(width):
                    channel = (first + k) % cycle * of_set + j * of_run
                    a = number(gains[channel] * scale)
                    b = number(biases[channel] - rest * gains[channel] * scale)
                    at = base + j * run_stride
                    for left in range(0, columns, BLOCK):
                        right = min(left + BLOCK, columns)
                        source = data[at + left : at + right]
                        part = block[: right - left] if extra else target[at + left : at + right]
                        for c in range(right - left):
                            part[c] = (source[c] - centre) * a + b
                        if extra:
                            write_past_caches(target[at + left : at + right], part)
        if extra:
            wait_for_writes()

    return loop


@cache
def run_backward(kind: str) -> Loop:
    """The gradient by x of ROWS sets, and behind the moments in params, for each run, those by its gain and bias."""
    return native("norms.run_backward", kind, _run_backward)


def _run_backward() -> Loop:
    from numba import carray

    from dlc.kernels.entries import plus
    from dlc.kernels.stream import wait_for_writes, write_past_caches

    def loop(x, v, out, scratch, params, rows, columns, width, extra):
        first, set_stride, run_stride, cycle = int(params[0]), int(params[1]), int(params[2]), int(params[3])
        of_set, of_run, channels, size = int(params[4]), int(params[5]), int(params[6]), int(params[7])
        eps, is_centred, is_given = params[8], params[9] != 0, params[10] != 0
        numbers = carray(params, HEAD + channels + (MOMENTS + 2 * width) * rows)
        gains, moments = numbers[HEAD : HEAD + channels], numbers[HEAD + channels :]
        sums = moments[MOMENTS * rows :]
        data, slopes, target, block = carray(x, size), carray(v, size), carray(out, size), carray(scratch, BLOCK)
        number = block.dtype.type
        count = np.float64(columns * width)
        for k in range(rows):
            base = (first + k) * set_stride
            mean, rest, variance = moments[MOMENTS * k], moments[MOMENTS * k + 1], moments[MOMENTS * k + 2]
            scale = 1.0 / np.sqrt(variance + eps)
            centre = number(mean)
            level, along = 0.0, 0.0  # the means of γ·v and of γ·v·x̂
            for j in range(width):
                at = base + j * run_stride
                total, product = 0.0, 0.0
                for start in range(0, columns, FEW):
                    size = min(FEW, columns - start)
                    source, given = data[at + start : at + start + size], slopes[at + start : at + start + size]
                    few, few_along = number(0.0), number(0.0)
                    for c in range(size):
                        few = plus(few, given[c])
                        few_along = plus(few_along, given[c] * (source[c] - centre))
                    total += np.float64(few)
                    product += np.float64(few_along)
                product = (product - rest * total) * scale
                sums[2 * (k * width + j)] = product
                sums[2 * (k * width + j) + 1] = total
                gain = gains[(first + k) % cycle * of_set + j * of_run]
                level += gain * total / count
                along += gain * product / count
            if is_given:
                level, along = 0.0, 0.0
            if not is_centred:
                level = 0.0
            a = number(-along * scale * scale)
            b = number(along * scale * scale * rest - level * scale)
            for j in range(width):
                at = base + j * run_stride
                s = number(gains[(first + k) % cycle * of_set + j * of_run] * scale)
                for left in range(0, columns, BLOCK):
                    right = min(left + BLOCK, columns)
                    source, given = data[at + left : at + right], slopes[at + left : at + right]
                    part = block[: right - left] if extra else target[at + left : at + right]
                    for c in range(right - left):
                        part[c] = given[c] * s + ((source[c] - centre) * a + b)
                    if extra:
                        write_past_caches(target[at + left : at + right], part)
        if extra:
            wait_for_writes()

    return loop
