"""Penalties: what large weights cost; in order of increasing complexity.

Weights are rows of numbers. At a corner the gradient is the subgradient nearest to 0.
"""

from collections.abc import Sequence
from math import inf

from dlc.reference.cost_family import PENALTIES, Weights
from dlc.reference.numbers import Number, sign, sqrt

STRENGTH = ("strength >= 0", lambda strength: 0 <= strength < inf)

# A card reads as one entry of a table.
# fmt: off


def lasso_gradient(weights: Weights, strength: float = 1.0) -> list[list[Number]]:
    """λ·sign(wᵢⱼ)."""
    return [[strength * sign(w) for w in row] for row in weights]


@PENALTIES.card(
    "λ·Σ |wᵢⱼ|", gradient=lasso_gradient, option="--l1", requires=(STRENGTH,), aliases=("l1_penalty",),
    source="Tibshirani 1996, Journal of the Royal Statistical Society B 58(1):267",
)
def lasso(weights: Weights, strength: float = 1.0) -> Number:
    """The l1 norm: drives weights to exactly 0."""
    return strength * sum(abs(w) for row in weights for w in row)


def ridge_gradient(weights: Weights, strength: float = 1.0) -> list[list[Number]]:
    """2·λ·wᵢⱼ."""
    return [[2 * strength * w for w in row] for row in weights]


@PENALTIES.card(
    "λ·Σ wᵢⱼ²", gradient=ridge_gradient, option="--l2", requires=(STRENGTH,), aliases=("l2_penalty", "tikhonov"),
    source="Tikhonov 1963; Hoerl & Kennard 1970, Technometrics 12(1):55",
)
def ridge(weights: Weights, strength: float = 1.0) -> Number:
    """The squared l2 norm, without a factor ½: keeps weights small."""
    return strength * sum(w * w for row in weights for w in row)


def elastic_net_gradient(weights: Weights, strength: float = 1.0, ratio: float = 0.5) -> list[list[Number]]:
    """λ·(ρ·sign(wᵢⱼ) + (1 − ρ)·wᵢⱼ)."""
    return [[strength * (ratio * sign(w) + (1 - ratio) * w) for w in row] for row in weights]


@PENALTIES.card(
    "λ·(ρ·Σ |wᵢⱼ| + ½·(1 − ρ)·Σ wᵢⱼ²)", gradient=elastic_net_gradient, option="--elastic",
    requires=(STRENGTH, ("0 <= ratio <= 1", lambda ratio: 0 <= ratio <= 1)),
    source="Zou & Hastie 2005, JRSS B 67(2):301; in the form of Friedman, Hastie & Tibshirani 2010, JSS 33(1)",
)
def elastic_net(weights: Weights, strength: float = 1.0, ratio: float = 0.5) -> Number:
    """A share ρ of the l1 norm, and the rest half the squared l2 norm."""
    return lasso(weights, strength * ratio) + ridge(weights, strength * (1 - ratio) / 2)


def norm(row: Sequence[Number]) -> Number:
    """The l2 norm of a row."""
    return sqrt(sum(w * w for w in row))


def group_lasso_gradient(weights: Weights, strength: float = 1.0) -> list[list[Number]]:
    """λ·√n·wᵢⱼ/‖wᵢ‖₂."""
    return [
        [strength * sqrt(len(row) + 0 * size) * w / size if size else 0 * w for w in row]
        for row, size in ((row, norm(row)) for row in weights)
    ]


@PENALTIES.card(
    "λ·Σᵢ √n·‖wᵢ‖₂, rows wᵢ of n weights", gradient=group_lasso_gradient, option="--group", requires=(STRENGTH,),
    source="Yuan & Lin 2006, Journal of the Royal Statistical Society B 68(1):49",
)
def group_lasso(weights: Weights, strength: float = 1.0) -> Number:
    """The l2 norms of rows: drives whole rows to exactly 0."""
    return strength * sum(sqrt(len(row) + 0 * norm(row)) * norm(row) for row in weights)
