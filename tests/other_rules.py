"""The rules by which pytest-benchmark, asv and pyperf call a benchmark slower, for data in which nothing is.

Each takes an array of slices, seconds by process and turn, of the base and of the head.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

Slower = Callable[[np.ndarray, np.ndarray], bool]
ASV_FACTOR = 1.1  # `-f`, its default
ASV_P = 0.002
ASV_PROCESSES, ASV_REPEATS = 2, 10  # its defaults: `processes`, and the most repeats in one
PYPERF_PROCESSES, PYPERF_VALUES = 20, 3
# pyperf's own table, two-tailed 95 %, from 100 degrees of freedom on
PYPERF_T = 1.984


@dataclass(frozen=True)
class OtherRule:
    """How a tool measures each side, and when it calls the head slower."""

    name: str
    processes: int  # of each side
    slower: Slower


def _by_five_percent(statistic: Callable[[np.ndarray], float]) -> Slower:
    """`--benchmark-compare-fail=min:5%`: of all rounds of one process."""
    return lambda base, head: bool(statistic(head) / statistic(base) * 100 - 100 > 5)


def asv_slower(base: np.ndarray, head: np.ndarray) -> bool:
    """`asv continuous`: medians apart by the factor, and a two-sided Mann-Whitney test of all samples below 0.002."""
    x, y = (each[:, :ASV_REPEATS].ravel() for each in (base, head))
    if not np.median(x) < np.median(y) / ASV_FACTOR:
        return False
    u = int((y[:, None] < x[None, :]).sum())
    return 2 * _mann_whitney_cumulative(len(x), len(y))[min(u, len(x) * len(y) - u)] < ASV_P


@cache
def _mann_whitney_cumulative(m: int, n: int) -> np.ndarray:
    """P(U ≤ u) of two samples from one distribution: coefficients of a Gaussian binomial."""
    ways = np.zeros(m * n + 1)
    ways[0] = 1.0
    for k in range(1, m + 1):
        for place in range(m * n, n + k - 1, -1):  # times 1 - q^(n+k)
            ways[place] -= ways[place - n - k]
        for place in range(k, m * n + 1):  # over 1 - q^k
            ways[place] += ways[place - k]
    return np.cumsum(ways) / math.comb(m + n, m)


def pyperf_slower(base: np.ndarray, head: np.ndarray) -> bool:
    """`pyperf compare_to`: Student's t of all values of all processes; no least speed by default."""
    x, y = (each[:, :PYPERF_VALUES].ravel() for each in (base, head))
    return student(x, y) >= PYPERF_T


def student(x: np.ndarray, y: np.ndarray) -> float:
    """Student's t of two samples of equal size: positive where Y is greater."""
    pooled = (x.var() * len(x) + y.var() * len(y)) / (len(x) + len(y) - 2)
    difference = float(y.mean() - x.mean())
    if difference == 0 or pooled == 0:
        return math.copysign(math.inf, difference) if difference else 0.0
    return difference / math.sqrt(2 * pooled / len(x))


OTHER_RULES = (
    OtherRule("pytest-benchmark `min:5%`", 1, _by_five_percent(np.min)),
    OtherRule("pytest-benchmark `mean:5%`", 1, _by_five_percent(np.mean)),
    OtherRule("asv, 2 processes, p < 0.002 and factor 1.1", ASV_PROCESSES, asv_slower),
    OtherRule("pyperf, 20 processes, t test at 95 %", PYPERF_PROCESSES, pyperf_slower),
)
