"""Kernels of metrics of predicted labels as a whole."""

from typing import Any

import numpy as np

from dlc.kernels.examples import label_pair, row_pair, score_pair
from dlc.kernels.tallies import (
    Tally,
    against_rest,
    blocks,
    classes_of,
    confusion,
    mean_of_defined,
    of_rows,
    quotient,
    tallies,
)
from dlc.kernels.weighted import mean


def accuracy(target: Any, pred: Any, weights: Any = None) -> float:
    """The share of rows that are right."""
    y, p, w = label_pair(target, pred, weights)
    if w is None:
        return sum(int(np.count_nonzero(a == b)) for a, b in blocks(y, p)) / len(y)
    return float(sum((c * (a == b)).sum() for a, b, c in blocks(y, p, w)) / w.sum())


def zero_one_loss(target: Any, pred: Any, weights: Any = None) -> float:
    """The share of rows that are wrong."""
    return 1 - accuracy(target, pred, weights)


def balanced_accuracy(target: Any, pred: Any, weights: Any = None, adjusted: bool = False) -> float:
    """The mean recall of classes that have some."""
    tally = against_rest(*label_pair(target, pred, weights))
    recalls = quotient((tally.tp, tally.tp + tally.fn), np.nan)
    value, count = mean_of_defined(recalls), np.count_nonzero(~np.isnan(recalls))
    if not adjusted:
        return value
    return float("nan") if count == 1 else (value - 1 / count) / (1 - 1 / count)


def hamming_loss(target: Any, pred: Any, weights: Any = None) -> float:
    """The share of labels that are wrong."""
    if np.ndim(target) == 1:
        return zero_one_loss(target, pred, weights)
    y, p, w = row_pair(target, pred, weights)
    return mean((y != p).mean(axis=1), w)


def exact_match(target: Any, pred: Any, weights: Any = None) -> float:
    """The share of rows whose labels are all right."""
    y, p, w = row_pair(target, pred, weights)
    return mean((y == p).all(axis=1), w)


def top_k_accuracy(target: Any, pred: Any, weights: Any = None, k: int = 2) -> float:
    """The share of rows where fewer than k classes come before the right one."""
    y, scores, w = score_pair(target, pred, weights)
    if scores.ndim == 1:
        raise ValueError("pred has one score a row; one for each class is needed")
    own = np.take_along_axis(scores, y[:, None].astype(np.intp), 1)
    before = (scores > own) | ((scores == own) & (np.arange(scores.shape[1]) > y[:, None]))
    return mean(before.sum(axis=1) < k, w)


def confusion_matrix(target: Any, pred: Any, weights: Any = None, normalize: str = "none") -> np.ndarray:
    """Rows are classes, columns predictions."""
    y, p, w = label_pair(target, pred, weights)
    matrix = confusion(y, p, w, classes_of(y, p))
    if normalize == "none":
        return matrix
    axes = {"true": 1, "pred": 0, "all": None}
    return quotient((matrix, matrix.sum(axis=axes[normalize], keepdims=True)), 0.0)


def multilabel_confusion_matrix(target: Any, pred: Any, weights: Any = None, samplewise: bool = False) -> np.ndarray:
    """((TN, FP), (FN, TP)) of each label, or of each row."""
    if samplewise and np.ndim(target) < 2:
        raise ValueError("samplewise takes rows of 0 and 1")
    tally: Tally = of_rows(*row_pair(target, pred, weights), axis=1) if samplewise else tallies(target, pred, weights)
    return np.stack([tally.tn, tally.fp, tally.fn, tally.tp], axis=-1).reshape(-1, 2, 2)


def matthews_corrcoef(target: Any, pred: Any, weights: Any = None) -> float:
    """The correlation of classes; 0 where one side has one class only."""
    tally = against_rest(*label_pair(target, pred, weights))
    true, predicted = tally.tp + tally.fn, tally.tp + tally.fp
    if np.count_nonzero(true) < 2 or np.count_nonzero(predicted) < 2:
        return 0.0
    n = true.sum()
    spread = (n**2 - true @ true) * (n**2 - predicted @ predicted)
    return float((n * tally.tp.sum() - true @ predicted) / np.sqrt(spread))
