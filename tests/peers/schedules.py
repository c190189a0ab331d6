"""Schedules of torch, keras and optax: their learning rates, for the tests to compare with."""

import inspect
from importlib import import_module
from typing import Any

from dlc.reference.schedule_conventions import KERAS, OPTAX, SCHEDULE_OFFERS, TORCH
from tests.peers.optimizers_libraries import double

RECORD = "schedules.json"
LIBRARIES = ("torch", "keras", "optax", "jax")
STEPS = 41


def recorded() -> dict[str, Any]:
    """The rates after 0 to 40 steps for each setting, and all public names."""
    rates = {
        offer.name: [rates_of(offer.library, offer.name, {**offer.required, **case}) for case in offer.cases]
        for offer in SCHEDULE_OFFERS
    }
    return {"names": {module: public(module) for module in (TORCH, KERAS, OPTAX)}, "rates": rates,
            "signatures": {offer.name: signature(offer.name) for offer in SCHEDULE_OFFERS}}  # fmt: skip


def public(module: str) -> list[str]:
    """The schedules of a module, and what looks like them."""
    found = import_module(module)
    names = getattr(found, "__all__", None) or [name for name in dir(found) if not name.startswith("_")]
    return sorted(name for name in names if callable(getattr(found, name)) and name not in TYPES)


# Optax's module has types, too.
TYPES = {
    "Schedule", "StatefulSchedule", "InjectHyperparamsState", "InjectStatefulHyperparamsState", "WrappedSchedule",
}  # fmt: skip


def signature(name: str) -> dict[str, str]:
    """The arguments of a library's schedule, with their defaults as texts."""
    parameters = inspect.signature(kind_of(name)).parameters.values()
    return {p.name: "required" if p.default is p.empty else str(p.default) for p in parameters}


def kind_of(name: str) -> Any:
    module, _, short = name.rpartition(".")
    return getattr(import_module(module), short)


def rates_of(library: str, name: str, arguments: dict[str, Any]) -> list[float]:
    """The learning rates after 0, 1, ... steps, in float64."""
    return {"torch": torch_rates, "keras": keras_rates, "optax": optax_rates}[library](kind_of(name), arguments)


def torch_rates(kind: Any, arguments: dict[str, Any]) -> list[float]:
    import torch

    arguments = dict(arguments)
    with double():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=arguments.pop("lr", 1.0))
        if "cycle_momentum" in inspect.signature(kind).parameters:
            arguments["cycle_momentum"] = False
        scheduler, rates = kind(optimizer, **arguments), []
        for _ in range(STEPS):
            rates.append(float(optimizer.param_groups[0]["lr"]))
            optimizer.step()
            scheduler.step()
    return rates


def keras_rates(kind: Any, arguments: dict[str, Any]) -> list[float]:
    import keras
    import torch

    # A rate given as a Python number would become float32.
    exact = {
        name: torch.tensor(value, dtype=torch.float64) if name in ("initial_learning_rate", "warmup_target") else value
        for name, value in arguments.items()
        if value is not None
    }
    if "values" in exact:
        exact["values"] = [torch.tensor(value, dtype=torch.float64) for value in exact["values"]]
    schedule = kind(**exact)
    return [float(keras.ops.convert_to_numpy(schedule(step))) for step in range(STEPS)]


def optax_rates(kind: Any, arguments: dict[str, Any]) -> list[float]:
    import jax
    import jax.numpy as jnp

    with jax.enable_x64(True):
        schedule = kind(**arguments)
        return [float(schedule(jnp.asarray(step))) for step in range(STEPS)]
