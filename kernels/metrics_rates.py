"""Kernels of metrics of one label against the rest: numerators and denominators, for one label or arrays of labels."""

from collections.abc import Callable
from math import nan
from typing import Any

import numpy as np

from dlc.kernels.tallies import Rate, averaged


def metric(rate: Rate, undefined: float = 0.0) -> Callable[..., Any]:
    """The quotient of RATE, averaged over labels, as a kernel; 0/0 is UNDEFINED by default."""

    def kernel(
        target: Any, pred: Any, weights: Any = None, average: str = "binary", zero_division: float = undefined
    ) -> Any:
        return averaged(rate, target, pred, weights, average, zero_division)

    return kernel


precision = metric(lambda tp, fp, fn, tn: (tp, tp + fp))
recall = metric(lambda tp, fp, fn, tn: (tp, tp + fn))
specificity = metric(lambda tp, fp, fn, tn: (tn, tn + fp))
negative_predictive_value = metric(lambda tp, fp, fn, tn: (tn, tn + fn))
false_positive_rate = metric(lambda tp, fp, fn, tn: (fp, fp + tn))
false_negative_rate = metric(lambda tp, fp, fn, tn: (fn, fn + tp))
false_discovery_rate = metric(lambda tp, fp, fn, tn: (fp, fp + tp))
false_omission_rate = metric(lambda tp, fp, fn, tn: (fn, fn + tn))
prevalence = metric(lambda tp, fp, fn, tn: (tp + fn, tp + fp + fn + tn))
predicted_prevalence = metric(lambda tp, fp, fn, tn: (tp + fp, tp + fp + fn + tn))
f1 = metric(lambda tp, fp, fn, tn: (2 * tp, 2 * tp + fp + fn))
jaccard_index = metric(lambda tp, fp, fn, tn: (tp, tp + fp + fn))
bookmaker_informedness = metric(lambda tp, fp, fn, tn: (tp * tn - fp * fn, (tp + fn) * (tn + fp)))
markedness = metric(lambda tp, fp, fn, tn: (tp * tn - fp * fn, (tp + fp) * (tn + fn)))
g_mean = metric(lambda tp, fp, fn, tn: (np.sqrt(tp * tn), np.sqrt((tp + fn) * (tn + fp))))
fowlkes_mallows_index = metric(lambda tp, fp, fn, tn: (tp, np.sqrt((tp + fp) * (tp + fn))))
positive_likelihood_ratio = metric(lambda tp, fp, fn, tn: (tp * (fp + tn), fp * (tp + fn)), nan)
negative_likelihood_ratio = metric(lambda tp, fp, fn, tn: (fn * (fp + tn), tn * (tp + fn)), nan)
diagnostic_odds_ratio = metric(lambda tp, fp, fn, tn: (tp * tn, fp * fn), nan)
lift = metric(lambda tp, fp, fn, tn: (tp * (tp + fp + fn + tn), (tp + fp) * (tp + fn)), nan)
p4 = metric(lambda tp, fp, fn, tn: (4 * tp * tn, 4 * tp * tn + (tp + tn) * (fp + fn)))
yules_q = metric(lambda tp, fp, fn, tn: (tp * tn - fp * fn, tp * tn + fp * fn))


@metric
def prevalence_threshold(tp, fp, fn, tn):
    """√(FPR·P·N) and √(TPR·P·N) + √(FPR·P·N)."""
    false = np.sqrt(fp * (tp + fn))
    return false, np.sqrt(tp * (fp + tn)) + false


def fbeta(
    target: Any, pred: Any, weights: Any = None, average: str = "binary", zero_division: float = 0.0, beta: float = 2.0
) -> Any:
    """(1 + β²)·TP by (1 + β²)·TP + β²·FN + FP."""
    by = beta**2

    def rate(tp: Any, fp: Any, fn: Any, tn: Any) -> tuple[Any, Any]:
        return (1 + by) * tp, (1 + by) * tp + by * fn + fp

    return averaged(rate, target, pred, weights, average, zero_division)
