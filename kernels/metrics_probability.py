"""Kernels of metrics of probabilities."""

from typing import Any

import numpy as np

from dlc.kernels.examples import probability_pair, score_pair
from dlc.kernels.weighted import EPSILON, Weights, mean


def of_target(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    """The probability of what happened, of each row."""
    if p.ndim == 1:
        return np.where(y != 0, p, 1 - p)
    return np.take_along_axis(p, y[:, None].astype(np.intp), 1)[:, 0]


def surprise(y: np.ndarray, p: np.ndarray, weights: Weights, epsilon: float) -> float:
    """The mean of −ln p_y, p between ε and 1 − ε."""
    return mean(-np.log(np.clip(of_target(y, np.asarray(p, np.float64)), epsilon, 1 - epsilon)), weights)


def frequencies(y: np.ndarray, p: np.ndarray, weights: Weights) -> np.ndarray:
    """How often each class occurs."""
    counts = np.bincount(y, weights, p.shape[1] if p.ndim > 1 else 2)
    return counts / counts.sum()


def log_loss(target: Any, pred: Any, weights: Any = None, epsilon: float = EPSILON) -> float:
    """The mean of −ln p_y."""
    return surprise(*probability_pair(target, pred, weights), epsilon)


def perplexity(target: Any, pred: Any, weights: Any = None, epsilon: float = EPSILON) -> float:
    """e^(log loss)."""
    return float(np.exp(log_loss(target, pred, weights, epsilon)))


def squared_error(y: np.ndarray, p: np.ndarray, weights: Weights) -> float:
    """The Brier score: over classes, or of two classes half of that."""
    p = np.asarray(p, np.float64)
    if p.ndim == 1:
        return mean((p - y) ** 2, weights)
    squares = (p**2).sum(axis=1) + 1 - 2 * of_target(y, p)
    return mean(squares, weights) / (2 if p.shape[1] == 2 else 1)


def brier_score(target: Any, pred: Any, weights: Any = None) -> float:
    """The mean squared error of probabilities."""
    return squared_error(*probability_pair(target, pred, weights))


def skill(score: Any, target: Any, pred: Any, weights: Any) -> float:
    """1 − the score by that of the classes' frequencies; nan for one row or one class."""
    y, p, w = probability_pair(target, pred, weights)
    shares = frequencies(y, p, w)
    if len(y) < 2 or shares.max() == 1:
        return float("nan")
    always = np.broadcast_to(shares if p.ndim > 1 else shares[1], p.shape)
    return 1 - score(y, p, w) / score(y, always, w)


def d2_log_loss(target: Any, pred: Any, weights: Any = None) -> float:
    """How much of the log loss of the classes' frequencies is explained."""
    return skill(lambda y, p, w: surprise(y, p, w, EPSILON), target, pred, weights)


def brier_skill(target: Any, pred: Any, weights: Any = None) -> float:
    """How much better the Brier score is than that of the classes' frequencies."""
    return skill(squared_error, target, pred, weights)


def spherical_score(target: Any, pred: Any, weights: Any = None) -> float:
    """The mean of p_y / √(Σ p_k²)."""
    y, p, w = probability_pair(target, pred, weights)
    squares = p**2 + (1 - p) ** 2 if p.ndim == 1 else (p**2).sum(axis=1)
    return mean(of_target(y, p) / np.sqrt(squares), w)


def hinge_loss(target: Any, pred: Any, weights: Any = None) -> float:
    """The mean of what scores miss of a margin of 1."""
    y, scores, w = score_pair(target, pred, weights)
    if scores.ndim == 1:
        margins = np.where(y != 0, scores, -scores)
    else:
        own = np.arange(scores.shape[1]) == y[:, None]
        margins = of_target(y, scores) - np.where(own, -np.inf, scores).max(axis=1)
    return mean(np.maximum(0.0, 1 - margins), w)


def spiegelhalter_z(target: Any, pred: Any) -> float:
    """How many standard deviations calibration is off."""
    y, p, _ = probability_pair(target, pred)
    if p.ndim > 1:
        raise ValueError("spiegelhalter_z takes the probabilities of label 1, of two classes")
    spread = float(((1 - 2 * p) ** 2 * p * (1 - p)).sum())
    return float(((y - p) * (1 - 2 * p)).sum() / np.sqrt(spread)) if spread else float("nan")
