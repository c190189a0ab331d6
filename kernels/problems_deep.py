# ruff: noqa: D103 - a kernel has the docstring of the reference's function of the same name
"""The quadratic of DeepOBS with the spectrum of a deep network, from numbers of NumPy's legacy generator."""

from functools import cache
from typing import NamedTuple

import numpy as np

from dlc.kernels.draws import next_batch
from dlc.kernels.functions import function

SIZE, ROWS, BATCH = 100, 1000, 128
TRAINING, TEST = 42, 43


class Deep(NamedTuple):
    """The Hessian, and the rows of training and test."""

    hessian: np.ndarray  # [100, 100]
    rows: np.ndarray  # [1000, 100]
    test_rows: np.ndarray  # [1000, 100]

    def loss(self, x: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """The mean of ½(x − r)ᵀH(x − r) over ROWS, for x [100, lanes]: [lanes]."""
        centre = rows.mean(0)
        off, spread = x - centre[:, None], rows - centre
        return (np.sum(off * (self.hessian @ off), 0) + np.mean(np.sum(spread @ self.hessian * spread, 1))) / 2


def draw_rows(seed: int) -> np.ndarray:
    """1000 normal points with a standard deviation of 0.6, rounded to float32."""
    return np.random.RandomState(seed).normal(0, 0.6, (ROWS, SIZE)).astype(np.float32).astype(np.float64)


@cache
def load() -> Deep:
    """The problem as published: its first instance in a process."""
    random = np.random.RandomState(TRAINING)
    values = np.concatenate([random.uniform(0, 1, 90), random.uniform(30, 60, 10)])
    angle = 2 * np.pi * random.uniform()
    turn = np.array(((np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))))
    for size in range(3, SIZE + 1):
        mirror = random.normal(size=size)
        mirror /= -np.sqrt(mirror @ mirror)
        mirror[0] += 1
        turn = np.pad(turn, (1, 0))
        turn[0, 0] = 1
        turn -= np.outer(mirror, 2 / (mirror @ mirror) * (mirror @ turn))
    return Deep(turn.T @ (values[:, None] * turn), draw_rows(TRAINING), draw_rows(TEST))


def constants() -> np.ndarray:
    """The Hessian row by row, H·centre, and the loss at 0."""
    deep = load()
    centre = deep.rows.mean(0)
    return np.concatenate([deep.hessian.ravel(), deep.hessian @ centre, deep.loss(np.zeros((SIZE, 1)), deep.rows)])


def slopes() -> np.ndarray:
    """H·r of each row r: what it takes away from the gradient."""
    return load().rows @ load().hessian


@function(SIZE, constants, slopes)
def quadratic_deep(x, g, loss, t, task):
    n = x.shape[0]
    loss[:] = task.constants[-1]
    for i in range(n):
        g[i] = 0.0
        for k in range(n):
            for j in range(x.shape[1]):
                g[i, j] += task.constants[i * n + k] * x[k, j]
        for j in range(x.shape[1]):
            loss[j] += x[i, j] * (0.5 * g[i, j] - task.constants[n * n + i])
    total = np.empty(n)
    for j in range(x.shape[1]):
        rows = next_batch(task.order[j], min(BATCH, task.labels.size), task.seeds[j], t)
        total[:] = 0.0
        for row in rows:
            total += task.inputs[row]
        for i in range(n):
            g[i, j] -= total[i] / rows.size
