# ruff: noqa: D103 - the models' functions take the same arguments and do what they are called
"""Models and losses of networks as pairs of functions, made for each size.

A name of its own for each size: in Numba's cache, functions of one name from different processes are confused.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.lanes import named


class Model(NamedTuple):
    """What a network computes.

    forward(w, inputs, rows, hidden, outputs), backward(w, dw, inputs, rows, hidden, error): the parameters w, their
    derivatives dw, the rows of a batch, the hidden units [batch, hidden], and the outputs or the loss's derivatives by
    them [batch, outputs].
    """

    shapes: tuple[tuple[int, int], ...]  # (inputs, units) of each layer
    forward: Callable[..., None]
    backward: Callable[..., None]

    @property
    def dimension(self) -> int:
        """The number of weights and biases."""
        return sum((fan_in + 1) * units for fan_in, units in self.shapes)

    @property
    def outputs(self) -> int:
        """Of the last layer."""
        return self.shapes[-1][1]

    @property
    def hidden(self) -> int:
        """The units of the hidden layers."""
        return sum(units for _, units in self.shapes[:-1])


def dense(fan_in: int, units: int) -> tuple[Callable[..., None], Callable[..., None]]:
    """A layer's forward and its derivative by the weights w [(fan_in + 1) * units], whose last row is the bias.

    Four products at a time: half the loads and stores of one at a time.
    """
    bias = fan_in * units
    in_fours = fan_in - fan_in % 4

    def forward(w, source, rows, target):
        for b in range(rows.size):
            row = rows[b]
            for k in range(units):
                target[b, k] = w[bias + k]
            for i in range(0, in_fours, 4):
                v0, v1, v2, v3 = source[row, i], source[row, i + 1], source[row, i + 2], source[row, i + 3]
                j = i * units
                for k in range(units):
                    target[b, k] += (v0 * w[j + k] + v1 * w[j + units + k]) + (
                        v2 * w[j + 2 * units + k] + v3 * w[j + 3 * units + k]
                    )
            for i in range(in_fours, fan_in):
                for k in range(units):
                    target[b, k] += source[row, i] * w[i * units + k]

    def backward(dw, source, rows, error):
        dw[:] = 0.0
        whole = rows.size - rows.size % 4
        for b in range(0, whole, 4):
            r0, r1, r2, r3 = rows[b], rows[b + 1], rows[b + 2], rows[b + 3]
            for i in range(fan_in):
                v0, v1, v2, v3 = source[r0, i], source[r1, i], source[r2, i], source[r3, i]
                for k in range(units):
                    dw[i * units + k] += (v0 * error[b, k] + v1 * error[b + 1, k]) + (
                        v2 * error[b + 2, k] + v3 * error[b + 3, k]
                    )
            for k in range(units):
                dw[bias + k] += (error[b, k] + error[b + 1, k]) + (error[b + 2, k] + error[b + 3, k])
        for b in range(whole, rows.size):
            for i in range(fan_in):
                for k in range(units):
                    dw[i * units + k] += source[rows[b], i] * error[b, k]
            for k in range(units):
                dw[bias + k] += error[b, k]

    size = f"dense_{fan_in}_{units}"
    return register_jitable(named(forward, f"{size}_forward")), register_jitable(named(backward, f"{size}_backward"))


def linear(features: int, outputs: int) -> Model:
    """One layer."""
    layer_forward, layer_backward = dense(features, outputs)

    def forward(w, inputs, rows, hidden, out):
        layer_forward(w, inputs, rows, out)

    def backward(w, dw, inputs, rows, hidden, error):
        layer_backward(dw, inputs, rows, error)

    size = f"linear_{features}_{outputs}"
    return Model(((features, outputs),), *_jitable(size, forward, backward))


def perceptron(features: int, units: int, outputs: int) -> Model:
    """Two layers, the first one's sums max(·, 0)."""
    hidden_forward, hidden_backward = dense(features, units)
    output_forward, output_backward = dense(units, outputs)
    first = (features + 1) * units  # weights and biases of the first layer

    def forward(w, inputs, rows, hidden, out):
        hidden_forward(w[:first], inputs, rows, hidden)
        for b in range(rows.size):
            for k in range(units):
                hidden[b, k] = max(hidden[b, k], 0.0)
        output_forward(w[first:], hidden, np.arange(rows.size), out)

    def backward(w, dw, inputs, rows, hidden, error):
        output_backward(dw[first:], hidden, np.arange(rows.size), error)
        turned = w[first:-outputs].reshape(units, outputs).T.copy()  # the loops over k read it in order
        for b in range(rows.size):
            for k in range(units):
                slope = 0.0
                for c in range(outputs):
                    slope += turned[c, k] * error[b, c]
                hidden[b, k] = slope if hidden[b, k] > 0 else 0.0
        hidden_backward(dw[:first], inputs, rows, hidden)

    size = f"perceptron_{features}_{units}_{outputs}"
    return Model(((features, units), (units, outputs)), *_jitable(size, forward, backward))


def _jitable(size: str, forward: Callable[..., None], backward: Callable[..., None]) -> Any:
    return register_jitable(named(forward, f"{size}_forward")), register_jitable(named(backward, f"{size}_backward"))


# Each loss takes outputs [rows, units], all labels, and which rows; it returns the mean loss and the accuracy. The
# outputs become the loss's derivatives by them.


@register_jitable
def cross_entropy(logits, labels, rows):
    classes = logits.shape[1]
    loss, hits = 0.0, 0
    for b in range(rows.size):
        label = labels[rows[b]]
        best = 0
        for c in range(1, classes):
            if logits[b, c] > logits[b, best]:
                best = c
        hits += best == label
        top, own = logits[b, best], logits[b, label]
        total = 0.0
        for c in range(classes):
            logits[b, c] = np.exp(logits[b, c] - top)
            total += logits[b, c]
        loss += np.log(total) - (own - top)
        for c in range(classes):
            logits[b, c] /= total * rows.size
        logits[b, label] -= 1.0 / rows.size
    return loss / rows.size, hits / rows.size


@register_jitable
def logistic(logits, labels, rows):
    loss, hits = 0.0, 0
    for b in range(rows.size):
        z, label = logits[b, 0], labels[rows[b]]
        away = -z if label == 1 else z  # how far it is on the wrong side
        hits += away < 0
        loss += max(away, 0.0) + np.log1p(np.exp(-abs(away)))
        share = 1 / (1 + np.exp(-away))
        logits[b, 0] = (-share if label == 1 else share) / rows.size
    return loss / rows.size, hits / rows.size


@register_jitable
def half_squares(outputs, labels, rows):
    """The accuracy of a regression is R², the share of the labels' variance that it explains."""
    total, square, left = 0.0, 0.0, 0.0
    for b in range(rows.size):
        label = labels[rows[b]]
        total += label
        square += label * label
        off = outputs[b, 0] - label
        left += off * off
        outputs[b, 0] = off / rows.size
    return 0.5 * left / rows.size, 1 - left / (square - total * total / rows.size)
