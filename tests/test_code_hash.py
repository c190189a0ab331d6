"""Digests of machine code and inputs: equal for the same code whatever its names, and for nothing else."""

import struct

import numba
import numpy as np
import pytest

from dlc.cli.catalog import array_kernel
from dlc.cli.code_hash import (
    UncoveredError,
    code_parts,
    digest,
    dispatcher_code,
    dispatcher_hash,
    input_parts,
    sections,
)
from dlc.cli.code_kernels import frame_inputs, kernel_hash
from dlc.kernels import cache
from dlc.kernels.lanes import Frame
from dlc.reference.activations import ACTIVATIONS

SOURCE = """
def weighted(x):
    total = 0.0
    for each in x:
        total += {factor} * each
    return total
"""


def dispatcher(factor=2.0, file="<somewhere>"):
    """A function compiled anew: Numba's counter, which its symbols hold, is another one each time."""
    space = {}
    exec(compile(SOURCE.format(factor=factor), file, "exec"), space)
    made = numba.njit(space["weighted"])
    made(np.ones(3))
    return made


@pytest.fixture(scope="module")
def first():
    return dispatcher()


@pytest.fixture
def object_code():
    kernel = array_kernel(ACTIVATIONS["relu"])
    kernel(np.zeros(1, np.float32))
    kept = (cache.folder() / "piecewise.relu-float32.kernel").read_bytes()
    return kept.split(b"\n", 2)[2]


def test_the_same_function_compiled_again_elsewhere_has_the_same_digest(first):
    x = np.arange(5.0)
    again = dispatcher(file="/another/folder/file.py")
    names = {result.fndesc.mangled_name for each in (first, again) for result in each.overloads.values()}
    assert len(names) == 2
    assert dispatcher_hash(again, (x,), {}) == dispatcher_hash(first, (x.copy(),), {}) is not None


def test_another_constant_is_other_code(first):
    assert dispatcher_hash(dispatcher(3.0), (1.0,), {}) != dispatcher_hash(first, (1.0,), {})


def test_a_function_is_the_same_when_it_comes_from_numbas_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    source = tmp_path / "kept.py"
    source.write_text(SOURCE.format(factor=2.5))

    def load():
        space = {"__name__": "kept"}
        exec(compile(source.read_text(), str(source), "exec"), space)
        made = numba.njit(cache=True)(space["weighted"])
        made(np.ones(3))
        return made

    fresh, kept = load(), load()
    assert (sum(fresh.stats.cache_misses.values()), sum(kept.stats.cache_hits.values())) == (1, 1)
    assert dispatcher_hash(kept, (1,), {}) == dispatcher_hash(fresh, (1,), {}) is not None


@pytest.mark.parametrize(
    "other",
    [
        (np.arange(5.0) + 1e-300, 1),
        (np.arange(5), 1),
        (np.arange(5.0).repeat(2)[::2], 1),
        (np.arange(5.0), 1.0),
        (np.arange(5.0), True),
        (np.arange(5.0), np.int64(1)),
        (np.arange(5.0), [1]),
    ],
    ids=["a bit", "type", "strides", "float", "bool", "numpy", "list"],
)
def test_other_inputs_have_another_digest(first, other):
    same = dispatcher_hash(first, (np.arange(5.0), 1), {})
    assert same == dispatcher_hash(first, (np.arange(5.0), 1), {})
    assert dispatcher_hash(first, other, {}) != same
    assert dispatcher_hash(first, (np.arange(5.0),), {"factor": 1}) != same


def test_arguments_that_join_to_the_same_text_are_told_apart():
    assert digest([], ["ab", "c"]) != digest([], ["a", "bc"])
    assert digest([b"ab"], None, [b"c"]) != digest([b"ab", b"c"], None)


@pytest.mark.parametrize("value", [object(), {1, 2}, np.array([None]), len, type("Number", (float,), {})(1.0)])
def test_what_may_hold_anything_is_not_covered(first, value):
    assert dispatcher_hash(first, (value,), {}) is None
    with pytest.raises(UncoveredError, match="an input is of type"):
        list(input_parts(value))


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (len, "no dispatcher"),
        (lambda: 1, "no dispatcher"),
        (numba.njit(lambda: 1), "nothing is compiled"),
    ],
    ids=["built-in", "python", "not compiled"],
)
def test_python_and_what_was_not_compiled_are_not_covered(function, reason):
    assert dispatcher_hash(function, (), {}) is None
    with pytest.raises(UncoveredError, match=reason):
        list(dispatcher_code(function))


def test_code_that_calls_python_is_not_covered(object_code):
    calling = object_code.replace(b"PyLong_AsLongLong\0", b"PyObject_CallX\0\0\0\0")
    assert calling != object_code, "the kernel reads its integers"
    with pytest.raises(UncoveredError, match="PyObject_CallX runs Python code"):
        list(code_parts(calling))


def changed(code, section, at=0):
    """CODE with one byte of a section turned."""
    start, count = struct.unpack_from("<Q", code, 40)[0], struct.unpack_from("<H", code, 60)[0]
    names = [each.name for each in sections(code)]
    assert count == len(names)
    place = struct.unpack_from("<Q", code, start + 64 * names.index(section) + 24)[0] + at
    return code[:place] + bytes([code[place] ^ 1]) + code[place + 1 :]


def test_every_byte_that_is_loaded_counts_and_no_name(object_code):
    loaded = [each for each in sections(object_code) if each.flags & 2 and each.content]
    assert any(each.name.endswith("text") for each in loaded)
    same = list(code_parts(object_code))
    for section in loaded:
        for at in (0, len(section.content) // 2, len(section.content) - 1):
            assert list(code_parts(changed(object_code, section.name, at))) != same
    symbols = next(each for each in sections(object_code) if each.name == ".strtab").content
    named = symbols.index(b"piecewise_relu_float32")
    assert list(code_parts(changed(object_code, ".strtab", named))) == same


def test_other_object_files_are_not_covered():
    with pytest.raises(UncoveredError, match="not ELF"):
        list(code_parts(b"\xcf\xfa\xed\xfe" + bytes(100)))


def test_kernels_differ_by_code_by_inputs_and_by_type():
    relu, step = array_kernel(ACTIVATIONS["relu"]), array_kernel(ACTIVATIONS["relu"], 1)
    for kernel in (relu, step):
        kernel(np.zeros(1, np.float32))
    x = np.ones(8, np.float32)
    found = [
        kernel_hash([relu], "float32", [x]),
        kernel_hash([step], "float32", [x]),
        kernel_hash([relu], "float32", 1),
    ]
    assert None not in found
    assert len(set(found)) == 3
    assert kernel_hash([relu], "float32", [x.copy()]) == found[0]
    assert kernel_hash([relu], "float32", [x], asks_card=True) != found[0]


def test_a_kernel_that_is_kept_nowhere_is_not_covered(monkeypatch):
    monkeypatch.setattr(cache, "folder", lambda: None)
    assert kernel_hash([array_kernel(ACTIVATIONS["relu"])], "float32", []) is None


def test_frames_with_equal_numbers_have_equal_inputs_wherever_they_lie():
    made = [Frame(np.ones((2, 3)), lr=0.5) for _ in range(2)]
    for frame in made:
        frame.g[:], frame.loss[:] = 0.0, 0.0
    assert digest([], frame_inputs(made[0])) == digest([], frame_inputs(made[1]))
    made[1].lr[0] = 0.25
    assert digest([], frame_inputs(made[0])) != digest([], frame_inputs(made[1]))
