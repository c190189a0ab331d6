"""`dlc loss`: the loss of predictions, and its gradient."""

from typing import Annotated, Any

import typer

from dlc.cli import params as parameters
from dlc.cli import show
from dlc.cli.catalog import complete
from dlc.cli.errors import BadInputError
from dlc.reference.losses import LOSSES, LossCard
from dlc.reference.ulp import FORMATS

REDUCTIONS = ("none", "mean", "sum", "batch")


def loss(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Which loss; see `dlc list loss`.", autocompletion=complete(LOSSES))
    ],
    pred: Annotated[
        str,
        typer.Option("--pred", metavar="P", help="Predictions: 0.2,0.7, rows as 1,2;3,4, a .csv or .npy file, or `-`."),
    ],
    target: Annotated[str, typer.Option("--target", metavar="T", help="Targets, alike; classes are numbers from 0.")],
    param: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="NAME=VALUE", help="A parameter, like delta=2.")
    ] = None,
    grad: Annotated[bool, typer.Option("--grad", help="The gradient by each prediction, too.")] = False,
    reduction: Annotated[
        str | None,
        typer.Option(metavar="RULE", help="none, mean (of all values), sum, or batch (the sum by the rows)."),
    ] = None,
    weight: Annotated[str | None, typer.Option(metavar="W", help="A weight for each value.")] = None,
    class_weight: Annotated[
        str | None, typer.Option("--class-weight", metavar="W", help="A weight for each class of the target.")
    ] = None,
    ignore: Annotated[
        int | None, typer.Option("--ignore-index", metavar="CLASS", help="Leave out rows with this target.")
    ] = None,
    dtype: Annotated[
        str | None, typer.Option(help="float32 or float64; by default that of a .npy file, or float64.")
    ] = None,
    as_: Annotated[
        str | None,
        typer.Option("--as", metavar="LIBRARY", help="By the definition and defaults of torch, keras or optax."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """The loss of each prediction, what the losses are reduced to, and the gradient, each with its error in ulp.

    With weights, mean divides by their sum. A mean's gradient is that of the mean.

    dlc loss huber --pred 1,2,5 --target 1.5,2,1 --grad

    dlc loss bce --pred 0.9,0.2 --target 1,0 --as torch

    dlc loss sparse_softmax_cross_entropy --pred "2,1,0;0,3,1" --target 0,2 --class-weight 1,1,5
    """
    card, defaults, divisor, natural, names = _meaning(as_, name)
    params = parameters.parse(card, param or [], defaults, names)
    if reduction is not None and reduction not in REDUCTIONS:
        raise BadInputError(f"no reduction {reduction!r}; choose {', '.join(REDUCTIONS)}")
    if dtype is not None and dtype not in FORMATS:
        raise BadInputError(f"no dtype {dtype!r}; choose {' or '.join(FORMATS)}")
    if pred == "-" and target == "-":
        raise BadInputError("--pred and --target cannot both come from standard input; give one as a file")

    import numpy as np

    from dlc.cli import loss_inputs, values
    from dlc.cli.loss_answer import LossAnswer

    given = [loss_inputs.table(pred, "--pred"), loss_inputs.table(target, "--target")]
    ignored = None
    if ignore is not None:
        _needs_classes(card, "--ignore-index")
        ignored = given[1].reshape(-1) == ignore
        given[1] = np.where(given[1] == ignore, 0.0, given[1])
        if ignored.all():
            raise BadInputError(f"every target is {ignore}, which --ignore-index leaves out")
    kind = dtype or ("float32" if given[0].dtype == "float32" else "float64")
    p, t = loss_inputs.fitted(card, params, *(values.as_type(each, kind) for each in given))
    weights = None
    count = len(p) if card.row else p.size
    if weight:
        weights = loss_inputs.weights(loss_inputs.table(weight, "--weight"), "--weight", count)
    if class_weight:
        _needs_classes(card, "--class-weight")
        each = loss_inputs.weights(loss_inputs.table(class_weight, "--class-weight"), "--class-weight", p.shape[-1])
        chosen = each[t.reshape(-1).astype(int)]
        weights = chosen if weights is None else weights * chosen
    if ignored is not None:
        weights = np.where(ignored, 0.0, np.ones(count) if weights is None else weights)

    answer = LossAnswer(card, params, p, t, reduction=reduction or natural, weights=weights, divisor=divisor)
    if as_json:
        show.json_object(
            "loss", name=card.name, dtype=kind, params=params, library=as_, reduction=answer.reduction,
            value=answer.total, rows=answer.records(),
        )  # fmt: skip
        return
    answer.show_table(with_gradient=grad)


def _needs_classes(card: LossCard, option: str) -> None:
    if card.target != "class":
        raise BadInputError(f"{option} is for losses whose target is a class; {card.name} takes {card.target}s")


def _meaning(library: str | None, name: str) -> tuple[LossCard, dict[str, float], str, str, dict[str, Any]]:
    """The card, a library's parameters, what its mean divides by, its reduction, and its names of parameters."""
    return LOSSES[name], {}, "weights", "mean", {}
