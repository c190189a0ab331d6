"""`dlc optimize`: optimizers race on functions or on real data."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from dlc.cli.catalog import complete
from dlc.cli.entrants import Entrant, complete_entrant, read_entrants
from dlc.cli.errors import BadInputError
from dlc.reference.objectives import OBJECTIVES
from dlc.reference.optimizers import OPTIMIZERS
from dlc.reference.problems import PROBLEMS

FIELD = (
    "gd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw", "nadam", "amsgrad", "adamax",
    "radam", "yogi", "adabelief", "adan", "lion",
)  # fmt: skip
ALL, SUITE = "all", "suite"


def optimize(
    entrants: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ENTRANT]...",
            help="NAME[:knob=value,...][+PART]..., as adam:beta1=0.8+cosine+clip1 or torch.optim.Adam:amsgrad=true; "
            f"`{ALL}` for every optimizer; by default sixteen well-known ones.",
            autocompletion=complete_entrant,
        ),
    ] = None,
    on: Annotated[
        list[str] | None,
        typer.Option(
            "--on",
            help=f"A problem or an objective; several, or `{SUITE}`, for a verdict over all of them.",
            metavar="PROBLEM",
            show_default="rosenbrock",
            autocompletion=complete(PROBLEMS, OBJECTIVES),
        ),
    ] = None,
    parameters: Annotated[
        list[str] | None, typer.Option("--set", "-p", help="A parameter of the problem.", metavar="KNOB=VALUE")
    ] = None,
    dimension: Annotated[int | None, typer.Option("--dim", help="Of the problem, where it has several.")] = None,
    rotation: Annotated[float, typer.Option("--rotate", help="Turn the problem by so many degrees.")] = 0.0,
    rule: Annotated[
        str, typer.Option(help="tuned: equal trials for each; default: no tuning; free: methods that need none.")
    ] = "tuned",
    library: Annotated[
        str, typer.Option("--as", help="Entrants as torch, keras, optax or their papers have them.", metavar="LIBRARY")
    ] = "",
    steps: Annotated[
        int | None, typer.Option(help="Gradient evaluations of each run.", show_default="2000, on data 500")
    ] = None,
    runs: Annotated[int | None, typer.Option(help="Runs of each entrant.", show_default="33, on data 20")] = None,
    trials: Annotated[
        int | None,
        typer.Option(help="Of tuning, for each; from 64 on momenta and eps too.", show_default="32, on data 24"),
    ] = None,
    target: Annotated[
        float | None,
        typer.Option(help="Share of the first gap that the verdict is about.", show_default="by the tuning runs"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the starts, weights and batches.")] = 0,
    dtype: Annotated[str, typer.Option(help="float64 or float32.")] = "float64",
    threads: Annotated[int | None, typer.Option(help="Results do not depend on them.", show_default="all")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="8 trials and 9 runs.")] = False,
    with_saved: Annotated[
        list[Path] | None,
        typer.Option("--with", help="Compare with a saved race; it must have the same hash.", metavar="FILE.json"),
    ] = None,
    save: Annotated[
        list[Path] | None,
        typer.Option(help="Write the race: .png, .svg, .pdf, .gif, .html, .csv or .json.", metavar="FILE"),
    ] = None,
    picture: Annotated[
        str, typer.Option(help="What a picture shows: contour, curves, ecdf, profile, rates, map, tuning.")
    ] = "",
    tuning: Annotated[bool, typer.Option("--tuning", help="What a budget of k trials is worth.")] = False,
    start_map: Annotated[
        int | None, typer.Option("--map", help="From where each entrant arrives: N x N starts.", metavar="N")
    ] = None,
    why: Annotated[bool, typer.Option("--why", help="The same race under five protocols.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Known answers: theory beside measurement.")] = False,
    markdown: Annotated[
        Path | None, typer.Option(help="With --verify: write its table, too.", metavar="FILE.md")
    ] = None,
    dask: Annotated[
        str, typer.Option(help="Run on a Dask cluster; results do not depend on it.", metavar="ADDRESS")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Race optimizers: the same trials for each, the same starts for all, and a verdict with its interval.

    dlc optimize

    dlc optimize adam gd:lr=0.002 adam+cosine+clip1 --on beale --save race.png

    dlc optimize adamw rmsprop --as torch --on mnist1d_mlp

    dlc optimize adam lion momentum --on suite

    dlc optimize --why

    dlc optimize --verify
    """
    if verify:
        from dlc.cli.verify import verify as run_verify

        run_verify(entrants or [], as_json=as_json, markdown=markdown)
        return
    if markdown:
        raise BadInputError("--markdown is for --verify")
    field = _field(entrants or [], rule, library)
    from dlc.cli import race_options, race_run  # on use: NumPy

    found = [race_options.arena(name, parameters or [], dimension, rotation) for name in _problems(on)]
    plans = [
        race_options.plan(
            each, steps=steps, runs=runs, seed=seed, rule=rule, trials=trials, target=target, dtype=dtype, quick=quick
        )
        for each in found
    ]
    request = race_run.Request(
        plans=plans,
        defaults=[race_options.plan(each, rule=rule) for each in found],
        field=field,
        typed=entrants or [],
        library=library,
        with_saved=with_saved or [],
        save=save or [],
        picture=picture,
        tuning=tuning,
        start_map=start_map,
        as_json=as_json,
    )
    race_run.check(request)
    with _workers(threads, dask) as pool:
        if why:
            race_run.explain(request, pool)
        elif len(plans) > 1:
            race_run.hold_suite(request, pool)
        else:
            race_run.hold_one(request, pool)


def _problems(on: list[str] | None) -> list[str]:
    """The problems' names; SUITE stands for a list."""
    if not on:
        return ["rosenbrock"]
    from dlc.cli.suite import FUNCTIONS

    names = [name for each in on for name in (FUNCTIONS if each == SUITE else [each])]
    for name in names:
        if names.count(name) > 1:
            raise BadInputError(f"--on {name} is given twice; give each problem once")
    return names


def _field(typed: list[str], rule: str, library: str) -> list[Entrant]:
    """Who races. Raises BadInputError, UnknownNameError."""
    free = [name for name, card in OPTIMIZERS.items() if card.is_rate_free]
    usual = free if rule == "free" else [] if library else FIELD
    names = [name for each in typed for name in (OPTIMIZERS if each == ALL else [each])] or list(usual)
    field = read_entrants(names, library)
    if rule == "free":
        for entrant in field:
            if not entrant.card.is_rate_free and entrant.rate is None:
                raise BadInputError(f"{entrant.label} needs a rate, which --rule free does not tune; give lr=...")
    return field


@contextmanager
def _workers(threads: int | None, dask: str) -> Iterator[Executor]:
    """What runs the cells of a race: threads, or a cluster."""
    if threads is not None and threads < 1:
        raise BadInputError(f"--threads {threads} is less than 1; give 1 or more")
    if dask:
        if threads is not None:
            raise BadInputError("--threads is for this machine, and --dask runs on others; leave one of them out")
        from dlc.cli.cluster import connected

        with connected(dask) as cluster:
            yield cluster
        return
    from dlc.kernels.lift import available_threads

    pool = ThreadPoolExecutor(threads or available_threads())
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)  # after Ctrl-C: do not finish what has not begun
