"""Epochs of a small network beside torch, jax and scikit-learn: `python -m tests.peers.train_speed [FILE.md]`.

All contenders of a line take turns in one run, on one thread, in float32, with Adam at its defaults, over the same
rows: each call is an epoch in a new order. jax is compiled whole (jit of a scan over the batches); torch is its
own loop with the fused Adam; scikit-learn is MLPClassifier, one epoch of `fit`.
"""

import os
import sys
import warnings
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import jax.numpy as jnp
import numpy as np
import optax
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from dlc.cli.timing import paired_ratio, race
from dlc.kernels import mnist1d
from dlc.kernels.cache import write_whole
from dlc.kernels.chain import chain
from dlc.kernels.mlp import Layer, Loss, Mlp
from dlc.kernels.train import Rows, Training

ROWS, CLASSES, RATE = 4000, 10, 1e-3
NETS = ((40, 100, 100, 10), (64, 32, 10))
BATCHES = (32, 100)
BUDGET = 8.0  # seconds for all contenders of a line
LEARNT = 30  # epochs after which all must have learnt as much

Call = Callable[[], float]  # one epoch; the mean loss


def begun(sizes: Sequence[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """The weights and biases that all begin with: uniform in ±1/√inputs."""
    random = np.random.default_rng(0)
    return [
        (random.uniform(-1, 1, (a, b)) / np.sqrt(a), random.uniform(-1, 1, b) / np.sqrt(a)) for a, b in pairwise(sizes)
    ]


def of_dlc(sizes: Sequence[int], batch: int, inputs: np.ndarray, labels: np.ndarray) -> Call:
    layers: list[Layer] = []
    for units in sizes[1:-1]:
        layers += [Layer("dense", units), Layer("activation", module="piecewise", name="relu")]
    loss = Loss("losses_classes", "softmax_cross_entropy", True, (0.0,), CLASSES)
    net = Mlp(sizes[0], [*layers, Layer("dense", sizes[-1])], loss, np.float32)
    start = np.concatenate([part.ravel() for pair in begun(sizes) for part in pair])
    learnt = Rows(inputs, np.eye(CLASSES)[labels])
    training = Training(net, chain([("adam", {})]), RATE, start, learnt, batch=batch, seed=0, classifies=True)
    return lambda: training.epoch().loss


def of_torch(sizes: Sequence[int], batch: int, inputs: np.ndarray, labels: np.ndarray) -> Call:
    layers: list[Any] = []
    for weights, bias in begun(sizes):
        dense = torch.nn.Linear(*weights.shape)
        with torch.no_grad():
            dense.weight.copy_(torch.from_numpy(weights.T))
            dense.bias.copy_(torch.from_numpy(bias))
        layers += [dense, torch.nn.ReLU()]
    net = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE, fused=True)
    x, y = torch.from_numpy(inputs), torch.from_numpy(labels)

    def epoch() -> float:
        order, total = torch.randperm(len(x)), 0.0
        for rows in order.split(batch):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(net(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += float(loss.detach())
        return total * batch / len(x)

    return epoch


def of_jax(sizes: Sequence[int], batch: int, inputs: np.ndarray, labels: np.ndarray) -> Call:
    x, y = jnp.array(inputs), jnp.array(labels)
    optimizer = optax.adam(RATE)

    def loss(weights: Any, rows: Any, goals: Any) -> Any:
        for matrix, bias in weights[:-1]:
            rows = jax.nn.relu(rows @ matrix + bias)
        outputs = rows @ weights[-1][0] + weights[-1][1]
        return optax.softmax_cross_entropy_with_integer_labels(outputs, goals).mean()

    def step(carry: Any, rows: Any) -> Any:
        weights, state = carry
        found, slopes = jax.value_and_grad(loss)(weights, x[rows], y[rows])
        moves, state = optimizer.update(slopes, state)
        return (optax.apply_updates(weights, moves), state), found

    def epoch(weights: Any, state: Any, key: Any) -> Any:
        key, own = jax.random.split(key)
        order = jax.random.permutation(own, len(x)).reshape(-1, batch)
        (weights, state), found = jax.lax.scan(step, (weights, state), order)
        return weights, state, key, found.mean()

    compiled = jax.jit(epoch, donate_argnums=(0, 1))
    weights: Any = [tuple(jnp.array(part, jnp.float32) for part in pair) for pair in begun(sizes)]
    kept = [weights, optimizer.init(weights), jax.random.key(0)]

    def call() -> float:
        *kept[:], found = jax.block_until_ready(compiled(*kept))
        return float(found)

    return call


def of_sklearn(sizes: Sequence[int], batch: int, inputs: np.ndarray, labels: np.ndarray) -> Call:
    net = MLPClassifier(
        tuple(sizes[1:-1]), alpha=0.0, batch_size=batch, learning_rate_init=RATE, max_iter=1, warm_start=True,
        random_state=np.random.RandomState(0), n_iter_no_change=10**6,
    )  # fmt: skip

    def epoch() -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            net.fit(inputs, labels)
        return float(net.loss_)

    return epoch


CONTENDERS = {"dlc": of_dlc, "torch": of_torch, "jax": of_jax, "scikit-learn": of_sklearn}


def rows_for(features: int) -> tuple[np.ndarray, np.ndarray]:
    """MNIST-1D, or as many rows with its labels that are as hard: each class has its own mean."""
    data = mnist1d.load()
    labels = np.ascontiguousarray(data.labels, np.int64)
    if features == data.inputs.shape[1]:
        return np.ascontiguousarray(data.inputs, np.float32), labels
    random = np.random.default_rng(0)
    centres = random.normal(size=(CLASSES, features)) / 4
    return (centres[labels] + random.normal(size=(ROWS, features))).astype(np.float32), labels


def operations(sizes: Sequence[int], batch: int) -> int:
    """Multiplications and additions of a step's matrix products; nobody needs the derivative by the inputs."""
    products = [2 * batch * a * b for a, b in pairwise(sizes)]
    return 3 * sum(products) - products[0]


def line(sizes: Sequence[int], batch: int) -> str:
    """A line of the table. Ends the program where one has not learnt what the others have."""
    inputs, labels = rows_for(sizes[0])
    calls = {name: make(sizes, batch, inputs, labels) for name, make in CONTENDERS.items()}
    losses = {name: [call() for _ in range(LEARNT)][-1] for name, call in calls.items()}
    if max(losses.values()) > 1.3 * min(losses.values()) + 0.1:
        sys.exit(f"{sizes}, batch {batch}: after {LEARNT} epochs the losses are {losses}")
    found = race(calls, budget=BUDGET)
    steps = ROWS // batch
    cells = [f"{steps / found[name].median:,.0f}" for name in CONTENDERS]
    rivals = {name: paired_ratio(found[name].seconds, found["dlc"].seconds) for name in CONTENDERS if name != "dlc"}
    fastest = min(rivals, key=lambda name: found[name].median)
    ratio = rivals[fastest]
    rate = operations(sizes, batch) * steps / found["dlc"].median / 1e9
    return (
        f"| {'-'.join(map(str, sizes))} | {batch} | {' | '.join(cells)} | {fastest} | "
        f"{ratio.ratio:.2f} ({ratio.low:.2f}-{ratio.high:.2f}) | {rate:.1f} |"
    )


def main() -> None:
    """Race all, print the table, and keep it where a file is named."""
    torch.set_num_threads(1)
    lines = [
        "# Training: steps a second beside torch, jax and scikit-learn",
        "",
        f"`taskset -c 1 python -m tests.peers.train_speed` (torch {torch.__version__}, jax {jax.__version__}): one "
        f"thread, float32, Adam, {ROWS:,} rows, epoch by epoch in one interleaved run; medians, and the ratio to the "
        "fastest of the others with its 95 % interval. A step: its rows, forward, backward, Adam. The last "
        "column is dlc's matrix products alone, over the time of whole steps; one core multiplies and adds about "
        "100 GFLOP/s in float32. The machine has other work besides.",
        "",
        "| net | batch | dlc | torch | jax, jit + scan | scikit-learn | fastest other | dlc is faster by | GFLOP/s |",
        "|" + "---|" * 9,
    ]
    print("\n".join(lines), flush=True)
    for sizes in NETS:
        for batch in BATCHES:
            lines.append(line(sizes, batch))
            print(lines[-1], flush=True)
    if len(sys.argv) > 1:
        write_whole(Path(sys.argv[1]), ("\n".join(lines) + "\n").encode())


if __name__ == "__main__":
    main()
