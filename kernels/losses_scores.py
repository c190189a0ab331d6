"""Losses of a score by its sign, and of distances, and their gradients by the prediction."""

from dlc.kernels.elementary import bell, choose, clamped, logistic, scaled
from dlc.kernels.losses_regression import smooth_l1, smooth_l1_grad
from dlc.kernels.ramps import exponential
from dlc.kernels.scalar import scalar
from dlc.kernels.smooth import log_sigmoid, sigmoid
from dlc.kernels.trigonometry import atan
from dlc.kernels.waves import VERY_FAR, inverse_square_parts


@scalar
def shortfall(p, t, margin):
    """max(0, m − t·p)."""
    short = margin - t * p
    return choose(short, short > 0.0, short, 0.0)


@scalar
def unhinged(p, t):
    return 1.0 - t * p


@scalar
def unhinged_grad(p, t):
    return choose(p, p == p, -t, 0.0)


@scalar
def hinge(p, t, margin=1.0):
    return shortfall(p, t, margin)


@scalar
def hinge_grad(p, t, margin=1.0):
    return choose(p, t * p < margin, -t, 0.0)


@scalar
def perceptron(p, t):
    return shortfall(p, t, 0.0)


@scalar
def perceptron_grad(p, t):
    return hinge_grad(p, t, 0.0)


@scalar
def squared_hinge(p, t):
    short = shortfall(p, t, 1.0)
    return short * short


@scalar
def squared_hinge_grad(p, t):
    return -2.0 * t * shortfall(p, t, 1.0)


@scalar
def smooth_hinge(p, t, gamma=1.0):
    return smooth_l1(shortfall(p, t, 1.0), 0.0, gamma)


@scalar
def smooth_hinge_grad(p, t, gamma=1.0):
    return -t * smooth_l1_grad(shortfall(p, t, 1.0), 0.0, gamma)


@scalar
def modified_huber(p, t):
    short = shortfall(p, t, 1.0)
    return choose(short, short <= 2.0, short * short, -4.0 * t * p)


@scalar
def modified_huber_grad(p, t):
    short = shortfall(p, t, 1.0)
    return -2.0 * t * choose(short, short < 2.0, short, 2.0)


@scalar
def ramp(p, t, cap=2.0):
    short = shortfall(p, t, 1.0)
    return choose(short, short < cap, short, cap)


@scalar
def ramp_grad(p, t, cap=2.0):
    short = 1.0 - t * p
    return choose(short, (short > 0.0) & (short < cap), -t, 0.0)


@scalar
def exponential_loss(p, t):
    return exponential(-t * p)


@scalar
def exponential_loss_grad(p, t):
    return -t * exponential(-t * p)


@scalar
def soft_margin(p, t):
    return -log_sigmoid(t * p)


@scalar
def soft_margin_grad(p, t):
    return -t * sigmoid(-t * p)


@scalar
def sigmoid_loss(p, t):
    return sigmoid(-t * p)


@scalar
def sigmoid_loss_grad(p, t):
    slope, unit = bell(p)
    return -t * scaled(slope, unit)


@scalar
def savage(p, t):
    chance, unit = logistic(-t * p)
    return scaled(chance * chance, unit * unit)


@scalar
def savage_grad(p, t):
    chance, unit = logistic(-t * p)
    slope, slope_unit = bell(p)
    return -t * scaled(2.0 * chance * slope, unit * slope_unit)


@scalar
def signed_angle(p, t):
    """2·arctan(t·p) − 1."""
    angle = 2.0 * atan(clamped(abs(p), 0.0, VERY_FAR))
    return (angle if t * p > 0.0 else -angle) - 1.0


@scalar
def tangent(p, t):
    angle = signed_angle(p, t)
    return angle * angle


@scalar
def tangent_grad(p, t):
    u, d, _ = inverse_square_parts(p)
    return 4.0 * t * signed_angle(p, t) * u / d


@scalar
def hinge_embedding(p, t, margin=1.0):
    return choose(p, t > 0.0, p, shortfall(p, 1.0, margin))


@scalar
def hinge_embedding_grad(p, t, margin=1.0):
    return choose(p, t > 0.0, 1.0, hinge_grad(p, 1.0, margin))


@scalar
def contrastive(p, t, margin=1.0):
    short = shortfall(p, 1.0, margin)
    apart = choose(p, short > 0.0, (1.0 - t) * short * short, 0.0)
    return 0.5 * choose(apart, apart == 0.0, t * p * p, t * p * p + apart)


@scalar
def contrastive_grad(p, t, margin=1.0):
    return t * p - (1.0 - t) * shortfall(p, 1.0, margin)
