"""Cells: the pieces of a race that can be run anywhere, each one chain on one problem from many starts.

A cell says all that its outcome depends on, so that threads, processes and other machines give the same bits.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dlc.reference.problems import ProblemCard

if TYPE_CHECKING:
    from dlc.kernels.networks import Network
    from dlc.kernels.problems import Problem
    from dlc.kernels.race import Race

Part = tuple[str, tuple[tuple[str, float], ...]]  # the name of a part of a chain, and its knobs

CHUNK_SECONDS = 0.1  # between two looks at the board, and until Ctrl-C is heard

# Held while kernels are looked up: of two threads that compile the same one, the first would lose its machine code.
BUILDING = threading.RLock()


@dataclass(frozen=True)
class Arena:
    """What is raced on: a problem with its parameters."""

    card: ProblemCard
    knobs: Mapping[str, float] = field(default_factory=dict)

    def __reduce__(self) -> tuple[Any, ...]:
        """Named, not copied: a card holds functions."""
        from dlc.cli.race_options import arena_of

        return arena_of, (self.card.name, dict(self.knobs), self.card.dimension, self.card.rotation)

    @property
    def problem(self) -> "Problem":
        """The kernels of the problem."""
        from dlc.kernels.problems import problem_of

        return problem_of(self.card.name, self.card.dimension, self.card.rotation)

    @property
    def default_dimension(self) -> int:
        """That of the problem where nothing else is asked for."""
        from dlc.kernels.problems import PROBLEMS

        return PROBLEMS[self.card.name].dimension

    @property
    def network(self) -> "Network":
        """The problem, which is_network."""
        from dlc.kernels.networks import Network

        assert isinstance(self.problem, Network)
        return self.problem

    @property
    def is_network(self) -> bool:
        """Whether it learns from mini-batches, and is judged on a data set."""
        from dlc.kernels.networks import Network

        return isinstance(self.problem, Network)

    def first_losses(self, starts: np.ndarray, seeds: np.ndarray) -> np.ndarray:
        """The loss at each start: [runs]."""
        from dlc.kernels.lanes import Frame, address_of
        from dlc.kernels.race import evaluate

        frame = Frame(starts, self.problem.task(seeds, **self.knobs))
        evaluate(address_of(self.problem.compiled()), frame.address, 1.0)
        return frame.loss.copy()


@dataclass(frozen=True)
class Cell:
    """One chain from many starts: lane j begins at starts[:, j] with rates[j] and seeds[j]."""

    arena: Arena
    parts: tuple[Part, ...]  # as they act
    starts: np.ndarray  # [dimension, lanes]
    rates: np.ndarray  # [lanes]
    seeds: np.ndarray  # [lanes]
    steps: int
    bounds: np.ndarray  # [targets, lanes]
    checkpoints: tuple[int, ...] = ()  # after which steps the losses are kept
    keeps_paths: bool = False  # and the points
    dtype: str = "float64"

    def begin(self) -> "Race":
        """The race before its first step."""
        from dlc.kernels.chain import chain
        from dlc.kernels.race import Race

        with BUILDING:
            return Race(
                self.arena.problem,
                chain([(name, dict(knobs)) for name, knobs in self.parts]),
                self.starts,
                self.rates,
                self.seeds,
                self.arena.knobs,
                self.bounds,
                self.dtype,
            )

    def split(self, most: int) -> list["Cell"]:
        """The same work in cells of at most MOST lanes."""
        parts = [slice(first, first + most) for first in range(0, len(self.rates), most)]
        return [
            replace(
                self, starts=self.starts[:, part], rates=self.rates[part], seeds=self.seeds[part],
                bounds=self.bounds[:, part],
            )
            for part in parts
        ]  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What came of a cell: one number for each lane, or one row for each checkpoint."""

    first: np.ndarray  # [lanes] the loss at the start
    losses: np.ndarray  # [lanes] the last one; inf where it diverged
    best: np.ndarray  # [lanes] the least one at a checkpoint
    reached: np.ndarray  # [targets, lanes] the step in which each bound was reached, or -1
    diverged: np.ndarray  # [lanes] the step, or -1
    x: np.ndarray  # [dimension, lanes] the answers; nan where it diverged
    curve: np.ndarray  # [checkpoints, lanes]
    paths: np.ndarray  # [checkpoints, dimension, lanes], or nothing
    accuracy: np.ndarray | None = None  # [lanes] of a network, on the test set

    def lanes(self, part: slice) -> "Outcome":
        """The outcome of some lanes."""
        paths = self.paths[..., part] if self.paths.size else self.paths
        return Outcome(
            self.first[part], self.losses[part], self.best[part], self.reached[:, part], self.diverged[part],
            self.x[:, part], self.curve[:, part], paths, None if self.accuracy is None else self.accuracy[part],
        )  # fmt: skip

    @classmethod
    def joined(cls, parts: Sequence["Outcome"]) -> "Outcome":
        """The outcome of a cell from those of the cells it was split into."""

        def join(name: str) -> Any:
            arrays = [getattr(part, name) for part in parts]
            return None if arrays[0] is None else np.concatenate(arrays, axis=-1)

        return cls(**{each.name: join(each.name) for each in fields(cls)})


# Told of the steps done and of each cell's present losses and points.
Watch = Callable[[int, Sequence["Race"]], None]


def ignore(done: int, races: Sequence["Race"]) -> None:
    """Watch nothing."""


class Machines(Executor):
    """A pool that takes whole cells, to run them on other machines."""

    def run(self, cells: Sequence[Cell], watch: Watch = ignore) -> list[Outcome]:
        """As the function of that name."""
        raise NotImplementedError


def run(cells: Sequence[Cell], pool: Executor | None = None, watch: Watch = ignore) -> list[Outcome]:
    """All cells side by side, their lanes shared out over the threads of POOL. They have the same number of steps."""
    from dlc.kernels.race import advance_all

    if not cells:
        return []
    if isinstance(pool, Machines):
        return pool.run(cells, watch)
    races = [cell.begin() for cell in cells]
    first = [race.loss.copy() for race in races]
    curves: list[list[np.ndarray]] = [[] for _ in cells]
    paths: list[list[np.ndarray]] = [[] for _ in cells]
    steps, stops = cells[0].steps, sorted({step for cell in cells for step in cell.checkpoints})
    done, chunk = 0, 1

    def keep() -> None:
        for cell, race, curve, path in zip(cells, races, curves, paths, strict=True):
            if done in cell.checkpoints:
                curve.append(_losses(cell, race))
                if cell.keeps_paths:
                    path.append(race.x)

    keep()
    while done < steps:
        until = next((stop for stop in stops if stop > done), steps)
        taken = min(chunk, until - done)
        began = time.perf_counter()
        advance_all(races, taken, pool)
        seconds = time.perf_counter() - began
        done += taken
        chunk = max(1, min(8 * chunk, int(taken * CHUNK_SECONDS / max(seconds, 1e-9))))
        keep()
        watch(done, races)
    return [_outcome(*each) for each in zip(cells, races, first, curves, paths, strict=True)]


def run_one(cell: Cell) -> Outcome:
    """One cell alone, as on another machine."""
    return run([cell])[0]


def _losses(cell: Cell, race: "Race") -> np.ndarray:
    """The loss of each lane; of a network, that over all its training data."""
    if not cell.arena.is_network:
        return race.loss
    data = cell.arena.network.data()
    return race.score(data.inputs, data.labels)[0]


def _outcome(cell: Cell, race: "Race", first: np.ndarray, curve: list[Any], path: list[Any]) -> Outcome:
    accuracy = None
    if cell.arena.is_network:
        data = cell.arena.network.data()
        accuracy = race.score(data.test_inputs, data.test_labels)[1]
    lanes = len(cell.rates)
    losses = _losses(cell, race)
    return Outcome(
        first=first,
        losses=losses,
        best=np.fmin.reduce([first, *curve, losses]),
        reached=race.reached,
        diverged=race.diverged,
        x=race.x,
        curve=np.array(curve).reshape(len(curve), lanes),
        paths=np.array(path),
        accuracy=accuracy,
    )
