"""Proofs over all float32 inputs: the judge, block by block, against the plain definition of an ulp."""

import numpy as np
import pytest

from dlc.cli.accuracy_peers import errors
from dlc.cli.quantities import quantities
from dlc.kernels.exhaustive import BLOCK, BLOCKS, CHUNK, PATTERNS, ErrorKernel
from dlc.reference.activations import ACTIVATIONS

# Blocks of bit patterns: the least subnormals, around 1 and −1.1, the greatest numbers, infinity with nan after it.
EDGES = [int(np.float32(x).view(np.uint32)) // BLOCK for x in (0.0, 1.0, -1.1, 88.7, -88.7, 3.4e38, -np.inf)]
QUANTITIES = [quantity for name in ("sigmoid", "elu", "prelu") for quantity in quantities(ACTIVATIONS[name])]


@pytest.mark.parametrize("block", EDGES)
@pytest.mark.parametrize("quantity", QUANTITIES, ids=lambda quantity: quantity.symbol)
def test_the_judge_counts_as_defined(quantity, block):
    params = tuple(quantity.card.knobs.values())
    kernel = quantity.kernel
    chunk = block // CHUNK * CHUNK
    found = ErrorKernel(*kernel.origin).blocks(chunk, params)[block - chunk]
    x = np.arange(block * BLOCK, (block + 1) * BLOCK, dtype=np.uint32).view(np.float32)
    with np.errstate(invalid="ignore"):
        wide = x.astype(np.float64)
    values, true = kernel(x, *params), kernel(wide, *params)
    worst = errors(values, true).max()  # tested against the definition in test_accuracy.py
    assert found == pytest.approx(worst, rel=1e-5, abs=1e-7)


def test_a_wrong_value_is_seen():
    """Where the float32 twin differs from the body, the judge says by how much."""
    from numba.extending import register_jitable

    from dlc.kernels import piecewise

    class Wrong(ErrorKernel):
        prefix = "wrong."

        def _named(self, name, kind):
            return piecewise.identity if kind == "float64" else register_jitable(lambda x: x + 1.0)

    one = int(np.float32(1.0).view(np.uint32)) // BLOCK
    chunk = one // CHUNK * CHUNK
    assert Wrong("piecewise", "identity").blocks(chunk, ())[one - chunk] == pytest.approx(2.0**23, rel=1e-6)


def test_all_inputs_are_all_inputs():
    assert BLOCK * BLOCKS == PATTERNS == 1 << 32
    assert BLOCKS % CHUNK == 0


def test_a_stride_leaves_out_the_blocks_between():
    kernel = ErrorKernel(*QUANTITIES[0].kernel.origin)
    first = 260_000  # numbers around 1
    every = np.concatenate([kernel.blocks(first + piece * CHUNK, ()) for piece in range(3)])
    assert kernel.blocks(first, (), stride=3).tolist() == every[::3].tolist()
