"""Modifiers of optax and torch around heavy ball: where they walk to, for the tests to compare with."""

import inspect
from importlib import import_module
from typing import Any

import numpy as np

from dlc.reference.modifier_conventions import MODIFIER_OFFERS
from tests.peers.optimizers import KEPT, START, gradients, losses
from tests.peers.optimizers_libraries import double, split

RECORD = "modifiers.json"
LIBRARIES = ("torch", "optax", "jax")
RATE, MOMENTUM = 0.1, 0.9


def recorded() -> dict[str, Any]:
    """The points, or the averages, after some steps, for each setting."""
    walks = {}
    for offer in MODIFIER_OFFERS:
        module, _, short = offer.name.rpartition(".")
        kind = getattr(import_module(module), short)
        step = {"torch": torch_walk, "optax": optax_walk}[offer.library]
        walks[offer.name] = [
            [step(offer.name, kind, {**offer.required, **case})[t - 1] for t in KEPT] for case in offer.cases
        ]
    return {"start": START, "gradients": gradients(), "losses": losses(), "steps": KEPT, "walks": walks,
            "signatures": {offer.name: signature(offer.name) for offer in MODIFIER_OFFERS}}  # fmt: skip


def signature(name: str) -> dict[str, str]:
    """The arguments of a library's modifier, with their defaults as texts."""
    module, _, short = name.rpartition(".")
    parameters = inspect.signature(getattr(import_module(module), short)).parameters.values()
    return {p.name: "required" if p.default is p.empty else str(p.default) for p in parameters}


def optax_walk(name: str, kind: Any, arguments: dict[str, Any]) -> list[Any]:
    import jax
    import jax.numpy as jnp
    import optax

    inner = optax.sgd(RATE, momentum=MOMENTUM)
    x: Any = [jnp.array(part) for part in split(START)]
    if name == "optax.MultiSteps":
        made = kind(inner, **arguments, accumulator_dtype=jnp.float64)
    elif name in ("optax.lookahead", "optax.contrib.schedule_free"):
        made = kind(inner, **arguments)
    elif name == "optax.contrib.sam":
        made = kind(inner, optax.chain(optax.contrib.normalize(), optax.sgd(0.05)), **arguments)
    elif name in ("optax.keep_params_nonnegative", "optax.contrib.reduce_on_plateau"):
        made = optax.chain(inner, kind(**arguments))
    else:
        made = optax.chain(kind(**arguments), inner)
    x = optax.LookaheadParams.init_synced(x) if name == "optax.lookahead" else x
    takes_losses = name == "optax.contrib.reduce_on_plateau"
    state, points = made.init(x), []
    update = jax.jit(made.update)
    for g, loss in zip(gradients(), losses(), strict=True):
        given = {"value": loss} if takes_losses else {}
        moves, state = update([jnp.array(part) for part in split(g)], state, x, **given)
        x = optax.apply_updates(x, moves)
        judged = x.fast if name == "optax.lookahead" else x
        if name == "optax.contrib.schedule_free":
            judged = optax.contrib.schedule_free_eval_params(state, x)
        points.append(np.concatenate([np.asarray(part).ravel() for part in judged]).tolist())
    return points


def torch_walk(name: str, kind: Any, arguments: dict[str, Any]) -> list[Any]:
    import torch

    with double():
        model = torch.nn.ParameterList([torch.nn.Parameter(torch.tensor(part)) for part in split(START)])
        tensors = list(model.parameters())
        optimizer, points = torch.optim.SGD(tensors, lr=RATE, momentum=MOMENTUM), []
        averages = name.startswith("torch.optim.swa_utils")
        kept = torch.optim.swa_utils.AveragedModel(model, avg_fn=kind(**arguments)) if averages else model
        for g in gradients():
            for tensor, part in zip(tensors, split(g), strict=True):
                tensor.grad = torch.tensor(part)
            if not averages:
                kind(tensors, **arguments)
            optimizer.step()
            if averages:
                kept.update_parameters(model)
            points.append(np.concatenate([each.detach().numpy().ravel() for each in kept.parameters()]).tolist())
    return points
