"""Who races: entrants as typed, NAME or NAME:knob=value,knob=value."""

import inspect
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dlc.cli.errors import BadInputError
from dlc.reference.family import Card, UnknownNameError
from dlc.reference.optimizers import OPTIMIZERS, OptimizerCard


@dataclass(frozen=True)
class Entrant:
    """An optimizer with the parameters that were fixed for it; a rate of None is tuned."""

    card: OptimizerCard
    fixed: dict[str, float]

    @property
    def label(self) -> str:
        """Its name, with what was fixed."""
        settings = ",".join(f"{name}={value:g}" for name, value in self.fixed.items())
        return f"{self.card.name}:{settings}" if settings else self.card.name

    @property
    def rate(self) -> float | None:
        """The learning rate, where it is fixed."""
        return self.fixed.get("lr")

    @property
    def knobs(self) -> dict[str, float]:
        """All parameters but the learning rate."""
        return {name: value for name, value in (self.card.knobs | self.fixed).items() if name != "lr"}


def read_entrants(typed: Sequence[str]) -> list[Entrant]:
    """The entrants; every optimizer where none is typed. Raises BadInputError, UnknownNameError."""
    entrants = [_read_entrant(text) for text in typed or OPTIMIZERS]
    labels = [entrant.label for entrant in entrants]
    for label in labels:
        if labels.count(label) > 1:
            raise BadInputError(f"{label!r} is entered twice; give each entrant once, or with other parameters")
    return entrants


def _read_entrant(text: str) -> Entrant:
    name, colon, settings = text.partition(":")
    card = OPTIMIZERS[name]
    if colon and not settings:
        raise BadInputError(f"nothing follows the colon of {text!r}; write {name}:lr=0.01 or {name} alone")
    return Entrant(card, read_knobs(card, settings.split(",") if settings else []))


def read_knobs(card: Card, assignments: Iterable[str]) -> dict[str, float]:
    """The parameters of CARD that the ASSIGNMENTS knob=value set. Raises BadInputError."""
    chosen: dict[str, float] = {}
    for text in assignments:
        knob, equals, number = text.partition("=")
        if not equals:
            raise BadInputError(f"{text!r} is no parameter of {card.name}; write knob=value")
        if knob not in card.knobs:
            known = f"it has {', '.join(card.knobs)}" if card.knobs else "it has none"
            raise BadInputError(f"{card.name} has no parameter {knob!r}; {known}")
        if knob in chosen:
            raise BadInputError(f"{knob} of {card.name} is set twice; set it once")
        chosen[knob] = _read_number(knob, number)
    _check_domain(card, card.knobs | chosen)
    return chosen


def _read_number(knob: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise BadInputError(f"{text!r} is no number for {knob}; write {knob}=0.5") from None
    if not math.isfinite(value):
        raise BadInputError(f"{knob} = {text} is not finite; give an ordinary number")
    return value


def _check_domain(card: Card, knobs: dict[str, float]) -> None:
    for text, holds in card.requires:
        used = {name: knobs[name] for name in inspect.signature(holds).parameters}
        if not holds(**used):
            given = ", ".join(f"{name} = {value:g}" for name, value in used.items())
            raise BadInputError(f"{card.name} requires {text}; it was given {given}")


def complete_entrant(incomplete: str) -> list[str]:
    """Optimizers' names, or after a colon their parameters, that begin so."""
    name, colon, settings = incomplete.partition(":")
    if not colon:
        return [known for known in OPTIMIZERS.names if known.startswith(name)]
    try:
        card = OPTIMIZERS[name]
    except UnknownNameError:
        return []
    before, comma, last = settings.rpartition(",")
    return [f"{name}:{before}{comma}{knob}=" for knob in card.knobs if knob.startswith(last)]
