"""Sums, means and quantiles of examples that may be weighted: a weight of 2 counts an example twice."""

from collections.abc import Sequence
from math import inf, isnan, nan

from dlc.reference.numbers import Number, sqrt

Numbers = Sequence[Number]
Weights = Sequence[Number] | None
EPSILON = 2.0**-52  # of float64


def total(values: Numbers, weights: Weights = None) -> Number:
    """Σ wᵢ·xᵢ."""
    return sum(values) if weights is None else sum(w * x for w, x in zip(weights, values, strict=True))


def weight(values: Numbers, weights: Weights = None) -> Number:
    """Σ wᵢ, or how many values there are."""
    return len(values) if weights is None else sum(weights)


def mean(values: Numbers, weights: Weights = None) -> Number:
    """Σ wᵢ·xᵢ / Σ wᵢ; nan where that is 0/0."""
    return ratio(total(values, weights), weight(values, weights))


def ratio(a: Number, b: Number, otherwise: Number | None = None) -> Number:
    """a/b; where b is 0, OTHERWISE, or what IEEE 754 says."""
    if b != 0:
        return a / b
    if otherwise is not None:
        return otherwise
    return nan if a == 0 or isnan(a) else inf if a > 0 else -inf


def scatter(values: Numbers, weights: Weights = None) -> Number:
    """Σ wᵢ·(xᵢ − x̄)²; exactly 0 where all values are equal."""
    return co_scatter(values, values, weights)


def co_scatter(a: Numbers, b: Numbers, weights: Weights = None) -> Number:
    """Σ wᵢ·(aᵢ − ā)(bᵢ − b̄); exactly 0 where all a or all b are equal."""
    if len(set(a)) == 1 or len(set(b)) == 1:
        return 0.0
    middle_a, middle_b = mean(a, weights), mean(b, weights)
    return total([(x - middle_a) * (y - middle_b) for x, y in zip(a, b, strict=True)], weights)


def quantile(values: Numbers, weights: Weights = None, level: float = 0.5) -> Number:
    """The least value at which LEVEL of the weight is reached; where just so, the mean of it and the next."""
    pairs = zip(values, [1] * len(values) if weights is None else weights, strict=True)
    ordered = sorted(pair for pair in pairs if pair[1] > 0)
    if not ordered:
        return nan
    wanted, reached = level * total([w for _, w in ordered]), 0
    for i, (value, w) in enumerate(ordered):
        reached += w
        if reached >= wanted:
            following = ordered[min(i + 1, len(ordered) - 1)][0]
            return value if reached - wanted > EPSILON else (value + following) / 2
    return ordered[-1][0]


def correlation(a: Numbers, b: Numbers, weights: Weights = None) -> Number:
    """The covariance over both standard deviations; nan where one of them is 0."""
    return ratio(co_scatter(a, b, weights), sqrt(scatter(a, weights)) * sqrt(scatter(b, weights)), nan)


def ranks(values: Numbers) -> list[Number]:
    """The place of each value in order, from 1; equal values share the mean of their places."""
    return [
        sum(other < value for other in values) + (sum(other == value for other in values) + 1) / 2 for value in values
    ]
