"""Array kernels from scalar and vector ones: serial loops, and the same loops on slices in parallel."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from dlc.kernels.native import native

# Below this many numbers a second thread costs more than it saves.
PARALLEL_FROM = 1 << 16
TYPES = ("float32", "float64")


def available_threads() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="dlc")


def _slices(size: int, parts: int) -> Iterator[slice]:
    """At most PARTS contiguous slices; each starts at a multiple of 64, so that no cache line is shared."""
    step = -(-size // parts // 64) * 64
    return (slice(start, start + step) for start in range(0, size, step))


class ArrayKernel:
    """A function of dlc.kernels lifted to arrays of float32 or float64; compiled, or loaded, on its first use.

    Subclasses say what the loop is, and how arrays are laid out for it.
    """

    def __init__(self, module: str, name: str, params: int = 0):
        self.name = name
        self._module = module
        self._params = params
        self._loops: dict[str, Any] = {}

    def compile(self, kind: str) -> None:
        """Load the loop for numbers of type KIND, compiling it if it was never compiled before."""
        if kind not in self._loops:
            self._loops[kind] = native(self.name, kind, lambda: self._loop(self._function(kind)))

    def _function(self, kind: str) -> Callable[..., Any]:
        function = getattr(import_module(f"dlc.kernels.{self._module}"), self.name)
        return function if kind == "float64" else function.float32_twin

    def _loop(self, function: Callable[..., Any]) -> Callable[..., None]:
        """loop(x, out, scratch, params, rows, columns), with pointers to numbers."""
        raise NotImplementedError

    def _rows(self, x: np.ndarray) -> np.ndarray:
        """X as rows of numbers."""
        raise NotImplementedError

    def _scratch(self, columns: int) -> int:
        """How many numbers a loop needs to note down."""
        return 0

    def _shape(self, x: np.ndarray) -> tuple[int, ...]:
        """The shape of the result."""
        return x.shape

    def __call__(self, x: np.ndarray, *params: float, out: np.ndarray | None = None, threads: int = 1) -> np.ndarray:
        """Compute the function of X, into OUT where given; parameters are rounded to X's type.

        THREADS above 1 splits large arrays; the bits do not depend on it. Raises TypeError for other types than
        float32 and float64 or another number of parameters, ValueError for an OUT of another shape or type, or one
        that is not contiguous.
        """
        kind = x.dtype.name
        if kind not in TYPES:
            raise TypeError(f"{self.name} takes float32 or float64, not {kind}")
        if len(params) != self._params:
            raise TypeError(f"{self.name} takes {self._params} parameters, not {len(params)}")
        shape = self._shape(x)
        if out is None:
            out = np.empty(shape, x.dtype)
        elif out.shape != shape or out.dtype != x.dtype or not out.flags.c_contiguous:
            raise ValueError(f"out must be a contiguous {kind} array of shape {shape}")
        if x.size == 0:
            return out
        self.compile(kind)
        source = self._rows(np.ascontiguousarray(x))
        target = out.reshape(len(source), -1)
        if threads < 2 or x.size < PARALLEL_FROM:
            self._run(kind, source, target, params)
            return out
        parts = [
            _pool(threads).submit(self._run, kind, source[part], target[part], params)
            for part in _slices(len(source), threads)
        ]
        for done in parts:
            done.result()
        return out

    def _run(self, kind: str, source: np.ndarray, target: np.ndarray, params: tuple[float, ...]) -> None:
        rows, columns = source.shape
        scratch = np.empty(self._scratch(columns), source.dtype)
        rounded = np.array(params, source.dtype)
        pointers = (array.ctypes.data for array in (source, target, scratch, rounded))
        self._loops[kind](*pointers, rows, columns)


class ElementwiseKernel(ArrayKernel):
    """y[i] = f(x[i], *params)."""

    def _loop(self, function: Callable[..., Any]) -> Callable[..., None]:
        from numba import carray
        from numba.np.unsafe.ndarray import to_fixed_tuple

        count = self._params

        def plain(x, out, scratch, params, rows, columns):
            source, target = carray(x, rows), carray(out, rows)
            for i in range(rows):
                target[i] = function(source[i])

        def with_params(x, out, scratch, params, rows, columns):
            source, target = carray(x, rows), carray(out, rows)
            settings = to_fixed_tuple(carray(params, count), count)
            for i in range(rows):
                target[i] = function(source[i], *settings)

        return with_params if count else plain

    def _rows(self, x: np.ndarray) -> np.ndarray:
        return x.reshape(-1, 1)


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

    def _rows(self, x: np.ndarray) -> np.ndarray:
        return x.reshape(-1, x.shape[-1])

    def _scratch(self, columns: int) -> int:
        return 2 * columns

    def _shape(self, x: np.ndarray) -> tuple[int, ...]:
        return (*x.shape, x.shape[-1]) if self._jacobian else x.shape
