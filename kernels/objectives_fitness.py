"""Value and gradient of the objectives of fitness maximisation."""

import numpy as np

from dlc.kernels.objective_kernels import objective, scattered, sigmoid

CURVATURES = np.array((1.0, 2.0, 4.0, 8.0, 16.0))
SUMMIT = scattered(147, 5)


@objective(5, maximised=True)
def es_quadratic(theta, g, sigma=0.1):
    total = 0.0
    for i in range(theta.size):
        offset = theta[i] - SUMMIT[i]
        g[i] = -CURVATURES[i] * offset
        total += CURVATURES[i] * (offset * offset + sigma * sigma)
    return -total / 2


@objective(4, maximised=True)
def smoothed_rastrigin(theta, g, sigma=0.3):
    left = 10.0 * np.exp(-2.0 * np.pi**2 * sigma * sigma)
    total = 0.0
    for i in range(theta.size):
        # The wave has the period 1: what is subtracted is exact, and the rest is a small angle.
        angle = 2.0 * np.pi * (theta[i] - np.rint(theta[i]))
        g[i] = -2.0 * theta[i] - 2.0 * np.pi * left * np.sin(angle)
        total += theta[i] * theta[i] + sigma * sigma + 10.0 - left * np.cos(angle)
    return -total


@objective(8, maximised=True)
def one_max(theta, g):
    total = 0.0
    for i in range(theta.size):
        share = sigmoid(theta[i])
        g[i] = share * sigmoid(-theta[i])
        total += share
    return total


@objective(8, maximised=True)
def leading_ones(theta, g):
    run = 1.0
    for i in range(theta.size):
        run *= sigmoid(theta[i])
        g[i] = run
    total = 0.0
    for i in range(theta.size - 1, -1, -1):
        total += g[i]
        g[i] = sigmoid(-theta[i]) * total
    return total
