"""How an objective enters races: its value and gradient at one point, lane by lane, negated where it is maximised."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numba.extending import register_jitable
from numba.np.unsafe.ndarray import to_fixed_tuple

from dlc.kernels.functions import function
from dlc.kernels.lanes import named


def objective(dimension: int, *, maximised: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter VALUE(x, g, knobs...): the value at a point x [DIMENSION], whose gradient it writes into g."""

    def enter(value: Callable[..., Any]) -> Callable[..., Any]:
        knobs = [each for each in inspect.signature(value).parameters.values() if each.default is not each.empty]
        at_point, count, sign = register_jitable(value), len(knobs), -1.0 if maximised else 1.0

        def constants(**chosen):
            return [chosen.get(knob.name, knob.default) for knob in knobs]

        constants.__signature__ = inspect.Signature(knobs)  # type: ignore[attr-defined] # where a race reads the knobs

        def descended(x, g, loss, _t, task):
            point, slopes = np.empty(x.shape[0]), np.empty(x.shape[0])
            for j in range(x.shape[1]):
                point[:] = x[:, j]
                loss[j] = sign * at_point(point, slopes, *to_fixed_tuple(task.constants, count))
                for i in range(x.shape[0]):
                    g[i, j] = sign * slopes[i]

        function(dimension, constants)(named(descended, value.__name__))
        return value

    return enter


def scattered(first: int, *shape: int) -> np.ndarray:
    """The numbers between −1 and 1 of which the reference makes its instances, from number FIRST on."""
    powers = [pow(27, k + 1, 257) for k in range(first, first + int(np.prod(shape)))]
    return ((2.0 * np.array(powers) - 257.0) / 256.0).reshape(shape)


@register_jitable
def dot(a, b):
    """Σ aᵢ·bᵢ."""
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total


@register_jitable
def sigmoid(x):
    """1 / (1 + e^(−x))."""
    return 1.0 / (1.0 + np.exp(-x))


@register_jitable
def softplus(x):
    """ln(1 + e^x)."""
    return max(x, 0.0) + np.log1p(np.exp(-abs(x)))


@register_jitable
def softmax(x):
    """The shares e^(xᵢ) / Σ e^x, and ln Σ e^x."""
    top = np.max(x)
    shares = np.exp(x - top)
    total = np.sum(shares)
    return shares / total, top + np.log(total)
