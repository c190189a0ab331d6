"""Value and gradient of the objectives of stability."""

import numpy as np

from dlc.kernels.objective_kernels import dot, objective, scattered, sigmoid

DRIVES = 2.0 * scattered(217, 6, 3)
ONWARD = 2.0 * scattered(235, 2, 3)


@objective(5)
def target_rate(theta, g, target=0.2):
    stimuli, inner = DRIVES.shape
    rates = np.empty((stimuli, theta.size))
    for t in range(stimuli):
        for i in range(inner):
            rates[t, i] = sigmoid(DRIVES[t, i] + theta[i])
        for i in range(inner, theta.size):
            rates[t, i] = sigmoid(dot(ONWARD[i - inner], rates[t, :inner]) + theta[i])
    errors, total = np.empty(theta.size), 0.0
    for i in range(theta.size):
        miss = np.mean(rates[:, i]) - target
        total += miss * miss
        errors[i] = 2.0 * miss / stimuli
    g[:] = 0.0
    felt = np.empty(theta.size)
    for t in range(stimuli):
        felt[:] = errors
        for i in range(theta.size - 1, -1, -1):
            felt[i] *= rates[t, i] * (1.0 - rates[t, i])
            g[i] += felt[i]
            if i >= inner:
                for j in range(inner):
                    felt[j] += ONWARD[i - inner, j] * felt[i]
    return total


SET_POINT = np.array((0.5, -0.25, 1.0, 0.0))


@objective(4)
def homeostatic_drive(h, g, n=4.0, m=3.0):
    total = 0.0
    for i in range(h.size):
        offset = h[i] - SET_POINT[i]
        g[i] = np.sign(offset) * abs(offset) ** (n - 1.0)
        total += abs(offset) ** n
    if total > 0.0:
        g *= n / m * total ** (1.0 / m - 1.0)
    return total ** (1.0 / m)


INPUTS = 2.0 * scattered(241, 2, 6)


@objective(4)
def rate_moments(x, g, rate=0.3, variance=0.03):
    g[:] = 0.0
    total = 0.0
    for k in range(INPUTS.shape[0]):
        rates = sigmoid(x[2 * k] * INPUTS[k] + x[2 * k + 1])
        middle = np.mean(rates)
        miss, spread = middle - rate, np.mean((rates - middle) ** 2) - variance
        total += miss * miss + spread * spread
        for t in range(rates.size):
            felt = 2.0 * miss + 4.0 * spread * (rates[t] - middle)
            felt *= rates[t] * (1.0 - rates[t]) / rates.size
            g[2 * k] += felt * INPUTS[k, t]
            g[2 * k + 1] += felt
    return total
