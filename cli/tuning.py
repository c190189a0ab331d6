"""How parameters are chosen: the same number of trials for every entrant, on starts that the race does not use."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from dlc.cli.cells import Cell, Outcome, Part
from dlc.cli.entrants import Entrant
from dlc.cli.race_plan import TUNING, Plan
from dlc.cli.sobol import sobol

DECADES = 3.0  # to each side of the natural rate
EXTENSION = 2.0  # decades, where the best rate lies at an edge
MORE_KNOBS_FROM = 64  # trials; with fewer, only the rate is tuned

# The logarithm that is searched, and its ends, for what is tuned besides the rate.
SPACES: dict[str, tuple[str, float, float]] = {
    "beta": ("1-", -3, 0),
    "beta1": ("1-", -3, 0),
    "beta2": ("1-", -4, -1),
    "alpha": ("1-", -4, -1),
    "rho": ("1-", -4, -1),
    "eps": ("", -10, 0),
}

Judge = Callable[[Plan, np.ndarray], np.ndarray]  # of the points where runs ended: [lanes], the less the better
RunCells = Callable[[Sequence[Cell]], list[Outcome]]


@dataclass(frozen=True)
class Trial:
    """One setting and how its tuning runs ended."""

    knobs: dict[str, float]  # the rate, lr, and what else was tuned
    diverged: int
    loss: float  # median over the tuning runs
    log_cost: float  # mean over targets and runs of log10 of the gradients until there, the budget where missed
    missed: float  # share of targets and runs
    costs: tuple[float, ...]  # median gradients until each target, inf where most runs missed it
    is_extension: bool = False

    @property
    def rank(self) -> tuple[float, ...]:
        """The less, the better: divergence first, then the final loss, then the speed."""
        return self.diverged, self.loss, self.log_cost


@dataclass(frozen=True)
class Tuned:
    """What tuning found for an entrant."""

    trials: tuple[Trial, ...]
    best: Trial
    is_at_edge: bool  # of the extended range
    evaluations: int


def tune(
    plan: Plan, entrants: Sequence[Entrant], run: RunCells, phase: int = TUNING, judge: Judge | None = None
) -> list[Tuned]:
    """The best of each entrant's trials; where its rate is at an edge, that side is extended once, and charged.

    The starts are those of a PHASE; JUDGE takes the place of the final loss.
    """
    starts, seeds = plan.draw(phase)
    trying = partial(_try, plan, entrants, run, starts, seeds, judge)
    tried = trying([trials_of(plan, entrant) for entrant in entrants], is_extension=False)
    beyond = [_extension(entrant, trials) for entrant, trials in zip(entrants, tried, strict=True)]
    more = trying(beyond, is_extension=True)
    evaluations = plan.steps * len(seeds)
    return [_tuned(evaluations, *each) for each in zip(tried, more, strict=True)]


def trials_of(plan: Plan, entrant: Entrant) -> list[dict[str, float]]:
    """The settings to try: the default first, the others spread evenly over the logarithms."""
    default = {"lr": entrant.default_rate if entrant.rate is None else entrant.rate}
    if plan.rule != "tuned" or entrant.rate is not None:
        return [default]
    names = ["lr", *(tunable(entrant) if plan.trials >= MORE_KNOBS_FROM else [])]
    points = sobol(plan.trials, len(names), [plan.seed, TUNING])[: plan.trials - 1]
    return [default, *({name: _at(entrant, name, u) for name, u in zip(names, point, strict=True)} for point in points)]


def tunable(entrant: Entrant) -> list[str]:
    """What else than the rate may be tuned, at most three: momenta and eps that were not typed."""
    (set_already,) = (link.knobs for link in entrant.links if link.card is entrant.card)
    return [name for name in entrant.card.knobs if name in SPACES and name not in set_already][:3]


def _at(entrant: Entrant, name: str, share: float) -> float:
    """The value at a SHARE of the way through its range, to four digits."""
    if name == "lr":
        return _rounded(entrant.card.natural * 10 ** (DECADES * (2 * share - 1)))
    form, low, high = SPACES[name]
    value = 10 ** (low + (high - low) * share)
    return _rounded(1 - value if form else value)


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _extension(entrant: Entrant, trials: Sequence[Trial]) -> list[dict[str, float]]:
    """Settings beyond the edge of the range at which the best trial lies; nothing where it lies inside."""
    if len(trials) < 2:
        return []
    side = _edge(trials, min(trials, key=lambda trial: trial.rank))
    if not side:
        return []
    best = min(trials, key=lambda trial: trial.rank)
    count = max(1, round(len(trials) * EXTENSION / (2 * DECADES)))
    limit = entrant.card.natural * 10 ** (side * DECADES)
    rates = (_rounded(limit * 10 ** (side * EXTENSION * (k + 1) / count)) for k in range(count))
    return [{**best.knobs, "lr": rate} for rate in rates]


def _edge(trials: Sequence[Trial], best: Trial) -> int:
    """-1 or 1 where the best rate is the least or the greatest of all that were tried, else 0."""
    rates = [trial.knobs["lr"] for trial in trials]
    rate = best.knobs["lr"]
    return -1 if rate == min(rates) else 1 if rate == max(rates) else 0


def _try(
    plan: Plan,
    entrants: Sequence[Entrant],
    run: RunCells,
    starts: np.ndarray,
    seeds: np.ndarray,
    judge: Judge | None,
    settings: Sequence[list[dict[str, float]]],
    *,
    is_extension: bool,
) -> list[list[Trial]]:
    """Run every entrant's settings, those that differ in the rate alone side by side in one cell."""
    first = plan.arena.first_losses(starts, seeds)
    cells, owners = [], []
    for index, (entrant, chosen) in enumerate(zip(entrants, settings, strict=True)):
        for group in _by_other_knobs(chosen):
            cells.append(cell(plan, entrant, group, starts, seeds, first))
            owners.append((index, group))
    trials: list[list[Trial]] = [[] for _ in entrants]
    for (index, group), outcome in zip(owners, run(cells), strict=True):
        for k, knobs in enumerate(group):
            lanes = outcome.lanes(slice(k * len(seeds), (k + 1) * len(seeds)))
            trials[index].append(_trial(plan, knobs, lanes, judge, is_extension=is_extension))
    return trials


def _by_other_knobs(settings: Sequence[dict[str, float]]) -> list[list[dict[str, float]]]:
    """The settings in groups that differ in the rate alone, in the order in which they came."""
    groups: dict[Any, list[dict[str, float]]] = {}
    for knobs in settings:
        key = tuple((name, value) for name, value in knobs.items() if name != "lr")
        groups.setdefault(key, []).append(knobs)
    return list(groups.values())


def cell(
    plan: Plan,
    entrant: Entrant,
    settings: Sequence[Mapping[str, float]],
    starts: np.ndarray,
    seeds: np.ndarray,
    first: np.ndarray,
    **options: Any,
) -> Cell:
    """Every start with each of the settings, which differ in the rate alone: lane = setting * runs + run."""
    knobs = {name: value for name, value in settings[0].items() if name != "lr"}
    return Cell(
        arena=plan.arena,
        parts=parts(entrant, knobs, plan.steps),
        starts=np.tile(starts, (1, len(settings))),
        rates=np.repeat([each["lr"] for each in settings], len(seeds)),
        seeds=np.tile(seeds, len(settings)),
        steps=plan.steps,
        bounds=np.tile(plan.bounds(first), (1, len(settings))),
        dtype=plan.dtype,
        **options,
    )


def parts(entrant: Entrant, knobs: Mapping[str, float], steps: int) -> tuple[Part, ...]:
    """Names and parameters of the entrant's chain, its optimizer with these KNOBS."""
    links = (link._replace(knobs={**link.knobs, **knobs}) if link.card is entrant.card else link
             for link in entrant.over(steps))  # fmt: skip
    return tuple((link.card.name, tuple(link.knobs.items())) for link in links)


def _trial(plan: Plan, knobs: dict[str, float], outcome: Outcome, judge: Judge | None, *, is_extension: bool) -> Trial:
    reached = outcome.reached
    steps = np.where(reached < 0, plan.steps, np.maximum(reached, 1)).astype(float)
    # Beyond the last target, losses are equal: the speed decides.
    floor = plan.bounds(outcome.first)[-1] if plan.knows_targets else -math.inf
    ends = np.maximum(outcome.losses, floor) if judge is None else judge(plan, outcome.x)
    until = np.where(reached < 0, math.inf, np.maximum(reached, 1))
    return Trial(
        knobs=knobs,
        diverged=int((outcome.diverged >= 0).sum()),
        loss=float(np.median(np.where(np.isnan(ends), np.inf, ends))),
        log_cost=float(np.log10(steps).mean()) if steps.size else 0.0,
        missed=float((reached < 0).mean()) if reached.size else 1.0,
        costs=tuple(np.median(until, axis=1).tolist()) if reached.size else (),
        is_extension=is_extension,
    )


def _tuned(evaluations: int, trials: list[Trial], more: list[Trial]) -> Tuned:
    """What was found, when each trial cost that many EVALUATIONS."""
    everything = trials + more
    best = min(everything, key=lambda trial: trial.rank)
    return Tuned(
        trials=tuple(everything),
        best=best,
        is_at_edge=len(trials) > 1 and _edge(everything, best) != 0,
        evaluations=0 if len(trials) == 1 else len(everything) * evaluations,
    )
