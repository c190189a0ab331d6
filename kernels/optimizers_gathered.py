"""Variants of Adam whose coordinates share a norm, a mean or a switch, in lanes form."""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.optimizers_classic import debias
from dlc.kernels.parts import whole


@register_jitable
def update_moments(run, g, beta1, beta2):
    """The running means of G and of its square, slots 0 and 1."""
    mean, square, new1, new2 = run.state[0], run.state[1], 1 - beta1, 1 - beta2
    for i in range(g.shape[0]):
        for j in range(g.shape[1]):
            mean[i, j] = beta1 * mean[i, j] + new1 * g[i, j]
            square[i, j] = beta2 * square[i, j] + new2 * (g[i, j] * g[i, j])


@register_jitable
def adam_move(run, i, j, mean_scale, root_scale, eps):
    """How far Adam would move a coordinate for a rate of 1."""
    return mean_scale * run.state[0, i, j] / (np.sqrt(run.state[1, i, j]) * root_scale + eps)


@register_jitable
def tensor(blocks, b):
    """The coordinates of tensor B, as first and the one after the last."""
    return blocks[b, 0], blocks[b, 0] + blocks[b, 1] * blocks[b, 2]


@whole(0.0, 0.0, 1.0)
def adai(run, t, beta0=0.1, beta2=0.99, eps=1e-3):
    x, g, mean, square, product, new2 = run.x, run.g, run.state[0], run.state[1], run.state[2], 1 - beta2
    for j in range(x.shape[1]):
        usual = 0.0
        for i in range(x.shape[0]):
            square[i, j] = beta2 * square[i, j] + new2 * (g[i, j] * g[i, j])
            usual += square[i, j]
        usual /= x.shape[0]
        for i in range(x.shape[0]):
            new = beta0 * square[i, j] / usual if usual > 0 else beta0
            new = min(max(new, eps), 1.0)
            mean[i, j] = (1 - new) * mean[i, j] + new * g[i, j]
            product[i, j] *= 1 - new
            x[i, j] -= run.lr[j] * mean[i, j] / (1 - product[i, j])


@whole(0.0, 0.0)
def avagrad(run, t, beta1=0.9, beta2=0.999, eps=0.1):
    x, g, mean, square = run.x, run.g, run.state[0], run.state[1]
    for j in range(x.shape[1]):
        total = 0.0
        for i in range(x.shape[0]):
            total += 1 / (np.sqrt(square[i, j]) + eps) ** 2
        rate = run.lr[j] / np.sqrt(total / x.shape[0])
        for i in range(x.shape[0]):
            mean[i, j] = beta1 * mean[i, j] + (1 - beta1) * g[i, j]
            x[i, j] -= rate * mean[i, j] / (np.sqrt(square[i, j]) + eps)
            square[i, j] = beta2 * square[i, j] + (1 - beta2) * (g[i, j] * g[i, j])


@whole(0.0, 0.0)
def stable_adamw(run, t, beta1=0.9, beta2=0.99, eps=1e-8, weight_decay=0.01):
    x, g, square = run.x, run.g, run.state[1]
    now1, now2 = 1 - (1 - beta1) / debias(beta1, t), 1 - (1 - beta2) / debias(beta2, t)
    update_moments(run, g, now1, now2)
    for b in range(run.blocks.shape[0]):
        first, end = tensor(run.blocks, b)
        for j in range(x.shape[1]):
            total = 0.0
            for i in range(first, end):
                total += g[i, j] * g[i, j] / max(square[i, j], eps * eps)
            rate = run.lr[j] / max(1.0, np.sqrt(total / (end - first)))
            for i in range(first, end):
                x[i, j] -= rate * (weight_decay * x[i, j] + adam_move(run, i, j, 1.0, 1.0, eps))


@whole(0.0, 0.0)
def cautious_adam(run, t, beta1=0.9, beta2=0.999, eps=1e-6):
    x, g, mean = run.x, run.g, run.state[0]
    mean_scale, root_scale = 1 / debias(beta1, t), 1 / np.sqrt(debias(beta2, t))
    update_moments(run, g, beta1, beta2)
    for b in range(run.blocks.shape[0]):
        first, end = tensor(run.blocks, b)
        for j in range(x.shape[1]):
            agreed = 0
            for i in range(first, end):
                agreed += mean[i, j] * g[i, j] > 0
            rate = run.lr[j] / max(agreed / (end - first), 1e-3)
            for i in range(first, end):
                if mean[i, j] * g[i, j] > 0:
                    x[i, j] -= rate * adam_move(run, i, j, mean_scale, root_scale, eps)


@whole(0.0, 0.0, 0.0)
def mars(run, t, beta1=0.95, beta2=0.99, gamma=0.025, eps=1e-8):
    x, g, corrected = run.x, run.g, run.state[2]  # the gradient before, and for a while the corrected one
    mean_scale, root_scale = 1 / debias(beta1, t), 1 / np.sqrt(debias(beta2, t))
    ahead = gamma * beta1 / (1 - beta1)
    for b in range(run.blocks.shape[0]):
        first, end = tensor(run.blocks, b)
        for j in range(x.shape[1]):
            total = 0.0
            for i in range(first, end):
                corrected[i, j] = g[i, j] + ahead * (g[i, j] - corrected[i, j])
                total += corrected[i, j] * corrected[i, j]
            scale = 1 / max(1.0, np.sqrt(total))
            for i in range(first, end):
                corrected[i, j] *= scale
    update_moments(run, corrected, beta1, beta2)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] -= run.lr[j] * adam_move(run, i, j, mean_scale, root_scale, eps)
            corrected[i, j] = g[i, j]


@whole(0.0, 0.0, 0.0, 0.0, 0.0)
def swats(run, t, beta1=0.9, beta2=0.999, eps=1e-9):
    x, g, mean, square, velocity = run.x, run.g, run.state[0], run.state[1], run.state[2]
    mean_scale, root_scale = 1 / debias(beta1, t), 1 / np.sqrt(debias(beta2, t))
    for j in range(x.shape[1]):
        lr, ratio = run.lr[j], run.state[4, 0, j]
        if ratio > 0:
            for i in range(x.shape[0]):
                velocity[i, j] = beta1 * velocity[i, j] + g[i, j]
                x[i, j] -= lr * ratio * (1 - beta1) * velocity[i, j]
            continue
        along, length = 0.0, 0.0
        for i in range(x.shape[0]):
            mean[i, j] = beta1 * mean[i, j] + (1 - beta1) * g[i, j]
            square[i, j] = beta2 * square[i, j] + (1 - beta2) * (g[i, j] * g[i, j])
            move = adam_move(run, i, j, mean_scale, root_scale, eps)
            x[i, j] -= lr * move
            along += move * g[i, j]
            length += move * move
        if along != 0:
            rate = lr * length / along
            usual = beta2 * run.state[3, 0, j] + (1 - beta2) * rate
            run.state[3, 0, j] = usual
            settled = usual / debias(beta2, t)
            if t > 1 and settled > 0 and abs(settled - rate) < eps:
                run.state[4, 0, j] = settled / lr
