"""`dlc activation`: values and derivatives of an activation function, each with its error."""

from typing import Annotated

import typer

from dlc.cli import params as parameters
from dlc.cli import show, values
from dlc.cli.catalog import complete
from dlc.cli.errors import BadInputError
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.ulp import FORMATS

PLOTTED = "-6:6:0.05"


def activation(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="Which function; see `dlc list`.", autocompletion=complete(ACTIVATIONS)),
    ],
    x: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[X]...", help="Numbers, start:stop:step, `-` for standard input, or .csv and .npy files."
        ),
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="NAME=VALUE", help="A parameter, like alpha=0.2.")
    ] = None,
    dtype: Annotated[
        str | None, typer.Option(help="float32 or float64; by default that of a .npy file, or float64.")
    ] = None,
    jacobian: Annotated[
        bool, typer.Option("--jacobian", help="All derivatives of softmax and other vector functions.")
    ] = False,
    draw: Annotated[bool, typer.Option("--plot", help="Draw value and derivative.")] = False,
    no_ulp: Annotated[bool, typer.Option("--no-ulp", help="Leave out the errors: quicker for many values.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Value and derivative at each X, from the compiled kernel, with their errors in ulp against the reference.

    dlc activation gelu -1 0.5 2

    dlc activation leaky_relu -3:3:0.5 -p alpha=0.2 --dtype float32

    dlc activation softmax 1 2 3 --jacobian
    """
    card = ACTIVATIONS[name]
    params = parameters.parse(card, param or [])
    if dtype is not None and dtype not in FORMATS:
        raise BadInputError(f"no dtype {dtype!r}; choose {' or '.join(FORMATS)}")
    if jacobian and not card.vector:
        raise BadInputError(f"{card.name} has no Jacobian: it takes one number at a time; --jacobian is for vectors")
    if jacobian and draw:
        raise BadInputError("--jacobian prints a matrix and --plot draws curves; choose one")
    if not x and card.vector:
        raise BadInputError(f"{card.name} takes a vector; give its numbers, like `dlc activation {card.name} 1 2 3`")
    if not x and not draw:
        raise BadInputError(f"no X; try `dlc activation {card.name} 0.5`, a range -2:2:0.5, a file, or - for stdin")

    read = values.read(x or [PLOTTED])
    kind = dtype or ("float32" if read.dtype == "float32" else "float64")
    numbers = values.as_type(read, kind)
    params = values.params_as_type(params, kind)
    parameters.check_domain(card, params)  # once more: rounding may have left it

    from dlc.cli.answer import NumbersAnswer, VectorsAnswer  # on use: NumPy

    with_ulp = not no_ulp
    answer = (
        VectorsAnswer(card, numbers, with_ulp=with_ulp, with_jacobian=jacobian)
        if card.vector
        else NumbersAnswer(card, params, numbers, with_ulp=with_ulp)
    )
    if as_json:
        show.json_object("activation", name=card.name, dtype=kind, params=params, rows=answer.records())
        return
    if x:
        answer.show_table()
    if draw:
        answer.show_plot()
