"""Proofs: a float32 kernel over every input there is."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from dlc.cli import progress
from dlc.cli.agreement import Agreement
from dlc.cli.agreement_activations import worst_of
from dlc.cli.quantities import Quantity, quantities
from dlc.kernels.exhaustive import BLOCK, BLOCKS, CHUNK, PATTERNS, ErrorKernel
from dlc.kernels.lift import available_threads
from dlc.reference.activations import ActivationCard


def prove(card: ActivationCard) -> Iterator[Agreement]:
    """The worst error of value and derivatives over all 2³² float32 inputs."""
    for quantity in quantities(card):
        yield prove_quantity(quantity)


def prove_quantity(quantity: Quantity, stride: int = 1) -> Agreement:
    """The worst error over all 2³² float32 inputs, or those of every STRIDEth block.

    The float64 kernel finds the block of inputs where it is; there the reference at fifty digits has the last word.
    """
    card, kernel = quantity.card, quantity.kernel
    params = card.knobs
    errors = ErrorKernel(*kernel.origin)
    pool = ThreadPoolExecutor(available_threads())
    try:
        pieces = errors.all_blocks(tuple(params.values()), pool, stride)
        label = f"{card.name}, {quantity.label}: {'all' if stride == 1 else 'many'} inputs"
        worst_of_blocks = np.concatenate(list(progress.over(pieces, label, total=-(-BLOCKS // CHUNK // stride))))
    finally:
        pool.shutdown(cancel_futures=True)  # after Ctrl-C: do not finish what has not begun
    block = int(worst_of_blocks.argmax()) * stride % BLOCKS
    x = np.arange(block * BLOCK, (block + 1) * BLOCK, dtype=np.uint32).view(np.float32)
    worst = worst_of(quantity, params, x, kernel(x, *params.values()))
    return replace(worst, samples=min(worst_of_blocks.size * BLOCK, PATTERNS))
