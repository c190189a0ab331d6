"""Metrics of predicted numbers, over arrays. y are targets, p predictions."""

import math
from collections.abc import Callable

import numpy as np

from dlc.kernels.weighted import EPSILON, Weights, constant, doubles, mean, quantile, ratio, scatter, total, weight


def errors(target: np.ndarray, pred: np.ndarray) -> np.ndarray:
    """p − y."""
    y, p = doubles(target, pred)
    return p - y


def distances(target: np.ndarray, pred: np.ndarray) -> np.ndarray:
    """|p − y|."""
    found = errors(target, pred)
    return np.abs(found, out=found)


def squares(target: np.ndarray, pred: np.ndarray) -> np.ndarray:
    """(p − y)²."""
    found = errors(target, pred)
    return np.square(found, out=found)


def shares(target: np.ndarray, pred: np.ndarray, epsilon: float) -> np.ndarray:
    """|p − y| / max(|y|, ε)."""
    return distances(target, pred) / np.maximum(np.abs(target), epsilon)


def mse(target, pred, weights: Weights = None):
    """Mean squared error."""
    return mean(squares(target, pred), weights)


def rmse(target, pred, weights: Weights = None):
    """Root of the mean squared error."""
    return math.sqrt(mse(target, pred, weights))


def mae(target, pred, weights: Weights = None):
    """Mean absolute error."""
    return mean(distances(target, pred), weights)


def median_absolute_error(target, pred, weights: Weights = None):
    """Median of the absolute errors."""
    return quantile(distances(target, pred), weights)


def max_error(target, pred):
    """The greatest absolute error."""
    return float(distances(target, pred).max())


def mean_bias_error(target, pred, weights: Weights = None):
    """Mean error with its sign."""
    return mean(errors(target, pred), weights)


def mape(target, pred, weights: Weights = None, epsilon=EPSILON, scale=1.0):
    """Mean absolute error as a share of the target."""
    return scale * mean(shares(target, pred, epsilon), weights)


def mdape(target, pred, weights: Weights = None, epsilon=EPSILON, scale=1.0):
    """Median absolute error as a share of the target."""
    return scale * quantile(shares(target, pred, epsilon), weights)


def smape(target, pred, weights: Weights = None, epsilon=EPSILON, scale=1.0):
    """Mean absolute error as a share of the mean size of target and prediction."""
    y, p = doubles(target, pred)
    return scale * mean(2 * np.abs(p - y) / np.maximum(np.abs(p) + np.abs(y), epsilon), weights)


def wmape(target, pred, weights: Weights = None, scale=1.0):
    """Sum of the absolute errors as a share of the sum of the targets' sizes."""
    return scale * ratio(total(distances(target, pred), weights), total(np.abs(target), weights))


def msle(target, pred, weights: Weights = None):
    """Mean squared error of logarithms."""
    y, p = doubles(target, pred)
    if y.min() <= -1 or p.min() <= -1:
        return math.nan
    return mse(np.log1p(y), np.log1p(p), weights)


def rmsle(target, pred, weights: Weights = None):
    """Root of the mean squared error of logarithms."""
    return math.sqrt(msle(target, pred, weights))


def mean_pinball_loss(target, pred, weights: Weights = None, alpha=0.5):
    """How good predictions are as the quantile α."""
    found = errors(target, pred)
    return mean(np.maximum(-alpha * found, (1 - alpha) * found), weights)


def log_cosh_error(target, pred, weights: Weights = None):
    """Mean of log cosh of the errors."""
    d = distances(target, pred)
    near = np.minimum(d, 1)  # the other form of greater ones overflows, and this one of small ones cancels
    found = np.where(d < 1, np.log1p(-np.expm1(near) * np.expm1(-near) / 2), d + np.log1p(np.expm1(-2 * d) / 2))
    return mean(found, weights)


def minkowski_distance(target, pred, weights: Weights = None, order=2.0):
    """Length of the vector of all errors."""
    return total(distances(target, pred) ** order, weights) ** (1 / order)


NORMALISERS: dict[str, Callable[[np.ndarray, Weights], float]] = {
    "mean": mean,
    "range": lambda y, w: float(y.max() - y.min()),
    "std": lambda y, w: math.sqrt(ratio(scatter(y, w), weight(y, w))),
    "l2": lambda y, w: math.sqrt(total(np.square(y), w)),
}


def nrmse(target, pred, weights: Weights = None, normalizer="mean"):
    """Root of the mean squared error in units of the target."""
    (y,) = doubles(target)
    return ratio(rmse(target, pred, weights), NORMALISERS[normalizer](y, weights))


def rse(target, pred, weights: Weights = None):
    """Squared error relative to that of the mean target."""
    (y,) = doubles(target)
    return ratio(total(squares(target, pred), weights), scatter(y, weights))


def rae(target, pred, weights: Weights = None):
    """Absolute error relative to that of the mean target."""
    (y,) = doubles(target)
    spread = 0.0 if constant(y) else total(np.abs(mean(y, weights) - y), weights)
    return ratio(total(distances(target, pred), weights), spread)


def mase(target, pred, season=1):
    """Absolute error relative to that of saying the last season's value again."""
    (y,) = doubles(target)
    return ratio(mae(target, pred), mean(np.abs(y[season:] - y[:-season])))


def theils_inequality(target, pred, weights: Weights = None):
    """Theil's coefficient of inequality U1."""
    sizes = [math.sqrt(mean(np.square(each), weights)) for each in doubles(target, pred)]
    return ratio(rmse(target, pred, weights), sum(sizes))
