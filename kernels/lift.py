"""Array kernels from scalar and vector ones: serial loops, and the same loops on slices in parallel."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from dlc.kernels.native import Loop, native

if TYPE_CHECKING:
    from dlc.kernels.compiler import Part

# Below this many numbers, or seconds, a second thread costs more than it saves.
PARALLEL_FROM = 1 << 16
WORTH_WAKING = 4e-4
# Results of this many bytes would only push other data out of the caches, and are written past them.
STREAM_FROM = 1 << 24
# Numbers computed at a time where the result cannot be written at once; their bytes stay in the innermost cache.
BLOCK = 1 << 10
FLOAT32, FLOAT64 = TYPES = np.dtype(np.float32), np.dtype(np.float64)


def available_threads() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def pool(threads: int) -> ThreadPoolExecutor:
    """The threads that take parts of large arrays."""
    return ThreadPoolExecutor(threads, thread_name_prefix="dlc")


def _overlap(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays may share memory; two that own theirs do not, which is quickly seen."""
    return a is b or ((a.base is not None or b.base is not None) and np.may_share_memory(a, b))


class CompiledKernel:
    """A function of dlc.kernels in a loop over float32 or float64; compiled, or loaded, on its first use."""

    prefix = ""  # of the names under which loops of another form are kept
    scratch: str | None = None  # type of the numbers in scratch, where it is not that of the array

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
            f"{self.prefix}{self._module}.{self.name}",
            kind,
            lambda: self._loop(kind),
            self.scratch,
            lambda: self._part(kind),
        )
        return loop

    def _named(self, name: str, kind: str) -> Callable[..., Any]:
        """The function of dlc.kernels of this NAME for numbers of type KIND."""
        function = getattr(import_module(f"dlc.kernels.{self._module}"), name)
        return function if kind == "float64" else function.float32_twin

    def _loop(self, kind: str) -> Loop:
        """loop(x, v, out, scratch, params, rows, columns, width, extra): pointers to numbers, and integers.

        Kernels of one form have one loop in common, with a hole.
        """
        raise NotImplementedError

    def _part(self, kind: str) -> "Part | None":
        """What fills the hole; None where there is none."""
        raise NotImplementedError


class ArrayKernel(CompiledKernel):
    """A function of dlc.kernels lifted to arrays.

    Subclasses say what the loop is, and how an array is divided into rows for it.
    """

    works_in_place = False  # whether OUT may be X itself

    def _result_shape(self, x: np.ndarray, params: tuple[float, ...]) -> tuple[int, ...]:
        return x.shape

    def _run(
        self, loop: Loop, x: np.ndarray, v: np.ndarray | None, out: np.ndarray, params: np.ndarray | None, first: int
    ) -> None:
        """Call LOOP for arrays of rows; FIRST is the number of the first one."""
        raise NotImplementedError

    def _rows(self, array: np.ndarray) -> np.ndarray:
        """ARRAY as rows that are computed one by one."""
        return array.reshape(-1)

    def __call__(
        self,
        x: np.ndarray,
        *params: float,
        v: np.ndarray | None = None,
        out: np.ndarray | None = None,
        threads: int = 1,
    ) -> np.ndarray:
        """Compute the function of X, into OUT where given; V is what a vector-Jacobian product multiplies by.

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
        shape = self._result_shape(x, params)
        if out is None:
            out = np.empty(shape, dtype)
        else:
            flags = out.flags
            if out.dtype != dtype or out.shape != shape or not (flags.c_contiguous and flags.writeable):
                raise ValueError(f"out must be a contiguous, writable {dtype.name} array of shape {shape}")
            if _overlap(x, out) and not (out is x and self.works_in_place):
                x = x.copy()
        if not x.flags.c_contiguous:
            x = np.ascontiguousarray(x)
        settings = np.array(params) if params else None
        if threads < 2 or x.size < PARALLEL_FROM:
            self._run(loop, x, v, out, settings, 0)
        else:
            self._run_in_parallel(loop, x, v, out, settings, threads)
        return out

    def _run_in_parallel(
        self,
        loop: Loop,
        x: np.ndarray,
        v: np.ndarray | None,
        out: np.ndarray,
        settings: np.ndarray | None,
        threads: int,
    ) -> None:
        source, target, weights = self._rows(x), self._rows(out), None if v is None else self._rows(v)

        def part(start: int, stop: int) -> None:
            chosen = None if weights is None else weights[start:stop]
            self._run(loop, source[start:stop], chosen, target[start:stop], settings, start)

        # How long the first sixteenth takes tells whether other threads would be awake before the rest is done.
        rows = len(source)
        begun, tried = time.perf_counter(), min(_aligned(rows / 16), rows)
        part(0, tried)
        if (time.perf_counter() - begun) * 15 < WORTH_WAKING:
            part(tried, rows)
            return
        step = _aligned((rows - tried) / threads)
        starts = range(tried + step, rows, step)
        pending = [pool(threads).submit(part, start, min(start + step, rows)) for start in starts]
        part(tried, min(tried + step, rows))  # by the caller itself
        for done in pending:
            done.result()


def _aligned(rows: float) -> int:
    """At least so many rows, a multiple of 64: parts that begin at one share no cache line."""
    return -(-int(rows) // 64) * 64 or 64


@cache
def settings_for(count: int, kind: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """For use in loops: settings_of(pointer to COUNT float64), and numbered(settings): what functions take."""
    from numba import carray
    from numba.np.unsafe.ndarray import to_fixed_tuple

    from dlc.kernels.numbers import exact_tuple
    from dlc.kernels.scalar import inlined

    def settings_of(params):
        return to_fixed_tuple(carray(params, count), count)

    def nothing(params):
        return ()

    def plain(settings):
        return settings

    def paired(settings):
        return exact_tuple(settings)

    return inlined(settings_of if count else nothing), inlined(paired if count and kind == "float64" else plain)


def settings_type(count: int, kind: str) -> Any:
    """The type of COUNT numbered settings."""
    from numba import types

    from dlc.kernels.numbers import EXACT

    return types.Tuple.from_types([EXACT if kind == "float64" else types.float64] * count)


def lifted(function: Callable[..., Any], kind: str) -> Callable[..., Any]:
    """For use in loops over numbers of type KIND: apply(x, settings)."""
    from dlc.kernels.numbers import exact, rounded
    from dlc.kernels.scalar import inlined

    def single(x, settings):
        return np.float32(function(np.float64(x), *settings))

    def double(x, settings):
        return rounded(function(exact(x), *settings))

    return inlined(double if kind == "float64" else single)


def _signature(count: int, kind: str) -> Any:
    """That of a lifted function."""
    from numba import types

    number = getattr(types, kind)
    return number(number, settings_type(count, kind))


@cache
def _elementwise_loop(count: int, kind: str) -> Loop:
    from numba import carray

    from dlc.kernels.compiler import hole
    from dlc.kernels.stream import wait_for_writes, write_past_caches

    apply = hole(_signature(count, kind))
    settings_of, numbered = settings_for(count, kind)

    def loop(x, v, out, scratch, params, rows, columns, width, streams):
        source, target, settings = carray(x, rows), carray(out, rows), numbered(settings_of(params))
        step = BLOCK if streams else max(rows, 1)
        for start in range(0, rows, step):
            count = min(step, rows - start)
            # Slices: LLVM loads vectors only where it knows that no index is negative.
            given = source[start : start + count]
            part = carray(scratch, BLOCK) if streams else target[start : start + count]
            for i in range(count):
                part[i] = apply(given[i], settings)
            if streams:
                write_past_caches(target[start : start + count], part)
        if streams:
            wait_for_writes()

    return loop


class ElementwiseKernel(ArrayKernel):
    """y[i] = f(x[i], *params)."""

    works_in_place = True

    def _loop(self, kind: str) -> Loop:
        return _elementwise_loop(self._params, kind)

    def _part(self, kind: str) -> "Part | None":
        from dlc.kernels.compiler import Part

        return Part(lifted(self._named(self.name, kind), kind), _signature(self._params, kind))

    def _run(
        self, loop: Loop, x: np.ndarray, v: np.ndarray | None, out: np.ndarray, params: np.ndarray | None, first: int
    ) -> None:
        # In place, too, a block at a time: a loop that reads what it writes is not vectorised.
        streams = out.nbytes >= STREAM_FROM or out is x
        block = np.empty(BLOCK, out.dtype) if streams else None
        loop(x, None, out, block, params, x.size, 1, 1, streams)
