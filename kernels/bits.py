"""Powers of two read off the bits of numbers, in ways that vectorise."""

from llvmlite import ir
from numba.extending import intrinsic

BITS = ir.IntType(64)
FRACTION = 52
ROOT_HALF = 0x3FE6A09E667F3BCD  # the bits of √½
ONE = 0x3FF0000000000000  # the bits of 1
HUGE = 0x4330000000000000  # the bits of 2⁵²; or-ed with a small integer, those of 2⁵² and the integer


def _above_root_half(builder, x):
    """The bits of x less those of √½, and those of 1 more: its exponent is k for x = m·2ᵏ, √½ ≤ m < √2."""
    return builder.add(builder.bitcast(x, BITS), BITS(ONE - ROOT_HALF))


@intrinsic
def binary_exponent(_context, x):
    """k of x = m·2ᵏ, √½ ≤ m < √2, for a positive normal x."""

    def generate(_context, builder, _signature, args):
        k = builder.lshr(_above_root_half(builder, args[0]), BITS(FRACTION))
        number = builder.bitcast(builder.or_(k, BITS(HUGE)), args[0].type)
        return builder.fsub(number, args[0].type(2.0**FRACTION + 1023.0))

    return x(x), generate


@intrinsic
def mantissa(_context, x):
    """m of x = m·2ᵏ, √½ ≤ m < √2, for a positive normal x."""

    def generate(_context, builder, _signature, args):
        fraction = builder.and_(_above_root_half(builder, args[0]), BITS(2**FRACTION - 1))
        return builder.bitcast(builder.add(fraction, BITS(ROOT_HALF)), args[0].type)

    return x(x), generate
