"""Rotations of space by an angle: in the plane the usual one, in more dimensions one that turns every vector by it."""

import random
from functools import cache
from math import cos, log, pi, radians, sin, sqrt

from dlc.reference.linear import Matrix, product, transposed

MOST = 50  # dimensions
SEED = 1


def basis(n: int) -> Matrix:
    """N orthonormal vectors, uniform among all such: normal draws, orthogonalised by Gram and Schmidt."""
    uniform = random.Random(SEED).random
    found: list[list[float]] = []
    for _ in range(n):
        vector = [sqrt(-2 * log(1 - uniform())) * cos(2 * pi * uniform()) for _ in range(n)]
        for _ in range(2):  # once more, against rounding
            for other in found:
                along = sum(a * b for a, b in zip(vector, other, strict=True))
                vector = [a - along * b for a, b in zip(vector, other, strict=True)]
        length = sqrt(sum(a * a for a in vector))
        found.append([a / length for a in vector])
    return found


@cache
def rotation(n: int, degrees: float) -> Matrix:
    """R [n, n] = Qᵀ·T·Q, where T turns by DEGREES in each two coordinates, and the rows of Q are the basis.

    In the plane Q would change nothing. With an odd number of dimensions the last vector of the basis stays.
    """
    angle = radians(degrees)
    turn = [[float(i == j) for j in range(n)] for i in range(n)]
    for i in range(0, n - 1, 2):
        turn[i][i : i + 2] = cos(angle), -sin(angle)
        turn[i + 1][i : i + 2] = sin(angle), cos(angle)
    if n == 2:
        return turn
    columns = transposed(basis(n))
    return transposed([product(columns, row) for row in transposed([product(columns, column) for column in turn])])
