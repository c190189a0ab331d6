"""Losses as torch, keras and optax compute them, and what they have and take, recorded for the tests."""

import inspect
import os
import warnings
from collections.abc import Iterator
from functools import cache, partial
from importlib import import_module
from typing import Any

import numpy as np

from dlc.reference.convention import REQUIRED
from dlc.reference.loss_convention import LossConvention
from dlc.reference.loss_conventions import LOSS_CONVENTIONS
from dlc.reference.losses import LOSSES, LossCard
from tests.loss_data import cases, weights_of

RECORD = "losses.json"
LIBRARIES = ("torch", "keras", "optax", "jax")
# keras with torch behind it averages in float32, whatever the type of what is averaged.
PRECISION = {"torch": "float64", "keras": "float32", "optax": "float64"}
# Values to try; elsewhere half as much again.
OTHER = {"power": 2.0, "swap": 1.0, "full": 1.0, "alpha": 0.25, "smoothing": 0.125}


def recorded() -> dict[str, Any]:
    """What the libraries have and compute now, in the form of the file."""
    config = _namespace("keras")["keras"].config
    usual = config.floatx()
    config.set_floatx("float64")
    try:
        used = {each.card for found in LOSS_CONVENTIONS.values() for each in found.values()}
        data = {name: [{"p": p, "t": t} for p, t in cases(card)] for name, card in LOSSES.items() if name in used}
        return {
            "names": {library: _names(library) for library in LOSS_CONVENTIONS},
            "signatures": {library: _signatures(library) for library in LOSS_CONVENTIONS},
            "data": data,
            "weighted": _weighted(),
            "losses": {name: dict(_of_card(LOSSES[name])) for name in data},
        }
    finally:
        config.set_floatx(usual)


def trials(found: LossConvention) -> dict[str, dict[str, float]]:
    """Parameters of the card to try: by the library's defaults, and others that it takes."""
    others = {
        name: OTHER.get(name, value * 1.5) if f"{{{name}}}" in found.call else value
        for name, value in found.params.items()
    }
    return {"by default": found.params} | ({"others": others} if others != found.params else {})


def _of_card(card: LossCard) -> Iterator[tuple[str, Any]]:
    for library, found in LOSS_CONVENTIONS.items():
        if card.name in found:
            each = found[card.name]
            yield (
                library,
                {
                    trial: {
                        "params": params,
                        PRECISION[library]: [_computed(library, each, params, *case) for case in cases(card)],
                    }
                    for trial, params in trials(each).items()
                },
            )


def _weighted() -> dict[str, Any]:
    """Weighted means, of those that take weights."""
    found: dict[str, Any] = {}
    for library, conventions in LOSS_CONVENTIONS.items():
        for name, each in conventions.items():
            if each.weighted:
                tensor = import_module("torch").tensor
                found.setdefault(name, {})[library] = [
                    called(
                        library, each, each.weighted, tensor, tensor(p), t, tensor(weights_of(LOSSES[name], p))
                    ).item()
                    for p, t in cases(LOSSES[name])
                ]
    return found


def _computed(
    library: str, found: LossConvention, params: dict[str, float], p: np.ndarray, t: np.ndarray
) -> dict[str, np.ndarray]:
    """The value of the call, and the gradient of all values together."""
    names = _namespace(library)
    tensor = names["jnp"].asarray if library == "optax" else import_module("torch").tensor
    compute = partial(called, library, found, found.run_with(params), tensor)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if library == "optax":
            value, pull = names["jax"].vjp(lambda pred: compute(pred, t), tensor(p))
            (gradient,) = pull(names["jnp"].ones_like(value))
        else:
            pred = tensor(p).requires_grad_()
            value = compute(pred, t)
            (gradient,) = import_module("torch").autograd.grad(value.sum(), pred)
            value = value.detach()
    return {"value": np.asarray(value), "gradient": np.asarray(gradient)}


def called(
    library: str, found: LossConvention, call: str, tensor: Any, pred: Any, t: np.ndarray, weights: Any = None
) -> Any:
    """What CALL is, of predictions and targets as it wants them."""
    card, target = LOSSES[found.card], tensor(as_taken(found, t))
    width = pred.shape[-1] // card.parts if card.row else 0
    parts = {name.replace(" ", "_"): pred[..., i * width : (i + 1) * width] for i, name in enumerate(card.names)}
    return eval(call, {**_namespace(library), "p": pred, "t": target, "w": weights, **parts})


def as_taken(found: LossConvention, t: np.ndarray) -> np.ndarray:
    """Targets as the library wants them: classes as whole numbers, and one target of a row by itself."""
    card = LOSSES[found.card]
    if card.row and card.target in ("class", "sign", "label", "number"):
        t = t[..., 0]
    return t.astype(np.int64) if card.target == "class" else t


def _names(library: str) -> list[str]:
    """Every name that is public among its losses."""
    if library == "torch":
        functional = import_module("torch.nn.functional")
        ends = ("_loss", "entropy", "entropy_with_logits", "kl_div")
        functions = {name for name in dir(functional) if name.endswith(ends) and not name.startswith("_")}
        return sorted(functions | set(import_module("torch.nn.modules.loss").__all__))
    module = import_module({"keras": "keras.losses", "optax": "optax.losses"}[library])
    return sorted(name for name in dir(module) if not name.startswith("_") and callable(getattr(module, name)))


def _signatures(library: str) -> dict[str, dict[str, Any]]:
    """The arguments of everything that a convention calls, with their defaults."""
    found = sorted({each.name for each in LOSS_CONVENTIONS[library].values()})
    return {name: dict(_arguments(eval(name, dict(_namespace(library))))) for name in found}


def _arguments(function: Any) -> Iterator[tuple[str, Any]]:
    for each in inspect.signature(function).parameters.values():
        plain = each.default is None or isinstance(each.default, (bool, int, float, str))
        yield each.name, REQUIRED if each.default is each.empty else each.default if plain else str(each.default)


@cache
def _namespace(library: str) -> dict[str, Any]:
    """What calls are written with."""
    if library == "optax":
        return {
            name: import_module(module) for name, module in (("jax", "jax"), ("jnp", "jax.numpy"), ("optax", "optax"))
        }
    os.environ["KERAS_BACKEND"] = "torch"
    torch = import_module("torch")
    if library == "keras":
        return {"keras": import_module("keras"), "torch": torch}
    return {"torch": torch, "F": import_module("torch.nn.functional")}
