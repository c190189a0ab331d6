"""Descendants of Adam by other means of gradients, squares or differences, in lanes form."""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.optimizers_classic import debias, moments
from dlc.kernels.parts import rule


@register_jitable
def mean_scales(beta, t, nesterov):
    """What the mean and the gradient count in a mean without bias, or with Nesterov's momentum."""
    if nesterov != 0:
        return beta / debias(beta, t + 1), (1 - beta) / debias(beta, t)
    return 1 / debias(beta, t), 0.0


def adam_nesterov_scalars(t, memory, beta1=0.9, beta2=0.999, eps=1e-8, eps_root=0.0, nesterov=1.0):
    mean_scale, new_scale = mean_scales(beta1, t, nesterov)
    return beta1, 1 - beta1, beta2, 1 - beta2, eps, eps_root, mean_scale, new_scale, 1 / debias(beta2, t)


@rule(0.0, 0.0, scalars=adam_nesterov_scalars)
def adam_nesterov(x, g, mean, square, lr, beta1, new1, beta2, new2, eps, eps_root, mean_scale, new_scale, square_scale):
    mean, square = moments(mean, square, g, beta1, new1, beta2, new2)
    move = (mean_scale * mean + new_scale * g) / (np.sqrt(square_scale * square + eps_root) + eps)
    return x - lr * move, mean, square


def amsgrad_corrected_scalars(
    t, memory, beta1=0.9, beta2=0.999, eps=1e-8, eps_root=0.0, mean_corrected=1.0, square_corrected=1.0
):
    mean_scale = 1 / debias(beta1, t) if mean_corrected != 0 else 1.0
    square_scale = 1 / debias(beta2, t) if square_corrected != 0 else 1.0
    return beta1, 1 - beta1, beta2, 1 - beta2, eps, eps_root, mean_scale, square_scale


@rule(0.0, 0.0, 0.0, scalars=amsgrad_corrected_scalars)
def amsgrad_corrected(x, g, mean, square, most, lr, beta1, new1, beta2, new2, eps, eps_root, mean_scale, square_scale):
    mean, square = moments(mean, square, g, beta1, new1, beta2, new2)
    most = max(most, square_scale * square)
    return x - lr * mean_scale * mean / (np.sqrt(most + eps_root) + eps), mean, square, most


def adabelief_scalars(t, memory, beta1=0.9, beta2=0.999, eps=1e-16, eps_root=1e-16, nesterov=0.0):
    mean_scale, new_scale = mean_scales(beta1, t, nesterov)
    return beta1, 1 - beta1, beta2, 1 - beta2, eps, eps_root, mean_scale, new_scale, 1 / debias(beta2, t)


@rule(0.0, 0.0, scalars=adabelief_scalars)
def adabelief(x, g, mean, spread, lr, beta1, new1, beta2, new2, eps, eps_root, mean_scale, new_scale, spread_scale):
    mean = beta1 * mean + new1 * g
    spread = beta2 * spread + new2 * ((g - mean) * (g - mean)) + eps_root
    move = (mean_scale * mean + new_scale * g) / (np.sqrt(spread_scale * spread) + eps)
    return x - lr * move, mean, spread


def yogi_scalars(t, memory, beta1=0.9, beta2=0.999, eps=1e-3, initial=1e-6):
    return beta1, 1 - beta1, 1 - beta2, eps, 1 / debias(beta1, t), 1 / np.sqrt(debias(beta2, t))


@rule("initial", "initial", scalars=yogi_scalars)
def yogi(x, g, mean, square, lr, beta1, new1, new2, eps, mean_scale, root_scale):
    mean = beta1 * mean + new1 * g
    now = g * g
    square = square - new2 * np.sign(square - now) * now
    return x - lr * mean_scale * mean / (np.sqrt(square) * root_scale + eps), mean, square


def adan_scalars(t, memory, beta1=0.98, beta2=0.92, beta3=0.99, eps=1e-8, eps_root=1e-8):
    return (
        beta1, 1 - beta1, beta2, 1 - beta2, beta3, 1 - beta3, eps, eps_root, 1 / debias(beta1, t),
        (1 - beta2) / debias(beta2, t), 1 / debias(beta3, t), 1.0 if t > 1 else 0.0,
    )  # fmt: skip


@rule(0.0, 0.0, 0.0, 0.0, scalars=adan_scalars)
def adan(
    x, g, mean, change, square, before, lr, beta1, new1, beta2, new2, beta3, new3, eps, eps_root,
    mean_scale, change_scale, square_scale, is_later,
):  # fmt: skip
    d = is_later * (g - before)
    mean, change = beta1 * mean + new1 * g, beta2 * change + new2 * d
    ahead = g + new2 * d
    square = beta3 * square + new3 * (ahead * ahead)
    move = (mean_scale * mean + change_scale * change) / (np.sqrt(square_scale * square + eps_root) + eps)
    return x - lr * move, mean, change, square, g


def ademamix_scalars(t, memory, beta1=0.9, beta2=0.999, beta3=0.9999, alpha=5.0, eps=1e-8, eps_root=0.0):
    return (
        beta1, 1 - beta1, beta2, 1 - beta2, beta3, 1 - beta3, alpha, eps, eps_root,
        1 / debias(beta1, t), 1 / debias(beta2, t),
    )  # fmt: skip


@rule(0.0, 0.0, 0.0, scalars=ademamix_scalars)
def ademamix(
    x, g, mean, slow, square, lr, beta1, new1, beta2, new2, beta3, new3, alpha, eps, eps_root, mean_scale, square_scale
):
    mean, square = moments(mean, square, g, beta1, new1, beta2, new2)
    slow = beta3 * slow + new3 * g
    move = (mean_scale * mean + alpha * slow) / (np.sqrt(square_scale * square + eps_root) + eps)
    return x - lr * move, mean, slow, square


def simplified_ademamix_scalars(t, memory, beta1=0.99, beta2=0.95, alpha=0.0, eps=1e-8, eps_root=0.0):
    return beta1, 1.0, beta2, 1 - beta2, alpha, eps, eps_root, 1 / debias(beta2, t)


@rule(0.0, 0.0, scalars=simplified_ademamix_scalars)
def simplified_ademamix(x, g, total, square, lr, beta1, new1, beta2, new2, alpha, eps, eps_root, square_scale):
    total, square = moments(total, square, g, beta1, new1, beta2, new2)
    return x - lr * (total + alpha * g) / (np.sqrt(square_scale * square + eps_root) + eps), total, square


def adopt_scalars(t, memory, beta1=0.9, beta2=0.9999, eps=1e-6, nesterov=0.0, clipping=1.0):
    bound = (t - 1) ** 0.25 if clipping != 0 else np.inf
    if t == 1:  # only the square is taken: nothing moves
        return 0.0, 0.0, 0.0, 1.0, eps, bound, 0.0, 0.0
    ahead, behind = (1 - beta1, beta1) if nesterov != 0 else (0.0, 1.0)
    return beta1, 1 - beta1, beta2, 1 - beta2, eps, bound, behind, ahead


@rule(0.0, 0.0, scalars=adopt_scalars)
def adopt(x, g, mean, square, lr, beta1, new1, beta2, new2, eps, bound, behind, ahead):
    scaled = max(-bound, min(g / max(np.sqrt(square), eps), bound))
    mean = beta1 * mean + new1 * scaled
    return x - lr * (behind * mean + ahead * scaled), mean, beta2 * square + new2 * (g * g)


def acprop_scalars(t, memory, beta1=0.9, beta2=0.999, eps=1e-16, eps_root=1e-16):
    is_first = 1.0 if t == 1 else 0.0
    return beta1, 1 - beta1, beta2, 1 - beta2, eps, eps_root, is_first, 1 / debias(beta2, t - 1) if t > 1 else 0.0


@rule(0.0, 0.0, scalars=acprop_scalars)
def acprop(x, g, mean, spread, lr, beta1, new1, beta2, new2, eps, eps_root, is_first, spread_scale):
    move = g / (np.sqrt(is_first + spread_scale * spread) + eps)
    spread = beta2 * spread + new2 * ((g - mean) * (g - mean)) + eps_root
    return x - lr * move, beta1 * mean + new1 * g, spread


def radam_threshold_scalars(t, memory, beta1=0.9, beta2=0.999, eps=1e-8, eps_root=0.0, threshold=5.0, nesterov=0.0):
    mean_scale, new_scale = mean_scales(beta1, t, nesterov)
    unbiased = debias(beta2, t)
    most = 2 / (1 - beta2) - 1
    rho = most - 2 * t * (1 - unbiased) / unbiased
    if rho < threshold:
        return beta1, 1 - beta1, beta2, 1 - beta2, 1.0, 0.0, mean_scale, new_scale, 0.0
    sure = np.sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))
    return beta1, 1 - beta1, beta2, 1 - beta2, eps, eps_root, sure * mean_scale, sure * new_scale, 1 / unbiased


@rule(0.0, 0.0, scalars=radam_threshold_scalars)
def radam_threshold(
    x, g, mean, square, lr, beta1, new1, beta2, new2, eps, eps_root, mean_scale, new_scale, square_scale
):
    mean, square = moments(mean, square, g, beta1, new1, beta2, new2)
    move = (mean_scale * mean + new_scale * g) / (np.sqrt(square_scale * square + eps_root) + eps)
    return x - lr * move, mean, square


def optimistic_scalars(t, memory, alpha=1.0, beta=1.0):
    return alpha + beta, beta, 1.0 if t == 1 else 0.0


@rule(0.0, scalars=optimistic_scalars)
def optimistic_gradient_descent(x, g, before, lr, now, past, is_first):
    before = before + is_first * g
    return x - lr * (now * g - past * before), g


def optimistic_adam_scalars(
    t, memory, alpha=1.0, beta=1.0, beta1=0.9, beta2=0.999, eps=1e-8, eps_root=0.0, nesterov=1.0
):
    mean_scale, new_scale = mean_scales(beta1, t, nesterov)
    return (
        alpha + beta, beta, 1.0 if t == 1 else 0.0, beta1, 1 - beta1, beta2, 1 - beta2, eps, eps_root,
        mean_scale, new_scale, 1 / debias(beta2, t),
    )  # fmt: skip


@rule(0.0, 0.0, 0.0, scalars=optimistic_adam_scalars)
def optimistic_adam(
    x, g, mean, square, before, lr, now, past, is_first, beta1, new1, beta2, new2, eps, eps_root,
    mean_scale, new_scale, square_scale,
):  # fmt: skip
    mean, square = moments(mean, square, g, beta1, new1, beta2, new2)
    d = (mean_scale * mean + new_scale * g) / (np.sqrt(square_scale * square + eps_root) + eps)
    before = before + is_first * d
    return x - lr * (now * d - past * before), mean, square, d


def rmsprop_general_scalars(
    t, memory, alpha=0.9, eps=1e-8, eps_root=0.0, initial=0.0, beta=0.0, nesterov=0.0, centered=0.0, corrected=0.0
):
    scale = 1 / debias(alpha, t) if corrected != 0 else 1.0
    new_mean = 1 - alpha if centered != 0 else 0.0
    now, ahead = (1.0, beta) if nesterov != 0 else (0.0, 1.0)
    return alpha, 1 - alpha, new_mean, eps, eps_root, scale, scale * scale, beta, now, ahead


@rule("initial", 0.0, 0.0, scalars=rmsprop_general_scalars)
def rmsprop_general(
    x, g, square, mean, velocity, lr, alpha, new, new_mean, eps, eps_root, scale, scale2, beta, now, ahead
):
    square, mean = alpha * square + new * (g * g), alpha * mean + new_mean * g
    move = lr * g / (np.sqrt(scale * square - scale2 * (mean * mean) + eps_root) + eps)
    velocity = beta * velocity + move
    return x - (now * move + ahead * velocity), square, mean, velocity
