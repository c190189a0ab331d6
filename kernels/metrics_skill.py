"""Metrics of predicted numbers beside a simple prediction, and correlations, over arrays."""

import math

import numpy as np

from dlc.kernels.jit import compiled
from dlc.kernels.metrics_regression import mean_pinball_loss, squares
from dlc.kernels.weighted import (
    Weights,
    co_scatter,
    constant,
    correlation,
    doubles,
    mean,
    quantile,
    ranks,
    ratio,
    scatter,
    total,
    weight,
)


def explained(error: float, spread: float, force_finite: bool = True) -> float:
    """1 − ERROR/SPREAD; with FORCE_FINITE 1 where ERROR is 0, and 0 where only SPREAD is."""
    if force_finite and (error == 0 or spread == 0):
        return 1.0 if error == 0 else 0.0
    return 1 - ratio(error, spread)


def r2(target, pred, weights: Weights = None, force_finite=True):
    """Coefficient of determination."""
    if len(target) < 2:
        return math.nan
    (y,) = doubles(target)
    return explained(total(squares(target, pred), weights), scatter(y, weights), force_finite)


def adjusted_r2(target, pred, predictors=1):
    """R² that does not grow by a predictor that says nothing."""
    free = len(target) - predictors - 1
    return math.nan if free < 1 else 1 - (1 - r2(target, pred)) * (len(target) - 1) / free


def explained_variance(target, pred, weights: Weights = None, force_finite=True):
    """R² where a constant error is forgiven."""
    y, p = doubles(target, pred)
    return explained(scatter(y - p, weights), scatter(y, weights), force_finite)


def deviances(y: np.ndarray, p: np.ndarray, power: float) -> np.ndarray:
    """Unit deviances of the Tweedie family; nan outside its domain."""
    if power == 0:
        return np.square(y - p)
    outside = (p <= 0) | ((y < 0) & (power > 0)) | ((y <= 0) & (power >= 2))
    if outside.any():
        return np.full(len(y), math.nan)
    if power == 1:
        return 2 * (y * np.log(np.where(y == 0, 1, y / p)) - y + p)
    if power == 2:
        return 2 * (np.log(p / y) + y / p - 1)
    a, b = 1 - power, 2 - power
    return 2 * (np.maximum(y, 0) ** b / (a * b) - y * p**a / a + p**b / b)


def mean_tweedie_deviance(target, pred, weights: Weights = None, power=0.0):
    """Deviance of a distribution whose variance is mean^power."""
    y, p = doubles(target, pred)
    return mean(deviances(y, p, power), weights)


def mean_poisson_deviance(target, pred, weights: Weights = None):
    """Deviance of counts."""
    return mean_tweedie_deviance(target, pred, weights, 1)


def mean_gamma_deviance(target, pred, weights: Weights = None):
    """Deviance of positive numbers whose error grows with their size."""
    return mean_tweedie_deviance(target, pred, weights, 2)


def d2_tweedie(target, pred, weights: Weights = None, power=0.0):
    """The share of the deviance of the mean target that is explained."""
    if len(target) < 2:
        return math.nan
    (y,) = doubles(target)
    middle = y[0] if constant(y) else mean(y, weights)
    spread = mean_tweedie_deviance(y, np.full(len(y), middle), weights, power)
    return 1 - ratio(mean_tweedie_deviance(target, pred, weights, power), spread)


def d2_pinball(target, pred, weights: Weights = None, alpha=0.5):
    """The share of the target's own pinball loss that is explained."""
    if len(target) < 2:
        return math.nan
    (y,) = doubles(target)
    spread = mean_pinball_loss(y, np.full(len(y), quantile(y, weights, alpha)), weights, alpha)
    return explained(mean_pinball_loss(target, pred, weights, alpha), spread)


def d2_absolute_error(target, pred, weights: Weights = None):
    """The share of the absolute error of the median target that is explained."""
    return d2_pinball(target, pred, weights)


def index_of_agreement(target, pred, weights: Weights = None):
    """Squared error beside the greatest that numbers so far from the mean target could have."""
    y, p = doubles(target, pred)
    middle = mean(y, weights)
    possible = total(np.square(np.abs(p - middle) + np.abs(y - middle)), weights)
    return 1 - ratio(total(squares(target, pred), weights), possible)


def kling_gupta(target, pred, weights: Weights = None):
    """How far correlation, variability and bias together are from perfect."""
    y, p = doubles(target, pred)
    r = correlation(y, p, weights)
    variability = ratio(math.sqrt(scatter(p, weights)), math.sqrt(scatter(y, weights)), math.nan)
    bias = ratio(mean(p, weights), mean(y, weights))
    return 1 - math.sqrt((r - 1) ** 2 + (variability - 1) ** 2 + (bias - 1) ** 2)


def pearson(target, pred, weights: Weights = None):
    """Correlation."""
    y, p = doubles(target, pred)
    return correlation(y, p, weights)


def concordance_correlation(target, pred, weights: Weights = None):
    """Correlation about the line y = p."""
    y, p = doubles(target, pred)
    size = weight(y, weights)
    apart = (mean(y, weights) - mean(p, weights)) ** 2
    together = scatter(y, weights) / size + scatter(p, weights) / size + apart
    return ratio(2 * co_scatter(y, p, weights) / size, together)


def spearman(target, pred):
    """Correlation of ranks."""
    return correlation(ranks(np.asarray(target)), ranks(np.asarray(pred)))


@compiled()
def inversions(values, spare):
    """How many pairs stand in falling order; sorts VALUES."""
    count, width = 0, 1
    while width < values.size:
        for start in range(0, values.size, 2 * width):
            middle = min(start + width, values.size)
            end = min(start + 2 * width, values.size)
            i, j = start, middle
            for at in range(start, end):
                if j >= end or (i < middle and values[i] <= values[j]):
                    spare[at] = values[i]
                    i += 1
                else:
                    spare[at] = values[j]
                    j += 1
                    count += middle - i
        values, spare = spare, values
        width *= 2
    return count


def pairs_of_equals(values: np.ndarray) -> int:
    """How many pairs of rows or numbers are equal."""
    counts = np.unique(values, axis=0, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


def kendall(target, pred):
    """Kendall's τ-b, by the pairs that merging has to swap (Knight 1966)."""
    y, p = ((np.unique(each, return_inverse=True)[1]).astype(np.int64) for each in (target, pred))
    order = np.lexsort((p, y))
    swapped = int(inversions(p[order], np.empty_like(p)))
    pairs = len(y) * (len(y) - 1) // 2
    equal_y, equal_p = pairs_of_equals(y), pairs_of_equals(p)
    equal = pairs_of_equals(y * len(y) + p)
    balance = pairs - equal_y - equal_p + equal - 2 * swapped
    return ratio(balance, math.sqrt(pairs - equal_y) * math.sqrt(pairs - equal_p), math.nan)


def cosine_similarity(target, pred, weights: Weights = None):
    """Cosine of the angle between the vector of all targets and that of all predictions."""
    y, p = doubles(target, pred)
    length, other = (math.sqrt(total(np.square(each), weights)) for each in (y, p))
    return ratio(total(y * p, weights), length * other, math.nan)
