"""Metrics of masks: each pixel has a label. Targets and predictions are rows of pixels, or one row.

T are the pixels that the target gives a label, P those that the prediction gives it. The edge of a region are its
pixels beside one outside of it; beyond the mask all is outside. Distances are in pixels, between their centres.
"""

from collections.abc import Callable, Iterator, Sequence
from math import inf, nan

from dlc.reference.metric_family import METRICS
from dlc.reference.numbers import Number, sqrt
from dlc.reference.weighted import mean, ratio

Mask = Sequence[Sequence[int]] | Sequence[int]
Pixels = set[tuple[int, int]]

NONE = "no pixel of the label in either: nan"

# A card reads as one entry of a table.
# fmt: off


def rows(mask: Mask) -> Sequence[Sequence[int]]:
    """The rows of a mask; a flat one is one row."""
    return mask if isinstance(mask[0], Sequence) else [mask]  # type: ignore[list-item,return-value]


def region(mask: Mask, label: int) -> Pixels:
    """The places of all pixels of LABEL."""
    return {(i, j) for i, row in enumerate(rows(mask)) for j, own in enumerate(row) if own == label}


def edge(pixels: Pixels) -> Pixels:
    """The pixels beside one that is not among them."""
    return {(i, j) for i, j in pixels if not {(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)} <= pixels}


def overlaps(target: Mask, pred: Mask) -> Iterator[tuple[int, int, int]]:
    """#(T ∩ P), #T and #P of every label that there is."""
    labels = {own for mask in (target, pred) for row in rows(mask) for own in row}
    for label in sorted(labels):
        there, found = region(target, label), region(pred, label)
        yield len(there & found), len(there), len(found)


@METRICS.card(
    "#(T ∩ P) / #(T ∪ P) of one label", takes="segmentation", weights=False, bounds=(0, 1), best=1,
    aliases=("intersection_over_union",), undefined=NONE, trials=({"label": 0}, {"label": 2}),
    peers={"keras": "BinaryIoU is the mean over the labels 0 and 1"},
    source="Jaccard 1912, New Phytologist 11(2):37; Everingham et al. 2010, IJCV 88:303",
)
def iou(target: Mask, pred: Mask, label: int = 1) -> Number:
    """Intersection over union: pixels that are rightly of the label over all that are of it in either mask."""
    there, found = region(target, label), region(pred, label)
    return ratio(len(there & found), len(there | found))


@METRICS.card(
    "mean over labels of #(T ∩ P) / #(T ∪ P); labels in neither mask are left out", takes="segmentation", weights=False,
    bounds=(0, 1), best=1, aliases=("miou", "mean_intersection_over_union"),
    sklearn="metrics.jaccard_score(y.ravel(), p.ravel(), average='macro')",
    source="Long, Shelhamer & Darrell 2015, CVPR, section 5",
)
def mean_iou(target: Mask, pred: Mask) -> Number:
    """Intersection over union, each label alike."""
    return mean([both / (there + found - both) for both, there, found in overlaps(target, pred)])


@METRICS.card(
    "Σ_l #T·IoU_l / Σ_l #T", takes="segmentation", weights=False, bounds=(0, 1), best=1, aliases=("fwiou",),
    sklearn="metrics.jaccard_score(y.ravel(), p.ravel(), average='weighted')",
    source="Long, Shelhamer & Darrell 2015, CVPR, section 5",
)
def frequency_weighted_iou(target: Mask, pred: Mask) -> Number:
    """Intersection over union, labels by their share of the target."""
    found = list(overlaps(target, pred))
    return mean([both / (there + pred - both) for both, there, pred in found], [there for _, there, _ in found])


@METRICS.card(
    "2·#(T ∩ P) / (#T + #P) of one label", takes="segmentation", weights=False, bounds=(0, 1), best=1,
    aliases=("dice_score", "dice_coefficient"), undefined=NONE, trials=({"label": 0}, {"label": 2}),
    source="Dice 1945, Ecology 26(3):297",
)
def dice(target: Mask, pred: Mask, label: int = 1) -> Number:
    """Twice the intersection over the sum of both sizes: F1 of the pixels of a label."""
    there, found = region(target, label), region(pred, label)
    return ratio(2 * len(there & found), len(there) + len(found))


# What an overlap counts by the size of the label in the target.
SIZES: dict[str, Callable[[Number], Number]] = {
    "square": lambda size: ratio(1, size**2),
    "simple": lambda size: ratio(1, size),
    "linear": lambda size: 1,
}


@METRICS.card(
    "2·Σ_l v·#(T ∩ P) / Σ_l v·(#T + #P), v = 1/#T², 1/#T or 1; of a label not in the target the greatest other v",
    takes="segmentation", weights=False, bounds=(0, 1), best=1, aliases=("generalized_dice_score",),
    choices={"weight": tuple(SIZES)},
    source="Sudre et al. 2017, arXiv:1707.03237; Crum, Camara & Hill 2006, IEEE TMI 25(11):1451",
)
def generalized_dice(target: Mask, pred: Mask, weight: str = "square") -> Number:
    """Dice over all labels, where the small ones count as much as the great ones."""
    found = list(overlaps(target, pred))
    each = [SIZES[weight](there) for _, there, _ in found]
    each = [max(v for v in each if v < inf) if v == inf else v for v in each]
    both = sum(v * both for v, (both, _, _) in zip(each, found, strict=True))
    return 2 * both / sum(v * (there + pred) for v, (_, there, pred) in zip(each, found, strict=True))


@METRICS.card(
    "#{pixels whose labels agree} / #{pixels}", takes="segmentation", weights=False, bounds=(0, 1), best=1,
    sklearn="metrics.accuracy_score(y.ravel(), p.ravel())", source="Long, Shelhamer & Darrell 2015, CVPR, section 5",
)
def pixel_accuracy(target: Mask, pred: Mask) -> Number:
    """The share of pixels whose label is right."""
    counts = list(overlaps(target, pred))
    return sum(both for both, _, _ in counts) / sum(there for _, there, _ in counts)


@METRICS.card(
    "mean over the target's labels of #(T ∩ P) / #T", takes="segmentation", weights=False, bounds=(0, 1), best=1,
    aliases=("mean_pixel_accuracy",), sklearn="metrics.balanced_accuracy_score(y.ravel(), p.ravel())",
    source="Long, Shelhamer & Darrell 2015, CVPR, section 5",
)
def mean_class_accuracy(target: Mask, pred: Mask) -> Number:
    """The share of pixels whose label is right, each label of the target alike."""
    return mean([both / there for both, there, _ in overlaps(target, pred) if there])


def gaps(origins: Pixels, ends: Pixels) -> list[Number]:
    """From each of ORIGINS to the nearest of ENDS; infinite without any."""
    return [
        min((sqrt(float((i - k) ** 2 + (j - m) ** 2)) for k, m in ends), default=inf) for i, j in sorted(origins)
    ]


EMPTY = "the label in neither mask: nan; in one only: infinite"
LABELS = ({"label": 0}, {"label": 2})


@METRICS.card(
    "max(max_{a in T} d(a, P), max_{b in P} d(b, T))", takes="segmentation", weights=False, bounds=(0, inf), best=0,
    undefined=EMPTY, trials=LABELS, source="Huttenlocher, Klanderman & Rucklidge 1993, IEEE TPAMI 15(9):850",
)
def hausdorff_distance(target: Mask, pred: Mask, label: int = 1) -> Number:
    """How far the farthest pixel of one region is from the other region."""
    there, found = region(target, label), region(pred, label)
    return max(gaps(there, found) + gaps(found, there), default=nan)


def edges(target: Mask, pred: Mask, label: int) -> list[list[Number]]:
    """From each pixel of the target's edge to the prediction's, and back."""
    there, found = edge(region(target, label)), edge(region(pred, label))
    return [gaps(there, found), gaps(found, there)]


@METRICS.card(
    "quantile of d(a, edge of P) over a in the edge of T, and of d(b, edge of T) over the edge of P; the greater",
    takes="segmentation", weights=False, bounds=(0, inf), best=0, undefined=EMPTY,
    requires=(("0 <= percent <= 100", lambda percent: 0 <= percent <= 100),),
    aliases=("hausdorff_95",), trials=(*LABELS, {"percent": 50.0}, {"percent": 100.0}),
    source="Huttenlocher, Klanderman & Rucklidge 1993, IEEE TPAMI 15(9):850",
)
def hausdorff_percentile(target: Mask, pred: Mask, label: int = 1, percent: float = 95.0) -> Number:
    """Hausdorff's distance of edges without the farthest pixels; between two pixels the percentile is linear."""
    return max((percentile(found, percent) for found in edges(target, pred, label) if found), default=nan)


def percentile(values: list[Number], percent: float) -> Number:
    """The value at PERCENT of the way from the least to the greatest."""
    ordered, place = sorted(values), percent / 100 * (len(values) - 1)
    below = int(place)
    above = ordered[min(below + 1, len(values) - 1)]
    return ordered[below] if above == ordered[below] else ordered[below] + (place - below) * (above - ordered[below])


@METRICS.card(
    "mean of d(a, edge of P) over the edge of T and d(b, edge of T) over the edge of P, together", takes="segmentation",
    weights=False, bounds=(0, inf), best=0, undefined=EMPTY, trials=LABELS, aliases=("assd",),
    source="Heimann et al. 2009, IEEE TMI 28(8):1251",
)
def average_surface_distance(target: Mask, pred: Mask, label: int = 1) -> Number:
    """How far the edges of both regions are from each other, on average."""
    there, back = edges(target, pred, label)
    return mean(there + back)


@METRICS.card(
    "2·precision·recall / (precision + recall) of edge pixels at most `tolerance` from the other edge",
    takes="segmentation", weights=False, bounds=(0, 1), best=1, aliases=("boundary_f_score",),
    undefined="the label in neither mask: nan", trials=(*LABELS, {"tolerance": 0.0}),
    requires=(("tolerance >= 0", lambda tolerance: tolerance >= 0),),
    source="Csurka, Larlus & Perronnin 2013, BMVC",
)
def boundary_f1(target: Mask, pred: Mask, label: int = 1, tolerance: float = 1.0) -> Number:
    """How much of each edge is near the other one."""
    recalled, precise = ([d <= tolerance for d in found] for found in edges(target, pred, label))
    if not recalled or not precise:
        return 0.0 if recalled or precise else nan
    precision, recall = sum(precise) / len(precise), sum(recalled) / len(recalled)
    return ratio(2 * precision * recall, precision + recall, 0.0)
