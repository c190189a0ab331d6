"""Metrics of scores by what every threshold would do: curves, areas under them, and places on them."""

from collections.abc import Sequence
from itertools import combinations
from math import inf, nan

from dlc.reference.metric_family import METRICS
from dlc.reference.numbers import Number
from dlc.reference.thresholds import area, at, best_where, cuts
from dlc.reference.weighted import Numbers, Weights, mean, ratio, total

# A card reads as one entry of a table.
# fmt: off

Labels = Sequence[int]
Rows = Sequence[Numbers]
Curve = tuple[list[Number], list[Number], list[Number]]

FAWCETT = "Fawcett 2006, Pattern Recognition Letters 27(8):861"
MANNING = "Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, section 8.4"
NO_LABEL = "nan where a label is missing"
NO_POSITIVE = "nan where no row has label 1"
SHARE = (("0 < max_fpr <= 1", lambda max_fpr: 0 < max_fpr <= 1),)


def kept(fp: Numbers, tp: Numbers) -> list[int]:
    """Where a curve turns: its corners, with both ends."""
    last = len(fp) - 1
    turns = [i for sums in (fp, tp) for i in range(1, last) if sums[i + 1] - sums[i] != sums[i] - sums[i - 1]]
    return sorted({0, *turns, last})


@METRICS.card(
    "(FP/N, TP/P) at every score as threshold, from the highest", takes="curve", many=True,
    columns=("fpr", "tpr", "threshold"), undefined=NO_LABEL, trials=({"drop_intermediate": False},),
    sklearn="metrics.roc_curve(y, p, sample_weight=w, drop_intermediate=drop_intermediate)", source=FAWCETT,
)
def roc_curve(target: Labels, pred: Numbers, weights: Weights = None, drop_intermediate: bool = True) -> Curve:
    """False positive rates, true positive rates and thresholds; points in the middle of straight steps are dropped."""
    found = cuts(target, pred, weights)
    places = kept(found.fp, found.tp) if drop_intermediate else range(len(found.fp))
    fpr, tpr = found.rates
    picked = [0, *(i + 1 for i in places)]
    return [fpr[i] for i in picked], [tpr[i] for i in picked], [[inf, *found.thresholds][i] for i in picked]


def binary_auc(target: Labels, pred: Numbers, weights: Weights = None, max_fpr: float = 1.0) -> Number:
    """The area under the ROC curve up to this false positive rate, scaled so that guessing is worth a half."""
    fpr, tpr = cuts(target, pred, weights).rates
    if fpr[-1] != 1 or tpr[-1] != 1:
        return nan
    if max_fpr == 1:
        return area(fpr, tpr)
    inside = [i for i, x in enumerate(fpr) if x <= max_fpr]
    part = area([*(fpr[i] for i in inside), max_fpr], [*(tpr[i] for i in inside), at(fpr, tpr, max_fpr)])
    guessed = max_fpr**2 / 2
    return (1 + (part - guessed) / (max_fpr - guessed)) / 2


@METRICS.card(
    "Σ (fpr_i − fpr_(i−1))·(tpr_i + tpr_(i−1)) / 2", takes="curve", also=("top-k",), bounds=(0, 1), best=1,
    aliases=("auc", "roc_auc_score", "auroc"), undefined="nan where a label has no example, or no other",
    choices={"average": ("macro", "weighted", "micro"), "multi_class": ("ovr", "ovo")}, requires=SHARE,
    trials=({"max_fpr": 0.3}, {"multi_class": "ovo", "average": "weighted"}),
    sklearn="metrics.roc_auc_score(y, p, sample_weight=w, max_fpr=max_fpr, multi_class=multi_class, average=average)",
    source="Hanley & McNeil 1982, Radiology 143(1):29; several classes: Hand & Till 2001, Machine Learning 45(2):171; "
    "max_fpr: McClish 1989, Medical Decision Making 9(3):190",
)
def roc_auc(
    target: Labels, pred: Numbers | Rows, weights: Weights = None, average: str = "macro", multi_class: str = "ovr",
    max_fpr: float = 1.0,
) -> Number:
    """How often a row of label 1 has a higher score than one of label 0; several classes one by one, or in pairs."""
    if not isinstance(pred[0], (list, tuple)):
        return binary_auc(target, pred, weights, max_fpr)
    if max_fpr != 1:
        raise ValueError("max_fpr is for two classes")
    columns = list(zip(*pred, strict=True))
    if multi_class == "ovr":
        shares = [1] * len(target) if weights is None else weights
        is_class = [[int(y == k) for y in target] for k in range(len(columns))]
        if average == "micro":
            flat = [label for labels in is_class for label in labels]
            scores = [score for column in columns for score in column]
            return binary_auc(flat, scores, None if weights is None else list(weights) * len(columns))
        each = [binary_auc(y, p, weights) for y, p in zip(is_class, columns, strict=True)]
        return mean(each, [total(y, shares) for y in is_class] if average == "weighted" else None)
    if weights is not None or average == "micro":
        raise ValueError("pairs of classes (multi_class=ovo) take no weights, and average macro or weighted")
    values, sizes = [], []
    for a, b in combinations(range(len(columns)), 2):
        rows = [i for i, y in enumerate(target) if y in (a, b)]
        both = [binary_auc([int(target[i] == k) for i in rows], [columns[k][i] for i in rows]) for k in (a, b) if rows]
        values.append(mean(both))
        sizes.append(len(rows))
    return mean(values, sizes if average == "weighted" else None)


@METRICS.card(
    "2·AUC − 1", takes="curve", bounds=(-1, 1), best=1, aliases=("somers_d", "accuracy_ratio"), undefined=NO_LABEL,
    sklearn="2 * metrics.roc_auc_score(y, p, sample_weight=w) - 1",
    source="Hand & Till 2001, Machine Learning 45(2):171",
)
def gini(target: Labels, pred: Numbers, weights: Weights = None) -> Number:
    """The area between the ROC curve and the diagonal, of the most there can be."""
    return 2 * binary_auc(target, pred, weights) - 1


def precisions(target: Labels, pred: Numbers, weights: Weights = None) -> Curve:
    """Precision, recall and threshold, from the highest."""
    found = cuts(target, pred, weights)
    precision = [ratio(tp, tp + fp, 0.0) for tp, fp in zip(found.tp, found.fp, strict=True)]
    return precision, [ratio(tp, found.tp[-1], nan) for tp in found.tp], found.thresholds


@METRICS.card(
    "(TP/(TP+FP), TP/P) at every score as threshold, from the lowest; at last (1, 0)", takes="curve", many=True,
    columns=("precision", "recall", "threshold"), undefined=NO_POSITIVE,
    sklearn="metrics.precision_recall_curve(y, p, sample_weight=w)",
    source="Davis & Goadrich 2006, ICML, p. 233",
)
def precision_recall_curve(target: Labels, pred: Numbers, weights: Weights = None) -> Curve:
    """Precisions, recalls and thresholds."""
    precision, recall, thresholds = precisions(target, pred, weights)
    return [*precision[::-1], 1.0], [*recall[::-1], 0.0], thresholds[::-1]


@METRICS.card(
    "Σ (recall_i − recall_(i−1))·precision_i", takes="curve", bounds=(0, 1), best=1,
    aliases=("average_precision_score",), undefined=NO_POSITIVE,
    sklearn="metrics.average_precision_score(y, p, sample_weight=w)", source=MANNING,
)
def average_precision(target: Labels, pred: Numbers, weights: Weights = None) -> Number:
    """The area under the precision-recall curve as steps: the mean precision at each new row of label 1."""
    precision, recall, _ = precisions(target, pred, weights)
    return sum((here - before) * p for p, here, before in zip(precision, recall, [0.0, *recall], strict=False))


@METRICS.card(
    "Σ (recall_i − recall_(i−1))·(precision_i + precision_(i−1)) / 2", takes="curve", bounds=(0, 1), best=1,
    undefined=NO_POSITIVE, sklearn="metrics.auc(*metrics.precision_recall_curve(y, p, sample_weight=w)[1::-1])",
    source="Davis & Goadrich 2006, ICML, p. 233, which says why it is too high",
)
def pr_auc(target: Labels, pred: Numbers, weights: Weights = None) -> Number:
    """The area under the precision-recall curve as straight lines: too high; see average_precision."""
    precision, recall, _ = precision_recall_curve(target, pred, weights)
    return -area(recall, precision)


@METRICS.card(
    "(FP/N, FN/P) at every score as threshold, from the lowest", takes="curve", many=True,
    columns=("fpr", "fnr", "threshold"), undefined=NO_LABEL, sklearn="metrics.det_curve(y, p, sample_weight=w)",
    source="Martin et al. 1997, Eurospeech, p. 1895",
)
def det_curve(target: Labels, pred: Numbers, weights: Weights = None) -> Curve:
    """False positive rates, false negative rates and thresholds, between those without misses and without alarms."""
    found = cuts(target, pred, weights)
    fpr, tpr = found.rates
    if fpr[-1] != 1 or tpr[-1] != 1:
        return [nan], [nan], [nan]
    first = max(i for i, x in enumerate(fpr) if x == 0)
    last = min(i for i, y in enumerate(found.tp) if y == found.tp[-1]) + 1
    fnr = [ratio(found.tp[-1] - tp, found.tp[-1]) for tp in [0.0, *found.tp]]
    part = slice(first, last + 1)
    return fpr[part][::-1], fnr[part][::-1], [inf, *found.thresholds][part][::-1]


@METRICS.card(
    "FP/N where FP/N = FN/P, on the ROC curve's lines", takes="curve", bounds=(0, 1), best=0, aliases=("eer",),
    undefined=NO_LABEL, source="Martin et al. 1997, Eurospeech, p. 1895",
)
def equal_error_rate(target: Labels, pred: Numbers, weights: Weights = None) -> Number:
    """The error where false alarms and misses are equally likely."""
    fpr, tpr = cuts(target, pred, weights).rates
    if fpr[-1] != 1 or tpr[-1] != 1:
        return nan
    gaps = [1 - y - x for x, y in zip(fpr, tpr, strict=True)]  # from 1 to −1
    i = min(i for i, gap in enumerate(gaps) if gap <= 0)
    return fpr[i - 1] + gaps[i - 1] / (gaps[i - 1] - gaps[i]) * (fpr[i] - fpr[i - 1])


@METRICS.card(
    "max |TP/P − FP/N| over thresholds", takes="curve", bounds=(0, 1), best=1, aliases=("ks",), undefined=NO_LABEL,
    source="Hodges 1958, Arkiv för Matematik 3(5):469",
)
def ks_statistic(target: Labels, pred: Numbers, weights: Weights = None) -> Number:
    """How far apart the distributions of scores of both labels are at most."""
    fpr, tpr = cuts(target, pred, weights).rates
    return nan if fpr[-1] != 1 or tpr[-1] != 1 else max(abs(y - x) for x, y in zip(fpr, tpr, strict=True))


@METRICS.card(
    "max 2·TP / (2·TP + FP + FN) over thresholds", takes="curve", bounds=(0, 1), best=1, undefined=NO_POSITIVE,
    source="Lipton, Elkan & Naryanaswamy 2014, ECML PKDD, LNCS 8725:225",
)
def max_f1(target: Labels, pred: Numbers, weights: Weights = None) -> Number:
    """The F1 of the best threshold."""
    found = cuts(target, pred, weights)
    positive = found.tp[-1]
    if positive == 0:
        return nan
    return max(2 * tp / (tp + fp + positive) for tp, fp in zip(found.tp, found.fp, strict=True))


@METRICS.card(
    "max TP/P where TN/N ≥ specificity", takes="curve", bounds=(0, 1), best=1, undefined=NO_LABEL, source=FAWCETT,
    requires=(("0 <= specificity <= 1", lambda specificity: 0 <= specificity <= 1),), trials=({"specificity": 0.9},),
)
def sensitivity_at_specificity(
    target: Labels, pred: Numbers, weights: Weights = None, specificity: float = 0.5
) -> Number:
    """The greatest recall of a threshold with this specificity or more."""
    fpr, tpr = cuts(target, pred, weights).rates
    return best_where(tpr, fpr, lambda x: 1 - x >= specificity)


@METRICS.card(
    "max TN/N where TP/P ≥ sensitivity", takes="curve", bounds=(0, 1), best=1, undefined=NO_LABEL, source=FAWCETT,
    requires=(("0 <= sensitivity <= 1", lambda sensitivity: 0 <= sensitivity <= 1),), trials=({"sensitivity": 0.9},),
)
def specificity_at_sensitivity(
    target: Labels, pred: Numbers, weights: Weights = None, sensitivity: float = 0.5
) -> Number:
    """The greatest specificity of a threshold with this recall or more."""
    fpr, tpr = cuts(target, pred, weights).rates
    return best_where([1 - x for x in fpr], tpr, lambda y: y >= sensitivity)


@METRICS.card(
    "max TP/(TP+FP) where TP/P ≥ recall", takes="curve", bounds=(0, 1), best=1, undefined=NO_POSITIVE, source=MANNING,
    requires=(("0 <= recall <= 1", lambda recall: 0 <= recall <= 1),), trials=({"recall": 0.9},),
)
def precision_at_recall(target: Labels, pred: Numbers, weights: Weights = None, recall: float = 0.5) -> Number:
    """The greatest precision of a threshold with this recall or more."""
    precision, reached, _ = precisions(target, pred, weights)
    return best_where(precision, reached, lambda r: r >= recall)


@METRICS.card(
    "max TP/P where TP/(TP+FP) ≥ precision", takes="curve", bounds=(0, 1), best=1, source=MANNING,
    undefined="nan where no row has label 1; 0 where no threshold has this precision",
    requires=(("0 <= precision <= 1", lambda precision: 0 <= precision <= 1),), trials=({"precision": 0.9},),
)
def recall_at_precision(target: Labels, pred: Numbers, weights: Weights = None, precision: float = 0.5) -> Number:
    """The greatest recall of a threshold with this precision or more."""
    reached, recall, _ = precisions(target, pred, weights)
    return best_where(recall, reached, lambda p: p >= precision)


def gains(target: Labels, pred: Numbers, weights: Weights = None) -> tuple[list[Number], list[Number]]:
    """The share of all rows, and of those of label 1, at or above each score, from (0, 0)."""
    found = cuts(target, pred, weights)
    rows = [fp + tp for fp, tp in zip(found.fp, found.tp, strict=True)]
    return [0.0, *(x / rows[-1] for x in rows)], [0.0, *(ratio(tp, found.tp[-1], nan) for tp in found.tp)]


@METRICS.card(
    "((TP + FP)/(P + N), TP/P) at every score as threshold, from the highest", takes="curve", bounds=(0, 1), many=True,
    columns=("rows", "gain"), undefined=NO_POSITIVE, source="Piatetsky-Shapiro & Masand 1999, KDD, p. 185",
)
def cumulative_gain_curve(target: Labels, pred: Numbers, weights: Weights = None) -> tuple[list[Number], list[Number]]:
    """Shares of rows with the highest scores, and what shares of label 1 they hold."""
    return gains(target, pred, weights)


@METRICS.card(
    "TP/P where (TP + FP)/(P + N) = fraction, on the lines of the gain curve", takes="curve", bounds=(0, 1),
    undefined=NO_POSITIVE, requires=(("0 <= fraction <= 1", lambda fraction: 0 <= fraction <= 1),),
    trials=({"fraction": 0.25},),
    source="Piatetsky-Shapiro & Masand 1999, KDD, p. 185",
)
def gain_at(target: Labels, pred: Numbers, weights: Weights = None, fraction: float = 0.1) -> Number:
    """What share of label 1 is among this fraction of rows with the highest scores."""
    return at(*gains(target, pred, weights), fraction)


@METRICS.card(
    "gain at a fraction / fraction", takes="curve", bounds=(0, inf), undefined=NO_POSITIVE,
    requires=(("0 < fraction <= 1", lambda fraction: 0 < fraction <= 1),), trials=({"fraction": 0.25},),
    source="Piatetsky-Shapiro & Masand 1999, KDD, p. 185",
)
def lift_at(target: Labels, pred: Numbers, weights: Weights = None, fraction: float = 0.1) -> Number:
    """How much oftener label 1 is among this fraction of rows with the highest scores than among all."""
    return gain_at(target, pred, weights, fraction) / fraction
