"""Kernels of calibration: whether what is predicted with probability p happens in a share p of cases."""

from typing import Any, NamedTuple

import numpy as np

from dlc.kernels.examples import probability_pair
from dlc.kernels.weighted import Weights, mean


class Bins(NamedTuple):
    """Of each bin that has some: how much, the share that happened, the mean probability."""

    size: np.ndarray
    share: np.ndarray
    p: np.ndarray


def confidences(target: Any, pred: Any, weights: Any) -> tuple[np.ndarray, np.ndarray, Weights]:
    """Whether it happened, with what probability it was predicted (label 1, or the likeliest class), and weights."""
    y, p, w = probability_pair(target, pred, weights)
    return (y, p, w) if p.ndim == 1 else (y == p.argmax(axis=1), p.max(axis=1), w)


def binned(happened: np.ndarray, p: np.ndarray, weights: Weights, bins: int, binning: str) -> Bins:
    """Rows put into bins of equal width or equal mass."""
    if bins < 1:
        raise ValueError(f"{bins} bins; at least 1 is needed")
    ends = np.arange(1, bins) / bins
    if binning == "mass":
        ends = np.quantile(p, ends)
    place = np.searchsorted(ends, p, "left")
    size = np.bincount(place, weights, bins)
    sums = (np.bincount(place, each if weights is None else each * weights, bins) for each in (happened, p))
    kept = size > 0
    return Bins(size[kept], *(each[kept] / size[kept] for each in sums))


def gap(happened: np.ndarray, p: np.ndarray, weights: Weights, bins: int, binning: str, norm: str = "l1") -> float:
    """The gaps of all bins as one number."""
    found = binned(happened, p, weights, bins, binning)
    gaps = abs(found.share - found.p)
    if norm == "max":
        return float(gaps.max())
    return mean(gaps, found.size) if norm == "l1" else float(np.sqrt(mean(gaps**2, found.size)))


def expected_calibration_error(
    target: Any, pred: Any, weights: Any = None, bins: int = 15, binning: str = "width", norm: str = "l1"
) -> float:
    """The mean gap over bins, by their size."""
    return gap(*confidences(target, pred, weights), bins, binning, norm)


def maximum_calibration_error(
    target: Any, pred: Any, weights: Any = None, bins: int = 15, binning: str = "width"
) -> float:
    """The gap of the worst bin."""
    return gap(*confidences(target, pred, weights), bins, binning, "max")


def classwise_calibration_error(
    target: Any, pred: Any, weights: Any = None, bins: int = 15, binning: str = "width"
) -> float:
    """The mean over classes of their calibration errors."""
    y, p, w = probability_pair(target, pred, weights)
    rows = np.stack([1 - p, p], axis=1) if p.ndim == 1 else p
    return float(np.mean([gap(y == k, column, w, bins, binning) for k, column in enumerate(rows.T)]))


def adaptive_calibration_error(target: Any, pred: Any, weights: Any = None, bins: int = 15) -> float:
    """The same over bins of equal mass."""
    return classwise_calibration_error(target, pred, weights, bins, "mass")


def calibration_curve(
    target: Any, pred: Any, weights: Any = None, bins: int = 5, binning: str = "width"
) -> tuple[np.ndarray, np.ndarray]:
    """What share happened, and the mean probability, in every bin that is not empty."""
    found = binned(*confidences(target, pred, weights), bins, binning)
    return found.share, found.p


def confidence_gap(target: Any, pred: Any, weights: Any = None) -> float:
    """By how much probabilities are too high on the whole."""
    happened, p, w = confidences(target, pred, weights)
    return mean(p, w) - mean(happened, w)


def hosmer_lemeshow(target: Any, pred: Any, bins: int = 10) -> float:
    """The gaps of bins of equal mass in their variances."""
    found = binned(*confidences(target, pred, None), bins, "mass")
    gaps, spread = (found.share - found.p) ** 2, found.p * (1 - found.p)
    off = np.where(found.share == found.p, 0.0, np.inf)
    return float(found.size @ np.divide(gaps, spread, out=off, where=spread != 0))
