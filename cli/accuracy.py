"""`dlc accuracy`: how exact every activation is, here and in the libraries."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from dlc.cli import progress, show
from dlc.cli.accuracy_table import PEERS, Row, Table
from dlc.cli.agreement import Agreement
from dlc.cli.agreement_activations import check_activation
from dlc.cli.catalog import complete
from dlc.cli.errors import FailedError
from dlc.cli.quantities import quantities
from dlc.reference.activations import ACTIVATIONS, ActivationCard

FLOAT64_SAMPLES = 3000
VECTOR_SAMPLES = 6000
SPARSE = 61  # of the blocks of inputs, one is tried
HEADERS = ("name", "quantity", "float32", "float64", *PEERS)


def accuracy(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Activations; all by default.", autocompletion=complete(ACTIVATIONS)),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FILE.md", help="Keep the table as Markdown, and as JSON beside it; earlier rows stay."),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Every 61st block of 4096 float32 inputs, not all.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """The worst error in ulp of each activation: float32 over all 2^32 inputs, float64 over samples, and libraries.

    A function of a number is proven over every float32 input. torch, jax and keras, where they are installed, are
    measured over seventeen million float32 inputs, so that theirs may be worse still. Exit code 1 where a bound of
    a card does not hold.

    dlc accuracy gelu silu

    dlc accuracy --save accuracy.md
    """
    chosen = [ACTIVATIONS[name] for name in dict.fromkeys(names or ACTIVATIONS)]
    table = Table.read(save) if save else Table()
    rows: list[Row] = []
    with progress.compiling():
        for card in chosen:
            found = list(_rows(card, SPARSE if quick else 1))
            rows += found
            table.put(card.name, found)
            if save:
                table.write(save)
    if as_json:
        show.json_object("accuracy", rows=rows)
    else:
        cells = [[row["name"], row["quantity"], *(_cell(row.get(key)) for key in HEADERS[2:])] for row in rows]
        show.table(HEADERS, cells)
    failed = [row for row in rows if not row["holds"]]
    if failed:
        first = f"{failed[0]['name']} ({failed[0]['quantity']})"
        raise FailedError(f"{len(failed)} of {len(rows)} rows exceed a bound, first {first}")


def _rows(card: ActivationCard, stride: int) -> Iterator[Row]:
    """One row for each thing that CARD has; float32 values and derivatives over every STRIDEth block of inputs."""
    from dlc.cli import accuracy_peers, libraries

    for ours in _ours(card, stride):
        first = ours["float64"]
        row: Row = {"name": card.name, "quantity": first.quantity, "holds": all(each.holds for each in ours.values())}
        row |= {dtype: {"ulp": each.worst, "at": each.at, "inputs": each.samples} for dtype, each in ours.items()}
        order = {"value": 0, "derivative": 1}.get(first.quantity)
        for library in PEERS:
            if order is None or card.noisy or not libraries.available(library):  # each draws noise of its own
                continue
            if card.vector:
                theirs = accuracy_peers.vector_errors(card, library) if order == 0 else None
            else:
                theirs = accuracy_peers.number_errors(card, library, order)
            if theirs:
                row[library] = asdict(theirs)
        yield row


def _ours(card: ActivationCard, stride: int) -> Iterator[dict[str, Agreement]]:
    """The float32 and the float64 agreement of each thing that CARD has."""
    double = check_activation(card, ("float64",), VECTOR_SAMPLES if card.vector else FLOAT64_SAMPLES)
    single = check_activation(card, ("float32",), VECTOR_SAMPLES) if card.vector else _proofs(card, stride)
    for narrow, wide in zip(single, double, strict=True):
        yield {"float32": narrow, "float64": wide}


def _proofs(card: ActivationCard, stride: int) -> Iterator[Agreement]:
    """float32: value and derivative over every STRIDEth block of inputs, the rest over fewer."""
    from dlc.cli.agreement_exhaustive import prove_quantity

    for order, quantity in enumerate(quantities(card)):
        yield prove_quantity(quantity, stride if order < 2 else SPARSE)


def _cell(found: dict[str, Any] | None) -> Any:
    if not found:
        return ""
    return (found["ulp"], f"{show.short(found['ulp'], 3)} at {found['at'].removeprefix('x = ')}")
