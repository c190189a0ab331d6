"""Scalar kernels: one body, compiled into its callers over pairs for float64 arrays and over float64 for float32."""

from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any, TypeVar

from llvmlite import ir
from numba.extending import intrinsic, register_jitable

from dlc.kernels import single as single_constants
from dlc.kernels.compiler import PART

Function = TypeVar("Function", bound=Callable[..., Any])

inlined = register_jitable(**PART)


def scalar(function: Function) -> Function:
    """Make FUNCTION part of any kernel that calls it; `function.float32_twin` is what float32 kernels call.

    The twin has the same body over plain float64: the functions it calls are their twins, and its constants those of
    dlc.kernels.single.
    """
    return twins(_narrowed(function))(function)


def twins(light: Callable[..., Any]) -> Callable[[Function], Function]:
    """Enter the decorated function, over pairs, with LIGHT, a function over float64, as its twin."""

    def enter(function: Function) -> Function:
        function.float32_twin = inlined(light)  # type: ignore[attr-defined]
        return inlined(function)

    return enter


def _narrowed(function: Any) -> Any:
    namespace = {name: getattr(value, "float32_twin", value) for name, value in function.__globals__.items()}
    namespace.update({name: value for name, value in vars(single_constants).items() if name.isupper()})
    code: CodeType = function.__code__
    name = f"{code.co_name}_single"
    code = code.replace(co_name=name, co_qualname=name)
    return FunctionType(code, namespace, name, function.__defaults__)


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
        kind = ir.IntType(64)
        # SHIFT is 1.5·2^52, so the lowest bits of shifted are those of k; the shift to the left drops the others.
        exponent = builder.add(builder.bitcast(args[0], kind), kind(1023))
        return builder.bitcast(builder.shl(exponent, kind(52)), args[0].type)

    return shifted(shifted), generate
