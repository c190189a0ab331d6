"""Measures the known answers of dlc.reference.known_answers_models: each as numbers in their order."""

import hashlib
from collections.abc import Callable

import numpy as np

from dlc.cli.verify_network import Dense, cross_entropy, half_squares
from dlc.cli.verify_paths import links
from dlc.kernels import mnist1d as data_set
from dlc.kernels.chain import Walk, chain
from dlc.kernels.networks import Network
from dlc.kernels.problems import PROBLEMS
from dlc.kernels.problems_deep import load
from dlc.kernels.race import Race, advance_all
from dlc.reference import known_answers_models as known
from dlc.reference.known_answers_paths import Method

EDGE_ROWS, EDGE_UNITS, EDGE_STEPS, EDGE_LOOKS = 100, (40, 32, 32, 10), 3000, 10
SHIFT = 1e-4  # of the two points whose gradients' difference is a product with the Hessian
POWER_STEPS, MORE_POWER_STEPS = 100, 20
SEEDS = 10  # of published runs
LBFGS_CHUNK, LBFGS_STEPS = 50, 1000
LINEAR_SEEDS, LINEAR_STEPS = 4, 6000
RECIPE_UNITS, RECIPE_BATCH, RECIPE_RATE = (40, 100, 100, 10), 100, 1e-2
RECIPE_STEPS, RECIPE_LOOKS = 4000, 8  # the looks in the second half
RECIPE_ROWS = 25  # at a time: for larger products OpenBLAS wakes its threads, which costs far more than it gains

Gradient = Callable[[np.ndarray], np.ndarray]


def edge_of_stability() -> list[float]:
    """The median of the sharpness over the last part of each run."""
    return [_sharpness_at_end(method) for method in (*known.EDGE_METHODS, known.CALM_METHOD)]


def _sharpness_at_end(method: Method) -> float:
    inputs, labels = (part[:EDGE_ROWS] for part in data_set.load()[:2])
    network = Dense(EDGE_UNITS, half_squares, is_residual=False)

    def gradient(w: np.ndarray) -> np.ndarray:
        return network.gradient(w, inputs, labels)

    walk = Walk(links(method), network.initial(0)[:, None], method.rate)
    towards = np.random.default_rng(1).normal(size=network.dimension)
    found: list[float] = []
    for t in range(1, EDGE_STEPS + 1):
        walk.step(gradient(walk.x[:, 0])[:, None])
        if t > EDGE_STEPS // 2 and t % (EDGE_STEPS // 2 // EDGE_LOOKS) == 0:
            steps = MORE_POWER_STEPS if found else POWER_STEPS
            sharpness, towards = _greatest_curvature(gradient, walk.x[:, 0], towards, steps)
            found.append(sharpness)
    return float(np.median(found))


def _greatest_curvature(gradient: Gradient, w: np.ndarray, towards: np.ndarray, steps: int) -> tuple[float, np.ndarray]:
    """The Hessian's greatest eigenvalue and its vector, by power iteration that begins with TOWARDS."""
    curvature = 0.0
    for _ in range(steps):
        unit = towards / np.linalg.norm(towards)
        towards = (gradient(w + SHIFT * unit) - gradient(w - SHIFT * unit)) / (2 * SHIFT)
        curvature = float(unit @ towards)
    return curvature, towards


def quadratic_deep() -> list[float]:
    """The first test loss, and the mean ones at the ends of runs."""
    problem, seeds = PROBLEMS["quadratic_deep"], np.arange(SEEDS)
    start = np.ones((problem.dimension, SEEDS))
    rows = load().test_rows[: known.PUBLISHED_TEST_ROWS]
    ends = []
    for name, knobs, rate, _ in known.PUBLISHED_RUNS.values():
        race = Race(problem, chain([(name, knobs)]), start, np.full(SEEDS, rate), seeds)
        advance_all([race], known.PUBLISHED_STEPS)
        ends.append(float(load().loss(race.x, rows).mean()))
    return [float(load().loss(start[:, :1], rows)[0]), *ends]


def convex_optima() -> list[float]:
    """The least losses that L-BFGS finds, and how much of its bound gradient descent uses."""
    least = []
    for name in known.CONVEX:
        race, before = _from_zero(name, "lbfgs", 1.0), np.inf
        while race.loss[0] < before and race.steps < LBFGS_STEPS:
            before = race.loss[0]
            advance_all([race], LBFGS_CHUNK)
        least.append(float(race.loss[0]))
    problem = PROBLEMS[known.BOUNDED]
    assert isinstance(problem, Network)
    inputs = problem.data().inputs
    design = np.column_stack([inputs, np.ones(len(inputs))])
    curvatures = np.linalg.eigvalsh(design.T @ design / len(inputs))
    race = _from_zero(known.BOUNDED, "gd", 1 / curvatures[-1])
    optimum = known.PROBLEMS[known.BOUNDED].least or 0.0
    first, shares = float(race.loss[0]) - optimum, []
    for steps in known.BOUNDED_STEPS:
        advance_all([race], steps - race.steps)
        bound = first * (1 - curvatures[0] / curvatures[-1]) ** steps
        shares.append(float((race.loss[0] - optimum) / bound))
    return [*least, *shares]


def _from_zero(problem: str, optimizer: str, rate: float) -> Race:
    found = PROBLEMS[problem]
    return Race(found, chain([(optimizer, {})]), np.zeros((found.dimension, 1)), np.array([rate]))


def mnist1d() -> list[float]:
    """Whether the bits are the recipe's, and the accuracies on the test set."""
    data = data_set.load()
    signals = np.round(np.concatenate([data.inputs, data.test_inputs]) * 1e9).astype(np.int64)
    labels = np.concatenate([data.labels, data.test_labels]).astype(np.uint8)
    checks = [
        float(hashlib.sha256(array.tobytes()).hexdigest() == checksum)
        for array, checksum in ((signals, known.SIGNALS), (labels, known.LABELS))
    ]
    return [*checks, _linear_accuracy(data), _recipe_accuracy(data)]


def _linear_accuracy(data: data_set.Mnist1d) -> float:
    problem, seeds = PROBLEMS["mnist1d_softmax"], np.arange(LINEAR_SEEDS)
    assert isinstance(problem, Network)
    race = Race(problem, chain([("adam", {})]), problem.initial(seeds), np.full(LINEAR_SEEDS, RECIPE_RATE), seeds)
    advance_all([race], LINEAR_STEPS)
    return float(race.score(data.test_inputs, data.test_labels)[1].mean())


def _recipe_accuracy(data: data_set.Mnist1d) -> float:
    """The mean of some looks: from step to step it jumps by two points."""
    network = Dense(RECIPE_UNITS, cross_entropy, is_residual=True)
    walk = Walk(chain([("adam", {})]), network.initial(0)[:, None], RECIPE_RATE)
    found = []
    for t in range(1, RECIPE_STEPS + 1):
        first = (t - 1) * RECIPE_BATCH % len(data.labels)
        slices = [slice(row, row + RECIPE_ROWS) for row in range(first, first + RECIPE_BATCH, RECIPE_ROWS)]
        parts = [network.gradient(walk.x[:, 0], data.inputs[rows], data.labels[rows]) for rows in slices]
        walk.step(np.mean(parts, axis=0)[:, None])
        if t > RECIPE_STEPS // 2 and t % (RECIPE_STEPS // 2 // RECIPE_LOOKS) == 0:
            chosen = network.outputs(walk.x[:, 0], data.test_inputs).argmax(1)
            found.append((chosen == data.test_labels).mean())
    return float(np.mean(found))
