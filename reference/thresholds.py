"""What a threshold does to scores: how many rows of each label are at or above it."""

from collections.abc import Callable, Sequence
from math import nan
from typing import NamedTuple

from dlc.reference.numbers import Number
from dlc.reference.weighted import Numbers, Weights, ratio

Points = Sequence[tuple[Number, Number]]


class Cuts(NamedTuple):
    """For every score of some weight, from the highest, the weight of rows of labels 0 and 1 that have it or more."""

    thresholds: list[Number]
    fp: list[Number]
    tp: list[Number]

    @property
    def rates(self) -> tuple[list[Number], list[Number]]:
        """False and true positive rates, from (0, 0), above all scores, to (1, 1); nan where a label is missing."""
        fpr, tpr = ([ratio(each, sums[-1], nan) for each in [0.0, *sums]] for sums in (self.fp, self.tp))
        return fpr, tpr


def cuts(target: Sequence[int], pred: Numbers, weights: Weights = None) -> Cuts:
    """What every score would do as a threshold. Raises ValueError where a label is neither 0 nor 1."""
    if not set(target) <= {0, 1}:
        raise ValueError("a curve takes labels 0 and 1")
    weight: dict[Number, list[Number]] = {}
    for y, score, w in zip(target, pred, [1] * len(target) if weights is None else weights, strict=True):
        if w > 0:
            weight.setdefault(score, [0, 0])[y] += w
    thresholds = sorted(weight, reverse=True)
    fp, tp, below, above = [], [], 0.0, 0.0
    for threshold in thresholds:
        below, above = below + weight[threshold][0], above + weight[threshold][1]
        fp.append(below)
        tp.append(above)
    return Cuts(thresholds, fp, tp)


def area(x: Numbers, y: Numbers) -> Number:
    """The area under a curve of straight lines."""
    return sum((b - a) * (u + v) / 2 for a, b, u, v in zip(x, x[1:], y, y[1:], strict=False))


def at(x: Numbers, y: Numbers, place: Number) -> Number:
    """The height of a curve of straight lines at PLACE; the highest where it rises straight up."""
    i = max(i for i, each in enumerate(x) if each <= place)
    if i == len(x) - 1 or x[i] == place:
        return y[i]
    return y[i] + (place - x[i]) / (x[i + 1] - x[i]) * (y[i + 1] - y[i])


def best_where(value: Numbers, condition: Numbers, holds: Callable[[Number], bool]) -> Number:
    """The greatest VALUE where the CONDITION beside it holds; 0 where it never does, nan where one is nan."""
    if any(each != each for each in (*value, *condition)):
        return nan
    return max((v for v, c in zip(value, condition, strict=True) if holds(c)), default=0.0)
