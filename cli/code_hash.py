"""Whether two processes run the same machine code on the same inputs: a digest of all that runs, or None.

Numba's object code is the same in every process, folder and hash seed, but for the names of its symbols, which hold
counters. So a digest is made of what is loaded: the sections, and where they point to. Nothing here needs more than the
standard library, and the file needs no other one of dlc.

What is not covered gets no digest: Python code around the machine code, inputs of other than plain types, and machine
code that calls back into Python or holds addresses of this process.
"""

import hashlib
import re
import struct
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

VERSION = "1"  # of what is digested
# What machine code that calls Python functions names; Numba's entry from Python does not.
CALLS_PYTHON = ("PyObject_Call", "PyEval_", "PyRun_", "PyImport_")
HARMLESS = ("PyEval_SaveThread", "PyEval_RestoreThread")  # the interpreter's lock
# Numba's complaint about a lost table of constants names the function, with a counter of those compiled in the process;
# zeros behind it fill up to the next constant, whose place counts by itself.
COMPLAINT, COUNTER = re.compile(rb"missing Environment: [^\0]*\0+"), re.compile(rb"B\d+v\d+")


class UncoveredError(ValueError):
    """Something that runs, or is read, is not covered by a digest."""


class Section(NamedTuple):
    """A section of an object file."""

    name: str
    kind: int
    flags: int
    content: bytes
    link: int
    info: int


SYMBOLS, WITHOUT_CONTENT, RELOCATIONS, LOADED = 2, 8, 4, 2  # ELF: kinds, and the flag of what is loaded


def sections(code: bytes) -> list[Section]:
    """The sections of an ELF file of 64 bits, little-endian. Raises UncoveredError for other files."""
    if code[:6] != b"\x7fELF\x02\x01":
        raise UncoveredError("object code is not ELF of 64 bits")
    (start,), (size, count, names_at) = struct.unpack_from("<Q", code, 40), struct.unpack_from("<HHH", code, 58)
    headers = [struct.unpack_from("<IIQQQQIIQQ", code, start + i * size) for i in range(count)]
    contents = [b"" if head[1] == WITHOUT_CONTENT else code[head[4] : head[4] + head[5]] for head in headers]
    return [
        Section(_text(contents[names_at], head[0]), head[1], head[2], content, head[6], head[7])
        for head, content in zip(headers, contents, strict=True)
    ]


def _text(table: bytes, start: int) -> str:
    return table[start : table.index(b"\0", start)].decode()


def code_parts(code: bytes) -> Iterator[bytes]:
    """What of object code is loaded, and what it points to; a symbol of its own goes by its place, not by its name.

    Raises UncoveredError for code that calls Python.
    """
    found = sections(code)
    for section in found:
        if section.flags & LOADED:
            yield f"{section.name} {section.kind} {section.flags}".encode()
            yield COMPLAINT.sub(lambda found: COUNTER.sub(b"Bv", found[0].rstrip(b"\0")), section.content)
        elif section.kind == RELOCATIONS and found[section.info].flags & LOADED:
            symbols = found[section.link]
            yield section.name.encode()
            for offset, info, addend in struct.iter_unpack("<QQq", section.content):
                target = _target(found, symbols, info >> 32)
                yield f"{offset} {info & 0xFFFFFFFF} {addend} {target}".encode()


def _target(found: Sequence[Section], symbols: Section, position: int) -> str:
    """What a relocation points to: a place in a section, or the name of something outside."""
    name_at, _, _, section, value, _ = struct.unpack_from("<IBBHQQ", symbols.content, position * 24)
    if section == 0:
        name = _text(found[symbols.link].content, name_at)
        if name.startswith(CALLS_PYTHON) and name not in HARMLESS:
            raise UncoveredError(f"{name} runs Python code")
        return f"outside {name}"
    return f"{section} {value}"


def input_parts(value: Any) -> Iterator[bytes]:
    """All that a value of a plain type holds, arrays included. Raises UncoveredError for other types."""
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    if value is None or type(value) in (bool, int, float, complex, str, bytes):
        yield f"{kind} {value!r}".encode()
    elif type(value) in (tuple, list):
        yield f"{kind} {len(value)}".encode()
        for each in value:
            yield from input_parts(each)
    elif type(value) is dict:
        yield from input_parts([kind, list(value.items())])
    elif kind == "numpy.ndarray" and not value.dtype.hasobject:
        flags = value.flags
        about = (value.dtype.str, repr(value.dtype.descr), value.shape, value.strides, flags.aligned, flags.writeable)
        yield f"{kind} {about}".encode()
        yield value.tobytes()
    elif type(value).__module__ == "numpy" and hasattr(value, "dtype") and not value.dtype.hasobject:
        yield f"{kind} {value.dtype.str}".encode()
        yield value.tobytes()
    else:
        raise UncoveredError(f"an input is of type {kind}")


def dispatcher_code(function: Any) -> Iterator[bytes]:
    """The object code of every compiled signature of a function of numba.njit. Raises UncoveredError."""
    if not hasattr(function, "overloads") or type(function).__module__.partition(".")[0] != "numba":
        raise UncoveredError("the function is no dispatcher of Numba")
    if not function.overloads:
        raise UncoveredError("nothing is compiled yet")
    for signature, result in sorted(function.overloads.items(), key=lambda item: str(item[0])):
        if result.objectmode or getattr(result.library, "has_dynamic_globals", True):
            raise UncoveredError("the code holds addresses of this process, or runs Python code")
        yield str(signature).encode()
        yield from code_parts(_object_code(function, signature, result))


def _object_code(function: Any, signature: Any, result: Any) -> bytes:
    try:
        code = result.library._get_compiled_object()
    except (AttributeError, RuntimeError, ValueError):  # loaded from Numba's cache, where it still is
        try:
            stored, codegen = function._cache, result.target_context.codegen()
            # It is kept under what was asked for: types of arguments, or a whole signature.
            found = (stored._cache_file.load(stored._index_key(key, codegen)) for key in (signature, result.signature))
            _, form, (code, _) = next(filter(None, found))[0]
        except (AttributeError, TypeError, ValueError, IndexError, OSError, StopIteration) as error:
            raise UncoveredError(f"there is no object code of {signature}: {error}") from None
        if form != "object":
            raise UncoveredError("the cache keeps no object code") from None
    assert isinstance(code, bytes)
    return code


def digest(code: Iterable[bytes], inputs: Any, glue: Iterable[bytes] = ()) -> str:
    """One for object code (see `code_parts`, `dispatcher_code`), inputs, and the text of the Python code around.

    Raises UncoveredError.
    """
    found = hashlib.sha256()
    for group in ((VERSION.encode(), *_environment()), code, input_parts(inputs), glue):
        for part in group:
            found.update(len(part).to_bytes(8, "little") + part)
        found.update(b"\xff" * 8)
    return found.hexdigest()


def _environment() -> Iterator[bytes]:
    """What runs beside: the interpreter, and the libraries that machine code calls."""
    yield sys.version.encode()
    for name in ("numpy", "numba", "llvmlite", "scipy"):
        module = sys.modules.get(name)
        yield f"{name} {getattr(module, '__version__', '')}".encode()


def dispatcher_hash(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str | None:
    """The digest of a call of a function of numba.njit that was called before; None where one would not cover it."""
    try:
        return digest(dispatcher_code(function), [list(args), dict(kwargs)])
    except UncoveredError:
        return None
