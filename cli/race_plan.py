"""What a race is held by: the problem, the budget, the starts and seeds, the targets."""

import math
from dataclasses import dataclass

import numpy as np

from dlc.cli.cells import Arena

TUNING, RACING = 0, 1  # draw different starts from one seed
RULES = ("tuned", "default", "free")

# Shares of the way from the first loss down to the least one that are left: eight a decade, as in COCO's runtimes.
TARGETS = tuple(10 ** (-1 - k / 8) for k in range(57))
TABLE = (1e-1, 1e-3, 1e-5, 1e-7)  # those that a table shows, and one of which a verdict is about
SMALLEST = 1e-300


@dataclass(frozen=True)
class Plan:
    """What is raced on, for how long, and how the rates are tuned."""

    arena: Arena
    steps: int  # gradient evaluations of a run
    runs: int
    seed: int
    rule: str  # one of RULES
    trials: int  # of each entrant
    tuning_runs: int
    target: float | None = None  # of the verdict, where it is chosen; else the tuning runs choose it
    dtype: str = "float64"

    @property
    def knows_targets(self) -> bool:
        """Whether the least loss is known, so that a run can reach a share of the way."""
        return self.arena.card.least is not None

    def draw(self, phase: int) -> tuple[np.ndarray, np.ndarray]:
        """Starting points [dimension, runs] and seeds [runs] of a phase; the race begins at the classic start."""
        runs = self.tuning_runs if phase == TUNING else self.runs
        sequence = np.random.SeedSequence([self.seed, phase])
        seeds = sequence.generate_state(runs, np.uint64).astype(np.int64) & (2**62 - 1)
        if self.arena.is_network:
            return self.arena.network.initial(seeds), seeds
        card = self.arena.card
        low, high = np.array(card.bounds, float).T
        starts = np.random.default_rng([self.seed, phase]).uniform(low, high, (runs, card.dimension)).T
        if phase == RACING and card.start:
            starts[:, 0] = card.start
        return np.ascontiguousarray(starts), seeds

    def bounds(self, first: np.ndarray) -> np.ndarray:
        """The losses to reach, [targets, runs], for the loss at each start; none where the least loss is not known."""
        least = self.arena.card.least
        if least is None:
            return np.empty((0, len(first)))
        with np.errstate(over="ignore", invalid="ignore"):
            return least + np.outer(TARGETS, np.maximum(first - least, SMALLEST))

    @property
    def checkpoints(self) -> tuple[int, ...]:
        """After which steps losses are kept for curves: the first ones, then ever rarer ones."""
        count = 12 if self.arena.is_network else 160
        early = np.geomspace(1, self.steps, count)
        even = np.linspace(0, self.steps, count // 2)
        return tuple(sorted({int(step) for step in np.rint([*early, *even])}))


def place_of(target: float) -> int:
    """Where in TARGETS a target is, or the one that is nearest to it."""
    return min(range(len(TARGETS)), key=lambda k: abs(math.log(TARGETS[k] / target)))


def costs(reached: np.ndarray, target: float) -> np.ndarray:
    """Gradient evaluations until a target was reached, inf for those that missed it: [runs]."""
    steps = reached[place_of(target)].astype(float)
    return np.where(steps < 0, np.inf, np.maximum(steps, 1.0))
