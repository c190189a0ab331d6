"""How far a metric would be off on another sample like this one: bootstrap percentile intervals.

Rows are drawn again, with replacement, as many as there are; the interval holds the middle 95 % of the metric's values.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from dlc.cli import progress

if TYPE_CHECKING:
    from dlc.cli.metric_inputs import Data

PERCENTILES = (2.5, 97.5)
MOST, LEAST = 200, 100  # resamples by default
ROUNDING = 1e-6
ROWS = 2_000_000  # that are drawn for a metric by default
MOST_ROWS = 1_000_000  # of data that are resampled without being asked

Judge = Callable[[Any, Any, Any], float]


def default_resamples(rows: int) -> int:
    """As many as are done in a while."""
    return 0 if rows > MOST_ROWS else min(MOST, max(LEAST, ROWS // rows))


def intervals(
    judges: Mapping[str, tuple[Judge, str]], data: Mapping[str, "Data"], resamples: int, seed: int
) -> dict[str, tuple[float, float] | None]:
    """The interval of each metric; None where it has no value in half of the resamples or more, or is of a series.

    JUDGES are metrics with the kind of DATA each takes. In one resample all see the same rows.
    """
    if not resamples:
        return dict.fromkeys(judges)
    # Where scores are sorted once, they need not be sorted in each resample.
    scores = list(data.values())[-1].pred  # labels, where there are scores too, come before them
    order = np.argsort(scores, kind="stable") if scores.ndim == 1 else np.arange(len(scores))
    # Rows that are drawn have no order in time: a metric for which that counts has no such interval.
    shuffle = np.random.default_rng(seed).permutation(len(order))
    shuffled = {kind: _rows(each, shuffle) for kind, each in data.items()}
    in_order = {kind: (each.target, each.pred, each.weights) for kind, each in data.items()}
    free = {
        name
        for name, (judge, kind) in judges.items()
        if np.isclose(_value(judge, shuffled[kind]), _value(judge, in_order[kind]), rtol=ROUNDING)
    }
    values = {name: np.empty(resamples) for name in free}
    for i in progress.over(range(resamples), "resampling", total=resamples):
        random = np.random.default_rng([seed, i])
        places = order[np.sort(random.integers(len(order), size=len(order)))]
        drawn = {kind: _rows(each, places) for kind, each in data.items()}
        for name in free:
            judge, kind = judges[name]
            values[name][i] = _value(judge, drawn[kind])
    return {name: _interval(values[name]) if name in free else None for name in judges}


def _rows(data: "Data", places: np.ndarray) -> tuple[Any, Any, Any]:
    weights = None if data.weights is None else data.weights[places]
    return data.target[places], data.pred[places], weights


def _value(judge: Judge, data: tuple[Any, Any, Any]) -> float:
    try:
        return judge(*data)
    except ValueError:  # a resample may lack a class
        return float("nan")


def _interval(values: np.ndarray) -> tuple[float, float] | None:
    defined = values[~np.isnan(values)]
    if 2 * len(defined) <= len(values):
        return None
    with np.errstate(invalid="ignore"):  # between infinite values there is nothing
        low, high = np.percentile(defined, PERCENTILES)
    return float(low), float(high)
