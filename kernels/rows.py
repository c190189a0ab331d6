"""Array kernels of functions of a vector: one row after the other, where a row is a vector along the last axis.

A function is called with the row, (for a product) the row to multiply with, the row it fills, notes, and its number.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dlc.kernels.lift import ArrayKernel, settings_for, settings_type
from dlc.kernels.native import Loop

if TYPE_CHECKING:
    from dlc.kernels.compiler import Part

NOTES = 4  # rows of float64, as long as the vector, for a function to note things down


def row_of(kind: str, dimensions: int = 1) -> Any:
    """The type of a row, or of notes."""
    from numba import types

    return types.Array(getattr(types, kind), dimensions, "C")


def _signature(count: int, kind: str, product: bool) -> Any:
    from numba import types

    rows = (row_of(kind),) * (3 if product else 2)
    return types.void(*rows, row_of("float64", 2), types.intp, *settings_type(count, kind))


@cache
def _rowwise_loop(count: int, kind: str, product: bool) -> Loop:
    from numba import carray

    from dlc.kernels.compiler import hole

    apply = hole(_signature(count, kind, product))
    settings_of, numbered = settings_for(count, kind)

    def values(x, v, out, scratch, params, rows, columns, width, first):
        source, target = carray(x, (rows, columns)), carray(out, (rows, width))
        notes, settings = carray(scratch, (NOTES, columns)), settings_of(params)
        for i in range(rows):
            apply(source[i], target[i], notes, first + i, *numbered(settings))

    def products(x, v, out, scratch, params, rows, columns, width, first):
        source, target = carray(x, (rows, columns)), carray(out, (rows, columns))
        weights, notes, settings = carray(v, (rows, width)), carray(scratch, (NOTES, columns)), settings_of(params)
        for i in range(rows):
            apply(source[i], weights[i], target[i], notes, first + i, *numbered(settings))

    return products if product else values


class RowwiseKernel(ArrayKernel):
    """out[i] = f(x[i], *params), or the vector-Jacobian product v[i]ᵀ·(∂f/∂x)(x[i]).

    WIDTH(columns, *params) is the length of the result of a vector of that length.
    """

    scratch = "float64"

    def __init__(self, module: str, name: str, params: int, width: Callable[..., int], *, product: bool = False):
        super().__init__(module, name, params)
        self._width = width
        self._product = product

    def __call__(
        self,
        x: np.ndarray,
        *params: float,
        v: np.ndarray | None = None,
        out: np.ndarray | None = None,
        threads: int = 1,
    ) -> np.ndarray:
        """As any array kernel; V has the shape of the function's result. Raises ValueError where vectors do not fit."""
        if self._product and isinstance(x, np.ndarray):
            shape = self._shape_of_values(x, params)
            if v is None or v.shape != shape or v.dtype != x.dtype:
                raise ValueError(f"{self.name} needs v, a {x.dtype.name} array of shape {shape}")
            v = v.copy() if out is not None and np.may_share_memory(v, out) else np.ascontiguousarray(v)
        return super().__call__(x, *params, v=v, out=out, threads=threads)

    def _loop(self, kind: str) -> Loop:
        return _rowwise_loop(self._params, kind, self._product)

    def _part(self, kind: str) -> "Part | None":
        from dlc.kernels.compiler import Part

        return Part(self._named(self.name, kind), _signature(self._params, kind, self._product), has_loops=True)

    def _shape_of_values(self, x: np.ndarray, params: tuple[float, ...]) -> tuple[int, ...]:
        if x.ndim == 0 or x.shape[-1] == 0:
            raise ValueError(f"{self.name} takes vectors, not {'an empty one' if x.ndim else 'a single number'}")
        return (*x.shape[:-1], self._width(x.shape[-1], *params))

    def _result_shape(self, x: np.ndarray, params: tuple[float, ...]) -> tuple[int, ...]:
        return x.shape if self._product else self._shape_of_values(x, params)

    def _rows(self, array: np.ndarray) -> np.ndarray:
        return array.reshape(-1, array.shape[-1])

    def _run(
        self, loop: Loop, x: np.ndarray, v: np.ndarray | None, out: np.ndarray, params: np.ndarray | None, first: int
    ) -> None:
        columns = x.shape[-1]
        width = out.shape[-1] if v is None else v.shape[-1]
        notes = np.empty((NOTES, columns))
        loop(x, v, out, notes, params, x.size // columns, columns, width, first)
