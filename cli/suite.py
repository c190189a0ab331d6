"""A suite: the same entrants raced on many functions, and what may be said of all of them together."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlc.cli import show
from dlc.cli.paired import LEVEL
from dlc.cli.race_card import race_card
from dlc.cli.race_measures import benchmark_score, ecdf_area, reached_share
from dlc.cli.tournament import Race, Standing
from dlc.cli.verdict import listed

FUNCTIONS = (
    "sphere", "quadratic", "booth", "matyas", "beale", "rosenbrock", "himmelblau", "goldstein_price", "branin",
    "three_hump", "six_hump", "styblinski_tang", "mccormick", "rastrigin", "ackley", "levy", "griewank", "dixon_price",
    "zakharov", "powell_singular",
)  # fmt: skip
RESAMPLES = 4000
TARGET = 1e-3  # of the profile's costs


@dataclass(frozen=True)
class Total:
    """How one entrant did over all problems."""

    entrant: str
    area: float  # mean over problems of the area under the ECDF
    reached: float  # mean share of starts that reached TARGET
    score: float  # AlgoPerf's
    wins: int  # problems on which its area is the greatest
    diverged: int
    gradients: int


def _standing(race: Race, label: str) -> Standing:
    return next(each for each in race.standings if each.label == label)


def totals(races: Sequence[Race]) -> list[Total]:
    """Every entrant over all races, the greatest area first."""
    labels = [standing.label for standing in races[0].standings]
    each = {label: [_standing(race, label) for race in races] for label in labels}
    areas = {label: [ecdf_area(one.outcome.reached, one.steps) for one in each[label]] for label in labels}
    scores = benchmark_score(profile_costs(races))
    best = [max(areas[label][k] for label in labels) for k in range(len(races))]
    found = [
        Total(
            entrant=label,
            area=float(np.mean(areas[label])),
            reached=float(np.mean([reached_share(one, TARGET) for one in each[label]])),
            score=scores[label],
            wins=sum(area == top for area, top in zip(areas[label], best, strict=True)),
            diverged=sum(one.diverged for one in each[label]),
            gradients=sum(one.evaluations for one in each[label]),
        )
        for label in labels
    ]
    return sorted(found, key=lambda total: -total.area)


def profile_costs(races: Sequence[Race]) -> dict[str, list[float]]:
    """For each entrant its median gradients to TARGET on each problem."""
    labels = [standing.label for standing in races[0].standings]
    return {label: [float(np.median(_standing(race, label).costs(TARGET))) for race in races] for label in labels}


def verdict(races: Sequence[Race], found: Sequence[Total]) -> list[str]:
    """Whom the leader beats over the suite: a bootstrap over problems and, within each, over starts."""
    leader, *others = [total.entrant for total in found]
    if not others:
        return [f"{leader} raced alone: there is no one to compare it with."]
    sentences, equal = [], []
    for other in others:
        ratio, low, high, chance = compared(races, leader, other, level=LEVEL / len(others))
        if low > 1:
            sentences.append(
                f"Over {len(races)} problems {leader} beats {other} ({ratio:.2g}x fewer gradients, "
                f"95 % CI {low:.2g}-{high:.2g}, faster in {chance:.0%} of runs)."
            )
        else:
            equal.append(other)
    if equal:
        sentences.append(f"No difference shown between {leader} and {listed(equal)} over {len(races)} problems.")
    return sentences


def compared(races: Sequence[Race], a: str, b: str, *, level: float) -> tuple[float, float, float, float]:
    """B over A: the geometric mean over problems, starts and targets of the gradients, its interval, P(A is faster).

    Misses count as the whole budget, which favours the slower one. The interval is a stratified bootstrap: problems are
    drawn, and starts within each; the level is split over the comparisons that are made (Bonferroni).
    """
    logs = [_log_costs(_standing(race, b)) - _log_costs(_standing(race, a)) for race in races]
    random = np.random.default_rng(0)
    draws = np.stack([each[random.integers(len(each), size=(RESAMPLES, len(each)))].mean(axis=1) for each in logs])
    chosen = random.integers(len(races), size=(RESAMPLES, len(races)))
    resampled = draws[chosen, np.arange(RESAMPLES)[:, None]].mean(axis=1)
    low, high = np.quantile(resampled, [level / 2, 1 - level / 2])
    faster = np.mean([np.mean(each > 0) + np.mean(each == 0) / 2 for each in logs])
    mean = float(np.mean([each.mean() for each in logs]))
    return math.exp(mean), math.exp(low), math.exp(high), float(faster)


def _log_costs(standing: Standing) -> np.ndarray:
    """The mean over targets of the logarithm of the gradients until there, the budget where missed: [runs]."""
    reached = standing.outcome.reached
    return np.log(np.where(reached < 0, standing.steps, np.maximum(reached, 1))).mean(axis=0)


def table(found: Sequence[Total]) -> None:
    """The totals over all problems."""
    show.table(
        ["entrant", "area", f"reached {TARGET:g}", "score", "best on", "diverged", "gradients"],
        [
            [
                each.entrant, (each.area, f"{each.area:.3f}"), (each.reached, f"{each.reached:.0%}"),
                (each.score, f"{each.score:.3f}"), each.wins, each.diverged, each.gradients,
            ]
            for each in found
        ],
        accent=0,
    )  # fmt: skip


def record(races: Sequence[Race], found: Sequence[Total], sentences: Sequence[str]) -> dict[str, Any]:
    """Everything, for --json."""
    by_problem = profile_costs(races)
    problems = [race.plan.arena.card.name for race in races]
    cards = [race_card(race.plan) for race in races]
    return {
        "hash": hashlib.sha256("".join(card["hash"] for card in cards).encode()).hexdigest()[:16],
        "target": TARGET,
        "races": [{**card, "verdict_target": race.target} for card, race in zip(cards, races, strict=True)],
        "entrants": [
            {**vars(each), "gradients_to_target": dict(zip(problems, by_problem[each.entrant], strict=True))}
            for each in found
        ],
        "verdict": list(sentences),
    }
