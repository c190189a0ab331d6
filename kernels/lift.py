"""Array kernels from scalar and vector ones: serial loops, and the same loops on slices in parallel."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np

from dlc.kernels.jit import compiled

# Below this many numbers a second thread costs more than it saves.
PARALLEL_FROM = 1 << 16


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
    """A function lifted to arrays of float32 or float64, one compiled loop for each type.

    Subclasses say what the loop is, and how arrays are laid out for it.
    """

    def __init__(self, function: Callable[..., Any], name: str = ""):
        self.name = name or function.__name__
        twins = {"float64": function, "float32": function.float32_twin}  # type: ignore[attr-defined]
        self._loops = {np.dtype(kind): self._compiled(twin, kind) for kind, twin in twins.items()}

    def _compiled(self, function: Callable[..., Any], kind: str) -> Any:
        loop = self._loop(function)
        loop.__name__ = loop.__qualname__ = f"{self.name}_{kind}"  # a cache file of its own
        return compiled()(loop)

    def _loop(self, function: Callable[..., Any]) -> Callable[..., None]:
        raise NotImplementedError

    def _rows(self, x: np.ndarray) -> np.ndarray:
        """X in the form whose first axis the loop runs over."""
        raise NotImplementedError

    def _shape(self, x: np.ndarray) -> tuple[int, ...]:
        """The shape of the result."""
        return x.shape

    def __call__(self, x: np.ndarray, *params: float, out: np.ndarray | None = None, threads: int = 1) -> np.ndarray:
        """Compute the function of X, into OUT where given; parameters are rounded to X's type.

        THREADS above 1 splits large arrays; the bits do not depend on it. Raises TypeError for other types than
        float32 and float64, ValueError for an OUT of another shape or type, or one that is not contiguous.
        """
        loop = self._loops.get(x.dtype)
        if loop is None:
            raise TypeError(f"{self.name} takes float32 or float64, not {x.dtype}")
        shape = self._shape(x)
        if out is None:
            out = np.empty(shape, x.dtype)
        elif out.shape != shape or out.dtype != x.dtype or not out.flags.c_contiguous:
            raise ValueError(f"out must be a contiguous {x.dtype} array of shape {shape}")
        if x.size == 0:
            return out
        source = self._rows(np.ascontiguousarray(x))
        target = out.reshape(len(source), *shape[x.ndim - source.ndim + 1 :])
        rounded = tuple(x.dtype.type(value) for value in params)
        if threads < 2 or x.size < PARALLEL_FROM:
            loop(source, target, *rounded)
            return out
        parts = [
            _pool(threads).submit(loop, source[part], target[part], *rounded) for part in _slices(len(source), threads)
        ]
        for done in parts:
            done.result()
        return out


class ElementwiseKernel(ArrayKernel):
    """y[i] = f(x[i], *params)."""

    def _loop(self, function: Callable[..., Any]) -> Callable[..., None]:
        def loop(x, out, *params):
            for i in range(x.size):
                out[i] = function(x[i], *params)

        return loop

    def _rows(self, x: np.ndarray) -> np.ndarray:
        return x.reshape(-1)


class RowwiseKernel(ArrayKernel):
    """f(x[i], out[i]) for every row i, where a row is a vector along the last axis; `jacobian`: out[i] is a matrix."""

    def __init__(self, function: Callable[..., Any], name: str = "", *, jacobian: bool = False):
        self._jacobian = jacobian
        super().__init__(function, name)

    def _loop(self, function: Callable[..., Any]) -> Callable[..., None]:
        def loop(x, out):
            for i in range(x.shape[0]):
                function(x[i], out[i])

        return loop

    def _rows(self, x: np.ndarray) -> np.ndarray:
        return x.reshape(-1, x.shape[-1])

    def _shape(self, x: np.ndarray) -> tuple[int, ...]:
        return (*x.shape, x.shape[-1]) if self._jacobian else x.shape
