"""What optimizers race on, in lanes form: functions of a few variables, objectives, and networks on MNIST-1D.

Every problem has a dimension, knobs with their defaults, a compiled gradient and the task it draws on.
"""

import numpy as np

from dlc.kernels import (  # noqa: F401 - each enters its objectives
    objectives_efficiency,
    objectives_error,
    objectives_fitness,
    objectives_reward,
    objectives_stability,
    objectives_wiring,
)
from dlc.kernels.functions import FUNCTIONS, Function, function
from dlc.kernels.networks import MLP, SOFTMAX, Network


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


Problem = Function | Network
PROBLEMS: dict[str, Problem] = {network.name: network for network in (SOFTMAX, MLP)} | FUNCTIONS
