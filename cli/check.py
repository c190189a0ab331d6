"""`dlc check`: kernels against the reference."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer

from dlc.cli import progress, show
from dlc.cli.agreement import Agreement
from dlc.cli.agreement_activations import SAMPLES, check_activation
from dlc.cli.catalog import FAMILIES, complete, find
from dlc.cli.errors import BadInputError, FailedError
from dlc.reference.family import Family

Entry = tuple[Family[Any], Any]
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
    exhaustive: Annotated[
        bool, typer.Option("--exhaustive", help="Prove activations of one number over all 2^32 float32 inputs.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Compare kernels with the reference at fifty digits: the worst error, where it is, and the bound on the card.

    Exit code 1 when a bound is exceeded.

    dlc check gelu adam

    dlc check activation --samples 20000

    dlc check gelu --exhaustive
    """
    if not 1 <= samples <= MOST_SAMPLES:
        raise BadInputError(f"--samples {samples} is not between 1 and {MOST_SAMPLES:,}")
    chosen = [entry for name in dict.fromkeys(names or FAMILIES) for entry in _entries(name)]
    results = list(_proofs(chosen) if exhaustive else _samples(chosen, samples))
    _tell(results, as_json)
    failed = [result for result in results if not result.holds]
    if failed:
        raise FailedError(
            f"{len(failed)} of {len(results)} bounds exceeded, first by {failed[0].name} ({failed[0].quantity}, "
            f"{failed[0].dtype}): {failed[0].worst:.3g} {failed[0].unit}, at most {failed[0].bound:g} allowed"
        )
    show.note(f"all {len(results)} bounds hold")


def _samples(chosen: list[Entry], samples: int) -> Iterator[Agreement]:
    """Every quantity of every entry over a sample."""
    from dlc.cli.agreement_costs import check_cost, check_penalty
    from dlc.cli.agreement_initializers import check_initializer
    from dlc.cli.agreement_losses import check_loss
    from dlc.cli.agreement_metrics import check_metric
    from dlc.cli.agreement_norms import check_norm
    from dlc.cli.agreement_objectives import check_objective
    from dlc.cli.agreement_parts import check_modifier, check_optimizer, check_schedule
    from dlc.cli.agreement_problems import check_problem
    from dlc.cli.agreement_regularizers import check_regularizer

    checks: dict[str, Callable[[Any], Iterator[Agreement]]] = {
        "activation": lambda card: check_activation(card, samples=samples),
        "optimizer": check_optimizer,
        "modifier": check_modifier,
        "schedule": check_schedule,
        "loss": lambda card: check_loss(card, count=samples),
        "problem": check_problem,
        "objective": check_objective,
        "metric": check_metric,
        "cost": check_cost,
        "penalty": check_penalty,
        "norm": check_norm,
        "initializer": check_initializer,
        "regularizer": check_regularizer,
    }
    with progress.compiling():
        for family, card in progress.over(chosen, "checking", total=len(chosen)):
            yield from checks[family.kind](card)


def _proofs(chosen: list[Entry]) -> Iterator[Agreement]:
    """Value and derivative of every entry over all float32 inputs. Raises BadInputError where an entry has no such."""
    unfit = [card.name for family, card in chosen if family.kind != "activation" or card.vector]
    if unfit:
        raise BadInputError(f"{unfit[0]} is no function of one number, so --exhaustive cannot go over all its inputs")
    from dlc.cli.agreement_exhaustive import prove

    with progress.compiling():
        for _, card in chosen:
            yield from prove(card)


def _entries(name: str) -> list[Entry]:
    """What NAME stands for: the entries of that name, or all of a kind. Raises UnknownNameError."""
    if name in FAMILIES:
        return [(FAMILIES[name], card) for card in FAMILIES[name].values()]
    return find(name)


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
