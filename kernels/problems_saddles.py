# ruff: noqa: D103 - a kernel has the docstring of the reference's function of the same name
"""Problems with saddles, cliffs, kinks and plateaus."""

import numpy as np

from dlc.kernels.functions import function


@function(2)
def saddle(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        loss[j] = x[0, j] * x[0, j] - x[1, j] * x[1, j]
        g[0, j] = 2 * x[0, j]
        g[1, j] = -2 * x[1, j]


@function(2)
def monkey_saddle(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        a, b = x[0, j], x[1, j]
        loss[j] = a * (a * a - 3 * b * b)
        g[0, j] = 3 * (a * a - b * b)
        g[1, j] = -6 * a * b


@function(2)
def bounded_saddle(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        a, c = x[0, j], x[1, j] * x[1, j]
        loss[j] = a * a + (c / 4 - 1) * c
        g[0, j] = 2 * a
        g[1, j] = (c - 2) * x[1, j]


@function(2)
def cliff(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        a, b = x[0, j], x[1, j]
        share = 1 / (1 + np.exp(40 * (1 - a)))  # (1 + tanh)/2, without cancellation
        loss[j] = 0.5 * (a * a + b * b) + 10 * share
        g[0, j] = a + 400 * share * (1 - share)
        g[1, j] = b


@function(2)
def zigzag(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        place = x[0, j] + 1 - 4 * np.floor((x[0, j] + 1) / 4)
        slope = 0.0 if place == 0 else np.sign(2 - place)
        r = x[1, j] - (1 - abs(place - 2))
        loss[j] = abs(r) + x[0, j] * x[0, j] / 20
        g[0, j] = x[0, j] / 10 - np.sign(r) * slope
        g[1, j] = np.sign(r)


@function(2)
def plateau(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        square = 0.0
        for i in range(x.shape[0]):
            square += x[i, j] * x[i, j]
        below = np.expm1(-0.5 * square)
        loss[j] = -below
        for i in range(x.shape[0]):
            g[i, j] = x[i, j] * (1 + below)


@function(10)
def chain(x, g, loss, _t, _task):
    n = x.shape[0]
    for j in range(x.shape[1]):
        before = 1.0
        for i in range(n):
            g[i, j] = before
            before *= x[i, j]
        loss[j] = 0.5 * (before - 1) * (before - 1)
        after = before - 1
        for i in range(n - 1, -1, -1):
            g[i, j] *= after
            after *= x[i, j]
