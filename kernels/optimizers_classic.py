"""Optimizers that every library has, in lanes form."""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.parts import rule, whole


@register_jitable
def debias(beta, t):
    """1 − βᵗ. As βᵗ ≤ e^(−t(1−β)), it is 1 to the last bit from t(1−β) = 40 on, and the power's time is saved."""
    return 1 - beta**t if t * (1 - beta) < 40 else 1.0


@rule()
def gd(x, g, lr):
    return (x - lr * g,)


@rule(0.0)
def momentum(x, g, velocity, lr, beta=0.9):
    velocity = beta * velocity + g
    return x - lr * velocity, velocity


@rule(0.0)
def nesterov(x, g, velocity, lr, beta=0.9):
    velocity = beta * velocity + g
    return x - lr * (g + beta * velocity), velocity


def momentum_dampened_scalars(t, memory, beta=0.9, dampening=0.9):
    return beta, 1.0 if t == 1 else 1 - dampening


@rule(0.0, scalars=momentum_dampened_scalars)
def momentum_dampened(x, g, velocity, lr, beta, new):
    velocity = beta * velocity + new * g
    return x - lr * velocity, velocity


@rule(0.0)
def momentum_of_moves(x, g, move, lr, beta=0.9):
    move = beta * move - lr * g
    return x + move, move


@rule(0.0)
def nesterov_of_moves(x, g, move, lr, beta=0.9):
    move = beta * move - lr * g
    return x + (beta * move - lr * g), move


@whole("x", "lr", answer=0)
def asgd(run, t, lambd=1e-4, alpha=0.75, t0=1e6):
    x, mean, rates = run.x, run.state[0], run.state[1, 0]
    share = 1 / max(1.0, t - 1 - t0)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] -= rates[j] * (lambd * x[i, j] + run.g[i, j])
            mean[i, j] += share * (x[i, j] - mean[i, j])
    for j in range(x.shape[1]):
        rates[j] = run.lr[j] / (1 + lambd * run.lr[j] * t) ** alpha


def adagrad_scalars(t, memory, eps=1e-10, lr_decay=0.0, initial=0.0):
    return eps, 1 / (1 + (t - 1) * lr_decay)


@rule("initial", scalars=adagrad_scalars)
def adagrad(x, g, total, lr, eps, rate_scale):
    total = total + g * g
    return x - lr * rate_scale * g / (np.sqrt(total) + eps), total


def rmsprop_scalars(t, memory, alpha=0.99, eps=1e-8):
    return alpha, 1 - alpha, eps


@rule(0.0, scalars=rmsprop_scalars)
def rmsprop(x, g, square, lr, alpha, new, eps):
    square = alpha * square + new * (g * g)
    return x - lr * g / (np.sqrt(square) + eps), square


def adadelta_scalars(t, memory, rho=0.9, eps=1e-6):
    return rho, 1 - rho, eps


@rule(0.0, 0.0, scalars=adadelta_scalars)
def adadelta(x, g, square, moves, lr, rho, new, eps):
    square = rho * square + new * (g * g)
    move = np.sqrt(moves + eps) / np.sqrt(square + eps) * g
    return x - lr * move, square, rho * moves + new * (move * move)


@register_jitable
def moments(mean, square, g, beta1, new1, beta2, new2):
    """The running means of the gradient and of its square, with g: new is 1 − beta."""
    return beta1 * mean + new1 * g, beta2 * square + new2 * (g * g)


def adam_scalars(t, memory, beta1=0.9, beta2=0.999, eps=1e-8):
    return beta1, 1 - beta1, beta2, 1 - beta2, eps, 1 / debias(beta1, t), 1 / np.sqrt(debias(beta2, t))


@register_jitable
def adam_step(x, g, mean, square, lr, beta1, new1, beta2, new2, eps, mean_scale, root_scale):
    """The step of all whose moves are mean over root mean square, both scaled."""
    mean, square = moments(mean, square, g, beta1, new1, beta2, new2)
    return x - lr * mean_scale * mean / (np.sqrt(square) * root_scale + eps), mean, square


@rule(0.0, 0.0, scalars=adam_scalars)
def adam(x, g, mean, square, lr, beta1, new1, beta2, new2, eps, mean_scale, root_scale):
    return adam_step(x, g, mean, square, lr, beta1, new1, beta2, new2, eps, mean_scale, root_scale)


def adamw_scalars(t, memory, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    return (
        beta1, 1 - beta1, beta2, 1 - beta2, eps, 1 / debias(beta1, t), 1 / np.sqrt(debias(beta2, t)), weight_decay,
    )  # fmt: skip


@rule(0.0, 0.0, scalars=adamw_scalars)
def adamw(x, g, mean, square, lr, beta1, new1, beta2, new2, eps, mean_scale, root_scale, weight_decay):
    decayed = x - lr * weight_decay * x
    return adam_step(decayed, g, mean, square, lr, beta1, new1, beta2, new2, eps, mean_scale, root_scale)


def nadam_scalars(t, memory, beta1=0.9, beta2=0.999, eps=1e-8, momentum_decay=0.004):
    now = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    following = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    memory[0] *= now  # the product of all momenta so far
    gradient_scale = (1 - now) / (1 - memory[0])
    mean_scale = following / (1 - memory[0] * following)
    root_scale = 1 / np.sqrt(debias(beta2, t))
    return beta1, 1 - beta1, beta2, 1 - beta2, eps, gradient_scale, mean_scale, root_scale


@rule(0.0, 0.0, scalars=nadam_scalars, memory=(1.0,))
def nadam(x, g, mean, square, lr, beta1, new1, beta2, new2, eps, gradient_scale, mean_scale, root_scale):
    mean, square = moments(mean, square, g, beta1, new1, beta2, new2)
    move = gradient_scale * g + mean_scale * mean
    return x - lr * move / (np.sqrt(square) * root_scale + eps), mean, square


@register_jitable
def amsgrad_step(x, g, mean, square, most, lr, beta1, new1, beta2, new2, eps, mean_scale, root_scale):
    """Adam's step by the largest mean square."""
    mean, square = moments(mean, square, g, beta1, new1, beta2, new2)
    most = max(most, square)
    return x - lr * mean_scale * mean / (np.sqrt(most) * root_scale + eps), mean, square, most


@rule(0.0, 0.0, 0.0, scalars=adam_scalars)
def amsgrad(x, g, mean, square, most, lr, beta1, new1, beta2, new2, eps, mean_scale, root_scale):
    return amsgrad_step(x, g, mean, square, most, lr, beta1, new1, beta2, new2, eps, mean_scale, root_scale)
