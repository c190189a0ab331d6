"""The protocol of a race.

Learning rates are tuned on one grid, the same for every entrant, at the race's own number of steps, over starts and
seeds that the race does not use. Then all entrants race from the same starts; networks also share weights and batches.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from math import inf, nan
from statistics import median
from typing import TYPE_CHECKING, Any

from dlc.cli.entrants import Entrant
from dlc.reference.problems import ProblemCard

if TYPE_CHECKING:
    import numpy as np

    from dlc.kernels.race import Race

CHUNK_SECONDS = 0.1  # between two looks at the board, and until Ctrl-C is heard
TUNING, RACING = 0, 1  # draw different starts from one seed

# What the board is told: the phase, the steps done, and each entrant's best median loss so far.
Report = Callable[[str, int, Sequence[float]], None]


@dataclass(frozen=True)
class Plan:
    """What is raced on, for how long, and how the rates are tuned."""

    problem: ProblemCard
    knobs: dict[str, float]  # of the problem
    steps: int
    runs: int
    seed: int
    grid: tuple[float, ...]
    tuning_runs: int


@dataclass(frozen=True)
class Result:
    """How one entrant did: one number for each run."""

    entrant: Entrant
    rate: float
    at_edge: bool  # the best rate is the first or the last one of the grid
    losses: list[float]  # inf where the run diverged
    merits: list[float]  # distances from the nearest minimum; accuracies on the test set, for a problem on data
    diverged: list[int | None]  # after which step
    gradient_evaluations: int  # those of tuning included; a diverged run is charged in full

    @property
    def loss(self) -> float:
        """The median over the runs."""
        return median(self.losses)

    @property
    def merit(self) -> float:
        """The median over the runs."""
        return median(self.merits)


def hold(plan: Plan, entrants: Sequence[Entrant], pool: Executor | None, report: Report) -> list[Result]:
    """Tune and race the ENTRANTS; REPORT is told of the progress."""
    rates = tune(plan, entrants, pool, report)
    starts, seeds = draw(plan, RACING, plan.runs)
    races = [_race(plan, entrant, starts, seeds, [rate]) for entrant, rate in zip(entrants, rates, strict=True)]
    _run(races, plan.steps, pool, lambda done: report("race", done, [median(race.loss.tolist()) for race in races]))
    return [_result(plan, *each) for each in zip(entrants, rates, races, strict=True)]


def tune(plan: Plan, entrants: Sequence[Entrant], pool: Executor | None, report: Report) -> list[float]:
    """Each entrant's fixed rate, or that of the grid with the fewest diverged runs and then the least median loss."""
    starts, seeds = draw(plan, TUNING, plan.tuning_runs)
    races = {
        index: _race(plan, entrant, starts, seeds, plan.grid)
        for index, entrant in enumerate(entrants)
        if entrant.rate is None
    }

    def tell(done: int) -> None:
        best = {index: min(loss for _, loss in _scores(plan, race.loss)) for index, race in races.items()}
        report("tuning", done, [best.get(index, nan) for index in range(len(entrants))])

    _run(list(races.values()), plan.steps, pool, tell)
    rates = {}
    for index, race in races.items():
        scores = _scores(plan, final_losses(race))
        rates[index] = plan.grid[scores.index(min(scores))]
    return [rates[index] if entrant.rate is None else entrant.rate for index, entrant in enumerate(entrants)]


def _scores(plan: Plan, losses: "np.ndarray") -> list[tuple[int, float]]:
    """For each rate of the grid: how many tuning runs diverged, and the median loss. The least pair is the best."""
    by_rate = losses.reshape(len(plan.grid), plan.tuning_runs).tolist()
    return [(of_rate.count(inf), median(of_rate)) for of_rate in by_rate]


def draw(plan: Plan, phase: int, runs: int) -> tuple["np.ndarray", "np.ndarray"]:
    """The starting points [dimension, runs] and the seeds [runs] of a phase; the race begins at the classic start."""
    import numpy as np

    from dlc.kernels.problems import PROBLEMS, Function

    problem = PROBLEMS[plan.problem.name]
    seeds = np.random.SeedSequence([plan.seed, phase]).generate_state(runs, np.uint64).astype(np.int64) & (2**62 - 1)
    if not isinstance(problem, Function):
        return problem.initial(seeds), seeds
    starts = np.random.default_rng([plan.seed, phase]).uniform(*plan.problem.box, (runs, problem.dimension)).T
    if phase == RACING:
        starts[:, 0] = plan.problem.start
    return starts, seeds


def _race(plan: Plan, entrant: Entrant, starts: "np.ndarray", seeds: "np.ndarray", rates: Sequence[float]) -> "Race":
    """Every start with every rate, side by side: lane = rate * runs + run."""
    import numpy as np

    from dlc.kernels.problems import PROBLEMS
    from dlc.kernels.race import Race

    return Race(
        PROBLEMS[plan.problem.name],
        entrant.card.name,
        np.tile(starts, (1, len(rates))),
        np.repeat(np.asarray(rates, float), len(seeds)),
        np.tile(seeds, len(rates)),
        entrant.knobs,
        plan.knobs,
    )


def _run(races: list["Race"], steps: int, pool: Executor | None, tell: Callable[[int], None]) -> None:
    """All STEPS of the races, in chunks of about CHUNK_SECONDS."""
    from dlc.kernels.race import advance_all

    done, chunk = 0, 1
    while done < steps and races:
        chunk = min(chunk, steps - done)
        began = time.perf_counter()
        advance_all(races, chunk, pool)
        seconds = time.perf_counter() - began
        done += chunk
        chunk = max(1, min(8 * chunk, int(chunk * CHUNK_SECONDS / max(seconds, 1e-9))))
        tell(done)


def final_losses(race: "Race") -> "np.ndarray":
    """The loss of each run; of a network, that over all its training data."""
    from dlc.kernels.networks import Network

    if not isinstance(race.problem, Network):
        return race.loss
    data = race.problem.data()
    return race.score(data.inputs, data.labels)[0]


def _merits(plan: Plan, race: "Race") -> list[float]:
    """Distances from the nearest minimum, inf where diverged; for a network, accuracies on the test set."""
    from dlc.kernels.networks import Network

    if isinstance(race.problem, Network):
        data = race.problem.data()
        return race.score(data.test_inputs, data.test_labels)[1].tolist()
    ended = zip(race.x.T.tolist(), race.diverged.tolist(), strict=True)
    return [plan.problem.distance(x) if diverged < 0 else inf for x, diverged in ended]


def _result(plan: Plan, entrant: Entrant, rate: float, race: "Race") -> Result:
    diverged: list[Any] = race.diverged.tolist()
    trials = 0 if entrant.rate is not None else len(plan.grid) * plan.tuning_runs
    return Result(
        entrant=entrant,
        rate=rate,
        at_edge=entrant.rate is None and rate in (plan.grid[0], plan.grid[-1]),
        losses=final_losses(race).tolist(),
        merits=_merits(plan, race),
        diverged=[step if step >= 0 else None for step in diverged],
        gradient_evaluations=(trials + plan.runs) * plan.steps,
    )
