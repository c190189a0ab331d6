"""Metrics of a clustering without any truth, over an array of points and one of labels."""

import math

import numpy as np

from dlc.kernels.jit import compiled
from dlc.kernels.metrics_clustering import numbered
from dlc.kernels.weighted import doubles, ratio


def clusters(points: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Points, the place of each one's cluster, and the clusters' sizes; None where no metric is defined."""
    places, count = numbered(labels)
    (coordinates,) = doubles(points)
    return (coordinates, places, np.bincount(places)) if 1 < count < len(points) else None


def centres_of(points: np.ndarray, places: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The mean of each cluster."""
    sums = [np.bincount(places, coordinate, len(sizes)) for coordinate in points.T]
    return np.array(sums).T / sizes[:, None]


@compiled()
def distance(a, b):
    """Euclid's."""
    square = 0.0
    for i in range(a.size):
        square += (a[i] - b[i]) ** 2
    return math.sqrt(square)


@compiled()
def silhouettes(points, places, sizes):
    """The silhouette of each point."""
    found = np.zeros(len(points))
    for i in range(len(points)):
        own = places[i]
        if sizes[own] == 1:
            continue
        sums = np.zeros(sizes.size)
        for j in range(len(points)):
            sums[places[j]] += distance(points[i], points[j])
        a = sums[own] / (sizes[own] - 1)
        b = math.inf
        for k in range(sizes.size):
            if k != own:
                b = min(b, sums[k] / sizes[k])
        if max(a, b) > 0:
            found[i] = (b - a) / max(a, b)
    return found


def silhouette(target, pred):
    """How much nearer points are to their own cluster than to the next."""
    found = clusters(target, pred)
    return math.nan if found is None else float(silhouettes(*found).mean())


def calinski_harabasz(target, pred):
    """Spread between clusters over spread within them."""
    found = clusters(target, pred)
    if found is None:
        return math.nan
    points, places, sizes = found
    centres = centres_of(points, places, sizes)
    between = float((sizes * ((centres - points.mean(axis=0)) ** 2).sum(axis=1)).sum())
    within = float(((points - centres[places]) ** 2).sum())
    return ratio(between * (len(points) - len(sizes)), within * (len(sizes) - 1), 1.0)


def davies_bouldin(target, pred):
    """How wide clusters are beside the way to the most similar other one."""
    found = clusters(target, pred)
    if found is None:
        return math.nan
    points, places, sizes = found
    centres = centres_of(points, places, sizes)
    spreads = np.bincount(places, np.sqrt(((points - centres[places]) ** 2).sum(axis=1))) / sizes
    apart = np.sqrt(((centres[:, None] - centres) ** 2).sum(axis=2))
    likeness = (spreads[:, None] + spreads) / np.where(apart == 0, math.inf, apart)
    return float(likeness.max(axis=1).mean())


@compiled()
def gap_and_width(points, places):
    """The least distance of points of two clusters, and the greatest of points of one."""
    gap, width = math.inf, 0.0
    for i in range(len(points)):
        for j in range(i):
            apart = distance(points[i], points[j])
            if places[i] == places[j]:
                width = max(width, apart)
            else:
                gap = min(gap, apart)
    return gap, width


def dunn(target, pred):
    """The least gap between clusters beside the greatest width of one."""
    found = clusters(target, pred)
    return math.nan if found is None else ratio(*gap_and_width(*found[:2]))
