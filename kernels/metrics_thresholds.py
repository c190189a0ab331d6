"""Areas under curves of a fixed number of thresholds, over arrays."""

import numpy as np

from dlc.kernels.weighted import Weights, ratio


def counts(target: np.ndarray, pred: np.ndarray, weights: Weights, thresholds: int) -> np.ndarray:
    """TP and FP, in rows, of every threshold, from the lowest."""
    cuts = np.arange(1, thresholds - 1) / (thresholds - 1)
    place = np.searchsorted(cuts, pred)  # how many thresholds but the first it is above
    found = np.zeros((2, thresholds))
    for row, label in zip(found, (1, 0), strict=True):
        own = target == label
        at = np.bincount(place[own], None if weights is None else weights[own], thresholds - 1)
        row[:-1] = np.cumsum(at[::-1])[::-1]
    return found


def shares(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """PART/WHOLE; 0 where WHOLE is."""
    return part / np.where(whole == 0, 1, whole) * (whole != 0)


def binned_roc_auc(target, pred, weights: Weights = None, thresholds=200):
    """Area under the ROC curve of a fixed number of thresholds."""
    found = counts(target, pred, weights, thresholds)
    tpr, fpr = shares(found, found[:, :1])
    return float((-np.diff(fpr) * (tpr[:-1] + tpr[1:]) / 2).sum())


def binned_pr_auc(target, pred, weights: Weights = None, thresholds=200):
    """Area under the precision-recall curve of a fixed number of thresholds."""
    tp, fp = counts(target, pred, weights, thresholds)
    positive, gained = tp + fp, -np.diff(tp)
    slope = shares(gained, -np.diff(positive))
    both = (positive[:-1] > 0) & (positive[1:] > 0)
    quotient = np.where(both, positive[:-1], 1) / np.where(both, positive[1:], 1)
    bend = (tp[1:] - slope * positive[1:]) * np.log(quotient)
    return ratio(float((slope * (gained + bend)).sum()), float(tp[0]), 0.0)
