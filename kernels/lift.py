"""Array kernels from scalar and vector ones: serial loops, and the same loops on slices in parallel."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from dlc.kernels.native import HEADER, Loop, native

# Below this many numbers a second thread costs more than it saves.
PARALLEL_FROM = 1 << 16
FLOAT32, FLOAT64 = TYPES = np.dtype(np.float32), np.dtype(np.float64)


def available_threads() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="dlc")


class ArrayKernel:
    """A function of dlc.kernels lifted to arrays of float32 or float64; compiled, or loaded, on its first use.

    Subclasses say what the loop is, and how an array is divided into rows for it.
    """

    prefix = ""  # of the names under which loops of another form are kept
    works_in_place = False  # whether OUT may be X itself

    def __init__(self, module: str, name: str, params: int = 0):
        self.name = name
        self._module = module
        self._params = params
        self._loops: dict[np.dtype, Loop] = {}

    @property
    def origin(self) -> tuple[str, str, int]:
        """Module and name of the function, and the number of its parameters."""
        return self._module, self.name, self._params

    def compile(self, dtype: np.dtype) -> Loop:
        """The loop for numbers of type DTYPE, compiled if it never was. Raises TypeError for other types."""
        if dtype not in TYPES:
            raise TypeError(f"{self.name} takes float32 or float64 in the machine's byte order, not {dtype.str}")
        kind = dtype.name
        self._loops[dtype] = loop = native(
            f"{self.prefix}{self._module}.{self.name}", kind, lambda: self._loop(self._function(kind))
        )
        return loop

    def _function(self, kind: str) -> Callable[..., Any]:
        function = getattr(import_module(f"dlc.kernels.{self._module}"), self.name)
        return function if kind == "float64" else function.float32_twin

    def _loop(self, function: Callable[..., Any]) -> Callable[..., None]:
        """loop(x, out, scratch, params, rows, columns), with pointers to numbers."""
        raise NotImplementedError

    def _columns(self, x: np.ndarray) -> int:
        """How many numbers make a row."""
        return 1

    def _shape(self, x: np.ndarray) -> tuple[int, ...]:
        """The shape of the result."""
        return x.shape

    def _scratch(self, columns: int, dtype: np.dtype) -> np.ndarray | None:
        """Room for what a loop has to note down."""
        return None

    def __call__(self, x: np.ndarray, *params: float, out: np.ndarray | None = None, threads: int = 1) -> np.ndarray:
        """Compute the function of X, into OUT where given; parameters are rounded to X's type.

        THREADS above 1 splits large arrays; the bits do not depend on it. Raises TypeError for other types than
        float32 and float64 or another number of parameters, ValueError for an OUT of another shape or type, or one
        that is not contiguous or cannot be written; an OUT that overlaps X is right.
        """
        if not isinstance(x, np.ndarray):
            raise TypeError(f"{self.name} takes an array, not {type(x).__name__}")
        dtype = x.dtype
        loop = self._loops.get(dtype) or self.compile(dtype)
        if len(params) != self._params:
            raise TypeError(f"{self.name} takes {self._params} parameters, not {len(params)}")
        if out is None:
            out = np.empty(self._shape(x), dtype)
        elif out.dtype != dtype or out.shape != self._shape(x) or not (out.flags.c_contiguous and out.flags.writeable):
            raise ValueError(f"out must be a contiguous, writable {dtype.name} array of shape {self._shape(x)}")
        elif np.may_share_memory(x, out) and not (out is x and self.works_in_place):
            x = x.copy()
        if not x.flags.c_contiguous:
            x = np.ascontiguousarray(x)
        settings = np.array(params, dtype) if params else None
        if threads < 2 or x.size < PARALLEL_FROM:
            self._run(loop, x, out, settings)
        else:
            self._run_in_parallel(loop, x, out, settings, threads)
        return out

    def _run(self, loop: Loop, x: np.ndarray, out: np.ndarray, settings: np.ndarray | None) -> None:
        columns = self._columns(x)
        scratch = self._scratch(columns, x.dtype)
        loop(
            id(x) + HEADER,
            id(out) + HEADER,
            None if scratch is None else id(scratch) + HEADER,
            None if settings is None else id(settings) + HEADER,
            x.size // (columns or 1),
            columns,
        )

    def _run_in_parallel(
        self, loop: Loop, x: np.ndarray, out: np.ndarray, settings: np.ndarray | None, threads: int
    ) -> None:
        columns = self._columns(x)
        rows = x.size // columns
        source, target = x.reshape(rows, columns), out.reshape(rows, -1)
        step = -(-rows // threads // 64) * 64  # parts that start at a multiple of 64 rows share no cache line
        starts = range(0, rows, step)
        parts = [
            _pool(threads).submit(self._run, loop, source[start : start + step], target[start : start + step], settings)
            for start in starts
        ]
        for done in parts:
            done.result()


def with_params(function: Callable[..., Any], count: int) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """For use in loops: apply(x, settings) = function(x, *settings), and settings_of(pointer to COUNT numbers)."""
    from numba import carray
    from numba.np.unsafe.ndarray import to_fixed_tuple

    from dlc.kernels.scalar import inlined

    def apply_alone(x, settings):
        return function(x)

    def nothing(params):
        return 0

    def apply(x, settings):
        return function(x, *settings)

    def settings_of(params):
        return to_fixed_tuple(carray(params, count), count)

    return (inlined(apply), inlined(settings_of)) if count else (inlined(apply_alone), inlined(nothing))


class ElementwiseKernel(ArrayKernel):
    """y[i] = f(x[i], *params)."""

    works_in_place = True

    def _loop(self, function: Callable[..., Any]) -> Callable[..., None]:
        from numba import carray

        apply, settings_of = with_params(function, self._params)

        def loop(x, out, scratch, params, rows, columns):
            source, target, settings = carray(x, rows), carray(out, rows), settings_of(params)
            for i in range(rows):
                target[i] = apply(source[i], settings)

        return loop


class RowwiseKernel(ArrayKernel):
    """f(x[i], out[i], scratch) for every row i, where a row is a vector along the last axis.

    With `jacobian`, out[i] is the matrix of derivatives of every entry by every entry.
    """

    def __init__(self, module: str, name: str, *, jacobian: bool = False):
        super().__init__(module, name)
        self._jacobian = jacobian

    def _loop(self, function: Callable[..., Any]) -> Callable[..., None]:
        from numba import carray

        def rows_loop(x, out, scratch, params, rows, columns):
            source, target = carray(x, (rows, columns)), carray(out, (rows, columns))
            notes = carray(scratch, (2, columns))
            for i in range(rows):
                function(source[i], target[i], notes)

        def matrices_loop(x, out, scratch, params, rows, columns):
            source, target = carray(x, (rows, columns)), carray(out, (rows, columns, columns))
            notes = carray(scratch, (2, columns))
            for i in range(rows):
                function(source[i], target[i], notes)

        return matrices_loop if self._jacobian else rows_loop

    def _columns(self, x: np.ndarray) -> int:
        return x.shape[-1]

    def _scratch(self, columns: int, dtype: np.dtype) -> np.ndarray:
        return np.empty(2 * columns, dtype)

    def _shape(self, x: np.ndarray) -> tuple[int, ...]:
        if x.ndim == 0:
            raise ValueError(f"{self.name} takes vectors, not a single number")
        return (*x.shape, x.shape[-1]) if self._jacobian else x.shape
