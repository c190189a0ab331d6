"""Writing past the caches: a result larger than they are need not be read first, nor push other data out."""

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

VECTOR_BYTES = 32


@intrinsic
def write_past_caches(_context, target, source):
    """target[:] = source[:len(target)], for two one-dimensional arrays of one type; `wait_for_writes` ends it."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        into, out_of = (
            context.make_array(kind)(context, builder, value)
            for kind, value in zip(signature.args, values, strict=True)
        )
        count = builder.extract_value(into.shape, 0)
        index, number = count.type, context.get_data_type(target.dtype)
        size = context.get_abi_sizeof(number)
        lanes = VECTOR_BYTES // size
        vector = ir.VectorType(number, lanes).as_pointer()

        def copy_one(i: Any) -> None:
            builder.store(builder.load(builder.gep(out_of.data, [i])), builder.gep(into.data, [i]))

        # The numbers before the first aligned address, whole vectors, and what is left.
        address = builder.ptrtoint(into.data, index)
        lead = builder.udiv(builder.and_(builder.neg(address), index(VECTOR_BYTES - 1)), index(size))
        lead = builder.select(builder.icmp_unsigned("<", lead, count), lead, count)
        vectors = builder.udiv(builder.sub(count, lead), index(lanes))
        rest = builder.add(lead, builder.mul(vectors, index(lanes)))
        with cgutils.for_range(builder, lead) as loop:
            copy_one(loop.index)
        with cgutils.for_range(builder, vectors) as loop:
            i = builder.add(lead, builder.mul(loop.index, index(lanes)))
            chunk = builder.load(builder.bitcast(builder.gep(out_of.data, [i]), vector), align=size)
            store = builder.store(chunk, builder.bitcast(builder.gep(into.data, [i]), vector), align=VECTOR_BYTES)
            store.set_metadata("nontemporal", builder.module.add_metadata([ir.IntType(32)(1)]))
        with cgutils.for_range(builder, builder.sub(count, rest)) as loop:
            copy_one(builder.add(rest, loop.index))
        return context.get_dummy_value()

    return types.void(target, source), generate


@intrinsic
def wait_for_writes(_context):
    """What was written past the caches is there for other threads, too."""

    def generate(context: Any, builder: Any, _signature: Any, _values: Any) -> Any:
        builder.fence("seq_cst")
        return context.get_dummy_value()

    return types.void(), generate
