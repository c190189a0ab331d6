"""A race: tune every entrant, then run all of them from the same starts with the same seeds."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from dlc.cli import cells
from dlc.cli.cells import Cell, Outcome
from dlc.cli.entrants import Entrant
from dlc.cli.race_plan import RACING, TABLE, TUNING, Plan, costs, place_of
from dlc.cli.tuning import Judge, Tuned, cell, tune

# What the board is told: the phase, the steps done, and the race of each entrant that has one.
Report = Callable[[str, int, Sequence[Any]], None]


@dataclass(frozen=True)
class Standing:
    """How one entrant did: its settings, and one number for each run."""

    entrant: Entrant
    tuned: Tuned
    outcome: Outcome
    steps: int

    @property
    def label(self) -> str:
        """The entrant as typed."""
        return self.entrant.label

    @property
    def rate(self) -> float:
        """The learning rate that raced."""
        return self.tuned.best.knobs["lr"]

    @property
    def evaluations(self) -> int:
        """Gradient evaluations, those of tuning included; a run that diverged is charged in full."""
        return self.tuned.evaluations + self.steps * len(self.outcome.losses)

    @property
    def loss(self) -> float:
        """The median of the last losses."""
        return float(np.median(self.outcome.losses))

    @property
    def diverged(self) -> int:
        """How many runs diverged."""
        return int((self.outcome.diverged >= 0).sum())

    def costs(self, target: float) -> np.ndarray:
        """Gradients of each run until TARGET, inf where it was missed."""
        return costs(self.outcome.reached, target)


@dataclass(frozen=True)
class Race:
    """A race that was held."""

    plan: Plan
    standings: tuple[Standing, ...]
    checkpoints: tuple[int, ...]
    target: float | None  # that the verdict is about; None: about the last losses


def hold(
    plan: Plan,
    entrants: Sequence[Entrant],
    pool: Executor | None,
    report: Report,
    *,
    keeps_curves: bool = True,
    tunes_on_race: bool = False,
    judge: Judge | None = None,
) -> Race:
    """Tune and race the ENTRANTS; REPORT is told of the progress.

    For protocols other than ours: tuning on the very starts of the race, and by what JUDGE says of where runs ended.
    """
    phase = RACING if tunes_on_race else TUNING
    tuned = tune(plan, entrants, lambda found: cells.run(found, pool, partial(report, "tuning")), phase, judge)
    starts, seeds = plan.draw(RACING)
    first = plan.arena.first_losses(starts, seeds)
    checkpoints = plan.checkpoints if keeps_curves else ()
    keeps_paths = keeps_curves and plan.arena.card.dimension <= 2
    racing: list[Cell] = [
        cell(plan, entrant, [each.best.knobs], starts, seeds, first, checkpoints=checkpoints, keeps_paths=keeps_paths)
        for entrant, each in zip(entrants, tuned, strict=True)
    ]
    outcomes = cells.run(racing, pool, partial(report, "race"))
    standings = [Standing(*each, plan.steps) for each in zip(entrants, tuned, outcomes, strict=True)]
    return Race(plan, tuple(standings), checkpoints, plan.target or chosen_target(plan, tuned))


def chosen_target(plan: Plan, tuned: Sequence[Tuned]) -> float | None:
    """The hardest target of the table that half of the entrants reached in tuning, else the hardest that any did.

    The race itself has no say in what it is judged by. None where there are no targets, or nobody reached any.
    """
    if not plan.knows_targets:
        return None
    reached = [[each.best.costs[place_of(target)] < np.inf for each in tuned] for target in TABLE]
    for enough in (len(tuned) / 2, 1):
        for target, by in zip(TABLE[::-1], reached[::-1], strict=True):
            if sum(by) >= enough:
                return target
    return None
