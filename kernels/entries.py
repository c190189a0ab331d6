"""Entries of rows as numbers, notes of numbers beside them, and what is gathered from all of a row.

A note is a row of numbers: two rows of float64 where numbers are pairs, one in float32 kernels.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from dlc.kernels import numbers as pairs
from dlc.kernels.numbers import exact, low, pair
from dlc.kernels.scalar import inlined, scalar, twins


@intrinsic
def rank(_context, x):
    """An integer as wide as x, in the order of the numbers: a maximum of integers vectorises. nan is above all."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        kind = ir.IntType(x.bitwidth)
        bits = builder.bitcast(args[0], kind)
        sign = builder.ashr(bits, kind(x.bitwidth - 1))
        ordered = builder.xor(bits, builder.lshr(sign, kind(1)))
        is_nan = builder.fcmp_unordered("uno", args[0], args[0])
        return builder.select(is_nan, kind(2 ** (x.bitwidth - 1) - 1), ordered)

    return types.Integer.from_bitwidth(x.bitwidth)(x), generate


@intrinsic
def ranked(_context, place):
    """The number of this rank."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = args[0].type
        sign = builder.ashr(args[0], kind(place.bitwidth - 1))
        bits = builder.xor(args[0], builder.lshr(sign, kind(1)))
        return builder.bitcast(bits, context.get_value_type(signature.return_type))

    return (types.float32 if place.bitwidth == 32 else types.float64)(place), generate


@intrinsic
def plus(_context, total, x):
    """total + x, in an order that the compiler may choose: the same for all rows of one length."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.fadd(*args, flags=("reassoc", "nsz"))

    return total(total, x), generate


def paired(function):
    """Make FUNCTION, over pairs, a kernel for float32 too: where terms cancel, float64 has not digits enough."""
    return twins(function)(function)


@inlined
def plain(value):
    """A float of any width."""
    return np.float64(value)


@twins(plain)
def entry(value):
    """A float of any width as a number."""
    return exact(np.float64(value))


@inlined
def put_plain(out, i, value):
    """Write a number."""
    out[i] = value


@twins(put_plain)
def put(out, i, value):
    """Write a number, rounded."""
    out[i] = pairs.rounded(value)


@inlined
def keep_plain(notes, k, i, value):
    """Write number i of note k."""
    notes[k, i] = value


@twins(keep_plain)
def keep(notes, k, i, value):
    """Write number i of note k."""
    notes[2 * k, i] = pairs.high(value)
    notes[2 * k + 1, i] = low(value)


@inlined
def kept_plain(notes, k, i):
    """Number i of note k."""
    return notes[k, i]


@twins(kept_plain)
def kept(notes, k, i):
    """Number i of note k."""
    return pair(notes[2 * k, i], notes[2 * k + 1, i])


@inlined
def total_plain(notes, k, count, read):
    """The sum of the first numbers of note k, as READ reads them."""
    total = 0.0
    for i in range(count):
        total = plus(total, read(notes[k, i]))
    return total


@twins(total_plain)
def total(notes, k, count, read):
    """The sum of the first numbers of note k, as READ reads them; four sums, for each addition waits for the last."""
    a = b = c = d = pair(0.0, 0.0)
    whole = count // 4 * 4
    for i in range(0, whole, 4):
        a = a + read(kept(notes, k, i))
        b = b + read(kept(notes, k, i + 1))
        c = c + read(kept(notes, k, i + 2))
        d = d + read(kept(notes, k, i + 3))
    for i in range(whole, count):
        a = a + read(kept(notes, k, i))
    return (a + b) + (c + d)


@scalar
def itself(value):
    """VALUE: how entries are read as they are."""
    return value


@scalar
def negative(value):
    """−VALUE: how entries are read where the least counts as the greatest."""
    return -value


@scalar
def greatest(x, read):
    """The greatest of the entries as READ reads them; nan where one is."""
    top = rank(read(x[0]))
    for i in range(1, x.size):
        here = rank(read(x[i]))
        top = here if here > top else top
    return ranked(top)


@scalar
def place_of(top, x, read):
    """The first place of the greatest entry; where it is nan, the last place."""
    i = 0
    while i < x.size - 1 and read(x[i]) != top:
        i += 1
    return i
