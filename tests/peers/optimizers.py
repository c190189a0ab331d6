"""Optimizers as torch, keras and optax have them: what they compute, for the tests to compare with."""

import inspect
import random
import sys
from functools import partial
from importlib import import_module
from typing import Any

from dlc.reference.optimizer_conventions import OFFERS
from tests.peers.optimizers_libraries import schedule_free_answer, walk

RECORD = "optimizers.json"
LIBRARIES = ("torch", "keras", "optax", "jax")
SEED, STEPS = 20, 100
START = [1.0, -2.0, 0.5, 3.0, -0.25, 0.75, 2.0, -1.5]
KEPT = (1, 2, 3, 10, 30, 100)  # steps


def gradients() -> list[list[float]]:
    """Seeded random gradients, their sizes over three decades."""
    draw = random.Random(SEED)
    return [[draw.gauss(0, 1) * 10 ** draw.uniform(-2, 1) for _ in START] for _ in range(STEPS)]


def losses() -> list[float]:
    """Seeded losses, for those who look at them."""
    draw = random.Random(SEED + 1)
    return [draw.uniform(0, 10) for _ in range(STEPS)]


def recorded() -> dict[str, Any]:
    """What the libraries compute, and all that it takes to compute it without them."""
    walks = {}
    for offer in OFFERS:
        cases = []
        for case in offer.cases:
            points = walk(offer.library, offer.name, {**offer.required, **case}, START, gradients(), losses())
            cases.append([points[step - 1] for step in KEPT])
        walks[offer.name] = cases
    return {
        "start": START,
        "gradients": gradients(),
        "losses": losses(),
        "steps": KEPT,
        "signatures": {offer.name: signature(offer.name) for offer in OFFERS},
        "walks": walks,
        "names": names(),
        "answers": {
            name: schedule_free_answer(name, START, gradients())
            for name in ("optax.contrib.schedule_free_sgd", "optax.contrib.schedule_free_adamw")
        },
    }


def names() -> dict[str, list[str]]:
    """Every optimizer that a library has, and what lies beside them, by their full names."""
    found = {}
    for library, modules in {
        "torch": ["torch.optim"], "keras": ["keras.optimizers"], "optax": ["optax", "optax.contrib"],
    }.items():  # fmt: skip
        found[library] = [
            f"{module}.{name}"
            for module in modules
            for name, value in sorted(vars(import_module(module)).items())
            if not name.startswith("_") and is_optimizer(value, import_module(module), name)
        ]
    return found


def is_optimizer(value: Any, module: Any, name: str) -> bool:
    """Whether the library enters it among its optimizers: a class of them, or one of optax's functions."""
    if module.__name__ == "optax":
        aliases = vars(import_module("optax._src.alias"))
        return aliases.get(name) is value and (inspect.isfunction(value) or isinstance(value, partial))
    if module.__name__ == "optax.contrib":
        return inspect.isfunction(value)
    return inspect.isclass(value) and issubclass(value, module.Optimizer)


def signature(name: str) -> dict[str, Any]:
    """The arguments of a library's optimizer, with their defaults as texts."""
    module, _, short = name.rpartition(".")
    parameters = inspect.signature(getattr(sys.modules[module], short)).parameters.values()
    return {p.name: "required" if p.default is p.empty else str(p.default) for p in parameters}
