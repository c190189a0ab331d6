"""Methods judged at a mean of their points, in lanes form."""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.optimizers_classic import debias
from dlc.kernels.parts import rule, whole


@register_jitable
def averaged(run, t, beta, weight_power, warmup, lag):
    """The step of Schedule-Free along run.g: z, the mean, and x, the point of the next gradient.

    The rate rises in `warmup` steps; that of z's move lies `lag` steps behind the one that weighs the mean.
    """
    x, move, z, mean, most, total, lr = (
        run.x, run.g, run.state[0], run.state[1], run.state[2, 0], run.state[3, 0], run.lr
    )  # fmt: skip
    rise, late = 1.0, 1.0
    if warmup > 0:
        rise, late = min(t / warmup, 1.0), min((t - lag) / warmup, 1.0)
    shares = np.zeros(lr.size)
    for j in range(lr.size):
        most[j] = max(most[j], lr[j] * rise)
        weight = most[j] ** weight_power
        total[j] += weight
        if total[j] > 0:
            shares[j] = weight / total[j]
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            old = z[i, j]
            z[i, j] = old - lr[j] * late * move[i, j]
            before = (x[i, j] - (1 - beta) * old) / beta if beta > 0 else mean[i, j]
            mean[i, j] = (1 - shares[j]) * before + shares[j] * z[i, j]
            x[i, j] = beta * mean[i, j] + (1 - beta) * z[i, j]


@whole("x", "x", 0.0, 0.0, answer=1)
def schedule_free_sgd(run, t, beta=0.9, weight_power=2.0, warmup=0.0, lag=0.0, weight_decay=0.0):
    for i in range(run.x.shape[0]):
        for j in range(run.x.shape[1]):
            run.g[i, j] += weight_decay * run.x[i, j]
    averaged(run, t, beta, weight_power, warmup, lag)


@whole("x", "x", 0.0, 0.0, 0.0, answer=1)
def schedule_free_adamw(
    run, t, beta=0.9, beta2=0.999, eps=1e-8, weight_power=2.0, warmup=0.0, lag=0.0, weight_decay=0.0
):
    g, square, scale = run.g, run.state[4], 1 / np.sqrt(debias(beta2, t))
    for i in range(run.x.shape[0]):
        for j in range(run.x.shape[1]):
            square[i, j] = beta2 * square[i, j] + (1 - beta2) * (g[i, j] * g[i, j])
            g[i, j] = g[i, j] / (scale * np.sqrt(square[i, j]) + eps) + weight_decay * run.x[i, j]
    averaged(run, t, beta, weight_power, warmup, lag)


def madgrad_scalars(t, memory, beta=0.9, eps=1e-6):
    return np.sqrt(t), beta, 1 - beta, eps


@rule("x", 0.0, 0.0, scalars=madgrad_scalars)
def madgrad(x, g, start, total, squares, lr, growth, beta, new, eps):
    weight = (lr + eps) * growth
    total = total + weight * g
    squares = squares + weight * (g * g)
    return beta * x + new * (start - total / (np.cbrt(squares) + eps)), start, total, squares
