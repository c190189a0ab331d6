"""The lanes form: many runs side by side in arrays [dimension, lanes], innermost loops over the lanes.

A gradient and a step are first-class functions of fixed types, so that one compiled driver serves every pair of them:
N problems and M optimizers are compiled N + M times, not N * M times.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import float64, int32, int64, types

VECTOR = float64[::1]
MATRIX = float64[:, ::1]
SLOTS = float64[:, :, ::1]


class Task(NamedTuple):
    """What a gradient may need besides the point: a function's constants; a network's data and batch orders."""

    constants: np.ndarray  # [constants]
    inputs: np.ndarray  # [rows, features]
    labels: np.ndarray  # [rows]
    seeds: np.ndarray  # [lanes]: lanes of one seed see the same batches
    order: np.ndarray  # [lanes, rows]: the present epoch's order of the rows, kept between steps


TASK = types.NamedTuple((VECTOR, MATRIX, int64[::1], int64[::1], int32[:, ::1]), Task)

# gradient(x, g, loss, t, task) fills g [dimension, lanes] and loss [lanes] at x, as seen by step number t = 1, 2, ...
GRADIENT = types.void(MATRIX, MATRIX, VECTOR, float64, TASK)

# step(x, g, state, t, lr, knobs) moves x [dimension, lanes] and its state [slots, dimension, lanes]; lr is [lanes].
STEP = types.void(MATRIX, MATRIX, SLOTS, float64, VECTOR, VECTOR)


def named(function: Callable[..., None], name: str) -> Callable[..., None]:
    """A function made by another one, under a name, and so a file of Numba's cache, of its own."""
    function.__name__ = function.__qualname__ = name
    return function


def make_task(
    seeds: np.ndarray, constants: Any = (), inputs: np.ndarray | None = None, labels: np.ndarray | None = None
) -> Task:
    """A task for lanes with these SEEDS; without data for a plain function."""
    inputs = np.empty((0, 0)) if inputs is None else inputs
    labels = np.empty(0, np.int64) if labels is None else labels
    order = np.zeros((len(seeds), len(inputs)), np.int32)
    return Task(np.asarray(constants, np.float64), inputs, labels, np.ascontiguousarray(seeds, np.int64), order)
