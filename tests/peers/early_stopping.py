"""After which epoch Keras and scikit-learn stop, on short curves full of ties, and some with nan or infinity."""

import math
import random
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import keras
from sklearn.neural_network import MLPRegressor

RECORD = "early_stopping.json"
LIBRARIES = ("keras", "scikit-learn")
CASES = 60


def recorded() -> dict[str, Any]:
    """The curves, and the place after which each library stops; the length of the curve where it does not."""
    return {"cases": {str(i): case for i, case in enumerate(_cases())}}


def _cases() -> Iterator[dict[str, Any]]:
    rng = random.Random(0)
    for i in range(CASES):
        values = [rng.randrange(1, 13) / 8 for _ in range(rng.randrange(1, 13))]
        arguments = {"patience": rng.randrange(4), "min_delta": rng.choice([0.0, 0.125, 0.25])}
        if i % 5 == 0:
            values[rng.randrange(len(values))] = rng.choice([math.nan, math.inf])
        case = {"values": values, **arguments, "keras": _keras(values, **arguments)}
        if all(map(math.isfinite, values)):  # scikit-learn raises for others
            case["sklearn"] = _sklearn(values, **arguments)
        yield case


def _keras(values: Sequence[float], patience: int, min_delta: float) -> int:
    callback = keras.callbacks.EarlyStopping(patience=patience, min_delta=min_delta, mode="min")
    model = SimpleNamespace(stop_training=False)
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {"val_loss": value})
        if model.stop_training:
            return epoch
    return len(values)


def _sklearn(values: Sequence[float], patience: int, min_delta: float) -> int:
    model = MLPRegressor(tol=min_delta)
    model.loss_curve_, model.best_loss_, model._no_improvement_count = [], math.inf, 0
    for epoch, value in enumerate(values):
        model.loss_curve_.append(value)
        model._update_no_improvement_count(False, None, None, None)
        if model._no_improvement_count > patience:
            return epoch
    return len(values)
