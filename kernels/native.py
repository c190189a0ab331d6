"""Kernels as plain machine code: compiled once by Numba, and from then on loaded without it.

Loading Numba and its typing of NumPy takes longer than everything else that a short answer needs. A kernel here is a C
function void f(x, v, out, scratch, params, rows, columns, width, extra) in an object file, which llvmlite loads in
milliseconds. The first five are NumPy arrays by reference (id + HEADER): looking up addresses in Python would take
longer than computing a thousand numbers.
"""

import ctypes
import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache as once
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlc.kernels import cache

if TYPE_CHECKING:
    import llvmlite.binding

# What object code names but a kernel never calls: the handling of an exception that it cannot raise, and of memory that
# it does not own. The rest of that is Python's; these are Numba's.
UNREACHABLE = ("numba_gil_ensure", "numba_gil_release", "NRT_MemInfo_call_dtor")

POINTERS, INTEGERS = 5, 4
C_FUNCTION = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * POINTERS, *[ctypes.c_ssize_t] * INTEGERS)

# id(array) + HEADER is where an array keeps the address of its numbers, by NumPy's C interface; None stands for none.
HEADER = object.__basicsize__

Loop = Callable[..., None]


def native(name: str, kind: str, make: Callable[[], Loop], scratch: str | None = None) -> Loop:
    """The C function of kernel NAME for numbers of type KIND; MAKE gives the Python loop to compile if need be.

    The loop is called as loop(x, v, out, scratch, params, rows, columns, width, extra), first with five pointers:
    to such numbers, but params to float64, and scratch to SCRATCH where given. The C function takes references to
    arrays in their place, or None.
    """
    folder = cache.folder()
    file = None if folder is None else folder / f"{name}-{kind}.kernel"
    code = None if file is None else _read(file)
    if code is None:
        cache.announce(name)
        code = _compiled(make(), name, kind, scratch or kind)
        if file is not None:
            checksum = hashlib.sha256(code).hexdigest().encode()
            with suppress(OSError):  # nowhere to keep it: compiled anew in the next process
                cache.write_whole(file, checksum + b"\n" + code)
    symbol, object_code = code.split(b"\n", 1)
    return C_FUNCTION(_load(object_code, symbol.decode()))


@once
def _interleave_loops() -> None:
    """Have LLVM work on four vectors at a time: long formulas wait less for their own results."""
    import llvmlite.binding as llvm

    llvm.set_option("dlc", "--force-vector-interleave=4")


def _compiled(loop: Loop, name: str, kind: str, scratch_kind: str) -> bytes:
    """Symbol and object code of LOOP."""
    import llvmlite.binding as llvm
    from numba import cfunc, njit, types
    from numba.extending import intrinsic

    from dlc.kernels.jit import STRICT

    _interleave_loops()

    def pointer_to(kind: Any) -> Any:
        """An intrinsic: the pointer, to numbers of KIND, kept at a reference; none for none."""
        pointer = types.CPointer(kind)

        @intrinsic
        def numbers(_context, reference):
            def generate(context, builder, _signature, args):
                kind = context.get_value_type(pointer)
                place = builder.alloca(kind)
                builder.store(kind(None), place)
                is_none = builder.icmp_unsigned("==", args[0], args[0].type(None))
                with builder.if_then(builder.not_(is_none)):
                    builder.store(builder.load(builder.bitcast(args[0], kind.as_pointer())), place)
                return builder.load(place)

            return pointer(reference), generate

        return numbers

    numbers, notes, doubles = (pointer_to(getattr(types, each)) for each in (kind, scratch_kind, "float64"))
    inner = njit(forceinline=True, **STRICT)(loop)  # inlined, it is seen to raise nothing

    def entry(x, v, out, scratch, params, rows, columns, width, extra):
        inner(numbers(x), numbers(v), numbers(out), notes(scratch), doubles(params), rows, columns, width, extra)

    # Numba tells functions of one name apart by a number that another process may give to another function.
    entry.__name__ = entry.__qualname__ = f"{name}-{kind}".replace(".", "_").replace("-", "_")
    function = cfunc(types.void(*[types.voidptr] * POINTERS, *[types.intp] * INTEGERS), **STRICT)(entry)
    module = llvm.parse_assembly(function.inspect_llvm())
    outside = {each.name for each in module.functions if each.is_declaration and not each.name.startswith("llvm.")}
    missing = {each for each in outside if each not in UNREACHABLE and not hasattr(ctypes.pythonapi, each)}
    if missing:  # loading such code without Numba would end the process
        raise RuntimeError(f"{loop.__name__} calls {', '.join(sorted(missing))}, which only Numba has")
    object_code: bytes = _machine().emit_object(module)
    return function.native_name.encode() + b"\n" + object_code


def _read(file: Path) -> bytes | None:
    """What was written to FILE; None where there is none, or it is not whole."""
    try:
        checksum, code = file.read_bytes().split(b"\n", 1)
    except (OSError, ValueError):
        return None
    return code if hashlib.sha256(code).hexdigest().encode() == checksum else None


def _machine() -> "llvmlite.binding.TargetMachine":
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features().flatten()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=features, opt=3, codemodel="jitdefault", jit=True
    )


@once
def _define_the_unreachable() -> None:
    import llvmlite.binding as llvm

    abort = ctypes.cast(ctypes.CDLL(None).abort, ctypes.c_void_p).value
    for symbol in UNREACHABLE:
        if llvm.address_of_symbol(symbol) is None:
            llvm.add_symbol(symbol, abort)


# Each kernel has an engine of its own: objects of different processes may use one symbol for different code.
_engines: list["llvmlite.binding.ExecutionEngine"] = []


def _load(object_code: bytes, symbol: str) -> int:
    import llvmlite.binding as llvm

    machine = _machine()
    _define_the_unreachable()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(object_code))
    engine.finalize_object()
    _engines.append(engine)  # the code lives as long as its engine
    address: int = engine.get_function_address(symbol)
    return address
