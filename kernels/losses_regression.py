"""Losses of numbers, and their gradients by the prediction."""

from dlc.kernels.elementary import choose
from dlc.kernels.scalar import scalar


@scalar
def mse(p, t):
    d = p - t
    return d * d


@scalar
def mse_grad(p, t):
    return 2.0 * (p - t)


@scalar
def huber(p, t, delta=1.0):
    size = abs(p - t)
    return choose(size, size <= delta, 0.5 * size * size, delta * (size - 0.5 * delta))


@scalar
def huber_grad(p, t, delta=1.0):
    d = p - t
    inside = d if d < delta else delta
    return choose(d, d > -delta, inside, -delta)
