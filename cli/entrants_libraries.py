"""The optimizer of an entrant: ours, a library's with its own arguments (torch.optim.Adam), or a paper's (paper.adam).

The libraries' rules are read only where one is asked for.
"""

import inspect
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dlc.cli import params
from dlc.cli.errors import BadInputError
from dlc.cli.values import number
from dlc.reference.chain import Link
from dlc.reference.family import UnknownNameError
from dlc.reference.optimizers import OPTIMIZERS, OptimizerCard

if TYPE_CHECKING:
    from dlc.reference.optimizer_convention import Offer

PAPER = "paper"
LIBRARIES = ("torch", "keras", "optax", PAPER)
RATES = ("lr", "learning_rate")  # what the learning rate is called
WORDS = {"none": None, "true": True, "false": False}
NUMBER = re.compile(r"[+-]?(\.?\d|inf|nan)", re.IGNORECASE)
OUTSIDE_PARENTHESES = re.compile(r",(?![^(]*\))")


class Read(NamedTuple):
    """An optimizer as typed."""

    links: list[Link]  # without the learning rate
    label: str
    rate: float | None  # where it was typed
    default_rate: float


def origin(name: str) -> str:
    """The library that NAME begins with, as in torch.optim.Adam, or nothing."""
    first, dot, _ = name.partition(".")
    return first if dot and first in LIBRARIES else ""


def is_optimizer(name: str, library: str) -> bool:
    """Whether NAME is to be an optimizer: one of ours, of LIBRARY, or of the library that it begins with."""
    if name in OPTIMIZERS or origin(name):
        return True
    return library not in ("", PAPER) and _offer(library, name) is not None


def all_of(library: str) -> list[str]:
    """Every optimizer, of one library or ours."""
    if library in ("", PAPER):
        return list(OPTIMIZERS)
    return [offer.name for offer in _offers(library)]


def read(name: str, settings: str | None, library: str) -> Read:
    """An optimizer with its SETTINGS, the text after the colon. Raises BadInputError, UnknownNameError."""
    begun = origin(name)
    if begun and library not in ("", begun):
        raise BadInputError(f"{name} is not {library}'s; leave out --as {library}, or the {begun} before the name")
    own = name.removeprefix(f"{begun}.")
    if (begun or library) == PAPER:
        return _ours(OPTIMIZERS[own], settings, OPTIMIZERS[own].paper, f"{PAPER}.")
    if begun or library:
        return _theirs(begun or library, name, settings)
    return _ours(OPTIMIZERS[name], settings, {}, "")


def _ours(card: OptimizerCard, settings: str | None, paper: Mapping[str, float], prefix: str) -> Read:
    assignments = settings.split(",") if settings is not None else []
    chosen = params.parse(card, assignments, paper)
    typed = {name: chosen[name] for name in (each.partition("=")[0].strip() for each in assignments)}
    knobs = {name: value for name, value in {**paper, **typed}.items() if name != "lr"}
    label = prefix + card.name + settings_label(typed)
    return Read([Link(card, knobs)], label, typed.get("lr"), (card.knobs | dict(paper)).get("lr", 1.0))


def _theirs(library: str, name: str, settings: str | None) -> Read:
    offer = _offer(library, name)
    if offer is None and name in OPTIMIZERS:
        from dlc.reference.optimizer_conventions import offers

        having = ", ".join(each.name for each in offers(OPTIMIZERS[name].name)) or "no library"
        raise BadInputError(f"{library} has no {name}; it is in {having}")
    if offer is None:
        known = [each for one in _offers(library) for each in (one.short, one.card, one.name)]
        raise UnknownNameError(
            f"optimizer of {library}", name, dict.fromkeys(known), f"`--as {library}` alone races all that it has"
        )
    typed = _read_arguments(offer, settings)
    try:
        links = offer.links(**typed)
    except (TypeError, ValueError, KeyError) as error:
        raise BadInputError(f"{offer.name} cannot be set so: {error}") from None
    for card, knobs in links:
        params.check_domain(card, card.knobs | dict(knobs))
    default = next((float(link.knobs["lr"]) for link in offer.links() if "lr" in link.knobs), 1.0)
    rate = next((float(link.knobs["lr"]) for link in links if "lr" in link.knobs), 1.0)
    bare = [link._replace(knobs={k: v for k, v in link.knobs.items() if k != "lr"}) for link in links]
    return Read(bare, offer.name + settings_label(typed), rate if typed.keys() & set(RATES) else None, default)


def _read_arguments(offer: "Offer", settings: str | None) -> dict[str, Any]:
    """The arguments as Python's values. Raises BadInputError, UnknownNameError."""
    defaults = _defaults(offer)
    typed: dict[str, Any] = {}
    for assignment in OUTSIDE_PARENTHESES.split(settings) if settings is not None else []:
        name, equals, text = (each.strip() for each in assignment.partition("="))
        if not equals or not name or not text:
            raise BadInputError(f"argument {assignment!r} is not NAME=VALUE, like eps=1e-7")
        if name not in defaults:
            raise UnknownNameError(f"argument of {offer.name}", name, defaults, f"it has {', '.join(defaults)}")
        if name in typed:
            raise BadInputError(f"argument {name} is given twice")
        typed[name] = _value(f"{offer.name}: {name}", text, defaults[name])
    return typed


def _value(where: str, text: str, default: Any) -> Any:
    """TEXT as a value of the kind of DEFAULT. Raises BadInputError."""
    if text.lower() in WORDS and (default is None or isinstance(default, bool)):
        return WORDS[text.lower()]
    if isinstance(default, bool):
        raise BadInputError(f"{where} is true or false, not {text!r}")
    if isinstance(default, str):
        return text
    if isinstance(default, tuple):
        words = text.strip("()").split(",")
        if len(words) != len(default):
            raise BadInputError(f"{where} is {len(default)} numbers, like {text_of(default)}, not {text!r}")
        return tuple(number(word.strip(), where) for word in words)
    if default is None and not NUMBER.match(text):
        return text
    value = number(text, where)
    return int(value) if value.is_integer() and isinstance(default, int) else value


def settings_label(settings: Mapping[str, Any]) -> str:
    """Settings as they are typed after a name, colon included."""
    text = ",".join(f"{name}={text_of(value)}" for name, value in settings.items())
    return f":{text}" if text else ""


def text_of(value: Any) -> str:
    """A setting as it is typed."""
    if isinstance(value, tuple):
        return f"({','.join(map(text_of, value))})"
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else repr(value).removesuffix(".0")


def names(incomplete: str) -> list[str]:
    """Names of optimizers; those of a library where INCOMPLETE begins with it and a dot."""
    library = origin(incomplete)
    if not library:
        return [*OPTIMIZERS.names, *(f"{each}." for each in LIBRARIES)]
    if library == PAPER:
        return [f"{PAPER}.{name}" for name in OPTIMIZERS.names]
    return all_of(library)


def arguments(name: str) -> list[str]:
    """The parameters of an optimizer, or the arguments of a library's."""
    library, own = origin(name), name.removeprefix(f"{PAPER}.")
    if library in ("", PAPER):
        return list(OPTIMIZERS[own].knobs) if own in OPTIMIZERS else []
    offer = _offer(library, name)
    return list(_defaults(offer)) if offer else []


def _offers(library: str) -> "list[Offer]":
    """What LIBRARY has as an optimizer."""
    from dlc.reference.optimizer_conventions import OFFERS

    return [offer for offer in OFFERS if offer.library == library and offer.card in OPTIMIZERS]


def _offer(library: str, name: str) -> "Offer | None":
    """What LIBRARY offers as NAME: in full, without its module, or as ours."""
    from dlc.reference.optimizer_conventions import offer_named

    return offer_named(library, name) or offer_named(library, name.removeprefix(f"{library}."))


def _defaults(offer: "Offer") -> dict[str, Any]:
    """The arguments with the library's defaults, and with ours where it has none."""
    return {p.name: p.default for p in inspect.signature(offer.build).parameters.values()}
