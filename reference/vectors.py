"""Activation functions of a vector; the derivative is a Jacobian."""

from collections.abc import Sequence
from math import inf

from dlc.reference.activation_family import ACTIVATIONS
from dlc.reference.numbers import Number, exp, log1p

# fmt: off  (a card reads as one entry of a table)

Vector = Sequence[Number]


def softmax_grad(x: Vector) -> list[list[Number]]:
    """The Jacobian: row i, column j is y_i·([i = j] − y_j); 1 − y_i is summed from the others."""
    y = softmax(x)
    rest = [sum(y[:i]) + sum(y[i + 1 :]) for i in range(len(y))]
    return [[y[i] * (rest[i] if i == j else -y[j]) for j in range(len(y))] for i in range(len(y))]


@ACTIVATIONS.card(
    "y_i = e^(x_i) / Σ_j e^(x_j)",
    derivative="∂y_i/∂x_j = y_i·([i = j] − y_j)",
    grad=softmax_grad,
    bounds=(0, 1),
    vector=True,
    source="Bridle 1990, Neurocomputing, NATO ASI F68:227",
)
def softmax(x: Vector) -> list[Number]:
    """Exponentials of a vector, scaled to sum to 1."""
    top = max(x)
    weights = [exp(each - top) for each in x]
    return [weight / sum(weights) for weight in weights]


def log_softmax_grad(x: Vector) -> list[list[Number]]:
    """The Jacobian: row i, column j is [i = j] − y_j with y = softmax(x)."""
    y = softmax(x)
    rest = [sum(y[:i]) + sum(y[i + 1 :]) for i in range(len(y))]
    return [[rest[j] if i == j else -y[j] for j in range(len(y))] for i in range(len(y))]


@ACTIVATIONS.card(
    "y_i = x_i − log Σ_j e^(x_j)",
    derivative="∂y_i/∂x_j = [i = j] − softmax(x)_j",
    grad=log_softmax_grad,
    bounds=(-inf, 0),
    vector=True,
    source="Bridle 1990, Neurocomputing, NATO ASI F68:227",
)
def log_softmax(x: Vector) -> list[Number]:
    """The logarithm of softmax."""
    top = x.index(max(x))
    others = sum(exp(each - x[top]) for i, each in enumerate(x) if i != top)
    return [(each - x[top]) - log1p(others) for each in x]
