"""The family of metrics and what a card declares of one: what people read to judge predictions against targets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from dlc.reference.family import Card, Family

# What a metric judges; each kind says what predictions and targets are (dlc.reference.metric_family.TAKES).
TAKES = {
    "binary": "labels 0 and 1, or scores that a threshold turns into them",
    "multiclass": "labels 0 to K−1",
    "multilabel": "rows of 0 and 1, one for each label",
    "top-k": "rows of scores, one for each class, and labels 0 to K−1",
    "curve": "scores, the higher the likelier, and labels 0 and 1",
    "margin": "scores, above 0 for label 1, or rows of scores, one for each class, and labels",
    "probability": "probabilities of label 1, or a row of them for each class, and labels",
    "ranking": "rows of scores, and rows of how relevant each item is",
    "regression": "numbers",
    "ensemble": "rows of numbers, the members of a forecast, and what came out",
    "clustering": "labels of clusters, in any numbering",
    "points": "rows of coordinates, and the cluster of each",
    "segmentation": "masks of labels, flattened or as rows",
    "agreement": "labels of two raters",
}


@dataclass(frozen=True, kw_only=True)
class MetricCard(Card):
    """What is declared of a metric."""

    takes: str  # a key of TAKES
    also: tuple[str, ...] = ()  # further keys: kinds of data it takes, too
    bounds: tuple[float, float] = (-inf, inf)  # of the value
    best: float | None = None  # the value of perfect predictions; None where there is none
    weights: bool = True  # whether examples may be weighted
    undefined: str = ""  # where it has no value and is nan, or raises ValueError
    # The call there that gives the same of y (targets), p (predictions) and, if any, w (weights); parameters stand
    # there under their names, and "none" is None.
    sklearn: str = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # parameter -> the texts it may be
    trials: tuple[Mapping[str, Any], ...] = ()  # settings of parameters that tests try, beside those of `choices`
    peers: dict[str, str] = field(default_factory=dict, repr=False)  # library -> how it differs, in words
    many: bool = False  # whether the result is a sequence (a curve, one value for each class)
    agreement: float = 1e-12  # of the kernel, relative to the larger of 1 and the reference's number
    columns: tuple[str, ...] = ()  # what the sequences of a curve are called

    @property
    def kinds(self) -> tuple[str, ...]:
        """All kinds of data it takes."""
        return (self.takes, *self.also)

    @property
    def settings(self) -> list[dict[str, Any]]:
        """What tests give for parameters: nothing, every choice by itself, and the card's trials."""
        each = [{name: text} for name, texts in self.choices.items() for text in texts if text != self.knobs[name]]
        return [{}, *each, *map(dict, self.trials)]

    @property
    def knobs(self) -> dict[str, Any]:
        """Parameters with their defaults; weights are data, not a parameter."""
        return {name: value for name, value in super().knobs.items() if name != "weights"}

    @property
    def sense(self) -> str:
        """Whether more is better."""
        if self.best is None:
            return "none"
        senses = dict(zip(self.bounds, ("lower is better", "higher is better"), strict=True))
        return senses.get(self.best, "nearer is better")

    def facts(self) -> list[tuple[str, str]]:
        """What `dlc show` prints, as (label, text)."""
        low, high = self.bounds
        weights = "as many times as its weight" if self.weights else "once: there are no weights"
        kinds = "; or ".join(map(TAKES.__getitem__, self.kinds))
        rows = [("formula", self.formula), ("takes", kinds), ("range", f"[{low:g}, {high:g}]")]
        rows.append(("an example counts", weights))
        if self.best is not None:
            rows.append(("best", f"{self.best:g}; {self.sense}"))
        if self.undefined:
            rows.append(("undefined", self.undefined))
        if self.knobs:
            rows.append(("parameters", ", ".join(f"{name} = {value}" for name, value in self.knobs.items())))
        rows += [(name, ", ".join(texts)) for name, texts in self.choices.items()]
        if self.sklearn:
            rows.append(("scikit-learn", self.sklearn))
        rows += self.peers.items()
        return [*rows, ("source", self.source)]


METRICS: Family[MetricCard] = Family("metric", MetricCard)
