"""Optimizer and problem kernels against the reference at fifty digits, on random points and gradients.

An error is relative to the larger of 1 and the exact number.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dlc.cli.agreement import Agreement
from dlc.reference.optimizers import OptimizerCard
from dlc.reference.problems import ProblemCard
from dlc.reference.ulp import DIGITS

if TYPE_CHECKING:
    import numpy as np

    from dlc.kernels.lanes import Task
    from dlc.kernels.problems import Problem

SEED = 2026
STEPS = 100
COORDINATES, LANES = 4, 8
POINTS = 500  # of a function
NETWORKS = 2  # points of a network, which has thousands of parameters


def check_optimizer(card: OptimizerCard) -> Iterator[Agreement]:
    """The worst error of x after each of 100 steps, the gradients spread over six decades and the rates over four."""
    import mpmath
    import numpy as np

    from dlc.kernels.optimizers import STEPS as KERNELS

    random = np.random.default_rng(SEED)
    kernel = KERNELS[card.name]
    start = random.normal(size=(COORDINATES, LANES))
    rates = 10.0 ** random.uniform(-4, 0, LANES)
    frame = kernel.frame(start, rates)
    errors = []
    with mpmath.workdps(DIGITS):
        exact = [_exact(lane) for lane in start.T]
        slots = [card.start(lane) for lane in exact]
        for t in range(1, STEPS + 1):
            frame.g[:] = random.normal(size=start.shape) * 10.0 ** random.uniform(-4, 2, start.shape)
            kernel.step(frame.address, float(t))
            for j in range(LANES):
                exact[j], slots[j] = card.step(exact[j], _exact(frame.g[:, j]), slots[j], t, lr=float(rates[j]))
                errors.append((_worst(frame.x[:, j], exact[j]), f"step {t}, lr = {rates[j]:.6g}"))
    yield Agreement(card.name, "step", "float64", *_of_worst(errors), card.agreement, STEPS * start.size)


def check_problem(card: ProblemCard, points: int = POINTS) -> Iterator[Agreement]:
    """The worst error of the value and of the gradient, over the box and near the minima, or at random weights."""
    import mpmath

    from dlc.kernels.lanes import Frame
    from dlc.kernels.problems import PROBLEMS as KERNELS

    problem = KERNELS[card.name]
    x, task, rows = _sample(card, problem, points)
    frame = Frame(x, task)
    problem.gradient(frame.address, 1.0)
    values, gradients = [], []
    with mpmath.workdps(DIGITS):
        knobs = {name: mpmath.mpf(value) for name, value in card.knobs.items()}
        for j in range(x.shape[1]):
            point = _exact(x[:, j])
            at = "x = " + ", ".join(f"{value!r}" for value in x[:3, j].tolist()) + ", ..." * (len(x) > 3)
            values.append((_worst(frame.loss[j : j + 1], [card.function(point, *rows, **knobs)]), at))
            gradients.append((_worst(frame.g[:, j], card.gradient(point, *rows, **knobs)), at))
    yield Agreement(card.name, "value", "float64", *_of_worst(values), card.agreement, frame.loss.size)
    yield Agreement(card.name, "gradient", "float64", *_of_worst(gradients), card.agreement, frame.g.size)


def _sample(card: ProblemCard, problem: "Problem", points: int) -> tuple["np.ndarray", "Task", list[Any]]:
    """Points [dimension, lanes], their task, and the same data for the reference, which takes none for a function.

    POINTS of a function are in its box, and as many near its minima.
    """
    import numpy as np

    from dlc.kernels.lanes import make_task
    from dlc.kernels.networks import BATCH, Network

    random = np.random.default_rng(SEED)
    if isinstance(problem, Network):
        seeds = np.arange(NETWORKS)
        inputs, labels = (part[:BATCH] for part in problem.data()[:2])
        rows = [(_exact(signal), label) for signal, label in zip(inputs, labels.tolist(), strict=True)]
        return problem.initial(seeds), make_task(seeds, (), inputs, labels), [rows]
    known = np.array([*card.minima, card.start])  # the start too, where no minimum is known
    near = known[random.integers(max(1, len(card.minima)), size=points)]
    near += random.normal(size=near.shape) * 10.0 ** random.uniform(-12, 0, (points, 1))
    everywhere = random.uniform(*card.box, (points, card.dimension))
    x = np.concatenate([known, near, everywhere]).T.copy()
    return x, problem.task(np.zeros(x.shape[1], np.int64)), []


def _exact(values: Iterable[Any]) -> list[Any]:
    import mpmath

    return [mpmath.mpf(float(value)) for value in values]


def _worst(computed: Iterable[Any], exact: Iterable[Any]) -> float:
    return max(float(abs(float(a) - b) / max(1, abs(b))) for a, b in zip(computed, exact, strict=True))


def _of_worst(errors: list[tuple[float, str]]) -> tuple[float, str, str]:
    """The worst error, its unit, and where it is; nan is worse than any."""
    worst, at = max(errors, key=lambda error: (error[0] != error[0], error[0]))
    return worst, "relative", at
