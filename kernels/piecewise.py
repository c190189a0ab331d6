"""Activation functions in straight pieces, and their derivatives."""

from dlc.kernels.elementary import add, clamped, divide
from dlc.kernels.scalar import scalar


@scalar
def choose(x, condition, chosen, otherwise):
    """CHOSEN where CONDITION holds, OTHERWISE elsewhere; nan where x is nan."""
    y = chosen if condition else otherwise
    return y if x == x else x


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
    below = 0.0 if alpha == 0.0 else alpha * x  # 0 also at −∞
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
def hard_sigmoid(x):
    high, low = add(3.0, clamped(x, -3.0, 3.0))
    q, q_low = divide(high, low, 6.0, 0.0)
    return q + q_low


@scalar
def hard_sigmoid_grad(x):
    return choose(x, (x > -3.0) & (x < 3.0), 1.0 / 6.0, 0.0)


@scalar
def hard_tanh(x, low=-1.0, high=1.0):
    return clamped(x, low, high)


@scalar
def hard_tanh_grad(x, low=-1.0, high=1.0):
    return choose(x, (x > low) & (x < high), 1.0, 0.0)
