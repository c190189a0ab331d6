"""Parameters of a metric as NAME=VALUE: numbers, whole numbers, yes or no, or one of some words."""

from collections.abc import Iterable, Mapping
from math import isnan
from typing import Any

from dlc.cli.errors import BadInputError
from dlc.cli.params import check_domain
from dlc.cli.values import number
from dlc.reference.family import UnknownNameError
from dlc.reference.metric_family import MetricCard

SAID = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def parse(card: MetricCard, assignments: Iterable[str], defaults: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The card's defaults, changed by a library's DEFAULTS and by ASSIGNMENTS like beta=2. Raises BadInputError."""
    given: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, text = (part.strip() for part in assignment.partition("="))
        if not equals or not name or not text:
            raise BadInputError(f"parameter {assignment!r} is not NAME=VALUE, like average=macro")
        if name not in card.knobs:
            raise BadInputError(_unknown(card, name))
        if name in given:
            raise BadInputError(f"parameter {name} is given twice")
        given[name] = _value(card, name, text)
    params = card.knobs | dict(defaults or {}) | given
    numbers = {name: value for name, value in params.items() if not isinstance(value, str)}
    check_domain(card, {name: value for name, value in numbers.items() if not isnan(value)})
    return params


def _value(card: MetricCard, name: str, text: str) -> Any:
    default = card.knobs[name]
    if isinstance(default, bool):
        if text.lower() not in SAID:
            raise BadInputError(f"parameter {name}: {text!r} is neither yes nor no")
        return SAID[text.lower()]
    if isinstance(default, str):
        words = card.choices[name]
        if text not in words:
            raise BadInputError(f"parameter {name}: no {text!r}; choose {', '.join(words[:-1])} or {words[-1]}")
        return text
    value = number(text, f"parameter {name}")
    if isinstance(default, int):
        if not value.is_integer():
            raise BadInputError(f"parameter {name}: {text} is not a whole number")
        return int(value)
    return value


def _unknown(card: MetricCard, name: str) -> str:
    if not card.knobs:
        return f"{card.name} has no parameters, so none called {name!r}"
    return str(UnknownNameError(f"parameter of {card.name}", name, card.knobs, f"it has {', '.join(card.knobs)}"))
