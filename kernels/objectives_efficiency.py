"""Value and gradient of the objectives of efficiency."""

import numpy as np

from dlc.kernels.objective_kernels import dot, objective, scattered, sigmoid, softplus

DICTIONARY = scattered(152, 5, 8)
SIGNAL = scattered(192, 5)


@objective(8)
def sparse_coding(a, g, sparsity=0.1):
    total = 0.0
    for i in range(a.size):
        square = a[i] * a[i]
        g[i] = sparsity * 2.0 * a[i] / (1.0 + square)
        total += sparsity * np.log1p(square)
    for k in range(SIGNAL.size):
        error = SIGNAL[k] - dot(DICTIONARY[k], a)
        total += error * error / 2
        for i in range(a.size):
            g[i] -= error * DICTIONARY[k, i]
    return total


DECODER = scattered(197, 5, 4)
STIMULUS = DECODER @ np.array((1.0, 0.5, 2.0, 0.75))


@objective(4)
def firing_rate_cost(u, g, linear=0.1, quadratic=0.02):
    rates = np.exp(u)
    total = 0.0
    for i in range(u.size):
        g[i] = linear + 2.0 * quadratic * rates[i]
        total += linear * rates[i] + quadratic * rates[i] * rates[i]
    for k in range(STIMULUS.size):
        error = STIMULUS[k] - dot(DECODER[k], rates)
        total += error * error
        for i in range(u.size):
            g[i] -= 2.0 * error * DECODER[k, i]
    for i in range(u.size):
        g[i] *= rates[i]
    return total


SPIKES = np.array((2.0, 4.0, 6.0, 8.0, 12.0, 16.0))


@objective(6, maximised=True)
def bits_per_energy(theta, g):
    bits, energy = 0.0, 0.0
    for i in range(theta.size):
        share = sigmoid(theta[i])
        bits += (softplus(theta[i]) - theta[i] * share) / np.log(2.0)
        energy += 1.0 + (SPIKES[i] - 1.0) * share
    ratio = bits / energy
    for i in range(theta.size):
        slope = -theta[i] / np.log(2.0) - ratio * (SPIKES[i] - 1.0)
        g[i] = sigmoid(theta[i]) * sigmoid(-theta[i]) * slope / energy
    return ratio
