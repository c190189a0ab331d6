"""The families of costs and of penalties: how a whole data set is judged, and how the weights that judged it are.

A cost is a loss, and how its values are averaged over the rows; a regularised cost has a penalty on top.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from dlc.reference.family import Card, Family
from dlc.reference.numbers import Number, sqrt

Rows = Iterable[tuple[Number, Number, Number]]  # predictions, targets and weights; of losses of rows, rows of them
Weights = Sequence[Sequence[Number]]  # rows, like those of a matrix: the weights into one unit


@dataclass(frozen=True)
class Average:
    """What the sum of all values becomes: a function of it, of the sum of weights (each value has its row's), and of
    the number of rows; and the derivative of that by the first."""

    formula: str
    value: Callable[[Number, Number, int], Number]
    slope: Callable[[Number, Number, int], Number]


AVERAGES = {
    "sum": Average("Σ wᵢ·ℓᵢ", lambda total, _weight, _rows: total, lambda total, _weight, _rows: total * 0 + 1),
    "half_sum": Average(
        "½·Σ wᵢ·ℓᵢ", lambda total, _weight, _rows: total / 2, lambda total, _weight, _rows: (total * 0 + 1) / 2
    ),
    "double_sum": Average(
        "2·Σ wᵢ·ℓᵢ", lambda total, _weight, _rows: 2 * total, lambda total, _weight, _rows: total * 0 + 2
    ),
    "mean": Average(
        "Σ wᵢ·ℓᵢ / Σ wᵢ", lambda total, weight, _rows: total / weight, lambda _total, weight, _rows: 1 / weight
    ),
    "half_mean": Average(
        "½·Σ wᵢ·ℓᵢ / Σ wᵢ",
        lambda total, weight, _rows: total / (2 * weight),
        lambda _total, weight, _rows: 1 / (2 * weight),
    ),
    "root_mean": Average(
        "√(Σ wᵢ·ℓᵢ / Σ wᵢ)",
        lambda total, weight, _rows: sqrt(total / weight),
        # At the least value, where the root has a corner, the slope in the middle.
        lambda total, weight, _rows: 1 / (2 * sqrt(total * weight)) if total > 0 else total * 0,
    ),
    "batch": Average(
        "Σ wᵢ·ℓᵢ / number of rows",
        lambda total, _weight, rows: total / rows,
        lambda total, _w, rows: (total * 0 + 1) / rows,
    ),
}


@dataclass(frozen=True, kw_only=True)
class CostCard(Card):
    """What is declared of a cost."""

    loss: str  # a name in LOSSES
    average: str  # a key of AVERAGES
    agreement: float = 1e-13  # of what is computed in one pass, relative to the exact number

    def facts(self) -> list[tuple[str, str]]:
        """What `dlc show` prints, as (label, text)."""
        averaged = f"{self.average.replace('_', ' ')}: {AVERAGES[self.average].formula}"
        return [("formula", self.formula), ("loss", self.loss), ("averaged", averaged), ("source", self.source)]


@dataclass(frozen=True, kw_only=True)
class PenaltyCard(Card):
    """What is declared of a penalty."""

    gradient: Callable[..., list[list[Number]]] = field(repr=False)  # by the weights; 0 where there is none
    option: str  # of `dlc cost`
    agreement: float = 1e-13  # of the kernel, relative to the exact number

    def facts(self) -> list[tuple[str, str]]:
        """What `dlc show` prints, as (label, text)."""
        slope = (self.gradient.__doc__ or "").split("\n", 1)[0].rstrip(".")
        return [
            ("formula", self.formula),
            ("gradient", slope),
            ("option", f"dlc cost {self.option}"),
            ("source", self.source),
        ]


COSTS: Family[CostCard] = Family("cost", CostCard)
PENALTIES: Family[PenaltyCard] = Family("penalty", PenaltyCard)
