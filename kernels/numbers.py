"""Numbers known to more digits than one float64 holds, with the operators of numbers, for use in Numba kernels.

A kernel's formula is written once, over numbers of any kind. In float32 kernels they are plain float64. In float64
kernels they are pairs (high, low) whose exact sum is the number, good to a hundred bits, and inputs are pairs with
nothing in low. Operators between a pair and a float64 take the latter as exact, so that two float64 alone are still
rounded: constants that no float64 holds come as `number(NAME)`.
"""

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typeconv import Conversion
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, lower_cast, models, register_model

FLOAT64 = ir.DoubleType()
Part = Any  # an LLVM value, or None where the low part of an exact number would stand


class NumberType(types.Type):
    """The type of pairs; an exact one has no low part."""

    def __init__(self, name: str, *, exact: bool):
        super().__init__(name)
        self.exact = exact

    def unify(self, _context: Any, other: Any) -> Any:
        """What holds either: a pair."""
        return PAIR if is_number(other) else None

    def can_convert_from(self, _context: Any, other: Any) -> Any:
        """A pair holds an exact number and a float64."""
        return Conversion.promote if self == PAIR and is_number(other) else None

    def can_convert_to(self, _context: Any, other: Any) -> Any:
        """An exact number is a pair."""
        return Conversion.promote if other == PAIR else None


PAIR = NumberType("pair", exact=False)
EXACT = NumberType("exact", exact=True)


def is_number(kind: Any) -> bool:
    """Whether values of this type may be mixed with pairs."""
    return isinstance(kind, (NumberType, types.Float))


@register_model(NumberType)
class NumberModel(models.StructModel):
    """A structure of one or two float64."""

    def __init__(self, manager: Any, kind: NumberType):
        members = [("high", types.float64)] + ([] if kind.exact else [("low", types.float64)])
        super().__init__(manager, kind, members)


def parts(context: Any, builder: Any, kind: Any, value: Any) -> tuple[Part, Part]:
    """High and low of a number."""
    if not isinstance(kind, NumberType):
        return context.cast(builder, value, kind, types.float64), None
    structure = cgutils.create_struct_proxy(kind)(context, builder, value)
    return structure.high, None if kind.exact else structure.low


def joined(context: Any, builder: Any, high: Part, low: Part) -> Any:
    """The number of these parts."""
    structure = cgutils.create_struct_proxy(EXACT if low is None else PAIR)(context, builder)
    structure.high = high
    if low is not None:
        structure.low = low
    return structure._getvalue()


def _fma(builder: Any, x: Part, y: Part, z: Part) -> Part:
    kind = ir.FunctionType(FLOAT64, [FLOAT64] * 3)
    return builder.call(builder.module.declare_intrinsic("llvm.fma", [FLOAT64], kind), [x, y, z])


def _add(builder: Any, a: Part, a_low: Part, b: Part, b_low: Part) -> tuple[Part, Part]:
    """The exact sum of the high parts (Knuth 1969), the low parts added, and brought to order."""
    total = builder.fadd(a, b)
    shadow = builder.fsub(total, a)
    lost = builder.fadd(builder.fsub(a, builder.fsub(total, shadow)), builder.fsub(b, shadow))
    if a_low is None and b_low is None:
        return total, lost
    low = builder.fadd(a_low, b_low) if a_low and b_low else a_low or b_low
    lost = builder.fadd(lost, low)
    high = builder.fadd(total, lost)
    return high, builder.fsub(lost, builder.fsub(high, total))


def _subtract(builder: Any, a: Part, a_low: Part, b: Part, b_low: Part) -> tuple[Part, Part]:
    return _add(builder, a, a_low, builder.fneg(b), b_low and builder.fneg(b_low))


def _multiply(builder: Any, a: Part, a_low: Part, b: Part, b_low: Part) -> tuple[Part, Part]:
    high = builder.fmul(a, b)
    low = _fma(builder, a, b, builder.fneg(high))
    low = _fma(builder, a, b_low, low) if b_low else low
    return high, _fma(builder, a_low, b, low) if a_low else low


def _divide(builder: Any, a: Part, a_low: Part, b: Part, b_low: Part) -> tuple[Part, Part]:
    """One division: the rest is multiplied by the same inverse."""
    inverse = builder.fdiv(FLOAT64(1.0), b)
    high = builder.fmul(a, inverse)
    rest = _fma(builder, builder.fneg(high), b, a)
    rest = builder.fadd(rest, a_low) if a_low else rest
    rest = _fma(builder, builder.fneg(high), b_low, rest) if b_low else rest
    return high, builder.fmul(rest, inverse)


MIXTURES = ((NumberType, NumberType), (NumberType, types.Float), (types.Float, NumberType))


def _operator(symbol: Callable[..., Any], result: Any, compute: Callable[..., Any]) -> None:
    """Have SYMBOL(a, b) understand pairs: COMPUTE(context, builder, parts of a, parts of b) gives a RESULT."""

    @infer_global(symbol)
    class _Typing(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            fits = all(map(is_number, args)) and any(isinstance(kind, NumberType) for kind in args)
            return signature(result, *args) if fits else None

    def lower(context: Any, builder: Any, types_: Any, values: Any) -> Any:
        a, b = (parts(context, builder, kind, value) for kind, value in zip(types_.args, values, strict=True))
        return compute(context, builder, a, b)

    for mixture in MIXTURES:
        lower_builtin(symbol, *mixture)(lower)


def _arithmetic(symbol: Callable[..., Any], formula: Callable[..., tuple[Part, Part]]) -> None:
    _operator(symbol, PAIR, lambda context, builder, a, b: joined(context, builder, *formula(builder, *a, *b)))


def _comparison(symbol: Callable[..., Any], sign: str) -> None:
    """By the high parts: for where a formula changes, not for what lies within the last digit."""
    _operator(symbol, types.boolean, lambda context, builder, a, b: builder.fcmp_ordered(sign, a[0], b[0]))


_arithmetic(operator.add, _add)
_arithmetic(operator.sub, _subtract)
_arithmetic(operator.mul, _multiply)
_arithmetic(operator.truediv, _divide)
for _symbol, _sign in ((operator.lt, "<"), (operator.le, "<="), (operator.gt, ">"), (operator.ge, ">=")):
    _comparison(_symbol, _sign)
_comparison(operator.eq, "==")


def _unary(symbol: Callable[..., Any], formula: Callable[..., tuple[Part, Part]]) -> None:
    @infer_global(symbol)
    class _Typing(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            return signature(args[0], args[0]) if isinstance(args[0], NumberType) else None

    @lower_builtin(symbol, NumberType)
    def lower(context: Any, builder: Any, types_: Any, values: Any) -> Any:
        return joined(context, builder, *formula(builder, *parts(context, builder, types_.args[0], values[0])))


def _negative(builder: Any, high: Part, low: Part) -> tuple[Part, Part]:
    return builder.fneg(high), low and builder.fneg(low)


def _absolute(builder: Any, high: Part, low: Part) -> tuple[Part, Part]:
    size = builder.call(
        builder.module.declare_intrinsic("llvm.fabs", [FLOAT64], ir.FunctionType(FLOAT64, [FLOAT64])), [high]
    )
    if low is None:
        return size, None
    is_negative = builder.fcmp_ordered("<", high, FLOAT64(0.0))
    return size, builder.select(is_negative, builder.fneg(low), low)


_unary(operator.neg, _negative)
_unary(abs, _absolute)


@lower_cast(types.Float, NumberType)
@lower_cast(NumberType, NumberType)
def _as_pair(context: Any, builder: Any, source: Any, target: Any, value: Any) -> Any:
    if source == target:
        return value
    high, low = parts(context, builder, source, value)
    return joined(context, builder, high, FLOAT64(0.0) if low is None else low)


@intrinsic
def exact(_context, x):
    """The number that a float64 is."""
    return EXACT(x), lambda context, builder, _types, values: joined(context, builder, values[0], None)


@intrinsic
def exact_tuple(_context, values):
    """The numbers that several float64 are."""

    def generate(context, builder, signature_, arguments):
        numbers = [joined(context, builder, builder.extract_value(arguments[0], i), None) for i in range(len(values))]
        return context.make_tuple(builder, signature_.return_type, numbers)

    return types.UniTuple(EXACT, len(values))(values), generate


@intrinsic
def pair(_context, high, low):
    """The number high + low, where low is within the last digit of high."""
    return PAIR(high, low), lambda context, builder, _types, values: joined(context, builder, *values)


@intrinsic
def high(_context, x):
    """The leading float64 of a number."""

    def generate(context, builder, types_, values):
        return parts(context, builder, types_.args[0], values[0])[0]

    return types.float64(x), generate


@intrinsic
def low(_context, x):
    """What a number has beyond its leading float64."""

    def generate(context, builder, types_, values):
        rest = parts(context, builder, types_.args[0], values[0])[1]
        return FLOAT64(0.0) if rest is None else rest

    return types.float64(x), generate


@intrinsic
def rounded(_context, x):
    """The float64 nearest to a number; where it is infinite, the low part means nothing."""

    def generate(context, builder, types_, values):
        top, rest = parts(context, builder, types_.args[0], values[0])
        if rest is None:
            return top
        is_finite = builder.fcmp_ordered("==", builder.fsub(top, top), FLOAT64(0.0))
        return builder.select(is_finite, builder.fadd(top, rest), top)

    return types.float64(x), generate
