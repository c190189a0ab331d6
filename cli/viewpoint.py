"""Names, defaults and derivatives at kinks as another library sees them."""

from collections.abc import Iterable
from typing import Any

from dlc.cli import kinks, show
from dlc.cli.errors import BadInputError
from dlc.reference.activations import ACTIVATIONS, ActivationCard
from dlc.reference.convention import SIDES
from dlc.reference.conventions import (
    CONVENTIONS,
    WITHOUT_DERIVATIVES,
    Meaning,
    convention,
    conventions,
    meaning,
    names,
)
from dlc.reference.family import UnknownNameError


def library_named(text: str, option: str) -> str:
    """The library that TEXT names. Raises BadInputError."""
    if text not in CONVENTIONS:
        raise BadInputError(f"{option} {text!r} is not a library we know; choose {_list(CONVENTIONS, 'or')}")
    return text


def meaning_in(library: str, name: str) -> Meaning:
    """What NAME means in LIBRARY. Raises BadInputError where it lacks the function, UnknownNameError where all do."""
    found = meaning(library, name)
    if found is not None:
        return found
    raise BadInputError(_lacks(library, card_named(name)))


def card_named(name: str) -> ActivationCard:
    """The card of NAME, ours or that of any library. Raises UnknownNameError."""
    card = ACTIVATIONS[name] if name in ACTIVATIONS else _card_elsewhere(name)
    if card is None:
        raise UnknownNameError("activation", name, known())
    return card


def known() -> list[str]:
    """Every name of an activation, ours and those of libraries."""
    return list(dict.fromkeys([*ACTIVATIONS.names, *(each for library in CONVENTIONS for each in names(library))]))


def is_known(name: str) -> bool:
    """Whether NAME is that of an activation, ours or that of any library."""
    return name in ACTIVATIONS or _card_elsewhere(name) is not None


def _card_elsewhere(name: str) -> ActivationCard | None:
    """What any other library means by NAME."""
    found = (meaning(library, name) for library in CONVENTIONS)
    return next((each.card for each in found if each), None)


def _lacks(library: str, card: ActivationCard) -> str:
    others = conventions(card.name)
    if not others:
        return f"{_list(CONVENTIONS, 'and')} have no {card.name}; ask for it without a library, as dlc defines it"
    return f"{library} has no {card.name}; {_list(others, 'and')} {'has' if len(others) == 1 else 'have'} it"


def slopes_at_kinks(rule: str, card: ActivationCard, params: dict[str, float]) -> dict[float, Any]:
    """The derivative by RULE, a side or a library, at each kink where it is not taken as on the card.

    Raises BadInputError.
    """
    places = card.kinks_at(params)
    if rule in SIDES:
        return kinks.derivatives(card, params, [rule] * len(places))
    if rule not in CONVENTIONS:
        raise BadInputError(f"no rule {rule!r} for kinks; choose {_list([*SIDES, *CONVENTIONS], 'or')}")
    found = convention(rule, card.name)
    if found is None:
        raise BadInputError(_lacks(rule, card))
    if rule in WITHOUT_DERIVATIVES and places:
        show.note(f"{rule} defines no derivatives: those shown are dlc's")
    return kinks.derivatives(card, params, found.sides(places, params))


def _list(words: Iterable[str], joint: str) -> str:
    *most, last = words
    return f"{', '.join(most)} {joint} {last}" if most else last
