"""`dlc optimize`: optimizers race on a function or on real data."""

import math
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

import typer

from dlc.cli import params, progress, show
from dlc.cli.board import Board
from dlc.cli.catalog import complete
from dlc.cli.entrants import Entrant, complete_entrant, read_entrants
from dlc.cli.errors import BadInputError
from dlc.cli.tournament import Plan, Result, hold
from dlc.cli.verdict import ranking, verdict
from dlc.reference.family import UnknownNameError
from dlc.reference.objectives import OBJECTIVES, ObjectiveCard
from dlc.reference.problems import PROBLEMS, ProblemCard

MOST_RUNS = 10_000
MOST_STEPS = 1_000_000_000
SOLVED = 1e-12  # above the least value: closer than this, differences are rounding


def optimize(
    entrants: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ENTRANT]...",
            help="Optimizers, each NAME or NAME:knob=value,... (lr=... is then not tuned); all of them by default.",
            autocompletion=complete_entrant,
        ),
    ] = None,
    on: Annotated[
        str,
        typer.Option(
            "--on",
            help="What to race on: a problem or an objective.",
            metavar="PROBLEM",
            autocompletion=complete(PROBLEMS, OBJECTIVES),
        ),
    ] = "rosenbrock",
    parameters: Annotated[
        list[str] | None, typer.Option("--set", "-p", help="A parameter of the problem.", metavar="KNOB=VALUE")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Steps of each run.", show_default="2000, on data 500")] = None,
    runs: Annotated[int | None, typer.Option(help="Runs of each entrant.", show_default="32, on data 16")] = None,
    seed: Annotated[int, typer.Option(help="Of the starts, weights and batches.")] = 0,
    threads: Annotated[int | None, typer.Option(help="Results do not depend on them.", show_default="all")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Race optimizers: tune every learning rate on the same grid, run all from the same starts, judge the difference.

    dlc optimize

    dlc optimize adam adamw:weight_decay=0.1 gd:lr=0.002 --on beale

    dlc optimize --on mnist1d_mlp --json

    dlc optimize --on tabular_mdp -p discount=0.5
    """
    field = read_entrants(entrants or [])
    problem, knobs = _problem(on, parameters or [])
    plan = _plan(problem, knobs, steps, runs, seed)
    results = {result.entrant.label: result for result in _raced(plan, field, _at_least_one("threads", threads))}
    losses = {label: result.losses for label, result in results.items()}
    solved = -math.inf if problem.least is None else problem.least + SOLVED
    ranked = [results[label] for label in ranking(losses, solved)]
    sentence = verdict(losses, solved)
    if as_json:
        show.json_object("optimize", **_json(plan, ranked, sentence))
        return
    _table(plan, ranked)
    if problem.is_negated:
        show.note(f"{problem.name} is to be maximised: each loss is the negative of its value")
    for line in [*_edges(plan, ranked), sentence]:
        show.terminal().print(line) if sys.stdout.isatty() else show.note(line)


def _problem(name: str, parameters: list[str]) -> tuple[ProblemCard, dict[str, float]]:
    """A problem, or an objective as one, and its parameters. Raises UnknownNameError, BadInputError."""
    if name not in PROBLEMS and name not in OBJECTIVES:
        raise UnknownNameError("problem", name, [*PROBLEMS.names, *OBJECTIVES.names])
    card: ProblemCard | ObjectiveCard = PROBLEMS[name] if name in PROBLEMS else OBJECTIVES[name]
    knobs = params.parse(card, parameters)
    return (card.descended(knobs) if isinstance(card, ObjectiveCard) else card), knobs


def _plan(problem: ProblemCard, knobs: dict[str, float], steps: int | None, runs: int | None, seed: int) -> Plan:
    """What was asked for, with defaults that take a few seconds. Raises BadInputError."""
    if seed < 0:
        raise BadInputError(f"--seed {seed} is negative; give 0 or more")
    if (runs or 0) > MOST_RUNS:
        raise BadInputError(f"--runs {runs} is too many; give at most {MOST_RUNS}")
    if (steps or 0) > MOST_STEPS:
        raise BadInputError(f"--steps {steps} is too many; give at most {MOST_STEPS}")
    per_decade, default_steps, default_runs, tuning_runs = (2, 500, 16, 2) if problem.data else (4, 2000, 32, 8)
    return Plan(
        problem=problem,
        knobs=knobs,
        steps=_at_least_one("steps", steps) or default_steps,
        runs=_at_least_one("runs", runs) or default_runs,
        seed=seed,
        grid=grid(per_decade),
        tuning_runs=tuning_runs,
    )


def grid(per_decade: int) -> tuple[float, ...]:
    """Learning rates from 1e-5 to 100 with two digits, equally spaced in their logarithm."""
    return tuple(float(f"{10 ** (k / per_decade):.2g}") for k in range(-5 * per_decade, 2 * per_decade + 1))


def _at_least_one(option: str, value: int | None) -> int | None:
    if value is not None and value < 1:
        raise BadInputError(f"--{option} {value} is less than 1; give 1 or more")
    return value


def _raced(plan: Plan, field: list[Entrant], threads: int | None) -> list[Result]:
    """The results in the order of the field; a board shows the race while it lasts."""
    with Board([entrant.label for entrant in field], plan.steps) as board, progress.compiling():
        from dlc.kernels.lift import available_threads

        pool = ThreadPoolExecutor(threads or available_threads())
        try:
            return hold(plan, field, pool, board.report)
        finally:
            pool.shutdown(cancel_futures=True)  # after Ctrl-C: do not finish what has not begun


def _edges(plan: Plan, results: list[Result]) -> list[str]:
    """A remark on each entrant whose best rate might lie outside the grid."""
    return [
        f"{result.entrant.label}: the best rate, {result.rate:g}, is at the edge of the grid "
        f"({plan.grid[0]:g} to {plan.grid[-1]:g}); a better one may lie beyond."
        for result in results
        if result.at_edge
    ]


def _status(result: Result) -> str:
    """When runs diverged, and how many."""
    steps = [step for step in result.diverged if step is not None]
    if not steps:
        return ""
    earliest = "" if len(steps) == 1 else " or later"
    count = "" if len(result.diverged) == 1 else f" ({len(steps)} of {len(result.diverged)} runs)"
    return f"diverged at step {min(steps)}{earliest}{count}"


def _table(plan: Plan, results: list[Result]) -> None:
    merit = "test accuracy" if plan.problem.data else "distance"
    show.table(
        ["entrant", "rate", "loss", merit, "steps", "gradients", "status"],
        [
            [
                result.entrant.label,
                (result.rate, show.short(result.rate)),
                (result.loss, show.short(result.loss)),
                (result.merit, show.short(result.merit)),
                plan.steps,
                result.gradient_evaluations,
                _status(result),
            ]
            for result in results
        ],
        accent=0,
    )


def _json(plan: Plan, results: list[Result], sentence: str) -> dict[str, Any]:
    merit = "accuracy" if plan.problem.data else "distance"
    return {
        "problem": plan.problem.name,
        "params": plan.knobs,
        "negated": plan.problem.is_negated,
        "seed": plan.seed,
        "steps": plan.steps,
        "runs": plan.runs,
        "grid": plan.grid,
        "tuning_runs": plan.tuning_runs,
        "entrants": [
            {
                "entrant": result.entrant.label,
                "name": result.entrant.card.name,
                "lr": result.rate,
                "params": result.entrant.knobs,
                "loss": result.loss,
                merit: result.merit,
                "steps": plan.steps,
                "gradient_evaluations": result.gradient_evaluations,
                "diverged": result.diverged,
                "losses": result.losses,
                "lr_at_edge": result.at_edge,
            }
            for result in results
        ],
        "verdict": sentence,
    }
