"""How far a float32 number is from the truth, where a float64 number stands for the truth; it vectorises."""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from dlc.kernels.scalar import inlined

FRACTION_BITS = 23
LEAST_NORMAL = 2.0**-126
GREATEST_POWER = 2.0**127
OVERFLOW = 2.0**128  # what an infinite float32 counts as
EXPONENT_FIELD = 0x7FF0_0000_0000_0000
TWICE_BIAS = 2046 << 52


def _bitcast(source: Any, target: Any, kind: ir.Type) -> tuple[Any, Any]:
    """Signature and code of reading the bits of SOURCE as a TARGET."""
    return target(source), lambda _context, builder, _signature, args: builder.bitcast(args[0], kind)


@intrinsic
def as_float32(_context, bits):
    """The float32 number with these 32 bits."""
    return _bitcast(bits, types.float32, ir.FloatType())


@intrinsic
def as_int32(_context, number):
    """The bits of a float32 number."""
    return _bitcast(number, types.int32, ir.IntType(32))


@intrinsic
def as_float64(_context, bits):
    """The float64 number with these 64 bits."""
    return _bitcast(bits, types.float64, ir.DoubleType())


@intrinsic
def as_int64(_context, number):
    """The bits of a float64 number."""
    return _bitcast(number, types.int64, ir.IntType(64))


@inlined
def limited(x):
    """x between −2¹²⁸ and 2¹²⁸; nan stays."""
    x = -OVERFLOW if x < -OVERFLOW else x
    return OVERFLOW if x > OVERFLOW else x


@inlined
def error_in_ulp(value, true):
    """|value − true| in float32 units of the true number, as in dlc.reference.ulp.ulps; infinite where one is nan."""
    exact, there = limited(true), limited(np.float64(value))
    size = abs(exact)
    size = LEAST_NORMAL if size < LEAST_NORMAL else size
    size = GREATEST_POWER if size > GREATEST_POWER else size
    inverse = as_float64(TWICE_BIAS - (as_int64(size) & EXPONENT_FIELD))  # 2^-e for 2^e ≤ size < 2^(e + 1)
    error = abs(there - exact) * inverse * 2.0**FRACTION_BITS
    is_nan = error != error
    agreed = 0.0 if (value != value) & (true != true) else np.inf
    return np.float32(agreed if is_nan else error)
