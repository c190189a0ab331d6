"""The family of known answers: what theory or a publication says that optimizers do, to be measured with our own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from dlc.reference.family import Card, Family


class Expected(NamedTuple):
    """One number that is known, and how far a measurement may be from it."""

    what: str
    value: float
    tolerance: float = 0.0
    relation: str = "="  # or "≤", "≥": the measurement may be on that side of it, however far

    def holds(self, measured: float) -> bool:
        """Whether the measurement agrees; nan agrees with nothing."""
        off = measured - self.value
        beyond = {"=": abs(off), "≤": off, "≥": -off}[self.relation]
        return beyond <= self.tolerance


@dataclass(frozen=True, kw_only=True)
class KnownAnswer(Card):
    """A claim in one sentence (the formula), and the function that says what follows from it in numbers."""

    function: Callable[[], list[Expected]]


KNOWN_ANSWERS: Family[KnownAnswer] = Family("known answer", KnownAnswer)
