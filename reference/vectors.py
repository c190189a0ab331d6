"""Activation functions of a vector; the derivative is a Jacobian."""

from collections.abc import Sequence
from itertools import accumulate
from math import inf

from dlc.reference.activation_family import ACTIVATIONS
from dlc.reference.numbers import Number, exp, log1p

# fmt: off  (a card reads as one entry of a table)

Vector = Sequence[Number]


def others(y: Vector) -> list[Number]:
    """Σ_j y_j over all j but i, for each i: sums of sums before and behind, for nothing may be subtracted."""
    before = list(accumulate(y, initial=0))
    behind = list(accumulate(reversed(y), initial=0))[::-1]
    return [before[i] + behind[i + 1] for i in range(len(y))]


def softmax_diagonal(x: Vector) -> list[Number]:
    """∂y_i/∂x_i = y_i·(1 − y_i)."""
    y = softmax(x)
    return [share * rest for share, rest in zip(y, others(y), strict=True)]


def softmax_grad(x: Vector) -> list[list[Number]]:
    """The Jacobian: row i, column j is y_i·([i = j] − y_j)."""
    y, diagonal = softmax(x), softmax_diagonal(x)
    return [[diagonal[i] if i == j else -y[i] * y[j] for j in range(len(y))] for i in range(len(y))]


@ACTIVATIONS.card(
    "y_i = e^(x_i) / Σ_j e^(x_j)",
    derivative="∂y_i/∂x_j = y_i·([i = j] − y_j)",
    grad=softmax_grad,
    diagonal=softmax_diagonal,
    bounds=(0, 1),
    source="Bridle 1990, Neurocomputing, NATO ASI F68:227",
)
def softmax(x: Vector) -> list[Number]:
    """Exponentials of a vector, scaled to sum to 1."""
    top = max(x)
    weights = [exp(each - top) for each in x]
    total = sum(weights)
    return [weight / total for weight in weights]


def log_softmax_diagonal(x: Vector) -> list[Number]:
    """∂y_i/∂x_i = 1 − softmax(x)_i."""
    return others(softmax(x))


def log_softmax_grad(x: Vector) -> list[list[Number]]:
    """The Jacobian: row i, column j is [i = j] − softmax(x)_j."""
    y, diagonal = softmax(x), log_softmax_diagonal(x)
    return [[diagonal[j] if i == j else -y[j] for j in range(len(y))] for i in range(len(y))]


@ACTIVATIONS.card(
    "y_i = x_i − log Σ_j e^(x_j)",
    derivative="∂y_i/∂x_j = [i = j] − softmax(x)_j",
    grad=log_softmax_grad,
    diagonal=log_softmax_diagonal,
    bounds=(-inf, 0),
    source="Bridle 1990, Neurocomputing, NATO ASI F68:227",
)
def log_softmax(x: Vector) -> list[Number]:
    """The logarithm of softmax."""
    top = x.index(max(x))
    rest = sum(exp(each - x[top]) for i, each in enumerate(x) if i != top)
    return [(each - x[top]) - log1p(rest) for each in x]
