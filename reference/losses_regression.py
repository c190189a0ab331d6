"""Losses of numbers, in order of increasing complexity."""

from math import inf

from dlc.reference.loss_family import LOSSES
from dlc.reference.numbers import Number

# A card reads as one entry of a table.
# fmt: off


def mse_gradient(p: Number, t: Number) -> Number:
    """2·(p − t)."""
    return 2 * (p - t)


@LOSSES.card(
    "(p − t)²", gradient=mse_gradient, pred="number", target="number", convex=True,
    aliases=("squared_error", "mean_squared_error", "l2"),
    source="Gauss 1809, Theoria motus corporum coelestium",
)
def mse(p: Number, t: Number) -> Number:
    """Squared error; averaged, the mean squared error."""
    return (p - t) ** 2


def huber_gradient(p: Number, t: Number, delta: float = 1.0) -> Number:
    """p − t, but no further from 0 than δ."""
    return min(max(p - t, -delta), delta)


@LOSSES.card(
    "½·(p − t)² where |p − t| ≤ δ, else δ·(|p − t| − ½δ)", gradient=huber_gradient, pred="number", target="number",
    convex=True, requires=(("delta > 0", lambda delta: 0 < delta < inf),),
    source="Huber 1964, Annals of Mathematical Statistics 35(1):73",
)
def huber(p: Number, t: Number, delta: float = 1.0) -> Number:
    """Quadratic for small errors, linear for large ones."""
    size = abs(p - t)
    return size**2 / 2 if size <= delta else delta * (size - delta / 2)
