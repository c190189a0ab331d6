"""One pass over the rows of a data set: moments of weighted values that merge, the worst values, and sums of weights.

Nothing here depends on the number of threads: sums are NumPy's, whose order is that of the numbers.
"""

import math
from typing import NamedTuple

import numpy as np


class Moments(NamedTuple):
    """Of values x with weights w: Σw, the mean, and Σw·(x − mean)²."""

    weight: float = 0.0
    mean: float = 0.0
    squares: float = 0.0

    def merged(self, other: "Moments") -> "Moments":
        """Those of all values of both (Chan, Golub & LeVeque 1979)."""
        if not other.weight:
            return self
        weight = self.weight + other.weight
        share, step = other.weight / weight, other.mean - self.mean
        squares = self.squares + other.squares + step * step * self.weight * share
        return Moments(weight, self.mean + step * share, squares)

    def about(self, place: float) -> float:
        """Σw·(x − place)²."""
        return self.squares + self.weight * (self.mean - place) ** 2


def moments(values: np.ndarray, weights: np.ndarray | None = None) -> Moments:
    """Those of VALUES; each counts once where there are no WEIGHTS."""
    if weights is None:
        mean = float(values.sum() / values.size)
        steps = values - mean
        return Moments(float(values.size), mean, float((steps * steps).sum()))
    weight = float(weights.sum())
    if not weight:
        return Moments()
    mean = float((weights * values).sum() / weight)
    steps = values - mean
    return Moments(weight, mean, float((weights * steps * steps).sum()))


def worst(values: np.ndarray, count: int, above: float) -> np.ndarray:
    """Where the COUNT greatest of VALUES that are ABOVE it are, the greatest first; of equal ones the first."""
    found = np.flatnonzero(values > above)
    return found[np.argsort(-values[found], kind="stable")[:count]]


def sum_of_squares(rows: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Σ (wᵢ·xᵢⱼ)²."""
    sums = (rows * rows).sum(axis=1) if rows.shape[1] > 1 else np.square(rows[:, 0])
    return float((sums if weights is None else weights * weights * sums).sum())


class Penalty(NamedTuple):
    """Sums over weights w, in rows: Σ|w|, Σw², Σ√n·‖row‖, and the squared length of the gradient."""

    absolutes: float = 0.0
    squares: float = 0.0
    groups: float = 0.0
    gradient: float = 0.0

    def plus(self, other: "Penalty") -> "Penalty":
        """Those of the weights of both."""
        return Penalty(*(math.fsum(each) for each in zip(self, other, strict=True)))


def penalty(rows: np.ndarray, l1: float, l2: float, group: float) -> Penalty:
    """The sums over ROWS of weights, and the gradient's of l1·Σ|w| + l2·Σw² + group·Σ√n·‖row‖."""
    squares = (rows * rows).sum(axis=1)
    lengths = np.sqrt(squares)
    root = math.sqrt(rows.shape[1])
    by_row = np.divide(group * root, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    slopes = l1 * np.sign(rows) + (2.0 * l2 + by_row[:, None]) * rows
    return Penalty(
        float(np.abs(rows).sum()), float(squares.sum()), float(root * lengths.sum()), float((slopes * slopes).sum())
    )
