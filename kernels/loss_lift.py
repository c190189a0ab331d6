"""Array kernels of losses: value and gradient in one pass, block by block, whose sums do not depend on threads."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dlc.kernels.lift import BLOCK, PARALLEL_FROM, CompiledKernel, pool, settings_for, settings_type
from dlc.kernels.native import Loop
from dlc.kernels.rows import NOTES, row_of

if TYPE_CHECKING:
    from dlc.kernels.compiler import Part

KEEP_VALUES, KEEP_GRADIENT = 1, 2
KEPT_BITS = 2  # the length of a note is above these bits


def _signature(count: int, kind: str) -> Any:
    from numba import types

    number = getattr(types, kind)
    return types.UniTuple(types.float64, 2)(number, number, settings_type(count, kind))


@cache
def _loss_loop(params: int, kind: str) -> Loop:
    from numba import carray

    from dlc.kernels.compiler import hole
    from dlc.kernels.entries import plus

    both = hole(_signature(params, kind))
    count = params + 1
    settings_of, numbered = settings_for(count, kind)

    def loop(x, v, out, scratch, params, rows, columns, width, kept):
        predictions, targets, sums = carray(x, rows), carray(v, rows), carray(params, count + rows // BLOCK + 1)
        settings = settings_of(params)
        scale, knobs = settings[0], numbered(settings)[1:]
        for start in range(0, rows, BLOCK):
            size = min(BLOCK, rows - start)
            # Slices: LLVM loads vectors only where it knows that no index is negative.
            p, t = predictions[start : start + size], targets[start : start + size]
            values_at = start if kept & KEEP_VALUES else 0
            slopes_at = start if kept & KEEP_GRADIENT else 0
            values = carray(scratch, rows + BLOCK)[values_at : values_at + size]
            slopes = carray(out, rows + BLOCK)[slopes_at : slopes_at + size]
            for i in range(size):
                values[i], slope = both(p[i], t[i], knobs)
                slopes[i] = scale * slope
            total = 0.0
            for i in range(size):
                total = plus(total, values[i])
            sums[count + start // BLOCK] = total

    return loop


def _row_signature(count: int, kind: str) -> Any:
    from numba import types

    return types.float64(*[row_of(kind)] * 3, row_of("float64", 2), *[types.float64] * count)


@cache
def _row_loss_loop(count: int, kind: str) -> Loop:
    from numba import carray

    from dlc.kernels.compiler import hole

    apply = hole(_row_signature(count, kind))
    settings_of, _ = settings_for(count + 1, kind)

    def loop(x, v, out, scratch, params, rows, columns, width, kept):
        predictions, targets = carray(x, (rows, columns)), carray(v, (rows, width))
        length = kept >> KEPT_BITS
        slopes, notes = carray(out, (rows, columns)), carray(scratch, (NOTES, length))
        values = carray(scratch, NOTES * length + rows)[NOTES * length :]
        settings = settings_of(params)
        scale, knobs = settings[0], settings[1:]
        for i in range(rows):
            slope = slopes[i if kept & KEEP_GRADIENT else 0]
            values[i] = apply(predictions[i], targets[i], slope, notes, *knobs)
            if scale != 1.0 and kept & KEEP_GRADIENT:
                for j in range(columns):
                    slope[j] = scale * slope[j]

    return loop


class LossKernel(CompiledKernel):
    """A loss of dlc.kernels lifted to arrays of float32 or float64.

    Predictions and targets are two arrays of one shape. The function of a number is f(p, t, *params), its gradient
    f_grad(p, t, *params).
    """

    prefix = "loss."
    scratch = "float64"

    def _loop(self, kind: str) -> Loop:
        """The params of the loop begin with a scale, and end in sums."""
        return _loss_loop(self._params, kind)

    def _part(self, kind: str) -> "Part | None":
        from dlc.kernels.compiler import Part
        from dlc.kernels.numbers import exact, rounded

        value, gradient = self._named(self.name, kind), self._named(f"{self.name}_grad", kind)

        def single(p, t, settings):
            p, t = np.float64(p), np.float64(t)
            return value(p, t, *settings), gradient(p, t, *settings)

        def double(p, t, settings):
            p, t = exact(p), exact(t)
            return rounded(value(p, t, *settings)), rounded(gradient(p, t, *settings))

        return Part(double if kind == "float64" else single, _signature(self._params, kind))

    def __call__(
        self,
        pred: np.ndarray,
        target: np.ndarray,
        *params: float,
        values: np.ndarray | None = None,
        gradient: np.ndarray | None = None,
        scale: float = 1.0,
        threads: int = 1,
    ) -> float:
        """The sum of all values; into VALUES (float64) each one, into GRADIENT SCALE times the one by PRED.

        The bits do not depend on THREADS. Raises TypeError for other types than float32 and float64 or another number
        of parameters, ValueError for arrays that do not fit.
        """
        if len(params) != self._params:
            raise TypeError(f"{self.name} takes {self._params} parameters, not {len(params)}")
        if pred.dtype != target.dtype:
            raise TypeError(f"predictions are {pred.dtype.name}, targets {target.dtype.name}")
        shape = self._shape_of_values(pred, target, params)
        for array, needed, dtype in ((values, shape, np.float64), (gradient, pred.shape, pred.dtype)):
            if array is None:
                continue
            if (
                array.dtype != dtype
                or array.shape != needed
                or not (array.flags.c_contiguous and array.flags.writeable)
            ):
                raise ValueError(
                    f"a result must be a contiguous, writable {np.dtype(dtype).name} array of shape {needed}"
                )
        loop = self._loops.get(pred.dtype) or self.compile(pred.dtype)
        pred, target = np.ascontiguousarray(pred), np.ascontiguousarray(target)
        return self._sum(loop, pred, target, np.array([scale, *params]), values, gradient, threads)

    def _shape_of_values(self, pred: np.ndarray, target: np.ndarray, params: tuple[float, ...]) -> tuple[int, ...]:
        if pred.shape != target.shape:
            raise ValueError(f"predictions have shape {pred.shape}, targets {target.shape}")
        return pred.shape

    def _sum(
        self,
        loop: Loop,
        pred: np.ndarray,
        target: np.ndarray,
        settings: np.ndarray,
        values: np.ndarray | None,
        gradient: np.ndarray | None,
        threads: int,
    ) -> float:
        p, t = pred.reshape(-1), target.reshape(-1)
        kept = KEEP_VALUES * (values is not None) + KEEP_GRADIENT * (gradient is not None)

        def part(start: int, stop: int) -> np.ndarray:
            chosen = slice(start, stop)
            slopes = np.empty(BLOCK, p.dtype) if gradient is None else gradient.reshape(-1)[chosen]
            kept_values = np.empty(BLOCK) if values is None else values.reshape(-1)[chosen]
            size = stop - start
            numbers = np.concatenate([settings, np.zeros(-(-size // BLOCK))])
            loop(p[chosen], t[chosen], slopes, kept_values, numbers, size, 1, 1, kept)
            return numbers[len(settings) :]

        return float(np.concatenate(list(_in_parts(part, p.size, BLOCK, p.size, threads))).sum())


def _in_parts(
    part: Callable[[int, int], np.ndarray], rows: int, step: int, numbers: int, threads: int
) -> Iterator[np.ndarray]:
    """The results of PART(start, stop) over ROWS, in order; parts begin at multiples of STEP."""
    if threads < 2 or numbers < PARALLEL_FROM:
        yield part(0, rows)
        return
    size = -(-rows // (threads * step)) * step
    starts = range(size, rows, size)
    pending = [pool(threads).submit(part, start, min(start + size, rows)) for start in starts]
    yield part(0, min(size, rows))  # by the caller itself
    yield from (done.result() for done in pending)


class RowLossKernel(LossKernel):
    """A loss of a row of predictions and its target, a row of its own length, along the last axis.

    The function f(p, t, out, notes, *params) fills OUT with the gradient and returns the value; it computes in float64
    whatever the type of the rows. WIDTH(columns, *params) is the length of a target, LENGTH(columns, *params) that of a
    note.
    """

    def __init__(self, module: str, name: str, params: int, width: Callable[..., int], length: Callable[..., int]):
        super().__init__(module, name, params)
        self._width = width
        self._length = length

    def _loop(self, kind: str) -> Loop:
        return _row_loss_loop(self._params, kind)

    def _part(self, kind: str) -> "Part | None":
        from dlc.kernels.compiler import Part

        return Part(self._named(self.name, "float64"), _row_signature(self._params, kind), has_loops=True)

    def _shape_of_values(self, pred: np.ndarray, target: np.ndarray, params: tuple[float, ...]) -> tuple[int, ...]:
        if pred.ndim == 0 or pred.shape[-1] == 0:
            raise ValueError(f"{self.name} takes rows, not {'an empty one' if pred.ndim else 'a single number'}")
        needed = (*pred.shape[:-1], self._width(pred.shape[-1], *params))
        if target.shape != needed:
            raise ValueError(f"predictions of shape {pred.shape} need targets of shape {needed}, not {target.shape}")
        return pred.shape[:-1]

    def _sum(
        self,
        loop: Loop,
        pred: np.ndarray,
        target: np.ndarray,
        settings: np.ndarray,
        values: np.ndarray | None,
        gradient: np.ndarray | None,
        threads: int,
    ) -> float:
        p = pred.reshape(-1, pred.shape[-1])
        t = target.reshape(len(p), target.shape[-1])
        columns, width = p.shape[-1], t.shape[-1]
        length = self._length(columns, *settings[1:])
        kept = KEEP_GRADIENT * (gradient is not None) | length << KEPT_BITS

        def part(start: int, stop: int) -> np.ndarray:
            rows = stop - start
            slopes = np.empty((1, columns), p.dtype) if gradient is None else gradient.reshape(p.shape)[start:stop]
            scratch = np.empty(NOTES * length + rows)
            loop(p[start:stop], t[start:stop], slopes, scratch, settings, rows, columns, width, kept)
            return scratch[NOTES * length :].copy()  # without the notes

        found = np.concatenate(list(_in_parts(part, len(p), 1, p.size, threads)))
        if values is not None:
            values[...] = found.reshape(values.shape)
        return float(found.sum())
