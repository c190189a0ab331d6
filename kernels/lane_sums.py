"""Sums over the coordinates of each lane, innermost over the lanes."""

import numpy as np
from numba.extending import register_jitable


@register_jitable
def dots(a, b, first, end):
    """Σ a·b of each lane, over the coordinates from FIRST to before END: [lanes], in float64."""
    sums = np.zeros(a.shape[1])
    for i in range(first, end):
        for j in range(a.shape[1]):
            sums[j] += a[i, j] * b[i, j]
    return sums


@register_jitable
def ratios_of_lengths(x, moves, first, end, trust, eps):
    """trust·‖x‖/(‖moves‖ + ε) of each lane, and 1 where either has no length: how far a tensor may go."""
    ratios, ways = dots(x, x, first, end), dots(moves, moves, first, end)
    for j in range(ratios.size):
        size, way = np.sqrt(ratios[j]), np.sqrt(ways[j])
        ratios[j] = trust * size / (way + eps) if size > 0 and way > 0 else 1.0
    return ratios


@register_jitable
def distances(a, b):
    """Σ (a − b)² of each lane: [lanes], in float64."""
    sums = np.zeros(a.shape[1])
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            apart = a[i, j] - b[i, j]
            sums[j] += apart * apart
    return sums
