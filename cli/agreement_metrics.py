"""Metric kernels against the reference, on data with ties, missing classes and weights.

An error is relative to the larger of 1 and the reference's number; where one side has none, neither has the other.
"""

from collections.abc import Callable, Iterator
from math import inf, isnan
from typing import Any

from dlc.cli.agreement import Agreement
from dlc.cli.metric_kernel import judged, metric_kernel
from dlc.reference.metric_family import MetricCard


def check_metric(card: MetricCard) -> Iterator[Agreement]:
    """The worst error over all cases of all kinds of data that the metric takes, with every setting of parameters."""
    from dlc.cli.metric_cases import cases

    kernel = metric_kernel(card)
    worst, where, count = -1.0, "", 0
    for kind in card.kinds:
        for label, target, pred, weights in cases(kind):
            if weights is not None and not card.weights:
                continue
            listed = target.tolist(), pred.tolist(), None if weights is None else weights.tolist()
            for setting in card.settings:
                exact = numbers(lambda: judged(card, card.function, *listed, **setting))  # noqa: B023
                found = numbers(lambda: judged(card, kernel, target, pred, weights, **setting))  # noqa: B023
                count += 1
                error = difference(found, exact)
                if error > worst:
                    said = "".join(f", {name}={value}" for name, value in setting.items())
                    worst, where = error, f"{kind}: {label}{said}"
    yield Agreement(card.name, "value", "float64", worst, "relative", where, card.agreement, count)


def numbers(compute: Callable[[], Any]) -> list[float] | None:
    """All numbers of a result in order; None where it is refused."""
    try:
        return list(flat(compute()))
    except ValueError:
        return None


def flat(result: Any) -> Iterator[float]:
    """The numbers in nested sequences, from the first."""
    if hasattr(result, "tolist"):
        result = result.tolist()
    if isinstance(result, (list, tuple)):
        for each in result:
            yield from flat(each)
    else:
        yield float(result)


def difference(found: list[float] | None, exact: list[float] | None) -> float:
    """The greatest error; infinite where only one side is defined, or their lengths differ."""
    if found is None or exact is None:
        return 0.0 if found is exact else inf
    if len(found) != len(exact):
        return inf
    return max(map(_error, found, exact), default=0.0)


def _error(found: float, exact: float) -> float:
    if found == exact or (isnan(found) and isnan(exact)):
        return 0.0
    error = abs(found - exact) / max(1.0, abs(exact))
    return inf if isnan(error) else error
