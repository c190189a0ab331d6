"""What every threshold does to scores: how many rows of each label are at or above it, from the highest score."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from dlc.kernels.examples import curve_pair
from dlc.kernels.weighted import Weights

# From so many rows on, loading compiled code and sorting labels apart takes less time than sorting places.
COMPILED_FROM = 1 << 17


class Cuts(NamedTuple):
    """For every score of some weight, from the highest, the weight of rows of labels 0 and 1 that have it or more."""

    thresholds: np.ndarray
    fp: np.ndarray
    tp: np.ndarray

    @property
    def rates(self) -> tuple[np.ndarray, np.ndarray]:
        """False and true positive rates, from (0, 0) to (1, 1); nan where a label is missing."""
        return shares(self.fp), shares(self.tp)

    @property
    def has_both(self) -> bool:
        """Whether there are rows of both labels."""
        return bool(self.fp[-1] > 0 and self.tp[-1] > 0)


def shares(sums: np.ndarray) -> np.ndarray:
    """Growing sums, from 0, as shares of the last; nan where that is 0."""
    whole = np.concatenate(([0.0], sums))
    return whole / whole[-1] if whole[-1] else np.full_like(whole, np.nan)


def cuts(target: Any, pred: Any, weights: Any = None) -> Cuts:
    """What every score would do as a threshold. Raises ValueError."""
    return of_pair(*curve_pair(target, pred, weights))


def of_pair(target: np.ndarray, scores: np.ndarray, weights: Weights) -> Cuts:
    """The same of labels 0 and 1, scores and weights that are known to be right."""
    if weights is None and len(scores) >= COMPILED_FROM:
        return by_merging(target, scores)
    if weights is not None:
        kept = weights > 0
        target, scores, weights = target[kept], scores[kept], weights[kept]
    order = np.argsort(scores, kind="stable")[::-1]
    ordered, positive = scores[order], target[order] != 0
    ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    if weights is None:
        tp = np.cumsum(positive)[ends].astype(np.float64)
        return Cuts(ordered[ends], ends + 1 - tp, tp)
    weight = weights[order]
    sums = (np.cumsum(np.where(positive == label, weight, 0.0))[ends] for label in (False, True))
    return Cuts(ordered[ends], *sums)


def by_merging(target: np.ndarray, scores: np.ndarray) -> Cuts:
    """The same without weights: scores of either label are sorted by themselves, as plain numbers, and merged."""
    from dlc.kernels.merge import merge  # on use: compiled

    positive = target != 0
    with ThreadPoolExecutor(2) as pool:
        below, above = pool.map(np.sort, (scores[~positive], scores[positive]))
    thresholds = np.empty(len(scores), scores.dtype)
    fp, tp = np.empty(len(scores)), np.empty(len(scores))
    count = merge(below, above, thresholds, fp, tp)
    return Cuts(thresholds[:count], fp[:count], tp[:count])


def area(x: np.ndarray, y: np.ndarray) -> float:
    """The area under a curve of straight lines."""
    return float((np.diff(x) * (y[1:] + y[:-1])).sum()) / 2


def at(x: np.ndarray, y: np.ndarray, place: float) -> float:
    """The height of a curve of straight lines at PLACE; the highest where it rises straight up."""
    i = int(np.searchsorted(x, place, "right")) - 1
    if i == len(x) - 1 or x[i] == place:
        return float(y[i])
    return float(y[i] + (place - x[i]) / (x[i + 1] - x[i]) * (y[i + 1] - y[i]))


def best_where(values: np.ndarray, holds: np.ndarray) -> float:
    """The greatest of VALUES where it HOLDS; 0 where it never does."""
    return float(values[holds].max(initial=0.0))
