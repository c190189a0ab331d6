"""`dlc norm`: an array normalised, its gradients, and what is kept of the batch."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlc.cli import params as parameters
from dlc.cli import show, values
from dlc.cli.catalog import complete
from dlc.cli.errors import BadInputError
from dlc.reference.norm_family import LAYOUTS
from dlc.reference.norms import NORMS, NormCard

if TYPE_CHECKING:
    import numpy as np

    from dlc.reference.norm_conventions import NormConvention
    from dlc.reference.norm_family import Arrangement

SEEDS = 10  # of the demonstration


def norm(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Which; see `dlc list norm`.", autocompletion=complete(NORMS))
    ],
    x: Annotated[
        str | None,
        typer.Argument(metavar="[X]", help="1,2,3, rows as 1,2;3,4, a .csv, .npy or .npz file, or `-`."),
    ] = None,
    layout: Annotated[
        str | None,
        typer.Option(metavar="AXES", help=f"{', '.join(LAYOUTS)}; NC, NCL or NCHW by the number of axes."),
    ] = None,
    shape: Annotated[str | None, typer.Option(metavar="SIZES", help="Axes of X, like 2,3,4.")] = None,
    array: Annotated[str | None, typer.Option("--array", metavar="NAME", help="Which array of a .npz file.")] = None,
    groups: Annotated[int | None, typer.Option(metavar="N", help="Groups of channels, of group.")] = None,
    eps: Annotated[float | None, typer.Option(metavar="ε", help="What is added to the variance.")] = None,
    param: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="NAME=VALUE", help="Any parameter, like size=3.")
    ] = None,
    training: Annotated[bool, typer.Option("--training/--inference", help="By the batch, or by what is kept.")] = True,
    momentum: Annotated[
        float | None,
        typer.Option(metavar="M", help="Weight of the new batch in what is kept; the library's with --as."),
    ] = None,
    running: Annotated[
        str | None, typer.Option(metavar="KEPT", help="What is kept before, a row for each statistic: 0,0;1,1.")
    ] = None,
    gain: Annotated[str | None, typer.Option(metavar="γ", help="Gains, one number for all or one for each.")] = None,
    bias: Annotated[str | None, typer.Option(metavar="β", help="Biases, alike.")] = None,
    backward: Annotated[
        str | None, typer.Option(metavar="V", help="Gradients, too; V is that by the result: 1, or like X.")
    ] = None,
    dtype: Annotated[
        str | None, typer.Option(help="float32 or float64; by default that of a .npy file, or float64.")
    ] = None,
    as_: Annotated[
        str | None, typer.Option("--as", metavar="LIBRARY", help="By the defaults of torch, keras or onnx.")
    ] = None,
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the result (and gradients) to a .npz file.")
    ] = None,
    threads: Annotated[int, typer.Option(help="The bits do not depend on it.")] = 1,
    demo: Annotated[
        bool, typer.Option("--demo", help="Train networks with and without it, over rates, initial scales and seeds.")
    ] = False,
    seeds: Annotated[int, typer.Option(help="Of the demonstration.")] = SEEDS,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Normalise an array: each number with its error in ulp, gradients, and what a batch leaves for inference.

    A vector is one set of numbers that are normalised together.

    dlc norm batch 1,2,3,4 --as keras

    dlc norm layer "1,2,3;4,5,9" --gain 2 --backward "1,0,0;0,1,0"

    dlc norm group x.npy --layout NHWC --groups 4 --dtype float32

    dlc norm batch --demo
    """
    if demo:
        from dlc.cli.norm_demo import show_demo  # on use: compiled training

        _refuse_numbers(x)
        show_demo(name, seeds, as_json=as_json)
        return
    if x is None:
        raise BadInputError("give numbers or a file to normalise, or --demo")
    there = _in_library(as_, name) if as_ else None
    card = NORMS[there.card if there else name]
    values.check_type(dtype)
    if threads < 1:
        raise BadInputError(f"--threads {threads} is below 1")

    import numpy as np

    from dlc.cli import norm_inputs as inputs
    from dlc.cli.agreement_norms import Case
    from dlc.cli.norm_answer import NormAnswer

    given = inputs.shaped(inputs.array(x, "X", array), shape)
    kind = values.type_for(given, dtype)
    given, at = inputs.arranged(card, values.as_type(given, kind), layout, _groups(card, there, groups))
    params = _params(card, there, param or [], eps, float(np.finfo(kind).eps))
    moving = _moving(card, there, momentum)
    if not training and not card.kept:
        show.note(f"{card.name} keeps nothing: inference is as training")
        training = True
    _check_sets(card, given, at, params, moving, there, training=training)
    v = inputs.like(inputs.array(backward, "--backward"), given, "--backward") if backward else np.ones_like(given)
    case = Case(
        card, at, params, given, v, inputs.gains(gain, "--gain", card, at, kind),
        inputs.gains(bias, "--bias", card, at, kind),
        _kept(card, at, running, training=training, from_right=bool(params.get("from_right"))), training,
    )  # fmt: skip
    answer = NormAnswer(case, backward=backward is not None, moving=moving, there=there, threads=threads)
    if out:
        _write(out, answer)
    if as_json:
        show.json_object("norm", name=card.name, dtype=kind, params=params, library=as_, **answer.json())
        return
    answer.show()


def _refuse_numbers(x: str | None) -> None:
    if x is not None:
        raise BadInputError("--demo trains on MNIST-1D; it takes no numbers")


def _in_library(library: str, name: str) -> "NormConvention":
    """What NAME means in LIBRARY. Raises BadInputError where it has no such, UnknownNameError where none has."""
    from dlc.reference.norm_conventions import NORM_CONVENTIONS, norm_convention, norm_conventions

    if library not in NORM_CONVENTIONS:
        raise BadInputError(
            f"--as {library!r} is not a library whose normalisations we know; choose {', '.join(NORM_CONVENTIONS)}"
        )
    found = norm_convention(library, name)
    if found is None:
        have = " and ".join(norm_conventions(NORMS[name].name)) or "none"
        raise BadInputError(f"{library} has no {NORMS[name].name}; of the others, {have}")
    return found


def _groups(card: NormCard, there: "NormConvention | None", groups: int | None) -> int:
    """How many groups. Raises BadInputError where they are missing, or are not wanted."""
    if card.shares != "group":
        if groups is not None:
            raise BadInputError(f"--groups is for group, not for {card.name}")
        return 1
    if groups is None and there is not None and isinstance(there.groups, int):
        return there.groups
    if groups is None:
        raise BadInputError("group needs --groups; keras alone has a default, 32")
    if groups < 1:
        raise BadInputError(f"--groups {groups} is below 1")
    return groups


def _params(
    card: NormCard, there: "NormConvention | None", assignments: list[str], eps: float | None, eps_of_type: float
) -> dict[str, float]:
    if eps is not None:
        if "eps" not in card.knobs:
            raise BadInputError(f"{card.name} has no eps")
        assignments = [*assignments, f"eps={eps!r}"]
    return parameters.parse(card, assignments, there.knobs(eps_of_type) if there else None)


def _moving(card: NormCard, there: "NormConvention | None", momentum: float | None) -> dict[str, float]:
    """Weight of the new batch, and whether the variance is by n − 1, where a mean is kept."""
    if "variance" not in card.kept:
        if momentum is not None:
            raise BadInputError(f"{card.name} keeps no moving mean, so it has no momentum")
        return {}
    if momentum is not None and not 0 <= momentum <= 1:
        raise BadInputError(f"--momentum {momentum:g} is not between 0 and 1")
    if there is None:
        return {"momentum": 0.1 if momentum is None else momentum, "unbiased": 1.0, "deviation": 0.0}
    share = there.share_of_new if momentum is None else there.as_ours(momentum)
    return {"momentum": share, "unbiased": float(there.unbiased), "deviation": float(there.deviation)}


def _kept(card: NormCard, at: "Arrangement", running: str | None, *, training: bool, from_right: bool) -> Any:
    """What is kept before. Raises BadInputError where inference needs more than was given."""
    from dlc.cli import norm_inputs

    if not training and card.shares == "matrix":
        raise BadInputError(f"inference of {card.name} divides by what training found last: take its result there")
    if not training and running is None:
        raise BadInputError(f"--inference needs --running: {' and '.join(card.kept)}, a row of each")
    return norm_inputs.kept(running, card, at, from_right=from_right)


def _check_sets(
    card: NormCard,
    x: "np.ndarray",
    at: "Arrangement",
    params: Mapping[str, float],
    moving: Mapping[str, float],
    there: "NormConvention | None",
    *,
    training: bool,
) -> None:
    """What has no variance or direction is refused, or noted. Raises BadInputError."""
    from dlc.cli.norm_sets import constant_sets, size_of_set

    if card.shares == "channel" and training and moving and size_of_set(card, at) == 1:
        if there is not None and there.refuses_one:
            raise BadInputError(
                f"{there.short} refuses a batch of 1: one number for each channel has no variance; use --inference"
            )
        if moving["unbiased"]:
            raise BadInputError(
                "a batch of 1: one number for each channel has no variance by n − 1 (torch refuses it, keras keeps 0); "
                "use --inference, or --as keras"
            )
        show.note("a batch of 1: each number is its own mean, so the result is 0, or the bias, whatever it is")
        return
    if not training:
        return
    found = constant_sets(card, x, at)
    if not len(found):
        return
    first = f"{'row' if card.gain == 'set' or card.shares == 'matrix' else card.shares} {found[0] + 1}"
    if card.shares == "matrix" or card.gain == "set":
        raise BadInputError(f"{first} of the weights is 0, and has no direction")
    if params.get("eps") == 0:
        raise BadInputError(f"{first} is constant: with ε = 0 that is 0/0; give --eps")
    more = f", and {len(found) - 1} more," if len(found) > 1 else ""
    show.note(f"{first}{more} has no spread: its result says nothing of it")


def _write(path: str, answer: Any) -> None:
    """Result and gradients in a .npz file. Raises BadInputError."""
    import io
    from pathlib import Path

    import numpy as np

    from dlc.kernels.cache import write_whole

    if not path.endswith(".npz"):
        raise BadInputError(f"--out {path} is not a .npz file")
    packed, arrays = io.BytesIO(), {"y": answer.y}
    if answer.gradients is not None:
        arrays |= {"gradient": answer.gradients.x, "by_gain": answer.gradients.gain, "by_bias": answer.gradients.bias}
    np.savez(packed, **arrays)
    try:
        write_whole(Path(path), packed.getvalue())
    except OSError as error:
        raise BadInputError(f"--out {path}: {error.strerror or error}") from None
