"""What became of signals and errors from layer to layer: sizes, saturated units, vanishing and exploding gradients."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dlc.cli.backprop_machine import norms
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.network import Activation, Network

if TYPE_CHECKING:
    from dlc.kernels.mlp import Mlp

FLAT = 0.01  # of a slope: smaller ones pass hardly anything on
MOST_FLAT = 0.5  # of a layer's slopes, before it is called saturated, or of its units, before dead
RANGE = 1e3  # by which errors may grow or shrink from the last layer to the first


@dataclass(frozen=True)
class State:
    """One layer: root mean squares over the batch."""

    layer: int  # from 1
    text: str
    width: int
    signal: float  # of what it gives
    error: float  # of the loss's derivatives by that
    gradient: float | None  # of those by its parameters
    flat: float | None  # share of an activation's slopes that are flat
    dead: float | None  # share of units that are flat in all rows
    flags: tuple[str, ...]


def states(network: Network, net: "Mlp", gradient: np.ndarray) -> list[State]:
    """Of each layer, after a forward and a backward pass."""
    count = len(network.layers)
    signals = norms([net.outputs(place) for place in range(count)])
    errors = norms([net.errors_of(place) for place in range(-1, count)])
    found = []
    for place, layer in enumerate(network.layers):
        own = [gradient[t.first : t.stop] for t in network.tensors if t.layer == place]
        flat, dead, flags = _flatness(net, place, layer) if isinstance(layer, Activation) else (None, None, [])
        by_weights = norms([np.concatenate(own)])[0] if own else None
        if own:
            flags += _drift(errors[place + 1], errors[-1])
        found.append(
            State(place + 1, layer.text, network.widths[place + 1], signals[place], errors[place + 1], by_weights,
                  flat, dead, tuple(flags))
        )  # fmt: skip
    return found


def _flatness(net: "Mlp", place: int, layer: Activation) -> tuple[float | None, float | None, list[str]]:
    card = ACTIVATIONS[layer.name]
    if card.vector:
        return None, None, []
    is_flat = np.abs(net.slopes_of(place)) < FLAT
    flat, dead = float(is_flat.mean()), float(is_flat.all(axis=0).mean())
    flags = []
    if flat > MOST_FLAT and np.isfinite(card.bounds).all():
        flags.append("saturated")
    if dead > MOST_FLAT and len(is_flat) > 1 and not flags:
        flags.append("dead units")
    return flat, dead, flags


def _drift(error: float, last: float) -> list[str]:
    if not np.isfinite(error):
        return ["not finite"]
    if last == 0:
        return []
    return ["vanishing"] if error * RANGE < last else ["exploding"] if error > RANGE * last else []


def verdict(found: list[State]) -> str:
    """How errors change from layer to layer, as a sentence."""
    own = [each.error for each in found if each.gradient is not None]
    if len(own) < 2 or not np.isfinite(own).all() or own[-1] == 0:
        return ""
    if own[0] == 0:
        return "no error reaches the first layer"
    factor = (own[0] / own[-1]) ** (1 / (len(own) - 1))
    what = "shrinks" if factor < 1 else "grows"
    return f"the error {what} by a factor of {factor:.4g} for each layer back, {own[0] / own[-1]:.3g} in all"
