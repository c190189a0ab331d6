"""Activations and losses as parts of a network: compiled once each, and called by their addresses.

So one compiled network serves every chain of them: N layers and M activations are compiled N + M times, not N * M.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import FunctionType
from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, types
from numba.extending import intrinsic

from dlc.kernels.jit import compiled
from dlc.kernels.lanes import named
from dlc.kernels.lift import lifted, settings_for
from dlc.kernels.numbers import exact, rounded
from dlc.kernels.rows import NOTES
from dlc.kernels.scalar import inlined

# What an activation is asked for: values, with derivatives if it has one for each; or those behind it times its own.
VALUES, PRODUCTS = 0, 1


@intrinsic
def call_part(_context, address, a, b, c, d, rows, columns, width, what):
    """Call a part: addresses of a, b and c, which have numbers of its type, and of d, which are float64; integers."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        word = ir.IntType(64)
        kind = ir.FunctionType(ir.VoidType(), [word] * 8)
        builder.call(builder.inttoptr(args[0], kind.as_pointer()), args[1:])
        return _context.get_dummy_value()

    return types.none(*[types.int64] * 9), generate


def _signature(kind: str) -> Any:
    number = types.CPointer(getattr(types, kind))
    return types.void(number, number, number, types.CPointer(types.float64), *[types.int64] * 4)


def _part(pattern: Callable[..., None], name: str, kind: str, **own: Any) -> int:
    """The address of a part, compiled: a PATTERN with functions of its OWN in the place of global names.

    In a closure they would be in Numba's key, which is another one in each process where intrinsics are among them.
    """
    made = named(FunctionType(pattern.__code__, {**globals(), **own}), f"{name}_{kind}_part")
    signature = _signature(kind)
    dispatcher = compiled(signature)(made)
    _kept.append(dispatcher)
    result = dispatcher.get_compile_result(signature)
    return int(result.library.get_pointer_to_function(result.fndesc.llvm_cfunc_wrapper_name))


_kept: list[Any] = []  # machine code lives as long as its dispatcher


def _found(module: str, name: str, kind: str) -> Any:
    function = getattr(import_module(f"dlc.kernels.{module}"), name)
    return function if kind == "float64" else function.float32_twin


def unfilled(*_args: Any) -> Any:
    """Stands in a pattern for what each part has of its own."""
    raise NotImplementedError


value = slope = product = both = apply = settings_of = numbered = unfilled


def _numbers(x, y, d, params, rows, columns, width, what):
    source, target, slopes = carray(x, rows * columns), carray(y, rows * columns), carray(d, rows * columns)
    settings = numbered(settings_of(params))
    for i in range(rows * columns):
        target[i] = value(source[i], settings)
    for i in range(rows * columns):
        slopes[i] = slope(source[i], settings)


def _rows(x, y, d, params, rows, columns, width, what):
    source, behind = carray(x, (rows, columns)), carray(y, (rows, width))
    notes, settings = np.empty((NOTES, columns)), settings_of(params)
    if what == PRODUCTS:
        before = carray(d, (rows, columns))
        for i in range(rows):
            product(source[i], behind[i], before[i], notes, i, *numbered(settings))
    else:
        for i in range(rows):
            value(source[i], behind[i], notes, i, *numbered(settings))


def _losses_of_numbers(p, t, gradient, numbers, rows, columns, width, length):
    count = rows * columns
    predictions, targets, slopes = carray(p, count), carray(t, count), carray(gradient, count)
    settings = numbered(settings_of(numbers))[1:]
    total = 0.0
    for i in range(count):
        loss, derivative = both(predictions[i], targets[i], settings)
        total += loss
        slopes[i] = derivative / count
    carray(numbers, 1)[0] = total / count


def _losses_of_rows(p, t, gradient, numbers, rows, columns, width, length):
    predictions, slopes = carray(p, (rows, columns)), carray(gradient, (rows, columns))
    targets, notes, settings = carray(t, (rows, width)), np.empty((NOTES, length)), settings_of(numbers)[1:]
    total = 0.0
    for i in range(rows):
        total += apply(predictions[i], targets[i], slopes[i], notes, *settings)
        for j in range(columns):
            slopes[i, j] /= rows
    carray(numbers, 1)[0] = total / rows


@cache
def elementwise(module: str, name: str, params: int, kind: str) -> int:
    """y = f(x) and d = f'(x) of each number, as a part (x, y, d, params)."""
    value, slope = (lifted(_found(module, each, kind), kind) for each in (name, f"{name}_grad"))
    settings_of, numbered = settings_for(params, kind)
    own = {"value": value, "slope": slope, "settings_of": settings_of, "numbered": numbered}
    return _part(_numbers, f"{module}_{name}", kind, **own)


@cache
def rowwise(module: str, name: str, params: int, kind: str) -> int:
    """A function of each row, as a part: (x, y, -, params) for values, (x, derivatives behind, before, params)."""
    value, product = (_found(module, each, kind) for each in (name, f"{name}_vjp"))
    settings_of, numbered = settings_for(params, kind)
    own = {"value": value, "product": product, "settings_of": settings_of, "numbered": numbered}
    return _part(_rows, f"{module}_{name}_rows", kind, **own)


@cache
def loss_of_numbers(module: str, name: str, params: int, kind: str) -> int:
    """A loss of each number, as a part: (p, t, gradient, numbers); numbers = mean, params."""
    value, slope = (_found(module, each, kind) for each in (name, f"{name}_grad"))
    settings_of, numbered = settings_for(params + 1, kind)

    def single(p, t, settings):
        p, t = np.float64(p), np.float64(t)
        return value(p, t, *settings), slope(p, t, *settings)

    def double(p, t, settings):
        p, t = exact(p), exact(t)
        return rounded(value(p, t, *settings)), rounded(slope(p, t, *settings))

    both = inlined(double if kind == "float64" else single)
    own = {"both": both, "settings_of": settings_of, "numbered": numbered}
    return _part(_losses_of_numbers, f"{module}_{name}_loss", kind, **own)


@cache
def loss_of_rows(module: str, name: str, params: int, kind: str) -> int:
    """A loss of each row, as a part like those of numbers; LENGTH is that of a note."""
    settings_of, _ = settings_for(params + 1, kind)
    own = {"apply": _found(module, name, "float64"), "settings_of": settings_of}
    return _part(_losses_of_rows, f"{module}_{name}_row_loss", kind, **own)
