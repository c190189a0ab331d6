"""`dlc loss`: the loss of predictions, and its gradient."""

from typing import Annotated, Any

import typer

from dlc.cli import params as parameters
from dlc.cli import show, values
from dlc.cli.catalog import complete
from dlc.cli.errors import BadInputError
from dlc.reference.loss_convention import REDUCTIONS, LossConvention
from dlc.reference.loss_conventions import LOSS_CONVENTIONS, loss_convention, loss_conventions
from dlc.reference.loss_family import DOMAINS
from dlc.reference.losses import LOSSES, LossCard


def loss(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Which loss; see `dlc list loss`.", autocompletion=complete(LOSSES))
    ],
    pred: Annotated[
        str,
        typer.Option("--pred", metavar="P", help="Predictions: 0.2,0.7, rows as 1,2;3,4, a .csv or .npy file, or `-`."),
    ],
    target: Annotated[
        str | None, typer.Option("--target", metavar="T", help="Targets, alike; classes are numbers from 0.")
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="NAME=VALUE", help="A parameter, like delta=2.")
    ] = None,
    grad: Annotated[bool, typer.Option("--grad", help="The gradient by each prediction, too.")] = False,
    reduction: Annotated[
        str | None,
        typer.Option(
            metavar="RULE",
            help="none, mean (of all values), sum, batch (sum by rows), elements (sum by predictions). "
            "By default mean, or the library's.",
        ),
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

    With weights, mean divides by their sum, or as the library does. The gradient is that of what is printed last.

    dlc loss huber --pred 1,2,5 --target 1.5,2,1 --grad

    dlc loss bce --pred 0.9,0.2 --target 1,0 --as torch

    dlc loss sparse_softmax_cross_entropy --pred "2,1,0;0,3,1" --target 0,2 --class-weight 1,1,5
    """
    there = _in_library(as_, name) if as_ else None
    card = LOSSES[there.card if there else name]
    named = (there.params, there.other_names) if there else (None, None)
    params = parameters.parse(card, param or [], *named)
    if reduction is not None and reduction not in REDUCTIONS:
        raise BadInputError(f"no reduction {reduction!r}; choose {', '.join(REDUCTIONS)}")
    values.check_type(dtype)
    if pred == "-" and target == "-":
        raise BadInputError("--pred and --target cannot both come from standard input; give one as a file")

    import numpy as np

    from dlc.cli import loss_inputs
    from dlc.cli.loss_answer import LossAnswer

    if ignore is not None or class_weight:
        _needs_classes(card, "--class-weight" if class_weight else "--ignore-index")
    if there and ignore is None and "ignore_index" in there.arguments:
        ignore = int(there.arguments["ignore_index"].default)
    if class_weight and there and params.get("smoothing"):
        raise BadInputError(f"{as_} weighs each class's part of a smoothed target by itself: give one or the other")
    given = [loss_inputs.table(pred, "--pred"), _targets(card, target)]
    if ignore is not None and (given[1] == ignore).all():
        raise BadInputError(f"every target is {ignore}, which is ignored")
    kind = values.type_for(given[0], dtype)
    p, t = loss_inputs.fitted(card, params, *(values.as_type(each, kind) for each in given), ignored=ignore)
    weights = None
    if weight:
        count = len(p) if card.row else p.size
        weights = loss_inputs.weights(loss_inputs.table(weight, "--weight"), "--weight", count)
    if class_weight:
        each = loss_inputs.weights(loss_inputs.table(class_weight, "--class-weight"), "--class-weight", p.shape[-1])
        chosen = each[np.where(t == ignore, 0, t).reshape(-1).astype(int)]
        weights = chosen if weights is None else weights * chosen

    rule = reduction or (there.reduction if there else "mean")
    answer = LossAnswer(card, params, p, t, there=there, reduction=rule, weights=weights, ignored=ignore)
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


def _targets(card: LossCard, target: str | None) -> Any:
    """The targets as numbers. Raises BadInputError where they are missing, or are not wanted."""
    import numpy as np

    from dlc.cli import loss_inputs

    if card.target == "nothing":
        if target is not None:
            raise BadInputError(f"{card.name} takes no --target: predictions are judged by themselves")
        return np.empty(0)
    if target is None:
        raise BadInputError(f"{card.name} needs --target: {DOMAINS[card.target][0]}")
    return loss_inputs.table(target, "--target")


def _in_library(library: str, name: str) -> LossConvention:
    """What NAME means in LIBRARY. Raises BadInputError where it has no such loss, UnknownNameError where none has."""
    if library not in LOSS_CONVENTIONS:
        raise BadInputError(
            f"--as {library!r} is not a library whose losses we know; choose {', '.join(LOSS_CONVENTIONS)}"
        )
    found = loss_convention(library, name)
    if found is None:
        have = ", ".join(loss_conventions(LOSSES[name].name)) or "no library"
        raise BadInputError(f"{library} has no {LOSSES[name].name}; {have} has it")
    return found
