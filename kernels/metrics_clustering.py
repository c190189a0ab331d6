"""Metrics of two groupings of the same things, over arrays of labels."""

import math
from collections.abc import Callable

import numpy as np

from dlc.kernels.jit import compiled
from dlc.kernels.weighted import EPSILON, ratio

ROUNDING = 2.0**-40  # what differences of entropies may be off
DENSE = 1024  # labels from 0 to here need no sorting to be counted


def numbered(labels: np.ndarray) -> tuple[np.ndarray, int]:
    """LABELS as places in their order, and how many there are."""
    if labels.dtype.kind in "iub" and labels.size and int(labels.min()) >= 0 and int(labels.max()) < DENSE:
        seen = np.bincount(labels.astype(np.int64, copy=False)) > 0
        return (np.cumsum(seen) - 1)[labels.astype(np.int64, copy=False)], int(seen.sum())
    found, places = np.unique(labels, return_inverse=True)
    return places, len(found)


def contingency_matrix(target, pred):
    """How many things of each class each cluster has."""
    (classes, rows), (clusters, columns) = numbered(target), numbered(pred)
    return np.bincount(classes * columns + clusters, minlength=rows * columns).reshape(rows, columns)


def pairs(counts: np.ndarray) -> int:
    """Σ C(n, 2), exactly."""
    return sum(n * (n - 1) // 2 for n in counts.ravel().tolist() if n > 1)


def pair_counts(target: np.ndarray, pred: np.ndarray) -> tuple[int, int, int, int]:
    """Pairs together in both, in classes, in clusters, and all."""
    table = contingency_matrix(target, pred)
    n = len(target)
    return pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0)), n * (n - 1) // 2


def pair_confusion_matrix(target, pred):
    """Pairs of things by whether classes and clusters put them together; each pair counts twice."""
    both, in_classes, in_clusters, every = pair_counts(target, pred)
    apart = every - in_classes - in_clusters + both
    return np.array([[2 * apart, 2 * (in_clusters - both)], [2 * (in_classes - both), 2 * both]])


def rand(target, pred):
    """The share of pairs that both groupings treat alike."""
    both, in_classes, in_clusters, every = pair_counts(target, pred)
    return ratio(every - in_classes - in_clusters + 2 * both, every, 1.0)


def adjusted_rand(target, pred):
    """Rand's index less what chance gives."""
    both, in_classes, in_clusters, every = pair_counts(target, pred)
    if both == in_classes == in_clusters:
        return 1.0
    # As a fraction of whole numbers, which nothing is rounded from.
    expected = in_classes * in_clusters
    return 2 * (both * every - expected) / ((in_classes + in_clusters) * every - 2 * expected)


def entropy_of(counts: np.ndarray) -> float:
    """−Σ pᵢ·log pᵢ of how many there are of each."""
    n = counts.sum()
    return float((counts / n * np.log(n / counts)).sum())


def information_of(table: np.ndarray) -> float:
    """Mutual information of the classes (rows) and clusters (columns) of a table."""
    if 1 in table.shape:
        return 0.0
    n, sizes = table.sum(), np.outer(table.sum(axis=1), table.sum(axis=0))
    some = table > 0
    found = table[some] / n * np.log(float(n) * table[some] / sizes[some])
    return max(float(found.sum()), 0.0)


def facts(target: np.ndarray, pred: np.ndarray) -> tuple[float, float, float]:
    """Mutual information, the entropy of classes and that of clusters."""
    table = contingency_matrix(target, pred)
    return information_of(table), entropy_of(table.sum(axis=1)), entropy_of(table.sum(axis=0))


def mutual_info(target, pred):
    """What knowing the cluster says about the class, in nats."""
    return information_of(contingency_matrix(target, pred))


AVERAGES: dict[str, Callable[[float, float], float]] = {
    "arithmetic": lambda a, b: (a + b) / 2,
    "geometric": lambda a, b: math.sqrt(a * b),
    "min": min,
    "max": max,
}


def normalized_mutual_info(target, pred, average_method="arithmetic"):
    """Mutual information as a share of the entropy."""
    information, of_classes, of_clusters = facts(target, pred)
    if of_classes == of_clusters == 0:
        return 1.0
    return information and information / AVERAGES[average_method](of_classes, of_clusters)


@compiled()
def expected_information(classes, clusters, n):
    """Mean mutual information of groupings drawn at random with the same sizes."""
    grown = np.empty(n + 1)
    for i in range(n + 1):
        grown[i] = math.lgamma(i + 1.0)
    expected = 0.0
    for a in classes:
        for b in clusters:
            fixed = grown[a] + grown[b] + grown[n - a] + grown[n - b] - grown[n]
            for m in range(max(1, a + b - n), min(a, b) + 1):
                chance = fixed - grown[m] - grown[a - m] - grown[b - m] - grown[n - a - b + m]
                expected += m / n * math.log(n * m / (a * b)) * math.exp(chance)
    return expected


def adjusted_mutual_info(target, pred, average_method="arithmetic"):
    """Mutual information less what chance gives."""
    table = contingency_matrix(target, pred)
    if 1 in table.shape:
        return float(table.shape == (1, 1))
    classes, clusters = table.sum(axis=1), table.sum(axis=0)
    expected = float(expected_information(classes, clusters, len(target)))
    greatest = AVERAGES[average_method](entropy_of(classes), entropy_of(clusters)) - expected
    return away_from_zero(information_of(table) - expected) / away_from_zero(greatest)


def away_from_zero(x: float) -> float:
    """X, or ε where it is nothing but rounding."""
    return x if abs(x) > ROUNDING else EPSILON


def homogeneity(target, pred):
    """How far each cluster has things of one class only."""
    information, of_classes, _ = facts(target, pred)
    return ratio(information, of_classes, 1.0)


def completeness(target, pred):
    """How far the things of each class are in one cluster."""
    return homogeneity(pred, target)


def v_measure(target, pred, beta=1.0):
    """Harmonic mean of homogeneity and completeness."""
    information, of_classes, of_clusters = facts(target, pred)
    h, c = ratio(information, of_classes, 1.0), ratio(information, of_clusters, 1.0)
    return ratio((1 + beta) * h * c, beta * h + c, 0.0)


def fowlkes_mallows(target, pred):
    """Geometric mean of precision and recall over pairs."""
    both, in_classes, in_clusters, _ = pair_counts(target, pred)
    return both and both / (math.sqrt(in_classes) * math.sqrt(in_clusters))


def purity(target, pred):
    """The share of things that are of the greatest class of their cluster."""
    return float(contingency_matrix(target, pred).max(axis=0).sum() / len(target))


def variation_of_information(target, pred):
    """What each grouping says that the other does not, in nats."""
    information, of_classes, of_clusters = facts(target, pred)
    return max(of_classes + of_clusters - 2 * information, 0.0)
