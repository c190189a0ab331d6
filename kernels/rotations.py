"""Rotations of space by an angle (see the reference's file of this name), and functions of what is rotated."""

import random
from collections.abc import Callable
from functools import cache
from math import cos, log, pi, sqrt

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.lanes import named

SEED = 1


def basis(n: int) -> np.ndarray:
    """N orthonormal vectors as rows, from normal draws."""
    uniform = random.Random(SEED).random
    draws = [[sqrt(-2 * log(1 - uniform())) * cos(2 * pi * uniform()) for _ in range(n)] for _ in range(n)]
    vectors, triangle = np.linalg.qr(np.array(draws).T)
    return (vectors * np.sign(np.diag(triangle))).T


@cache
def rotation(n: int, degrees: float) -> np.ndarray:
    """R [n, n], which turns every vector by DEGREES; with an odd number of dimensions one direction stays."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn = np.eye(n)
    for i in range(0, n - 1, 2):
        turn[i : i + 2, i : i + 2] = (c, -s), (s, c)
    across = np.eye(2) if n == 2 else basis(n)
    return across.T @ turn @ across


@cache
@cache
def rotated(source: Callable[..., None]) -> Callable[..., None]:
    """SOURCE(x, g, loss, t, task) at R·x, with R as the task's inputs."""
    inner = register_jitable(source)

    def turned(x, g, loss, t, task):
        turn, y, slopes = task.inputs, np.zeros_like(x), np.empty_like(g)
        for i in range(x.shape[0]):
            for k in range(x.shape[0]):
                for j in range(x.shape[1]):
                    y[i, j] += turn[i, k] * x[k, j]
        inner(y, slopes, loss, t, task)
        g[:] = 0.0
        for i in range(x.shape[0]):
            for k in range(x.shape[0]):
                for j in range(x.shape[1]):
                    g[k, j] += turn[i, k] * slopes[i, j]

    return named(turned, f"rotated_{source.__name__}")
