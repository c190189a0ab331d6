"""`dlc list` and `dlc show`: what there is, and what is declared of it."""

from typing import Annotated

import typer

from dlc.cli import show
from dlc.cli.catalog import FAMILIES, complete, find
from dlc.cli.errors import BadInputError


def list_(
    kind: Annotated[str | None, typer.Argument(help=f"One of {', '.join(FAMILIES)}; all by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """List every name, with its formula.

    dlc list

    dlc list optimizer
    """
    if kind is not None and kind.removesuffix("s") not in FAMILIES:
        raise BadInputError(f"no kind {kind!r}; choose {', '.join(FAMILIES)}")
    chosen = [family for family in FAMILIES.values() if kind is None or kind.removesuffix("s") == family.kind]
    cards = [(family.kind, card) for family in chosen for card in family.values()]
    if as_json:
        entries = [
            {"kind": each, "name": card.name, "aliases": card.aliases, "formula": card.formula} for each, card in cards
        ]
        show.json_object("list", entries=entries)
        return
    show.table(["kind", "name", "formula"], [[each, card.name, card.formula] for each, card in cards])


def show_(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Any name of `dlc list`.", autocompletion=complete(*FAMILIES.values()))
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show the card of NAME: formula, what is declared of it, parameters and source.

    dlc show gelu
    """
    family, card = find(name)
    facts = [("name", card.name), ("kind", family.kind), ("summary", card.summary), *card.facts()]
    if card.aliases:
        facts.insert(1, ("aliases", ", ".join(card.aliases)))
    told = {label for label, _ in facts}
    if card.knobs and "parameters" not in told:
        facts.append(("parameters", ", ".join(f"{knob} = {default:g}" for knob, default in card.knobs.items())))
    if card.requires and "requires" not in told:
        facts.append(("requires", ", ".join(text for text, _ in card.requires)))
    if as_json:
        show.json_object("show", **dict(facts), params=card.knobs)
        return
    show.facts(facts)
