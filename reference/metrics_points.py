"""Metrics of a clustering without any truth: targets are rows of coordinates, predictions the cluster of each.

Distances are Euclid's. All are nan without at least two clusters, and where every point is a cluster of its own.
"""

from collections.abc import Sequence
from math import inf, nan

from dlc.reference.metric_family import METRICS
from dlc.reference.numbers import Number, sqrt
from dlc.reference.weighted import mean, ratio

Point = Sequence[Number]

UNDEFINED = "one cluster, or as many as points: nan"

# A card reads as one entry of a table.
# fmt: off


def distance(a: Point, b: Point) -> Number:
    """Euclid's."""
    return sqrt(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) * 1.0)


def middle(points: Sequence[Point]) -> list[Number]:
    """The mean of each coordinate."""
    return [mean(coordinate) for coordinate in zip(*points, strict=True)]


def clusters(points: Sequence[Point], labels: Sequence[int]) -> list[list[Point]]:
    """The points of each label; none where no metric is defined."""
    found = [[x for x, own in zip(points, labels, strict=True) if own == label] for label in sorted(set(labels))]
    return found if 1 < len(found) < len(points) else []


@METRICS.card(
    "mean (b − a) / max(a, b); a mean distance in the own cluster, b in the nearest other", takes="points",
    weights=False, bounds=(-1, 1), aliases=("silhouette_score",), undefined=UNDEFINED,
    sklearn="metrics.silhouette_score(y, p)",
    source="Rousseeuw 1987, Journal of Computational and Applied Mathematics 20:53",
)
def silhouette(target: Sequence[Point], pred: Sequence[int]) -> Number:
    """How much nearer points are to their own cluster than to the next; a cluster of one point counts 0."""
    groups, scores = clusters(target, pred), []
    for own in groups:
        for x in own:
            a = ratio(sum(distance(x, other) for other in own), len(own) - 1, inf)
            b = min(mean([distance(x, other) for other in group]) for group in groups if group is not own)
            scores.append(ratio(b - a, max(a, b), 0.0) if len(own) > 1 else 0.0)
    return mean(scores)


@METRICS.card(
    "(Σ_k n_k·‖c_k − c‖² / (K − 1)) / (Σ_k Σ_{x in k} ‖x − c_k‖² / (n − K)); 1 where all points are their centres",
    takes="points", weights=False, bounds=(0, inf), aliases=("calinski_harabasz_score", "variance_ratio"),
    undefined=UNDEFINED, sklearn="metrics.calinski_harabasz_score(y, p)",
    source="Caliński & Harabasz 1974, Communications in Statistics 3(1):1",
)
def calinski_harabasz(target: Sequence[Point], pred: Sequence[int]) -> Number:
    """Spread between clusters over spread within them."""
    groups = clusters(target, pred)
    if not groups:
        return nan
    centre, centres = middle(target), list(map(middle, groups))
    between = sum(len(group) * distance(own, centre) ** 2 for own, group in zip(centres, groups, strict=True))
    within = sum(distance(x, own) ** 2 for own, group in zip(centres, groups, strict=True) for x in group)
    return ratio(between * (len(target) - len(groups)), within * (len(groups) - 1), 1.0)


@METRICS.card(
    "mean_k max_{l≠k} (s_k + s_l) / ‖c_k − c_l‖; s mean distance to the centre", takes="points", weights=False,
    bounds=(0, inf), best=0, aliases=("davies_bouldin_score",), undefined=UNDEFINED,
    sklearn="metrics.davies_bouldin_score(y, p)",
    source="Davies & Bouldin 1979, IEEE Transactions on Pattern Analysis and Machine Intelligence 1(2):224",
)
def davies_bouldin(target: Sequence[Point], pred: Sequence[int]) -> Number:
    """How wide clusters are beside the way to the most similar other one; centres that coincide are left out."""
    groups = clusters(target, pred)
    centres = list(map(middle, groups))
    found = [(own, mean([distance(x, own) for x in group])) for own, group in zip(centres, groups, strict=True)]
    return mean([
        max(ratio(spread + other_spread, distance(own, other), 0.0) for other, other_spread in found)
        for own, spread in found
    ])


@METRICS.card(
    "min distance of points of two clusters / max distance of points of one", takes="points", weights=False,
    bounds=(0, inf), aliases=("dunn_index",), undefined=UNDEFINED,
    peers={"torchmetrics": "dunn_index takes distances between centres and from points to their centre"},
    source="Dunn 1974, Journal of Cybernetics 4(1):95",
)
def dunn(target: Sequence[Point], pred: Sequence[int]) -> Number:
    """The least gap between clusters beside the greatest width of one."""
    groups = clusters(target, pred)
    gaps = [distance(a, b) for i, one in enumerate(groups) for other in groups[:i] for a in one for b in other]
    return ratio(min(gaps), max(distance(a, b) for group in groups for a in group for b in group)) if groups else nan
