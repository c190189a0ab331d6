"""Gradients of compiled kernels against the reference's scalar differentiation, and against central differences."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dlc.cli.agreement import of_worst
from dlc.cli.backprop_machine import machine
from dlc.reference.network import BatchNorm, Network, gradient

if TYPE_CHECKING:
    from dlc.kernels.mlp import Mlp

PRODUCTS = 200_000  # of numbers that the reference multiplies one by one; rows beyond are left out
MOST = 20_000_000  # of one row: beyond, nothing is compared
WEIGHTS = 400  # of which central differences are taken
STEP = 2.0**-10  # of central differences, for weights up to 1
FINER = 4
ROUNDINGS = 16  # of the loss, by which differences of losses may be off
PROBES = 4  # of weights with other last digits
TRIES = 8  # steps: the first that agrees with the next is taken, for one that crosses a kink is wrong
CAUTION = 4  # times what two of them differ by is how far the first may be off
FLOOR = 1e-3  # of the greatest derivative: errors of smaller ones are relative to this
BOUNDS = {"float64": 1e-10, "float32": 5e-3}
CENTRAL_BOUND = 1e-6


@dataclass(frozen=True)
class Batch:
    """What a gradient is taken at."""

    weights: np.ndarray
    x: np.ndarray
    target: np.ndarray
    training: bool
    seed: int
    kept: np.ndarray  # what batch normalisation keeps

    def first(self, rows: int) -> "Batch":
        """The first rows of it."""
        return Batch(self.weights, self.x[:rows], self.target[:rows], self.training, self.seed, self.kept)

    def loss(self, net: "Mlp", weights: np.ndarray) -> float:
        """The mean loss with other weights; what is kept does not change."""
        net.kept[:] = self.kept
        return net.forward(weights, self.x, self.target, seed=self.seed, training=self.training)


@dataclass(frozen=True)
class Check:
    """How far the compiled gradient is from another one."""

    against: str
    worst: float  # relative error
    at: str  # the weight
    bound: float
    compared: str  # how much of the network
    values: dict[int, float]  # the other gradient, by the number of the weight

    @property
    def holds(self) -> bool:
        """Whether the bound is kept; nan keeps none."""
        return self.worst <= self.bound


def by_reference(network: Network, batch: Batch, dtype: str) -> Check | None:
    """Against the reference, of as many rows as it can compute in about a second; None for a network too large."""
    cost = sum(tensor.size for tensor in network.tensors) + sum(network.widths)
    if cost > MOST:
        return None
    normalised = any(isinstance(layer, BatchNorm) for layer in network.layers)
    rows = min(len(batch.x), max(2 if normalised else 1, PRODUCTS // cost))
    part = batch.first(rows)
    net = machine(network, dtype)
    part.loss(net, part.weights)
    computed = net.backward(part.weights)
    weights, x, target, kept = (each.astype(float).tolist() for each in (part.weights, part.x, part.target, part.kept))
    exact = gradient(network, weights, x, target, training=part.training, seed=part.seed, kept=kept)
    compared = "all rows" if rows == len(batch.x) else f"rows 1 to {rows} of {len(batch.x)}"
    return _compared(network, "scalar autodiff", computed, dict(enumerate(exact)), {}, BOUNDS[dtype], compared)


def by_differences(network: Network, batch: Batch) -> Check:
    """Against central differences of the compiled loss, in float64."""
    net = machine(network)
    weights = batch.weights.astype(float)
    loss = batch.loss(net, weights)
    computed = net.backward(weights)
    count = network.size
    chosen = range(count) if count <= WEIGHTS else np.linspace(0, count - 1, WEIGHTS).round().astype(int).tolist()
    blur = _blur(net, batch, weights, loss)
    found = {i: _difference(net, batch, weights, i, blur) for i in chosen}
    compared = "all weights" if len(found) == count else f"{len(found)} of {count:,} weights"
    values, resolved = ({i: each[k] for i, each in found.items()} for k in (0, 1))
    return _compared(network, "central differences", computed, values, resolved, CENTRAL_BOUND, compared)


def _blur(net: "Mlp", batch: Batch, weights: np.ndarray, loss: float) -> float:
    """By how much rounding changes the loss: as much as changing the last digits of all weights does, at least."""
    random = np.random.default_rng(0)
    ulp = sys.float_info.epsilon * random.choice([-1.0, 1.0], (PROBES, weights.size))
    spread = max(abs(batch.loss(net, weights * (1 + each)) - loss) for each in ulp)
    return ROUNDINGS * max(spread, sys.float_info.epsilon * abs(loss))


def _difference(net: "Mlp", batch: Batch, weights: np.ndarray, i: int, blur: float) -> tuple[float, float]:
    """Of fourth order, and how far off it may be; with finer steps until two agree, or the two that agree best."""
    step = STEP * max(1.0, abs(float(weights[i])))
    estimates: list[float] = []
    best = (0.0, float("inf"))
    for _ in range(TRIES):
        losses = []
        for steps in (-2, -1, 1, 2):
            moved = weights.copy()
            moved[i] += steps * step
            losses.append(batch.loss(net, moved))
        estimates.append((losses[0] - losses[3] + 8 * (losses[2] - losses[1])) / (12 * step))
        noise = blur / step
        if len(estimates) > 1:
            off = max(CAUTION * abs(estimates[-1] - estimates[-2]), noise)
            best = min(best, (estimates[-2], off), key=lambda each: each[1])
            if off <= max(CENTRAL_BOUND / 10 * abs(estimates[-1]), noise):
                break
        step /= FINER
    return best


def _compared(
    network: Network, against: str, computed: np.ndarray, other: dict[int, float], resolved: dict[int, float],
    bound: float, compared: str,
) -> Check:  # fmt: skip
    """Errors relative to the derivative, or to a part of the greatest in its tensor.

    An error below what is RESOLVED of a derivative is within the bound, and how many of these there are is told. Before
    batch normalisation derivatives are what is left of greater ones that cancel: those behind it count, too.
    """
    errors, blurred = [(0.0, "")], 0
    names = network.names()
    last_norm = max((i for i, layer in enumerate(network.layers) if isinstance(layer, BatchNorm)), default=-1)
    for tensor in network.tensors:
        own = {i: other[i] for i in range(tensor.first, tensor.stop) if i in other}
        judged = {i: value for i, value in other.items() if i >= tensor.first} if tensor.layer < last_norm else own
        greatest = max(map(abs, judged.values()), default=0.0)
        for i, value in own.items():
            scale, least = max(abs(value), FLOOR * greatest, sys.float_info.min), resolved.get(i, 0.0) / bound
            blurred += least > scale
            errors.append((abs(float(computed[i]) - value) / max(scale, least), names[i]))
    if blurred:
        compared += f", {blurred} of them as far as they are resolved"
    worst, _, at = of_worst(errors)
    return Check(against, worst, at, bound, compared, other)


def all_checks(network: Network, batch: Batch, dtype: str) -> tuple[list[Check], list[str]]:
    """Both checks, and notes on what could not be checked."""
    found: list[Any] = [by_reference(network, batch, dtype), by_differences(network, batch)]
    notes = [] if found[0] else [f"{network.size:,} weights are too many for the reference's scalar autodiff"]
    return [each for each in found if each], notes
