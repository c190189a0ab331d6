"""Areas under curves of a fixed number of thresholds, as keras counts them: scores from 0 to 1 need no sorting.

Thresholds are i/(n − 1), but the first, which is below all scores, and the last, above all. A rate of nothing is 0.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import inf

from dlc.reference.metric_family import METRICS
from dlc.reference.numbers import Number, log
from dlc.reference.weighted import Numbers, Weights, ratio, total

ENOUGH = (("thresholds >= 2", lambda thresholds: thresholds >= 2),)

# A card reads as one entry of a table.
# fmt: off


def counts(target: Sequence[int], pred: Numbers, weights: Weights, thresholds: int) -> list[tuple[Number, Number]]:
    """TP and FP of every threshold, from the lowest."""
    cuts = [-inf, *(i / (thresholds - 1) for i in range(1, thresholds - 1)), inf]
    return [tuple(total([(p > cut) * (y == label) for y, p in zip(target, pred, strict=True)], weights)
                  for label in (1, 0)) for cut in cuts]


@METRICS.card(
    "Σ (FPRᵢ − FPRᵢ₊₁)·(TPRᵢ + TPRᵢ₊₁)/2 over thresholds", takes="curve", bounds=(0, 1), best=1,
    requires=ENOUGH, trials=({"thresholds": 20},),
    source="keras 3.15 documentation, keras.metrics.AUC",
)
def binned_roc_auc(target: Sequence[int], pred: Numbers, weights: Weights = None, thresholds: int = 200) -> Number:
    """Area under the ROC curve of a fixed number of thresholds."""
    found = counts(target, pred, weights, thresholds)
    rates = [(ratio(tp, found[0][0], 0.0), ratio(fp, found[0][1], 0.0)) for tp, fp in found]
    return sum((fpr - lower) * (tpr + less) / 2 for (tpr, fpr), (less, lower) in pairwise(rates))


@METRICS.card(
    "Σ s·(ΔTP + c·log(Pᵢ/Pᵢ₊₁)) / TP₀ over thresholds,  P = TP + FP, s = ΔTP/ΔP, c = TPᵢ₊₁ − s·Pᵢ₊₁",
    takes="curve", bounds=(0, 1), requires=ENOUGH, trials=({"thresholds": 20},),
    source="Davis & Goadrich 2006, ICML, page 233; keras 3.15 documentation, keras.metrics.AUC",
)
def binned_pr_auc(target: Sequence[int], pred: Numbers, weights: Weights = None, thresholds: int = 200) -> Number:
    """Area under the precision-recall curve of a fixed number of thresholds; between two TP grows linearly with P."""
    found, area = counts(target, pred, weights, thresholds), 0.0
    for (tp, fp), (less_tp, less_fp) in pairwise(found):
        positive, less = tp + fp, less_tp + less_fp
        slope = ratio(tp - less_tp, positive - less, 0.0)
        bend = (less_tp - slope * less) * log(positive / less) if positive > 0 and less > 0 else 0.0
        area += slope * (tp - less_tp + bend)
    return ratio(area, found[0][0], 0.0)
