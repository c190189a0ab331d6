"""Every library's optimizers in parts of ours."""

from importlib import import_module

from dlc.reference.optimizer_convention import OFFERS, Offer

for _file in ("torch", "keras", "optax", "optax_more", "optax_contrib"):
    import_module(f"dlc.reference.optimizer_conventions_{_file}")

LIBRARIES = ("torch", "keras", "optax")


def offers(card: str) -> list[Offer]:
    """What the libraries offer under the name of our card."""
    return [offer for offer in OFFERS if offer.card == card]


def offer_named(library: str, name: str) -> Offer | None:
    """What LIBRARY offers as NAME, its own or ours."""
    found = [each for each in OFFERS if each.library == library]
    own = [each for each in found if name in (each.name, each.short) or name.lower() == each.short.lower()]
    return next(iter([*own, *(each for each in found if each.card == name)]), None)
