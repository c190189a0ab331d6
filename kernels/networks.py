# ruff: noqa: D103 - the networks' functions take the same arguments and do what they are called
"""Two classifiers of MNIST-1D in lanes form: gradients over mini-batches, and the loss and hits over a whole set.

The lanes are turned to rows first, so that each network's weights lie side by side; the loops then run along the
hidden units. A lane's batches follow from its seed alone: every entrant of a race sees the same ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numba import int64, types
from numba.extending import register_jitable

from dlc.kernels import mnist1d
from dlc.kernels.functions import compiled_gradient
from dlc.kernels.jit import compiled
from dlc.kernels.lanes import MATRIX, VECTOR, Task, make_task, named

FEATURES = 40
HIDDEN = 64
CLASSES = 10
BATCH = 32

# evaluate(x, inputs, labels, loss, accuracy): [dimension, lanes] -> [lanes] over all rows
EVALUATE = types.void(MATRIX, MATRIX, int64[::1], VECTOR, VECTOR)


@register_jitable
def mixed(seed, counter):
    """A well-mixed 64-bit number for each pair (the finish of splitmix64)."""
    z = np.uint64(seed) * np.uint64(0xD1342543DE82EF95) + np.uint64(counter) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@register_jitable
def shuffle(order, seed, epoch):
    """The epoch's order of the rows, from the seed and the epoch alone."""
    key = np.int64(mixed(seed, epoch) >> np.uint64(1))
    for i in range(order.size):
        order[i] = i
    for i in range(order.size - 1, 0, -1):
        high = mixed(key, i) >> np.uint64(32)
        j = np.int64((high * np.uint64(i + 1)) >> np.uint64(32))
        order[i], order[j] = order[j], order[i]


@register_jitable
def next_batch(order, seed, t):
    """The rows of step t = 1, 2, ...; a new order begins with each epoch, and its incomplete last batch is left out."""
    per_epoch = order.size // BATCH
    epoch, place = divmod(np.int64(t) - 1, per_epoch)
    if place == 0:
        shuffle(order, seed, epoch)
    return order[place * BATCH : (place + 1) * BATCH]


@register_jitable
def cross_entropy(logits, labels, rows):
    """Mean loss and number of hits; the logits become the loss's derivatives by them."""
    loss, hits = 0.0, 0
    for b in range(rows.size):
        label = labels[rows[b]]
        best = 0
        for c in range(1, CLASSES):
            if logits[b, c] > logits[b, best]:
                best = c
        hits += best == label
        top, own = logits[b, best], logits[b, label]
        total = 0.0
        for c in range(CLASSES):
            logits[b, c] = np.exp(logits[b, c] - top)
            total += logits[b, c]
        loss += np.log(total) - (own - top)
        for c in range(CLASSES):
            logits[b, c] /= total * rows.size
        logits[b, label] -= 1.0 / rows.size
    return loss / rows.size, hits


def dense(fan_in: int, units: int) -> tuple[Callable[..., None], Callable[..., None]]:
    """A layer's forward and its derivative by the weights w [(fan_in + 1) * units], whose last row is the bias.

    Four products at a time: half the loads and stores of one at a time. FAN_IN and BATCH are multiples of four.
    """
    bias = fan_in * units

    def forward(w, source, rows, target):
        for b in range(rows.size):
            row = rows[b]
            for k in range(units):
                target[b, k] = w[bias + k]
            for i in range(0, fan_in, 4):
                v0, v1, v2, v3 = source[row, i], source[row, i + 1], source[row, i + 2], source[row, i + 3]
                j = i * units
                for k in range(units):
                    target[b, k] += (v0 * w[j + k] + v1 * w[j + units + k]) + (
                        v2 * w[j + 2 * units + k] + v3 * w[j + 3 * units + k]
                    )

    def backward(dw, source, rows, error):
        dw[:] = 0.0
        for b in range(0, BATCH, 4):
            r0, r1, r2, r3 = rows[b], rows[b + 1], rows[b + 2], rows[b + 3]
            for i in range(fan_in):
                v0, v1, v2, v3 = source[r0, i], source[r1, i], source[r2, i], source[r3, i]
                for k in range(units):
                    dw[i * units + k] += (v0 * error[b, k] + v1 * error[b + 1, k]) + (
                        v2 * error[b + 2, k] + v3 * error[b + 3, k]
                    )
            for k in range(units):
                dw[bias + k] += (error[b, k] + error[b + 1, k]) + (error[b + 2, k] + error[b + 3, k])

    # A name of its own for each size: in Numba's cache, functions of one name from different processes are confused.
    size = f"dense_{fan_in}_{units}"
    return register_jitable(named(forward, f"{size}_forward")), register_jitable(named(backward, f"{size}_backward"))


linear_forward, linear_backward = dense(FEATURES, CLASSES)
hidden_forward, hidden_backward = dense(FEATURES, HIDDEN)
output_forward, output_backward = dense(HIDDEN, CLASSES)
FIRST_LAYER = (FEATURES + 1) * HIDDEN  # weights and biases


@register_jitable
def softmax_forward(w, inputs, rows, hidden, logits):
    linear_forward(w, inputs, rows, logits)


@register_jitable
def softmax_backward(w, dw, inputs, rows, hidden, error):
    linear_backward(dw, inputs, rows, error)


@register_jitable
def mlp_forward(w, inputs, rows, hidden, logits):
    hidden_forward(w[:FIRST_LAYER], inputs, rows, hidden)
    for b in range(rows.size):
        for k in range(HIDDEN):
            hidden[b, k] = max(hidden[b, k], 0.0)
    output_forward(w[FIRST_LAYER:], hidden, np.arange(rows.size), logits)


@register_jitable
def mlp_backward(w, dw, inputs, rows, hidden, error):
    output_backward(dw[FIRST_LAYER:], hidden, np.arange(BATCH), error)
    turned = w[FIRST_LAYER:-CLASSES].reshape(HIDDEN, CLASSES).T.copy()  # the loops over k read it in order
    for b in range(BATCH):
        for k in range(HIDDEN):
            slope = 0.0
            for c in range(CLASSES):
                slope += turned[c, k] * error[b, c]
            hidden[b, k] = slope if hidden[b, k] > 0 else 0.0
    hidden_backward(dw[:FIRST_LAYER], inputs, rows, hidden)


@dataclass(frozen=True)
class Network:
    """A classifier of MNIST-1D as a problem for a race: each lane goes over its own mini-batches."""

    name: str
    shapes: tuple[tuple[int, int], ...]  # (inputs, units) of each layer
    forward: Callable[..., None]
    backward: Callable[..., None]
    knobs: ClassVar[dict[str, float]] = {}

    @property
    def dimension(self) -> int:
        """The number of weights and biases."""
        return sum((fan_in + 1) * units for fan_in, units in self.shapes)

    def data(self) -> mnist1d.Mnist1d:
        """What it is trained and tested on."""
        return mnist1d.load()

    def task(self, seeds: np.ndarray) -> Task:
        """The training data, for lanes with these SEEDS."""
        data = self.data()
        return make_task(seeds, (), data.inputs, data.labels)

    def initial(self, seeds: Any) -> np.ndarray:
        """Weights and biases uniform in ±1/√inputs, torch's rule for a linear layer: [dimension, len(seeds)]."""
        return np.stack([self._draw(np.random.default_rng(seed)) for seed in seeds], axis=1)

    def _draw(self, random: np.random.Generator) -> np.ndarray:
        layers = ((fan_in, (fan_in + 1) * units) for fan_in, units in self.shapes)
        return np.concatenate([random.uniform(-1, 1, count) / np.sqrt(fan_in) for fan_in, count in layers])

    def blocks(self, dimension: int) -> list[tuple[int, int, int]]:
        """The tensors of its parameters, each (first, rows, columns): for each layer its weights and its biases."""
        blocks, first = [], 0
        for fan_in, units in self.shapes:
            blocks += [(first, fan_in, units), (first + fan_in * units, 1, units)]
            first += (fan_in + 1) * units
        return blocks

    @property
    def gradient(self) -> Any:
        """Compiled as gradient(frame, t) for float64."""
        return self.compiled()

    def compiled(self, dtype: Any = np.float64) -> Any:
        """Compiled as gradient(frame, t) for lanes of that type."""
        return compiled_gradient(self._batches, self.name, np.dtype(dtype))

    @cached_property
    def _batches(self) -> Callable[..., None]:
        """The gradient of each lane over its next BATCH rows."""
        forward, backward = self.forward, self.backward

        def gradient(x, g, loss, t, task):
            dimension, lanes = x.shape
            weights, slopes = np.empty((lanes, dimension)), np.zeros((lanes, dimension))
            hidden, logits = np.empty((BATCH, HIDDEN)), np.empty((BATCH, CLASSES))
            for i in range(dimension):
                for j in range(lanes):
                    weights[j, i] = x[i, j]
            for j in range(lanes):
                if np.isnan(weights[j, 0]):  # diverged: no work is spent on it
                    loss[j] = np.nan
                    continue
                rows = next_batch(task.order[j], task.seeds[j], t)
                forward(weights[j], task.inputs, rows, hidden, logits)
                loss[j], _ = cross_entropy(logits, task.labels, rows)
                backward(weights[j], slopes[j], task.inputs, rows, hidden, logits)
            for i in range(dimension):
                for j in range(lanes):
                    g[i, j] = slopes[j, i]

        return named(gradient, f"{self.name}_batches")

    @cached_property
    def evaluate(self) -> Any:
        """Compiled as EVALUATE: each lane's mean loss and accuracy over all rows."""
        forward = self.forward

        def evaluate(x, inputs, labels, loss, accuracy):
            rows = np.arange(labels.size)
            hidden, logits = np.empty((labels.size, HIDDEN)), np.empty((labels.size, CLASSES))
            for j in range(x.shape[1]):
                forward(x[:, j].copy(), inputs, rows, hidden, logits)
                loss[j], hits = cross_entropy(logits, labels, rows)
                accuracy[j] = hits / labels.size

        return compiled(EVALUATE)(named(evaluate, f"{self.name}_evaluation"))


SOFTMAX = Network("mnist1d_softmax", ((FEATURES, CLASSES),), softmax_forward, softmax_backward)
MLP = Network("mnist1d_mlp", ((FEATURES, HIDDEN), (HIDDEN, CLASSES)), mlp_forward, mlp_backward)
