"""The same network trained with and without batch normalisation: over learning rates, initial scales and seeds."""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from dlc.kernels import mnist1d
from dlc.kernels.chain import chain
from dlc.kernels.lift import available_threads
from dlc.kernels.mlp import BATCH_NORM, DENSE, GIVES, KIND, TAKES, WEIGHTS, Layer, Loss, Mlp
from dlc.kernels.mlp_initial import normal
from dlc.kernels.train import Rows, Training

FEATURES, UNITS, DEPTH, CLASSES = 40, 32, 4, 10
RATES = tuple(float(f"{10 ** (k / 4):.3g}") for k in range(-6, 5))  # 0.0316 to 10
SCALES = (0.1, 0.3, 1.0, 3.0)  # of He's deviations √(2/inputs)
EPOCHS, BATCH = 4, 64
CHANCE = math.log(CLASSES)  # the loss of a guess
LEARNT = 0.9 * CHANCE
PROBED = 256  # rows for the gradients before the first step


@dataclass(frozen=True)
class Runs:
    """Of one network: losses of the last epoch, and gradients before the first step."""

    by_rate: np.ndarray  # [rates, seeds], with a scale of 1
    best_rate: float  # with the least median of them
    by_scale: np.ndarray  # [scales, seeds], at that rate
    gradients: np.ndarray  # [scales, layers, seeds]: root mean squares over the weights of a layer

    @property
    def largest_rates(self) -> np.ndarray:
        """For each seed the largest rate with which something was learnt; 0 where there is none."""
        usable = self.by_rate < LEARNT
        return np.array([max((rate for rate, good in zip(RATES, row, strict=True) if good), default=0.0)
                         for row in usable.T])  # fmt: skip

    @property
    def spreads(self) -> np.ndarray:
        """For each seed how far the losses over the scales lie apart; nothing is worse than a guess."""
        bounded = np.minimum(np.nan_to_num(self.by_scale, nan=CHANCE, posinf=CHANCE), CHANCE)
        return np.asarray(bounded.max(0) - bounded.min(0))

    def decay(self, scale: float) -> np.ndarray:
        """For each seed how many times as great the gradient of the last hidden layer is as that of the first."""
        layers = self.gradients[SCALES.index(scale)]
        return np.asarray(layers[-2] / layers[0])


def network(*, normed: bool) -> Mlp:
    """Hidden layers of rectified units, each with batch normalisation before them or not."""
    layers = []
    for _ in range(DEPTH):
        layers.append(Layer("dense", UNITS))
        if normed:
            layers.append(Layer("batch_norm", settings=(1e-5, 0.1)))
        layers.append(Layer("activation", module="piecewise", name="relu"))
    layers.append(Layer("dense", CLASSES))
    loss = Loss("losses_classes", "softmax_cross_entropy", True, (0.0,), CLASSES)
    return Mlp(FEATURES, layers, loss, np.float32)


def weights(net: Mlp, scale: float, seed: int) -> np.ndarray:
    """Normal, with SCALE times He's deviation; the same numbers for both networks."""
    found = np.zeros(net.size)
    layer = 0
    for row in net.plan.layers[:-1]:
        takes, gives, first = (int(row[k]) for k in (TAKES, GIVES, WEIGHTS))
        if row[KIND] == DENSE:
            drawn = normal(takes, gives, 100 * seed + layer, 0.0, scale * math.sqrt(2 / takes))
            found[first : first + takes * gives] = drawn.reshape(-1)
            layer += 1
        elif row[KIND] == BATCH_NORM:
            found[first : first + gives] = 1.0
    return found


@cache
def _rows() -> Rows:
    data = mnist1d.load()
    return Rows(data.inputs.astype(np.float32), np.eye(CLASSES, dtype=np.float32)[data.labels])


def last_loss(normed: bool, rate: float, scale: float, seed: int) -> float:
    """The mean loss of the last epoch; inf where it was not finite."""
    net = network(normed=normed)
    links = chain([("gd", {})])
    run = Training(net, links, rate, weights(net, scale, seed), _rows(), batch=BATCH, seed=seed, classifies=True)
    for _ in range(EPOCHS):
        found = run.epoch().loss
        if not math.isfinite(found):
            return math.inf
    return found


def first_gradients(normed: bool, scale: float, seed: int) -> list[float]:
    """Of each dense layer the root mean square of the derivatives by its weights, before the first step."""
    net, (inputs, goals) = network(normed=normed), _rows()
    start = weights(net, scale, seed).astype(np.float32)
    net.forward(start, inputs[:PROBED], goals[:PROBED])
    slopes = net.backward(start).astype(np.float64)
    dense = [row for row in net.plan.layers[:-1] if row[KIND] == DENSE]
    parts = (slopes[int(row[WEIGHTS]) : int(row[WEIGHTS] + row[TAKES] * row[GIVES])] for row in dense)
    return [float(np.sqrt((part**2).mean())) for part in parts]


def runs(normed: bool, seeds: int, done: Callable[[], None]) -> Runs:
    """Train one network over all rates, then over all scales at its best rate; DONE is called after each run."""
    over = partial(_over, range(seeds), done)
    by_rate = np.array([over(partial(last_loss, normed, rate, 1.0)) for rate in RATES])
    best = RATES[int(np.argmin(np.median(by_rate, axis=1)))]
    by_scale = np.array([over(partial(last_loss, normed, best, scale)) for scale in SCALES])
    found = [[first_gradients(normed, scale, seed) for seed in range(seeds)] for scale in SCALES]
    return Runs(by_rate, best, by_scale, np.array(found).swapaxes(1, 2))


def _over(seeds: Sequence[int], done: Callable[[], None], run: Callable[[int], float]) -> list[float]:
    """RUN for each seed, on all processors; a run's result depends on its seed alone."""
    found = []
    with ThreadPoolExecutor(available_threads()) as pool:
        for each in pool.map(run, seeds):
            found.append(each)
            done()
    return found
