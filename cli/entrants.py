"""Who races: entrants as typed, NAME or NAME:knob=value,knob=value."""

from collections.abc import Sequence
from dataclasses import dataclass

from dlc.cli import params
from dlc.cli.errors import BadInputError
from dlc.reference.family import UnknownNameError
from dlc.reference.optimizers import OPTIMIZERS, OptimizerCard


@dataclass(frozen=True)
class Entrant:
    """An optimizer with the parameters that were fixed for it; a rate of None is tuned."""

    card: OptimizerCard
    fixed: dict[str, float]

    @property
    def label(self) -> str:
        """Its name, with what was fixed."""
        settings = ",".join(f"{name}={value!r}".removesuffix(".0") for name, value in self.fixed.items())
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
    assignments = settings.split(",") if colon else []
    chosen = params.parse(card, assignments)
    fixed = {each.partition("=")[0].strip() for each in assignments}
    return Entrant(card, {name: value for name, value in chosen.items() if name in fixed})


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
