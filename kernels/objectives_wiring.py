"""Value and gradient of the objectives of wiring cost."""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.objective_kernels import dot, objective, scattered

LAYOUT = np.array(((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)), float)
DISTANCES = np.sqrt(((LAYOUT[:, None] - LAYOUT) ** 2).sum(axis=2))
LENGTHS = DISTANCES[np.triu_indices(5, 1)]  # of the pairs i < j, row by row


@objective(10)
def wiring_length(w, g):
    total = 0.0
    for k in range(w.size):
        g[k] = np.sign(w[k]) * LENGTHS[k]
        total += abs(w[k]) * LENGTHS[k]
    return total


STIMULI = scattered(10, 8, 4)
SOURCES, ENDS = np.array([(i, j) for i in range(4) for j in range(4) if i != j]).T.copy()  # of directed connections
TERMS = 20  # of the exponential's series: the matrix has a spectral radius of 1, so 1/19! is what is left out
TEACHER = np.zeros((4, 4))
TEACHER[SOURCES, ENDS] = scattered(42, 12) + np.copysign(0.5, scattered(42, 12))


@register_jitable
def exponential(a, towards):
    """e^a and its derivative in the direction TOWARDS, term by term: T_k = a·T/k and M_k = (a·M + towards·T)/k."""
    size = a.shape[0]
    terms, sums = (
        np.zeros((2, 2, size, size)),
        np.zeros((2, size, size)),
    )  # T and M of steps k and k − 1, and their sums
    for i in range(size):
        terms[0, 0, i, i] = sums[0, i, i] = 1.0
    for k in range(1, TERMS):
        last, now = terms[(k - 1) % 2], terms[k % 2]
        for i in range(size):
            for j in range(size):
                power, change = 0.0, 0.0
                for m in range(size):
                    power += a[i, m] * last[0, m, j]
                    change += a[i, m] * last[1, m, j] + towards[i, m] * last[0, m, j]
                now[0, i, j], now[1, i, j] = power / k, change / k
                sums[0, i, j] += now[0, i, j]
                sums[1, i, j] += now[1, i, j]
    return sums


@objective(12)
def spatially_embedded(w, g, strength=0.05):
    strengths, missing = np.zeros((4, 4)), -TEACHER
    for k in range(w.size):
        strengths[SOURCES[k], ENDS[k]] = abs(w[k])
        missing[SOURCES[k], ENDS[k]] += w[k]
    roots, a = np.zeros(4), np.empty((4, 4))
    for i in range(4):
        whole = np.sum(strengths[i])
        roots[i] = 1.0 / np.sqrt(whole) if whole > 0.0 else 0.0
    for i in range(4):
        for j in range(4):
            a[i, j] = roots[i] * strengths[i, j] * roots[j]
    spread = strengths * DISTANCES[:4, :4]
    across, adjoint = exponential(a.T.copy(), spread)
    total, through = 0.0, np.zeros(4)
    for i in range(4):
        for j in range(4):
            total += strength * spread[i, j] * across[j, i]
            through[i] -= roots[i] * roots[i] / 2 * (adjoint[i, j] * a[i, j] + adjoint[j, i] * a[j, i])
    for k in range(w.size):
        i, j = SOURCES[k], ENDS[k]
        cost = DISTANCES[i, j] * across[j, i] + roots[i] * roots[j] * adjoint[i, j] + through[i]
        g[k] = strength * np.sign(w[k]) * cost
    for n in range(STIMULI.shape[0]):
        for i in range(4):
            error = dot(missing[i], STIMULI[n]) / STIMULI.shape[0]
            total += error * error * STIMULI.shape[0] / 2
            for k in range(3):  # the three connections of a neuron lie side by side
                g[3 * i + k] += error * STIMULI[n, ENDS[3 * i + k]]
    return total


FIXED = np.array(((0.0, 0.0, 0.0), (4.0, 0.0, 1.0), (0.0, 4.0, 2.0), (1.0, 1.0, 4.0)))
LINKS = np.array(((0.0, 1.0, 2.0), (1.0, 0.0, 1.0), (2.0, 1.0, 0.0)))
ANCHORS = np.array(((3.0, 0.0, 1.0, 0.0), (0.0, 2.0, 0.0, 1.0), (1.0, 0.0, 0.0, 2.0)))


@register_jitable
def pull(count, power, p, i, place, g):
    """What COUNT wires from a place cost that end at neuron i, and their part in its gradient."""
    square = 0.0
    for axis in range(3):
        square += (p[3 * i + axis] - place[axis]) ** 2
    force = power * count * square ** (power / 2 - 1) if square > 0.0 else 0.0
    for axis in range(3):
        g[3 * i + axis] += force * (p[3 * i + axis] - place[axis])
    return count * square ** (power / 2)


@objective(9)
def placement(p, g, power=2.0):
    g[:] = 0.0
    total = 0.0
    for i in range(3):
        for k in range(FIXED.shape[0]):
            if ANCHORS[i, k] > 0.0:
                total += pull(ANCHORS[i, k], power, p, i, FIXED[k], g)
        for j in range(3):  # each link from both its ends
            if j != i:
                total += 0.5 * pull(LINKS[i, j], power, p, i, p[3 * j :], g)
    return total
