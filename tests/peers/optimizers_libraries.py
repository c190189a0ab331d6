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
            judged = [optimizer.state[each]["ax"] for each in tensors] if kind is torch.optim.ASGD else tensors
            points.append(np.concatenate([tensor.detach().numpy().ravel() for tensor in judged]).tolist())
    return points


@contextlib.contextmanager
def keras_in_double() -> Iterator[None]:
    """keras in float64, on its torch backend, but else as on its others.

    The larger of two numbers, norms and roots of integers come in float32, though floatx is float64. And an assignment
    writes into the tensor that was read before: ScheduleFreeAdamW then takes the new momentum for the old one.
    """
    import keras
    import torch

    types = importlib.import_module("keras.src.backend.common.dtypes").BIT64_TO_BIT32_DTYPE
    variable = importlib.import_module("keras.src.backend.torch.core").Variable
    usual = keras.config.floatx(), dict(types), variable._direct_assign
    keras.config.set_floatx("float64")
    types.clear()
    variable._direct_assign = lambda self, value: setattr(self, "_value", torch.clone(value.detach()))
    try:
        yield
    finally:
        keras.config.set_floatx(usual[0])
        types.update(usual[1])
        variable._direct_assign = usual[2]


def keras_walk(kind: Any, arguments: dict[str, Any], start: Any, gradients: Any, losses: Any) -> list[Any]:
    import keras

    with keras_in_double():
        variables = [keras.Variable(part, dtype="float64") for part in split(start)]
        optimizer, points = kind(**arguments), []
        optimizer.build(variables)
        judged = optimizer._model_variables_moving_average if optimizer.use_ema else variables
        for g in gradients:
            optimizer.apply([keras.ops.convert_to_tensor(part) for part in split(g)], variables)
            points.append(np.concatenate([keras.ops.convert_to_numpy(each).ravel() for each in judged]).tolist())
    return points


def optax_steps(kind: Any, arguments: dict[str, Any], start: Any, gradients: Any, losses: Any) -> Iterator[Any]:
    """The point and the state after each step."""
    import jax
    import jax.numpy as jnp
    import optax

    # With counters of 32 bits, the rates that optax makes of them would be rounded to 24.
    with mock.patch.multiple(jnp, int32=jnp.int64, float32=jnp.float64):
        optimizer = kind(**arguments)
        x = [jnp.array(part) for part in split(start)]
        update = jax.jit(optax.with_extra_args_support(optimizer).update)
        state = optimizer.init(x)
        for g, loss in zip(gradients, losses, strict=True):
            moves, state = update([jnp.array(part) for part in split(g)], state, x, value=loss)
            x = optax.apply_updates(x, moves)
            yield x, state


def optax_walk(kind: Any, arguments: dict[str, Any], start: Any, gradients: Any, losses: Any) -> list[Any]:
    return [joined(x) for x, _ in optax_steps(kind, arguments, start, gradients, losses)]


def joined(parts: Any) -> list[float]:
    return np.concatenate([np.asarray(part).ravel() for part in parts]).tolist()


def schedule_free_answer(name: str, start: Any, gradients: Any) -> list[float]:
    """What optax says is to be judged after the last step, not the point of the next gradient."""
    contrib = importlib.import_module("optax.contrib")
    kind = getattr(contrib, name.rpartition(".")[2])
    *_, (x, state) = optax_steps(kind, {}, start, gradients, [0.0] * len(gradients))
    return joined(contrib.schedule_free_eval_params(state, x))
