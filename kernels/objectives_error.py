"""Value and gradient of the objectives of error minimisation."""

import numpy as np

from dlc.kernels.objective_kernels import dot, objective, scattered, sigmoid, softplus

INPUTS = scattered(0, 12, 4)
TARGETS = INPUTS @ np.array((1.0, -1.0, 0.5, 2.0)) + scattered(48, 12) / 4


@objective(4)
def least_squares(w, g):
    g[:] = 0.0
    total = 0.0
    for n in range(TARGETS.size):
        error = dot(w, INPUTS[n]) - TARGETS[n]
        total += error * error
        for i in range(w.size):
            g[i] += error * INPUTS[n, i]
    return total / 2


CASES = scattered(60, 16, 3)
LABELS = np.where(CASES @ np.array((2.0, -1.0, 1.0)) + scattered(108, 16) > 0, 1.0, -1.0)


@objective(3)
def logistic_cross_entropy(w, g, decay=0.01):
    for i in range(w.size):
        g[i] = decay * w[i]
    total = 0.0
    for n in range(LABELS.size):
        z = -LABELS[n] * dot(w, CASES[n])
        total += softplus(z)
        error = -LABELS[n] * sigmoid(z) / LABELS.size
        for i in range(w.size):
            g[i] += error * CASES[n, i]
    return total / LABELS.size + decay * dot(w, w) / 2


SENSED, WANTED = np.array((0.75, -0.5)), np.array((0.5, -0.25))
FIRST = scattered(124, 3, 2) @ np.tanh(SENSED)  # what the input predicts of the first layer
SECOND, LAST = scattered(130, 3, 3), scattered(139, 2, 3)


@objective(6)
def predictive_coding(x, g):
    active = np.tanh(x)
    total = 0.0
    for i in range(3):
        g[i] = x[i] - FIRST[i]
        total += g[i] * g[i]
        g[3 + i] = (x[3 + i] - dot(SECOND[i], active[:3])) / 0.5
        total += 0.5 * g[3 + i] * g[3 + i]
    for i in range(3):
        for j in range(3):
            g[j] -= (1.0 - active[j] * active[j]) * SECOND[i, j] * g[3 + i]
    for i in range(2):
        error = (WANTED[i] - dot(LAST[i], active[3:])) / 0.25
        total += 0.25 * error * error
        for j in range(3):
            g[3 + j] -= (1.0 - active[3 + j] * active[3 + j]) * LAST[i, j] * error
    return total / 2
