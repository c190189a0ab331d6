"""Metrics of probabilities: proper scores, least where predictions are the true probabilities."""

from collections.abc import Sequence
from math import inf, nan
from typing import Any

from dlc.reference.metric_family import METRICS
from dlc.reference.numbers import Number, exp, log, sqrt
from dlc.reference.weighted import EPSILON, Numbers, Weights, mean, ratio

# A card reads as one entry of a table.
# fmt: off

Labels = Sequence[int]
Probabilities = Sequence[Any]  # of label 1, or a row of them for each example, one for each class


def by_class(pred: Probabilities) -> Probabilities:
    """A row of probabilities for each example; a probability p of label 1 becomes (1 − p, p)."""
    return pred if isinstance(pred[0], (list, tuple)) else [(1 - p, p) for p in pred]


def is_class(target: Labels, count: int) -> list[list[int]]:
    """A row of 0 and one 1 for each label."""
    return [[int(y == k) for k in range(count)] for y in target]


def frequencies(target: Labels, count: int, weights: Weights = None) -> list[Number]:
    """How often each class occurs."""
    return [mean(column, weights) for column in zip(*is_class(target, count), strict=True)]


def clipped(p: Number, epsilon: Number) -> Number:
    """P between ε and 1 − ε."""
    return min(max(p, epsilon), 1 - epsilon)


LABELS = "labels=range(p.shape[1]) if p.ndim > 1 else [0, 1]"
EPSILON_RULE = (("0 <= epsilon < 0.5", lambda epsilon: 0 <= epsilon < 0.5),)


@METRICS.card(
    "mean −ln p_y,  p between ε and 1 − ε", takes="probability", bounds=(0, inf), best=0, requires=EPSILON_RULE,
    trials=({"epsilon": 1e-7},), sklearn=f"metrics.log_loss(y, p, sample_weight=w, {LABELS})",
    source="Good 1952, JRSS B 14(1):107",
)
def log_loss(target: Labels, pred: Probabilities, weights: Weights = None, epsilon: float = EPSILON) -> Number:
    """The mean negative logarithm of the probability of what happened."""
    return mean([-log(clipped(row[y], epsilon)) for y, row in zip(target, by_class(pred), strict=True)], weights)


@METRICS.card(
    "e^(log loss)", takes="probability", bounds=(1, inf), best=1, requires=EPSILON_RULE, trials=({"epsilon": 1e-7},),
    source="Jelinek et al. 1977, J. Acoust. Soc. Am. 62(S1):S63",
)
def perplexity(target: Labels, pred: Probabilities, weights: Weights = None, epsilon: float = EPSILON) -> Number:
    """Of how many equally likely classes the predictions leave one as much in doubt."""
    return exp(log_loss(target, pred, weights, epsilon))


@METRICS.card(
    "1 − log loss / log loss of the classes' frequencies", takes="probability", bounds=(-inf, 1), best=1,
    undefined="nan for one row or one class", aliases=("d2_log_loss_score",),
    sklearn=f"metrics.d2_log_loss_score(y, p, sample_weight=w, {LABELS})",
    source="Cameron & Windmeijer 1997, J. Econometrics 77(2):329",
)
def d2_log_loss(target: Labels, pred: Probabilities, weights: Weights = None) -> Number:
    """How much of the log loss of always predicting the classes' frequencies is explained."""
    shares = frequencies(target, len(by_class(pred)[0]), weights)
    if len(target) < 2 or max(shares) == 1:
        return nan
    return 1 - log_loss(target, pred, weights) / log_loss(target, [shares] * len(target), weights)


@METRICS.card(
    "mean Σ_k (p_k − [y = k])²; of two classes half of that", takes="probability", bounds=(0, 2), best=0,
    aliases=("brier_score_loss",), sklearn=f"metrics.brier_score_loss(y, p, sample_weight=w, {LABELS})",
    source="Brier 1950, Monthly Weather Review 78(1):1",
)
def brier_score(target: Labels, pred: Probabilities, weights: Weights = None) -> Number:
    """The mean squared error of probabilities."""
    rows = by_class(pred)
    wanted = is_class(target, len(rows[0]))
    squares = [sum((a - b) ** 2 for a, b in zip(p, y, strict=True)) for p, y in zip(rows, wanted, strict=True)]
    return mean(squares, weights) / (2 if len(rows[0]) == 2 else 1)


@METRICS.card(
    "1 − Brier score / Brier score of the classes' frequencies", takes="probability", bounds=(-inf, 1), best=1,
    undefined="nan for one row or one class", aliases=("d2_brier_score",),
    sklearn=f"metrics.d2_brier_score(y, p, sample_weight=w, {LABELS})",
    source="Murphy 1973, J. Appl. Meteorology 12(4):595",
)
def brier_skill(target: Labels, pred: Probabilities, weights: Weights = None) -> Number:
    """How much better the Brier score is than that of always predicting the classes' frequencies."""
    shares = frequencies(target, len(by_class(pred)[0]), weights)
    if len(target) < 2 or max(shares) == 1:
        return nan
    return 1 - brier_score(target, pred, weights) / brier_score(target, [shares] * len(target), weights)


@METRICS.card(
    "mean p_y / √(Σ_k p_k²)", takes="probability", bounds=(0, 1), best=1,
    source="Gneiting & Raftery 2007, JASA 102(477):359",
)
def spherical_score(target: Labels, pred: Probabilities, weights: Weights = None) -> Number:
    """The cosine between the probabilities and what happened."""
    return mean(
        [row[y] / sqrt(sum(p * p for p in row)) for y, row in zip(target, by_class(pred), strict=True)], weights
    )


@METRICS.card(
    "mean max(0, 1 − s),  s = ±score, or the score of class y less the greatest other", takes="margin",
    bounds=(0, inf), peers={"scikit-learn": "targets that are all 1 count as 0 there"},
    sklearn=f"metrics.hinge_loss(y, p, sample_weight=w, {LABELS})",
    source="Crammer & Singer 2001, JMLR 2:265",
)
def hinge_loss(target: Labels, pred: Probabilities, weights: Weights = None) -> Number:
    """By how much scores miss a margin of 1."""
    if isinstance(pred[0], (list, tuple)):
        margins = [row[y] - max(s for k, s in enumerate(row) if k != y) for y, row in zip(target, pred, strict=True)]
    else:
        margins = [score if y else -score for y, score in zip(target, pred, strict=True)]
    return mean([max(0, 1 - margin) for margin in margins], weights)


@METRICS.card(
    "Σ (y − p)·(1 − 2p) / √(Σ (1 − 2p)²·p·(1 − p))", takes="probability", weights=False,
    undefined="nan where every p is 0, ½ or 1; takes two classes",
    source="Spiegelhalter 1986, Statistics in Medicine 5(5):421",
)
def spiegelhalter_z(target: Labels, pred: Numbers) -> Number:
    """How many standard deviations calibration is off: a normal deviate where probabilities are true."""
    if isinstance(pred[0], (list, tuple)):
        raise ValueError("spiegelhalter_z takes the probabilities of label 1, of two classes")
    off = sum((y - p) * (1 - 2 * p) for y, p in zip(target, pred, strict=True))
    return ratio(off, sqrt(sum((1 - 2 * p) ** 2 * p * (1 - p) for p in pred)), nan)
