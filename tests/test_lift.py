"""Lifts: shapes, types, out=, threads."""

import ctypes

import numpy as np
import pytest

from dlc.cli.catalog import array_kernel
from dlc.kernels.lift import BLOCK, PARALLEL_FROM, STREAM_FROM
from dlc.kernels.native import HEADER
from dlc.reference.activations import ACTIVATIONS

TANH = ACTIVATIONS["tanh"]
READ_ONLY = np.zeros(3)
READ_ONLY.flags.writeable = False


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["tanh", "softmax", "leaky_relu"])
def test_threads_do_not_change_a_bit(name, dtype, monkeypatch):
    monkeypatch.setattr("dlc.kernels.lift.WORTH_WAKING", 0)
    card = ACTIVATIONS[name]
    x = np.random.default_rng(0).normal(0, 3, (3 * PARALLEL_FROM // 50 + 7, 50)).astype(dtype)
    kernel = array_kernel(card)
    serial = kernel(x, *card.knobs.values())
    for threads in (2, 3, 5):
        assert kernel(x, *card.knobs.values(), threads=threads).tobytes() == serial.tobytes()


def test_bits_do_not_depend_on_the_place_in_an_array():
    """The vector loop and the loop over what remains round alike."""
    x = np.random.default_rng(1).normal(0, 3, 1003).astype(np.float32)
    whole = array_kernel(TANH)(x)
    assert all(array_kernel(TANH)(x[i : i + 1])[0] == whole[i] for i in range(0, 1003, 17))


def test_out_is_filled_and_returned():
    x = np.linspace(-1, 1, 12).reshape(3, 4)
    out = np.empty_like(x)
    assert array_kernel(TANH)(x, out=out) is out
    assert np.allclose(out, np.tanh(x), rtol=1e-15)
    assert array_kernel(TANH)(x, out=x) is x  # in place
    assert np.array_equal(x, out)


def test_strided_input_is_read_right():
    x = np.linspace(-1, 1, 20)[::3]
    assert np.array_equal(array_kernel(TANH)(x), array_kernel(TANH)(x.copy()))


def test_nothing_in_nothing_out():
    assert array_kernel(TANH)(np.empty((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("offset", [0, 1, 3])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_large_result_is_written_past_the_caches_whole(dtype, offset, threads, monkeypatch):
    """Whatever the alignment of OUT, every number of it and nothing beside it is written."""
    monkeypatch.setattr("dlc.kernels.lift.WORTH_WAKING", 0)
    count = STREAM_FROM // 4 + 2 * BLOCK + 5
    x = np.random.default_rng(2).normal(0, 3, count).astype(dtype)
    room = np.full(count + 8, -7.0, dtype)
    out = room[offset : offset + count]
    array_kernel(TANH)(x, out=out, threads=threads)
    pieces = [array_kernel(TANH)(part) for part in np.array_split(x, 97)]
    assert np.array_equal(out, np.concatenate(pieces))
    assert (room[:offset] == -7).all()
    assert (room[offset + count :] == -7).all()


@pytest.mark.parametrize(
    ("x", "params", "out", "error", "words"),
    [
        (np.arange(3), (), None, TypeError, "float32 or float64 .*, not <i8"),
        (np.zeros(3, np.float16), (), None, TypeError, "not <f2"),
        (np.zeros(3), (1.0,), None, TypeError, "takes 0 parameters, not 1"),
        (np.zeros(3), (), np.zeros(4), ValueError, "shape"),
        (np.zeros(3), (), np.zeros(3, np.float32), ValueError, "float64"),
        (np.zeros(3), (), np.zeros(6)[::2], ValueError, "contiguous"),
        (np.zeros(3, ">f4"), (), None, TypeError, "not >f4"),
        (np.float64(1), (), None, TypeError, "an array, not float64"),
        (np.zeros(3), (), READ_ONLY, ValueError, "writable"),
    ],
)
def test_what_does_not_fit_is_refused(x, params, out, error, words):
    with pytest.raises(error, match=words):
        array_kernel(TANH)(x, *params, out=out)


def test_an_array_keeps_its_address_where_kernels_look():
    for array in (np.zeros(3), np.zeros((2, 5), np.float32)[1:], np.arange(10.0)[4:]):
        assert ctypes.c_void_p.from_address(id(array) + HEADER).value == array.ctypes.data


@pytest.mark.parametrize("name", ["tanh", "softmax", "log_softmax"])
def test_out_may_overlap_the_input(name):
    kernel = array_kernel(ACTIVATIONS[name])
    start = np.linspace(-2, 2, 9)
    alone = kernel(start[:-1].copy())
    for source, target in ((slice(0, 8), slice(1, 9)), (slice(1, 9), slice(0, 8)), (slice(0, 8), slice(0, 8))):
        both = np.empty(9)
        both[source] = start[:-1]
        assert kernel(both[source], out=both[target]).tolist() == alone.tolist()


def test_a_vector_function_needs_a_vector():
    with pytest.raises(ValueError, match="not a single number"):
        array_kernel(ACTIVATIONS["softmax"])(np.array(1.0))
