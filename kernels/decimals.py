"""Decimal numbers as float64, correctly rounded: the method of Eisel and Lemire.

Lemire 2021, Number parsing at a gigabyte per second, Software: Practice and Experience 51(8):1700. A number is w·10^q
with w below 2⁶⁴; one or two products of w and the first 128 bits of 5^q settle its 53 bits.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from dlc.kernels.scalar import inlined

LEAST_POWER, GREATEST_POWER = -342, 308
MOST_DIGITS = 19  # that always fit into 64 bits


def _first_bits(power: int) -> int:
    """The first 128 bits of 5^POWER; of a fraction, rounded up."""
    if power >= 0:
        shift = (5**power).bit_length() - 128
        return 5**power >> shift if shift > 0 else 5**power << -shift
    divisor = 5**-power
    return (1 << divisor.bit_length() + 127) // divisor + 1


def _table() -> tuple[np.ndarray, np.ndarray]:
    powers = [_first_bits(power) for power in range(LEAST_POWER, GREATEST_POWER + 1)]
    halves = [(each >> 64, each & (2**64 - 1)) for each in powers]
    high, low = np.array(halves, np.uint64).T.copy()
    return high, low


HIGH, LOW = _table()


@intrinsic
def product(_context, a, b):
    """The high and the low half of a·b, for unsigned integers of 64 bits."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        wide, narrow = ir.IntType(128), ir.IntType(64)
        full = builder.mul(*[builder.zext(each, wide) for each in args])
        high = builder.trunc(builder.lshr(full, wide(64)), narrow)
        return context.make_tuple(builder, signature.return_type, [high, builder.trunc(full, narrow)])

    return types.UniTuple(types.uint64, 2)(types.uint64, types.uint64), generate


@intrinsic
def leading_zeros(_context, x):
    """How many bits above the highest that is set, in an unsigned integer of 64 bits above 0."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.ctlz(args[0], ir.IntType(1)(1))

    return types.uint64(types.uint64), generate


@intrinsic
def float_of_bits(_context, bits):
    """The float64 of these bits."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.uint64), generate


@intrinsic
def eight_bytes(_context, data, i):
    """The bytes i to i + 7 of an array of bytes as one integer, the first lowest."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source = context.make_array(data)(context, builder, args[0])
        place = cgutils.gep_inbounds(builder, source.data, args[1])
        return builder.load(builder.bitcast(place, ir.IntType(64).as_pointer()), align=1)

    return types.uint64(data, types.intp), generate


@intrinsic
def byte_at(_context, data, i):
    """The byte i of an array of bytes; i is in it."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source = context.make_array(data)(context, builder, args[0])
        return builder.zext(builder.load(cgutils.gep_inbounds(builder, source.data, args[1])), ir.IntType(64))

    return types.intp(data, types.intp), generate


@inlined
def nearest(w, q):
    """(w·10^q as the nearest float64, whether it is certain); w and the result are normal numbers, or w is 0."""
    if w == np.uint64(0):
        return 0.0, True
    if q < LEAST_POWER or q > GREATEST_POWER:
        return 0.0, False
    zeros = leading_zeros(w)
    w = w << zeros
    upper, lower = product(w, HIGH[q - LEAST_POWER])
    if upper & np.uint64(0x1FF) == np.uint64(0x1FF):
        more, _ = product(w, LOW[q - LEAST_POWER])
        lower = lower + more
        if more > lower:
            upper = upper + np.uint64(1)
    if lower == np.uint64(0xFFFFFFFFFFFFFFFF) and (q < -27 or q > 55):
        return 0.0, False
    top = upper >> np.uint64(63)
    bits = upper >> (top + np.uint64(9))
    exponent = ((217706 * q) >> 16) + 63 + np.int64(top) - np.int64(zeros) + 1023
    if exponent <= 0:
        return 0.0, False
    # Halfway between two numbers, and exactly so: to the even one.
    is_half = lower <= np.uint64(1) and -4 <= q <= 23 and bits & np.uint64(3) == np.uint64(1)
    if is_half and bits << (top + np.uint64(9)) == upper:
        bits = bits & np.uint64(0xFFFFFFFFFFFFFFFE)
    bits = (bits + (bits & np.uint64(1))) >> np.uint64(1)
    if bits >= np.uint64(1 << 53):
        bits = np.uint64(1 << 52)
        exponent += 1
    if exponent >= 2047:
        return 0.0, False
    return float_of_bits((bits & np.uint64((1 << 52) - 1)) | (np.uint64(exponent) << np.uint64(52))), True


@inlined
def are_eight_digits(word):
    """Whether all of eight bytes are digits."""
    nibbles = np.uint64(0xF0F0F0F0F0F0F0F0)
    beyond = ((word + np.uint64(0x0606060606060606)) & nibbles) >> np.uint64(4)
    return (word & nibbles) | beyond == np.uint64(0x3333333333333333)


@inlined
def value_of_eight(word):
    """The number that eight digits say."""
    pairs = np.uint64(0x000000FF000000FF)
    word = word - np.uint64(0x3030303030303030)
    word = word * np.uint64(10) + (word >> np.uint64(8))
    upper = (word & pairs) * np.uint64(0x000F424000000064)
    lower = ((word >> np.uint64(16)) & pairs) * np.uint64(0x0000271000000001)
    return (upper + lower) >> np.uint64(32)


@inlined
def digits(data, i, stop, w):
    """(the place after the digits from i on, w followed by them); beyond MOST_DIGITS of them w has wrapped around."""
    while i + 8 <= stop:
        word = eight_bytes(data, i)
        if not are_eight_digits(word):
            break
        w = w * np.uint64(100000000) + value_of_eight(word)
        i += 8
    while i < stop and 48 <= byte_at(data, i) <= 57:
        w = w * np.uint64(10) + np.uint64(byte_at(data, i) - 48)
        i += 1
    return i, w


@inlined
def decimal(data, i, stop):
    """(the place after the number at i, the number, whether it is one and certain): as [+-]12.5e-3, or parts of it."""
    negative = i < stop and byte_at(data, i) == 45
    if i < stop and (byte_at(data, i) == 45 or byte_at(data, i) == 43):
        i += 1
    begin = i
    i, w = digits(data, i, stop, np.uint64(0))
    count = i - begin
    first, q = begin, 0
    if i < stop and byte_at(data, i) == 46:
        point = i
        i, w = digits(data, i + 1, stop, w)
        q = point + 1 - i
        count -= q
    if count == 0:
        return i, 0.0, False
    if count > MOST_DIGITS:
        while first < i and (byte_at(data, first) == 48 or byte_at(data, first) == 46):
            count -= byte_at(data, first) == 48
            first += 1
        if count > MOST_DIGITS:
            return i, 0.0, False
    if i < stop and (byte_at(data, i) == 101 or byte_at(data, i) == 69):
        i += 1
        downwards = i < stop and byte_at(data, i) == 45
        if i < stop and (byte_at(data, i) == 45 or byte_at(data, i) == 43):
            i += 1
        begin, power = i, 0
        while i < stop and 48 <= byte_at(data, i) <= 57:
            if power < 100000:
                power = power * 10 + byte_at(data, i) - 48
            i += 1
        if i == begin:
            return i, 0.0, False
        q += -power if downwards else power
    value, certain = nearest(w, q)
    return i, -value if negative else value, certain
