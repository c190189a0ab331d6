"""Losses of other libraries, called as their conventions say: torch and keras on torch's arrays, optax on jax's."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dlc.cli import libraries
from dlc.reference.loss_convention import LossConvention
from dlc.reference.losses import LOSSES

if TYPE_CHECKING:
    import numpy as np


@cache
def loss_namespace(library: str) -> dict[str, Any]:
    """What calls of losses are written with."""
    if library == "optax":
        return {**libraries.namespace("jax"), "optax": import_module("optax")}
    return libraries.namespace(library)


def called(
    library: str,
    found: LossConvention,
    call: str,
    tensor: Callable[[Any], Any],
    pred: Any,
    t: "np.ndarray",
    weights: Any = None,
) -> Any:
    """What CALL is, of predictions and targets as it wants them."""
    card, target = LOSSES[found.card], tensor(as_taken(found, t))
    width = pred.shape[-1] // card.parts if card.row else 0
    parts = {name.replace(" ", "_"): pred[..., i * width : (i + 1) * width] for i, name in enumerate(card.names)}
    return eval(call, {**loss_namespace(library), "p": pred, "t": target, "w": weights, **parts})


def as_taken(found: LossConvention, t: "np.ndarray") -> "np.ndarray":
    """Targets as the library wants them: classes as whole numbers, and one target of a row by itself."""
    import numpy as np

    card = LOSSES[found.card]
    if card.row and card.target in ("class", "sign", "label", "number"):
        t = t[..., 0]
    return t.astype(np.int64) if card.target == "class" else t
