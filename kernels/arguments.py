"""How a built-in function finds its arguments: the code that the interpreter calls, around a loop of Numba's."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from dlc.kernels.native import ARRAYS, HEADER, INTEGERS, UNLOCKED_FROM

I8, I32, I64 = (ir.IntType(bits) for bits in (8, 32, 64))
POINTER = I8.as_pointer()
REFUSED = "an exception handler"  # called where a loop raises: nothing of this name exists


def refuse(builder: ir.IRBuilder, condition: ir.Value) -> None:
    """Call what does not exist where a condition may hold: such code is no kernel."""
    with builder.if_then(condition, likely=False):
        module = builder.module
        function = module.globals.get(REFUSED) or ir.Function(module, ir.FunctionType(ir.VoidType(), []), REFUSED)
        builder.call(function, [])


class _Entry:
    """The code of f(self, pointer to arguments, their number), which calls a loop and returns None."""

    def __init__(self, module: ir.Module, name: str):
        self.module = module
        function = ir.Function(module, ir.FunctionType(POINTER, [POINTER, POINTER.as_pointer(), I64]), name)
        self.given = function.args[1]
        self.builder = ir.IRBuilder(function.append_basic_block())
        self.none = self.builder.bitcast(ir.GlobalVariable(module, I8, "_Py_NoneStruct"), POINTER)

    def call(self, name: str, result: ir.Type, *args: ir.Value) -> ir.Value:
        """Call a function of the interpreter."""
        function = self.module.globals.get(name)
        if function is None:
            function = ir.Function(self.module, ir.FunctionType(result, [each.type for each in args]), name)
        return self.builder.call(function, args)

    def object_at(self, position: int) -> ir.Value:
        """An argument."""
        return self.builder.load(self.builder.gep(self.given, [I32(position)]))

    def numbers_at(self, position: int, kind: ir.Type) -> ir.Value:
        """The address of an array's numbers; null for None."""
        builder, array = self.builder, self.object_at(position)
        place = cgutils.alloca_once_value(builder, kind(None))
        with builder.if_then(builder.icmp_unsigned("!=", array, self.none)):
            start = builder.bitcast(builder.gep(array, [I32(HEADER)]), kind.as_pointer())
            builder.store(builder.load(start), place)
        return builder.load(place)

    def integer_at(self, position: int) -> ir.Value:
        """An integer."""
        return self.call("PyLong_AsLongLong", I64, self.object_at(position))


def add_entry(library: Any, context: Any, loop: Any, name: str) -> None:
    """Add to LIBRARY the built-in function NAME of a loop, of which LOOP is Numba's description.

    Other threads of the interpreter may run meanwhile where that pays.
    """
    module = library.create_ir_module(name)
    entry = _Entry(module, name)
    builder = entry.builder
    arrays = [entry.numbers_at(i, context.get_value_type(kind)) for i, kind in enumerate(loop.argtypes[: len(ARRAYS)])]
    integers = [entry.integer_at(len(ARRAYS) + i) for i, _ in enumerate(INTEGERS)]
    state = cgutils.alloca_once_value(builder, POINTER(None))
    with builder.if_then(builder.icmp_signed(">=", builder.mul(*integers[:2]), I64(UNLOCKED_FROM))):
        builder.store(entry.call("PyEval_SaveThread", POINTER), state)
    function = context.declare_function(module, loop)
    status, _ = context.call_conv.call_function(builder, function, types.none, loop.argtypes, [*arrays, *integers])
    refuse(builder, status.is_error)
    saved = builder.load(state)
    with builder.if_then(builder.icmp_unsigned("!=", saved, POINTER(None))):
        entry.call("PyEval_RestoreThread", ir.VoidType(), saved)
    entry.call("Py_IncRef", ir.VoidType(), entry.none)
    builder.ret(entry.none)
    library.add_ir_module(module)
