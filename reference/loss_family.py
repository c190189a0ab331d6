"""The family of losses, and what is declared of each: how one example's prediction is judged by its target.

A loss takes a prediction and a target, both numbers or both rows of numbers; its gradient is by the prediction.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Any

from dlc.reference.family import Card, Family

# What predictions and targets can be: how it is called, and the interval of its numbers.
DOMAINS: dict[str, tuple[str, tuple[float, float]]] = {
    "number": ("any number", (-inf, inf)),
    "positive": ("a number above 0", (0.0, inf)),
    "amount": ("a number, 0 or more", (0.0, inf)),
    "distance": ("a distance, 0 or more", (0.0, inf)),
    "probability": ("a probability, 0 to 1", (0.0, 1.0)),
    "logit": ("a logit: any number, whose sigmoid is the probability", (-inf, inf)),
    "label": ("0 or 1, or a probability between", (0.0, 1.0)),
    "sign": ("−1 or 1", (-1.0, 1.0)),
    "class": ("the number of the right class, from 0", (0.0, inf)),
    "vector": ("a row of any numbers", (-inf, inf)),
    "logits": ("a row of logits, one for each class", (-inf, inf)),
    "probabilities": ("a row of independent probabilities", (0.0, 1.0)),
    "labels": ("a row of 0 and 1", (0.0, 1.0)),
    "distribution": ("a row of probabilities whose sum is 1", (0.0, 1.0)),
    "log-distribution": ("a row of logarithms of probabilities", (-inf, 0.0)),
    "one-hot": ("a row of 0 with one 1", (0.0, 1.0)),
    "cosines": ("a row of cosines, one for each class", (-1.0, 1.0)),
    "amounts": ("a row of numbers, 0 or more", (0.0, inf)),
    "positives": ("a row of numbers above 0", (0.0, inf)),
    "spreads": ("locations, and as many spreads above 0", (-inf, inf)),
    "log-spreads": ("locations, and as many logarithms of variances", (-inf, inf)),
    "groups": ("the number of each vector's group", (-inf, inf)),
    "nothing": ("nothing: predictions are judged by themselves", (-inf, inf)),
    "relevances": ("a row of amounts, 0 or more", (0.0, inf)),
    "symbols": ("a row of class numbers", (0.0, inf)),
}

# Worst error allowed, in units in the last place of the result, or of its greatest term where terms cancel.
ULP = {"float32": (1.0, 2.0), "float64": (4.0, 8.0)}


@dataclass(frozen=True, kw_only=True)
class LossCard(Card):
    """What is declared of a loss; facts hold for the default parameters."""

    gradient: Callable[..., Any] = field(repr=False)  # by the prediction; its docstring's first line is the formula
    pred: str  # keys of DOMAINS
    target: str
    row: bool = False  # one value for a row of predictions, not one for each number
    parts: int = 1  # a row holds so many vectors of one length, one behind the other
    names: tuple[str, ...] = ()  # of these parts
    # For rows: the length of the target by that of the prediction, or ValueError that says which lengths fit.
    target_length: Callable[..., int] | None = field(default=None, repr=False)
    # For rows whose computing has more to remember: numbers in a note, by the length of the prediction.
    remembers: Callable[..., int] | None = field(default=None, repr=False)
    least: float = 0.0  # no value is below
    perfect: bool = True  # a prediction equal to its target has the least value
    convex: bool = False  # in the prediction
    sense: str = "minimise"
    terms: Callable[..., Any] | None = field(default=None, repr=False)  # size of the greatest term, where terms cancel
    gradient_terms: Callable[..., Any] | None = field(default=None, repr=False)
    ulp: dict[str, tuple[float, float]] = field(default_factory=lambda: dict(ULP))

    def width(self, columns: int, **params: float) -> int:
        """The length of a target of a prediction of this length. Raises ValueError for one that does not fit."""
        if columns % self.parts:
            raise ValueError(f"{self.name} takes {self.parts} vectors of one length in a row, not {columns} numbers")
        if self.target_length is not None:
            return self.target_length(columns, **params)
        if self.target == "nothing":
            return 0
        return 1 if self.target in ("class", "sign", "label", "number") else columns // self.parts

    def note_length(self, columns: int, **params: float) -> int:
        """How many numbers a kernel may note down in one row of notes."""
        return max(columns, self.remembers(columns, **params)) if self.remembers else columns

    def facts(self) -> list[tuple[str, str]]:
        """What `dlc show` prints, as (label, text)."""
        rows = [("formula", self.formula), ("gradient", (self.gradient.__doc__ or "").split("\n", 1)[0].rstrip("."))]
        parts = f": {', '.join(self.names)}" if self.names else ""
        rows += [("prediction", DOMAINS[self.pred][0] + parts), ("target", DOMAINS[self.target][0])]
        rows.append(("gives", "one value for each row" if self.row else "one value for each number"))
        rows.append(("least value", f"{self.least:g}"))
        rows.append(("convex", "yes" if self.convex else "no"))
        if self.knobs:
            rows.append(("parameters", ", ".join(f"{name} = {value:g}" for name, value in self.knobs.items())))
        bounds = ", ".join(f"{dtype} {value:g} / {slope:g}" for dtype, (value, slope) in self.ulp.items())
        counted = " of the greatest term, where terms cancel" if self.terms else ""
        rows.append(("error", f"at most {bounds} ulp (value / gradient){counted}"))
        return [*rows, ("source", self.source)]


LOSSES: Family[LossCard] = Family("loss", LossCard)
