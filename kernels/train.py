"""Training of a network: whole epochs in one compiled call, from the order of the rows to the optimizer's step.

What is drawn at random follows from the seed, and from the epoch or the step, alone: a run that goes on from its state
has the same bits as one that was never interrupted.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.chain import Link
from dlc.kernels.dense import WIDTH
from dlc.kernels.draws import key, shuffle
from dlc.kernels.jit import compiled
from dlc.kernels.lanes import PROBING, TICKS, VIEWS, Frame, aligned, call, make_task, named
from dlc.kernels.mlp import (
    BATCH_NORM,
    BEFORE,
    DENSE,
    GIVES,
    KIND,
    TAKES,
    WEIGHTS,
    Mlp,
    backward,
    block,
    forward,
    lean,
    loss,
)  # fmt: skip
from dlc.kernels.mlp_products import matrix
from dlc.kernels.train_regularizers import blur, limit_norms, mix, mixup_share, penalise

# What regularises, as one row of numbers; 0 for nothing, and for no limit of the norms.
L1, L2, MOST_NORM, MIXUP, NOISE, DECAYS_ALL = range(6)
# What an epoch, or a test, sums up: losses, hits, rows; of a regression targets, their squares, squares of errors.
LOSS, HITS, ROWS, SUM, SQUARES, ERRORS, TALLIES = range(7)
# Draws for one purpose are not those for another one.
FOR_ORDER, FOR_BATCH, FOR_MIXUP, FOR_NOISE = 1, 2, 3, 4


class Regularizers(NamedTuple):
    """What is done against overfitting; dropout and batch normalisation are layers."""

    l1: float = 0.0  # l1·Σ|w|
    l2: float = 0.0  # l2·Σw²
    max_norm: float = 0.0  # of the weights into each unit
    mixup: float = 0.0  # alpha: shares are of Beta(alpha, alpha)
    noise: float = 0.0  # the deviation of what is added to inputs
    decays_all: float = 0.0  # whether l1 and l2 see biases, gains and shifts, too


class Rows(NamedTuple):
    """What is learnt, or tested on."""

    inputs: np.ndarray  # [rows, features]
    targets: np.ndarray  # [rows, outputs]: of a class 1 in its column


@register_jitable
def gather(numbers, source, order, first, rows):
    """ROWS rows of SOURCE, those that ORDER names from FIRST on."""
    taken = matrix(numbers, 0, rows, source.shape[1])
    for i in range(rows):
        row = order[first + i]
        for j in range(taken.shape[1]):
            taken[i, j] = source[row, j]


@register_jitable
def _penalise_layers(layers, x, g, regularizers):
    """The slopes of l1 and l2: over the weights of dense layers, or over all parameters."""
    l1, l2 = regularizers[L1], regularizers[L2]
    if regularizers[DECAYS_ALL] > 0:
        penalise(x, g, 0, x.size, l1, l2)
        return
    for p in range(layers.shape[0] - 1):
        if layers[p, KIND] == DENSE:
            penalise(x, g, layers[p, WEIGHTS], layers[p, TAKES] * layers[p, GIVES], l1, l2)


@register_jitable
def _limit_layers(layers, x, most):
    """Bound the norms of the weights into each unit."""
    for p in range(layers.shape[0] - 1):
        if layers[p, KIND] == DENSE:
            limit_norms(x, layers[p, WEIGHTS], layers[p, TAKES], layers[p, GIVES], most)


@register_jitable
def tally(outputs, targets, classifies, sums):
    """Add a batch to what an epoch sums up."""
    rows, columns = outputs.shape
    sums[ROWS] += rows
    for i in range(rows):
        if classifies:
            best = goal = 0
            for k in range(1, columns):
                best = k if outputs[i, k] > outputs[i, best] else best
                goal = k if targets[i, k] > targets[i, goal] else goal
            sums[HITS] += best == goal
        else:
            for k in range(columns):
                target = np.float64(targets[i, k])
                off = np.float64(outputs[i, k]) - target
                sums[SUM] += target
                sums[SQUARES] += target * target
                sums[ERRORS] += off * off


@cache
def _loops(dtype: np.dtype) -> tuple[Any, Any]:
    """The compiled loops over an epoch's batches, and over a test's."""
    view = VIEWS[dtype]

    def epoch(
        layers, settings, kept, values, slopes, sizes, errors, turned, goals, inputs, targets, order, batch, seed,
        number, classifies, regularizers, tall, wide, parts, frames, is_wide, probing, evaluations, sums,
    ):  # fmt: skip
        """One epoch, the NUMBERth from 0; returns how many gradients have been taken in all."""
        x, g = view(tall, "x").reshape(-1), view(tall, "g").reshape(-1)
        losses, control = view(tall, "loss"), view(tall, "control")
        lr, lanes_lr = view(tall, "lr"), view(wide, "lr")
        features, columns, last = inputs.shape[1], targets.shape[1], layers[-1]
        shuffle(order, key(seed, FOR_ORDER), number)
        done = 0
        while done < order.size:
            rows = min(batch, order.size - done)
            own = key(key(seed, FOR_BATCH), np.int64(control[TICKS]))
            gather(values, inputs, order, done, rows)
            gather(goals, targets, order, done, rows)
            if regularizers[MIXUP] > 0:
                share = mixup_share(key(own, FOR_MIXUP), regularizers[MIXUP])
                mix(values, rows, features, share)
                mix(goals, rows, columns, share)
            if regularizers[NOISE] > 0:
                blur(values, rows * features, regularizers[NOISE], key(own, FOR_NOISE))
            forward(layers, settings, x, kept, values, slopes, sizes, rows, own, True)
            found = loss(layers, settings, values, goals, errors, rows)
            backward(layers, settings, x, values, slopes, sizes, errors, g, turned, rows, True, False)
            if regularizers[L1] > 0 or regularizers[L2] > 0:
                _penalise_layers(layers, x, g, regularizers)
            losses[:] = found
            evaluations += 1
            control[PROBING] = 0.0
            for k in range(parts.size):
                if is_wide[k]:
                    lanes_lr[:] = lr[0]
                call(parts[k], frames[k], np.float64(evaluations) if probing[k] else control[TICKS])
                if control[PROBING] != 0.0:
                    break
            if control[PROBING] != 0.0:
                continue  # x is a point that is only probed: the same batch again
            if regularizers[MOST_NORM] > 0:
                _limit_layers(layers, x, regularizers[MOST_NORM])
            sums[LOSS] += found * rows
            tally(block(values, rows, last[BEFORE], columns), matrix(goals, 0, rows, columns), classifies, sums)
            if not np.isfinite(found):
                break
            control[TICKS] += 1.0
            done += rows
        return evaluations

    def test(layers, settings, x, kept, values, slopes, sizes, errors, goals, inputs, targets, batch, classifies, sums):
        columns, last, order = targets.shape[1], layers[-1], np.arange(inputs.shape[0])
        for first in range(0, inputs.shape[0], batch):
            rows = min(batch, inputs.shape[0] - first)
            gather(values, inputs, order, first, rows)
            gather(goals, targets, order, first, rows)
            forward(layers, settings, x, kept, values, slopes, sizes, rows, 0, False)
            sums[LOSS] += loss(layers, settings, values, goals, errors, rows) * rows
            tally(block(values, rows, last[BEFORE], columns), matrix(goals, 0, rows, columns), classifies, sums)

    kind = dtype.name
    return compiled()(named(epoch, f"epoch_{kind}")), compiled()(named(test, f"test_{kind}"))


class Score(NamedTuple):
    """The mean loss; and the share of hits, or of a regression R², the share of the targets' variance explained."""

    loss: float
    accuracy: float


class Training:
    """A network in training, at the weights `weights`; its bits depend on nothing but the arguments."""

    def __init__(
        self,
        net: Mlp,
        links: Sequence[Link],
        rate: float,
        weights: np.ndarray,
        learnt: Rows,
        *,
        batch: int,
        seed: int,
        classifies: bool,
        regularizers: Regularizers = Regularizers(),
    ):
        dtype = net.dtype
        self._net, self._links, self._batch, self._seed, self._classifies = net, links, batch, seed, classifies
        self._learnt = _ready(learnt, dtype)
        self._regularizers = np.array(regularizers, np.float64)
        self.size, self.epochs, self._evaluations = net.size, 0, 0
        flat = [aligned(0.0, (-(-net.size // WIDTH) * WIDTH,), dtype) for _ in range(2)]
        tall = tuple(each[: net.size].reshape(-1, 1) for each in flat)
        wide = tuple(each.reshape(-1, WIDTH) for each in flat)
        tall[0][:, 0] = weights
        blocks = _blocks(net)
        task = make_task(np.array([seed]))
        self._tall = Frame(tall[0], task, (), rate, (), dtype=dtype, blocks=blocks, in_place=tall)  # type: ignore[arg-type]
        self._wide = Frame(wide[0], None, (), rate, (), dtype=dtype, in_place=wide)  # type: ignore[arg-type]
        self._is_wide = np.array([link.part.is_coordinate for link in links])
        self._frames = [
            link.part.frame(base.x, rate, link.knobs, dtype=dtype, of=base)
            for link, is_wide in zip(links, self._is_wide, strict=True)
            for base in (self._wide if is_wide else self._tall,)
        ]
        self._order = np.zeros(len(learnt.inputs), np.int32)
        self._plan, width = lean(net.plan, dtype)
        self._values, self._slopes, self._errors = (aligned(0.0, (batch * width,), dtype) for _ in range(3))
        self._sizes, self._kept = np.ones_like(net.kept), net.kept.copy()
        self._goals = np.zeros(batch * learnt.targets.shape[1], dtype)
        self._parts = np.array([link.part.address(dtype) for link in links])
        self._addresses = np.array([frame.address for frame in self._frames])
        self._probing = np.array([link.part.probes for link in links])

    def epoch(self) -> Score:
        """Learn all rows once; the mean over the batches, each before its step. A loss that is not finite ends it."""
        sums = np.zeros(TALLIES)
        net = self._net
        self._evaluations = _loops(net.dtype)[0](
            *self._plan, self._kept, self._values, self._slopes, self._sizes, self._errors, net.turned, self._goals,
            *self._learnt, self._order, self._batch, self._seed, self.epochs, self._classifies, self._regularizers,
            self._tall.address, self._wide.address, self._parts, self._addresses, self._is_wide, self._probing,
            self._evaluations, sums,
        )  # fmt: skip
        self.epochs += 1
        return _score(sums, self._classifies)

    def score(self, rows: Rows) -> Score:
        """Loss and accuracy of `answer` over these rows, without what only training does."""
        sums, net = np.zeros(TALLIES), self._net
        _loops(net.dtype)[1](
            *self._plan, self.answer, self._kept, self._values, self._slopes, self._sizes, self._errors, self._goals,
            *_ready(rows, net.dtype), self._batch, self._classifies, sums,
        )  # fmt: skip
        return _score(sums, self._classifies)

    @property
    def weights(self) -> np.ndarray:
        """Where the next gradient is taken."""
        return self._tall.x.reshape(-1)

    @property
    def answer(self) -> np.ndarray:
        """The weights, or the mean of them that the optimizer keeps."""
        kept = [
            frame.state[link.part.answer].reshape(-1)[: self.size]
            for link, frame in zip(self._links, self._frames, strict=True)
            if link.part.answer >= 0
        ]
        return kept[-1] if kept else self.weights

    @property
    def rate(self) -> float:
        """That of the last step."""
        return float(str(self._tall.lr[0]))  # without digits that a float32 never had

    @property
    def steps(self) -> int:
        """How many steps have been taken."""
        return int(self._tall.control[TICKS]) - 1

    def state(self) -> dict[str, np.ndarray]:
        """All that another run with the same arguments needs to go on from here."""
        found = {
            "weights": self.weights, "kept": self._kept, "control": self._tall.control, "rate": self._tall.lr,
            "counts": np.array([self.epochs, self._evaluations]),
        }  # fmt: skip
        for k, frame in enumerate(self._frames):
            found |= {f"state{k}": frame.state, f"memory{k}": frame.memory}
        return {name: array.copy() for name, array in found.items()}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go on from there. Raises ValueError for the state of another network or optimizer."""
        here = self.state()
        if here.keys() != state.keys() or any(here[name].shape != state[name].shape for name in here):
            raise ValueError("the state of another network or optimizer")
        self.weights[:], self._kept[:] = state["weights"], state["kept"]
        self._tall.control[:], self._tall.lr[:] = state["control"], state["rate"]
        self.epochs, self._evaluations = (int(each) for each in state["counts"])
        for k, frame in enumerate(self._frames):
            frame.state[:], frame.memory[:] = state[f"state{k}"], state[f"memory{k}"]


def _ready(rows: Rows, dtype: np.dtype) -> Rows:
    return Rows(*(np.ascontiguousarray(each, dtype) for each in rows))


def _blocks(net: Mlp) -> list[tuple[int, int, int]]:
    """The tensors of the parameters, each (first, rows, columns)."""
    blocks = []
    for row in net.plan.layers[:-1]:
        first, takes, gives = (int(row[k]) for k in (WEIGHTS, TAKES, GIVES))
        if row[KIND] == DENSE:
            blocks += [(first, takes, gives), (first + takes * gives, 1, gives)]
        elif row[KIND] == BATCH_NORM:
            blocks += [(first, 1, gives), (first + gives, 1, gives)]
    return blocks


def _score(sums: np.ndarray, classifies: bool) -> Score:
    loss, hits, rows, total, squares, errors = sums[:TALLIES].tolist()
    if classifies:
        return Score(loss / rows, hits / rows)
    return Score(loss / rows, 1 - errors / (squares - total * total / rows))
