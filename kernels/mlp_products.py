"""Products of small matrices, as the layers of a network need them: tiles of the result stay in registers.

Each entry of a result is summed in the order of the inner index, with one rounding for each term. So its bits do not
depend on the tiles, and with that not on the processor.
"""

from functools import cache
from typing import Any

import llvmlite.binding
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, register_jitable
from numba.np import arrayobj

VECTORS = 3  # beside each other in the widest tile
ROWS, MORE_ROWS = (4, 1), (8, 4, 1)  # of the widest tile, and of others: eight sums or more are under way at once
BLOCK_ROWS, MANY_ROWS = 32, 1 << 40  # for which a tile goes along all columns; where they lie side by side, all rows
TURNED = 8  # rows and columns of the blocks in which a matrix is transposed


@cache
def vector_bytes() -> int:
    """The processor's widest vector of numbers."""
    return 64 if llvmlite.binding.get_host_cpu_features().get("avx512f") else 32


class _Matrix:
    """What a tile needs of an array: where its entries are."""

    def __init__(self, context: Any, builder: Any, kind: Any, array: Any):
        made = arrayobj.make_array(kind)(context, builder, array)
        self.builder, self.data = builder, made.data
        self.shape = cgutils.unpack_tuple(builder, made.shape)
        size = context.get_constant(types.intp, kind.dtype.bitwidth // 8)
        self.strides = [builder.sdiv(each, size) for each in cgutils.unpack_tuple(builder, made.strides)]
        if kind.layout in "CF":  # a distance that is known takes no register
            self.strides[kind.layout == "C"] = context.get_constant(types.intp, 1)

    def at(self, row: Any, column: Any) -> Any:
        """A pointer to an entry."""
        steps = [self.builder.mul(i, stride) for i, stride in zip((row, column), self.strides, strict=True)]
        return self.builder.gep(self.data, [self.builder.add(*steps)])


def _tile(
    builder: Any, result: _Matrix, start: _Matrix, left: _Matrix, right: _Matrix, corner: Any, rows: int, width: int,
    vectors: int,
) -> None:  # fmt: skip
    """ROWS rows of the result, of VECTORS vectors of WIDTH numbers each, from the CORNER on."""
    (first, column), index, number = corner, result.shape[0].type, result.data.type.pointee
    vector, size = ir.VectorType(number, width), 4 if isinstance(number, ir.FloatType) else 8
    name = f"llvm.fma.v{width}f{8 * size}"
    fma = cgutils.get_or_insert_function(builder.module, ir.FunctionType(vector, [vector] * 3), name)
    lines = [builder.add(first, index(r)) for r in range(rows)]
    columns = [builder.add(column, index(v * width)) for v in range(vectors)]

    def pointer(of: _Matrix, row: Any, across: Any) -> Any:
        return builder.bitcast(of.at(row, across), vector.as_pointer())

    def everywhere(value: Any) -> Any:
        one = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.IntType(32)(0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), width), [0] * width)
        return builder.shuffle_vector(one, ir.Constant(vector, ir.Undefined), zeros)

    places = [pointer(result, line, across) for line in lines for across in columns]
    starts = [builder.load(pointer(start, index(0), across), align=size) for across in columns] * rows
    before = builder.block
    body, after = builder.append_basic_block("inner"), builder.append_basic_block("done")
    inner = left.shape[1]
    builder.cbranch(builder.icmp_signed(">", inner, index(0)), body, after)
    builder.position_at_end(body)
    k = builder.phi(index)
    sums = [builder.phi(vector) for _ in places]
    factors = [builder.load(pointer(right, k, across), align=size) for across in columns]
    added = []
    for r, line in enumerate(lines):
        spread = everywhere(builder.load(left.at(line, k)))
        added += [builder.call(fma, [spread, factors[v], sums[r * vectors + v]]) for v in range(vectors)]
    following = builder.add(k, index(1))
    k.add_incoming(index(0), before)
    k.add_incoming(following, body)
    for total, begin, new in zip(sums, starts, added, strict=True):
        total.add_incoming(begin, before)
        total.add_incoming(new, body)
    builder.cbranch(builder.icmp_signed("<", following, inner), body, after)
    builder.position_at_end(after)
    ends = [builder.phi(vector) for _ in places]
    for begin, new, end in zip(starts, added, ends, strict=True):
        end.add_incoming(begin, before)
        end.add_incoming(new, body)
    for target, end in zip(places, ends, strict=True):
        builder.store(end, target, align=size)


def _strips(builder: Any, first: Any, count: Any, size: int) -> Any:
    """A loop over first, first + size, ... as long as SIZE more fit into COUNT; and where the rest begins."""
    kind = count.type
    steps = builder.sdiv(builder.sub(count, first), kind(size))
    return cgutils.for_range(builder, steps), builder.add(first, builder.mul(steps, kind(size)))


@intrinsic
def _product(_context, result, start, left, right):
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        result, start, left, right = (
            _Matrix(context, builder, *each) for each in zip(signature.args, args, strict=True)
        )
        index = result.shape[0].type
        height, columns = result.shape
        vector = vector_bytes() // (signature.args[0].dtype.bitwidth // 8)
        shapes = [(vector, VECTORS), *((vector >> halved, 1) for halved in range(vector.bit_length()))]
        together = BLOCK_ROWS if signature.args[2].layout == "C" else MANY_ROWS
        blocks = builder.sdiv(builder.add(height, index(together - 1)), index(together))
        with cgutils.for_range(builder, blocks) as block:
            top = builder.mul(block.index, index(together))
            end = builder.add(top, index(together))
            bottom = builder.select(builder.icmp_signed("<", end, height), end, height)
            column = index(0)
            for width, vectors in shapes:
                strips, rest = _strips(builder, column, columns, width * vectors)
                with strips as strip:
                    left_edge = builder.add(column, builder.mul(strip.index, index(width * vectors)))
                    row = top
                    for rows in ROWS if vectors > 1 else MORE_ROWS:
                        lines, below = _strips(builder, row, bottom, rows)
                        with lines as line:
                            corner = builder.add(row, builder.mul(line.index, index(rows))), left_edge
                            _tile(builder, result, start, left, right, corner, rows, width, vectors)
                        row = below
                column = rest
        return context.get_dummy_value()

    return types.none(result, start, left, right), generate


@register_jitable
def set_affine(result, start, left, right):
    """RESULT = LEFT·RIGHT, to each row of which that of START is added first.

    Matrices of one type; a row of all but LEFT lies side by side.
    """
    _product(result, start, left, right)


def _turn_block(builder: Any, target: _Matrix, source: _Matrix, corner: Any) -> None:
    """Transpose a block, from the CORNER in SOURCE on: each stage exchanges halves of pairs of rows."""
    (first, column), index, number = corner, target.shape[0].type, target.data.type.pointee
    vector, size = ir.VectorType(number, TURNED), 4 if isinstance(number, ir.FloatType) else 8

    def place(of: _Matrix, row: Any, across: Any) -> Any:
        return builder.bitcast(of.at(row, across), vector.as_pointer())

    lines = [builder.load(place(source, builder.add(first, index(r)), column), align=size) for r in range(TURNED)]
    for half in (1 << bit for bit in range(TURNED.bit_length() - 1)):
        low = [j if not j & half else TURNED + j - half for j in range(TURNED)]
        high = [j + half if not j & half else TURNED + j for j in range(TURNED)]
        masks = [ir.Constant(ir.VectorType(ir.IntType(32), TURNED), each) for each in (low, high)]
        for r in range(TURNED):
            if not r & half:
                pair = lines[r], lines[r + half]
                lines[r], lines[r + half] = (builder.shuffle_vector(*pair, mask) for mask in masks)
    for r, line in enumerate(lines):
        builder.store(line, place(target, builder.add(column, index(r)), first), align=size)


@intrinsic
def turn(_context, target, source):
    """TARGET = SOURCE transposed, both with rows that lie side by side."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        into, taken = (_Matrix(context, builder, *each) for each in zip(signature.args, args, strict=True))
        index = into.shape[0].type
        rows, columns = taken.shape
        blocks, below = _strips(builder, index(0), rows, TURNED)
        beside = builder.mul(builder.sdiv(columns, index(TURNED)), index(TURNED))
        with blocks as block:
            first = builder.mul(block.index, index(TURNED))
            across, _ = _strips(builder, index(0), columns, TURNED)
            with across as place:
                _turn_block(builder, into, taken, (first, builder.mul(place.index, index(TURNED))))
        _copy_turned(builder, into, taken, (index(0), below), (beside, columns))
        _copy_turned(builder, into, taken, (below, rows), (index(0), columns))
        return context.get_dummy_value()

    return types.none(target, source), generate


def _copy_turned(builder: Any, target: _Matrix, source: _Matrix, rows: Any, columns: Any) -> None:
    """Number by number, what is in no block."""
    with cgutils.for_range(builder, builder.sub(rows[1], rows[0])) as down:
        i = builder.add(rows[0], down.index)
        with cgutils.for_range(builder, builder.sub(columns[1], columns[0])) as across:
            k = builder.add(columns[0], across.index)
            builder.store(builder.load(source.at(i, k)), target.at(k, i))


@intrinsic
def matrix(_context, numbers, first, rows, columns):
    """A part of a vector as a matrix of its own; slices and reshape would take ten times as long to compile."""
    kind = types.Array(numbers.dtype, 2, "C")

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source = arrayobj.make_array(signature.args[0])(context, builder, args[0])
        size = context.get_constant(types.intp, numbers.dtype.bitwidth // 8)
        made = arrayobj.make_array(kind)(context, builder)
        data = builder.gep(source.data, [args[1]])
        strides = [builder.mul(args[3], size), size]
        arrayobj.populate_array(made, data, [args[2], args[3]], strides, size, meminfo=None)
        return made._getvalue()

    return kind(numbers, types.intp, types.intp, types.intp), generate


@intrinsic
def place(_context, numbers, first):
    """The address of a number of a vector or, from its start, of a matrix."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source = arrayobj.make_array(signature.args[0])(context, builder, args[0])
        return builder.ptrtoint(builder.gep(source.data, [args[1]]), ir.IntType(64))

    return types.int64(numbers, types.intp), generate
