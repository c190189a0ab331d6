"""How far a kernel is from the reference, and whether its card allows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Agreement:
    """The worst disagreement of one quantity of one kernel over a sample."""

    name: str
    quantity: str  # value, derivative, step, gradient, ...
    dtype: str
    worst: float
    unit: str  # ulp, or "relative"
    at: str  # the input where it is worst
    bound: float
    samples: int

    @property
    def holds(self) -> bool:
        """Whether the bound on the card is kept; an error that is no number keeps none."""
        return self.worst <= self.bound


def exactly(values: Iterable[Any]) -> list[Any]:
    """Numbers of a kernel as those of mpmath."""
    import mpmath

    return [mpmath.mpf(float(value)) for value in values]


def relative_error(computed: Iterable[Any], exact: Iterable[Any]) -> float:
    """The greatest error, relative to the larger of 1 and the exact number."""
    return max(float(abs(float(a) - b) / max(1, abs(b))) for a, b in zip(computed, exact, strict=True))


def of_worst(errors: list[tuple[float, str]]) -> tuple[float, str, str]:
    """The worst error, its unit, and where it is; nan is worse than any."""
    worst, at = max(errors, key=lambda error: (error[0] != error[0], error[0]))
    return worst, "relative", at
