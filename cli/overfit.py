"""`dlc overfit`: causes and remedies of overfitting measured, and overfitting in training logs."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from dlc.cli import show
from dlc.cli.bench_options import AsJson
from dlc.cli.errors import BadInputError
from dlc.cli.overfit_diagnose import diagnose
from dlc.cli.overfit_factors import CAUSES, FACTORS, GROUPS, REMEDIES, chosen

SEEDS, MOST_SEEDS = 12, 10_000
QUICK = 5  # times fewer steps


class MeasureByDefault(TyperGroup):
    """A group whose first command needs no name."""

    def parse_args(self, context: Any, args: list[str]) -> list[str]:
        """Put `measure` before what is no command's name."""
        if not args or (args[0] not in self.commands and args[0] not in ("-h", "--help")):
            args = ["measure", *args]
        return super().parse_args(context, args)


overfit_app = typer.Typer(cls=MeasureByDefault)


@overfit_app.callback()
def overfit() -> None:
    """Overfitting: `dlc overfit` measures causes and remedies on data, `dlc overfit diagnose` reads training logs."""


def _complete(incomplete: str) -> list[str]:
    return [name for name in (*GROUPS, *FACTORS) if name.startswith(incomplete)]


@overfit_app.command("measure")
def measure(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME[:LEVEL,...]]...",
            help=f"Causes: {', '.join(CAUSES)}. Remedies: {', '.join(REMEDIES)}. Or {', '.join(GROUPS)}.",
            show_default="all",
            autocompletion=_complete,
        ),
    ] = None,
    seeds: Annotated[int, typer.Option(help="How often each is fitted: rows, weights and batches anew.")] = SEEDS,
    budget: Annotated[
        float | None, typer.Option(help="Seconds: fewer seeds where they do not fit, but 6 at least.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A fifth of the steps, and the ends of the levels.")] = False,
    threads: Annotated[int | None, typer.Option(help="Results do not depend on them.", show_default="all")] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw losses over levels, and changes: .png, .svg or .pdf.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure causes of overfitting, and what remedies do, on MNIST-1D; the same as `dlc overfit` alone.

    A network of 100 hidden units learns 800 rows by Adam; one thing at a time is changed. Each change is told with its
    95 % interval over seeds, pair by pair, and put in a sentence only where it stands out of them all. `interpolation`
    shows double descent by least squares on random features. The gap is test loss less training loss; `flattery` is by
    how much the test looks better than rows that nothing has been done with.

    dlc overfit

    dlc overfit l2:0.001,0.01 dropout:0.2,0.5 early_stopping

    dlc overfit interpolation --save descent.png
    """
    factors = chosen(names or [])
    if seeds < 2 or seeds > MOST_SEEDS:
        raise BadInputError(f"--seeds {seeds} is not from 2 to {MOST_SEEDS:,}")
    if budget is not None and not budget > 0:
        raise BadInputError(f"--budget {budget:g} is not more than 0 seconds")
    if threads is not None and threads < 1:
        raise BadInputError(f"--threads {threads} is less than 1; give 1 or more")
    if save:
        from dlc.cli.picture_history import check

        check(save)
    from dlc.cli import overfit_fit, overfit_measure, overfit_results
    from dlc.cli.paired import least_pairs
    from dlc.kernels.lift import available_threads

    steps = overfit_fit.STEPS
    if quick:
        steps //= QUICK
        factors = {name: replace(each, levels=(*dict.fromkeys((each.levels[0], each.levels[-1])),))
                   for name, each in factors.items()}  # fmt: skip
    result = overfit_measure.measure(factors, seeds, steps, budget, threads or available_threads())
    if not result.compared:
        raise BadInputError("every level that was given is the base itself; give another one")
    if save:
        overfit_results.save(save, result)
        show.note(f"saved in {save}")
    if as_json:
        show.json_object("overfit", **overfit_results.record(result, steps))
        return
    overfit_results.table(result)
    if sys.stdout.isatty():
        drawn = [name for name in factors if overfit_results.is_drawable(result, name)]
        if len(factors) <= 2 and drawn:
            print(overfit_results.chart(result, drawn[0]))
        for line in overfit_measure.sentences(result):
            print(line)
    for line in overfit_results.told(result, seeds, least_pairs(sum(len(each.p) for each in result.compared))):
        show.note(line)


overfit_app.command("diagnose")(diagnose)
