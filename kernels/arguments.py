"""How a built-in function finds its arguments, in Numba code that the interpreter calls."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from dlc.kernels.native import HEADER


def _object(context: Any, builder: Any, given: Any, position: int) -> Any:
    """The object at POSITION of the arguments."""
    kind = context.get_python_api(builder).pyobj
    arguments = builder.bitcast(given, kind.as_pointer())
    return builder.load(builder.gep(arguments, [ir.IntType(32)(position)]))


def array_at(position: int, number: Any) -> Any:
    """An intrinsic: the pointer to the numbers, of this type, of the array at POSITION; null for None."""
    pointer = types.CPointer(number)

    @intrinsic
    def numbers(_context, given):
        def generate(context, builder, _signature, args):
            array = _object(context, builder, args[0], position)
            kind = context.get_value_type(pointer)
            none = context.get_python_api(builder).borrow_none()
            place = cgutils.alloca_once_value(builder, kind(None))
            with builder.if_then(builder.icmp_unsigned("!=", array, none)):
                start = builder.gep(builder.bitcast(array, ir.IntType(8).as_pointer()), [ir.IntType(32)(HEADER)])
                builder.store(builder.load(builder.bitcast(start, kind.as_pointer())), place)
            return builder.load(place)

        return pointer(given), generate

    return numbers


def integer_at(position: int) -> Any:
    """An intrinsic: the integer at POSITION."""

    @intrinsic
    def integer(_context, given):
        def generate(context, builder, _signature, args):
            api = context.get_python_api(builder)
            return api.long_as_longlong(_object(context, builder, args[0], position))

        return types.intp(given), generate

    return integer


@intrinsic
def unlock(_context, wanted):
    """Let other threads of the interpreter run, where WANTED; what `lock_again` takes."""

    def generate(context, builder, _signature, args):
        nothing = ir.IntType(8).as_pointer()(None)
        place = cgutils.alloca_once_value(builder, nothing)
        with builder.if_then(args[0]):
            builder.store(context.get_python_api(builder).save_thread(), place)
        return builder.load(place)

    return types.voidptr(wanted), generate


@intrinsic
def lock_again(_context, state):
    """Have the interpreter to itself again; the None that a built-in function returns."""

    def generate(context, builder, _signature, args):
        api = context.get_python_api(builder)
        with builder.if_then(builder.icmp_unsigned("!=", args[0], args[0].type(None))):
            api.restore_thread(args[0])
        none = api.borrow_none()
        api.incref(none)
        return builder.bitcast(none, ir.IntType(8).as_pointer())

    return types.voidptr(state), generate
