"""How many floating-point operations a call of a kernel does: counted while it runs.

A second form of the kernel's LLVM code, after all optimisation, counts in each block how many numbers it adds,
multiplies or divides, vectors by their lanes. So this is the work that the machine does, not what a formula asks for:
every step of an exponential, and both sides where a vector chooses. A fused multiply-add is two operations, a division
or a square root is one; comparisons, conversions, signs and integers are none.
"""

import ctypes
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from functools import cache as once
from typing import Any, NamedTuple

import llvmlite.binding as llvm
import numpy as np

from dlc.kernels import cache, native
from dlc.kernels.lift import CompiledKernel
from dlc.kernels.native import ARRAYS, INTEGERS, Loop

KINDS = {"float": "float32", "double": "float64"}
NUMBERS = r"(?:<(?P<lanes>\d+) x )?(?P<kind>float|double)>?"
ARITHMETIC = re.compile(rf"= (?:f(?:add|sub|mul|div|rem)) (?:[a-z]+ )*{NUMBERS}")
CALLED = re.compile(
    rf"call (?:[a-z]+ )*{NUMBERS} @(?:llvm\.)?(?P<name>fma|fmuladd|sqrt|vector\.reduce\.f(?:add|mul))f?"
    r"(?:\.(?:v(?P<many>\d+))?|\()"
)
WORTH = {"fma": 2, "fmuladd": 2, "sqrt": 1, "vector.reduce.fadd": 1, "vector.reduce.fmul": 1}
# Functions of mathematics that are no instructions: what they do inside is not seen.
OUTSIDE = re.compile(
    r"call [^@]*@(?:llvm\.|numba_|__svml_)?(?P<name>exp|expm1|exp2|log|log1p|log2|log10|pow|powi|sin|cos|tan|asin|acos|"
    r"atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|erf|erfc|gamma|tgamma|lgamma|cbrt|hypot)f?\d*(?:\.[\w.]+|_ha)?\("
)
LABEL = re.compile(r'^(?:[\w.$-]+|"[^"]*"):')
TERMINATORS = ("br ", "switch ", "ret ", "unreachable", "resume ", "indirectbr ", "invoke ")


class Flops(NamedTuple):
    """Operations of one call by type, and the functions it called whose operations were not seen."""

    float32: int
    float64: int
    unseen: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Those of both types."""
        return self.float32 + self.float64


def flops_of(line: str) -> tuple[str, int]:
    """Type and number of the operations in a line of LLVM's code."""
    if found := ARITHMETIC.search(line):
        return KINDS[found["kind"]], int(found["lanes"] or 1)
    if found := CALLED.search(line):
        return KINDS[found["kind"]], int(found["lanes"] or found["many"] or 1) * WORTH[found["name"]]
    return "", 0


_counters = {kind: ctypes.c_int64() for kind in KINDS.values()}


def with_counters(code: str) -> str:
    """LLVM's CODE, which adds up its operations by type."""
    lines: list[str] = []
    found: Counter[str] = Counter()
    names, inside = 0, False
    for line in code.splitlines():
        text = line.strip()
        if line.startswith("define "):
            inside, found = True, Counter()
        elif line.startswith("}"):
            inside = False
        elif inside and LABEL.match(line):
            found = Counter()
        elif inside:
            kind, count = flops_of(text)
            if count:
                found[kind] += count
            if text.startswith(TERMINATORS) or re.match(r"%\S+ = invoke ", text):
                for kind, count in found.items():
                    names += 1
                    place = f"ptr inttoptr (i64 {ctypes.addressof(_counters[kind])} to ptr)"
                    lines += [
                        f"  %dlc.{names}.before = load i64, {place}",
                        f"  %dlc.{names}.after = add i64 %dlc.{names}.before, {count}",
                        f"  store i64 %dlc.{names}.after, {place}",
                    ]
                found = Counter()
        lines.append(line)
    return "\n".join(lines)


def _unseen(code: str) -> tuple[str, ...]:
    return tuple(sorted({found["name"] for found in OUTSIDE.finditer(code)}))


@once
def _counting_loop(kernel: CompiledKernel, kind: str) -> tuple[Loop, str]:
    """The loop of a kernel with counters, and its code."""
    from numba import types

    from dlc.kernels.compiler import whole

    native._interleave_loops()
    numbers = {name: getattr(types, kind) for name in ARRAYS}
    numbers |= {"scratch": getattr(types, kernel.scratch or kind), "params": types.float64}
    arguments = (*(types.CPointer(each) for each in numbers.values()), *[types.intp] * len(INTEGERS))
    symbol = f"flops_of_{kernel.name}_{kind}"
    module = whole(kernel._loop(kind), arguments, kernel._part(kind), symbol)
    counting = llvm.parse_assembly(with_counters(str(module)))
    address = native._load(native._machine().emit_object(counting), symbol)
    return native._built_in(address, symbol), str(module)


@once
def _counting_dispatcher(dispatcher: Any) -> tuple[Callable[..., Any], Callable[[], str]]:
    """What Numba compiles on its first call, with counters, and its code."""
    import numba
    from numba.core.codegen import JITCodeLibrary
    from numba.core.compiler import CompilerBase, DefaultPassBuilder

    class Library(JITCodeLibrary):
        def _optimize_final_module(self) -> None:
            super()._optimize_final_module()
            self._final_module: Any = llvm.parse_assembly(with_counters(str(self._final_module)))

    class Compiler(CompilerBase):
        def define_pipelines(self) -> list[Any]:
            state = self.state
            state.library = Library(state.targetctx.codegen(), state.func_id.func_qualname)
            return [DefaultPassBuilder.define_nopython_pipeline(state)]

    twin = numba.jit(**dispatcher.targetoptions | {"pipeline_class": Compiler})(dispatcher.py_func)
    return twin, lambda: "\n".join(twin.inspect_llvm().values())


def count(function: Callable[..., Any], *args: Any, **options: Any) -> Flops:
    """The operations of one call, which is made, on one thread. Raises TypeError for what is no compiled kernel."""
    if isinstance(function, CompiledKernel):
        return _of_kernel(function, args, options)
    if hasattr(function, "py_func"):
        twin, code = _counting_dispatcher(function)
        return _during(twin, code, args, options)
    raise TypeError(f"{getattr(function, '__name__', function)} is not one compiled kernel")


def _during(function: Callable[..., Any], code: Callable[[], str], args: Any, options: Any) -> Flops:
    for counter in _counters.values():
        counter.value = 0
    function(*args, **options)
    counts = {kind: counter.value for kind, counter in _counters.items()}
    return Flops(**counts, unseen=_unseen(code()))


def _of_kernel(kernel: CompiledKernel, args: Any, options: Any) -> Flops:
    """As it was counted before for the same inputs, if it was."""
    folder = cache.folder()
    file = None if folder is None else folder / f"{_digest(kernel, args, options)}.flops"
    with suppress(OSError, ValueError, TypeError):
        if file is not None:
            float32, float64, unseen = json.loads(file.read_text())
            return Flops(int(float32), int(float64), tuple(unseen))
    dtype = args[0].dtype
    loop, code = _counting_loop(kernel, dtype.name)
    twin: Any = copy(kernel)
    twin._loops = {dtype: loop}
    found = _during(twin, lambda: code, args, options | {"threads": 1})
    if file is not None:
        with suppress(OSError):
            cache.write_whole(file, json.dumps(found).encode())
    return found


def _digest(kernel: CompiledKernel, args: Any, options: Any) -> str:
    """A name for a call: numbers of what is given by position, and forms of the rest, which is written into."""
    digest = hashlib.blake2b(repr((kernel.prefix, *kernel.origin)).encode(), digest_size=16)
    for each in args:
        digest.update(repr(getattr(each, "shape", each)).encode() + str(getattr(each, "dtype", "")).encode())
        if isinstance(each, np.ndarray):
            digest.update(np.ascontiguousarray(each).data)
    for name, each in sorted(options.items()):
        if name != "threads":
            digest.update(f"{name}={getattr(each, 'shape', each)}".encode())
    return digest.hexdigest()
