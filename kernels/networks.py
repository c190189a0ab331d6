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
from dlc.kernels.jit import compiled
from dlc.kernels.lanes import GRADIENT, MATRIX, VECTOR, Task, named, task

FEATURES = 40
HIDDEN = 64
CLASSES = 10
BATCH = 32

# evaluate(x, inputs, labels, loss, accuracy): [dimension, lanes] -> [lanes] over all rows
EVALUATE = types.void(MATRIX, MATRIX, int64[::1], VECTOR, VECTOR)


@register_jitable
def mixed(seed, counter):
    """A well-mixed 64-bit number for each pair (splitmix64)."""
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
def next_batch(order, seed, t, batch):
    """The rows of step t = 1, 2, ...; a new order begins with each epoch, and its incomplete last batch is left out."""
    per_epoch = order.size // batch
    epoch, place = divmod(np.int64(t) - 1, per_epoch)
    if place == 0:
        shuffle(order, seed, epoch)
    return order[place * batch : (place + 1) * batch]


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


@register_jitable
def dense(w, fan_in, units, source, rows, target):
    """target[b] = source[rows[b]] @ w + bias, for w [(fan_in + 1) * units] with the bias last."""
    for b in range(rows.size):
        for k in range(units):
            target[b, k] = w[fan_in * units + k]
        for i in range(fan_in):
            value = source[rows[b], i]
            for k in range(units):
                target[b, k] += value * w[i * units + k]


@register_jitable
def dense_gradient(dw, fan_in, units, source, rows, error):
    """The derivative by w, given the one by the target."""
    dw[:] = 0.0
    for b in range(rows.size):
        for i in range(fan_in):
            value = source[rows[b], i]
            for k in range(units):
                dw[i * units + k] += value * error[b, k]
        for k in range(units):
            dw[fan_in * units + k] += error[b, k]


@register_jitable
def softmax_forward(w, inputs, rows, hidden, logits):  # noqa: ARG001 - it has no hidden units
    dense(w, FEATURES, CLASSES, inputs, rows, logits)


@register_jitable
def softmax_backward(w, dw, inputs, rows, hidden, error):  # noqa: ARG001
    dense_gradient(dw, FEATURES, CLASSES, inputs, rows, error)


FIRST_LAYER = (FEATURES + 1) * HIDDEN


@register_jitable
def mlp_forward(w, inputs, rows, hidden, logits):
    dense(w[:FIRST_LAYER], FEATURES, HIDDEN, inputs, rows, hidden)
    for b in range(rows.size):
        for k in range(HIDDEN):
            hidden[b, k] = max(hidden[b, k], 0.0)
    dense(w[FIRST_LAYER:], HIDDEN, CLASSES, hidden, np.arange(rows.size), logits)


@register_jitable
def mlp_backward(w, dw, inputs, rows, hidden, error):
    batch, second = np.arange(rows.size), w[FIRST_LAYER:]
    dense_gradient(dw[FIRST_LAYER:], HIDDEN, CLASSES, hidden, batch, error)
    for b in range(rows.size):
        for k in range(HIDDEN):
            total = 0.0
            for c in range(CLASSES):
                total += second[k * CLASSES + c] * error[b, c]
            hidden[b, k] = total if hidden[b, k] > 0 else 0.0
    dense_gradient(dw[:FIRST_LAYER], FEATURES, HIDDEN, inputs, rows, hidden)


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

    def task(self, seeds: np.ndarray) -> Task:
        """The training data, for lanes with these SEEDS."""
        data = mnist1d.load()
        return task(seeds, [BATCH], data.inputs, data.labels)

    def initial(self, seeds: Any) -> np.ndarray:
        """Weights and biases uniform in ±1/√inputs, torch's rule for a linear layer: [dimension, len(seeds)]."""
        return np.stack([self._draw(np.random.default_rng(seed)) for seed in seeds], axis=1)

    def _draw(self, random: np.random.Generator) -> np.ndarray:
        layers = ((fan_in, (fan_in + 1) * units) for fan_in, units in self.shapes)
        return np.concatenate([random.uniform(-1, 1, count) / np.sqrt(fan_in) for fan_in, count in layers])

    @cached_property
    def gradient(self) -> Any:
        """Compiled as lanes.GRADIENT: each lane over its next batch of task.constants[0] rows."""
        forward, backward = self.forward, self.backward

        def gradient(x, g, loss, t, task):
            dimension, lanes = x.shape
            batch = min(np.int64(task.constants[0]), task.labels.size)
            weights, slopes = np.empty((lanes, dimension)), np.zeros((lanes, dimension))
            hidden, logits = np.empty((batch, HIDDEN)), np.empty((batch, CLASSES))
            for i in range(dimension):
                for j in range(lanes):
                    weights[j, i] = x[i, j]
            for j in range(lanes):
                if np.isnan(weights[j, 0]):  # diverged: no work is spent on it
                    loss[j] = np.nan
                    continue
                rows = next_batch(task.order[j], task.seeds[j], t, batch)
                forward(weights[j], task.inputs, rows, hidden, logits)
                loss[j], _ = cross_entropy(logits, task.labels, rows)
                backward(weights[j], slopes[j], task.inputs, rows, hidden, logits)
            for i in range(dimension):
                for j in range(lanes):
                    g[i, j] = slopes[j, i]

        return compiled(GRADIENT)(named(gradient, f"{self.name}_gradient"))

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
