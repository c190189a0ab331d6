"""Optimizer steps in lanes form: x and g [dimension, lanes], state [slots, dimension, lanes], lr [lanes].

The step number t is a float: an integer inside the loops would cost four times as much.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numba.extending import register_jitable
from numba.np.unsafe.ndarray import to_fixed_tuple

from dlc.kernels.jit import compiled
from dlc.kernels.lanes import FRAMED, Frame, Task, array, named


@dataclass(frozen=True)
class StepKernel:
    """A rule with what a race needs to drive it."""

    rule: Callable[..., None]
    state: tuple[float, ...]  # the value each slot begins with

    @property
    def knobs(self) -> dict[str, float]:
        """Parameters besides the learning rate with their defaults, read off the rule's signature."""
        parameters = inspect.signature(self.rule).parameters.values()
        return {p.name: p.default for p in parameters if p.default is not p.empty}

    def frame(
        self, x: np.ndarray, lr: Any, knobs: Mapping[str, float] | None = None, task: Task | None = None
    ) -> Frame:
        """A frame before the first step, at a copy of X; KNOBS only where they differ from the defaults."""
        return Frame(x, task, self.state, lr, [*(self.knobs | dict(knobs or {})).values()])

    @cached_property
    def step(self) -> Any:
        """The rule compiled as step(frame, t)."""
        rule, count = register_jitable(self.rule), len(self.knobs)

        def step(frame, t):
            knobs = to_fixed_tuple(array(frame, "knobs"), count)
            rule(array(frame, "x"), array(frame, "g"), array(frame, "state"), t, array(frame, "lr"), *knobs)

        return compiled(FRAMED)(named(step, f"{self.rule.__name__}_step"))


STEPS: dict[str, StepKernel] = {}


def rule(*state: float) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Enter a rule whose slots begin with the values STATE."""

    def enter(function: Callable[..., None]) -> Callable[..., None]:
        STEPS[function.__name__] = StepKernel(function, state)
        return function

    return enter


@register_jitable
def debias(beta, t):
    """1 − βᵗ. As βᵗ ≤ e^(−t(1−β)), it is 1 to the last bit from t(1−β) = 40 on, and the power's time is saved."""
    return 1 - beta**t if t * (1 - beta) < 40 else 1.0


@register_jitable
def moments(state, i, j, gradient, beta1, beta2):
    """The running means of the gradient and of its square, brought up to date in the first two slots."""
    mean = beta1 * state[0, i, j] + (1 - beta1) * gradient
    square = beta2 * state[1, i, j] + (1 - beta2) * (gradient * gradient)
    state[0, i, j] = mean
    state[1, i, j] = square
    return mean, square


@rule()
def gd(x, g, state, t, lr):
    """Gradient descent."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] -= lr[j] * g[i, j]


@rule(0.0)
def momentum(x, g, state, t, lr, beta=0.9):
    """Heavy ball."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            velocity = beta * state[0, i, j] + g[i, j]
            state[0, i, j] = velocity
            x[i, j] -= lr[j] * velocity


@rule(0.0)
def nesterov(x, g, state, t, lr, beta=0.9):
    """Nesterov's accelerated gradient in its deep-learning form."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            velocity = beta * state[0, i, j] + g[i, j]
            state[0, i, j] = velocity
            x[i, j] -= lr[j] * (g[i, j] + beta * velocity)


@rule(0.0)
def adagrad(x, g, state, t, lr, eps=1e-10):
    """Steps scaled by all past gradients."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            total = state[0, i, j] + g[i, j] * g[i, j]
            state[0, i, j] = total
            x[i, j] -= lr[j] * g[i, j] / (np.sqrt(total) + eps)


@rule(0.0)
def rmsprop(x, g, state, t, lr, alpha=0.99, eps=1e-8):
    """Steps scaled by recent gradients."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            square = alpha * state[0, i, j] + (1 - alpha) * (g[i, j] * g[i, j])
            state[0, i, j] = square
            x[i, j] -= lr[j] * g[i, j] / (np.sqrt(square) + eps)


@rule(0.0, 0.0)
def adadelta(x, g, state, t, lr, rho=0.9, eps=1e-6):
    """Steps in the unit of x, from recent gradients and recent steps."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            square = rho * state[0, i, j] + (1 - rho) * (g[i, j] * g[i, j])
            move = np.sqrt(state[1, i, j] + eps) / np.sqrt(square + eps) * g[i, j]
            state[0, i, j] = square
            state[1, i, j] = rho * state[1, i, j] + (1 - rho) * (move * move)
            x[i, j] -= lr[j] * move


@rule(0.0, 0.0)
def adam(x, g, state, t, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """Bias-corrected moments."""
    mean_scale = 1 / debias(beta1, t)
    root_scale = 1 / np.sqrt(debias(beta2, t))
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            mean, square = moments(state, i, j, g[i, j], beta1, beta2)
            x[i, j] -= lr[j] * mean_scale * mean / (np.sqrt(square) * root_scale + eps)


@rule(0.0, 0.0)
def adamw(x, g, state, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    """Adam after a decay of the weights that the moments do not see."""
    mean_scale = 1 / debias(beta1, t)
    root_scale = 1 / np.sqrt(debias(beta2, t))
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            mean, square = moments(state, i, j, g[i, j], beta1, beta2)
            decayed = x[i, j] * (1 - lr[j] * weight_decay)
            x[i, j] = decayed - lr[j] * mean_scale * mean / (np.sqrt(square) * root_scale + eps)


@rule(0.0, 0.0, 1.0)
def nadam(x, g, state, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, momentum_decay=0.004):
    """Adam with Nesterov's momentum and a schedule for it."""
    now = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    following = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    product = state[2, 0, 0] * now  # one number for all coordinates and lanes
    state[2, 0, 0] = product
    gradient_scale = (1 - now) / (1 - product)
    mean_scale = following / (1 - product * following)
    root_scale = 1 / np.sqrt(debias(beta2, t))
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            mean, square = moments(state, i, j, g[i, j], beta1, beta2)
            move = gradient_scale * g[i, j] + mean_scale * mean
            x[i, j] -= lr[j] * move / (np.sqrt(square) * root_scale + eps)
