"""Steps whose size the method finds itself, in lanes form."""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.lane_sums import distances, dots
from dlc.kernels.optimizers_classic import debias, moments
from dlc.kernels.parts import rule, whole

TINY = 2.0**-52  # a squared length below which no step is taken


@whole()
def polyak_sgd(run, t, max_rate=1.0, f_min=0.0, eps=0.0, positive_gap=0.0):
    rates = dots(run.g, run.g, 0, run.x.shape[0])
    for j in range(rates.size):
        square, gap = rates[j] + eps, run.loss[j] - f_min
        if positive_gap != 0:
            gap = max(gap, 0.0)
        rates[j] = run.lr[j] * min(gap / square, max_rate) if square > TINY else 0.0
    descend(run.x, run.g, rates)


@register_jitable
def descend(x, g, rates):
    """x − rate·g, in place."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] -= rates[j] * g[i, j]


@rule("x", 0.0, "eps", 0.0, 0.0)
def cocob(x, g, start, total, largest, size, reward, lr, alpha=100.0, eps=1e-8):
    g *= lr
    largest = max(largest, abs(g))
    size = size + abs(g)
    reward = max(reward - g * (x - start), 0.0)
    total = total - g
    x = start + total / (largest * max(size + largest, alpha * largest)) * (largest + reward)
    return x, start, total, largest, size, reward


@whole("x", 0.0, 0.0)
def dog(run, t, distance=0.0, relative=1e-6, first_rate=0.0, eps=1e-8):
    x, g, start, far, total = run.x, run.g, run.state[0], run.state[1, 0], run.state[2, 0]
    rates = dots(g, g, 0, x.shape[0])
    squares = dots(x, x, 0, x.shape[0]) if t == 1 else distances(x, start)
    for j in range(rates.size):
        length = np.sqrt(squares[j])
        far[j] = distance + relative * (1 + length) if t == 1 else max(far[j], length)
        total[j] += rates[j]
        rates[j] = run.lr[j] * far[j] / np.sqrt(total[j] + eps)
        if t == 1 and first_rate > 0:
            rates[j] = run.lr[j] * first_rate
    descend(x, g, rates)


@whole("x", "initial", 0.0)
def dowg(run, t, initial=1e-4, eps=1e-4):
    x, g, start, far, total = run.x, run.g, run.state[0], run.state[1, 0], run.state[2, 0]
    rates, squares = dots(g, g, 0, x.shape[0]), distances(x, start)
    for j in range(rates.size):
        far[j] = max(far[j], squares[j])
        total[j] += far[j] * rates[j]
        rates[j] = run.lr[j] * far[j] / (np.sqrt(total[j]) + eps)
    descend(x, g, rates)


@whole(0.0, 0.0, 0.0, "initial", 0.0)
def dadapt_adamw(run, t, beta1=0.9, beta2=0.999, eps=1e-8, initial=1e-6, weight_decay=0.0):
    x, g, mean, square, total, distance, found = (
        run.x, run.g, run.state[0], run.state[1], run.state[2], run.state[3, 0], run.state[4, 0]
    )  # fmt: skip
    root, bias = np.sqrt(beta2), np.sqrt(debias(beta2, t)) / debias(beta1, t)
    rates, along, size = bias * distance * run.lr, np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            along[j] += g[i, j] * total[i, j] / (np.sqrt(square[i, j]) + eps)
            move = rates[j] * g[i, j]
            mean[i, j] = beta1 * mean[i, j] + (1 - beta1) * move
            square[i, j] = beta2 * square[i, j] + (1 - beta2) * (g[i, j] * g[i, j])
            total[i, j] = root * total[i, j] + (1 - root) * move
            size[j] += abs(total[i, j])
            x[i, j] -= mean[i, j] / (np.sqrt(square[i, j]) + eps) + rates[j] * weight_decay * x[i, j]
    for j in range(x.shape[1]):
        found[j] = root * found[j] + (1 - root) * rates[j] * along[j]
        if size[j] > 0:
            distance[j] = max(distance[j], found[j] / ((1 - root) * size[j]))


@whole("x", 0.0, 0.0, 0.0, "initial", 0.0)
def prodigy(
    run, t, beta1=0.9, beta2=0.999, beta3=0.0, eps=1e-8, initial=1e-6, coefficient=1.0, weight_decay=0.0, warmup=0.0
):
    x, g, start, mean, square, total, distance, found = (
        run.x, run.g, run.state[0], run.state[1], run.state[2], run.state[3], run.state[4, 0], run.state[5, 0]
    )  # fmt: skip
    kept = beta3 if beta3 != 0 else np.sqrt(beta2)
    bias = np.sqrt(debias(beta2, t)) / debias(beta1, t)
    before, rates = 1.0 * distance, bias * distance * run.lr
    along, size = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            along[j] += g[i, j] * (start[i, j] - x[i, j])
            weight = (before[j] if warmup != 0 else rates[j]) * before[j] / initial
            total[i, j] = kept * total[i, j] + weight * g[i, j]
            size[j] += abs(total[i, j])
    for j in range(x.shape[1]):
        found[j] = kept * found[j] + before[j] / initial * rates[j] * along[j]
        if size[j] > 0:
            distance[j] = max(distance[j], coefficient * found[j] / size[j])
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            mean[i, j], square[i, j] = moments(
                mean[i, j], square[i, j], before[j] * g[i, j], beta1, 1 - beta1, beta2, 1 - beta2
            )
            move = mean[i, j] / (np.sqrt(square[i, j]) + distance[j] * eps)
            x[i, j] -= rates[j] * (weight_decay * x[i, j] + move)


@register_jitable
def model_rates(run, numbers, cap, kept, bias, square, inner, along, weight_decay, lower_bound, adapt):
    """How far a step goes to where the mean of all linear models of the loss meets its lower bound: [lanes].

    NUMBERS are the rows of three slots: the mean loss, the mean of ⟨g, x⟩, and the bound; SQUARE is overwritten.
    """
    for j in range(square.size):
        shrink = 1 + run.lr[j] * weight_decay
        loss = kept * numbers[0, 0, j] + (1 - kept) * run.loss[j]
        product = kept * numbers[1, 0, j] + (1 - kept) * along[j]
        numbers[0, 0, j], numbers[1, 0, j] = loss, product
        bound = numbers[2, 0, j]
        if adapt != 0:
            height = shrink * (loss - product) + inner[j]
            if height < shrink * bias * bound:
                bound = max(height / (2 * bias * shrink), lower_bound)
        gap = max(shrink * (loss - bias * bound - product) + inner[j], 0.0)
        rate = min(cap * run.lr[j], gap / square[j]) if square[j] > TINY else 0.0
        if adapt != 0:
            numbers[2, 0, j] = max((loss + inner[j] - product - rate * square[j] / 2) / bias, lower_bound)
        square[j] = rate
    return square


@whole(0.0, 0.0, 0.0, "lower_bound")
def momo(run, t, beta=0.9, lower_bound=0.0, weight_decay=0.0, adapt=0.0):
    x, g, mean, lr = run.x, run.g, run.state[0], run.lr
    kept, size = beta if t > 1 else 0.0, x.shape[0]
    along = dots(g, x, 0, size)
    for i in range(size):
        for j in range(x.shape[1]):
            mean[i, j] = kept * mean[i, j] + (1 - kept) * g[i, j]
    square, inner = dots(mean, mean, 0, size), dots(mean, x, 0, size)
    rates = model_rates(run, run.state[1:], 1.0, kept, 1.0, square, inner, along, weight_decay, lower_bound, adapt)
    for i in range(size):
        for j in range(x.shape[1]):
            x[i, j] = x[i, j] / (1 + lr[j] * weight_decay) - rates[j] * mean[i, j]


@whole(0.0, 0.0, 0.0, 0.0, "lower_bound")
def momo_adam(run, t, beta1=0.9, beta2=0.999, eps=1e-8, lower_bound=0.0, weight_decay=0.0, adapt=0.0):
    x, move, mean, squares, lr = run.x, run.g, run.state[0], run.state[1], run.lr
    size, bias, scale = x.shape[0], debias(beta1, t), 1 / np.sqrt(debias(beta2, t))
    along = dots(move, x, 0, size)
    for i in range(size):
        for j in range(x.shape[1]):
            mean[i, j], squares[i, j] = moments(
                mean[i, j], squares[i, j], move[i, j], beta1, 1 - beta1, beta2, 1 - beta2
            )
            move[i, j] = mean[i, j] / (eps + scale * np.sqrt(squares[i, j]))
    square, inner = dots(mean, move, 0, size), dots(mean, x, 0, size)
    rates = model_rates(
        run, run.state[2:], 1 / bias, beta1, bias, square, inner, along, weight_decay, lower_bound, adapt
    )
    for i in range(size):
        for j in range(x.shape[1]):
            x[i, j] = x[i, j] / (1 + lr[j] * weight_decay) - rates[j] * move[i, j]
