"""`dlc train`: a network of dense layers learns real data, in compiled epochs."""

from pathlib import Path
from typing import Annotated

import typer

from dlc.cli.entrants import complete_entrant
from dlc.cli.errors import FailedError

# What a training that goes on may be told anew; all else is in its file.
OF_THE_RUN = {"epochs", "history", "save", "resume", "quiet", "as_json", "data"}


def train(
    ctx: typer.Context,
    data: Annotated[
        str, typer.Argument(help="mnist1d, digits, iris, wine, breast_cancer, diabetes, or a table like data.csv.")
    ] = "mnist1d",
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Of a table: what is learnt, by name or number from 1.")
    ] = None,
    features: Annotated[
        str | None, typer.Option(metavar="COLUMNS", help="Of a table: from what, like a,b,3; by default all others.")
    ] = None,
    task: Annotated[str, typer.Option(help="auto, classification or regression.")] = "auto",
    layers: Annotated[
        str,
        typer.Option(metavar="SIZES", help="Units of the hidden layers, like 64,32 or 64x8; none for a linear one."),
    ] = "100,100",
    activation: Annotated[str, typer.Option(metavar="NAME", help="Like gelu, or leaky_relu:alpha=0.2.")] = "relu",
    batch_norm: Annotated[bool, typer.Option("--batch-norm", help="Before each activation.")] = False,
    init: Annotated[
        str, typer.Option(metavar="NAME", help="Any of `dlc list initializer`, or torch.linear, keras.dense, ...")
    ] = "torch.linear",
    loss: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Of logits or numbers.", show_default="softmax_cross_entropy, or mse"),
    ] = None,
    optimizer: Annotated[
        str,
        typer.Option(
            metavar="ENTRANT",
            help="As in `dlc optimize`: adam+cosine, momentum:beta=0.8+clip1, torch.optim.AdamW.",
            autocompletion=complete_entrant,
        ),
    ] = "adam",
    library: Annotated[
        str,
        typer.Option("--as", metavar="LIBRARY", help="Optimizer, l2, batch norm, early stopping as torch or keras."),
    ] = "",
    lr: Annotated[float | None, typer.Option(help="The rate.", show_default="the optimizer's own")] = None,
    epochs: Annotated[int, typer.Option(help="How often all rows are learnt.")] = 60,
    batch: Annotated[int, typer.Option(help="Rows of a step.")] = 100,
    l1: Annotated[float, typer.Option(help="Add l1·Σ|w| to the loss.")] = 0.0,
    l2: Annotated[float, typer.Option(help="Add l2·Σw² to the loss; --as torch: ½·l2·Σw², biases too.")] = 0.0,
    dropout: Annotated[float, typer.Option(metavar="RATE", help="After each activation.")] = 0.0,
    label_smoothing: Annotated[float, typer.Option(metavar="SHARE", help="Of each target, spread over all.")] = 0.0,
    max_norm: Annotated[float, typer.Option(metavar="NORM", help="Of the weights into a unit; 0 for any.")] = 0.0,
    mixup: Annotated[float, typer.Option(metavar="ALPHA", help="Mix pairs of rows by Beta(alpha, alpha).")] = 0.0,
    noise: Annotated[float, typer.Option(metavar="SIGMA", help="Add normal noise to inputs in training.")] = 0.0,
    patience: Annotated[
        int | None, typer.Option(help="Stop after so many epochs without a better validation loss.")
    ] = None,
    min_delta: Annotated[float, typer.Option(help="What counts as better.")] = 0.0,
    restore: Annotated[bool, typer.Option(help="Then keep the weights of the best epoch.")] = True,
    validation: Annotated[
        float | None, typer.Option(metavar="SHARE", help="Of the rows to learn.", show_default="0, with --patience 0.1")
    ] = None,
    test: Annotated[
        float, typer.Option(metavar="SHARE", help="Of all rows, where the set has no test of its own.")
    ] = 0.2,
    rows: Annotated[int | None, typer.Option(help="Learn no more than so many.")] = None,
    scale: Annotated[bool, typer.Option(help="Standardise features by the training rows.")] = True,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave out bad rows of a table.")] = False,
    seed: Annotated[int, typer.Option(help="Of splits, weights, orders and all that is drawn.")] = 0,
    runs: Annotated[int, typer.Option(help="Train so often, with seeds from --seed on.")] = 1,
    threads: Annotated[
        int | None, typer.Option(help="For --runs; bits do not depend on them.", show_default="all")
    ] = None,
    dtype: Annotated[str, typer.Option(help="float32 or float64.")] = "float32",
    history: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Write the curves.")] = None,
    save: Annotated[Path | None, typer.Option(metavar="FILE.npz", help="Write the weights; at Ctrl-C, too.")] = None,
    resume: Annotated[Path | None, typer.Option(metavar="FILE.npz", help="Go on from there.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No curves and lines on the way.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Train a network on MNIST-1D, on a set of scikit-learn, or on a table; whole epochs are compiled code.

    dlc train

    dlc train --layers none --lr 0.01 --runs 5

    dlc train data.csv --target price --optimizer adamw+warmup_cosine --patience 20 --history curves.csv

    dlc train --epochs 200 --save run.npz        (Ctrl-C, and then:)

    dlc train --resume run.npz --save run.npz
    """
    from dlc.cli import train_plan

    options = {name: value for name, value in ctx.params.items() if name not in OF_THE_RUN}
    sources = {name: ctx.get_parameter_source(name) for name in ctx.params}
    typed = {name for name, source in sources.items() if source is not None and source.name != "DEFAULT"}
    request = train_plan.Request(
        data=data, epochs=epochs, options=options, typed=typed - OF_THE_RUN, is_epochs_typed="epochs" in typed,
        is_data_typed="data" in typed, history=history, save=save, resume=resume, quiet=quiet, as_json=as_json,
    )  # fmt: skip
    _end(train_plan.run(request))


def _end(end: str) -> None:
    """Raises FailedError after a divergence, KeyboardInterrupt after Ctrl-C."""
    if end.startswith("diverged"):
        raise FailedError(end)
    if end == "interrupted":
        raise KeyboardInterrupt
