"""Kernels of every family as benchmarks of pytest-benchmark: `pytest tests/bench_kernels.py`, `dlc bench gate`.

They are made from the families, so a new card is timed without a new test. A benchmark calls the kernel as a user does,
on one thread, with arrays that the processor's second cache holds, but for a few that memory limits; -k chooses: value,
derivative, loss, step, gradient, race, metric, memory.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np
import pytest

from dlc.cli.catalog import array_kernel, loss_kernel
from dlc.cli.code_kernels import frame_inputs, kernel_hash
from dlc.cli.domains import classes_of
from dlc.cli.loss_samples import drawn, fitting
from dlc.cli.metric_kernel import metric_kernel
from dlc.kernels.chain import chain
from dlc.kernels.dense import Dense
from dlc.kernels.functions import Function
from dlc.kernels.lanes import Frame
from dlc.kernels.native import _interleave_loops
from dlc.kernels.optimizers import STEPS
from dlc.kernels.problems import PROBLEMS
from dlc.kernels.race import Race, driver
from dlc.reference.activations import ACTIVATIONS, ActivationCard
from dlc.reference.losses import LOSSES, LossCard
from dlc.reference.metrics import METRICS, MetricCard

SEED = 2026
NUMBERS = 1 << 14
MANY = 1 << 20  # more than caches hold
ROW = 32
LANES = 128
STEPS_OF_RACE = 100
# Work grows with the square of a row, or each number is compared with many: so much less of them is enough.
SLOW = {
    **dict.fromkeys(("ntxent", "supervised_contrastive", "listmle", "ranknet", "approx_ndcg", "soft_dtw"), 1 / 64),
    **dict.fromkeys(("gain_at", "kendall", "roc_curve"), 1 / 4),
}
LEARNING_RATE = 1e-9  # so small that a benchmark's last step is the same work as its first


# LLVM's options hold for all that a process compiles from then on: set at once, no order of benchmarks changes code.
_interleave_loops()


class Bench(NamedTuple):
    """A call to time, the arrays it fills, and, if known, the compiled code it runs and all that this reads."""

    call: Callable[[], Any]
    results: Sequence[np.ndarray] = ()
    runs: Sequence[Any] = ()
    dtype: str = "float64"
    inputs: Any = None
    asks_card: bool = False

    @property
    def machine_code(self) -> str | None:
        """Equal where the same code runs on the same inputs."""
        return kernel_hash(self.runs, self.dtype, self.inputs, asks_card=self.asks_card) if self.runs else None


class Case(NamedTuple):
    """A benchmark and how to make it, when its turn comes."""

    name: str
    make: Callable[[], Bench]


@cache
def numbers(shape: tuple[int, ...], dtype: str, spread: float = 3.0) -> np.ndarray:
    """Random numbers that all benchmarks share."""
    return np.random.default_rng(SEED).normal(0, spread, shape).astype(dtype)


@cache
def shared_room(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    return np.empty(shape, dtype)


def room(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """An array of zeros for results, the same memory each time."""
    made = shared_room(shape, dtype)
    made.fill(0)
    return made


def kernel_bench(call: "partial[Any]", result: np.ndarray, dtype: str, *, asks_card: bool) -> Bench:
    """The call of a kernel for arrays."""
    return Bench(call, [result], [call.func], dtype, [list(call.args), call.keywords], asks_card)


def activation(card: ActivationCard, order: int, dtype: str, count: int) -> Bench:
    """Value or derivative, of a function of a vector its product with a vector."""
    kernel, params, weights = array_kernel(card, order), card.knobs.values(), {}
    shape = result = (count // ROW, ROW) if card.vector else (count,)
    if card.vector:
        result = (shape[0], card.width(ROW, *params))
    x = numbers(shape, dtype)
    if not card.vector and card.domain[0] >= 0:
        x = np.abs(x)
    if card.vector and order:
        weights, result = {"v": numbers(result, dtype, 1.0)}, shape
    out = room(result, dtype)
    return kernel_bench(partial(kernel, x, *params, out=out, **weights), out, dtype, asks_card=card.vector)


def loss(card: LossCard, dtype: str, count: int) -> Bench:
    """The sum of all values, and the gradient of their mean."""
    random, params = np.random.default_rng(SEED), card.knobs
    columns = fitting(card, params, ROW) if card.row else ROW
    width = card.width(columns, **params) if card.row else columns
    rows = int(count * SLOW.get(card.name, 1)) // columns
    classes = classes_of(params, columns)
    pred = drawn(card.pred, random, (rows, columns), 1.0, classes).astype(dtype)
    target = drawn(card.target, random, (rows, width), 1.0, classes).astype(dtype)
    if not card.row:
        pred, target = pred.reshape(-1), target.reshape(-1)
    gradient = room(pred.shape, dtype)
    scale = 1 / (rows if card.row else pred.size)
    call = partial(loss_kernel(card), pred, target, *params.values(), gradient=gradient, scale=scale)
    return kernel_bench(call, gradient, dtype, asks_card=card.row)


def step(name: str, count: int) -> Bench:
    """A step of an optimizer along one vector of parameters."""
    dense = Dense(name, numbers((count,), "float32", 1.0), LEARNING_RATE)
    dense.g[:] = numbers((count + 1,), "float32", 1.0)[1:]
    (frame,) = dense._frames
    return Bench(dense.step, [dense.x], [STEPS[name].compiled(np.float32)], "float32", frame_inputs(frame))


def gradient(name: str) -> Bench:
    """Values and gradients of a function at many points."""
    problem = PROBLEMS[name]
    lanes = NUMBERS // problem.dimension
    x = numbers((problem.dimension, lanes), "float64", 1.0)
    frame = Frame(x, problem.task(np.arange(lanes)))
    call = partial(problem.compiled(), frame.address, 1.0)
    return Bench(call, [frame.g, frame.loss], [call.func], "float64", frame_inputs(frame))


def race(name: str, optimizer: str) -> Bench:
    """Some steps of a race of many runs."""
    start = numbers((PROBLEMS[name].dimension, LANES), "float64", 1.0)
    entry = Race(PROBLEMS[name], chain([(optimizer, {})]), start, np.full(LANES, LEARNING_RATE))
    (block,) = entry.blocks
    runs = [driver(np.dtype("float64")), STEPS[optimizer].compiled(), PROBLEMS[name].compiled()]
    inputs = [*map(frame_inputs, block._frames), STEPS_OF_RACE]
    return Bench(partial(block.advance, 0, STEPS_OF_RACE), [block.x, block.loss], runs, "float64", inputs)


def metric(card: MetricCard) -> Bench:
    """A metric of examples, each of the same weight."""
    random = np.random.default_rng(SEED)
    count = int(NUMBERS * SLOW.get(card.name, 1))
    target = random.integers(2, size=count)
    if card.takes == "binary":
        pred = np.where(random.random(count) < 1 / 3, 1 - target, target)
    elif card.takes == "curve":
        pred = random.normal(size=count) + target
    else:
        target = random.gamma(2.0, size=count)
        pred = target * random.uniform(0.5, 2.0, count)
    return Bench(partial(metric_kernel(card), target, pred))


def cases() -> Iterator[Case]:
    for card in ACTIVATIONS.values():
        yield Case(f"{card.name}-value-float32", partial(activation, card, 0, "float32", NUMBERS))
        yield Case(f"{card.name}-derivative-float32", partial(activation, card, 1, "float32", NUMBERS))
    for card in LOSSES.values():
        yield Case(f"{card.name}-loss-float32", partial(loss, card, "float32", NUMBERS))
    for part in STEPS.values():
        if part.is_coordinate:
            yield Case(f"{part.name}-step-float32", partial(step, part.name, NUMBERS))
    for name, problem in PROBLEMS.items():
        # Those of objectives are compiled anew in every process.
        if isinstance(problem, Function) and problem.source.__module__ != "dlc.kernels.objective_kernels":
            yield Case(f"{name}-gradient-float64", partial(gradient, name))
    for name in ("rosenbrock", "rastrigin", "quadratic"):
        for optimizer in ("gd", "momentum", "adam"):
            yield Case(f"{name}-{optimizer}-race", partial(race, name, optimizer))
    for card in METRICS.values():
        if card.takes in ("binary", "curve", "regression"):
            yield Case(f"{card.name}-metric", partial(metric, card))
    for name in ("relu", "silu", "gelu"):
        yield Case(f"{name}-value-memory", partial(activation, ACTIVATIONS[name], 0, "float32", MANY))
    yield Case("mse-loss-memory", partial(loss, LOSSES["mse"], "float32", MANY))
    yield Case("adam-step-memory", partial(step, "adam", MANY))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in cases()])
def test_kernel(benchmark, case):
    bench = case.make()
    bench.call()
    benchmark.extra_info["machine_code"] = bench.machine_code
    value = benchmark(bench.call)
    values = value if isinstance(value, tuple) else () if value is None else (value,)
    for each in (*values, *bench.results):
        assert not np.any(np.isnan(each))
