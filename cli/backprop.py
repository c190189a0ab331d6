"""`dlc backprop`: a network's forward and backward pass in numbers, checked; its descent; its graph."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlc.cli import show, values
from dlc.cli.errors import BadInputError, FailedError

if TYPE_CHECKING:
    from dlc.cli.network_file import Written
    from dlc.reference.network import Network

MOST_STEPS = 1_000_000


def backprop(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A network in JSON or TOML, with its weights.")
    ] = None,
    layers: Annotated[
        str | None, typer.Option(metavar="SIZES", help="Instead: inputs and units, like 2,3,1; 64x8 are eight of 64.")
    ] = None,
    activation: Annotated[
        str | None, typer.Option(metavar="NAME", help="After each layer but the last; like leaky_relu:alpha=0.2.")
    ] = None,
    output: Annotated[str | None, typer.Option(metavar="NAME", help="An activation after the last layer.")] = None,
    loss: Annotated[str | None, typer.Option(metavar="NAME", help="Any of `dlc list loss`; mse by default.")] = None,
    batch_norm: Annotated[bool, typer.Option("--batch-norm", help="Before each activation.")] = False,
    dropout: Annotated[float, typer.Option(metavar="RATE", help="After each activation.")] = 0.0,
    x: Annotated[
        str | None, typer.Option("--x", metavar="X", help="Inputs: 1,2, rows as 1,2;3,4, a .csv or .npy file, or `-`.")
    ] = None,
    target: Annotated[str | None, typer.Option(metavar="T", help="Targets, alike; classes from 0.")] = None,
    batch: Annotated[int, typer.Option(metavar="ROWS", help="Rows to draw where no --x is given.")] = 8,
    init: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Weights: any of `dlc list initializer`, or torch.linear, keras.dense, ..."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of weights, of what is drawn, and of dropout.")] = None,
    dtype: Annotated[str, typer.Option(help="float32 or float64.")] = "float64",
    inference: Annotated[
        bool, typer.Option("--inference", help="Without dropout, and with kept statistics, as after training.")
    ] = False,
    row: Annotated[int, typer.Option(help="The row whose numbers are shown, from 1.")] = 1,
    step: Annotated[float | None, typer.Option(metavar="LR", help="Descend with this learning rate.")] = None,
    steps: Annotated[int, typer.Option(metavar="N", help="So many steps, with --step.")] = 1,
    every: Annotated[bool, typer.Option("--all", help="Every number and gradient, of large networks too.")] = False,
    draw: Annotated[bool, typer.Option("--plot", help="Draw how signals and errors change over the layers.")] = False,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="That as a .png, .svg or .pdf.")] = None,
    dot: Annotated[Path | None, typer.Option(metavar="FILE", help="The graph of the computation, in dot.")] = None,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="The graph of the computation, drawn.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Forward values, local derivatives, the chain of products and all gradients of a network, each checked.

    Gradients come from compiled kernels. They are compared with the reference's scalar autodiff and with central
    differences; where one disagrees, the exit code is 1.

    dlc backprop --layers 2,3,1 --activation tanh --loss mse --x 0.5,-1 --target 0.2

    dlc backprop --layers 64x30,10 --activation sigmoid --init glorot --plot

    dlc backprop net.toml --step 0.1 --steps 100
    """
    values.check_type(dtype)
    if steps < 1 or steps > MOST_STEPS:
        raise BadInputError(f"--steps is {steps}; take 1 to {MOST_STEPS:,}")
    if step is not None and not 0 < step < float("inf"):
        raise BadInputError(f"--step {step:g} is no learning rate; take one above 0")
    if steps > 1 and step is None:
        raise BadInputError("--steps needs --step LR, the learning rate")
    if seed is not None and seed < 0:
        raise BadInputError(f"--seed is {seed}; take 0 or more")
    outputs = {"--save": save, "--dot": dot, "--svg": svg}
    for option, path in outputs.items():
        if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise BadInputError(f"{option} {path}: it is a folder, or there is no folder to write it in")
    if save is not None:
        from dlc.cli.backprop_picture import check_extension

        check_extension(save)
    written = _written(
        file, layers, activation=activation, output=output, loss=loss, batch_norm=batch_norm, dropout=dropout
    )
    if written.network.size == 0:
        raise BadInputError("the network has no parameters; give it a dense layer")

    from dlc.cli.backprop_inputs import batch_of
    from dlc.cli.backprop_run import Passes

    chosen_seed = written.seed if seed is None else seed
    network = written.network
    inputs, targets = batch_of(written, x, target, batch, chosen_seed, dtype)
    _check_rows(network, len(inputs), row, training=not inference)
    passes = Passes(
        network, written.weights(init, seed), inputs, targets, dtype, training=not inference, seed=chosen_seed
    )
    checks, notes = passes.checks()
    descent = passes.descend(step, steps) if step is not None else []
    for note in notes:
        show.note(note)
    if as_json:
        show.json_object("backprop", **passes.record(checks, descent, row - 1))
    else:
        passes.show(checks, descent, row - 1, every=every or not sys.stdout.isatty())
    if draw:
        passes.plot()
    if save is not None:
        passes.save(save)
    if dot is not None or svg is not None:
        from dlc.cli.backprop_graph import write

        write(passes, row - 1, dot, svg)
    if failed := [each for each in checks if not each.holds]:
        worst = failed[0]
        raise FailedError(
            f"the gradient by {worst.at} is off {worst.against} by {worst.worst:.3g}, more than {worst.bound:g}"
        )


def _written(
    file: Path | None, layers: str | None, *, activation: str | None, output: str | None, loss: str | None,
    batch_norm: bool, dropout: float,
) -> "Written":  # fmt: skip
    from dlc.cli import network_file

    if file is not None:
        typed = {"--layers": layers, "--activation": activation, "--output": output, "--loss": loss,
                 "--batch-norm": batch_norm, "--dropout": dropout}  # fmt: skip
        if both := [option for option, value in typed.items() if value]:
            raise BadInputError(f"{both[0]} and {file} both say what the network is; give one")
        return network_file.read(file)
    if layers is None:
        raise BadInputError("no network; give --layers, like 2,3,1, or a .json or .toml file")
    network = network_file.from_options(
        layers, activation or "tanh", output or "", loss or "mse", batch_norm=batch_norm, dropout=dropout
    )
    return network_file.Written(network)


def _check_rows(network: "Network", rows: int, row: int, *, training: bool) -> None:
    from dlc.reference.network import BatchNorm

    if not 1 <= row <= rows:
        raise BadInputError(f"--row {row}: the batch has {rows} row{'s' * (rows > 1)}")
    if training and rows < 2 and any(isinstance(layer, BatchNorm) for layer in network.layers):
        raise BadInputError("batch norm needs 2 rows or more in training: the variance of one is 0; or use --inference")
