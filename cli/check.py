"""`dlc check`: kernels against the reference."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer

from dlc.cli import progress, show
from dlc.cli.agreement import Agreement
from dlc.cli.agreement_activations import SAMPLES, check_activation
from dlc.cli.catalog import FAMILIES, complete, find
from dlc.cli.errors import BadInputError, FailedError
from dlc.reference.family import Card, Family

MOST_SAMPLES = 100_000_000


def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="What to check, by name or kind; everything by default.",
            autocompletion=complete(*FAMILIES.values()),
        ),
    ] = None,
    samples: Annotated[int, typer.Option(help="Inputs per function and type, at least.")] = SAMPLES,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Compare kernels with the reference at fifty digits: the worst error, where it is, and the bound on the card.

    Exit code 1 when a bound is exceeded.

    dlc check gelu adam

    dlc check activation --samples 20000
    """
    if not 1 <= samples <= MOST_SAMPLES:
        raise BadInputError(f"--samples {samples} is not between 1 and {MOST_SAMPLES:,}")
    chosen = [entry for name in dict.fromkeys(names or FAMILIES) for entry in _entries(name)]
    from dlc.cli.agreement_races import check_optimizer, check_problem

    checks: dict[str, Callable[[Any], Iterator[Agreement]]] = {
        "activation": lambda card: check_activation(card, samples=samples),
        "optimizer": check_optimizer,
        "problem": check_problem,
    }
    results: list[Agreement] = []
    with progress.compiling():
        for family, card in progress.over(chosen, "checking", always=True):
            results += checks[family.kind](card)
    _tell(results, as_json)
    failed = [result for result in results if not result.holds]
    if failed:
        raise FailedError(
            f"{len(failed)} of {len(results)} bounds exceeded, first by {failed[0].name} ({failed[0].quantity}, "
            f"{failed[0].dtype}): {failed[0].worst:.3g} {failed[0].unit}, at most {failed[0].bound:g} allowed"
        )
    show.note(f"all {len(results)} bounds hold")


def _entries(name: str) -> list[tuple[Family[Any], Card]]:
    """What NAME stands for: one entry, or all of a kind. Raises UnknownNameError."""
    if name in FAMILIES:
        return [(FAMILIES[name], card) for card in FAMILIES[name].values()]
    return [find(name)]


def _tell(results: list[Agreement], as_json: bool) -> None:
    if as_json:
        rows = [
            {
                "name": each.name, "quantity": each.quantity, "dtype": each.dtype, "worst": each.worst,
                "unit": each.unit, "at": each.at, "bound": each.bound, "samples": each.samples, "holds": each.holds,
            }
            for each in results
        ]  # fmt: skip
        show.json_object("check", rows=rows)
        return
    headers = ["name", "quantity", "dtype", "worst", "unit", "bound", "holds", "samples", "at"]
    show.table(
        headers,
        [
            [
                each.name, each.quantity, each.dtype, (each.worst, show.short(each.worst, 3)), each.unit,
                (each.bound, f"{each.bound:g}"), "yes" if each.holds else "NO", each.samples, each.at,
            ]
            for each in results
        ],
    )  # fmt: skip
