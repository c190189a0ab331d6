"""The one place where a name leads to its card, and, on use, to its kernel."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from dlc.reference.activations import ACTIVATIONS, ActivationCard
from dlc.reference.costs import COSTS, PENALTIES
from dlc.reference.family import Card, Family, UnknownNameError
from dlc.reference.initializer_family import INITIALIZERS
from dlc.reference.losses import LOSSES, LossCard
from dlc.reference.metrics import METRICS
from dlc.reference.norms import NORMS, NormCard
from dlc.reference.objectives import OBJECTIVES
from dlc.reference.optimizers import MODIFIERS, OPTIMIZERS, SCHEDULES
from dlc.reference.problems import PROBLEMS
from dlc.reference.regularizer_family import REGULARIZERS

if TYPE_CHECKING:
    from dlc.kernels.lift import ArrayKernel
    from dlc.kernels.loss_lift import LossKernel
    from dlc.kernels.norms import Norm

FAMILIES: dict[str, Family[Any]] = {
    family.kind: family
    for family in (
        ACTIVATIONS,
        OPTIMIZERS,
        MODIFIERS,
        SCHEDULES,
        PROBLEMS,
        LOSSES,
        OBJECTIVES,
        METRICS,
        COSTS,
        PENALTIES,
        NORMS,
        INITIALIZERS,
        REGULARIZERS,
    )
}


def all_names() -> list[str]:
    """Every name of every family, aliases included."""
    return [name for family in FAMILIES.values() for name in family.names]


def find(name: str) -> list[tuple[Family[Any], Card]]:
    """The families that have NAME, each with its card: mse is a loss and a metric. Raises UnknownNameError."""
    found = [(family, family[name]) for family in FAMILIES.values() if name in family]
    if not found:
        raise UnknownNameError("entry", name, dict.fromkeys(all_names()))
    return found


def complete(*families: Family[Any]) -> Callable[[str], list[str]]:
    """What a shell may complete a name of FAMILIES to."""

    def names(incomplete: str) -> list[str]:
        return [name for family in families for name in family.names if name.startswith(incomplete)]

    return names


ORDERS = ("", "_grad", "_grad2")  # what a kernel's name ends in: value, derivative, second derivative


def array_kernel(card: ActivationCard, order: int = 0, *, wrt: str = "") -> "ArrayKernel":
    """The compiled kernel, for arrays, of an activation's derivative of this ORDER, or of that by a parameter (WRT).

    A function of a vector works along the last axis; its order 1 is the product of a vector v with its Jacobian.
    """
    # A kernel's file has the name of its reference's.
    module = (card.vjp if card.vector else card.grad).__module__.rpartition(".")[2]
    if card.vector:
        return _rowwise(module, card.name + ("_vjp" if order else ""), len(card.knobs), card.width, bool(order))
    return _elementwise(module, card.name + (f"_wrt_{wrt}" if wrt else ORDERS[order]), len(card.knobs))


@cache
def _elementwise(module: str, name: str, params: int) -> "ArrayKernel":
    from dlc.kernels.lift import ElementwiseKernel

    return ElementwiseKernel(module, name, params)


@cache
def _rowwise(module: str, name: str, params: int, width: Callable[..., int], product: bool) -> "ArrayKernel":
    from dlc.kernels.rows import RowwiseKernel

    return RowwiseKernel(module, name, params, width, product=product)


def loss_kernel(card: LossCard) -> "LossKernel":
    """The compiled kernel of a loss: values and gradient of arrays of predictions and targets."""
    return _loss(card.name)


@cache
def _loss(name: str) -> "LossKernel":
    from dlc.kernels.loss_lift import LossKernel, RowLossKernel

    card = LOSSES[name]
    module, knobs = card.function.__module__.rpartition(".")[2], tuple(card.knobs)
    if not card.row:
        return LossKernel(module, name, len(knobs))

    def by_position(length: Callable[..., int]) -> Callable[..., int]:
        return lambda columns, *params: length(columns, **dict(zip(knobs, params, strict=True)))

    return RowLossKernel(module, name, len(knobs), by_position(card.width), by_position(card.note_length))


def norm_kernel(card: NormCard) -> "Norm":
    """The compiled kernel of a normalisation."""
    from dlc.kernels import norms

    return norms.NORMS[card.name]
