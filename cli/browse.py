"""`dlc list` and `dlc show`: what there is, and what is declared of it."""

import sys
from typing import Annotated, Any

import typer

from dlc.cli import browse_parts, show
from dlc.cli.catalog import FAMILIES, complete, find
from dlc.cli.errors import BadInputError
from dlc.reference.family import Card, Family
from dlc.reference.optimizers import ScheduleCard
from dlc.reference.problems import ProblemCard


def list_(
    kind: Annotated[str | None, typer.Argument(help=f"One of {', '.join(FAMILIES)}; all by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """List every name, with its formula.

    dlc list

    dlc list optimizer
    """
    chosen = [family for family in FAMILIES.values() if kind is None or kind in _spellings(family.kind)]
    if not chosen:
        raise BadInputError(f"no kind {kind!r}; choose {', '.join(FAMILIES)}")
    cards = [(family.kind, card) for family in chosen for card in family.values()]
    if as_json:
        entries = [
            {"kind": each, "name": card.name, "aliases": card.aliases, "formula": card.formula} for each, card in cards
        ]
        show.json_object("list", entries=entries)
        return
    show.table(["kind", "name", "formula"], [[each, card.name, card.formula] for each, card in cards])


def _spellings(kind: str) -> tuple[str, ...]:
    """A kind, and its plural."""
    return kind, f"{kind}s", f"{kind}es", f"{kind.removesuffix('y')}ies"


def show_(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Any name of `dlc list`.", autocompletion=complete(*FAMILIES.values()))
    ],
    kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="Which, where several kinds have the name; all by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object; `cards` has several.")] = False,
) -> None:
    """Show the card of NAME: formula, what is declared of it, parameters and source.

    On a terminal, the landscape of a function of two variables is drawn below it.

    dlc show gelu

    dlc show rosenbrock

    dlc show mse --kind metric
    """
    found = find(name)
    if kind is not None:
        if kind not in FAMILIES:
            raise BadInputError(f"no kind {kind!r}; choose {', '.join(FAMILIES)}")
        FAMILIES[kind][name]  # says what is near, if there is none
        found = [(family, card) for family, card in found if family.kind == kind]
    if as_json:
        cards = [dict(_facts(family, card)) | {"params": card.knobs} for family, card in found]
        show.json_object("show", **(cards[0] if len(cards) == 1 else {"cards": cards}))
        return
    for position, (family, card) in enumerate(found):
        if position:
            print()
        show.facts(_facts(family, card))
        if isinstance(card, ProblemCard) and card.dimension == 2 and sys.stdout.isatty():
            from dlc.cli import contour

            print()
            contour.draw(card)
        if isinstance(card, ScheduleCard) and sys.stdout.isatty():
            print(f"\n{browse_parts.curve(card)}")


def _facts(family: Family[Any], card: Card) -> list[tuple[str, str]]:
    """All that is declared of an entry, as (label, text)."""
    facts = [("name", card.name), ("kind", family.kind), ("summary", card.summary), *card.facts()]
    facts += browse_parts.elsewhere(card)
    if card.aliases:
        facts.insert(1, ("aliases", ", ".join(card.aliases)))
    told = {label for label, _ in facts}
    if card.knobs and "parameters" not in told:
        facts.append(("parameters", ", ".join(f"{knob} = {default:g}" for knob, default in card.knobs.items())))
    if card.requires and "requires" not in told:
        facts.append(("requires", ", ".join(text for text, _ in card.requires)))
    return facts
