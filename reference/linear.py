"""Vectors and matrices as sequences, in plain arithmetic."""

from collections.abc import Sequence

from dlc.reference.numbers import Number

Matrix = Sequence[Sequence[Number]]


def dot(a: Sequence[Number], b: Sequence[Number]) -> Number:
    """Σ aᵢ·bᵢ."""
    return sum(x * y for x, y in zip(a, b, strict=True))


def product(matrix: Matrix, x: Sequence[Number]) -> list[Number]:
    """MATRIX·x."""
    return [dot(row, x) for row in matrix]


def transposed(matrix: Matrix) -> list[list[Number]]:
    """Columns as rows."""
    return [list(column) for column in zip(*matrix, strict=True)]
