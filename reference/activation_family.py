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


def unchanged(length: int, *_params: float) -> int:
    """The length of the result is that of the vector."""
    return length


@dataclass(frozen=True, kw_only=True)
class ActivationCard(Card):
    """What is declared of an activation function; facts hold for the default parameters."""

    grad: Callable[..., Any] | None = field(default=None, repr=False)  # of a function of a number: every one has it
    grad2: Callable[..., Any] | None = field(default=None, repr=False)  # of a function of a number: every one has it
    partials: Mapping[str, Callable[..., Any]] = field(default_factory=dict, repr=False)  # by learnable parameters
    derivative: str
    domain: tuple[float, float] = (-inf, inf)
    bounds: tuple[float, float] = (-inf, inf)
    monotone: bool = False
    symmetry: str = ""  # "odd" or "even"
    kinks: Places = ()  # where the value or the first derivative jumps
    bends: Places = ()  # where only the second derivative jumps
    # A function of a vector has instead: (x, v, ...) -> v multiplied by the Jacobian from the left,
    vjp: Callable[..., Any] | None = field(default=None, repr=False)
    # the length of the result, or ValueError that says what length the vector must have,
    width: Callable[..., int] = field(default=unchanged, repr=False)
    # and where values are sums whose terms may cancel, the sizes of these terms: errors are counted in units of them.
    terms: Callable[..., Any] | None = field(default=None, repr=False)
    vjp_terms: Callable[..., Any] | None = field(default=None, repr=False)
    ulp: dict[str, tuple[float, float]] = field(default_factory=lambda: dict(ULP))

    @property
    def vector(self) -> bool:
        """Whether it takes a vector; its derivative is then a Jacobian."""
        return self.vjp is not None

    @property
    def noisy(self) -> bool:
        """Whether it draws noise: the function takes `first`, the position of the vector's first entry in its array."""
        return "first" in inspect.signature(self.function).parameters

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
        rows.append(("range", _interval(self.bounds)))
        rows += self._facts_of_a_vector() if self.vector else self._facts_of_a_number()
        bounds = ", ".join(f"{dtype} {value:g} / {slope:g}" for dtype, (value, slope) in self.ulp.items())
        counted = " of the greatest term, where terms cancel" if self.terms else ""
        rows.append(("error", f"at most {bounds} ulp (value / derivative){counted}"))
        rows.append(("source", self.source))
        return rows

    def _facts_of_a_number(self) -> list[tuple[str, str]]:
        rows = [("monotone", "yes" if self.monotone else "no")]
        if self.symmetry:
            rows.append(("symmetry", self.symmetry))
        rows.append(("kinks", _list(self.kinks_at(self.knobs)) or "none"))
        if bends := self.bends_at(self.knobs):
            rows.append(("second derivative jumps", _list(bends)))
        return rows

    def _facts_of_a_vector(self) -> list[tuple[str, str]]:
        rows = [("takes", "a vector: the whole input, or each row of it")]
        if self.width is not unchanged:
            rows.append(("result's length", _formula(self.width)))
        if self.noisy:
            rows.append(("noise", "drawn from the seed and the position of each entry in the whole array"))
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
