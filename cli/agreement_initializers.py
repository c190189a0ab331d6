"""Initialisers: the kernel's matrices against the reference's, and against what their law declares."""

from collections.abc import Iterator
from dataclasses import astuple
from typing import TYPE_CHECKING

from dlc.cli.agreement import Agreement
from dlc.reference.initializers import InitializerCard

if TYPE_CHECKING:
    import numpy as np

    from dlc.reference.initializer_laws import Law

SHAPES = ((6, 9), (9, 4), (1, 1))  # that the reference draws, number by number
LARGE = (400, 300)
SEEDS = (1, 2)
SAME = 1e-13
STANDARD_ERRORS = 5.0  # that a moment of LARGE may be off


def check_initializer(card: InitializerCard) -> Iterator[Agreement]:
    """The numbers, their mean and deviation, and their bounds."""
    import numpy as np

    cases = [(shape, seed) for shape in SHAPES for seed in SEEDS]
    errors = []
    for shape, seed in cases:
        law = card.law(*shape)
        off = np.abs(drawn(law, shape, seed) - np.array(law.matrix(*shape, seed))).max()
        errors.append((float(off), f"{shape[0]} inputs, {shape[1]} units, seed {seed}"))
    worst, at = max(errors)
    yield Agreement(card.name, "matrix", "float64", worst, "absolute", at, SAME, sum(a * b for (a, b), _ in cases))
    law, numbers = card.law(*LARGE), drawn(card.law(*LARGE), LARGE, SEEDS[0])
    where, count = f"{LARGE[0]} inputs, {LARGE[1]} units", numbers.size
    tiny = SAME * max(1.0, abs(law.mean))
    scale = law.std / count**0.5 + tiny
    for quantity, found, declared in (("mean", numbers.mean(), law.mean), ("deviation", numbers.std(), law.std)):
        off = abs(float(found) - declared) / scale
        yield Agreement(card.name, quantity, "float64", off, "standard errors", where, STANDARD_ERRORS, count)
    low, high = law.bounds
    beyond = max(low - float(numbers.min()), float(numbers.max()) - high, 0.0)
    yield Agreement(card.name, "bounds", "float64", beyond, "absolute", where, SAME, count)


def drawn(law: "Law", shape: tuple[int, int], seed: int) -> "np.ndarray":
    """A matrix [inputs, units] of the compiled side."""
    from dlc.kernels.mlp_initial import LAWS

    return LAWS[type(law).__name__.lower()](*shape, seed, *astuple(law))
