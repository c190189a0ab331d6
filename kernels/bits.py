"""Powers of two read off the bits of numbers, in ways that vectorise."""

from llvmlite import ir
from numba import types
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


@intrinsic
def nearest_integer(_context, x):
    """x, rounded to an integer; what is halfway, to the even one."""

    def generate(_context, builder, _signature, args):
        kind = args[0].type
        function = builder.module.declare_intrinsic("llvm.rint", [kind], ir.FunctionType(kind, [kind]))
        return builder.call(function, args)

    return x(x), generate


ROW = 16  # powers of two in a row


@intrinsic
def power_row(_context, x, first):
    """The greatest row with 2^(ROW·row) ≤ |x|·2^(ROW·first), or 0, and x·2^(ROW·(first − row)); first = 0 or more."""

    def generate(context, builder, signature, args):
        bits = builder.bitcast(args[0], BITS)
        exponent = builder.and_(builder.lshr(bits, BITS(FRACTION)), BITS(0x7FF))
        exponent = builder.add(exponent, builder.mul(args[1], BITS(ROW)))
        is_small = builder.icmp_unsigned("<", exponent, BITS(1023))
        row = builder.lshr(builder.sub(builder.select(is_small, BITS(1023), exponent), BITS(1023)), BITS(4))
        steps = builder.shl(builder.sub(args[1], row), BITS(FRACTION + 4))
        return context.make_tuple(
            builder, signature.return_type, [row, builder.bitcast(builder.add(bits, steps), args[0].type)]
        )

    return types.Tuple((types.uint64, x))(x, types.uint64), generate
