"""Metrics of one label against the rest: quotients of counts, for two classes or averaged over labels.

TP, FP, FN and TN are the weights of rows that have a label or not, and for which it was predicted or not; P = TP + FN,
N = FP + TN. Each quotient is of one label; `average` says of which, or how those of several become one: `binary` takes
label 1, `macro` the mean over labels, `weighted` the mean by how often they occur, `micro` all counts together, `none`
leaves one for each label, and `samples` is the mean over rows of several labels.
"""

from collections.abc import Callable
from math import inf, nan
from typing import Any

from dlc.reference.metric_family import METRICS
from dlc.reference.numbers import Number, sqrt
from dlc.reference.tallies import AVERAGES_OF_ROWS, Labels, averaged
from dlc.reference.weighted import Weights

# A card reads as one entry of a table.
# fmt: off

Value = Number | list[Number]

POWERS = "Powers 2011, Journal of Machine Learning Technologies 2(1):37"
TREC = "van Rijsbergen 1979, Information Retrieval, chapter 7"
EPIDEMIOLOGY = "Altman & Bland 1994, BMJ 308:1552 and 309:102"


def rate(formula: str, **columns: Any) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Enter a quotient of counts of one label."""
    sklearn = columns.get("sklearn", "")
    if sklearn and "(" not in sklearn:
        columns["sklearn"] = f"metrics.{sklearn}(y, p, sample_weight=w, average=average, zero_division=zero_division)"
    kinds = {"takes": "binary", "also": ("multiclass", "multilabel")}
    trials = ({"zero_division": 1.0}, {"average": "macro", "zero_division": nan}, *columns.pop("trials", ()))
    return METRICS.card(
        formula, **kinds, trials=trials, choices={"average": AVERAGES_OF_ROWS},
        undefined="0/0, or a number over 0, is zero_division; where that is nan, averages leave it out", **columns,
    )


@rate(
    "TP / (TP + FP)", bounds=(0, 1), best=1, aliases=("ppv", "positive_predictive_value"), sklearn="precision_score",
    source=TREC,
)
def precision(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """How much of what is predicted to have a label has it."""
    return averaged(lambda c: (c.tp, c.tp + c.fp), target, pred, weights, average, zero_division)


@rate(
    "TP / (TP + FN)", bounds=(0, 1), best=1, aliases=("sensitivity", "tpr", "hit_rate"), sklearn="recall_score",
    source=TREC,
)
def recall(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """How much of what has a label is predicted to have it."""
    return averaged(lambda c: (c.tp, c.tp + c.fn), target, pred, weights, average, zero_division)


@rate(
    "TN / (TN + FP)", bounds=(0, 1), best=1, aliases=("selectivity", "tnr"), source=EPIDEMIOLOGY,
)
def specificity(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """How much of what lacks a label is predicted to lack it."""
    return averaged(lambda c: (c.tn, c.tn + c.fp), target, pred, weights, average, zero_division)


@rate("TN / (TN + FN)", bounds=(0, 1), best=1, aliases=("npv",), source=EPIDEMIOLOGY)
def negative_predictive_value(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """How much of what is predicted to lack a label lacks it."""
    return averaged(lambda c: (c.tn, c.tn + c.fn), target, pred, weights, average, zero_division)


@rate("FP / (FP + TN)", bounds=(0, 1), best=0, aliases=("fpr", "fall_out"), source=POWERS)
def false_positive_rate(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """How much of what lacks a label is predicted to have it."""
    return averaged(lambda c: (c.fp, c.fp + c.tn), target, pred, weights, average, zero_division)


@rate("FN / (FN + TP)", bounds=(0, 1), best=0, aliases=("fnr", "miss_rate"), source=POWERS)
def false_negative_rate(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """How much of what has a label is predicted to lack it."""
    return averaged(lambda c: (c.fn, c.fn + c.tp), target, pred, weights, average, zero_division)


@rate("FP / (FP + TP)", bounds=(0, 1), best=0, aliases=("fdr",), source="Benjamini & Hochberg 1995, JRSS B 57(1):289")
def false_discovery_rate(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """How much of what is predicted to have a label lacks it."""
    return averaged(lambda c: (c.fp, c.fp + c.tp), target, pred, weights, average, zero_division)


@rate("FN / (FN + TN)", bounds=(0, 1), best=0, source=POWERS)
def false_omission_rate(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """How much of what is predicted to lack a label has it."""
    return averaged(lambda c: (c.fn, c.fn + c.tn), target, pred, weights, average, zero_division)


@rate("P / (P + N)", bounds=(0, 1), source=EPIDEMIOLOGY)
def prevalence(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """How many rows have a label."""
    return averaged(lambda c: (c.tp + c.fn, sum(c)), target, pred, weights, average, zero_division)


@rate("(TP + FP) / (P + N)", bounds=(0, 1), aliases=("detection_prevalence",), source=POWERS)
def predicted_prevalence(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """How many rows are predicted to have a label."""
    return averaged(lambda c: (c.tp + c.fp, sum(c)), target, pred, weights, average, zero_division)


@rate("2·TP / (2·TP + FP + FN)", bounds=(0, 1), best=1, aliases=("f1_score",), sklearn="f1_score", source=TREC)
def f1(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """The harmonic mean of precision and recall."""
    return averaged(lambda c: (2 * c.tp, 2 * c.tp + c.fp + c.fn), target, pred, weights, average, zero_division)


@rate(
    "(1 + β²)·TP / ((1 + β²)·TP + β²·FN + FP)", bounds=(0, 1), best=1, aliases=("fbeta_score",), source=TREC,
    requires=(("beta >= 0", lambda beta: beta >= 0),), trials=({"beta": 0.5}, {"beta": 1.0, "average": "macro"}),
    sklearn="metrics.fbeta_score(y, p, beta=beta, sample_weight=w, average=average, zero_division=zero_division)",
)
def fbeta(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0,
    beta: float = 2.0,
) -> Value:
    """A mean of precision and recall to which recall matters β times as much."""
    by = beta**2
    return averaged(
        lambda c: ((1 + by) * c.tp, (1 + by) * c.tp + by * c.fn + c.fp), target, pred, weights, average, zero_division
    )


@rate(
    "TP / (TP + FP + FN)", bounds=(0, 1), best=1, sklearn="jaccard_score",
    aliases=("jaccard_score", "csi", "critical_success_index", "threat_score"),
    source="Jaccard 1912, New Phytologist 11(2):37",
)
def jaccard_index(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """What has a label and is predicted to, of what has it or is predicted to."""
    return averaged(lambda c: (c.tp, c.tp + c.fp + c.fn), target, pred, weights, average, zero_division)


@rate("TP/P + TN/N − 1", bounds=(-1, 1), best=1, aliases=("informedness", "youden_j", "bookmaker"),
      source="Youden 1950, Cancer 3(1):32")
def bookmaker_informedness(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """Recall and specificity together, less chance."""
    return averaged(
        lambda c: (c.tp * c.tn - c.fp * c.fn, (c.tp + c.fn) * (c.tn + c.fp)), target, pred, weights, average,
        zero_division,
    )


@rate("TP/(TP+FP) + TN/(TN+FN) − 1", bounds=(-1, 1), best=1, source=POWERS)
def markedness(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """Precision and negative predictive value together, less chance."""
    return averaged(
        lambda c: (c.tp * c.tn - c.fp * c.fn, (c.tp + c.fp) * (c.tn + c.fn)), target, pred, weights, average,
        zero_division,
    )


@rate("√(TP/P · TN/N)", bounds=(0, 1), best=1, aliases=("geometric_mean_score",),
      source="Kubat & Matwin 1997, ICML, p. 179")
def g_mean(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """The geometric mean of recall and specificity."""
    return averaged(
        lambda c: (sqrt(c.tp * c.tn), sqrt((c.tp + c.fn) * (c.tn + c.fp))), target, pred, weights, average,
        zero_division,
    )


@rate("TP / √((TP + FP)·(TP + FN))", bounds=(0, 1), best=1, aliases=("ochiai",),
      source="Fowlkes & Mallows 1983, JASA 78(383):553")
def fowlkes_mallows_index(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """The geometric mean of precision and recall."""
    return averaged(
        lambda c: (c.tp, sqrt((c.tp + c.fp) * (c.tp + c.fn))), target, pred, weights, average, zero_division
    )


@rate("√FPR / (√TPR + √FPR)", bounds=(0, 1), best=0, source="Balayla 2020, PLoS ONE 15(10):e0240215")
def prevalence_threshold(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """The prevalence below which precision falls off steepest."""
    return averaged(_prevalence_threshold, target, pred, weights, average, zero_division)


def _prevalence_threshold(c: Any) -> tuple[Number, Number]:
    false, true = sqrt(c.fp * (c.tp + c.fn)), sqrt(c.tp * (c.fp + c.tn))
    return false, true + false


@rate("(TP/P) / (FP/N)", bounds=(0, inf), aliases=("lr_plus",), source="Deeks & Altman 2004, BMJ 329:168",
      sklearn="metrics.class_likelihood_ratios(y, p, sample_weight=w)[0]")
def positive_likelihood_ratio(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = nan
) -> Value:
    """How much a positive prediction multiplies the odds of a label."""
    return averaged(
        lambda c: (c.tp * (c.fp + c.tn), c.fp * (c.tp + c.fn)), target, pred, weights, average, zero_division
    )


@rate("(FN/P) / (TN/N)", bounds=(0, inf), best=0, aliases=("lr_minus",), source="Deeks & Altman 2004, BMJ 329:168",
      sklearn="metrics.class_likelihood_ratios(y, p, sample_weight=w)[1]")
def negative_likelihood_ratio(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = nan
) -> Value:
    """How much a negative prediction multiplies the odds of a label."""
    return averaged(
        lambda c: (c.fn * (c.fp + c.tn), c.tn * (c.tp + c.fn)), target, pred, weights, average, zero_division
    )


@rate("TP·TN / (FP·FN)", bounds=(0, inf), aliases=("dor",), source="Glas et al. 2003, J Clin Epidemiol 56(11):1129")
def diagnostic_odds_ratio(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = nan
) -> Value:
    """The odds of a positive prediction with a label over those without."""
    return averaged(lambda c: (c.tp * c.tn, c.fp * c.fn), target, pred, weights, average, zero_division)


@rate("(TP/(TP+FP)) / (P/(P+N))", bounds=(0, inf), source="Brin et al. 1997, SIGMOD Record 26(2):255")
def lift(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = nan
) -> Value:
    """How much oftener a label occurs where it is predicted than anywhere."""
    return averaged(
        lambda c: (c.tp * sum(c), (c.tp + c.fp) * (c.tp + c.fn)), target, pred, weights, average, zero_division
    )


@rate("4·TP·TN / (4·TP·TN + (TP + TN)·(FP + FN))", bounds=(0, 1), best=1, source="Sitarz 2022, arXiv:2210.11997")
def p4(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """The harmonic mean of precision, recall, specificity and negative predictive value."""
    return averaged(_p4, target, pred, weights, average, zero_division)


def _p4(c: Any) -> tuple[Number, Number]:
    right = 4 * c.tp * c.tn
    return right, right + (c.tp + c.tn) * (c.fp + c.fn)


@rate("(TP·TN − FP·FN) / (TP·TN + FP·FN)", bounds=(-1, 1), best=1, source="Yule 1900, Phil Trans R Soc A 194:257")
def yules_q(
    target: Labels, pred: Labels, weights: Weights = None, average: str = "binary", zero_division: float = 0.0
) -> Value:
    """How the odds of a positive prediction hang together with the label."""
    return averaged(
        lambda c: (c.tp * c.tn - c.fp * c.fn, c.tp * c.tn + c.fp * c.fn), target, pred, weights, average, zero_division
    )
