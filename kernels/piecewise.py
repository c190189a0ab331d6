"""Activation functions in straight pieces, and their derivatives."""

from dlc.kernels.elementary import choose, clamped
from dlc.kernels.scalar import scalar


@scalar
def identity(x):
    return x


@scalar
def identity_grad(x):
    return choose(x, True, 1.0, 1.0)


@scalar
def step(x):
    return choose(x, x >= 0.0, 1.0, 0.0)


@scalar
def step_grad(x):
    return choose(x, True, 0.0, 0.0)


@scalar
def relu(x):
    return choose(x, x > 0.0, x, 0.0)


@scalar
def relu_grad(x):
    return choose(x, x > 0.0, 1.0, 0.0)


@scalar
def relu6(x):
    return clamped(x, 0.0, 6.0)


@scalar
def relu6_grad(x):
    return choose(x, (x > 0.0) & (x < 6.0), 1.0, 0.0)


@scalar
def leaky_relu(x, alpha=0.01):
    below = x * 0.0 if alpha == 0.0 else alpha * x
    return choose(x, x > 0.0, x, below)


@scalar
def leaky_relu_grad(x, alpha=0.01):
    return choose(x, x > 0.0, 1.0, alpha)


@scalar
def prelu(x, alpha=0.25):
    return leaky_relu(x, alpha)


@scalar
def prelu_grad(x, alpha=0.25):
    return leaky_relu_grad(x, alpha)


@scalar
def thresholded_relu(x, theta=1.0):
    return choose(x, x > theta, x, 0.0)


@scalar
def thresholded_relu_grad(x, theta=1.0):
    return choose(x, x > theta, 1.0, 0.0)


@scalar
def hard_sigmoid(x, width=6.0, offset=0.5):
    t = x / width + offset
    return choose(x, t > 0.0, t if t < 1.0 else 1.0, 0.0)


@scalar
def hard_sigmoid_grad(x, width=6.0, offset=0.5):
    t = x / width + offset
    return choose(x, (t > 0.0) & (t < 1.0), 1.0 / width, 0.0)


@scalar
def hard_tanh(x, low=-1.0, high=1.0):
    return choose(x, x > low, x if x < high else high, low)


@scalar
def hard_tanh_grad(x, low=-1.0, high=1.0):
    return choose(x, (x > low) & (x < high), 1.0, 0.0)
