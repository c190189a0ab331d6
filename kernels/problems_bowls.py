# ruff: noqa: D103 - a kernel has the docstring of the reference's function of the same name
"""Problems with one basin that is nearly a quadratic."""

import numpy as np

from dlc.kernels.functions import function


@function(2)
def sphere(x, g, loss, _t, _task):
    loss[:] = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            g[i, j] = 2 * x[i, j]
            loss[j] += x[i, j] * x[i, j]


def spectrum(dimension: int = 10, condition: float = 1e4) -> np.ndarray:
    """Eigenvalues from 1 to CONDITION, equally spaced in their logarithm."""
    return condition ** (np.arange(dimension) / max(1, dimension - 1))


@function(10, spectrum)
def quadratic(x, g, loss, _t, task):
    loss[:] = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            g[i, j] = task.constants[i] * x[i, j]
            loss[j] += 0.5 * x[i, j] * g[i, j]


def turned_axes(condition: float = 100.0, angle: float = 30.0) -> tuple[float, float, float]:
    """The condition, and cos and sin of the angle."""
    return condition, np.cos(np.radians(angle)), np.sin(np.radians(angle))


@function(2, turned_axes)
def rotated_ellipsoid(x, g, loss, _t, task):
    condition, c, s = task.constants[0], task.constants[1], task.constants[2]
    for j in range(x.shape[1]):
        u, v = c * x[0, j] - s * x[1, j], s * x[0, j] + c * x[1, j]
        loss[j] = 0.5 * (u * u + condition * v * v)
        g[0, j] = c * u + s * condition * v
        g[1, j] = c * condition * v - s * u


@function(2)
def booth(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        p, q = x[0, j] + 2 * x[1, j] - 7, 2 * x[0, j] + x[1, j] - 5
        loss[j] = p * p + q * q
        g[0, j] = 2 * p + 4 * q
        g[1, j] = 4 * p + 2 * q


@function(2)
def matyas(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        a, b = x[0, j], x[1, j]
        loss[j] = 0.26 * (a * a + b * b) - 0.48 * a * b
        g[0, j] = 0.52 * a - 0.48 * b
        g[1, j] = 0.52 * b - 0.48 * a


@function(2)
def zakharov(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        square, s = 0.0, 0.0
        for i in range(x.shape[0]):
            square += x[i, j] * x[i, j]
            s += 0.5 * (i + 1) * x[i, j]
        loss[j] = square + s * s + s * s * s * s
        slope = s + 2 * s * s * s
        for i in range(x.shape[0]):
            g[i, j] = 2 * x[i, j] + (i + 1) * slope
