"""Kernels as plain machine code: compiled once by Numba, and from then on loaded without it.

Loading Numba and its typing of NumPy takes longer than everything else that a short answer needs. A kernel here is a
built-in function in an object file, which llvmlite loads in milliseconds. It takes its arguments as the interpreter
has them, and finds the numbers of an array by itself: anything else would take longer than computing a thousand
numbers.
"""

import ctypes
import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache as once
from pathlib import Path
from typing import TYPE_CHECKING

from dlc.kernels import cache

if TYPE_CHECKING:
    import llvmlite.binding

    from dlc.kernels.compiler import Part

# What object code names but a kernel never calls: the handling of an exception that it cannot raise, and of memory that
# it does not own. The rest of that is Python's; these are Numba's.
UNREACHABLE = ("numba_gil_ensure", "numba_gil_release", "NRT_MemInfo_call_dtor")

ARRAYS = ("x", "v", "out", "scratch", "params")
INTEGERS = ("rows", "columns", "width", "extra")

# An array keeps the address of its numbers behind what all objects have, by NumPy's C interface.
HEADER = object.__basicsize__

METH_FASTCALL = 0x80  # a built-in function is called as f(self, pointer to arguments, their number)
UNLOCKED_FROM = 4096  # numbers for which it pays to let other threads run meanwhile

Loop = Callable[..., None]


def native(
    name: str,
    kind: str,
    make: Callable[[], Loop],
    scratch: str | None = None,
    part: Callable[[], "Part | None"] = lambda: None,
) -> Loop:
    """The built-in function of kernel NAME for numbers of type KIND; MAKE gives the Python loop to compile if need be.

    Where the loop has a hole, PART gives what fills it.

    It takes x, v, out, scratch and params, which are arrays or None, and the integers rows, columns, width and extra.
    Arrays have numbers of this type, but params float64, and scratch those of type SCRATCH where given. The loop has
    pointers to the numbers in their place. Nothing is checked, so only dlc.kernels.lift calls it.
    """
    folder = cache.folder()
    file = None if folder is None else folder / f"{name}-{kind}.kernel"
    code = None if file is None else _read(file)
    if code is None:
        cache.announce(name)
        code = _compiled(make(), part(), name, kind, scratch or kind)
        if file is not None:
            checksum = hashlib.sha256(code).hexdigest().encode()
            with suppress(OSError):  # nowhere to keep it: compiled anew in the next process
                cache.write_whole(file, checksum + b"\n" + code)
    symbol, object_code = code.split(b"\n", 1)
    return _built_in(_load(object_code, symbol.decode()), name)


@once
def _interleave_loops() -> None:
    """Have LLVM work on four vectors at a time: long formulas wait less for their own results."""
    import llvmlite.binding as llvm

    llvm.set_option("dlc", "--force-vector-interleave=4")


def _compiled(loop: Loop, part: "Part | None", name: str, kind: str, scratch_kind: str) -> bytes:
    """Symbol and object code of LOOP."""
    from numba import types

    from dlc.kernels.compiler import whole

    _interleave_loops()
    numbers = {name: getattr(types, kind) for name in ARRAYS}
    numbers |= {"scratch": getattr(types, scratch_kind), "params": types.float64}
    arguments = (*(types.CPointer(numbers[name]) for name in ARRAYS), *(types.intp for _ in INTEGERS))
    # Numba tells functions of one name apart by a number that another process may give to another function.
    symbol = f"{name}-{kind}".replace(".", "_").replace("-", "_")
    module = whole(loop, arguments, part, symbol)
    named = [*module.functions, *module.global_variables]
    outside = {each.name for each in named if each.is_declaration and not each.name.startswith("llvm.")}
    missing = {each for each in outside if each not in UNREACHABLE and not hasattr(ctypes.pythonapi, each)}
    if missing:  # loading such code without Numba would end the process
        raise RuntimeError(f"{loop.__name__} calls {', '.join(sorted(missing))}, which only Numba has")
    object_code: bytes = _machine().emit_object(module)
    return symbol.encode() + b"\n" + object_code


class _MethodDefinition(ctypes.Structure):
    """PyMethodDef of Python's C interface."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


_definitions: list[_MethodDefinition] = []  # a built-in function points at its own, as long as it lives


def _built_in(address: int, name: str) -> Loop:
    """The machine code at ADDRESS as a function of the interpreter's own kind, which is the quickest to call."""
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p] * 3
    definition = _MethodDefinition(name.encode(), address, METH_FASTCALL, None)
    _definitions.append(definition)
    function: Loop = make(ctypes.addressof(definition), None, None)
    return function


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
