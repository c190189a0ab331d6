"""Array kernels from scalar ones: serial loops, and the same loops on slices in parallel."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np

from dlc.kernels.jit import compiled

# Below this many elements a second thread costs more than it saves.
PARALLEL_FROM = 1 << 16


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="dlc")


def _loop(scalar: Callable[..., Any], name: str) -> Any:
    """out[i] = scalar(x[i], *params), compiled under a name (and so a cache file) of its own."""

    def loop(x, out, *params):
        for i in range(x.size):
            out[i] = scalar(x[i], *params)

    loop.__name__ = loop.__qualname__ = name
    return compiled()(loop)


class ElementwiseKernel:
    """A scalar function lifted to arrays of float32 or float64: y[i] = f(x[i], *params)."""

    def __init__(self, scalar: Callable[..., Any]):
        self.name = scalar.__name__
        self._loops = {
            np.dtype(np.float64): _loop(scalar, f"{self.name}_float64"),
            np.dtype(np.float32): _loop(scalar.single, f"{self.name}_float32"),  # type: ignore[attr-defined]
        }

    def __call__(self, x: np.ndarray, *params: float, out: np.ndarray | None = None, threads: int = 1) -> np.ndarray:
        """Compute f at every element of X, into OUT where given; parameters are rounded to X's type.

        THREADS above 1 splits large arrays; the bits do not depend on it. Raises TypeError for other types than
        float32 and float64, ValueError for an OUT of another shape or type, or one that is not contiguous.
        """
        loop = self._loops.get(x.dtype)
        if loop is None:
            raise TypeError(f"{self.name} takes float32 or float64, not {x.dtype}")
        if out is None:
            out = np.empty(x.shape, x.dtype)
        elif out.shape != x.shape or out.dtype != x.dtype or not out.flags.c_contiguous:
            raise ValueError(f"out must be a contiguous {x.dtype} array of shape {x.shape}")
        source, target = np.ascontiguousarray(x).reshape(-1), out.reshape(-1)
        rounded = tuple(x.dtype.type(value) for value in params)
        if threads < 2 or source.size < PARALLEL_FROM:
            loop(source, target, *rounded)
        else:
            work = [_pool(threads).submit(loop, source[s], target[s], *rounded) for s in _slices(source.size, threads)]
            for part in work:
                part.result()
        return out


def _slices(size: int, parts: int) -> Iterator[slice]:
    """PARTS contiguous slices; each starts at a multiple of 64 elements, so that no cache line is shared."""
    step = -(-size // parts // 64) * 64
    return (slice(start, start + step) for start in range(0, size, step))


def available_threads() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
