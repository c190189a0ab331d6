"""Where the level of a series of times changed: a trend over stored runs, and never a verdict.

Levels are fitted to the logarithms of times, one to each stretch of at least LEAST_RUNS runs, so that

    sum of min((x − level)² / σ², BOUND²)  +  PENALTY · (1 + ρ) / (1 − ρ) · changes

is least of all partitions (a bounded loss: Fearnhead and Rigaill 2019). The bound keeps spikes from making levels: a
run counts at most BOUND², so two of them cannot pay for a change, and three or four that agree can. σ comes from the
differences of neighbours, which steps hardly touch; ρ is the correlation of neighbours about the fitted levels. There
is no random number in it.

On noise alone, about 1 series in 200 shows a change, from 8 to 100 runs, be the noise normal, skew or with spikes;
2 in 100 where neighbours correlate by 0.3, and 8 in 100 at 0.6. The tests measure that.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

LEAST_RUNS = 3  # at a level
FEWEST = 8  # runs in which a change can be told from noise
BOUND = 2.5
PENALTY = 16.0
STEADIEST = 1e-3  # σ is taken as this at least: no machine is steadier for long
QUANTILE, NORMAL = 0.75, 1.6268  # of |x − y| for x, y normal with σ = 1: √2·Φ⁻¹(0.875)
MOST_CORRELATED = 0.9
MOST_LEVELS = 256


@dataclass(frozen=True)
class ChangePoint:
    """The first run AT a new level, and the medians of the runs at the level before and at the new one."""

    at: int
    before: float
    after: float

    @property
    def ratio(self) -> float:
        """New level over old."""
        return self.after / self.before


def change_points(times: Sequence[float]) -> list[ChangePoint]:
    """The changes of level in TIMES, which are positive and in order; none of fewer than FEWEST."""
    if len(times) < FEWEST:
        return []
    logs = np.log(np.asarray(times, float))
    scaled = (logs - logs[0]) / noise(logs)
    penalty, edges, last = PENALTY, _partition(scaled, PENALTY), [0]
    while edges != last:  # fewer levels leave more to be explained by correlation; the penalty only grows
        correlation, last = _correlation(scaled, edges), edges
        penalty = max(penalty, PENALTY * (1 + correlation) / (1 - correlation))
        edges = _partition(scaled, penalty)
    levels = [math.exp(np.median(logs[start:stop])) for start, stop in pairwise(edges)]
    return [ChangePoint(at, *sides) for at, sides in zip(edges[1:-1], pairwise(levels), strict=True)]


def noise(logs: np.ndarray) -> float:
    """σ of the noise about the levels, from the differences of neighbours."""
    return max(STEADIEST, float(np.quantile(np.abs(np.diff(logs)), QUANTILE)) / NORMAL)


def _partition(scaled: np.ndarray, penalty: float) -> list[int]:
    """The edges of the best partition, from 0 to the number of runs.

    The best sum up to each run is carried on for each level that the last stretch may have: O(runs · levels).
    """
    count = len(scaled)
    levels = np.quantile(scaled, np.linspace(0, 1, min(2 * count - 1, MOST_LEVELS)))  # values, and those between
    losses = np.minimum((scaled[:, None] - levels) ** 2, BOUND**2)
    sums = np.vstack([np.zeros_like(levels), np.cumsum(losses, axis=0)])
    best, start = np.full(count + 1, np.inf), np.zeros(count + 1, int)
    now, since = sums[LEAST_RUNS].copy(), np.zeros(len(levels), int)
    for run in range(LEAST_RUNS, count + 1):
        if run > LEAST_RUNS:
            now += losses[run - 1]
        if (first := run - LEAST_RUNS) >= LEAST_RUNS:
            fresh = best[first] + penalty + sums[run] - sums[first]
            since[fresh < now] = first
            np.minimum(now, fresh, out=now)
        least = int(now.argmin())
        best[run], start[run] = now[least], since[least]
    edges = [count]
    while edges[-1]:
        edges.append(int(start[edges[-1]]))
    return edges[::-1]


def _correlation(scaled: np.ndarray, edges: Sequence[int]) -> float:
    """The correlation of neighbours about their level; what is beyond the bound counts as at it."""
    around = np.concatenate([scaled[start:stop] - np.median(scaled[start:stop]) for start, stop in pairwise(edges)])
    around = np.clip(around, -BOUND, BOUND)
    squares = float(around @ around)
    return min(MOST_CORRELATED, max(0.0, float(around[1:] @ around[:-1]) / squares)) if squares else 0.0
