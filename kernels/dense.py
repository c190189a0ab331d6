"""One optimizer on one big vector of parameters, as in training: the rules of the races, along rows of it.

A rule of one coordinate does not care which coordinates are lanes: the vector is cut into rows of WIDTH, each row's
coordinates are the lanes, and threads share the rows.
"""

from collections.abc import Mapping
from concurrent.futures import Executor
from itertools import pairwise
from typing import Any

import numpy as np

from dlc.kernels.lanes import aligned
from dlc.kernels.parts import STEPS

WIDTH = 512
ALONE = 100_000  # parameters for which no second thread is worth its start


class Dense:
    """Parameters `x` and gradients `g`, flat views to fill in place; step() moves x."""

    def __init__(
        self,
        name: str,
        parameters: Any,
        lr: float,
        knobs: Mapping[str, float] | None = None,
        *,
        dtype: Any = np.float32,
        threads: int = 1,
    ):
        """Raises ValueError for a rule that needs to see the whole vector at once."""
        part = STEPS[name]
        if not part.is_coordinate:
            raise ValueError(f"{name} sees the whole vector at once; only rules of one coordinate step densely")
        start = np.asarray(parameters).ravel()
        rows = -(-start.size // WIDTH)
        shape = (rows, WIDTH)
        x, g = aligned(0.0, shape, dtype), aligned(0.0, shape, dtype)
        self.x, self.g = (each.reshape(-1)[: start.size] for each in (x, g))
        self.x[:] = start
        self.steps = 0
        count = 1 if start.size <= ALONE else min(threads, rows)
        cuts = np.linspace(0, rows, count + 1).astype(int)
        self._frames = [
            part.frame(x[a:b], np.full(WIDTH, lr), knobs, dtype=dtype, in_place=(x[a:b], g[a:b]))
            for a, b in pairwise(cuts)
        ]
        self._part = part.compiled(dtype)

    def step(self, pool: Executor | None = None) -> None:
        """Take one step with the gradients in `g`, its rows shared out over the threads of POOL."""
        self.steps += 1
        first, *others = self._frames
        work = [pool.submit(self._part, each.address, self.steps) for each in others] if pool else []
        self._part(first.address, self.steps)
        if not pool:
            for each in others:
                self._part(each.address, self.steps)
        for done in work:
            done.result()
