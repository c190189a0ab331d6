"""The driver of races: many runs of one chain of parts on one problem, side by side, in chunks of steps.

A step is one gradient evaluation, the unit of cost. A run has diverged when its loss is not finite or a coordinate
exceeds 1e8 in size. It then stops: its lane is filled with nan, which no step changes. It has also diverged when it
ends above 1000·max(1, first loss); on the way it may
come back from there. The loss of a run that has diverged counts as
infinite.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from functools import cache
from typing import Any

import numpy as np
from numba import boolean, float64, int64, types
from numba.extending import register_jitable

from dlc.kernels.chain import Link, frames
from dlc.kernels.jit import compiled
from dlc.kernels.lanes import PROBING, TICKS, VIEWS, Frame, address_of, call, named
from dlc.kernels.networks import Network
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
    """Stop the lanes that are out of bounds after step t, and those again that a part put back to where they were."""
    for j in range(loss.size):
        if diverged[j] < 0 and not (abs(loss[j]) < np.inf and np.all(np.abs(x[:, j]) <= FARTHEST)):
            diverged[j] = int(t)
        if diverged[j] >= 0:
            x[:, j], loss[j] = np.nan, np.nan


@register_jitable
def swap(x, y):
    """Exchange two arrays [dimension, lanes]."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j], y[i, j] = y[i, j], x[i, j]


@register_jitable
def judge(loss, waiting, bounds, reached, t):
    """Keep the step in which each lane reached each of its bounds, which decrease; waiting has the next one."""
    count = 0
    for j in range(loss.size):
        count += 1 if loss[j] <= waiting[j] else 0
    if count == 0:
        return
    for j in range(loss.size):
        if loss[j] <= waiting[j]:
            waiting[j] = -np.inf
            for k in range(bounds.shape[0]):
                if reached[k, j] < 0:
                    if loss[j] > bounds[k, j]:
                        waiting[j] = bounds[k, j]
                        break
                    reached[k, j] = int(t)


@cache
def driver(dtype: Any) -> Any:
    """The compiled loop over steps for lanes of that type."""
    view = VIEWS[np.dtype(dtype)]

    def advance(gradient, parts, frames, probing, answer, diverged, waiting, bounds, reached, t, steps):
        """Take STEPS steps after step t, given loss and g at x; diverged holds step numbers, or -1.

        answer is (part, slot) of what is to be judged in place of x, or (-1, -1).
        """
        frame = frames[0]
        x, loss, control = view(frame, "x"), view(frame, "loss"), view(frame, "control")
        expected = np.sum(diverged >= 0) * (1 + x.shape[0])
        other = view(frames[max(answer[0], 0)], "state")
        for _ in range(steps):
            t += 1
            control[PROBING] = 0.0
            for k in range(parts.size):
                call(parts[k], frames[k], t if probing[k] else control[TICKS])
                if control[PROBING] != 0.0:
                    break
            is_probe = control[PROBING] != 0.0
            if not is_probe:
                control[TICKS] += 1.0
            if answer[0] >= 0:
                swap(x, other[answer[1]])
                call(gradient, frame, control[TICKS])
                judge(loss, waiting, bounds, reached, t)
                swap(x, other[answer[1]])
                call(gradient, frame, control[TICKS])
            else:
                call(gradient, frame, control[TICKS])
                if not is_probe:
                    judge(loss, waiting, bounds, reached, t)
            if count_misfits(x, loss) != expected:
                stop_misfits(x, loss, diverged, t)
                expected = np.sum(diverged >= 0) * (1 + x.shape[0])

    vector, matrix = int64[::1], float64[:, ::1]
    signature = types.void(
        int64, vector, vector, boolean[::1], vector, vector, float64[::1], matrix, int64[:, ::1],
        float64, int64,
    )  # fmt: skip
    return compiled(signature)(named(advance, f"advance{np.dtype(dtype).itemsize * 8}"))


@compiled(types.void(int64, int64, float64))
def evaluate(gradient, frame, t):
    """Fill loss and g at x."""
    call(gradient, frame, t)


class Block:
    """Neighbouring lanes of a race, and all that one call needs to move them on."""

    def __init__(self, gradient: int, chain: Sequence[Link], frames: Sequence[Frame], bounds: np.ndarray, dtype: Any):
        first = frames[0]
        self._driver, self._gradient, self._frames = driver(dtype), gradient, frames
        self._parts = np.array([link.part.address(dtype) for link in chain])
        self._addresses = np.array([frame.address for frame in frames])
        self._probing = np.array([link.part.probes for link in chain])
        answers = [(k, link.part.answer) for k, link in enumerate(chain) if link.part.answer >= 0]
        self._answer = np.array(answers[-1] if answers else (-1, -1))
        self._evaluate(first)
        lanes = first.loss.size
        self.x, self.loss = first.x, first.loss
        self.stopped = np.full(lanes, -1)
        with np.errstate(over="ignore"):  # a first loss near the greatest number sets no limit
            self.limit = HIGHEST * np.maximum(1.0, self.loss.astype(float))
        self._bounds = np.ascontiguousarray(bounds, np.float64)
        self.reached = np.where(self.loss <= self._bounds, 0, -1)
        self._waiting = np.full(lanes, -np.inf)
        for bound, reached in zip(self._bounds[::-1], self.reached[::-1], strict=True):
            self._waiting = np.where(reached < 0, bound, self._waiting)

    def _evaluate(self, frame: Frame) -> None:
        evaluate(self._gradient, frame.address, frame.control[TICKS])

    def advance(self, t: int, steps: int) -> None:
        """Take STEPS steps after step T."""
        self._driver(
            self._gradient, self._parts, self._addresses, self._probing, self._answer, self.stopped,
            self._waiting, self._bounds, self.reached, float(t), steps,
        )  # fmt: skip

    @property
    def answers(self) -> np.ndarray:
        """What is to be judged: x, or the mean that the chain keeps; nan where it diverged."""
        part, slot = self._answer
        if part < 0:
            return self.x
        return np.where(self.stopped < 0, self._frames[part].state[slot], np.nan)

    @property
    def answer_loss(self) -> np.ndarray:
        """The loss there."""
        part, _ = self._answer
        if part < 0:
            return self.loss.astype(np.float64)
        first = self._frames[0]
        here, g, loss = first.x.copy(), first.g.copy(), first.loss.copy()
        first.x[:] = self.answers
        self._evaluate(first)
        found = first.loss.astype(np.float64)
        first.x[:], first.g[:], first.loss[:] = here, g, loss
        return found


class Race:
    """Runs of one chain on one problem: lane j begins at starts[:, j] with rate rates[j] and seed seeds[j].

    BOUNDS [targets, lanes] are losses that decrease: `reached` tells the step in which each lane first came to each of
    them. PROBLEM_KNOBS are the problem's, where they differ from the defaults. Lanes do not see each other: their bits
    depend neither on the other lanes nor on the threads.
    """

    def __init__(
        self,
        problem: Problem,
        chain: Sequence[Link],
        starts: np.ndarray,
        rates: np.ndarray,
        seeds: np.ndarray | None = None,
        problem_knobs: Mapping[str, float] | None = None,
        bounds: np.ndarray | None = None,
        dtype: Any = np.float64,
    ):
        dimension, lanes = starts.shape
        seeds = np.zeros(lanes, np.int64) if seeds is None else np.asarray(seeds)
        bounds = np.empty((0, lanes)) if bounds is None else bounds
        width = min(WIDEST, max(NARROWEST, BLOCK_NUMBERS // dimension))
        dtype = np.dtype(dtype)
        gradient = address_of(problem.compiled(dtype))
        self.problem = problem
        self.steps = 0
        self.blocks = []
        for first in range(0, lanes, width):
            part = slice(first, first + width)
            task = problem.task(seeds[part], **(problem_knobs or {}))
            made = frames(chain, starts[:, part], rates[part], task, dtype=dtype, blocks=problem.blocks(dimension))
            self.blocks.append(Block(gradient, chain, made, bounds[:, part], dtype))

    @property
    def x(self) -> np.ndarray:
        """Where the runs are, nan where they diverged: [dimension, lanes]."""
        return np.concatenate([block.answers for block in self.blocks], axis=1)

    @property
    def diverged(self) -> np.ndarray:
        """The step after which each run was out of bounds, the present one if it is too high now, or -1: [lanes]."""
        each = [np.where((b.stopped < 0) & (b.answer_loss > b.limit), self.steps, b.stopped) for b in self.blocks]
        return np.concatenate(each)

    @property
    def loss(self) -> np.ndarray:
        """The loss at x, of a network that over its next batch; inf where the run diverged: [lanes]."""
        return np.where(self.diverged >= 0, np.inf, np.concatenate([block.answer_loss for block in self.blocks]))

    @property
    def reached(self) -> np.ndarray:
        """The step after which each run's loss was first at most each bound, or -1: [targets, lanes]."""
        return np.concatenate([block.reached for block in self.blocks], axis=1)

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
