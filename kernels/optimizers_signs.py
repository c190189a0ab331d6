"""Steps of which only the sign of the gradient counts, in lanes form."""

import numpy as np

from dlc.kernels.parts import rule


@rule(0.0, "lr")
def rprop(x, g, before, step, lr, shrink=0.5, grow=1.2, least=1e-6, largest=50.0):
    agreement = np.sign(g) * np.sign(before)
    if agreement > 0:
        step *= grow
    if agreement < 0:
        step *= shrink
        g -= g  # 0 in the type of g
    step = min(max(step, least), largest)
    return x - step * np.sign(g), g, step


def lion_scalars(t, memory, beta1=0.9, beta2=0.99):
    return beta1, 1 - beta1, beta2, 1 - beta2


@rule(0.0, scalars=lion_scalars)
def lion(x, g, mean, lr, beta1, new1, beta2, new2):
    return x - lr * np.sign(beta1 * mean + new1 * g), beta2 * mean + new2 * g


@rule()
def sign_sgd(x, g, lr):
    return (x - lr * np.sign(g),)


def signum_scalars(t, memory, beta=0.9):
    return beta, 1 - beta


@rule(0.0, scalars=signum_scalars)
def signum(x, g, mean, lr, beta, new):
    mean = beta * mean + new * g
    return x - lr * np.sign(mean), mean


@rule(0.0, "lr")
def rprop_delayed(x, g, move, step, lr, shrink=0.5, grow=1.2, least=1e-6, largest=50.0):
    agreement = np.sign(g) * np.sign(move)
    if agreement != 0:
        step = min(max(step * (grow if agreement > 0 else shrink), least), largest)
    if agreement < 0:
        return x, move - move, step
    return x - move, step * np.sign(g), step
