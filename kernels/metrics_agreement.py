"""Kernels of the agreement of two raters beyond chance."""

from typing import Any

import numpy as np

from dlc.kernels.examples import label_pair
from dlc.kernels.metrics_labels import accuracy
from dlc.kernels.tallies import against_rest, classes_of, confusion

percent_agreement = accuracy


def shares(target: Any, pred: Any, weights: Any) -> tuple[float, np.ndarray, np.ndarray]:
    """How much is agreed, and the share of each label that occurs among either rater's."""
    y, p, w = label_pair(target, pred, weights)
    tally = against_rest(y, p, w)
    n = len(y) if w is None else w.sum()
    return float(tally.tp.sum() / n), (tally.tp + tally.fn) / n, (tally.tp + tally.fp) / n


def beyond_chance(agreed: float, chance: float) -> float:
    """(a − c) / (1 − c); nan where chance is 1."""
    return float("nan") if chance == 1 else float((agreed - chance) / (1 - chance))


def seen_and_expected(y: np.ndarray, p: np.ndarray, w: Any, distance: Any) -> tuple[float, np.ndarray, np.ndarray]:
    """Σ d_ij·C_ij, d as a matrix, and C of two raters."""
    count = classes_of(y, p)
    apart = distance(*np.ogrid[0.0:count, 0.0:count])
    matrix = confusion(y, p, w, count)
    return float((apart * matrix).sum()), apart, matrix


WEIGHTINGS = {
    "none": lambda i, j: (i != j) * 1.0,
    "linear": lambda i, j: abs(i - j),
    "quadratic": lambda i, j: (i - j) ** 2,
}


def cohen_kappa(target: Any, pred: Any, weights: Any = None, weighting: str = "none") -> float:
    """1 − Σ d_ij·C_ij / Σ d_ij·t_i·p_j."""
    seen, apart, matrix = seen_and_expected(*label_pair(target, pred, weights), WEIGHTINGS[weighting])
    n = matrix.sum()
    chance = float(matrix.sum(axis=1) @ apart @ matrix.sum(axis=0) / n)
    return 1 - seen / chance if chance else float("nan")


def scott_pi(target: Any, pred: Any, weights: Any = None) -> float:
    """Chance is Σ_k ((t_k + p_k)/2)²."""
    agreed, a, b = shares(target, pred, weights)
    middle = (a + b) / 2
    return float("nan") if len(middle) == 1 else beyond_chance(agreed, middle @ middle)


def gwet_ac1(target: Any, pred: Any, weights: Any = None) -> float:
    """Chance is Σ_k π_k·(1 − π_k) / (K − 1)."""
    agreed, a, b = shares(target, pred, weights)
    middle = (a + b) / 2
    return float("nan") if len(middle) == 1 else beyond_chance(agreed, middle @ (1 - middle) / (len(middle) - 1))


def bennett_s(target: Any, pred: Any, weights: Any = None) -> float:
    """Chance is 1/K."""
    agreed, a, _ = shares(target, pred, weights)
    return beyond_chance(agreed, 1 / len(a))


LEVELS = {
    "nominal": WEIGHTINGS["none"],
    "interval": WEIGHTINGS["quadratic"],
    "ratio": lambda i, j: ((i - j) / np.maximum(i + j, 1)) ** 2,
}


def krippendorff_alpha(target: Any, pred: Any, weights: Any = None, level: str = "nominal") -> float:
    """1 − D_o / D_e."""
    seen, apart, matrix = seen_and_expected(*label_pair(target, pred, weights), LEVELS[level])
    counts = matrix.sum(axis=0) + matrix.sum(axis=1)
    n = matrix.sum()
    expected = float(counts @ apart @ counts) / (2 * n * (2 * n - 1))
    return 1 - float(seen / n / expected) if expected else float("nan")
