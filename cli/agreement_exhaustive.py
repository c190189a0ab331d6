"""Proofs: a float32 kernel over every input there is."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dlc.cli import progress
from dlc.cli.agreement import Agreement
from dlc.cli.agreement_activations import error_at
from dlc.cli.catalog import array_kernel
from dlc.cli.values import params_as_type
from dlc.kernels.exhaustive import BLOCK, CHUNKS, PATTERNS, ErrorKernel
from dlc.kernels.lift import available_threads
from dlc.reference.activations import ActivationCard


def prove(card: ActivationCard) -> Iterator[Agreement]:
    """The worst error of value and derivative over all 2³² float32 inputs.

    The float64 kernel finds the block of inputs where it is; there the reference at fifty digits has the last word.
    """
    params = params_as_type(card.knobs, "float32")
    for derivative, quantity in ((False, "value"), (True, "derivative")):
        kernel = array_kernel(card, derivative=derivative)
        errors = ErrorKernel(*kernel.origin)
        pool = ThreadPoolExecutor(available_threads())
        try:
            chunks = errors.all_blocks(tuple(params.values()), pool)
            label = f"{card.name}, {quantity}: all inputs"
            worst_of_blocks = np.concatenate(list(progress.over(chunks, label, total=CHUNKS)))
        finally:
            pool.shutdown(cancel_futures=True)  # after Ctrl-C: do not finish what has not begun
        block = int(worst_of_blocks.argmax())
        x = np.arange(block * BLOCK, (block + 1) * BLOCK, dtype=np.uint32).view(np.float32)
        values = kernel(x, *params.values())
        exact = [
            error_at(card, derivative, point, value, params, "float32")
            for point, value in zip(x.tolist(), values.tolist(), strict=True)
        ]
        at = int(np.argmax(exact))
        bound = card.ulp["float32"][derivative]
        yield Agreement(card.name, quantity, "float32", exact[at], "ulp", f"x = {x[at]}", bound, PATTERNS)
