"""Derivatives at kinks, where mathematics leaves a choice: from the left, from the right, their mean, or 0."""

from collections.abc import Sequence
from dataclasses import replace
from functools import wraps
from typing import Any

from dlc.reference.activations import ActivationCard
from dlc.reference.ulp import DIGITS

BESIDE = 60  # a kink is looked at from 10^-60 beside it


def on_side(function: Any, kink: float, params: dict[str, float], direction: int) -> Any:
    """FUNCTION of the card just beside KINK, with digits enough to be there."""
    import mpmath

    with mpmath.workdps(BESIDE + 2 * DIGITS):
        x = mpmath.mpf(kink) + direction * mpmath.mpf(10) ** -BESIDE
        return mpmath.mpf(function(x, **{name: mpmath.mpf(value) for name, value in params.items()}))


def jumps(card: ActivationCard, kink: float, params: dict[str, float]) -> bool:
    """Whether the function itself, and not only its derivative, jumps at KINK."""
    left, right = (on_side(card.function, kink, params, direction) for direction in (-1, 1))
    return abs(right - left) > 1e-30


def derivative(card: ActivationCard, kink: float, params: dict[str, float], side: str) -> Any:
    """The derivative that SIDE says at KINK: left, right, mid or zero; an empty one says what the card says."""
    import mpmath

    assert card.grad is not None, f"{card.name} is a function of a vector"
    if side == "zero":
        return mpmath.mpf(0)
    if not side:
        with mpmath.workdps(DIGITS):
            return card.grad(mpmath.mpf(kink), **{name: mpmath.mpf(value) for name, value in params.items()})
    wanted = {"left": (-1,), "right": (1,), "mid": (-1, 1)}[side]
    beside = [on_side(card.grad, kink, params, direction) for direction in wanted]
    with mpmath.workdps(DIGITS):
        return sum(beside) / len(beside)


def derivatives(card: ActivationCard, params: dict[str, float], sides: Sequence[str]) -> dict[float, Any]:
    """The derivative at each kink that is not taken as on the card."""
    kinks = zip(card.kinks_at(params), sides, strict=True)
    return {kink: derivative(card, kink, params, side) for kink, side in kinks if side}


def unlike_the_card(card: ActivationCard, params: dict[str, float], sides: Sequence[str]) -> dict[float, str]:
    """The side at each kink where that makes a difference."""
    kinks = zip(card.kinks_at(params), sides, strict=True)
    return {
        kink: side for kink, side in kinks if derivative(card, kink, params, side) != derivative(card, kink, params, "")
    }


def with_derivatives(card: ActivationCard, at_kinks: dict[float, Any]) -> ActivationCard:
    """CARD, with these derivatives at its kinks."""
    grad = card.grad
    assert grad is not None, f"{card.name} is a function of a vector"

    @wraps(grad)
    def taken(x: Any, **params: Any) -> Any:
        return at_kinks[float(x)] if float(x) in at_kinks else grad(x, **params)

    return replace(card, grad=taken)
