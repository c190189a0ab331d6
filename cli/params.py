"""Parameters as NAME=VALUE, checked against a card."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from math import isfinite, isinf, isnan

from dlc.cli.errors import BadInputError
from dlc.cli.values import number
from dlc.reference.family import Card, UnknownNameError


def parse(
    card: Card,
    assignments: Iterable[str],
    defaults: Mapping[str, float] | None = None,
    other_names: Mapping[str, Callable[[float], dict[str, float]]] | None = None,
) -> dict[str, float]:
    """The card's defaults (or a library's DEFAULTS), changed by ASSIGNMENTS like alpha=0.2.

    OTHER_NAMES are those of a library, each with what a value there is as a parameter of the card. Raises BadInputError
    for what is malformed, unknown, given twice, or outside the domain the card declares.
    """
    known = {name: partial(_as_it_is, name) for name in card.knobs} | dict(other_names or {})
    given: dict[str, float] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        name = name.strip()
        if not equals or not name or not text.strip():
            raise BadInputError(f"parameter {assignment!r} is not NAME=VALUE, like alpha=0.2")
        if name not in known:
            raise BadInputError(_unknown(card, name, known))
        changes = known[name](number(text.strip(), f"parameter {name}"))
        if given.keys() & changes.keys():
            raise BadInputError(f"parameter {name} is given twice")
        given |= changes
    params = card.knobs | dict(defaults or {}) | given
    check_domain(card, params)
    return params


def _as_it_is(name: str, value: float) -> dict[str, float]:
    return {name: value}


def check_domain(card: Card, params: dict[str, float]) -> None:
    """Raises BadInputError where the card's domain is left, or a parameter is not finite whose default is."""
    for name, value in params.items():
        if isnan(value) or (isinf(value) and isfinite(card.knobs[name])):
            raise BadInputError(f"{card.name} needs a finite {name}, not {value}")
    for text, holds in card.requires:
        involved = {name: params[name] for name in inspect.signature(holds).parameters}
        if not holds(**involved):
            given = ", ".join(f"{name} = {value:g}" for name, value in involved.items())
            raise BadInputError(f"{card.name} needs {text}, not {given}")


def _unknown(card: Card, name: str, known: Iterable[str]) -> str:
    if not card.knobs:
        return f"{card.name} has no parameters, so none called {name!r}"
    return str(UnknownNameError(f"parameter of {card.name}", name, known, f"it has {', '.join(known)}"))
