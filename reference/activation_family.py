"""The family of activation functions, and what is declared of each.

Each takes a number of any kind that dlc.reference.numbers understands. At a kink the derivative is that of the flat
side, as in torch.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Any

from dlc.reference.family import Card, Family

# Worst error allowed, in units in the last place: (value, derivative) for each type.
ULP = {"float32": (2.0, 2.0), "float64": (4.0, 4.0)}


@dataclass(frozen=True, kw_only=True)
class ActivationCard(Card):
    """What is declared of an activation function; facts hold for the default parameters."""

    grad: Callable[..., Any] = field(repr=False)
    derivative: str
    bounds: tuple[float, float] = (-inf, inf)
    monotone: bool = False
    symmetry: str = ""  # "odd" or "even"
    kinks: tuple[float, ...] | Callable[..., tuple[float, ...]] = ()  # a function of the parameters, if they matter
    diagonal: Callable[..., Any] | None = field(default=None, repr=False)  # of the Jacobian that a vector function has
    ulp: dict[str, tuple[float, float]] = field(default_factory=lambda: dict(ULP))

    @property
    def vector(self) -> bool:
        """Whether it takes a vector; its derivative is then a Jacobian."""
        return self.diagonal is not None

    def kinks_at(self, params: dict[str, float]) -> list[float]:
        """Where value or derivative jumps, for these parameters."""
        return [float(kink) for kink in (self.kinks(**params) if callable(self.kinks) else self.kinks)]

    def facts(self) -> list[tuple[str, str]]:
        """Formula, derivative and what else is declared, as (label, text)."""
        low, high = self.bounds
        rows = [
            ("formula", self.formula),
            ("derivative", self.derivative),
            ("range", f"{low:g} to {high:g}"),
            ("monotone", "yes" if self.monotone else "no"),
        ]
        if self.symmetry:
            rows.append(("symmetry", self.symmetry))
        rows.append(("kinks", ", ".join(f"x = {kink:g}" for kink in self.kinks_at(self.knobs)) or "none"))
        bounds = (f"{dtype} {value:g} / {slope:g}" for dtype, (value, slope) in self.ulp.items())
        rows.append(("error", "at most " + ", ".join(bounds) + " ulp (value / derivative)"))
        rows.append(("source", self.source))
        return rows


ACTIVATIONS: Family[ActivationCard] = Family("activation", ActivationCard)
