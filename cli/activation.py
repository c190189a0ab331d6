"""`dlc activation`: values and derivatives of an activation function, each with its error."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlc.cli import kinks, show, values, viewpoint
from dlc.cli import params as parameters
from dlc.cli.catalog import complete
from dlc.cli.errors import BadInputError
from dlc.reference.activations import ACTIVATIONS, ActivationCard

if TYPE_CHECKING:
    import numpy as np

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
    as_: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="LIBRARY",
            help="By the definition and defaults of torch, keras, jax or onnx, or their name.",
        ),
    ] = None,
    kink: Annotated[
        str | None,
        typer.Option(
            metavar="RULE", help="The derivative at a kink: left, right, mid, zero, or a library's; else the card's."
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Second derivatives, and derivatives by learnable parameters, too.")
    ] = False,
    jacobian: Annotated[
        bool,
        typer.Option(
            "--jacobian",
            help="All derivatives of softmax and other vector functions; without it, those of each y by its own x, or "
            "the gradient of the sum of y where y has another length.",
        ),
    ] = False,
    draw: Annotated[bool, typer.Option("--plot", help="Draw value and derivative.")] = False,
    no_ulp: Annotated[bool, typer.Option("--no-ulp", help="Leave out the errors: quicker for many values.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Value and derivative at each X, from the compiled kernel, with their errors in ulp against the reference.

    dlc activation gelu -1 0.5 2

    dlc activation leaky_relu -3:3:0.5 -p alpha=0.2 --dtype float32

    dlc activation leaky_relu -1 0 1 --as jax

    dlc activation relu 0 --kink mid

    dlc activation softmax 1 2 3 --jacobian
    """
    if as_:
        library = viewpoint.library_named(as_, "--as")
        there = viewpoint.meaning_in(library, name)
        card = there.card
        params = parameters.parse(card, param or [], there.params, there.spelling.other_names)
    else:
        card = ACTIVATIONS[name]
        params = parameters.parse(card, param or [])
    values.check_type(dtype)
    if jacobian and not card.vector:
        raise BadInputError(f"{card.name} has no Jacobian: it takes one number at a time; --jacobian is for vectors")
    if kink and card.vector:
        raise BadInputError(f"{card.name} is a function of a vector; --kink is for functions of a number")
    if every and card.vector:
        raise BadInputError(f"{card.name} is a function of a vector; --jacobian shows all its derivatives")
    if jacobian and draw:
        raise BadInputError("--jacobian prints a matrix and --plot draws curves; choose one")
    if not x and card.vector:
        raise BadInputError(f"{card.name} takes a vector; give its numbers, like `dlc activation {card.name} 1 2 3`")
    if not x and not draw:
        raise BadInputError(f"no X; try `dlc activation {card.name} 0.5`, a range -2:2:0.5, a file, or - for stdin")

    read = values.read(x or [PLOTTED])
    kind = values.type_for(read, dtype)
    numbers = values.as_type(read, kind)
    rule = kink or as_
    slopes = viewpoint.slopes_at_kinks(rule, card, params) if rule and not card.vector else {}

    if card.vector:
        from dlc.cli.answer_vectors import VectorsAnswer  # on use: NumPy

        answer: Any = VectorsAnswer(card, params, numbers, with_ulp=not no_ulp, with_jacobian=jacobian)
    else:
        from dlc.cli.answer_numbers import NumbersAnswer  # on use: NumPy

        taken = kinks.with_derivatives(card, slopes)
        answer = NumbersAnswer(taken, params, numbers, with_ulp=not no_ulp, every=every)
        for place, slope in slopes.items():
            answer.put_derivative(place, float(slope))
        if kink:
            _note_kinks(card, params, answer.x)
    if as_json:
        show.json_object(
            "activation",
            name=card.name,
            dtype=kind,
            params=params,
            library=as_,
            kink=kink,
            rows=answer.records(),
        )
        return
    if x:
        answer.show_table()
    if draw:
        answer.show_plot()


def _note_kinks(card: ActivationCard, params: dict[str, float], x: "np.ndarray") -> None:
    """Says where --kink changes nothing, and where the function itself jumps at one of X."""
    places = card.kinks_at(params)
    if not places:
        show.note(f"{card.name} has no kinks: --kink changes nothing")
    for place in places:
        if (x == place).any() and kinks.jumps(card, place, params):
            show.note(f"{card.name} itself jumps at {place:g}: the derivatives there are those of the pieces")
