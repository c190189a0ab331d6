"""Values and gradients of a loss as a library has them, and what it divides their sum by."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dlc.cli.catalog import loss_kernel
from dlc.reference.loss_convention import LossConvention
from dlc.reference.losses import LossCard

if TYPE_CHECKING:
    import numpy as np

JUMP = 0.1  # where gradients on both sides of a number differ by more, it is a kink


def values_there(
    card: LossCard, found: LossConvention | None, params: Mapping[str, float], p: "np.ndarray", t: "np.ndarray"
) -> "tuple[np.ndarray, np.ndarray]":
    """Values, and the gradient of each; at a kink it is what the library takes of the steeper side's."""
    import numpy as np

    def computed(pred: "np.ndarray") -> "tuple[np.ndarray, np.ndarray]":
        values, gradient = np.empty(p.shape[:-1] if card.row else p.shape), np.empty_like(p)
        loss_kernel(card)(pred, t, *params.values(), values=values, gradient=gradient)
        return values, gradient

    values, gradient = computed(p)
    if found is None or not found.kink:
        return values, gradient
    left, right = (computed(np.nextafter(p, p.dtype.type(side)))[1] for side in (-np.inf, np.inf))
    steeper = np.where(abs(left) > abs(right), left, right)
    return values, np.where((gradient == 0) & (abs(left - right) > JUMP), found.kink * steeper, gradient)


def divisor(reduction: str, values: "np.ndarray", p: "np.ndarray", weights: "np.ndarray | None" = None) -> float:
    """What the sum of the values of predictions p is divided by; WEIGHTS where a mean is by their sum."""
    if reduction == "mean" and weights is not None:
        return float(weights.sum())
    return float({"mean": values.size, "elements": p.size, "batch": len(p)}.get(reduction, 1))
