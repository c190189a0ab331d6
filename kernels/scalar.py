"""Scalar kernels: one body, compiled into its callers in float64 and in float32."""

from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any, TypeVar

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, register_jitable

from dlc.kernels import single as single_constants
from dlc.kernels.jit import STRICT

Function = TypeVar("Function", bound=Callable[..., Any])

# Part of its callers, a scalar kernel needs no entry of its own from C or Python: a quarter less time to compile.
inlined = register_jitable(forceinline=True, no_cfunc_wrapper=True, no_cpython_wrapper=True, **STRICT)


def scalar(function: Function) -> Function:
    """Make FUNCTION part of any kernel that calls it; `function.float32_twin` is its twin in float32.

    The twin has the same body. Its literals are float32, the scalar functions it calls are their twins, and its
    constants are those of dlc.kernels.single. Literals must be written as floats: an integer would widen float32.
    """
    twin = _narrowed(function)
    function.float32_twin = inlined(twin)  # type: ignore[attr-defined]
    return inlined(function)


def _narrowed(function: Any) -> Any:
    namespace = {name: getattr(value, "float32_twin", value) for name, value in function.__globals__.items()}
    namespace.update({name: _narrow(value) for name, value in vars(single_constants).items() if name.isupper()})
    code: CodeType = function.__code__
    name = f"{code.co_name}_single"
    code = code.replace(co_consts=tuple(map(_narrow, code.co_consts)), co_name=name, co_qualname=name)
    return FunctionType(code, namespace, name, function.__defaults__)


def _narrow(value: Any) -> Any:
    if isinstance(value, float):
        return np.float32(value)
    return tuple(map(_narrow, value)) if isinstance(value, tuple) else value


def _llvm(name: str, kind: Any, arity: int) -> tuple[Any, Any]:
    """Signature and code of LLVM's intrinsic function NAME for numbers of one KIND."""

    def generate(context, builder, signature, args):
        number = context.get_value_type(signature.return_type)
        function = builder.module.declare_intrinsic(name, [number], ir.FunctionType(number, [number] * arity))
        return builder.call(function, args)

    return kind(*[kind] * arity), generate


@intrinsic
def fma(_context, x, y, z):
    """x·y + z, rounded once."""
    return _llvm("llvm.fma", x, 3)


@intrinsic
def with_sign(_context, x, y):
    """|x| with the sign of y; zeros have one too."""
    return _llvm("llvm.copysign", x, 2)


@intrinsic
def power(_context, shifted):
    """2ᵏ for shifted = k + SHIFT, where 2ᵏ is a normal number or infinite."""

    def generate(_context, builder, _signature, args):
        bits, fraction, bias = (32, 23, 127) if shifted == types.float32 else (64, 52, 1023)
        kind = ir.IntType(bits)
        # SHIFT is 1.5·2^fraction, so the lowest bits of shifted are those of k; the shift to the left drops the others.
        exponent = builder.add(builder.bitcast(args[0], kind), kind(bias))
        return builder.bitcast(builder.shl(exponent, kind(fraction)), args[0].type)

    return shifted(shifted), generate
