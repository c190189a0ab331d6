"""From what was typed to a plan: the problem, and defaults that take a few seconds."""

import math
from collections.abc import Sequence

from dlc.cli import params
from dlc.cli.cells import Arena
from dlc.cli.errors import BadInputError
from dlc.cli.race_plan import RULES, TABLE, Plan
from dlc.reference.family import UnknownNameError
from dlc.reference.objectives import OBJECTIVES, ObjectiveCard
from dlc.reference.problem_family import WrongDimensionError
from dlc.reference.problems import PROBLEMS, ProblemCard

MOST_RUNS = 10_000
MOST_STEPS = 1_000_000_000
MOST_TRIALS = 4096
LEAST_TARGET, MOST_TARGET = TABLE[-1] / 10, TABLE[0]


def problem_named(name: str) -> ProblemCard | ObjectiveCard:
    """A problem or an objective. Raises UnknownNameError."""
    if name in PROBLEMS:
        return PROBLEMS[name]
    if name in OBJECTIVES:
        return OBJECTIVES[name]
    raise UnknownNameError("problem", name, [*PROBLEMS.names, *OBJECTIVES.names])


def arena(name: str, parameters: Sequence[str] = (), dimension: int | None = None, rotation: float = 0.0) -> Arena:
    """What is raced on. Raises UnknownNameError, BadInputError."""
    knobs = params.parse(problem_named(name), parameters)
    try:
        found = arena_of(name, knobs, dimension, rotation)
    except WrongDimensionError as error:
        raise BadInputError(str(error)) from None
    _check_data(found)
    return found


def arena_of(name: str, knobs: dict[str, float], dimension: int | None = None, rotation: float = 0.0) -> Arena:
    """The problem or objective of that NAME, as races have it. Raises UnknownNameError, WrongDimensionError."""
    if not math.isfinite(rotation):
        raise BadInputError(f"--rotate {rotation:g} is not finite")
    card = problem_named(name)
    descended = card.descended(knobs) if isinstance(card, ObjectiveCard) else card
    if dimension is not None:
        descended = descended.in_dimension(dimension)
    if rotation:
        descended = descended.rotated(rotation)
    return Arena(descended, knobs)


def _check_data(found: Arena) -> None:
    """Raises BadInputError where the problem's data are not there."""
    from dlc.kernels.datasets import MissingExtraError

    if found.is_network:
        try:
            found.network.data()
        except MissingExtraError as error:
            raise BadInputError(str(error)) from None


def plan(
    found: Arena,
    *,
    steps: int | None = None,
    runs: int | None = None,
    seed: int = 0,
    rule: str = RULES[0],
    trials: int | None = None,
    target: float | None = None,
    dtype: str = "float64",
    quick: bool = False,
) -> Plan:
    """What was asked for, with defaults that take a few seconds. Raises BadInputError."""
    if seed < 0:
        raise BadInputError(f"--seed {seed} is negative; give 0 or more")
    if rule not in RULES:
        raise BadInputError(f"no rule {rule!r}; choose {', '.join(RULES[:-1])} or {RULES[-1]}")
    if dtype not in ("float64", "float32"):
        raise BadInputError(f"no type {dtype!r}; choose float64 or float32")
    if target is not None and not LEAST_TARGET <= target <= MOST_TARGET:
        raise BadInputError(f"--target {target:g} is not between {LEAST_TARGET:g} and {MOST_TARGET:g}")
    if target is not None and found.card.least is None:
        raise BadInputError(f"--target needs a least loss that is known, and that of {found.card.name} is not")
    if rule != RULES[0] and trials is not None:
        raise BadInputError(f"--trials is for --rule {RULES[0]}; {rule} tunes nothing")
    usual = (500, 20, 24, 2) if found.is_network else (2000, 33, 32, 8)
    default_steps, default_runs, default_trials, tuning_runs = usual
    if quick:
        default_runs, default_trials = 9, 8
    return Plan(
        arena=found,
        steps=_within("steps", steps, MOST_STEPS) or default_steps,
        runs=_within("runs", runs, MOST_RUNS) or default_runs,
        seed=seed,
        rule=rule,
        trials=(_within("trials", trials, MOST_TRIALS) or default_trials) if rule == RULES[0] else 1,
        tuning_runs=tuning_runs,
        target=target,
        dtype=dtype,
    )


def _within(option: str, value: int | None, most: int) -> int | None:
    if value is not None and value < 1:
        raise BadInputError(f"--{option} {value} is less than 1; give 1 or more")
    if value is not None and value > most:
        raise BadInputError(f"--{option} {value} is too many; give at most {most}")
    return value
