"""How far a kernel is from the reference, and whether its card allows it."""

from dataclasses import dataclass


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
