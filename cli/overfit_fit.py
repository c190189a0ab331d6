"""One network, or one fit by least squares, on MNIST-1D: what it loses on the rows it learnt and on others.

What is drawn follows from the seed alone: two settings with one seed share their rows, the wrong labels among them,
their first weights and the order of batches, as far as these are of one shape.
"""

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dlc.cli.overfit_factors import Setting

if TYPE_CHECKING:
    from dlc.kernels.train import Rows, Training

STEPS, BATCH, RATE = 1500, 32, 1e-3
FRESH = 3200  # rows of the training set from here on are never learnt
VALIDATION = 5  # of a fifth of the rows
SELECTED, CANDIDATES = 40, 1000  # features, and useless ones they are chosen from with them
COPIED = 200
UNITS = 1.5  # decades to either side
SHIFTS = 5  # points to either side
CLASSES = 10
# Draws for one purpose are not those for another one.
FOR_ROWS, FOR_LABELS, FOR_NOISE, FOR_UNITS, FOR_SHIFTS, FOR_FEATURES = range(6)


class Measures(NamedTuple):
    """Of one fit; losses are cross-entropies, of least squares half the squares."""

    train_loss: float
    train_accuracy: float
    test_loss: float
    accuracy: float
    fresh_loss: float  # on rows that nothing has been done with

    @property
    def gap(self) -> float:
        """Of generalisation."""
        return self.test_loss - self.train_loss

    @property
    def flattery(self) -> float:
        """By how much the test is better than rows that are new."""
        return self.fresh_loss - self.test_loss


class Table(NamedTuple):
    """Inputs and labels."""

    inputs: np.ndarray
    labels: np.ndarray

    @property
    def targets(self) -> np.ndarray:
        """1 in the column of the class."""
        return np.eye(CLASSES)[self.labels]


class Tables(NamedTuple):
    """What is learnt, tested on, and new."""

    train: Table
    test: Table
    fresh: Table


def tables(setting: Setting, seed: int) -> Tables:
    """The data of a setting."""
    from dlc.kernels import mnist1d

    data = mnist1d.load()
    order = np.random.default_rng([seed, FOR_ROWS]).permutation(len(data.inputs))
    inputs, labels = np.concatenate([data.inputs, data.test_inputs]), np.concatenate([data.labels, data.test_labels])
    test = np.arange(len(data.inputs), len(inputs))
    learnt, fresh = order[: setting.rows], order[FRESH:]
    useless = CANDIDATES if setting.leak == "selection" else setting.useless
    noise = np.random.default_rng([seed, FOR_NOISE]).standard_normal((useless, len(inputs)))
    inputs = np.concatenate([inputs, noise.T], axis=1)
    random = np.random.default_rng([seed, FOR_LABELS])
    wrong, drawn = random.random(len(labels)) < setting.flipped, random.integers(CLASSES, size=len(labels))
    taught = np.where(wrong, drawn, labels)
    if setting.leak == "selection":
        inputs = inputs[:, _best(inputs, labels, np.concatenate([learnt, test]))]
    if setting.leak == "copies":
        learnt = np.concatenate([learnt[: max(0, setting.rows - COPIED)], test[: min(COPIED, setting.rows)]])
    parts = _scaled(setting, inputs, [learnt, test, fresh], seed)
    return Tables(Table(parts[0], taught[learnt]), Table(parts[1], labels[test]), Table(parts[2], labels[fresh]))


def _best(inputs: np.ndarray, labels: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The features whose means differ most between classes in these rows."""
    x, classes = inputs[rows], labels[rows]
    x = (x - x.mean(0)) / x.std(0)
    spread = sum((classes == each).sum() * x[classes == each].mean(0) ** 2 for each in range(CLASSES))
    return np.argsort(-np.asarray(spread), kind="stable")[:SELECTED]


def _scaled(setting: Setting, inputs: np.ndarray, parts: list[np.ndarray], seed: int) -> list[np.ndarray]:
    """The rows of each part, learnt, test and fresh, as the setting's preprocessing has them."""
    learnt, test, _ = parts
    if setting.preprocessing == "mixed_units":
        units = np.random.default_rng([seed, FOR_UNITS]).uniform(-UNITS, UNITS, inputs.shape[1])
        return [inputs[rows] * 10**units for rows in parts]
    if setting.preprocessing == "apart":
        return [_standard(inputs[rows], inputs[rows]) for rows in parts]
    known = test if setting.preprocessing == "of_test" else learnt
    if setting.leak == "statistics":
        known = np.concatenate([learnt, test])
    return [_standard(inputs[rows], inputs[known]) for rows in parts]


def _standard(x: np.ndarray, known: np.ndarray) -> np.ndarray:
    spread = known.std(0)
    return (x - known.mean(0)) / np.where(spread > 0, spread, 1.0)


def fit(setting: Setting, seed: int, steps: int = STEPS) -> Measures:
    """Learn by a setting. Raises FloatingPointError where the loss is not finite in the end."""
    found = _squares(setting, seed) if setting.features else _networks(setting, seed, steps)
    if not all(map(math.isfinite, found)):
        raise FloatingPointError(f"the loss is {found.train_loss}")
    return found


def _networks(setting: Setting, seed: int, steps: int) -> Measures:
    data = tables(setting, seed)
    trained = [_trained(setting, data.train, seed, member, steps) for member in range(setting.members)]
    if setting.members == 1:
        scores = [tuple(trained[0].score(_rows(table))) for table in data]
    else:
        scores = [_judged(sum(_shares(each, table.inputs) for each in trained) / len(trained), table) for table in data]  # type: ignore[arg-type]
    return Measures(*scores[0], *scores[1], scores[2][0])  # type: ignore[call-arg]


def _rows(table: Table) -> "Rows":
    from dlc.kernels.train import Rows

    return Rows(table.inputs, table.targets)


def _trained(setting: Setting, learnt: Table, seed: int, member: int, steps: int) -> "Training":
    """A network, of the best weights there were where it stops early."""
    from dlc.cli.backprop_machine import initial, machine
    from dlc.cli.network_file import from_options
    from dlc.kernels.chain import chain
    from dlc.kernels.mlp_initial import key
    from dlc.kernels.train import Regularizers, Rows, Training

    own, validation = key(seed, member), None
    if setting.patience:
        cut = len(learnt.labels) // VALIDATION
        learnt, validation = Table(*(each[cut:] for each in learnt)), Table(*(each[:cut] for each in learnt))
    learnt = _copied(learnt, setting.copies, seed)
    targets = (1 - setting.smoothing) * learnt.targets + setting.smoothing / CLASSES
    network = from_options(
        f"{learnt.inputs.shape[1]},{setting.hidden},{CLASSES}", "relu", "", "softmax_cross_entropy",
        batch_norm=bool(setting.batch_norm), dropout=setting.dropout,
    )  # fmt: skip
    decay = {"weight_decay": setting.weight_decay}
    training = Training(
        machine(network, "float32"), chain([("adamw", decay) if setting.weight_decay else ("adam", {})]), RATE,
        initial(network, "torch.linear", own), Rows(learnt.inputs, targets), batch=BATCH, seed=own, classifies=True,
        regularizers=Regularizers(setting.l1, setting.l2, setting.max_norm, setting.mixup, setting.noise),
    )  # fmt: skip
    epochs = max(1, round(steps / -(-len(learnt.labels) // BATCH)))
    if validation is None:
        for _ in range(epochs):
            training.epoch()
    else:
        _run_until_worse(training, epochs, setting.patience, _rows(validation))
    return training


def _run_until_worse(training: "Training", epochs: int, patience: int, validation: "Rows") -> None:
    """Train until so many epochs in a row are no improvement, and go back to the best one."""
    best, wait, kept = math.inf, 0, training.state()
    for _ in range(epochs):
        training.epoch()
        loss = training.score(validation).loss
        wait += 1
        if loss < best:
            best, wait, kept = loss, 0, training.state()
        if wait >= patience:
            break
    training.restore(kept)


def _copied(table: Table, copies: int, seed: int) -> Table:
    """The rows, and so many copies of each, shifted around by up to SHIFTS points."""
    count, points = table.inputs.shape
    shifts = np.random.default_rng([seed, FOR_SHIFTS]).integers(-SHIFTS, SHIFTS + 1, (copies, count))
    places = (np.arange(points) - shifts[:, :, None]) % points
    shifted = np.take_along_axis(np.broadcast_to(table.inputs, (copies, count, points)), places, axis=2)
    inputs = np.concatenate([table.inputs, shifted.reshape(-1, points)])
    return Table(inputs, np.tile(table.labels, copies + 1))


def _shares(training: "Training", inputs: np.ndarray) -> np.ndarray:
    """The share that a network of one hidden layer gives each class. In einsum no sum depends on threads."""
    answer, features = training.answer.astype(float), inputs.shape[1]
    hidden = (len(answer) - CLASSES) // (features + 1 + CLASSES)
    first, rest = answer[: (features + 1) * hidden].reshape(-1, hidden), answer[(features + 1) * hidden :]
    last = rest.reshape(-1, CLASSES)
    units = np.maximum(np.einsum("ij,jk->ik", inputs, first[:-1]) + first[-1], 0.0)
    logits = np.einsum("ij,jk->ik", units, last[:-1]) + last[-1]
    shares = np.exp(logits - logits.max(1, keepdims=True))
    return shares / shares.sum(1, keepdims=True)


def _judged(shares: np.ndarray, table: Table) -> tuple[float, float]:
    """Cross-entropy and accuracy of the classes' shares."""
    own = np.maximum(shares[np.arange(len(shares)), table.labels], np.finfo(float).tiny)
    return float(-np.log(own).mean()), float((shares.argmax(1) == table.labels).mean())


def _squares(setting: Setting, seed: int) -> Measures:
    """Least squares of least norm on random features max(0, x·w); those of fewer features are among those of more."""
    data = tables(setting, seed)
    width = data.train.inputs.shape[1]
    directions = np.random.default_rng([seed, FOR_FEATURES]).standard_normal((setting.features, width)).T
    known = [np.maximum(np.einsum("ij,jk->ik", table.inputs, directions / width**0.5), 0.0) for table in data]
    weights = least_norm(known[0], data.train.targets)
    scores = []
    for features, table in zip(known, data, strict=True):
        answers = np.einsum("ij,jk->ik", features, weights)
        off = 0.5 * ((answers - table.targets) ** 2).sum(1).mean()
        scores.append((float(off), float((answers.argmax(1) == table.labels).mean())))
    return Measures(*scores[0], *scores[1], scores[2][0])


def least_norm(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The x of least norm among those with the least ‖a·x − b‖, for a of full rank: by Gram and Schmidt, twice.

    The sums are NumPy's own, whose bits do not depend on threads as those of a BLAS may.
    """
    is_tall = a.shape[0] >= a.shape[1]
    rows = (a.T if is_tall else a).copy()  # orthonormal in the end: rows before = triangle · rows
    count = len(rows)
    triangle = np.zeros((count, count))
    for i in range(count):
        for _ in range(2):
            shares = (rows[:i] * rows[i]).sum(1)
            rows[i] -= (shares[:, None] * rows[:i]).sum(0)
            triangle[i, :i] += shares
        triangle[i, i] = np.sqrt((rows[i] * rows[i]).sum())
        rows[i] /= triangle[i, i]
    if is_tall:  # a = rowsᵀ·triangleᵀ: solve triangleᵀ·x = rows·b
        x = np.einsum("ij,jk->ik", rows, b)
        for i in range(count - 1, -1, -1):
            x[i] = (x[i] - (triangle[i + 1 :, i, None] * x[i + 1 :]).sum(0)) / triangle[i, i]
        return x
    y = b.astype(float).copy()  # a = triangle·rows: x = rowsᵀ·y with triangle·y = b
    for i in range(count):
        y[i] = (y[i] - (triangle[i, :i, None] * y[:i]).sum(0)) / triangle[i, i]
    return np.einsum("ji,jk->ik", rows, y)
