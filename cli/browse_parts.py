"""What `dlc show` adds to a card: the curve of a schedule, and what libraries have of it."""

from typing import TYPE_CHECKING

from dlc.cli import plot
from dlc.reference.family import Card
from dlc.reference.initializer_family import InitializerCard
from dlc.reference.optimizer_family import ModifierCard, ScheduleCard

if TYPE_CHECKING:
    from dlc.reference.optimizer_convention import Offer

POINTS = 500
SHORT = 128  # steps drawn of a schedule that does not know the length of the race


def elsewhere(card: Card) -> list[tuple[str, str]]:
    """What the libraries call an entry, with what is different there, as (library, text)."""
    if isinstance(card, InitializerCard):
        return _initializers(card)
    found: dict[str, list[str]] = {}
    for offer in _offers(card):
        text = f"{offer.name}: {offer.note}" if offer.note else offer.name
        found.setdefault(offer.library, []).append(text)
    return [(library, "; ".join(texts)) for library, texts in found.items()]


def _offers(card: Card) -> "list[Offer]":
    if isinstance(card, ScheduleCard):
        from dlc.reference.schedule_conventions import SCHEDULE_OFFERS

        return [offer for offer in SCHEDULE_OFFERS if offer.card == card.name]
    if isinstance(card, ModifierCard):
        from dlc.reference.modifier_conventions import MODIFIER_OFFERS

        return [offer for offer in MODIFIER_OFFERS if offer.card == card.name]
    return []


def _initializers(card: InitializerCard) -> list[tuple[str, str]]:
    """Its names, with parameters that differ there by default; and the layers whose weights are drawn like that."""
    from dlc.reference.initializers import INITIALIZER_OFFERS, LAYER_OFFERS

    found: dict[str, list[str]] = {}
    for offer in INITIALIZER_OFFERS:
        if offer.card == card.name:
            unlike = [f"{name} = {value:g}" for name, value in offer.params.items()]
            text = ", ".join([offer.name, *unlike, *([offer.note] if offer.note else [])])
            found.setdefault(offer.library, []).append(text)
    rows = [(library, "; ".join(texts)) for library, texts in found.items()]
    layers = [layer.name for layer in LAYER_OFFERS.values() if layer.card == card.name]
    return [*rows, *([("weights of", ", ".join(layers))] if layers else [])]


def curve(card: ScheduleCard) -> str:
    """The factor of the rate over a race, as text."""
    count = int(card.knobs.get("steps", SHORT))
    steps = range(1, count + 1, max(1, count // POINTS))
    return plot.curves(
        steps,
        {card.name: [card.function(t) for t in steps]},
        title=f"factor of the learning rate in each of {count} steps",
    )
