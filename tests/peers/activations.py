"""Activations beside torch and jax: what they compute, recorded for the tests, and how fast sigmoid is."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  (its users call it so)

from dlc.cli.catalog import array_kernel
from dlc.cli.timing import paired_ratio, race
from dlc.reference.activations import ACTIVATIONS

RECORD = "activations.json"
X = [-100.0, -30.0, -5.0, -3.0, -1.5, -1.0, -0.3, -1e-3, 0.0, 1e-3, 0.3, 1.0, 1.5, 3.0, 5.0, 6.0, 30.0, 100.0]

TORCH: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "identity": torch.nn.Identity(),
    "relu": F.relu,
    "relu6": F.relu6,
    "leaky_relu": F.leaky_relu,
    "prelu": lambda x: F.prelu(x, torch.tensor([0.25], dtype=x.dtype)),
    "thresholded_relu": lambda x: F.threshold(x, 1.0, 0.0),
    "hard_sigmoid": F.hardsigmoid,
    "hard_tanh": F.hardtanh,
    "softsign": F.softsign,
    "sigmoid": torch.sigmoid,
    "softplus": F.softplus,
    "log_sigmoid": F.logsigmoid,
    "tanh": torch.tanh,
    "elu": F.elu,
    "selu": F.selu,
    "silu": F.silu,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "mish": F.mish,
    "softmax": lambda x: F.softmax(x, dim=-1),
    "log_softmax": lambda x: F.log_softmax(x, dim=-1),
}

JAX: dict[str, Callable[[Any], Any]] = {
    "identity": jax.nn.identity,
    "relu": jax.nn.relu,
    "relu6": jax.nn.relu6,
    "leaky_relu": jax.nn.leaky_relu,
    "hard_sigmoid": jax.nn.hard_sigmoid,
    "hard_tanh": jax.nn.hard_tanh,
    "softsign": jax.nn.soft_sign,
    "sigmoid": jax.nn.sigmoid,
    "softplus": jax.nn.softplus,
    "log_sigmoid": jax.nn.log_sigmoid,
    "tanh": jax.nn.tanh,
    "elu": jax.nn.elu,
    "selu": jax.nn.selu,
    "silu": jax.nn.silu,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "gelu_tanh": lambda x: jax.nn.gelu(x, approximate=True),
    "mish": jax.nn.mish,
    "softmax": jax.nn.softmax,
    "log_softmax": jax.nn.log_softmax,
}


def by_torch(function: Callable[[torch.Tensor], torch.Tensor], *, vector: bool) -> list[list[float]]:
    """Values, and derivatives: of a vector function, the diagonal of its Jacobian."""
    x = torch.tensor(X, dtype=torch.float64, requires_grad=True)
    y = function(x)
    if vector:
        slope = torch.autograd.functional.jacobian(function, x.detach()).diagonal()
    else:
        (slope,) = torch.autograd.grad(y.sum(), x)
    return [y.tolist(), slope.tolist()]


def by_jax(function: Callable[[Any], Any], *, vector: bool) -> list[list[float]]:
    """The same by jax."""
    x = jnp.array(X, jnp.float64)
    slope = jnp.diagonal(jax.jacobian(function)(x)) if vector else jax.vmap(jax.grad(function))(x)
    return [function(x).tolist(), slope.tolist()]


def recorded() -> dict[str, Any]:
    """What the peers compute now, in the form of the file."""
    results: dict[str, dict[str, Any]] = {}
    for name, card in ACTIVATIONS.items():
        results[name] = {}
        for library, functions, by in (("torch", TORCH, by_torch), ("jax", JAX, by_jax)):
            if name in functions:
                results[name][library] = by(functions[name], vector=card.vector)
    return {"x": X, "activations": results}


def race_sigmoid(elements: int = 16_384, budget: float = 10) -> None:
    """sigmoid float32 forward, one thread: nanoseconds an element, and the ratio in one interleaved run."""
    torch.set_num_threads(1)
    x = np.random.default_rng(0).normal(0, 3, elements).astype(np.float32)
    out, there = np.empty_like(x), torch.from_numpy(x.copy())
    result = torch.empty_like(there)
    kernel = array_kernel(ACTIVATIONS["sigmoid"])
    timings = race(
        {"dlc": lambda: kernel(x, out=out), "torch": lambda: torch.sigmoid(there, out=result)}, budget=budget
    )
    ratio = paired_ratio(timings["torch"].seconds, timings["dlc"].seconds)
    print(f"sigmoid float32 forward, one thread, {elements} elements, in one run:")
    for name, timing in timings.items():
        print(f"  {name:6}{timing.median / elements * 1e9:6.2f} ns an element")
    print(f"  dlc is {ratio.ratio:.2f} times as fast [{ratio.low:.2f}, {ratio.high:.2f}]")
