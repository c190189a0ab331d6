"""Calibration: whether what is predicted with probability p happens in a share p of cases.

Examples are put into bins by their probability, and the share that happened is compared with the mean probability.
Bins by `width` are (0, 1/n], (1/n, 2/n], ..., the first with 0; by `mass` their ends are quantiles, so that each holds
equally many rows, whatever their weights. Of several classes, the likeliest counts, and whether it is the right one.
"""

from collections.abc import Sequence
from math import floor, inf

from dlc.reference.metric_family import METRICS
from dlc.reference.metrics_probability import Labels, Probabilities, by_class
from dlc.reference.numbers import Number, sqrt
from dlc.reference.weighted import Numbers, Weights, mean, ratio, total

# A card reads as one entry of a table.
# fmt: off

BINNINGS = ("width", "mass")
NORMS = ("l1", "l2", "max")
BINS = (("bins >= 1", lambda bins: bins >= 1),)
GUO = "Guo et al. 2017, ICML, PMLR 70:1321"
BIN_TRIALS = ({"bins": 5}, {"bins": 7, "binning": "mass"})


def confidences(target: Labels, pred: Probabilities) -> tuple[list[int], Numbers]:
    """Whether it happened, and with what probability it was predicted: label 1, or the likeliest class."""
    if not isinstance(pred[0], (list, tuple)):
        return list(target), pred
    likeliest = [row.index(max(row)) for row in pred]
    return [int(y == k) for y, k in zip(target, likeliest, strict=True)], [max(row) for row in pred]


def ends(pred: Numbers, bins: int, binning: str) -> list[Number]:
    """Where bins end, but the last."""
    if binning == "width":
        return [i / bins for i in range(1, bins)]
    ordered = sorted(pred)
    return [quantile(ordered, i / bins) for i in range(1, bins)]


def quantile(ordered: Numbers, level: float) -> Number:
    """The number at a share LEVEL of the way through; between two, a line."""
    place = level * (len(ordered) - 1)
    low = floor(place)
    share = place - low
    if share == 0:
        return ordered[low]
    step = ordered[low + 1] - ordered[low]
    return ordered[low + 1] - step * (1 - share) if share >= 0.5 else ordered[low] + step * share


Bin = tuple[Number, Number, Number]


def binned(happened: Sequence[int], pred: Numbers, weights: Weights, bins: int, binning: str) -> list[Bin]:
    """For each bin that has some: how much, the share that happened, the mean probability."""
    limits = ends(pred, bins, binning)
    place = [sum(p > end for end in limits) for p in pred]
    found = []
    for b in range(bins):
        rows = [i for i, each in enumerate(place) if each == b]
        shares = [1 if weights is None else weights[i] for i in rows]
        if total(shares) > 0:
            found.append((
                total(shares), mean([happened[i] for i in rows], shares), mean([pred[i] for i in rows], shares)
            ))
    return found


def gap(happened: Sequence[int], pred: Numbers, weights: Weights, bins: int, binning: str, norm: str = "l1") -> Number:
    """The gaps of all bins as one number."""
    found = binned(happened, pred, weights, bins, binning)
    gaps = [abs(share - p) for _, share, p in found]
    sizes = [size for size, _, _ in found]
    if norm == "max":
        return max(gaps)
    return mean(gaps, sizes) if norm == "l1" else sqrt(mean([each**2 for each in gaps], sizes))


@METRICS.card(
    "Σ_b n_b/n·|share_b − p_b|; l2: √(Σ_b n_b/n·(share_b − p_b)²); max: the greatest", takes="probability",
    bounds=(0, 1), best=0, aliases=("ece", "calibration_error"), choices={"binning": BINNINGS, "norm": NORMS},
    requires=BINS, trials=BIN_TRIALS,
    source="Naeini, Cooper & Hauskrecht 2015, AAAI, p. 2901; " + GUO,
)
def expected_calibration_error(
    target: Labels, pred: Probabilities, weights: Weights = None, bins: int = 15, binning: str = "width",
    norm: str = "l1",
) -> Number:
    """How far probabilities are from what happens, over bins; of several classes, that of the likeliest."""
    return gap(*confidences(target, pred), weights, bins, binning, norm)


@METRICS.card(
    "max_b |share_b − p_b|", takes="probability", bounds=(0, 1), best=0, aliases=("mce",),
    choices={"binning": BINNINGS}, requires=BINS, trials=BIN_TRIALS,
    source="Naeini, Cooper & Hauskrecht 2015, AAAI, p. 2901",
)
def maximum_calibration_error(
    target: Labels, pred: Probabilities, weights: Weights = None, bins: int = 15, binning: str = "width"
) -> Number:
    """How far probabilities are from what happens in the worst bin."""
    return gap(*confidences(target, pred), weights, bins, binning, "max")


@METRICS.card(
    "mean over classes k of Σ_b n_b/n·|share of k − mean p_k|", takes="probability", bounds=(0, 1), best=0,
    aliases=("static_calibration_error",), choices={"binning": BINNINGS}, requires=BINS, trials=BIN_TRIALS,
    source="Kull et al. 2019, NeurIPS 32:12295; Nixon et al. 2019, CVPR Workshops",
)
def classwise_calibration_error(
    target: Labels, pred: Probabilities, weights: Weights = None, bins: int = 15, binning: str = "width"
) -> Number:
    """How far the probabilities of every class are from how often it happens."""
    columns = list(zip(*by_class(pred), strict=True))
    return mean([gap([int(y == k) for y in target], p, weights, bins, binning) for k, p in enumerate(columns)])


@METRICS.card(
    "classwise calibration error with bins of equal mass", takes="probability", bounds=(0, 1), best=0, requires=BINS,
    trials=({"bins": 5},), source="Nixon et al. 2019, CVPR Workshops, Measuring Calibration in Deep Learning",
)
def adaptive_calibration_error(
    target: Labels, pred: Probabilities, weights: Weights = None, bins: int = 15
) -> Number:
    """How far the probabilities of every class are from how often it happens, where most of them are."""
    return classwise_calibration_error(target, pred, weights, bins, "mass")


@METRICS.card(
    "(share_b, mean p_b) of every bin that is not empty", takes="probability", bounds=(0, 1), many=True,
    aliases=("reliability_diagram",), choices={"binning": BINNINGS}, requires=BINS, trials=({"bins": 10},),
    columns=("happened", "predicted"), sklearn="calibration.calibration_curve(y, p, n_bins=bins, "
    "strategy={'width': 'uniform', 'mass': 'quantile'}[binning])",
    source="DeGroot & Fienberg 1983, The Statistician 32(1):12",
)
def calibration_curve(
    target: Labels, pred: Probabilities, weights: Weights = None, bins: int = 5, binning: str = "width"
) -> tuple[list[Number], list[Number]]:
    """What share happened, and the mean probability, in every bin."""
    found = binned(*confidences(target, pred), weights, bins, binning)
    return [share for _, share, _ in found], [p for _, _, p in found]


@METRICS.card(
    "mean p − mean [it happened]", takes="probability", bounds=(-1, 1), aliases=("overconfidence",), source=GUO,
)
def confidence_gap(target: Labels, pred: Probabilities, weights: Weights = None) -> Number:
    """By how much probabilities, or those of the likeliest class, are too high on the whole."""
    happened, p = confidences(target, pred)
    return mean(p, weights) - mean(happened, weights)


@METRICS.card(
    "Σ_b n_b·(share_b − p_b)² / (p_b·(1 − p_b)) over bins of equal mass", takes="probability", bounds=(0, inf), best=0,
    weights=False, requires=BINS, trials=({"bins": 5},), undefined="inf where a bin with p = 0 or 1 is not right",
    source="Hosmer & Lemeshow 1980, Communications in Statistics 9(10):1043",
)
def hosmer_lemeshow(target: Labels, pred: Probabilities, bins: int = 10) -> Number:
    """How far bins are from calibrated, in their variances: like χ² of bins − 2 degrees where p is true."""
    return total([
        size * ratio((share - p) ** 2, p * (1 - p), 0.0 if share == p else inf)
        for size, share, p in binned(*confidences(target, pred), None, bins, "mass")
    ])
