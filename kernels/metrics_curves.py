"""Kernels of metrics of scores by what every threshold would do."""

from itertools import combinations
from typing import Any

import numpy as np

from dlc.kernels.examples import score_pair
from dlc.kernels.thresholds import Cuts, area, at, best_where, cuts, of_pair
from dlc.kernels.weighted import Weights, mean

Curve = tuple[np.ndarray, np.ndarray, np.ndarray]
NAN = float("nan")


def roc_curve(target: Any, pred: Any, weights: Any = None, drop_intermediate: bool = True) -> Curve:
    """False and true positive rates, and thresholds."""
    found = cuts(target, pred, weights)
    kept = np.ones(len(found.fp) + 1, bool)
    if drop_intermediate and len(found.fp) > 2:
        kept[2:-1] = (np.diff(found.fp, 2) != 0) | (np.diff(found.tp, 2) != 0)
    fpr, tpr = found.rates
    return fpr[kept], tpr[kept], np.append(np.inf, found.thresholds)[kept]


def area_up_to(found: Cuts, max_fpr: float) -> float:
    """The area under the ROC curve; up to a false positive rate, scaled so that guessing is worth a half."""
    if not found.has_both:
        return NAN
    fpr, tpr = found.rates
    if max_fpr == 1:
        return area(fpr, tpr)
    if not 0 < max_fpr < 1:
        raise ValueError(f"max_fpr is {max_fpr}, not above 0 and at most 1")
    stop = int(np.searchsorted(fpr, max_fpr, "right"))
    part = area(np.append(fpr[:stop], max_fpr), np.append(tpr[:stop], at(fpr, tpr, max_fpr)))
    guessed = max_fpr**2 / 2
    return (1 + (part - guessed) / (max_fpr - guessed)) / 2


def roc_auc(
    target: Any, pred: Any, weights: Any = None, average: str = "macro", multi_class: str = "ovr", max_fpr: float = 1.0
) -> float:
    """The area under the ROC curve of label 1, or the mean of those of classes or of pairs of them."""
    y, scores, w = score_pair(target, pred, weights)
    if scores.ndim == 1:
        return area_up_to(of_pair(y, scores, w), max_fpr)
    if max_fpr != 1:
        raise ValueError("max_fpr is for two classes")
    if multi_class == "ovo":
        return auc_of_pairs(y, scores, w, average)
    is_class = y[:, None] == np.arange(scores.shape[1])
    if average == "micro":
        repeated = None if w is None else np.repeat(w, scores.shape[1])
        return area_up_to(of_pair(is_class.ravel(), scores.ravel(), repeated), 1.0)
    each = np.array([area_up_to(of_pair(own, s, w), 1.0) for own, s in zip(is_class.T, scores.T, strict=True)])
    sizes = is_class.sum(axis=0) if w is None else (w[:, None] * is_class).sum(axis=0)
    return mean(each, sizes if average == "weighted" else None)


def auc_of_pairs(y: np.ndarray, scores: np.ndarray, weights: Weights, average: str) -> float:
    """The mean over pairs of classes of how well the scores of each tell it from the other. Raises ValueError."""
    if weights is not None or average == "micro":
        raise ValueError("pairs of classes (multi_class=ovo) take no weights, and average macro or weighted")
    values, sizes = [], []
    for pair in combinations(range(scores.shape[1]), 2):
        rows = np.isin(y, pair)
        sizes.append(float(np.count_nonzero(rows)))
        if not rows.any():
            return NAN
        values.append(np.mean([area_up_to(of_pair(y[rows] == k, scores[rows, k], None), 1.0) for k in pair]))
    return mean(np.array(values), np.array(sizes) if average == "weighted" else None)


def gini(target: Any, pred: Any, weights: Any = None) -> float:
    """2·AUC − 1."""
    return 2 * area_up_to(cuts(target, pred, weights), 1.0) - 1


def precisions(target: Any, pred: Any, weights: Any) -> Curve:
    """Precision, recall and threshold, from the highest."""
    found = cuts(target, pred, weights)
    recall = found.tp / found.tp[-1] if found.tp[-1] else np.full_like(found.tp, np.nan)
    return found.tp / (found.tp + found.fp), recall, found.thresholds


def precision_recall_curve(target: Any, pred: Any, weights: Any = None) -> Curve:
    """Precisions, recalls and thresholds, from the lowest."""
    precision, recall, thresholds = precisions(target, pred, weights)
    return np.append(precision[::-1], 1.0), np.append(recall[::-1], 0.0), thresholds[::-1]


def average_precision(target: Any, pred: Any, weights: Any = None) -> float:
    """The area under the precision-recall curve as steps."""
    precision, recall, _ = precisions(target, pred, weights)
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def pr_auc(target: Any, pred: Any, weights: Any = None) -> float:
    """The area under the precision-recall curve as straight lines."""
    precision, recall, _ = precision_recall_curve(target, pred, weights)
    return -area(recall, precision)


def det_curve(target: Any, pred: Any, weights: Any = None) -> Curve:
    """False positive rates, false negative rates and thresholds, from the lowest."""
    found = cuts(target, pred, weights)
    if not found.has_both:
        return np.array([NAN]), np.array([NAN]), np.array([NAN])
    fpr = found.rates[0]
    fnr = np.append(1.0, (found.tp[-1] - found.tp) / found.tp[-1])
    first = int(np.searchsorted(fpr, 0.0, "right")) - 1
    last = int(np.searchsorted(found.tp, found.tp[-1])) + 1
    thresholds = np.append(np.inf, found.thresholds)
    return fpr[first : last + 1][::-1], fnr[first : last + 1][::-1], thresholds[first : last + 1][::-1]


def equal_error_rate(target: Any, pred: Any, weights: Any = None) -> float:
    """Where the ROC curve crosses the other diagonal."""
    found = cuts(target, pred, weights)
    if not found.has_both:
        return NAN
    fpr, tpr = found.rates
    gaps = 1 - tpr - fpr
    i = int((gaps <= 0).argmax())
    return float(fpr[i - 1] + gaps[i - 1] / (gaps[i - 1] - gaps[i]) * (fpr[i] - fpr[i - 1]))


def ks_statistic(target: Any, pred: Any, weights: Any = None) -> float:
    """The greatest difference of true and false positive rates."""
    fpr, tpr = cuts(target, pred, weights).rates
    return float(abs(tpr - fpr).max())


def max_f1(target: Any, pred: Any, weights: Any = None) -> float:
    """The F1 of the best threshold."""
    found = cuts(target, pred, weights)
    return float((2 * found.tp / (found.tp + found.fp + found.tp[-1])).max()) if found.tp[-1] else NAN


def sensitivity_at_specificity(target: Any, pred: Any, weights: Any = None, specificity: float = 0.5) -> float:
    """The greatest recall of a threshold with this specificity or more."""
    found = cuts(target, pred, weights)
    fpr, tpr = found.rates
    return best_where(tpr, 1 - fpr >= specificity) if found.has_both else NAN


def specificity_at_sensitivity(target: Any, pred: Any, weights: Any = None, sensitivity: float = 0.5) -> float:
    """The greatest specificity of a threshold with this recall or more."""
    found = cuts(target, pred, weights)
    fpr, tpr = found.rates
    return best_where(1 - fpr, tpr >= sensitivity) if found.has_both else NAN


def precision_at_recall(target: Any, pred: Any, weights: Any = None, recall: float = 0.5) -> float:
    """The greatest precision of a threshold with this recall or more."""
    precision, reached, _ = precisions(target, pred, weights)
    return NAN if np.isnan(reached[0]) else best_where(precision, reached >= recall)


def recall_at_precision(target: Any, pred: Any, weights: Any = None, precision: float = 0.5) -> float:
    """The greatest recall of a threshold with this precision or more."""
    reached, recall, _ = precisions(target, pred, weights)
    return NAN if np.isnan(recall[0]) else best_where(recall, reached >= precision)


def cumulative_gain_curve(target: Any, pred: Any, weights: Any = None) -> tuple[np.ndarray, np.ndarray]:
    """Shares of rows with the highest scores, and what shares of label 1 they hold."""
    found = cuts(target, pred, weights)
    rows = np.append(0.0, found.fp + found.tp)
    return rows / rows[-1], found.rates[1] if found.tp[-1] else np.append(0.0, np.full_like(found.tp, NAN))


def gain_at(target: Any, pred: Any, weights: Any = None, fraction: float = 0.1) -> float:
    """The height of the gain curve at this fraction."""
    return at(*cumulative_gain_curve(target, pred, weights), fraction)


def lift_at(target: Any, pred: Any, weights: Any = None, fraction: float = 0.1) -> float:
    """Gain by fraction."""
    return gain_at(target, pred, weights, fraction) / fraction
