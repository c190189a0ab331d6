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
ROWS = 2_000_000  # that are drawn for a metric by default
MOST_ROWS = 1_000_000  # of data that are resampled without being asked

Judge = Callable[[Any, Any, Any], float]


def default_resamples(rows: int) -> int:
    """As many as are done in a while."""
    return 0 if rows > MOST_ROWS else min(MOST, max(LEAST, ROWS // rows))


def intervals(
    judges: Mapping[str, tuple[Judge, str]], data: Mapping[str, "Data"], resamples: int, seed: int
) -> dict[str, tuple[float, float] | None]:
    """The interval of each metric; None where it has no value in half of the resamples or more.

    JUDGES are metrics with the kind of DATA each takes. In one resample all see the same rows.
    """
    if not resamples:
        return dict.fromkeys(judges)
    # Where scores are sorted once, they need not be sorted in each resample.
    first = next(iter(data.values()))
    order = np.argsort(first.pred, kind="stable") if first.pred.ndim == 1 else np.arange(len(first.pred))
    values = {name: np.empty(resamples) for name in judges}
    for i in progress.over(range(resamples), "resampling", total=resamples):
        random = np.random.default_rng([seed, i])
        places = order[np.sort(random.integers(len(order), size=len(order)))]
        drawn = {kind: _rows(each, places) for kind, each in data.items()}
        for name, (judge, kind) in judges.items():
            values[name][i] = _value(judge, drawn[kind])
    return {name: _interval(found) for name, found in values.items()}


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
    low, high = np.percentile(defined, PERCENTILES)
    return float(low), float(high)
