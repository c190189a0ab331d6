"""Networks and linear models on data in lanes form: gradients over batches, and loss and accuracy over a whole set.

The lanes are turned to rows first, so that each network's weights lie side by side; the loops then run along the units.
A lane's batches follow from its seed alone: every entrant of a race sees the same ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar

import numpy as np
from numba import int64, types
from numba.extending import register_jitable

from dlc.kernels import mnist1d
from dlc.kernels.datasets import digits, digits_split, standardised
from dlc.kernels.draws import next_batch
from dlc.kernels.functions import compiled_gradient
from dlc.kernels.jit import compiled
from dlc.kernels.lanes import MATRIX, VECTOR, Task, make_task, named
from dlc.kernels.layers import Model, cross_entropy, half_squares, linear, logistic, perceptron

BATCH = 32

# evaluate(x, inputs, labels, loss, accuracy): [dimension, lanes] -> [lanes] over all rows
EVALUATE = types.void(MATRIX, MATRIX, int64[::1], VECTOR, VECTOR)


@register_jitable
def batch_rows(order, size, seed, t):
    """The rows of step t: SIZE of them, or all where it is 0."""
    return next_batch(order, size, seed, t) if size > 0 else np.arange(order.size).astype(np.int32)


@dataclass(frozen=True)
class Network:
    """A model of data as a problem for a race: each lane goes over its own batches, or over all rows in each step."""

    name: str
    data: Callable[[], Any]  # what it is trained and tested on; raises MissingExtraError
    model: Model
    head: Callable[..., Any]  # the loss of the model's outputs
    batch: int = 0  # rows that a step sees; 0 for all
    is_decayed: bool = False  # whether the loss has ‖weights of a linear model‖²/2n besides
    knobs: ClassVar[dict[str, float]] = {}

    @property
    def dimension(self) -> int:
        """The number of weights and biases."""
        return self.model.dimension

    def task(self, seeds: np.ndarray) -> Task:
        """The training data, for lanes with these SEEDS."""
        data = self.data()
        return make_task(seeds, (), data.inputs, data.labels)

    def initial(self, seeds: Any) -> np.ndarray:
        """Weights and biases uniform in ±1/√inputs, torch's rule for a linear layer: [dimension, len(seeds)]."""
        return np.stack([self._draw(np.random.default_rng(seed)) for seed in seeds], axis=1)

    def _draw(self, random: np.random.Generator) -> np.ndarray:
        layers = ((fan_in, (fan_in + 1) * units) for fan_in, units in self.model.shapes)
        return np.concatenate([random.uniform(-1, 1, count) / np.sqrt(fan_in) for fan_in, count in layers])

    @property
    def decayed(self) -> int:
        """How many of the first parameters are decayed: weights, not biases."""
        return self.dimension - self.model.outputs if self.is_decayed else 0

    def blocks(self, dimension: int) -> list[tuple[int, int, int]]:
        """The tensors of its parameters, each (first, rows, columns): for each layer its weights and its biases."""
        blocks, first = [], 0
        for fan_in, units in self.model.shapes:
            blocks += [(first, fan_in, units), (first + fan_in * units, 1, units)]
            first += (fan_in + 1) * units
        return blocks

    @property
    def gradient(self) -> Any:
        """Compiled as gradient(frame, t) for float64."""
        return self.compiled()

    def compiled(self, dtype: Any = np.float64) -> Any:
        """Compiled as gradient(frame, t) for lanes of that type."""
        return compiled_gradient(self._batches, np.dtype(dtype))

    @cached_property
    def _batches(self) -> Callable[..., None]:
        """The gradient of each lane over its next batch."""
        forward, backward, head = self.model.forward, self.model.backward, self.head
        size, units, outputs, decayed = self.batch, self.model.hidden, self.model.outputs, self.decayed

        def gradient(x, g, loss, t, task):
            dimension, lanes = x.shape
            count = size if size > 0 else task.labels.size
            weights, slopes = np.empty((lanes, dimension)), np.zeros((lanes, dimension))
            hidden, out = np.empty((count, units)), np.empty((count, outputs))
            for i in range(dimension):
                for j in range(lanes):
                    weights[j, i] = x[i, j]
            for j in range(lanes):
                if np.isnan(weights[j, 0]):  # diverged: no work is spent on it
                    loss[j] = np.nan
                    continue
                rows = batch_rows(task.order[j], size, task.seeds[j], t)
                forward(weights[j], task.inputs, rows, hidden, out)
                loss[j], _ = head(out, task.labels, rows)
                backward(weights[j], slopes[j], task.inputs, rows, hidden, out)
                for i in range(decayed):
                    loss[j] += 0.5 / count * weights[j, i] * weights[j, i]
                    slopes[j, i] += weights[j, i] / count
            for i in range(dimension):
                for j in range(lanes):
                    g[i, j] = slopes[j, i]

        return named(gradient, f"{self.name}_batches")

    @cached_property
    def evaluate(self) -> Any:
        """Compiled as EVALUATE: each lane's mean loss and accuracy over all rows."""
        forward, head, units, outputs = self.model.forward, self.head, self.model.hidden, self.model.outputs
        decayed = self.decayed

        def evaluate(x, inputs, labels, loss, accuracy):
            rows = np.arange(labels.size)
            hidden, out = np.empty((labels.size, units)), np.empty((labels.size, outputs))
            for j in range(x.shape[1]):
                weights = x[:, j].copy()
                forward(weights, inputs, rows, hidden, out)
                loss[j], accuracy[j] = head(out, labels, rows)
                for i in range(decayed):
                    loss[j] += 0.5 / labels.size * weights[i] * weights[i]

        return compiled(EVALUATE)(named(evaluate, f"{self.name}_evaluation"))


def of(name: str) -> Callable[[], Any]:
    """The standardised data set NAME, when it is asked for."""
    return partial(standardised, name)


SOFTMAX = Network("mnist1d_softmax", mnist1d.load, linear(40, 10), cross_entropy, BATCH)
MLP = Network("mnist1d_mlp", mnist1d.load, perceptron(40, 64, 10), cross_entropy, BATCH)

NETWORKS = (
    Network("diabetes_least_squares", of("diabetes"), linear(10, 1), half_squares),
    Network("breast_cancer_logistic", of("breast_cancer"), linear(30, 1), logistic, is_decayed=True),
    Network("iris_softmax", of("iris"), linear(4, 3), cross_entropy, is_decayed=True),
    Network("wine_softmax", of("wine"), linear(13, 3), cross_entropy, is_decayed=True),
    Network("digits_softmax", digits, linear(64, 10), cross_entropy, is_decayed=True),
    SOFTMAX,
    MLP,
    Network("digits_mlp", digits_split, perceptron(64, 32, 10), cross_entropy, BATCH),
)
