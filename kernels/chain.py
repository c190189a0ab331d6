"""A chain of parts over some lanes: their frames, and a way to drive it by hand, with gradients from anywhere."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from dlc.kernels.lanes import PROBING, TICKS, Frame, Task, make_task
from dlc.kernels.optimizers import PARTS
from dlc.kernels.parts import Part


class Link(NamedTuple):
    """A part of a chain, and its knobs where they differ from the defaults."""

    part: Part
    knobs: Mapping[str, float] = {}


def chain(links: Iterable[tuple[str, Mapping[str, float]]]) -> list[Link]:
    """Links by the names of their parts, in the order in which they act; the knob lr is the race's, not the part's."""
    return [Link(PARTS[name], {knob: value for knob, value in knobs.items() if knob != "lr"}) for name, knobs in links]


def frames(
    links: Sequence[Link],
    x: np.ndarray,
    rates: Any,
    task: Task | None = None,
    *,
    dtype: Any = np.float64,
    blocks: Any = None,
) -> list[Frame]:
    """A frame for each link, at a copy of X; they share all but their state."""
    first, *others = links
    made = [first.part.frame(x, rates, first.knobs, task, dtype=dtype, blocks=blocks)]
    made += [link.part.frame(x, rates, link.knobs, task, dtype=dtype, blocks=blocks, of=made[0]) for link in others]
    return made


class Walk:
    """Some lanes of a chain: `x` is where the next gradients are taken, `answer` what is to be judged."""

    def __init__(
        self,
        links: Sequence[Link],
        x: np.ndarray,
        rates: Any,
        *,
        seeds: Any = None,
        blocks: Any = None,
        dtype: Any = np.float64,
    ):
        task = None if seeds is None else make_task(seeds)
        self._links, self._frames = links, frames(links, x, rates, task, dtype=dtype, blocks=blocks)
        self._parts = [link.part.compiled(dtype) for link in links]
        self._evaluations = 0
        self.x = self._frames[0].x

    def step(self, g: np.ndarray, loss: Any = 0.0) -> None:
        """Move on, given gradients and losses at x: [dimension, lanes] and [lanes]."""
        first = self._frames[0]
        first.g[:], first.loss[:] = g, loss
        first.control[PROBING] = 0.0
        self._evaluations += 1
        for link, part, frame in zip(self._links, self._parts, self._frames, strict=True):
            part(frame.address, float(self._evaluations) if link.part.probes else first.control[TICKS])
            if self.is_probe:
                return
        first.control[TICKS] += 1.0

    @property
    def slots(self) -> np.ndarray:
        """What the last part keeps: [slots, dimension, lanes]."""
        return self._frames[-1].state

    @property
    def is_probe(self) -> bool:
        """Whether x is no answer, but only a point to take the next gradient at."""
        return bool(self._frames[0].control[PROBING])

    @property
    def answer(self) -> np.ndarray:
        """X, or the mean that a part keeps: [dimension, lanes]."""
        kept = [
            frame.state[link.part.answer]
            for link, frame in zip(self._links, self._frames, strict=True)
            if link.part.answer >= 0
        ]
        return kept[-1] if kept else self.x
