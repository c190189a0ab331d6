"""The one place where a name leads to its card, and, on use, to its kernel."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dlc.reference.activations import ACTIVATIONS
from dlc.reference.family import Card, Family, UnknownNameError

if TYPE_CHECKING:
    from dlc.kernels.lift import ElementwiseKernel

FAMILIES: dict[str, Family[Any]] = {family.kind: family for family in (ACTIVATIONS,)}


def find(name: str) -> tuple[Family[Any], Card]:
    """The family and card of NAME in any family. Raises UnknownNameError."""
    for family in FAMILIES.values():
        if name in family:
            return family, family[name]
    raise UnknownNameError("entry", name, [known for family in FAMILIES.values() for known in family.names])
