"""Regularisers of torch, keras and optax, for the tests to compare with: what they make of a matrix."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import optax
import torch

from dlc.reference.regularizers import REGULARIZER_OFFERS

RECORD = "regularizers.json"
LIBRARIES = ("torch", "keras", "optax")
VALUE = 0.3  # of the argument
WEIGHTS = [[0.5, -1.25, 0.0], [2.0, 0.125, -0.0625]]
TARGETS = [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]

Made = Callable[[float], Any]


def recorded() -> dict[str, Any]:
    """Slopes, new weights or smoothed targets; of dropout the factor of what is left."""
    found = {name: np.asarray(make(VALUE)).tolist() for name, make in MAKES.items()}
    assert found.keys() <= {offer.name for offer in REGULARIZER_OFFERS}
    return {"value": VALUE, "weights": WEIGHTS, "targets": TARGETS, "results": found}


def _torch_decay(value: float) -> Any:
    """A step of rate 1 without gradient."""
    weights = torch.tensor(WEIGHTS, dtype=torch.float64, requires_grad=True)
    weights.grad = torch.zeros_like(weights)
    torch.optim.SGD([weights], lr=1.0, weight_decay=value).step()
    return torch.tensor(WEIGHTS, dtype=torch.float64) - weights.detach()


def _keras_slopes(penalty: Any) -> Any:
    weights = torch.tensor(WEIGHTS, dtype=torch.float64, requires_grad=True)
    penalty(weights).backward()
    return weights.grad


def _optax_decay(value: float) -> Any:
    weights = np.array(WEIGHTS)
    decay = optax.add_decayed_weights(value)
    return decay.update(np.zeros_like(weights), decay.init(weights), weights)[0]


def _smoothed(loss: Callable[[Any, Any], Any]) -> Any:
    """The targets that a mean cross-entropy of equal logits has."""
    logits = torch.zeros(len(TARGETS), 3, dtype=torch.float64, requires_grad=True)
    loss(torch.tensor(TARGETS, dtype=torch.float64), logits).backward()
    return 1 / 3 - len(TARGETS) * logits.grad  # type: ignore[operator]


def _left(layer: Any) -> Any:
    return np.unique(np.asarray(layer(torch.ones(1000, dtype=torch.float64))))


MAKES: dict[str, Made] = {
    "keras.regularizers.L1": lambda value: _keras_slopes(keras.regularizers.L1(value)),
    "keras.regularizers.L2": lambda value: _keras_slopes(keras.regularizers.L2(value)),
    "torch.optim.SGD": _torch_decay,
    "optax.add_decayed_weights": _optax_decay,
    "keras.constraints.MaxNorm": lambda value: keras.constraints.MaxNorm(value)(torch.tensor(WEIGHTS).double()),
    "torch.nn.Dropout": lambda value: _left(torch.nn.Dropout(value)),
    "keras.layers.Dropout": lambda value: _left(
        lambda x: keras.layers.Dropout(value, dtype="float64")(x, training=True)
    ),
    "torch.nn.CrossEntropyLoss": lambda value: _smoothed(
        lambda t, z: torch.nn.CrossEntropyLoss(label_smoothing=value)(z, t)
    ),
    "keras.losses.CategoricalCrossentropy": lambda value: _smoothed(
        keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=value, dtype="float64")
    ),
    "optax.smooth_labels": lambda value: optax.smooth_labels(np.array(TARGETS), value),
}
