"""Sums, means and quantiles of arrays that may be weighted. Sums are NumPy's pairwise ones: the same on every run."""

import math

import numpy as np

EPSILON = float(np.finfo(np.float64).eps)
Weights = np.ndarray | None


def doubles(*arrays: np.ndarray) -> list[np.ndarray]:
    """ARRAYS in float64."""
    return [np.asarray(each, np.float64) for each in arrays]


def total(values: np.ndarray, weights: Weights = None) -> float:
    """Σ wᵢ·xᵢ."""
    return float(np.sum(values if weights is None else values * weights))


def weight(values: np.ndarray, weights: Weights = None) -> float:
    """Σ wᵢ, or how many values there are."""
    return float(len(values) if weights is None else np.sum(weights))


def mean(values: np.ndarray, weights: Weights = None) -> float:
    """Σ wᵢ·xᵢ / Σ wᵢ; nan where that is 0/0."""
    return ratio(total(values, weights), weight(values, weights))


def ratio(a: float, b: float, otherwise: float | None = None) -> float:
    """a/b; where b is 0, OTHERWISE, or what IEEE 754 says."""
    if b != 0:
        return a / b
    if otherwise is not None:
        return otherwise
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a)


def constant(values: np.ndarray) -> bool:
    """Whether all values are equal."""
    return bool((values == values[0]).all())


def scatter(values: np.ndarray, weights: Weights = None) -> float:
    """Σ wᵢ·(xᵢ − x̄)²; exactly 0 where all values are equal."""
    return 0.0 if constant(values) else total((values - mean(values, weights)) ** 2, weights)


def co_scatter(a: np.ndarray, b: np.ndarray, weights: Weights = None) -> float:
    """Σ wᵢ·(aᵢ − ā)(bᵢ − b̄); exactly 0 where all a or all b are equal."""
    if constant(a) or constant(b):
        return 0.0
    return total((a - mean(a, weights)) * (b - mean(b, weights)), weights)


def quantile(values: np.ndarray, weights: Weights = None, level: float = 0.5) -> float:
    """The least value at which LEVEL of the weight is reached; where just so, the mean of it and the next."""
    if weights is None:
        return _quantile_of_equals(values, level)
    heavy = weights > 0
    values, weights = values[heavy], weights[heavy]
    if not len(values):
        return math.nan
    order = np.lexsort((weights, values))
    reached = np.cumsum(weights[order])
    wanted = level * reached[-1]
    at = min(int(np.searchsorted(reached, wanted)), len(values) - 1)
    value, following = values[order[at]], values[order[min(at + 1, len(values) - 1)]]
    return float(value if reached[at] - wanted > EPSILON else (value + following) / 2)


def _quantile_of_equals(values: np.ndarray, level: float) -> float:
    """The same where each counts once: nothing but two places has to be in order."""
    wanted = level * len(values)
    at = max(math.ceil(wanted) - 1, 0)
    following = min(at + 1, len(values) - 1)
    ordered = np.partition(values, (at, following))
    return float(ordered[at] if at + 1 - wanted > EPSILON else (ordered[at] + ordered[following]) / 2)


def correlation(a: np.ndarray, b: np.ndarray, weights: Weights = None) -> float:
    """The covariance over both standard deviations; nan where one of them is 0."""
    spreads = math.sqrt(scatter(a, weights)) * math.sqrt(scatter(b, weights))
    return ratio(co_scatter(a, b, weights), spreads, math.nan)


def ranks(values: np.ndarray) -> np.ndarray:
    """The place of each value in order, from 1; equal values share the mean of their places."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]
