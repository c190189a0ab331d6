"""What optimizers race on, in lanes form: functions of a few variables, and networks on MNIST-1D.

Every problem has a dimension, knobs with their defaults, a compiled gradient and the task it draws on.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dlc.kernels.jit import compiled
from dlc.kernels.lanes import FRAMED, Task, framed_gradient, make_task
from dlc.kernels.networks import MLP, SOFTMAX, Network


def nothing() -> tuple[float, ...]:
    """The constants of a function that has none."""
    return ()


@dataclass(frozen=True)
class Function:
    """A function of a few variables as a problem for a race."""

    source: Callable[..., None]
    dimension: int
    constants: Callable[..., Any]  # knobs -> task.constants

    @property
    def knobs(self) -> dict[str, float]:
        """Parameters with their defaults."""
        return {name: knob.default for name, knob in inspect.signature(self.constants).parameters.items()}

    @cached_property
    def gradient(self) -> Any:
        """Compiled as gradient(frame, t)."""
        return compiled(FRAMED)(framed_gradient(self.source, self.source.__name__))

    def task(self, seeds: np.ndarray, **knobs: float) -> Task:
        """The function's constants, for lanes with these SEEDS."""
        return make_task(seeds, self.constants(**knobs))


Problem = Function | Network
PROBLEMS: dict[str, Problem] = {network.name: network for network in (SOFTMAX, MLP)}


def function(
    dimension: int, constants: Callable[..., Any] = nothing
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Enter a gradient of DIMENSION variables."""

    def enter(gradient: Callable[..., None]) -> Callable[..., None]:
        PROBLEMS[gradient.__name__] = Function(gradient, dimension, constants)
        return gradient

    return enter


def spectrum(condition: float = 1e4) -> np.ndarray:
    """Ten eigenvalues from 1 to CONDITION, equally spaced in their logarithm."""
    return condition ** (np.arange(10) / 9)


@function(10, spectrum)
def quadratic(x, g, loss, _t, task):
    """½ Σ λᵢxᵢ²."""
    loss[:] = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            g[i, j] = task.constants[i] * x[i, j]
            loss[j] += 0.5 * x[i, j] * g[i, j]


@function(2)
def rosenbrock(x, g, loss, _t, _task):
    """100(y-x²)² + (1-x)²."""
    for j in range(x.shape[1]):
        a, b = 1 - x[0, j], x[1, j] - x[0, j] * x[0, j]
        loss[j] = 100 * b * b + a * a
        g[0, j] = -400 * b * x[0, j] - 2 * a
        g[1, j] = 200 * b


@function(2)
def beale(x, g, loss, _t, _task):
    """Σ (cₖ - x + xyᵏ)² for c = 1.5, 2.25, 2.625."""
    for j in range(x.shape[1]):
        u, y = x[0, j], x[1, j]
        square = y * y
        a, b, c = 1.5 - u + u * y, 2.25 - u + u * square, 2.625 - u + u * square * y
        loss[j] = a * a + b * b + c * c
        g[0, j] = 2 * (a * (y - 1) + b * (square - 1) + c * (square * y - 1))
        g[1, j] = 2 * u * (a + 2 * b * y + 3 * c * square)


@function(2)
def himmelblau(x, g, loss, _t, _task):
    """(x²+y-11)² + (x+y²-7)²."""
    for j in range(x.shape[1]):
        u, y = x[0, j], x[1, j]
        a, b = u * u + y - 11, u + y * y - 7
        loss[j] = a * a + b * b
        g[0, j] = 4 * a * u + 2 * b
        g[1, j] = 2 * a + 4 * b * y
