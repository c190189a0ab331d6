"""Descendants of Adagrad, RMSprop and Adam, in lanes form."""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.optimizers_classic import adam_step, amsgrad_step, debias
from dlc.kernels.parts import rule


def adagrad_eps_inside_scalars(t, memory, eps=1e-7, initial=0.1):
    return (eps,)


@rule("initial", scalars=adagrad_eps_inside_scalars)
def adagrad_eps_inside(x, g, total, lr, eps):
    total = total + g * g
    return x - lr * g / np.sqrt(total + eps), total


def rmsprop_momentum_scalars(t, memory, alpha=0.99, eps=1e-8, beta=0.9):
    return alpha, 1 - alpha, eps, beta


@rule(0.0, 0.0, scalars=rmsprop_momentum_scalars)
def rmsprop_momentum(x, g, square, velocity, lr, alpha, new, eps, beta):
    square = alpha * square + new * (g * g)
    velocity = beta * velocity + g / (np.sqrt(square) + eps)
    return x - lr * velocity, square, velocity


def rmsprop_centered_scalars(t, memory, alpha=0.99, eps=1e-8, beta=0.0):
    return alpha, 1 - alpha, eps, beta


@rule(0.0, 0.0, 0.0, scalars=rmsprop_centered_scalars)
def rmsprop_centered(x, g, mean, square, velocity, lr, alpha, new, eps, beta):
    mean = alpha * mean + new * g
    square = alpha * square + new * (g * g)
    velocity = beta * velocity + g / (np.sqrt(square - mean * mean) + eps)
    return x - lr * velocity, mean, square, velocity


def eps_hat_scalars(t, memory, beta1=0.9, beta2=0.999, eps=1e-7):
    return beta1, 1 - beta1, beta2, 1 - beta2, eps, np.sqrt(debias(beta2, t)) / debias(beta1, t), 1.0


@rule(0.0, 0.0, scalars=eps_hat_scalars)
def adam_eps_hat(x, g, mean, square, lr, beta1, new1, beta2, new2, eps, mean_scale, root_scale):
    return adam_step(x, g, mean, square, lr, beta1, new1, beta2, new2, eps, mean_scale, root_scale)


@rule(0.0, 0.0, 0.0, scalars=eps_hat_scalars)
def amsgrad_eps_hat(x, g, mean, square, most, lr, beta1, new1, beta2, new2, eps, mean_scale, root_scale):
    return amsgrad_step(x, g, mean, square, most, lr, beta1, new1, beta2, new2, eps, mean_scale, root_scale)


def adamax_scalars(t, memory, beta1=0.9, beta2=0.999, eps=1e-8):
    return beta1, 1 - beta1, beta2, eps, 1 / debias(beta1, t)


@rule(0.0, 0.0, scalars=adamax_scalars)
def adamax(x, g, mean, most, lr, beta1, new1, beta2, eps, mean_scale):
    mean = beta1 * mean + new1 * g
    most = max(beta2 * most, abs(g) + eps)
    return x - lr * mean_scale * mean / most, mean, most


def adamax_eps_outside_scalars(t, memory, beta1=0.9, beta2=0.999, eps=1e-7):
    return beta1, 1 - beta1, beta2, eps, 1 / debias(beta1, t)


@rule(0.0, 0.0, scalars=adamax_eps_outside_scalars)
def adamax_eps_outside(x, g, mean, most, lr, beta1, new1, beta2, eps, mean_scale):
    mean = beta1 * mean + new1 * g
    most = max(beta2 * most, abs(g))
    return x - lr * mean_scale * mean / (most + eps), mean, most


def radam_scalars(t, memory, beta1=0.9, beta2=0.999, eps=1e-8):
    longest = 2 / (1 - beta2) - 1
    seen = debias(beta2, t)
    length = longest - 2 * t * (1 - seen) / seen
    mean_scale = 1 / debias(beta1, t)
    if length <= 5:  # the step of the mean alone
        return beta1, 1 - beta1, beta2, 1 - beta2, 1.0, mean_scale, 0.0
    share = np.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
    return beta1, 1 - beta1, beta2, 1 - beta2, eps, mean_scale * share * np.sqrt(seen), 1.0


@rule(0.0, 0.0, scalars=radam_scalars)
def radam(x, g, mean, square, lr, beta1, new1, beta2, new2, eps, mean_scale, root_scale):
    return adam_step(x, g, mean, square, lr, beta1, new1, beta2, new2, eps, mean_scale, root_scale)


@register_jitable
def grown(total, power):
    """total^power; the root by itself, which is several times as fast."""
    return np.sqrt(total) if power == 0.5 else total**power


def ftrl_scalars(t, memory, power=0.5, initial=0.1, l1=0.0, l2=0.0, shrinkage=0.0, beta=0.0):
    return power, l1, 2 * l2, 2 * shrinkage, beta


@rule("initial", 0.0, scalars=ftrl_scalars)
def ftrl(x, g, total, linear, lr, power, l1, twice_l2, twice_shrinkage, beta):
    following = total + g * g
    strength = grown(following, power)
    linear += g + (twice_shrinkage - (strength - grown(total, power)) / lr) * x
    return (max(-l1, min(l1, linear)) - linear) / ((strength + beta) / lr + twice_l2), following, linear
