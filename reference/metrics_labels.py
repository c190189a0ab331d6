"""Metrics of predicted labels as a whole: how many are right, and which are taken for which."""

from collections.abc import Sequence
from math import inf, nan

from dlc.reference.metric_family import METRICS
from dlc.reference.numbers import Number, sqrt
from dlc.reference.tallies import Labels, against_rest, is_rows, mean_of_defined, tally
from dlc.reference.weighted import Weights, mean, ratio, total, weight

# A card reads as one entry of a table.
# fmt: off

Rows = Sequence[Sequence[Number]]


@METRICS.card(
    "mean [p = y]", takes="multiclass", also=("binary",), bounds=(0, 1), best=1, aliases=("accuracy_score",),
    sklearn="metrics.accuracy_score(y, p, sample_weight=w)",
    source="Hastie, Tibshirani & Friedman 2009, The Elements of Statistical Learning, section 2.4",
)
def accuracy(target: Labels, pred: Labels, weights: Weights = None) -> Number:
    """How many labels are right; of several labels a row, see exact_match and hamming_loss."""
    return mean([float(p == y) for y, p in zip(target, pred, strict=True)], weights)


@METRICS.card(
    "mean [p ≠ y]", takes="multiclass", also=("binary",), bounds=(0, 1), best=0, aliases=("error_rate",),
    sklearn="metrics.zero_one_loss(y, p, sample_weight=w)",
    source="Hastie, Tibshirani & Friedman 2009, The Elements of Statistical Learning, section 2.4",
)
def zero_one_loss(target: Labels, pred: Labels, weights: Weights = None) -> Number:
    """How many labels are wrong."""
    return 1 - accuracy(target, pred, weights)


@METRICS.card(
    "mean over classes of recall; adjusted: (value − 1/K) / (1 − 1/K)", takes="multiclass", also=("binary",),
    bounds=(-1, 1), best=1, undefined="classes without an example are left out; adjusted, one class is nan",
    aliases=("balanced_accuracy_score",), trials=({"adjusted": True},),
    sklearn="metrics.balanced_accuracy_score(y, p, sample_weight=w, adjusted=adjusted)",
    source="Brodersen et al. 2010, ICPR, p. 3121",
)
def balanced_accuracy(target: Labels, pred: Labels, weights: Weights = None, adjusted: bool = False) -> Number:
    """How many labels are right, each class counted alike; adjusted, guessing is worth 0."""
    recalls = [ratio(c.tp, c.tp + c.fn, nan) for c in against_rest(target, pred, weights)]
    value, chance = mean_of_defined(recalls), ratio(1.0, sum(recall == recall for recall in recalls), nan)
    return ratio(value - chance, 1 - chance, nan) if adjusted else value


@METRICS.card(
    "mean [y_j = p_j], over rows and labels", takes="multilabel", also=("multiclass", "binary"), bounds=(0, 1), best=0,
    sklearn="metrics.hamming_loss(y, p, sample_weight=w)",
    source="Tsoumakas & Katakis 2007, Int. J. Data Warehousing and Mining 3(3):1",
)
def hamming_loss(target: Labels, pred: Labels, weights: Weights = None) -> Number:
    """How many labels are wrong, where a row has several."""
    if not is_rows(target):
        return zero_one_loss(target, pred, weights)
    wrong = [sum(a != b for a, b in zip(y, p, strict=True)) / len(y) for y, p in zip(target, pred, strict=True)]
    return mean(wrong, weights)


@METRICS.card(
    "mean [y_j = p_j for all j]", takes="multilabel", bounds=(0, 1), best=1, aliases=("subset_accuracy",),
    sklearn="metrics.accuracy_score(y, p, sample_weight=w)",
    source="Tsoumakas & Katakis 2007, Int. J. Data Warehousing and Mining 3(3):1",
)
def exact_match(target: Labels, pred: Labels, weights: Weights = None) -> Number:
    """How many rows have all their labels right."""
    return mean([float(list(p) == list(y)) for y, p in zip(target, pred, strict=True)], weights)


@METRICS.card(
    "mean [at most k − 1 classes come before class y]", takes="top-k", bounds=(0, 1), best=1,
    aliases=("top_k_accuracy_score",), requires=(("k >= 1", lambda k: k >= 1),), trials=({"k": 1}, {"k": 3}),
    sklearn="metrics.top_k_accuracy_score(y, p, k=k, sample_weight=w, labels=range(p.shape[1]))",
    peers={"keras": "k is 5 by default"}, source="Russakovsky et al. 2015, IJCV 115(3):211",
)
def top_k_accuracy(target: Labels, pred: Rows, weights: Weights = None, k: int = 2) -> Number:
    """How often the right class is among the k of the highest scores; of equal scores, the later class comes first."""
    def place(label: int, scores: Sequence[Number]) -> int:
        own = scores[label]
        return sum(s > own or (s == own and j > label) for j, s in enumerate(scores))

    return mean([float(place(y, scores) < k) for y, scores in zip(target, pred, strict=True)], weights)


NORMALISED = ("none", "true", "pred", "all")


@METRICS.card(
    "C_ij = Σ w·[y = i, p = j]", takes="multiclass", also=("binary",), bounds=(0, inf), many=True,
    choices={"normalize": NORMALISED}, undefined="normalized, a row or column of nothing is 0",
    sklearn="metrics.confusion_matrix(y, p, sample_weight=w, normalize=normalize, labels=range(max(*y, *p) + 1))",
    source="Stehman 1997, Remote Sensing of Environment 62(1):77",
)
def confusion_matrix(
    target: Labels, pred: Labels, weights: Weights = None, normalize: str = "none"
) -> list[list[Number]]:
    """How many of class i, a row, are taken for class j, a column; normalized over rows, columns or all."""
    count = max(*target, *pred) + 1
    matrix: list[list[Number]] = [[0] * count for _ in range(count)]
    for y, p, w in zip(target, pred, [1] * len(target) if weights is None else weights, strict=True):
        matrix[y][p] += w
    sums = {
        "none": lambda i, j: 1,
        "true": lambda i, j: sum(matrix[i]),
        "pred": lambda i, j: sum(row[j] for row in matrix),
        "all": lambda i, j: sum(map(sum, matrix)),
    }
    return [[ratio(cell, sums[normalize](i, j), 0) for j, cell in enumerate(row)] for i, row in enumerate(matrix)]


@METRICS.card(
    "((TN, FP), (FN, TP)) of each label", takes="multilabel", also=("multiclass", "binary"), bounds=(0, inf), many=True,
    trials=({"samplewise": True},),
    sklearn="metrics.multilabel_confusion_matrix(y, p, sample_weight=w, samplewise=samplewise)",
    source="Read et al. 2011, Machine Learning 85(3):333",
)
def multilabel_confusion_matrix(
    target: Labels, pred: Labels, weights: Weights = None, samplewise: bool = False
) -> list[list[list[Number]]]:
    """A confusion matrix of each label against the rest; samplewise, of each row's labels."""
    if samplewise:
        if not is_rows(target):
            raise ValueError("samplewise takes rows of 0 and 1")
        shares = [1] * len(target) if weights is None else weights
        tallies = [tally(y, p, [w] * len(y)) for y, p, w in zip(target, pred, shares, strict=True)]
    else:
        tallies = against_rest(target, pred, weights)
    return [[[c.tn, c.fp], [c.fn, c.tp]] for c in tallies]


@METRICS.card(
    "(n·Σ_k C_kk − Σ_k t_k·p_k) / √((n² − Σ t_k²)·(n² − Σ p_k²)),  t_k, p_k how often k is the class, is predicted",
    takes="multiclass", also=("binary",), bounds=(-1, 1), best=1, aliases=("mcc", "phi_coefficient", "r_k"),
    undefined="where targets or predictions are all of one class, it is 0",
    sklearn="metrics.matthews_corrcoef(y, p, sample_weight=w)",
    source="Gorodkin 2004, Computational Biology and Chemistry 28(5):367",
)
def matthews_corrcoef(target: Labels, pred: Labels, weights: Weights = None) -> Number:
    """The correlation of predicted and true classes."""
    shares = [1] * len(target) if weights is None else weights
    seen = [(y, p) for y, p, w in zip(target, pred, shares, strict=True) if w > 0]
    if any(len(set(labels)) < 2 for labels in zip(*seen, strict=True)):
        return 0.0
    n = weight(target, weights)
    right = total([float(y == p) for y, p in zip(target, pred, strict=True)], weights)
    tallies = against_rest(target, pred, weights)
    true, predicted = [c.tp + c.fn for c in tallies], [c.tp + c.fp for c in tallies]
    over = n * right - sum(t * p for t, p in zip(true, predicted, strict=True))
    return over / sqrt((n**2 - sum(t**2 for t in true)) * (n**2 - sum(p**2 for p in predicted)))
