"""How exact a contender is: its worst error over inputs of every size, judged by the reference at fifty digits."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from dlc.cli.agreement_activations import numbers
from dlc.cli.bench_cases import Task
from dlc.cli.vectors import Truth
from dlc.reference.activations import ActivationCard
from dlc.reference.ulp import truth, ulps

if TYPE_CHECKING:
    import numpy as np

EXACT_WITHIN = 4.0  # ulp; a peer that errs more is called inexact
SAMPLES = 1000
VECTORS, LENGTH = 40, 12
SPREADS = (0.01, 1.0, 10.0, 100.0)


@dataclass(frozen=True)
class Exactness:
    """The worst error, in ulp, and where it is."""

    worst: float
    at: str

    @property
    def exact(self) -> bool:
        """Whether it is within what a peer may err; an error that is no number is not."""
        return self.worst <= EXACT_WITHIN


@dataclass(frozen=True)
class Judge:
    """The judge of one order of CARD in one type: the same inputs for everyone.

    Inputs are finite, tails and subnormals among them. Kinks are left out of derivatives: there a library may choose.
    """

    card: ActivationCard
    order: int
    dtype: str
    seed: int

    @cached_property
    def task(self) -> Task:
        """What every contender computes in order to be judged."""
        import numpy as np

        if not self.card.vector:
            x = self._numbers()
            return Task(self.card, self.order, x, None, np.empty_like(x))
        random = np.random.default_rng(self.seed)
        spread = random.choice(SPREADS, (VECTORS, 1))
        x = (spread * random.normal(0, 1, (VECTORS, LENGTH))).astype(self.dtype)
        width = self.card.width(LENGTH, *self.card.knobs.values())
        if self.order == 0:
            return Task(self.card, 0, x, None, np.empty((VECTORS, width), self.dtype))
        # Of each vector a row of its Jacobian: other products may cancel, in every library.
        v = np.eye(width, dtype=self.dtype)[random.integers(width, size=VECTORS)]
        return Task(self.card, self.order, x, v, np.empty_like(x))

    def _numbers(self) -> "np.ndarray":
        import numpy as np

        kinks = self.card.kinks_at(self.card.knobs)
        x = numbers(self.dtype, SAMPLES, self.seed, kinks)
        low, high = self.card.domain
        wanted = np.isfinite(x) & (x >= low) & (x <= high)
        if self.order:
            wanted &= ~np.isin(x, np.array(kinks, self.dtype))
        return x[wanted]

    def judged(self, values: "np.ndarray") -> Exactness:
        """The worst of VALUES, which a contender computed for the task."""
        found = values.astype(self.dtype).reshape(self.task.out.shape).tolist()
        errors = [judge(value) for judge, value in zip(self._judges, found, strict=True)]
        place = errors.index(max(errors))
        return Exactness(errors[place], f"vector {place}" if self.card.vector else f"x = {self.task.x[place]}")

    @cached_property
    def _judges(self) -> list[Callable[[Any], float]]:
        """For each number or row of the result, what tells its error."""
        card = self.card
        if not card.vector:
            truths = (truth(self.task.formula, x, card.knobs) for x in self.task.x.tolist())
            return [partial(ulps, true=true, dtype=self.dtype) for true in truths]
        rows = [Truth(card, card.knobs, row.tolist(), place * LENGTH) for place, row in enumerate(self.task.x)]
        weights = [None] * VECTORS if self.task.v is None else self.task.v.tolist()
        return [partial(self._worst_of_row, row, v) for row, v in zip(rows, weights, strict=True)]

    def _worst_of_row(self, row: Truth, v: list[float] | None, values: list[float]) -> float:
        found = row.value_errors(values, self.dtype) if v is None else row.product_errors(v, values, self.dtype)
        return max(found)
