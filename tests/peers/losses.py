"""Losses as torch, keras and optax compute them, and what they have and take, recorded for the tests."""

import inspect
import warnings
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from dlc.cli.loss_libraries import called, loss_namespace
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
    config = loss_namespace("keras")["keras"].config
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
    names = loss_namespace(library)
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
    return {name: dict(_arguments(eval(name, dict(loss_namespace(library))))) for name in found}


def _arguments(function: Any) -> Iterator[tuple[str, Any]]:
    for each in inspect.signature(function).parameters.values():
        plain = each.default is None or isinstance(each.default, (bool, int, float, str))
        yield each.name, REQUIRED if each.default is each.empty else each.default if plain else str(each.default)
