"""`dlc cost`: a loss over a whole data set, read once, and the penalty of weights."""

from typing import TYPE_CHECKING, Annotated

import typer

from dlc.cli import params as parameters
from dlc.cli import progress
from dlc.cli.catalog import complete
from dlc.cli.errors import BadInputError
from dlc.cli.tables import BadRows, Table, available_threads, open_table
from dlc.reference.costs import AVERAGES, COSTS
from dlc.reference.family import UnknownNameError
from dlc.reference.losses import LOSSES, LossCard

if TYPE_CHECKING:
    from dlc.cli.cost_penalty import Penalised


def cost(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A cost or any loss; `dlc list cost`.", autocompletion=complete(COSTS, LOSSES)
        ),
    ],
    file: Annotated[
        str, typer.Argument(metavar="FILE", help=".csv, .tsv (also .gz), .npy, .npz or .parquet, or `-`: CSV on stdin.")
    ],
    pred: Annotated[
        str, typer.Option("--pred", metavar="COLUMNS", help="Predictions: columns by name, or by number from 1.")
    ],
    target: Annotated[
        str, typer.Option("--target", metavar="COLUMNS", help="Targets, alike; few losses take none.")
    ] = "",
    weight: Annotated[str | None, typer.Option(metavar="COLUMN", help="How much each row counts.")] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("-p", "--param", metavar="NAME=VALUE", help="A parameter of the loss, like delta=2."),
    ] = None,
    average: Annotated[
        str | None, typer.Option(metavar="RULE", help=f"What becomes of a loss: {', '.join(AVERAGES)}.")
    ] = None,
    weights: Annotated[
        str | None, typer.Option("--weights", metavar="FILE", help="Weights to be penalised: .npy, .npz, .csv.")
    ] = None,
    l1: Annotated[float | None, typer.Option("--l1", metavar="λ", help="λ times their l1 norm.")] = None,
    l2: Annotated[float | None, typer.Option("--l2", metavar="λ", help="λ times their squared l2 norm.")] = None,
    elastic: Annotated[
        float | None, typer.Option("--elastic", metavar="λ", help="λ times the elastic net; see --l1-ratio.")
    ] = None,
    l1_ratio: Annotated[
        float | None, typer.Option("--l1-ratio", metavar="ρ", help="The share of l1 in --elastic; ½ by default.")
    ] = None,
    group: Annotated[
        float | None, typer.Option("--group", metavar="λ", help="λ times √n and the l2 norm, of each row of n.")
    ] = None,
    worst: Annotated[int, typer.Option("--worst", metavar="N", help="Show the rows that add most.")] = 5,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Count bad rows and go on; else the first ends it.")
    ] = False,
    threads: Annotated[int, typer.Option("--threads", help="All processors by default; the result is the same.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Total, mean and standard error of a loss over all rows, its gradient, the worst rows, and penalties of weights.

    The file is read once and may be larger than memory. With several columns a loss of numbers adds up a row's values;
    its mean is over all values. Rows with nan or no number, or outside of what the loss takes, are bad.

    dlc cost mean_squared results.csv --pred predicted --target actual

    dlc cost huber results.csv --pred 2 --target 3 -p delta=2 --average sum --worst 10

    dlc cost sum_of_squares results.csv --pred 1 --target 2 --weights model.npz --l2 0.01
    """
    card, rule = _meaning(name, average)
    params = parameters.parse(card, param or [])
    penalties = _penalties(weights, l1, l2, elastic, l1_ratio, group)
    if worst < 0:
        raise BadInputError(f"--worst {worst} is below 0")
    if threads < 0:
        raise BadInputError(f"--threads {threads} is below 0")
    bad = BadRows(skip=skip_bad)
    with open_table(file) as table:
        from dlc.cli.cost_answer import CostAnswer  # on use: NumPy
        from dlc.cli.cost_sum import Columns, CostSum
        from dlc.cli.tables_bar import with_bar

        preds, targets = (table.find(filter(None, each.split(","))) for each in (pred, target))
        columns = Columns(preds, targets, _one(table, weight))
        workers = threads or available_threads()
        with progress.compiling():
            found = CostSum(card, params, table, columns, bad=bad, worst=worst, threads=workers)
            for chunk in with_bar(table, table.chunks(columns.all, bad=bad, threads=workers)):
                found.add(chunk)
    if not found.weight:
        raise BadInputError(f"{table.called} has no row that is good and has a weight above 0")
    answer = CostAnswer(name, rule, table, columns, found, _penalised(weights, penalties), bad)
    bad.tell()
    if as_json:
        answer.show_json(params)
    else:
        answer.show_tables()


def _meaning(name: str, average: str | None) -> tuple[LossCard, str]:
    """The loss, and what becomes of its values. Raises BadInputError, or UnknownNameError."""
    if average is not None and average not in AVERAGES:
        raise BadInputError(f"no average {average!r}; choose {', '.join(AVERAGES)}")
    if name in COSTS:
        named = COSTS[name]
        if average not in (None, named.average):
            raise BadInputError(f"{name} is a {named.average} already; for another, give the loss: {named.loss}")
        return LOSSES[named.loss], named.average
    if name in LOSSES:
        return LOSSES[name], average or "mean"
    raise UnknownNameError("cost or loss", name, [*COSTS.names, *LOSSES.names])


def _penalties(
    weights: str | None,
    l1: float | None,
    l2: float | None,
    elastic: float | None,
    l1_ratio: float | None,
    group: float | None,
) -> dict[str, dict[str, float]]:
    """The penalties that were asked for, by name. Raises BadInputError."""
    given = {"lasso": l1, "ridge": l2, "elastic_net": elastic, "group_lasso": group}
    chosen = {name: {"strength": strength} for name, strength in given.items() if strength is not None}
    if l1_ratio is not None:
        if elastic is None:
            raise BadInputError("--l1-ratio is a share of --elastic; give that, too")
        chosen["elastic_net"]["ratio"] = l1_ratio
    if chosen and weights is None:
        raise BadInputError("a penalty needs --weights FILE")
    if weights is not None and not chosen:
        raise BadInputError("--weights is for a penalty: give --l1, --l2, --elastic or --group")
    return chosen


def _penalised(weights: str | None, penalties: dict[str, dict[str, float]]) -> "Penalised | None":
    if weights is None:
        return None
    from dlc.cli.cost_penalty import penalised

    return penalised(weights, penalties)


def _one(table: Table, column: str | None) -> int | None:
    if column is None:
        return None
    found = table.find([column])
    if len(found) != 1:
        raise BadInputError(f"--weight {column} is {len(found)} columns; give one")
    return found[0]
