"""The driver of races: many runs of one optimizer on one problem, side by side, in chunks of steps.

A run has diverged when its loss is not finite or a coordinate exceeds 1e8 in size. It then stops: its lane is filled
with nan, which no step changes. It has also diverged when it ends above 1000·max(1, first loss); on the way it may come
back from there. The loss of a run that has diverged counts as infinite.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from typing import Any

import numpy as np
from numba import float64, int64, types
from numba.extending import register_jitable

from dlc.kernels.jit import compiled
from dlc.kernels.lanes import FRAMED, Frame, array
from dlc.kernels.networks import Network
from dlc.kernels.optimizers import STEPS
from dlc.kernels.problems import Problem

FARTHEST = 1e8
HIGHEST = 1e3

# A block of lanes is one call's work: wide enough to hide the calls, small enough for the processor's nearest memory.
WIDEST = 128
NARROWEST = 8
BLOCK_NUMBERS = 4096


@register_jitable
def count_misfits(x, loss):
    """How many losses and coordinates are out of bounds: all 1 + dimension of a lane that has stopped."""
    count = 0
    for j in range(loss.size):
        count += 0 if abs(loss[j]) < np.inf else 1
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            count += 0 if abs(x[i, j]) <= FARTHEST else 1
    return count


@register_jitable
def stop_misfits(x, loss, diverged, t):
    """Stop the lanes that are out of bounds after step t."""
    for j in range(loss.size):
        if diverged[j] < 0 and not (abs(loss[j]) < np.inf and np.all(np.abs(x[:, j]) <= FARTHEST)):
            diverged[j] = int(t)
            x[:, j] = np.nan


FUNCTION = types.FunctionType(FRAMED)


@compiled(types.void(FUNCTION, FUNCTION, int64, int64[::1], float64, int64))
def advance(gradient, step, frame, diverged, t, steps):
    """Take STEPS steps after step t, given loss and g at x; diverged holds step numbers, or -1."""
    x, loss = array(frame, "x"), array(frame, "loss")
    expected = np.sum(diverged >= 0) * (1 + x.shape[0])
    for _ in range(steps):
        t += 1
        step(frame, t)
        gradient(frame, t + 1)
        if count_misfits(x, loss) != expected:
            stop_misfits(x, loss, diverged, t)
            expected = np.sum(diverged >= 0) * (1 + x.shape[0])


class Block:
    """Neighbouring lanes of a race, and all that one call needs to move them on."""

    def __init__(self, gradient: Any, step: Any, frame: Frame):
        self._functions = gradient, step
        self._frame = frame
        self.x, self.loss = frame.x, frame.loss
        self.stopped = np.full(self.loss.size, -1)
        gradient(frame.address, 1.0)
        with np.errstate(over="ignore"):  # a first loss near the greatest number sets no limit
            self.limit = HIGHEST * np.maximum(1.0, self.loss)

    def advance(self, t: int, steps: int) -> None:
        """Take STEPS steps after step T."""
        advance(*self._functions, self._frame.address, self.stopped, float(t), steps)


class Race:
    """Runs of one optimizer on one problem: lane j begins at starts[:, j] with rate rates[j] and seed seeds[j].

    KNOBS are the optimizer's own, PROBLEM_KNOBS the problem's; both only where they differ from the defaults. Lanes do
    not see each other: their bits depend neither on the other lanes nor on the threads.
    """

    def __init__(
        self,
        problem: Problem,
        optimizer: str,
        starts: np.ndarray,
        rates: np.ndarray,
        seeds: np.ndarray | None = None,
        knobs: Mapping[str, float] | None = None,
        problem_knobs: Mapping[str, float] | None = None,
    ):
        dimension, lanes = starts.shape
        kernel = STEPS[optimizer]
        seeds = np.zeros(lanes, np.int64) if seeds is None else np.asarray(seeds)
        width = min(WIDEST, max(NARROWEST, BLOCK_NUMBERS // dimension))
        self.problem = problem
        self.steps = 0
        self.blocks = []
        for first in range(0, lanes, width):
            part = slice(first, first + width)
            task = problem.task(seeds[part], **(problem_knobs or {}))
            frame = kernel.frame(starts[:, part], rates[part], knobs, task)
            self.blocks.append(Block(problem.gradient, kernel.step, frame))

    @property
    def x(self) -> np.ndarray:
        """Where the runs are, nan where they diverged: [dimension, lanes]."""
        return np.concatenate([block.x for block in self.blocks], axis=1)

    @property
    def diverged(self) -> np.ndarray:
        """The step after which each run was out of bounds, the present one if it is too high now, or -1: [lanes]."""
        each = [np.where((b.stopped < 0) & (b.loss > b.limit), self.steps, b.stopped) for b in self.blocks]
        return np.concatenate(each)

    @property
    def loss(self) -> np.ndarray:
        """The loss at x, of a network that over its next batch; inf where the run diverged: [lanes]."""
        return np.where(self.diverged >= 0, np.inf, np.concatenate([block.loss for block in self.blocks]))

    def score(self, inputs: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A network's mean loss and accuracy over all of these rows (inf and 0 where it diverged): [lanes] each."""
        if not isinstance(self.problem, Network):
            raise TypeError("only a network has an accuracy")
        x = self.x
        loss, accuracy = np.empty(x.shape[1]), np.empty(x.shape[1])
        self.problem.evaluate(x, inputs, labels, loss, accuracy)
        is_lost = (self.diverged >= 0) | ~np.isfinite(loss)
        return np.where(is_lost, np.inf, loss), np.where(is_lost, 0.0, accuracy)


def advance_all(races: Iterable[Race], steps: int, pool: Executor | None = None) -> None:
    """Take STEPS steps in all of the races, their blocks shared out over the threads of POOL."""
    races = list(races)
    work = [(block, race.steps) for race in races for block in race.blocks]
    if pool is None:
        for block, t in work:
            block.advance(t, steps)
    else:
        for done in [pool.submit(block.advance, t, steps) for block, t in work]:
            done.result()
    for race in races:
        race.steps += steps
