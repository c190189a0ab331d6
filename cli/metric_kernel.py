"""Where a metric's card leads to its kernel."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from dlc.reference.metric_family import MetricCard


def metric_kernel(card: MetricCard) -> Callable[..., Any]:
    """The kernel of a metric: the function of that name in the file of kernels that is called as its reference's."""
    module = import_module(card.function.__module__.replace("dlc.reference", "dlc.kernels"))
    kernel: Callable[..., Any] = getattr(module, card.name)
    return kernel


def judged(card: MetricCard, function: Callable[..., Any], target: Any, pred: Any, weights: Any, **knobs: Any) -> Any:
    """FUNCTION, the reference or the kernel of a metric, of data that may be weighted. Raises ValueError."""
    if weights is None:
        return function(target, pred, **knobs)
    if not card.weights:
        raise ValueError(f"{card.name} takes no weights: leave them out")
    return function(target, pred, weights, **knobs)
