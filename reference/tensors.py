"""Sums over the coordinates of a point, and over those of one of its tensors."""

from collections.abc import Sequence

from dlc.reference.linear import dot
from dlc.reference.numbers import Number, sqrt
from dlc.reference.optimizer_family import Block


def entries(block: Block) -> range:
    """The places of a tensor's coordinates."""
    first, rows, columns = block
    return range(first, first + rows * columns)


def length(values: Sequence[Number]) -> Number:
    """√Σ v²."""
    return sqrt(dot(values, values))


def ratio_of_lengths(weights: Sequence[Number], moves: Sequence[Number], trust: Number, eps: Number) -> Number:
    """trust·‖weights‖/(‖moves‖ + ε), and 1 where either has no length: how far a tensor may go."""
    size, way = length(weights), length(moves)
    return trust * size / (way + eps) if size > 0 and way > 0 else 1
