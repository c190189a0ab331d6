"""Problem kernels against the reference at fifty digits, on random points.

An error is relative to the larger of 1 and the exact number.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dlc.cli.agreement import Agreement, exactly, of_worst, relative_error
from dlc.cli.errors import BadInputError
from dlc.reference.problems import ProblemCard
from dlc.reference.ulp import DIGITS

if TYPE_CHECKING:
    import numpy as np

    from dlc.kernels.lanes import Task
    from dlc.kernels.problems import Problem

SEED = 2026
STEP = 8  # the one looked at: an epoch of 7 batches, as of quadratic_deep, is drawn at its first
POINTS = 500  # of a function of few variables
WORK = 20_000  # points · dimension², at most: a matrix may be behind a function
NETWORKS = 2  # points of a model of data; 1 of one with thousands of parameters
ROWS = 32


def check_problem(card: ProblemCard, points: int = POINTS) -> Iterator[Agreement]:
    """The worst error of the value and of the gradient, over the box and near the minima, or at random weights."""
    import mpmath

    from dlc.kernels.lanes import Frame
    from dlc.kernels.problems import problem_of

    problem = problem_of(card.name, card.dimension, card.rotation)
    x, task, rows = _sample(card, problem, min(points, 1 + WORK // card.dimension**2))
    frame = Frame(x, task)
    problem.gradient(frame.address, float(STEP))
    values, gradients = [], []
    with mpmath.workdps(DIGITS):
        knobs = {name: mpmath.mpf(value) for name, value in card.knobs.items()}
        for j in range(x.shape[1]):
            point = exactly(x[:, j])
            at = "x = " + ", ".join(f"{value!r}" for value in x[:3, j].tolist()) + ", ..." * (len(x) > 3)
            slopes = card.gradient(point, *rows, **knobs)
            if card.noise:
                noise = card.noise(point, int(task.seeds[j]), STEP, **knobs)
                slopes = [a + b for a, b in zip(slopes, noise, strict=True)]
            values.append((relative_error(frame.loss[j : j + 1], [card.function(point, *rows, **knobs)]), at))
            gradients.append((relative_error(frame.g[:, j], slopes), at))
    yield Agreement(card.name, "value", "float64", *of_worst(values), card.agreement, frame.loss.size)
    yield Agreement(card.name, "gradient", "float64", *of_worst(gradients), card.agreement, frame.g.size)


def _sample(card: ProblemCard, problem: "Problem", points: int) -> tuple["np.ndarray", "Task", list[Any]]:
    """Points [dimension, lanes], their task, and the same data for the reference, which takes none for a function.

    POINTS of a function are in its box, and as many near its minima. Raises BadInputError where there are no data.
    """
    import numpy as np

    from dlc.kernels.datasets import MissingExtraError
    from dlc.kernels.lanes import make_task
    from dlc.kernels.networks import Network

    random = np.random.default_rng(SEED)
    if isinstance(problem, Network):
        seeds = np.arange(NETWORKS if card.dimension < 1000 else 1)
        try:
            data = problem.data()
        except MissingExtraError as error:
            raise BadInputError(str(error)) from None
        some = random.permutation(len(data.labels))[:ROWS]
        inputs, labels = data.inputs[some], data.labels[some]
        rows = [(exactly(row), label) for row, label in zip(inputs, labels.tolist(), strict=True)]
        return problem.initial(seeds), make_task(seeds, (), inputs, labels), [rows]
    # The start too, where no minimum is known.
    known = np.array([point for point in (*card.minima, *card.traps, card.start, card.hard_start) if point])
    near = known[random.integers(max(1, len(card.minima)), size=points)]
    near += random.normal(size=near.shape) * 10.0 ** random.uniform(-12, 0, (points, 1))
    low, high = np.array(card.bounds, float).T
    everywhere = random.uniform(low, high, (points, card.dimension))
    x = np.concatenate([known, near, everywhere]).T.copy()
    return x, problem.task(np.arange(x.shape[1])), []
