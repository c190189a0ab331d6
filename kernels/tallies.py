"""How labels and predicted labels meet, in one pass; a pass goes over blocks that stay in the cache."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from dlc.kernels.examples import label_pair, row_pair
from dlc.kernels.weighted import Weights, mean

BLOCK = 1 << 16  # rows
MOST_OF_A_MATRIX = 1 << 13  # classes


class Tally(NamedTuple):
    """The weight of rows by whether they have a label, and whether it was predicted; one number for each label."""

    tp: np.ndarray
    fp: np.ndarray
    fn: np.ndarray
    tn: np.ndarray


Rate = Callable[[Any, Any, Any, Any], tuple[Any, Any]]


def blocks(*arrays: np.ndarray | None) -> Iterator[list[Any]]:
    """The arrays, some rows at a time."""
    count = len(next(each for each in arrays if each is not None))
    for start in range(0, count, BLOCK):
        yield [None if each is None else each[start : start + BLOCK] for each in arrays]


def classes_of(target: np.ndarray, pred: np.ndarray) -> int:
    """The greatest label, and 1."""
    return int(max(target.max(), pred.max())) + 1


def confusion(target: np.ndarray, pred: np.ndarray, weights: Weights, count: int) -> np.ndarray:
    """C_ij, the weight of rows with target i and prediction j. Raises ValueError where it would be too large."""
    if count > MOST_OF_A_MATRIX:
        raise ValueError(f"{count} classes are too many for a matrix; at most {MOST_OF_A_MATRIX} are taken")
    matrix = np.zeros(count * count)
    for y, p, w in blocks(target, pred, weights):
        matrix += np.bincount(y * np.intp(count) + p, w, count * count)
    return matrix.reshape(count, count)


def against_rest(target: np.ndarray, pred: np.ndarray, weights: Weights) -> Tally:
    """The tally of each label that occurs."""
    count = classes_of(target, pred)
    sums = np.zeros((3, count))  # right; predicted wrongly; missed
    weighty = np.zeros((3, count))  # of how many rows these are sums
    seen = np.zeros(count, bool)
    for y, p, w in blocks(target, pred, weights):
        right = y == p
        wrong = ~right
        parts = ((y, right), (p, wrong), (y, wrong))
        for k, (labels, rows) in enumerate(parts):
            chosen = labels[rows]
            if w is None:
                sums[k] += np.bincount(chosen, minlength=count)
                continue
            sums[k] += np.bincount(chosen, w[rows], count)
            weighty[k] += np.bincount(chosen, w[rows] > 0, count)
            seen |= np.bincount(chosen, minlength=count) > 0
    if weights is None:
        seen, weighty = sums.sum(axis=0) > 0, sums
    rows, whole = (len(target), len(target)) if weights is None else (np.count_nonzero(weights), weights.sum())
    # A sum of no rows is 0, and not what rounding left of a difference.
    rest = np.where(weighty.sum(axis=0) == rows, 0.0, whole - sums.sum(axis=0))
    return Tally(*(each[seen] for each in (*sums, rest)))


def of_rows(target: np.ndarray, pred: np.ndarray, weights: Weights, axis: int = 0) -> Tally:
    """The tally of every column of rows of 0 and 1, or, along axis 1, of every row."""
    y, p = target.astype(bool), pred.astype(bool)

    def total(marks: np.ndarray) -> np.ndarray:
        if weights is None:
            return marks.sum(axis=axis).astype(np.float64)
        return (weights[:, None] * marks).sum(axis=0) if axis == 0 else weights * marks.sum(axis=axis)

    return Tally(total(y & p), total(p & ~y), total(y & ~p), total(~y & ~p))


def tallies(target: Any, pred: Any, weights: Any) -> Tally:
    """The tally of each label that occurs, or of every column of rows of 0 and 1. Raises ValueError."""
    if np.ndim(target) > 1:
        return of_rows(*row_pair(target, pred, weights))
    return against_rest(*label_pair(target, pred, weights))


def quotient(parts: tuple[Any, Any], otherwise: float) -> np.ndarray:
    """Numerator by denominator; where that is 0, OTHERWISE."""
    numerator, denominator = np.broadcast_arrays(*parts)
    found = np.full(numerator.shape, float(otherwise))
    np.divide(numerator, denominator, out=found, where=denominator != 0)
    return found


def mean_of_defined(values: np.ndarray, weights: Weights = None) -> float:
    """The mean of those that are not nan; weights that are all 0 count as none."""
    kept = ~np.isnan(values)
    if not kept.any():
        return float("nan")
    shares = None if weights is None or not weights[kept].any() else weights[kept]
    return mean(values[kept], shares)


def averaged(
    rate: Rate, target: Any, pred: Any, weights: Any, average: str, zero_division: float
) -> float | np.ndarray:
    """The quotient of one label's counts, averaged over labels; what is nan is left out. Raises ValueError."""
    if average == "binary":
        y, p, w = label_pair(target, pred, weights) if np.ndim(target) == 1 else (None, None, None)
        if y is None or p is None or classes_of(y, p) > 2:
            raise ValueError("average=binary takes labels 0 and 1; choose macro, micro, weighted or none")
        (tn, fp), (fn, tp) = confusion(y, p, w, 2)
        return float(quotient(rate(tp, fp, fn, tn), zero_division))
    if average == "samples":
        if np.ndim(target) < 2:
            raise ValueError("average=samples takes rows of 0 and 1; choose macro, micro, weighted or none")
        y, p, w = row_pair(target, pred, weights)
        return mean_of_defined(quotient(rate(*of_rows(y, p, None, axis=1)), zero_division), w)
    tally = tallies(target, pred, weights)
    if average == "micro":
        return float(quotient(rate(*(each.sum() for each in tally)), zero_division))
    each = quotient(rate(*tally), zero_division)
    if average == "none":
        return each
    if average == "macro":
        return mean_of_defined(each)
    if average == "weighted":
        return mean_of_defined(each, tally.tp + tally.fn)
    raise ValueError(f"no average {average!r}; choose binary, macro, micro, weighted, none or samples")
