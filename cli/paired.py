"""Paired statistics that hold for any distribution, and for runs that never arrive (inf)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from dlc.cli.timing import sign_test_rank

LEVEL = 0.05
EXACT_UP_TO = 60  # pairs; beyond, the distribution of the ranks' sum is normal to all digits that matter


@dataclass(frozen=True)
class Ratio:
    """How many times as much B takes as A: the median over pairs, and an interval for it."""

    median: float
    low: float
    high: float
    wins: int  # pairs in which A takes less
    losses: int
    p: float  # two-sided, Wilcoxon's signed ranks


def paired_ratio(a: Sequence[float] | np.ndarray, b: Sequence[float] | np.ndarray) -> Ratio:
    """B over A, pair by pair; a pair in which both are inf, or both 0, says that they are equal."""
    x, y = np.asarray(a, float), np.asarray(b, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(x == y, 0.0, np.log(y) - np.log(x))
    low, high = median_interval(logs)
    return Ratio(
        median=_exp(_median(logs)), low=_exp(low), high=_exp(high),
        wins=int((logs > 0).sum()), losses=int((logs < 0).sum()), p=signed_rank(logs.tolist()),
    )  # fmt: skip


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf


def _median(values: np.ndarray) -> float:
    ordered = np.sort(values)
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return float(low if low == high else (low + high) / 2 if np.isfinite(low + high) else low)


def median_interval(values: np.ndarray, level: float = LEVEL) -> tuple[float, float]:
    """An interval that covers the median with probability 1 − LEVEL at least: two order statistics.

    Its ends are the k-th least and the k-th greatest value, for the greatest k with P(Binomial(n, ½) < k) ≤ level/2.
    """
    ordered, n = np.sort(values), len(values)
    rank, confidence = sign_test_rank(n, 1 - level)
    if confidence < 1 - level:
        return -math.inf, math.inf
    return float(ordered[rank - 1]), float(ordered[n - rank])


def signed_rank(differences: Sequence[float]) -> float:
    """Two-sided p of Wilcoxon's signed-rank test (1945): differences of 0 are left out, equal ones share their rank.

    Exact over all signs for up to 60 pairs; inf is the largest difference there is.
    """
    ranks, positive = _signed_ranks(differences)
    return min(1.0, 2 * _tail(ranks, min(positive, int(ranks.sum()) - positive)))


def signed_rank_greater(differences: Sequence[float]) -> float:
    """One-sided p of the same test: how often fair signs would make the positive ranks so great a sum."""
    ranks, positive = _signed_ranks(differences)
    return _tail(ranks, int(ranks.sum()) - positive)


def _signed_ranks(differences: Sequence[float]) -> tuple[np.ndarray, int]:
    """Ranks of the sizes, doubled so that mean ranks are whole, and the sum of those of positive differences."""
    moved = np.array([each for each in differences if each != 0], float)
    ordered = np.sort(np.abs(moved))
    first, last = (np.searchsorted(ordered, np.abs(moved), side) for side in ("left", "right"))
    twice = (first + last + 1).astype(np.int64)
    return twice, int(twice[moved > 0].sum())


def _tail(twice: np.ndarray, at_most: int) -> float:
    """P(sum of the ranks of one sign ≤ AT_MOST)."""
    if len(twice) <= EXACT_UP_TO:
        return _cumulative(tuple(sorted(twice.tolist())))[at_most]
    spread = math.sqrt(float((twice.astype(float) ** 2).sum())) / 2
    return math.erfc((twice.sum() / 2 - at_most - 1) / (spread * math.sqrt(2))) / 2


def walsh_averages(values: Sequence[float]) -> np.ndarray:
    """The means of all pairs, and of each value with itself, in order; their median is Hodges and Lehmann's (1963)."""
    each = np.asarray(values, float)
    first, second = np.triu_indices(len(each))
    return np.sort((each[first] + each[second]) / 2)


def walsh_interval(values: Sequence[float], level: float = LEVEL) -> tuple[float, float]:
    """The centres that the signed-rank test would not reject: exact at 1 − LEVEL for any symmetric distribution.

    Fewer values than that takes (six for 95 %) give their whole range.
    """
    averages, n = walsh_averages(values), len(values)
    below = _cumulative(tuple(range(2, 2 * n + 1, 2)))[::2]  # without ties, doubled sums are even
    rank = max(1, int(np.searchsorted(below, level / 2, "right")))
    return float(averages[rank - 1]), float(averages[-rank])


@cache
def _cumulative(ranks: tuple[int, ...]) -> list[float]:
    """P(sum of the ranks of one sign ≤ s) for s = 0, 1, ..., when each sign is a fair coin."""
    ways = np.zeros(sum(ranks) + 1)
    ways[0] = 1.0
    for rank in ranks:
        shifted = np.zeros_like(ways)
        shifted[rank:] = ways[: len(ways) - rank]
        ways = (ways + shifted) / 2
    return np.cumsum(ways).tolist()


def least_pairs(comparisons: int, level: float = LEVEL) -> int:
    """How many pairs it takes before any result could be significant among so many comparisons."""
    return math.ceil(math.log2(2 * comparisons / level))


def holm(p: Sequence[float], weights: Sequence[float] | None = None) -> list[float]:
    """P-values corrected for their number (Holm 1979), in their own order; WEIGHTS share out the level unequally.

    The chance of any false rejection keeps its level for all weights that do not depend on the data of the p-values.
    """
    weights = [1.0] * len(p) if weights is None else weights
    order = sorted(range(len(p)), key=lambda i: p[i] / weights[i])
    adjusted, highest, left = [0.0] * len(p), 0.0, math.fsum(weights)
    for i in order:
        highest = max(highest, min(1.0, left / weights[i] * p[i]))
        adjusted[i] = highest
        left -= weights[i]
    return adjusted
