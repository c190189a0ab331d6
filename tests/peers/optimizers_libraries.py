"""One walk of each library's optimizer over given gradients, in float64."""

import contextlib
import importlib
from collections.abc import Iterator
from typing import Any
from unittest import mock

import numpy as np

# What is walked over: a matrix and a vector, as rows (first, rows, columns) of one flat vector.
BLOCKS = ((0, 2, 3), (6, 1, 2))


def split(flat: Any) -> list[np.ndarray]:
    flat = np.asarray(flat, np.float64)
    shapes = [(rows, columns) if rows > 1 else (columns,) for _, rows, columns in BLOCKS]
    return [
        flat[first : first + np.prod(shape)].reshape(shape) for (first, _, _), shape in zip(BLOCKS, shapes, strict=True)
    ]


def walk(library: str, name: str, arguments: dict[str, Any], start: Any, gradients: Any, losses: Any) -> list[Any]:
    """The points after each step."""
    walks = {"torch": torch_walk, "keras": keras_walk, "optax": optax_walk}
    module, _, short = name.rpartition(".")
    return walks[library](getattr(importlib.import_module(module), short), arguments, start, gradients, losses)


@contextlib.contextmanager
def double() -> Iterator[None]:
    """Torch in float64: else NAdam keeps the product of its schedule in float32."""
    import torch

    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(usual)


@contextlib.contextmanager
def without_bfloat16() -> Iterator[None]:
    """Torch without one of its casts, with which Muon would compute to two digits."""
    import torch

    usual = torch.Tensor.bfloat16
    torch.Tensor.bfloat16 = torch.Tensor.clone
    try:
        yield
    finally:
        torch.Tensor.bfloat16 = usual


def torch_walk(kind: Any, arguments: dict[str, Any], start: Any, gradients: Any, losses: Any) -> list[Any]:
    import torch

    tensors_taken = 1 if kind is torch.optim.Muon else None  # it refuses vectors
    given = torch.Tensor.to_sparse if kind is torch.optim.SparseAdam else torch.Tensor.clone
    with double(), without_bfloat16():
        tensors = [torch.tensor(part, requires_grad=True) for part in split(start)[:tensors_taken]]
        optimizer, points = kind(tensors, **arguments), []
        for g in gradients:
            for tensor, part in zip(tensors, split(g), strict=False):
                tensor.grad = given(torch.tensor(part))
            optimizer.step()
            points.append(np.concatenate([tensor.detach().numpy().ravel() for tensor in tensors]).tolist())
    return points


def keras_walk(kind: Any, arguments: dict[str, Any], start: Any, gradients: Any, losses: Any) -> list[Any]:
    import keras

    usual = keras.config.floatx()
    keras.config.set_floatx("float64")
    try:
        variables = [keras.Variable(part, dtype="float64") for part in split(start)]
        optimizer, points = kind(**arguments), []
        optimizer.build(variables)
        for g in gradients:
            optimizer.apply([keras.ops.convert_to_tensor(part) for part in split(g)], variables)
            parts = [keras.ops.convert_to_numpy(variable).ravel() for variable in variables]
            points.append(np.concatenate(parts).tolist())
    finally:
        keras.config.set_floatx(usual)
    return points


def optax_walk(kind: Any, arguments: dict[str, Any], start: Any, gradients: Any, losses: Any) -> list[Any]:
    import jax.numpy as jnp
    import optax

    points = []
    # With counters of 32 bits, the rates that optax makes of them would be rounded to 24.
    with mock.patch.multiple(jnp, int32=jnp.int64, float32=jnp.float64):
        optimizer = kind(**arguments)
        x = [jnp.array(part) for part in split(start)]
        update = optax.with_extra_args_support(optimizer).update
        state = optimizer.init(x)
        for g, loss in zip(gradients, losses, strict=True):
            moves, state = update([jnp.array(part) for part in split(g)], state, x, value=loss)
            x = optax.apply_updates(x, moves)
            points.append(np.concatenate([np.asarray(part).ravel() for part in x]).tolist())
    return points
