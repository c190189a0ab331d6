"""An optimizer's step along one vector, in either type, against the reference at fifty digits."""

from dlc.cli.agreement import Agreement, exactly, of_worst, relative_error
from dlc.reference.chain import Link, Walk
from dlc.reference.optimizers import OptimizerCard
from dlc.reference.ulp import DIGITS, FORMATS

SEED = 2026
STEPS, COORDINATES = 20, 12
LEARNING_RATE = 2.0**-7
ROUNDINGS = 100  # in float32: steps of a rule, each with some


def check_dense(card: OptimizerCard, dtype: str) -> Agreement:
    """The worst error of the parameters after each of some steps, relative to the larger of 1 and the exact number."""
    import mpmath
    import numpy as np

    from dlc.kernels.dense import Dense

    random = np.random.default_rng(SEED)
    dense = Dense(card.name, random.normal(size=COORDINATES), LEARNING_RATE, dtype=dtype)
    bound = max(card.agreement, ROUNDINGS * 2.0 ** -FORMATS[dtype].digits) if dtype == "float32" else card.agreement
    errors = []
    with mpmath.workdps(DIGITS):
        walk = Walk([Link(card)], exactly(dense.x), LEARNING_RATE)
        for t in range(1, STEPS + 1):
            dense.g[:] = random.normal(size=COORDINATES)
            dense.step()
            walk.step(exactly(dense.g))
            errors.append((relative_error(dense.x, walk.x), f"step {t}"))
    return Agreement(card.name, "step", dtype, *of_worst(errors), bound, STEPS * COORDINATES)
