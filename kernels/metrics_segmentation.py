"""Metrics of masks, over arrays of labels: rows of pixels, or one row."""

import math

import numpy as np

from dlc.kernels.jit import compiled
from dlc.kernels.weighted import mean, ratio


def overlaps(target: np.ndarray, pred: np.ndarray) -> list[np.ndarray]:
    """#(T ∩ P), #T and #P of every label that there is."""
    y, p = np.ravel(target), np.ravel(pred)
    labels, places = np.unique(np.concatenate([y, p]), return_inverse=True)
    there, found = places[: len(y)], places[len(y) :]
    return [np.bincount(each, minlength=len(labels)) for each in (there[there == found], there, found)]


def sizes(target: np.ndarray, pred: np.ndarray, label: int) -> list[int]:
    """#(T ∩ P), #T and #P of one label."""
    there, found = target == label, pred == label
    return [int(np.count_nonzero(region)) for region in (there & found, there, found)]


def iou(target, pred, label=1):
    """Intersection over union of one label."""
    both, there, found = sizes(target, pred, label)
    return ratio(both, there + found - both)


def mean_iou(target, pred):
    """Intersection over union, each label alike."""
    both, there, found = overlaps(target, pred)
    return mean(both / (there + found - both))


def frequency_weighted_iou(target, pred):
    """Intersection over union, labels by their share of the target."""
    both, there, found = overlaps(target, pred)
    return mean(both / (there + found - both), there)


def dice(target, pred, label=1):
    """Twice the intersection over the sum of both sizes."""
    both, there, found = sizes(target, pred, label)
    return ratio(2 * both, there + found)


POWERS = {"square": 2, "simple": 1, "linear": 0}


def generalized_dice(target, pred, weight="square"):
    """Dice over all labels, where the small ones count as much as the great ones."""
    both, there, found = overlaps(target, pred)
    size = np.where(there > 0, there, there[there > 0].min()) if POWERS[weight] else there
    each = 1.0 / np.maximum(size, 1) ** POWERS[weight]
    return float(2 * (each * both).sum() / (each * (there + found)).sum())


def pixel_accuracy(target, pred):
    """The share of pixels whose label is right."""
    return float(np.count_nonzero(target == pred) / target.size)


def mean_class_accuracy(target, pred):
    """The share of pixels whose label is right, each label of the target alike."""
    both, there, _ = overlaps(target, pred)
    return mean(both[there > 0] / there[there > 0])


def edge(region: np.ndarray) -> np.ndarray:
    """The pixels beside one that is not of the REGION; beyond the mask all is outside."""
    around = np.pad(region, 1)
    inside = around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]
    return region & ~inside


@compiled()
def nearest(origins, ends):
    """From each pixel of ORIGINS, in the order of rows, to the nearest of ENDS; infinite without any."""
    height, width = ends.shape
    up_or_down = np.empty((height, width))  # to the nearest end in the same column
    for j in range(width):
        away = math.inf
        for i in range(height):
            away = 0.0 if ends[i, j] else away + 1
            up_or_down[i, j] = away
        away = math.inf
        for i in range(height - 1, -1, -1):
            away = 0.0 if ends[i, j] else away + 1
            up_or_down[i, j] = min(up_or_down[i, j], away)
    found = np.empty(np.count_nonzero(origins))
    at = 0
    for i in range(height):
        for j in range(width):
            if not origins[i, j]:
                continue
            least = math.inf
            for step in range(width):
                if step * step >= least:
                    break
                if j - step >= 0:
                    least = min(least, up_or_down[i, j - step] ** 2 + step * step)
                if j + step < width:
                    least = min(least, up_or_down[i, j + step] ** 2 + step * step)
            found[at] = math.sqrt(least)
            at += 1
    return found


def regions(target: np.ndarray, pred: np.ndarray, label: int) -> list[np.ndarray]:
    """The pixels of LABEL in rows."""
    return [np.atleast_2d(mask) == label for mask in (target, pred)]


def between(there: np.ndarray, found: np.ndarray) -> list[np.ndarray]:
    """From each pixel of one region to the other, and back."""
    return [nearest(there, found), nearest(found, there)]


def hausdorff_distance(target, pred, label=1):
    """How far the farthest pixel of one region is from the other region."""
    return float(max((each.max() for each in between(*regions(target, pred, label)) if each.size), default=math.nan))


def edges(target: np.ndarray, pred: np.ndarray, label: int) -> list[np.ndarray]:
    """From each pixel of the target's edge to the prediction's, and back."""
    return between(*map(edge, regions(target, pred, label)))


def percentile(values: np.ndarray, percent: float) -> float:
    """The value at PERCENT of the way from the least to the greatest."""
    place = percent / 100 * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    ordered = np.partition(values, (below, above))
    low, high = float(ordered[below]), float(ordered[above])
    return low if low == high else low + (place - below) * (high - low)


def hausdorff_percentile(target, pred, label=1, percent=95.0):
    """Hausdorff's distance of edges without the farthest pixels."""
    found = [percentile(each, percent) for each in edges(target, pred, label) if each.size]
    return max(found, default=math.nan)


def average_surface_distance(target, pred, label=1):
    """How far the edges of both regions are from each other, on average."""
    return mean(np.concatenate(edges(target, pred, label)))


def boundary_f1(target, pred, label=1, tolerance=1.0):
    """How much of each edge is near the other one."""
    there, found = edges(target, pred, label)
    if not there.size or not found.size:
        return 0.0 if there.size or found.size else math.nan
    recall, precision = (float((each <= tolerance).mean()) for each in (there, found))
    return ratio(2 * precision * recall, precision + recall, 0.0)
