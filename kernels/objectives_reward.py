"""Value and gradient of the objectives of reward maximisation."""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.objective_kernels import dot, objective, softmax

REWARDS = np.array((0.25, 0.5, 0.875, 0.125, 1.0, 0.75))


@objective(6, maximised=True)
def softmax_bandit(theta, g):
    shares, _ = softmax(theta)
    mean = dot(shares, REWARDS)
    for i in range(theta.size):
        g[i] = shares[i] * (REWARDS[i] - mean)
    return mean


@objective(5, maximised=True)
def entropy_bandit(theta, g, temperature=0.5):
    logits = np.zeros(REWARDS.size)
    logits[:-1] = theta
    shares, whole = softmax(logits)
    worth = REWARDS - temperature * (logits - whole)
    mean = dot(shares, worth)
    for i in range(theta.size):
        g[i] = shares[i] * (worth[i] - mean)
    return mean


LEADS = (
    np.array((
        ((6, 2, 0, 0), (1, 0, 5, 2)), ((0, 4, 4, 0), (5, 1, 1, 1)),
        ((2, 2, 2, 2), (0, 0, 1, 7)), ((8, 0, 0, 0), (0, 3, 0, 5)),
    ))
    / 8.0
)  # fmt: skip
EARNS = np.array(((0.125, 0.0), (0.5, -0.25), (0.0, 0.375), (1.0, 0.25)))
BEGINS = np.array((0.5, 0.25, 0.25, 0.0))


@register_jitable
def solve(matrix, x):
    """Put into x the solution of matrix·x = x, by elimination with the greatest pivots; the matrix is used up."""
    size = x.size
    for k in range(size):
        pivot = k + np.argmax(np.abs(matrix[k:, k]))
        for j in range(size):
            matrix[k, j], matrix[pivot, j] = matrix[pivot, j], matrix[k, j]
        x[k], x[pivot] = x[pivot], x[k]
        for i in range(size):
            if i != k:
                factor = matrix[i, k] / matrix[k, k]
                for j in range(k, size):
                    matrix[i, j] -= factor * matrix[k, j]
                x[i] -= factor * x[k]
    for k in range(size):
        x[k] /= matrix[k, k]


@objective(8, maximised=True)
def tabular_mdp(theta, g, discount=0.9):
    system, values = np.eye(BEGINS.size), np.zeros(BEGINS.size)
    for s in range(BEGINS.size):
        shares, _ = softmax(theta[2 * s : 2 * s + 2])
        for a in range(2):
            g[2 * s + a] = shares[a]
            values[s] += shares[a] * EARNS[s, a]
            for to in range(BEGINS.size):
                system[s, to] -= discount * shares[a] * LEADS[s, a, to]
    visits, across = BEGINS.copy(), system.T.copy()
    solve(system, values)
    solve(across, visits)
    for s in range(BEGINS.size):
        first = EARNS[s, 0] + discount * dot(LEADS[s, 0], values)
        second = EARNS[s, 1] + discount * dot(LEADS[s, 1], values)
        slope = visits[s] * g[2 * s] * g[2 * s + 1] * (first - second)
        g[2 * s], g[2 * s + 1] = slope, -slope
    return dot(BEGINS, values)
