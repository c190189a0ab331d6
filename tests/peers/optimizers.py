"""Optimizers as torch, keras and optax have them: what they compute, for the tests to compare with."""

import inspect
import random
import sys
from typing import Any

from dlc.reference.optimizer_conventions import OFFERS
from tests.peers.optimizers_libraries import walk

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
    }


def signature(name: str) -> dict[str, Any]:
    """The arguments of a library's optimizer, with their defaults as texts."""
    module, _, short = name.rpartition(".")
    parameters = inspect.signature(getattr(sys.modules[module], short)).parameters.values()
    return {p.name: "required" if p.default is p.empty else str(p.default) for p in parameters}
