"""Variants of momentum and of running moments, in lanes form."""

import numpy as np

from dlc.kernels.optimizers_classic import adam_scalars, debias, moments
from dlc.kernels.parts import rule


def qhm_scalars(t, memory, beta=0.999, nu=0.7):
    return beta, 1 - beta, nu, 1 - nu


@rule(0.0, scalars=qhm_scalars)
def qhm(x, g, mean, lr, beta, new, nu, rest):
    mean = beta * mean + new * g
    return x - lr * (rest * g + nu * mean), mean


@rule(0.0, 0.0, 0.0)
def aggmo(x, g, first, second, third, lr, beta1=0.0, beta2=0.9, beta3=0.99):
    first, second, third = beta1 * first + g, beta2 * second + g, beta3 * third + g
    return x - lr * (first + second + third) / 3, first, second, third


def pid_scalars(t, memory, beta=0.9, integral=5.0, derivative=10.0):
    return beta, 1 - beta if t > 1 else 0.0, integral, derivative


@rule(0.0, 0.0, 0.0, scalars=pid_scalars)
def pid(x, g, velocity, change, previous, lr, beta, new, integral, derivative):
    velocity = beta * velocity + g
    change = beta * change + new * (g - previous)
    return x - lr * (g + integral * velocity + derivative * change), velocity, change, g


def pnm_scalars(t, memory, beta=0.9, beta0=1.0):
    length = np.sqrt((1 + beta0) ** 2 + beta0**2)
    return beta**2, 1 - beta**2, (1 + beta0) / length, beta0 / length


@rule(0.0, 0.0, scalars=pnm_scalars)
def pnm(x, g, last, before, lr, beta, new, plus, minus):
    mean = beta * before + new * g
    return x - lr * (plus * mean - minus * last), mean, last


def accsgd_scalars(t, memory, kappa=1000.0, xi=10.0, small=0.7):
    new = small**2 * xi / kappa
    zeta = small / (small + new)
    return 1 - new, new, zeta, 1 - zeta, kappa / small


@rule("x", scalars=accsgd_scalars)
def accsgd(x, g, mean, lr, kept, new, zeta, rest, longer):
    mean = kept * mean + new * (x - lr * longer * g)
    return zeta * (x - lr * g) + rest * mean, mean


def qhadam_scalars(t, memory, beta1=0.995, beta2=0.999, nu1=0.7, nu2=1.0, eps=1e-8):
    return (
        beta1, 1 - beta1, beta2, 1 - beta2, eps, nu1 / debias(beta1, t), 1 - nu1, nu2 / debias(beta2, t), 1 - nu2,
    )  # fmt: skip


@rule(0.0, 0.0, scalars=qhadam_scalars)
def qhadam(x, g, mean, square, lr, beta1, new1, beta2, new2, eps, mean_scale, rest1, square_scale, rest2):
    mean, square = moments(mean, square, g, beta1, new1, beta2, new2)
    move = (rest1 * g + mean_scale * mean) / (np.sqrt(rest2 * (g * g) + square_scale * square) + eps)
    return x - lr * move, mean, square


def adabound_scalars(t, memory, beta1=0.9, beta2=0.999, final_lr=0.1, gamma=1e-3, eps=1e-8):
    scale = np.sqrt(debias(beta2, t)) / debias(beta1, t)
    low, high = final_lr * (1 - 1 / (gamma * t + 1)), final_lr * (1 + 1 / (gamma * t))
    return beta1, 1 - beta1, beta2, 1 - beta2, eps, scale, low, high


@rule(0.0, 0.0, scalars=adabound_scalars)
def adabound(x, g, mean, square, lr, beta1, new1, beta2, new2, eps, scale, low, high):
    mean, square = moments(mean, square, g, beta1, new1, beta2, new2)
    rate = min(max(lr * scale / (np.sqrt(square) + eps), low), high)
    return x - rate * mean, mean, square


@rule(0.0, 0.0, 0.0, scalars=adabound_scalars)
def amsbound(x, g, mean, square, most, lr, beta1, new1, beta2, new2, eps, scale, low, high):
    mean, square = moments(mean, square, g, beta1, new1, beta2, new2)
    most = max(most, square)
    rate = min(max(lr * scale / (np.sqrt(most) + eps), low), high)
    return x - rate * mean, mean, square, most


def adamod_scalars(t, memory, beta1=0.9, beta2=0.999, beta3=0.999, eps=1e-8):
    scale = np.sqrt(debias(beta2, t)) / debias(beta1, t)
    return beta1, 1 - beta1, beta2, 1 - beta2, beta3, 1 - beta3, eps, scale


@rule(0.0, 0.0, 0.0, scalars=adamod_scalars)
def adamod(x, g, mean, square, usual, lr, beta1, new1, beta2, new2, beta3, new3, eps, scale):
    mean, square = moments(mean, square, g, beta1, new1, beta2, new2)
    rate = lr * scale / (np.sqrt(square) + eps)
    usual = beta3 * usual + new3 * rate
    return x - min(rate, usual) * mean, mean, square, usual


@rule(0.0, 0.0, 0.0, scalars=adam_scalars)
def diffgrad(x, g, mean, square, previous, lr, beta1, new1, beta2, new2, eps, mean_scale, root_scale):
    mean, square = moments(mean, square, g, beta1, new1, beta2, new2)
    below = (1 + np.exp(-abs(previous - g))) * (np.sqrt(square) * root_scale + eps)
    return x - lr * mean_scale * mean / below, mean, square, g


def padam_scalars(t, memory, beta1=0.9, beta2=0.999, power=0.125, eps=1e-8):
    return beta1, 1 - beta1, beta2, 1 - beta2, 2 * power, eps, np.sqrt(debias(beta2, t)) / debias(beta1, t)


@rule(0.0, 0.0, 0.0, scalars=padam_scalars)
def padam(x, g, mean, square, most, lr, beta1, new1, beta2, new2, power, eps, scale):
    mean, square = moments(mean, square, g, beta1, new1, beta2, new2)
    most = max(most, square)
    return x - lr * scale * mean / (np.sqrt(most) + eps) ** power, mean, square, most


def laprop_scalars(t, memory, beta1=0.9, beta2=0.999, eps=1e-15):
    return beta1, 1 - beta1, beta2, 1 - beta2, eps, 1 / debias(beta1, t), 1 / np.sqrt(debias(beta2, t))


@rule(0.0, 0.0, scalars=laprop_scalars)
def laprop(x, g, mean, square, lr, beta1, new1, beta2, new2, eps, mean_scale, root_scale):
    square = beta2 * square + new2 * (g * g)
    mean = beta1 * mean + new1 * (g / (np.sqrt(square) * root_scale + eps))
    return x - lr * mean_scale * mean, mean, square


def adapnm_scalars(t, memory, beta1=0.9, beta2=0.999, beta0=1.0, eps=1e-8):
    length = np.sqrt((1 + beta0) ** 2 + beta0**2) * debias(beta1, t)
    root_scale = 1 / np.sqrt(debias(beta2, t))
    return beta1**2, 1 - beta1**2, beta2, 1 - beta2, eps, (1 + beta0) / length, beta0 / length, root_scale


@rule(0.0, 0.0, 0.0, 0.0, scalars=adapnm_scalars)
def adapnm(x, g, last, before, square, most, lr, beta1, new1, beta2, new2, eps, plus, minus, root_scale):
    mean, square = moments(before, square, g, beta1, new1, beta2, new2)
    most = max(most, square)
    return x - lr * (plus * mean - minus * last) / (np.sqrt(most) * root_scale + eps), mean, last, square, most


def msvag_scalars(t, memory, beta=0.9):
    power = 1 - debias(beta, t)
    rho = (1 - beta) * (1 + power) / ((1 + beta) * (1 - power))
    return beta, 1 - beta, 1 / (1 - power), rho / (1 - rho) if t > 1 else 0.0


@rule(0.0, 0.0, scalars=msvag_scalars)
def msvag(x, g, mean, square, lr, beta, new, scale, share):
    mean, square = moments(mean, square, g, beta, new, beta, new)
    here = scale * mean
    of_mean = here * here
    whole = of_mean + share * (scale * square - of_mean)
    return x - (lr * here * of_mean / whole if whole > 0 else 0 * lr), mean, square


def grams_scalars(t, memory, beta1=0.9, beta2=0.999, eps=1e-6):
    return beta1, 1 - beta1, beta2, 1 - beta2, eps, 1 / debias(beta1, t), 1 / np.sqrt(debias(beta2, t))


@rule(0.0, 0.0, scalars=grams_scalars)
def grams(x, g, mean, square, lr, beta1, new1, beta2, new2, eps, mean_scale, root_scale):
    mean, square = moments(mean, square, g, beta1, new1, beta2, new2)
    length = mean_scale * abs(mean) / (np.sqrt(square) * root_scale + eps)
    return x - lr * np.sign(g) * length, mean, square


def adam_atan2_scalars(t, memory, beta1=0.9, beta2=0.999, a=1.27, b=1.0):
    return beta1, 1 - beta1, beta2, 1 - beta2, a, 1 / debias(beta1, t), b / np.sqrt(debias(beta2, t))


@rule(0.0, 0.0, scalars=adam_atan2_scalars)
def adam_atan2(x, g, mean, square, lr, beta1, new1, beta2, new2, a, mean_scale, root_scale):
    mean, square = moments(mean, square, g, beta1, new1, beta2, new2)
    return x - lr * a * np.arctan2(mean_scale * mean, root_scale * np.sqrt(square)), mean, square
