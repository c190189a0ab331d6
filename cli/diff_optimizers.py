"""`dlc diff` of an optimizer: each library's defaults and rule, and what to write in one to move as in another."""

from collections.abc import Sequence
from typing import Any

from dlc.cli import show
from dlc.cli.translation import STEPS, apart, moves, normal_form, translated
from dlc.reference.chain import Link, in_order
from dlc.reference.convention import in_python
from dlc.reference.optimizer_convention import Offer
from dlc.reference.optimizer_conventions import OFFERS, offers
from dlc.reference.optimizers import OPTIMIZERS, OptimizerCard


def optimizer_named(name: str) -> OptimizerCard | None:
    """The card of NAME, ours or that of any library; None if there is no such optimizer."""
    if name in OPTIMIZERS:
        return OPTIMIZERS[name]
    found = (offer for offer in OFFERS if name in (offer.name, offer.short) or name.lower() == offer.short.lower())
    return next((OPTIMIZERS[offer.card] for offer in found), None)


def diff_optimizer(card: OptimizerCard, *, as_json: bool) -> None:
    """Print who offers the optimizer, as what, and how one becomes the other."""
    found = offers(card.name)
    views = [_ours(card), *([_paper(card)] if card.paper else []), *(_theirs(offer) for offer in found)]
    pairs = [_pair(a, b) for a in found for b in found if a.name != b.name]
    if as_json:
        show.json_object("diff", name=card.name, formula=card.formula, offers=views, translations=pairs, steps=STEPS)
        return
    show.facts([("name", card.name), ("step", card.formula), ("source", card.source)])
    print()
    show.table(
        ["library", "optimizer", "moves", "is, in parts of dlc", "takes"],
        [
            [each["library"], each["name"], (each["moved"], show.short(each["moved"], 7)), each["parts"], each["takes"]]
            for each in views
        ],
    )
    show.note(f"moves: where the same {STEPS} random gradients lead the first coordinate from 1, with a rate of 0.01")
    for rule in dict.fromkeys(rule for each in views for rule in each["rules"]):
        if rule != card.name:
            show.note(f"{rule}: {OPTIMIZERS[rule].formula}")
    for offer in found:
        if offer.note:
            show.note(f"{offer.library}: {offer.note}")
    if pairs:
        print()
        show.table(["as", "write", "agrees"], [[each["from"], each["write"], each["says"]] for each in pairs])
    elif not found:
        show.note(f"no library has {card.name}: what is shown is dlc's own")


def _view(library: str, name: str, takes: str, links: Sequence[Link], note: str = "") -> dict[str, Any]:
    return {
        "library": library,
        "name": name,
        "takes": takes,
        "parts": said(links),
        "rules": [link.card.name for link in links if isinstance(link.card, OptimizerCard)],
        "moved": moves(links)[-1][0],
        "note": note,
    }


def _ours(card: OptimizerCard) -> dict[str, Any]:
    return _view("dlc", card.name, _knobs(card.knobs), [Link(card)])


def _paper(card: OptimizerCard) -> dict[str, Any]:
    return _view("paper", card.name, _knobs({**card.knobs, **card.paper}), [Link(card, card.paper)])


def _theirs(offer: Offer) -> dict[str, Any]:
    takes = ", ".join(
        name if value == "required" else f"{name}={_value(value)}" for name, value in offer.defaults.items()
    )
    return _view(offer.library, offer.name, takes, offer.links(), offer.note)


def _knobs(knobs: Any) -> str:
    return ", ".join(f"{name}={in_python(value)}" for name, value in knobs.items())


def _value(value: Any) -> str:
    return f"({', '.join(map(in_python, value))})" if isinstance(value, tuple) else in_python(value)


def said(links: Sequence[Link]) -> str:
    """A chain as one would type it, with what differs from our defaults; the learning rate is left out."""
    ordered = sorted(in_order(links), key=lambda link: not isinstance(link.card, OptimizerCard))
    return "+".join(_part(link) for link in ordered)


def _part(link: Link) -> str:
    known = link.card.knobs
    unlike = {name: value for name, value in link.knobs.items() if name != "lr" and value != known.get(name)}
    return link.card.name + (f":{_knobs(unlike).replace(', ', ',')}" if unlike else "")


def _pair(source: Offer, target: Offer) -> dict[str, Any]:
    """What to write with TARGET to move as SOURCE does by default, and how far that is from it."""
    arguments = translated(source.links(), target)
    links = target.links(**arguments)
    share = apart(source.links(), links)
    is_same = normal_form(source.links()) == normal_form(links) or share < 1e-12
    written = ", ".join(f"{name}={_value(value)}" for name, value in arguments.items())
    return {
        "from": f"{source.name}()",
        "write": f"{target.name}({written})",
        "agrees": is_same,
        "apart": share,
        "says": "exactly" if is_same else f"no setting does: {share:.2g} of the way apart after {STEPS} steps",
    }
