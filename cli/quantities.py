"""What a function of a number has: its value and derivatives, each with the reference's formula and the kernel."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from dlc.cli.catalog import array_kernel
from dlc.reference.activations import ActivationCard

if TYPE_CHECKING:
    from dlc.kernels.lift import ArrayKernel


@dataclass(frozen=True)
class Quantity:
    """One function that belongs to a card: f, f′, f″, or the derivative by a learnable parameter."""

    card: ActivationCard
    label: str
    symbol: str  # f, f', f'', df/dalpha for the name f
    function: Callable[..., Any]
    load: Callable[[], "ArrayKernel"]

    def bound(self, dtype: str) -> float:
        """The worst error in ulp that the card allows."""
        return self.card.ulp[dtype][self.label != "value"]

    @property
    def kernel(self) -> "ArrayKernel":
        """The compiled kernel, for arrays."""
        return self.load()


def quantities(card: ActivationCard) -> Iterator[Quantity]:
    """All that CARD, of a function of a number, has."""
    labels = ("value", "derivative", "second derivative")
    for order, (label, function) in enumerate(zip(labels, card.orders, strict=True)):
        yield Quantity(card, label, card.name + "'" * order, function, partial(array_kernel, card, order))
    for name, function in card.partials.items():
        label = f"derivative by {name}"
        yield Quantity(card, label, f"d{card.name}/d{name}", function, partial(array_kernel, card, wrt=name))
