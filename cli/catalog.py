"""The one place where a name leads to its card, and, on use, to its kernel."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from dlc.reference.activations import ACTIVATIONS, ActivationCard
from dlc.reference.family import Card, Family, UnknownNameError
from dlc.reference.optimizers import OPTIMIZERS
from dlc.reference.problems import PROBLEMS

if TYPE_CHECKING:
    from dlc.kernels.lift import ArrayKernel

FAMILIES: dict[str, Family[Any]] = {family.kind: family for family in (ACTIVATIONS, OPTIMIZERS, PROBLEMS)}


def all_names() -> list[str]:
    """Every name of every family, aliases included."""
    return [name for family in FAMILIES.values() for name in family.names]


def find(name: str) -> tuple[Family[Any], Card]:
    """The family and card of NAME in any family. Raises UnknownNameError."""
    for family in FAMILIES.values():
        if name in family:
            return family, family[name]
    raise UnknownNameError("entry", name, all_names())


def complete(*families: Family[Any]) -> Callable[[str], list[str]]:
    """What a shell may complete a name of FAMILIES to."""

    def names(incomplete: str) -> list[str]:
        return [name for family in families for name in family.names if name.startswith(incomplete)]

    return names


def array_kernel(card: ActivationCard, *, derivative: bool = False, jacobian: bool = False) -> "ArrayKernel":
    """The compiled kernel of an activation's value or derivative, for arrays.

    A vector function works along the last axis; of its derivatives there is the diagonal, or the whole JACOBIAN.
    """
    module = card.grad.__module__.rpartition(".")[2]  # a kernel's file has the name of its reference's
    suffix = "_grad" if jacobian or (derivative and not card.vector) else "_diagonal" if derivative else ""
    return _array_kernel(module, card.name + suffix, card.vector, jacobian, len(card.knobs))


@cache
def _array_kernel(module: str, name: str, vector: bool, jacobian: bool, params: int) -> "ArrayKernel":
    from dlc.kernels.lift import ElementwiseKernel, RowwiseKernel

    return RowwiseKernel(module, name, jacobian=jacobian) if vector else ElementwiseKernel(module, name, params)
