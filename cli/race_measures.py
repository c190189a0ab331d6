"""Numbers that sum up a race: how soon targets are reached, how much the rate matters, what tuning is worth."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlc.cli.race_plan import TABLE, Plan, place_of
from dlc.cli.tournament import Standing
from dlc.cli.tuning import Trial

WORST_RATIO = 4.0  # of a performance profile, as in AlgoPerf
NEAR = 2.0  # times the best cost that a rate may take to count as robust


def reached_share(standing: Standing, target: float) -> float:
    """The share of runs that reached a target."""
    return float(np.isfinite(standing.costs(target)).mean())


def ecdf(reached: np.ndarray, steps: int, points: int = 100) -> tuple[np.ndarray, np.ndarray]:
    """Gradients, log-spaced, and the share of all targets and runs that were reached by then (COCO's ECDF)."""
    at = np.unique(np.round(np.geomspace(1, steps, points)).astype(int))
    times = np.where(reached < 0, np.inf, reached).ravel()
    return at, np.array([(times <= t).mean() if times.size else 0.0 for t in at])


def ecdf_area(reached: np.ndarray, steps: int) -> float:
    """The area under the ECDF over the logarithm of the gradients, from 1 to the budget: 1 is at once, 0 never."""
    if not reached.size or steps < 2:
        return math.nan
    times = np.where(reached < 0, steps, np.clip(reached, 1, steps))
    return float(1 - (np.log(times) / math.log(steps)).mean())


def profile(costs: Mapping[str, Sequence[float]], ratios: Sequence[float]) -> dict[str, list[float]]:
    """For each entrant the share of problems on which it takes at most RATIO times the best one's cost."""
    names = list(costs)
    table = np.array([costs[name] for name in names], float)
    best = table.min(axis=0)
    with np.errstate(invalid="ignore"):
        relative = np.where(np.isfinite(table), table / best, np.inf)
    return {name: [float((row <= r).mean()) for r in ratios] for name, row in zip(names, relative, strict=True)}


def benchmark_score(costs: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """AlgoPerf's score: the mean height of the performance profile from 1 to 4 times the best."""
    ratios = np.linspace(1, WORST_RATIO, 301)
    return {name: float(np.trapezoid(heights, ratios) / (WORST_RATIO - 1)) for name, heights in
            profile(costs, ratios.tolist()).items()}  # fmt: skip


def robust_decades(trials: Sequence[Trial], target: float | None) -> float:
    """How many decades of rates take at most twice the gradients of the best one; nan without tuning or a target.

    Each trial stands for the rates that are nearer to it than to its neighbours, in the logarithm.
    """
    costs = rate_costs(trials, target)
    if len(costs) < 3 or target is None:
        return math.nan
    rates = np.log10([rate for rate, _ in costs])
    edges = np.concatenate([rates[:1], (rates[1:] + rates[:-1]) / 2, rates[-1:]])
    values = np.array([cost for _, cost in costs])
    best = values.min()
    if not np.isfinite(best):
        return 0.0
    return float(np.diff(edges)[values <= NEAR * best].sum())


def rate_costs(trials: Sequence[Trial], target: float | None) -> list[tuple[float, float]]:
    """Each tried rate with its median gradients to TARGET (or its loss, where there is none), by rate."""
    k = None if target is None else place_of(target)
    return sorted((trial.knobs["lr"], trial.loss if k is None else trial.costs[k]) for trial in trials)


def tunability(trials: Sequence[Trial], steps: int) -> list[float]:
    """The expected best ECDF area when k = 1, 2, ... trials are drawn from all that were made."""
    if steps < 2:
        return []
    areas = np.sort([1 - trial.log_cost / math.log10(steps) for trial in trials])
    n = len(areas)
    shares = []
    for k in range(1, n + 1):
        # P(the best of k is the i-th least) = (C(i, k) − C(i−1, k))/C(n, k)
        weights = np.array([math.comb(i, k) - math.comb(i - 1, k) for i in range(1, n + 1)], float)
        shares.append(float((weights / math.comb(n, k)) @ areas))
    return shares


def table_targets(plan: Plan) -> tuple[float, ...]:
    """The targets that tables show, hardest last; none where the least loss is not known."""
    return TABLE if plan.knows_targets else ()


def plain_trials(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Trials for --json."""
    return [
        {
            "params": trial.knobs,
            "diverged": trial.diverged,
            "loss": trial.loss,
            "missed": trial.missed,
            "extension": trial.is_extension,
        }
        for trial in trials
    ]
