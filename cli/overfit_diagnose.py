"""`dlc overfit diagnose`: anyone's training log, and whether its validation loss turned."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlc.cli import show
from dlc.cli.bench_options import AsJson
from dlc.cli.errors import BadInputError

if TYPE_CHECKING:
    from dlc.cli.overfit_verdict import Diagnosis, Estimate

PATIENCE = "1,3,5,10,20"
MODES = ("auto", "min", "max")


def diagnose(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="HISTORY",
            help="A log as CSV or JSON, or `-`; or two exports of TensorBoard, training and validation.",
        ),
    ],
    train: Annotated[
        str, typer.Option(metavar="COLUMN", help="The training loss, by name or number.", show_default="as usual")
    ] = "",
    val: Annotated[
        str, typer.Option(metavar="COLUMN", help="The validation loss, or an accuracy.", show_default="as usual")
    ] = "",
    epoch: Annotated[
        str, typer.Option(metavar="COLUMN", help="Epochs or steps.", show_default="as usual, or rows")
    ] = "",
    mode: Annotated[str, typer.Option(help="min or max is better; auto: by the name of the column.")] = "auto",
    target: Annotated[
        float | None, typer.Option(help="A validation loss known to be reachable: what rests above it underfits.")
    ] = None,
    patience: Annotated[str, typer.Option(metavar="N,...", help="Of early stopping.")] = PATIENCE,
    min_delta: Annotated[float, typer.Option(help="What early stopping counts as an improvement.")] = 0.0,
    continued: Annotated[
        bool, typer.Option("--continued", help="A log that begins again goes on: number its epochs on.")
    ] = False,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the curves into a .png, .svg or .pdf.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether and when the validation loss of a training log turned, and what early stopping would have kept.

    Reads logs of Keras' and Lightning's CSVLogger, trainer_state.json, TensorBoard's CSV, and others with names of
    columns. A turn counts as shown where noise alone, as it is in this log, would show as much in fewer than 5 of 100
    logs. Intervals are of 95 % and of the noise from epoch to epoch; another seed or another validation set would move
    the curves as a whole, which one log cannot tell.

    dlc overfit diagnose history.csv

    dlc overfit diagnose metrics.csv --val val_acc --patience 3,8 --save curves.png
    """
    if mode not in MODES:
        raise BadInputError(f"--mode {mode} is not one of {', '.join(MODES)}")
    if not 0 <= min_delta < float("inf"):
        raise BadInputError(f"--min-delta {min_delta} is not 0 or more")
    waits = _waits(patience)
    if save:
        from dlc.cli import overfit_drawing

        overfit_drawing.check(save)
    from dlc.cli import overfit_log, overfit_verdict

    history = overfit_log.read(files, overfit_log.Wanted(train, val, epoch, mode, continued))
    found = overfit_verdict.diagnose(history, waits, min_delta, target)
    if as_json:
        show.json_object("overfit diagnose", **_facts(found))
    elif sys.stdout.isatty():
        from dlc.cli import overfit_drawing

        if len(found.val):
            print(overfit_drawing.chart(found))
        show.facts(_described(found))
        print()
        show.table(*_stop_table(found))
    else:
        show.table(("quantity", "value", "low", "high", "p"), list(_rows(found)))
    if save and len(found.val):
        overfit_drawing.save(save, found)
        show.note(f"saved in {save}")
    for note in found.notes:
        show.note(note)


def _waits(text: str) -> list[int]:
    """The patience, of each once. Raises BadInputError."""
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if not word.isdecimal():
            raise BadInputError(f"--patience {text}: {word!r} is not a whole number from 0 on")
    return sorted({int(word) for word in words})


def _described(found: "Diagnosis") -> Iterator[tuple[str, str]]:
    """What a terminal tells beside the chart."""
    yield "verdict", found.verdict
    yield "reason", found.reason
    if found.turn and found.turn.is_shown:
        first, last = found.at[found.turn.first], found.at[found.turn.last]
        yield "turned", f"near {found.place(found.turn.at)}, between {first:g} and {last:g}"
    if len(found.val):
        yield "best point", f"{found.shown(found.val[found.best])} at {found.place(found.best)}"
    for label, value in (("gap near the best", found.gap_best), ("gap at the end", found.gap_end)):
        if value:
            yield label, value.text
    for line in found.advice:
        yield "so", line


def _rows(found: "Diagnosis") -> Iterator[tuple[Any, ...]]:
    """What a pipe gets."""
    yield "verdict", found.verdict, "", "", ""
    if found.turn and found.noise:
        places = (found.at[place] for place in (found.turn.at, found.turn.first, found.turn.last))
        yield "turn", *places, found.turn.p
        yield "noise", found.noise.sigma, "", "", ""
        yield "correlation", found.noise.correlation, "", "", ""
        yield "still falls", "", "", "", found.still_falls
    if len(found.val):
        yield "best", found.at[found.best], "", "", ""
        yield "best loss", found.sign * float(found.val[found.best]), "", "", ""
    for label, value in _estimates(found).items():
        if value:
            yield label.replace("_", " "), value.value, value.low, value.high, ""
    for stop in _stop_facts(found):
        label = f"patience {stop['patience']} {','.join(stop['rules'])}"
        yield f"{label}: ends after", stop["end"], "", "", ""
        yield f"{label}: best kept", stop["kept"], "", "", ""
        yield f"{label}: loss of it", stop["kept_loss"], "", "", ""


def _estimates(found: "Diagnosis") -> dict[str, "Estimate | None"]:
    return {"rise": found.rise, "gap_best": found.gap_best, "gap_end": found.gap_end, "gap_growth": found.gap_growth}


def _stop_facts(found: "Diagnosis") -> Iterator[dict[str, Any]]:
    """Each stop, in the log's own epochs and losses."""
    history = found.history
    best = min((found.sign * value for value in history.val if value == value), default=float("nan"))
    for stop in found.stops:
        yield {
            "patience": stop.patience,
            "rules": list(stop.rules),
            "is_early": stop.is_early,
            "end": history.at[stop.end],
            "points_saved": len(history.at) - 1 - stop.end,
            "last_loss": history.val[stop.end],
            "kept": history.at[stop.kept],
            "kept_loss": history.val[stop.kept],
            "kept_above_best": found.sign * history.val[stop.kept] - best,
        }


def _stop_table(found: "Diagnosis") -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """What early stopping would have done, for a terminal."""
    rows = [
        (
            stop["patience"],
            f"{stop['end']:g}" if stop["is_early"] else "not at all",
            show.short(stop["last_loss"]),
            f"{stop['kept']:g}",
            show.short(stop["kept_loss"]),
            show.short(stop["kept_above_best"], 2),
            ", ".join(stop["rules"]),
        )
        for stop in _stop_facts(found)
    ]
    name = found.history.val_name
    return ("patience", "stops after", f"its {name}", "best of them", name, "lost", "rule"), rows


def _facts(found: "Diagnosis") -> dict[str, Any]:
    """The fields of --json."""
    turn = found.turn
    return {
        "verdict": found.verdict,
        "reason": found.reason,
        "columns": {
            "place": found.history.place,
            "train": found.history.train_name or None,
            "val": found.history.val_name,
            "is_better_high": found.history.is_better_high,
        },
        "points": len(found.history.val),
        "finite_points": len(found.val),
        "best": {"at": found.at[found.best], "val": found.sign * float(found.val[found.best])} if found.at else None,
        "turn": turn and {
            "is_shown": turn.is_shown,
            "p": turn.p,
            "at": found.at[turn.at],
            "first": found.at[turn.first],
            "last": found.at[turn.last],
            "least_rise_shown": turn.least_shown,
        },
        "noise": found.noise and {"sigma": found.noise.sigma, "correlation": found.noise.correlation},
        "still_falls_p": turn and found.still_falls,
        **{label: value and vars(value) for label, value in _estimates(found).items()},
        "early_stopping": list(_stop_facts(found)),
        "advice": found.advice,
        "notes": found.notes,
    }  # fmt: skip
