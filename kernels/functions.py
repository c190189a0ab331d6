"""Functions of a few variables as what a race runs on: their gradients in lanes form, knobs and constants."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from dlc.kernels.jit import compiled
from dlc.kernels.lanes import FRAMED, Task, framed_gradient, make_task
from dlc.kernels.rotations import rotated, rotation


def nothing() -> tuple[float, ...]:
    """The constants of a function that has none."""
    return ()


@cache
def compiled_gradient(source: Callable[..., None], dtype: np.dtype) -> Any:
    """SOURCE(x, g, loss, t, task) compiled as gradient(frame, t) for lanes of that type."""
    return compiled(FRAMED)(framed_gradient(source, source.__name__, dtype))


@dataclass(frozen=True)
class Function:
    """A function of a few variables as a problem for a race, in one of its dimensions."""

    source: Callable[..., None]
    dimension: int
    constants: Callable[..., Any]  # knobs, and the dimension where it is asked for -> task.constants
    rows: Callable[[], np.ndarray] | None = None  # -> task.inputs, for a function of data
    rotation: float = 0.0  # degrees

    @property
    def knobs(self) -> dict[str, float]:
        """Parameters with their defaults."""
        parameters = inspect.signature(self.constants).parameters
        return {name: knob.default for name, knob in parameters.items() if name != "dimension"}

    @property
    def gradient(self) -> Any:
        """Compiled as gradient(frame, t) for float64."""
        return self.compiled()

    def compiled(self, dtype: Any = np.float64) -> Any:
        """Compiled as gradient(frame, t) for lanes of that type, once for all dimensions and angles."""
        source = rotated(self.source) if self.rotation != 0 else self.source
        return compiled_gradient(source, np.dtype(dtype))

    def blocks(self, dimension: int) -> list[tuple[int, int, int]]:
        """The tensors that the variables form, each (first, rows, columns): one row."""
        return [(0, 1, dimension)]

    def in_dimension(self, n: int) -> "Function":
        """The function of N variables; the card says which there are."""
        return replace(self, dimension=n)

    def rotated(self, degrees: float) -> "Function":
        """The function of what is turned by DEGREES; the card says whether there is such."""
        return replace(self, rotation=degrees)

    def task(self, seeds: np.ndarray, **knobs: float) -> Task:
        """The function's constants, for lanes with these SEEDS."""
        if "dimension" in inspect.signature(self.constants).parameters:
            knobs["dimension"] = self.dimension
        inputs = self.rows() if self.rows else None
        if self.rotation != 0:
            inputs = rotation(self.dimension, self.rotation)
        labels = None if inputs is None else np.zeros(len(inputs), np.int64)
        return make_task(seeds, self.constants(**knobs), inputs, labels)


FUNCTIONS: dict[str, Function] = {}


def function(
    dimension: int, constants: Callable[..., Any] = nothing, rows: Callable[[], np.ndarray] | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Enter a gradient of DIMENSION variables by default, with what its task holds."""

    def enter(gradient: Callable[..., None]) -> Callable[..., None]:
        FUNCTIONS[gradient.__name__] = Function(gradient, dimension, constants, rows)
        return gradient

    return enter
