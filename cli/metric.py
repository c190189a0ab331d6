"""`dlc metric`: what people read to judge predictions against targets."""

from math import isnan
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlc.cli import metric_params, progress, show
from dlc.cli.catalog import complete
from dlc.cli.errors import BadInputError
from dlc.reference.metrics import METRICS, MetricCard

if TYPE_CHECKING:
    from dlc.cli.metric_inputs import Data

ALL = "all"
DIGITS = 10  # of a value on a terminal
MOST_RESAMPLES = 100_000


def metric(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="Which metric, see `dlc list metric`; or all.", autocompletion=complete(METRICS)
        ),
    ],
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="A .csv, .npy, .npz or .parquet file, with --columns.")
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="What is right: numbers like 1,0,1, rows like 1,0;0,1, or a file.")
    ] = None,
    pred: Annotated[str | None, typer.Option(help="What was predicted, in the same way.")] = None,
    weights: Annotated[str | None, typer.Option(help="How often each row counts, in the same way.")] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            metavar="TARGET,PRED[,WEIGHT]",
            help="Columns of FILE, by name or number from 1; several scores as a+b+c or 2..4.",
        ),
    ] = None,
    average: Annotated[
        str | None, typer.Option(help="Over labels: binary, macro, micro, weighted, none or samples.")
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(help="Scores above it are label 1; 0.5 by default, for metrics of labels.")
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="NAME=VALUE", help="A parameter, like beta=0.5.")
    ] = None,
    as_: Annotated[
        str | None,
        typer.Option("--as", metavar="LIBRARY", help="By the defaults of sklearn, torchmetrics or keras."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the resamples of `all`.")] = 0,
    resamples: Annotated[
        int | None, typer.Option(help="Of the bootstrap intervals of `all`; 0 for none, by default 100 to 200.")
    ] = None,
    draw: Annotated[
        bool, typer.Option("--plot", help="Draw ROC and precision-recall curves, and calibration.")
    ] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out rows of FILE without numbers; else the first ends it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """A metric of predictions, or with `all` every one that applies, with bootstrap intervals.

    dlc metric f1 --target 1,0,1,1 --pred 1,0,0,1

    dlc metric roc_auc scores.csv --columns label,score

    dlc metric top_k_accuracy --target 0,2 --pred "0.5,0.3,0.2;0.1,0.7,0.2" -p k=2

    dlc metric all scores.csv --columns label,score --plot
    """
    from dlc.cli.metric_inputs import from_file, is_file, sound, typed  # on use: NumPy
    from dlc.reference.metric_conventions import LIBRARIES  # on use: all metrics

    if name not in METRICS and name != ALL and is_file(name):
        name, file = ALL, name
    card = None if name == ALL else METRICS[name]
    if as_ is not None and as_ not in LIBRARIES:
        raise BadInputError(f"--as {as_!r} is not a library we know; choose {', '.join(LIBRARIES)}")
    if resamples is not None and not 0 <= resamples <= MOST_RESAMPLES:
        raise BadInputError(f"--resamples {resamples} is not between 0 and {MOST_RESAMPLES:,}")
    if seed < 0:
        raise BadInputError(f"--seed {seed} is below 0")
    if file is None and columns is not None:
        raise BadInputError("--columns are those of a FILE; name it")
    if file is not None and (target or pred or weights):
        raise BadInputError("FILE has targets and predictions already; leave out --target, --pred and --weights")
    data = sound(typed(target, pred, weights) if file is None else from_file(file, columns, skip_bad=skip_bad))
    assignments = [*(param or []), *([f"average={average}"] if average else [])]
    if card is None:
        _tell_all(data, threshold, assignments, as_, resamples, seed, draw, as_json)
    else:
        _tell_one(card, data, threshold, assignments, as_, draw, as_json)


def _tell_all(
    data: "Data", threshold: float | None, assignments: list[str], library: str | None, resamples: int | None,
    seed: int, draw: bool, as_json: bool,
) -> None:  # fmt: skip
    from dlc.cli.metric_report import Report

    if assignments or library:
        raise BadInputError("`all` takes every metric by its defaults; parameters and --as are for one metric")
    report = Report(data, threshold, resamples, seed)
    if as_json:
        show.json_object("metric", name=ALL, **report.record())
        return
    report.show()
    if draw:
        report.plot()


def _tell_one(
    card: MetricCard, data: "Data", threshold: float | None, assignments: list[str], library: str | None, draw: bool,
    as_json: bool,
) -> None:  # fmt: skip
    from dlc.cli.metric_inputs import checked, kind_of, shaped
    from dlc.cli.metric_kernel import judged, metric_kernel
    from dlc.reference.metric_conventions import as_library, metric_differences

    kind = kind_of(card, data)
    defaults: dict[str, Any] = {}
    if library:
        name = card.name
        try:
            card, defaults = as_library(library, card.name, kind)
        except ValueError as error:
            raise BadInputError(f"{error}; leave out --as") from None
        for words in metric_differences(library, name, kind):
            show.note(f"{library} differs where {words}")
    params = metric_params.parse(card, assignments, defaults)
    data = shaped(kind, data, threshold)
    with progress.compiling():
        try:
            value = judged(card, metric_kernel(card), *checked(kind, data), **params)
        except ValueError as error:
            raise BadInputError(f"{card.name}: {error}") from None
    if isinstance(value, float) and isnan(value):
        raise BadInputError(f"{card.name} has no value on these data: {card.undefined or 'it is 0/0'}")
    if as_json:
        show.json_object("metric", name=card.name, kind=kind, params=params, library=library, value=value)
        return
    _show_value(card, data, value)
    if draw:
        _plot(card, kind, data)


def _show_value(card: MetricCard, data: "Data", value: Any) -> None:
    """One number, one for each class, a matrix, or the columns of a curve."""
    from dlc.cli import metric_drawing

    if isinstance(value, tuple):
        metric_drawing.sequences(card.columns or [f"{card.name}_{i}" for i in range(len(value))], value)
    elif getattr(value, "ndim", 0) == 2 and value.shape[0] == value.shape[1]:
        metric_drawing.confusion(value)
    elif getattr(value, "ndim", 0):
        import numpy as np

        seen = np.union1d(data.target, data.pred) if data.target.ndim == 1 else np.arange(len(value))
        labels = seen if len(seen) == len(value) else np.arange(len(value))
        rows = zip(labels.astype(int).tolist(), value.tolist(), strict=True)
        show.table(
            ["label", card.name], [[label, part if isinstance(part, float) else str(part)] for label, part in rows]
        )
    else:
        show.table(["metric", "value"], [[card.name, (value, show.short(value, DIGITS))]])


def _plot(card: MetricCard, kind: str, data: "Data") -> None:
    from dlc.cli import metric_drawing

    if kind == "curve":
        drawn = metric_drawing.curves(data)
    elif kind == "probability":
        drawn = [metric_drawing.reliability(data)]
    else:
        raise BadInputError(f"--plot draws curves of scores or probabilities; {card.name} is of {kind} data")
    for each in drawn:
        print()
        print(each)
