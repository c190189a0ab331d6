"""Activations as torch, keras, jax and onnxruntime compute them, recorded for the tests, and how fast sigmoid is."""

import warnings
from collections.abc import Iterator
from importlib import import_module
from math import inf, isinf, nan
from typing import Any

import numpy as np

from dlc.cli import libraries
from dlc.cli.catalog import array_kernel
from dlc.cli.timing import paired_ratio, race
from dlc.reference.activations import ACTIVATIONS, ActivationCard
from dlc.reference.conventions import CONVENTIONS, Convention

RECORD = "activations.json"

X = [-100.0, -30.0, -6.0, -3.5, -1.5, -1.0, -0.3, -1e-3, 1e-3, 0.3, 1.0, 1.5, 3.5, 5.0, 8.0, 30.0, 100.0]
SPECIALS = [0.0, -0.0, inf, -inf, nan]
VECTORS = [[0.5, -1.0, 2.0, 0.25], [-30.0, 0.0, 3.0, 3.5, 30.0, -0.3]]
COTANGENTS = [1.0, -0.5, 2.0, 0.25, -3.0, 0.75]


def other_params(card: ActivationCard, found: Convention) -> dict[str, float]:
    """Parameters that are not the card's defaults, where the library takes them."""
    changed = {name: 6.0 if isinf(value) else value * 1.5 or 0.125 for name, value in card.knobs.items()}
    return {name: changed[name] if found.takes(name) else value for name, value in card.knobs.items()}


def recorded() -> dict[str, Any]:
    """What the libraries compute now, in the form of the file: by card, library, parameters and type."""
    results: dict[str, Any] = {}
    for name, card in ACTIVATIONS.items():
        found = {library: each for library, table in CONVENTIONS.items() for each in table if each.card == name}
        results[name] = {library: dict(_cases(library, each)) for library, each in found.items() if not card.noisy}
    return {"activations": results, "noise": noise()}


def _cases(library: str, found: Convention) -> Iterator[tuple[str, Any]]:
    card = ACTIVATIONS[found.card]
    params = {"as dlc": card.knobs, "as dlc, other parameters": other_params(card, found)}
    for case, values in params.items():
        if case == "as dlc" or values != card.knobs:
            function = libraries.function(library, card.name, **values)
            yield case, {"params": values, **dict(_by_type(library, card, function, values))}
    if found.call_as_is:
        yield "as is", dict(_by_type(library, card, libraries.as_is(library, card.name), {}))


def _by_type(
    library: str, card: ActivationCard, function: Any, params: dict[str, float]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    kinks = card.kinks_at(card.knobs | params)
    points = VECTORS if card.vector else [[*X, *kinks, *SPECIALS]]
    for dtype in ("float64", "float32"):
        try:
            yield (
                dtype,
                [_computed(library, function, np.array(each, dtype), vector=card.vector) for each in points],
            )
        except libraries.NotInThisTypeError:
            continue


def _computed(library: str, function: Any, x: np.ndarray, *, vector: bool) -> dict[str, Any]:
    """The value at X, and what multiplies it by the Jacobian; that is the derivative for functions of a number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's, where the dimension is not said
        value = libraries.to_numpy(library, function(libraries.to_native(library, x)))
        v = np.resize(COTANGENTS if vector else [1.0], value.shape).astype(x.dtype)
        _, product = libraries.value_and_vjp_of(library, function, x, v)
    return {"x": x, "v": v, "value": value, "vjp": product} if vector else {"x": x, "value": value, "vjp": product}


def noise() -> dict[str, Any]:
    """Torch's functions of noise, beside the noise: what is left of them is ours."""
    torch = import_module("torch")
    x = torch.tensor(VECTORS[1], dtype=torch.float64)
    torch.manual_seed(0)
    soft = libraries.function("torch", "gumbel_softmax", tau=2.0)(x)
    torch.manual_seed(0)
    drawn = -torch.empty_like(x).exponential_().log()
    leaky = libraries.function("torch", "rrelu_train")(x)
    return {"x": x.numpy(), "gumbel": drawn.numpy(), "gumbel_softmax": soft.numpy(), "rrelu_train": leaky.numpy()}


def race_sigmoid(elements: int = 16_384, budget: float = 10) -> None:
    """sigmoid float32 forward, one thread: nanoseconds an element, and the ratio in one interleaved run."""
    torch = import_module("torch")
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
