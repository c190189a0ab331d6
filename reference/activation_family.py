"""The family of activation functions, and what is declared of each.

Each takes a number of any kind that dlc.reference.numbers understands. At a kink the derivative is that of the flat
side, as in torch.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from dlc.reference.family import Card, Family

# Worst error allowed, in units in the last place: (value, any derivative) for each type.
ULP = {"float32": (1.0, 2.0), "float64": (2.0, 4.0)}

Places = tuple[float, ...] | Callable[..., tuple[float, ...]]  # a function of the parameters, if they matter


@dataclass(frozen=True, kw_only=True)
class ActivationCard(Card):
    """What is declared of an activation function; facts hold for the default parameters."""

    grad: Callable[..., Any] = field(repr=False)
    grad2: Callable[..., Any] | None = field(default=None, repr=False)  # of a function of a number: every one has it
    partials: Mapping[str, Callable[..., Any]] = field(default_factory=dict, repr=False)  # by learnable parameters
    derivative: str
    domain: tuple[float, float] = (-inf, inf)
    bounds: tuple[float, float] = (-inf, inf)
    monotone: bool = False
    symmetry: str = ""  # "odd" or "even"
    kinks: Places = ()  # where the value or the first derivative jumps
    bends: Places = ()  # where only the second derivative jumps
    diagonal: Callable[..., Any] | None = field(default=None, repr=False)  # of the Jacobian that a vector function has
    ulp: dict[str, tuple[float, float]] = field(default_factory=lambda: dict(ULP))

    @property
    def vector(self) -> bool:
        """Whether it takes a vector; its derivative is then a Jacobian."""
        return self.diagonal is not None

    @property
    def orders(self) -> tuple[Callable[..., Any], ...]:
        """Value, first and second derivative, as far as there are any."""
        return tuple(function for function in (self.function, self.grad, self.grad2) if function)

    def kinks_at(self, params: Mapping[str, float]) -> list[float]:
        """Where value or derivative jumps, for these parameters."""
        return _places(self.kinks, params)

    def bends_at(self, params: Mapping[str, float]) -> list[float]:
        """Where only the second derivative jumps, for these parameters."""
        return _places(self.bends, params)

    def facts(self) -> list[tuple[str, str]]:
        """Formula, derivatives and what else is declared, as (label, text)."""
        rows = [("formula", self.formula), ("derivative", self.derivative)]
        if self.grad2:
            rows.append(("second derivative", _formula(self.grad2)))
        rows += [(f"∂f/∂{name}", _formula(partial)) for name, partial in self.partials.items()]
        if self.domain != (-inf, inf):
            rows.append(("domain", _interval(self.domain)))
        rows += [("range", _interval(self.bounds)), ("monotone", "yes" if self.monotone else "no")]
        if self.symmetry:
            rows.append(("symmetry", self.symmetry))
        rows.append(("kinks", _list(self.kinks_at(self.knobs)) or "none"))
        if bends := self.bends_at(self.knobs):
            rows.append(("second derivative jumps", _list(bends)))
        bounds = (f"{dtype} {value:g} / {slope:g}" for dtype, (value, slope) in self.ulp.items())
        rows.append(("error", "at most " + ", ".join(bounds) + " ulp (value / derivative)"))
        rows.append(("source", self.source))
        return rows


def _places(places: Places, params: Mapping[str, float]) -> list[float]:
    return sorted({float(place) for place in (places(**params) if callable(places) else places)})


def _formula(function: Callable[..., Any]) -> str:
    """The formula that is the first line of a derivative's docstring."""
    return (inspect.getdoc(function) or "").split("\n", 1)[0].removesuffix(".")


def _interval(interval: tuple[float, float]) -> str:
    low, high = interval
    return f"{low:g} to {high:g}"


def _list(places: list[float]) -> str:
    return ", ".join(f"x = {place:g}" for place in places)


ACTIVATIONS: Family[ActivationCard] = Family("activation", ActivationCard)
