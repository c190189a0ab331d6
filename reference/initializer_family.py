"""The family of initialisers: how the weights of a layer are drawn before training, and what is declared of each.

An entry's function takes how many numbers a unit sums up (fan_in) and how many units each number goes to (fan_out), and
gives the law of the weights.
"""

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from dlc.reference.family import Card, Family

if TYPE_CHECKING:
    from dlc.reference.initializer_laws import Law

EXAMPLE = (256, 128)  # inputs and units for which `dlc show` tells the numbers


@dataclass(frozen=True, kw_only=True)
class InitializerCard(Card):
    """What is declared of an initialiser: the function gives the law for (fan_in, fan_out, **knobs)."""

    def law(self, fan_in: int, fan_out: int, **params: float) -> "Law":
        """The law of the weights."""
        law: Law = self.function(fan_in, fan_out, **params)
        return law

    def facts(self) -> list[tuple[str, str]]:
        """What `dlc show` prints, as (label, text)."""
        law = self.law(*EXAMPLE)
        low, high = law.bounds
        within = f", from {low:.6g} to {high:.6g}" if high < inf else ", unbounded"
        inputs, units = EXAMPLE
        return [
            ("weights", self.formula),
            ("law", type(law).__name__.lower()),
            (f"{inputs} inputs, {units} units", f"mean {law.mean:.6g}, standard deviation {law.std:.6g}{within}"),
            ("source", self.source),
        ]


INITIALIZERS: Family[InitializerCard] = Family("initializer", InitializerCard)
INITIALIZERS.entries_in("initializers")
