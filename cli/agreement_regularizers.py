"""Kernels of regularisers against the reference at fifty digits, on random matrices.

An error is relative to the larger of 1 and the exact number.
"""

from collections.abc import Iterator

from dlc.cli.agreement import Agreement, exactly, of_worst, relative_error
from dlc.reference.regularizers import RegularizerCard
from dlc.reference.ulp import DIGITS

SHAPES = ((1, 1), (7, 3), (16, 5))
SEED = 2026


def check_regularizer(card: RegularizerCard) -> Iterator[Agreement]:
    """The worst error of what it gives; nothing of one that is computed elsewhere, and checked there."""
    if card.elsewhere:
        return
    import mpmath
    import numpy as np

    from dlc.kernels.train_regularizers import KERNELS, regularised

    random, errors, count = np.random.default_rng(SEED), [], 0
    knob = next(iter(card.knobs.values()))
    with mpmath.workdps(DIGITS):
        for shape in SHAPES:
            numbers = random.normal(size=shape)
            knobs = {"seed": float(SEED)} if "seed" in card.knobs else {}
            exact = [each for row in card.function([exactly(row) for row in numbers], **knobs) for each in row]
            found = regularised(KERNELS.index(card.name), numbers, knob, SEED).ravel()
            errors.append((relative_error(found, exact), f"{shape[0]} rows of {shape[1]}"))
            count += numbers.size
    yield Agreement(card.name, "result", "float64", *of_worst(errors), card.agreement, count)
