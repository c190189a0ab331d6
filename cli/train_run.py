"""One training from its first to its last epoch: what is compiled, when it stops, what it keeps."""

import hashlib
import math
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from dlc.cli import overfit_stops
from dlc.cli.backprop_machine import initial, machine
from dlc.cli.entrants import Entrant
from dlc.cli.train_data import Learnable
from dlc.cli.train_files import Epoch, Saved
from dlc.reference.network import Network

if TYPE_CHECKING:
    from dlc.kernels.train import Regularizers, Rows, Score


@dataclass(frozen=True)
class Plan:
    """What a training is, but for its seed."""

    network: Network
    entrant: Entrant
    rate: float
    init: str
    batch: int
    epochs: int
    dtype: str
    regularizers: "Regularizers"
    patience: int | None = None
    min_delta: float = 0.0
    stop_rule: str = "keras"
    restores: bool = True


@dataclass
class Outcome:
    """How a training ended."""

    history: list[Epoch] = field(default_factory=list)
    end: str = "all epochs"  # or "stopped early", "diverged", "interrupted"
    kept: int = -1  # the epoch whose weights are kept
    test: "Score | None" = None
    weights: np.ndarray | None = None


class Run:
    """A training that can be stopped between epochs, and go on."""

    def __init__(self, plan: Plan, data: Learnable, seed: int):
        from dlc.kernels.chain import chain
        from dlc.kernels.train import Training

        self.plan, self.data, self.seed = plan, data, seed
        steps = plan.epochs * -(-len(data.train.inputs) // plan.batch)
        links = chain((link.card.name, link.knobs) for link in plan.entrant.over(steps))
        self.training: Training = Training(
            machine(plan.network, plan.dtype), links, plan.rate, initial(plan.network, plan.init, seed), data.train,
            batch=plan.batch, seed=seed, classifies=data.classifies, regularizers=plan.regularizers,
        )  # fmt: skip
        self.outcome = Outcome()
        self._best: dict[str, np.ndarray] = {}

    @property
    def watched(self) -> "Rows | None":
        """What the columns val_ are about: the validation rows, or else those of the test."""
        return self.data.validation or self.data.test

    def go(self, told: Callable[[Epoch], None], is_over: Callable[[], bool] = lambda: False) -> Outcome:
        """Train to the end, or until IS_OVER; each epoch is TOLD."""
        outcome = self.outcome
        while self.training.epochs < self.plan.epochs and outcome.end == "all epochs":
            if is_over():
                outcome.end = "interrupted"
                break
            learnt = self.training.epoch()
            watched = None if self.watched is None else self.training.score(self.watched)
            epoch = Epoch(self.training.epochs - 1, *learnt, *(watched or (None, None)), self.training.rate)  # type: ignore[call-arg]
            outcome.history.append(epoch)
            told(epoch)
            if not all(map(math.isfinite, (epoch.loss, 0.0 if epoch.val_loss is None else epoch.val_loss))):
                outcome.end = "diverged"
            elif self._is_enough(epoch):
                outcome.end = "stopped early"
        self._finish()
        return outcome

    def _is_enough(self, epoch: Epoch) -> bool:
        """Whether early stopping ends it here; the best weights so far are kept."""
        plan, values = self.plan, [each.val_loss for each in self.outcome.history if each.val_loss is not None]
        if plan.patience is None or not values:
            return False
        if epoch.val_loss == min(values) and values.index(epoch.val_loss) == len(values) - 1:
            self._best = self.training.state()
        found = overfit_stops.stops(values, plan.patience, plan.min_delta)
        return next(each.is_early for each in found if plan.stop_rule in each.rules)

    def _finish(self) -> None:
        outcome, training = self.outcome, self.training
        outcome.kept = training.epochs - 1
        outcome.weights = training.answer.copy()
        now = training.state()
        if self._best and self.plan.restores and outcome.end in ("all epochs", "stopped early"):
            training.restore(self._best)
            outcome.kept = training.epochs - 1
            outcome.weights = training.answer.copy()
        if self.data.test is not None:
            outcome.test = training.score(self.data.test)
        training.restore(now)

    def saved(self, options: dict[str, Any]) -> Saved:
        """All that it takes to go on."""
        return Saved(options, digest(self.data), self.training.state(), self._best, self.outcome.history)

    def resume(self, saved: Saved) -> None:
        """Go on from there. Raises ValueError for the state of another network or optimizer."""
        self.training.restore(saved.state)
        self._best = saved.best
        self.outcome.history = list(saved.history)


def digest(data: Learnable) -> str:
    """A name for the very rows that are learnt, and those that are watched."""
    found = hashlib.sha256()
    for rows in (data.train, data.validation, data.test):
        for array in rows or ():
            found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()[:16]


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Within it, the first Ctrl-C only makes what is yielded true; the second one is as usual."""
    asked: list[int] = []

    def ask(number: int, _frame: Any) -> None:
        asked.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)
