"""What early stopping would have done with a curve that is known to its end, by the rules of several libraries."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """When a library stops. Patience counts validations, not epochs, where there are several in one.

    All of them count the validations in a row that are no improvement.
    """

    says: str
    best_moves: bool  # by less than min_delta, too, so that many small steps are no improvement
    counts_ties: bool = False  # an improvement by exactly min_delta is one
    beyond: int = 0  # how many more than `patience` it takes
    stops_at_nan: bool = False  # and at infinity


# As in keras 3.15, lightning 2.6, transformers 4.57, ignite 0.5 and scikit-learn 1.9.
RULES = {
    "keras": Rule("EarlyStopping; restore_best_weights is off by default", best_moves=False),
    "lightning": Rule("EarlyStopping; check_finite is on by default", best_moves=False, stops_at_nan=True),
    "transformers": Rule("EarlyStoppingCallback; min_delta is early_stopping_threshold", best_moves=True),
    "ignite": Rule("EarlyStopping; cumulative_delta is off by default", best_moves=True),
    "sklearn": Rule("n_iter_no_change; min_delta is tol", best_moves=True, counts_ties=True, beyond=1),
}


@dataclass(frozen=True)
class Stop:
    """Where training would have ended, as places in the curve."""

    rules: tuple[str, ...]  # that agree
    patience: int
    end: int  # the last one that is run
    kept: int  # whose weights are the best of those run, if they are restored
    is_early: bool


def stops(values: Sequence[float], patience: int, min_delta: float = 0.0) -> list[Stop]:
    """What each rule does with a loss, by the order of the rules; those that agree are one."""
    found: dict[tuple[int, int, bool], list[str]] = {}
    for name, rule in RULES.items():
        end = _end(values, rule, patience, min_delta)
        is_early = end < len(values)
        last = min(end, len(values) - 1)
        kept = min(range(last + 1), key=lambda i: (math.isnan(values[i]), values[i]))
        found.setdefault((last, kept, is_early), []).append(name)
    return [Stop(tuple(names), patience, *ends) for ends, names in found.items()]


def _end(values: Sequence[float], rule: Rule, patience: int, min_delta: float) -> int:
    """The place after which it stops; the number of VALUES where it does not."""
    best, wait = math.inf, 0
    for place, value in enumerate(values):
        if rule.stops_at_nan and not math.isfinite(value):
            return place
        gain = best - value
        is_better = place == 0 or (gain >= min_delta if rule.counts_ties else gain > min_delta)
        if is_better or (rule.best_moves and gain > 0):
            best = value
        wait = 0 if is_better else wait + 1
        if wait and wait >= patience + rule.beyond:
            return place
    return len(values)
