"""Functions of a few variables as what a race runs on: their gradients in lanes form, knobs and constants."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from dlc.kernels.jit import compiled
from dlc.kernels.lanes import FRAMED, Task, framed_gradient, make_task


def nothing() -> tuple[float, ...]:
    """The constants of a function that has none."""
    return ()


@cache
def compiled_gradient(source: Callable[..., None], name: str, dtype: np.dtype) -> Any:
    """SOURCE(x, g, loss, t, task) compiled as gradient(frame, t) for lanes of that type."""
    return compiled(FRAMED)(framed_gradient(source, name, dtype))


@dataclass(frozen=True)
class Function:
    """A function of a few variables as a problem for a race."""

    source: Callable[..., None]
    dimension: int
    constants: Callable[..., Any]  # knobs -> task.constants

    @property
    def knobs(self) -> dict[str, float]:
        """Parameters with their defaults."""
        return {name: knob.default for name, knob in inspect.signature(self.constants).parameters.items()}

    @property
    def gradient(self) -> Any:
        """Compiled as gradient(frame, t) for float64."""
        return self.compiled()

    def compiled(self, dtype: Any = np.float64) -> Any:
        """Compiled as gradient(frame, t) for lanes of that type."""
        return compiled_gradient(self.source, self.source.__name__, np.dtype(dtype))

    def blocks(self, dimension: int) -> list[tuple[int, int, int]]:
        """The tensors that the variables form, each (first, rows, columns): one row."""
        return [(0, 1, dimension)]

    def task(self, seeds: np.ndarray, **knobs: float) -> Task:
        """The function's constants, for lanes with these SEEDS."""
        return make_task(seeds, self.constants(**knobs))


FUNCTIONS: dict[str, Function] = {}


def function(
    dimension: int, constants: Callable[..., Any] = nothing
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Enter a gradient of DIMENSION variables."""

    def enter(gradient: Callable[..., None]) -> Callable[..., None]:
        FUNCTIONS[gradient.__name__] = Function(gradient, dimension, constants)
        return gradient

    return enter
