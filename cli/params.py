"""Parameters as NAME=VALUE, checked against a card."""

import inspect
from collections.abc import Iterable

from dlc.cli.errors import BadInputError
from dlc.cli.values import number
from dlc.reference.family import Card, UnknownNameError


def parse(card: Card, assignments: Iterable[str]) -> dict[str, float]:
    """The card's defaults, changed by ASSIGNMENTS like alpha=0.2.

    Raises BadInputError for what is malformed, unknown, given twice, or outside the domain the card declares.
    """
    given: dict[str, float] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        name = name.strip()
        if not equals or not name or not text.strip():
            raise BadInputError(f"parameter {assignment!r} is not NAME=VALUE, like alpha=0.2")
        if name not in card.knobs:
            raise BadInputError(_unknown(card, name))
        if name in given:
            raise BadInputError(f"parameter {name} is given twice")
        given[name] = number(text.strip(), f"parameter {name}")
    params = card.knobs | given
    check_domain(card, params)
    return params


def check_domain(card: Card, params: dict[str, float]) -> None:
    """Raises BadInputError where the card's domain is left, or a parameter is not finite."""
    for name, value in params.items():
        if not abs(value) < float("inf"):
            raise BadInputError(f"{card.name} needs a finite {name}, not {value}")
    for text, holds in card.requires:
        involved = {name: params[name] for name in inspect.signature(holds).parameters}
        if not holds(**involved):
            given = ", ".join(f"{name} = {value:g}" for name, value in involved.items())
            raise BadInputError(f"{card.name} needs {text}, not {given}")


def _unknown(card: Card, name: str) -> str:
    if not card.knobs:
        return f"{card.name} has no parameters, so none called {name!r}"
    return str(UnknownNameError(f"parameter of {card.name}", name, card.knobs, f"it has {', '.join(card.knobs)}"))
