"""What predictions and targets must be before a metric reads them; rows are counted from 1 in complaints."""

from typing import Any

import numpy as np

from dlc.kernels.weighted import Weights

MOST_CLASSES = 1 << 24
# By how much the sum of a row of probabilities may miss 1: that of 1000 float32 numbers does by less.
SUM_TOLERANCE = 1e-4
WHOLE = "labels are whole numbers from 0"


class RowError(ValueError):
    """One row cannot be used; the place is counted from 0."""

    def __init__(self, row: int, column: int | None, name: str, complaint: str):
        self.row = row
        self.complaint = f"{name} {complaint}" if column is None else f"column {column + 1} of {name} {complaint}"
        super().__init__(f"row {row + 1}: {self.complaint}")


def refuse(bad: np.ndarray, values: np.ndarray, name: str, rule: str) -> None:
    """Raises RowError for the first place that is marked as BAD."""
    where = tuple(int(i) for i in np.unravel_index(int(bad.argmax()), bad.shape))
    raise RowError(where[0], where[1] if len(where) > 1 else None, name, f"is {values[where]}; {rule}")


def numbers(values: Any, name: str) -> np.ndarray:
    """VALUES as an array of finite real numbers. Raises ValueError."""
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} is not made of real numbers")
    if array.ndim == 0:
        raise ValueError(f"{name} is one number, not a row of them")
    if array.size == 0:
        raise ValueError(f"{name} is empty")
    if array.dtype.kind == "f" and not has_finite_sum(array) and not np.isfinite(array).all():
        refuse(~np.isfinite(array), array, name, "a metric needs finite numbers")
    return array


def has_finite_sum(array: np.ndarray) -> bool:
    """Whether the sum is finite: then all numbers are, which is soon seen."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(array.sum()))


def same_rows(target: np.ndarray, pred: np.ndarray, weights: Any = None) -> Weights:
    """WEIGHTS as numbers, one for each row of both. Raises ValueError."""
    if len(target) != len(pred):
        raise ValueError(f"target has {len(target)} rows and pred {len(pred)}; they must be of the same examples")
    if weights is None:
        return None
    shares = numbers(weights, "weights").astype(np.float64, copy=False)
    if shares.shape != target.shape[:1]:
        raise ValueError(f"weights have the shape {shares.shape}; one for each of the {len(target)} rows is needed")
    if shares.min() < 0:
        refuse(shares < 0, shares, "weights", "no weight is below 0")
    if shares.max() == 0:
        raise ValueError("all weights are 0")
    return shares


def labels(values: Any, name: str) -> np.ndarray:
    """VALUES as labels 0, 1, 2, ... Raises ValueError."""
    array = numbers(values, name)
    if array.dtype.kind == "b":
        return array.view(np.uint8)
    if array.dtype.kind == "f":
        whole = array.astype(np.int64)
        if not np.array_equal(whole, array):
            refuse(whole != array, array, name, WHOLE)
        array = whole
    if array.min() < 0:
        refuse(array < 0, array, name, WHOLE)
    if array.max() >= MOST_CLASSES:
        refuse(array >= MOST_CLASSES, array, name, f"labels are numbers from 0 to {MOST_CLASSES - 1} at most")
    return array.view(np.int64) if array.dtype == np.uint64 else array


def zeros_and_ones(values: Any, name: str) -> np.ndarray:
    """VALUES as labels 0 and 1. Raises ValueError."""
    array = labels(values, name)
    if array.max() > 1:
        refuse(array > 1, array, name, "the labels here are 0 and 1")
    return array


def label_pair(target: Any, pred: Any, weights: Any = None) -> tuple[np.ndarray, np.ndarray, Weights]:
    """Targets and predictions as labels, one for each row. Raises ValueError."""
    y, p = labels(target, "target"), labels(pred, "pred")
    for array, name in ((y, "target"), (p, "pred")):
        if array.ndim != 1:
            raise ValueError(f"{name} has the shape {array.shape}; one label for each row is needed")
    return y, p, same_rows(y, p, weights)


def row_pair(target: Any, pred: Any, weights: Any = None) -> tuple[np.ndarray, np.ndarray, Weights]:
    """Targets and predictions as rows of 0 and 1. Raises ValueError."""
    y, p = zeros_and_ones(target, "target"), zeros_and_ones(pred, "pred")
    if y.ndim != 2 or y.shape != p.shape:
        raise ValueError(f"target has the shape {y.shape} and pred {p.shape}; rows of the same labels are needed")
    return y, p, same_rows(y, p, weights)


def score_pair(target: Any, pred: Any, weights: Any = None) -> tuple[np.ndarray, np.ndarray, Weights]:
    """Labels, and scores of label 1 or rows of scores, one for each class. Raises ValueError."""
    y, scores = labels(target, "target"), numbers(pred, "pred")
    if y.ndim != 1:
        raise ValueError(f"target has the shape {y.shape}; one label for each row is needed")
    shares = same_rows(y, scores, weights)
    if scores.ndim == 1:
        zeros_and_ones(y, "target")
    elif scores.ndim != 2 or scores.shape[1] < 2:
        raise ValueError(f"pred has the shape {scores.shape}; rows of scores, one for each class, are needed")
    elif y.max() >= scores.shape[1]:
        refuse(y >= scores.shape[1], y, "target", f"pred has columns for classes 0 to {scores.shape[1] - 1}")
    return y, scores, shares


def curve_pair(target: Any, pred: Any, weights: Any = None) -> tuple[np.ndarray, np.ndarray, Weights]:
    """Labels 0 and 1, and a score for each. Raises ValueError."""
    y, scores, shares = score_pair(target, pred, weights)
    if scores.ndim > 1:
        raise ValueError(f"pred has {scores.shape[1]} scores a row; one for each row, that of label 1, is needed")
    return y, scores, shares


def probability_pair(target: Any, pred: Any, weights: Any = None) -> tuple[np.ndarray, np.ndarray, Weights]:
    """Labels, and probabilities of label 1 or rows of them, one for each class. Raises ValueError."""
    y, p, shares = score_pair(target, pred, weights)
    if p.min() < 0 or p.max() > 1:
        refuse((p < 0) | (p > 1), p, "pred", "probabilities are between 0 and 1")
    if p.ndim > 1:
        off = abs(p.sum(axis=1) - 1) > SUM_TOLERANCE
        if off.any():
            row = int(off.argmax())
            raise RowError(row, None, "pred", f"sums to {p[row].sum():.6g}; the probabilities of classes sum to 1")
    return y, p, shares


def number_pair(target: Any, pred: Any, weights: Any = None) -> tuple[np.ndarray, np.ndarray, Weights]:
    """Numbers of one shape. Raises ValueError."""
    y, p = numbers(target, "target"), numbers(pred, "pred")
    shares = same_rows(y, p, weights)
    if y.shape != p.shape:
        raise ValueError(f"target has the shape {y.shape} and pred {p.shape}; they must be the same")
    return y, p, shares


def ensemble_pair(target: Any, pred: Any, weights: Any = None) -> tuple[np.ndarray, np.ndarray, Weights]:
    """Numbers, and a row of numbers forecast for each. Raises ValueError."""
    y, members = numbers(target, "target"), numbers(pred, "pred")
    shares = same_rows(y, members, weights)
    if y.ndim != 1 or members.ndim != 2:
        raise ValueError(f"pred has the shape {members.shape}; rows of members, one for each target, are needed")
    return y, members, shares


def point_pair(target: Any, pred: Any, weights: Any = None) -> tuple[np.ndarray, np.ndarray, Weights]:
    """Rows of coordinates, and the cluster of each. Raises ValueError."""
    points, clusters = numbers(target, "target"), labels(pred, "pred")
    if points.ndim != 2 or clusters.ndim != 1:
        raise ValueError(
            f"target has the shape {points.shape}; rows of coordinates, one for each cluster label, are needed"
        )
    return points, clusters, same_rows(points, clusters, weights)


def mask_pair(target: Any, pred: Any, weights: Any = None) -> tuple[np.ndarray, np.ndarray, Weights]:
    """Masks of labels, of one shape. Raises ValueError."""
    y, p, shares = number_pair(target, pred, weights)
    return labels(y, "target"), labels(p, "pred"), shares


def ranking_pair(target: Any, pred: Any, weights: Any = None) -> tuple[np.ndarray, np.ndarray, Weights]:
    """Rows of relevances, and rows of scores. Raises ValueError."""
    y, p, shares = number_pair(target, pred, weights)
    if y.ndim != 2:
        raise ValueError(f"target has the shape {y.shape}; rows of how relevant items are needed")
    return y, p, shares


def binary_pair(target: Any, pred: Any, weights: Any = None) -> tuple[np.ndarray, np.ndarray, Weights]:
    """Labels 0 and 1. Raises ValueError."""
    return label_pair(zeros_and_ones(target, "target"), zeros_and_ones(pred, "pred"), weights)


# What each kind of data must be.
PAIRS = {
    "binary": binary_pair,
    "multiclass": label_pair,
    "agreement": label_pair,
    "clustering": label_pair,
    "multilabel": row_pair,
    "top-k": score_pair,
    "margin": score_pair,
    "curve": curve_pair,
    "probability": probability_pair,
    "ranking": ranking_pair,
    "regression": number_pair,
    "ensemble": ensemble_pair,
    "points": point_pair,
    "segmentation": mask_pair,
}
