"""The report of `dlc metric all`: every metric that applies to the data, each with its interval."""

from dataclasses import dataclass
from functools import partial
from math import isnan
from typing import TYPE_CHECKING, Any

from dlc.cli import bootstrap, metric_drawing, progress, show
from dlc.cli.errors import BadInputError
from dlc.cli.metric_inputs import LABELS, Data, checked, detected, shaped
from dlc.cli.metric_kernel import judged, metric_kernel
from dlc.reference.metrics import METRICS, MetricCard

if TYPE_CHECKING:
    import numpy as np

DIGITS = 6  # of a value on a terminal


@dataclass(frozen=True)
class Line:
    """One metric of the report."""

    card: MetricCard
    kind: str
    params: dict[str, Any]  # those that are not the card's defaults
    value: float
    interval: tuple[float, float] | None = None

    @property
    def said(self) -> str:
        """Numbers it depends on, and how it is averaged, in words."""
        numbers = {
            name: f"{value:.6g}"
            for name, value in self.card.knobs.items()
            if not isinstance(value, (bool, str)) and name != "zero_division"
        }
        return ", ".join(f"{name}={value}" for name, value in (numbers | self.params).items())


class Report:
    """All metrics that apply, their intervals, and the confusion matrix of labels."""

    def __init__(self, data: Data, threshold: float | None, resamples: int | None, seed: int):
        self.kinds = detected(data)
        if threshold is not None and self.kinds == ["curve", "margin"]:
            self.kinds.insert(0, "binary")
        elif threshold is not None and "binary" not in self.kinds:
            raise BadInputError("--threshold is for scores of labels 0 and 1")
        cuts = {kind: threshold if kind in LABELS else None for kind in self.kinds}
        self.data = {kind: _fit(kind, shaped(kind, data, cuts[kind])) for kind in self.kinds}
        self.rows = len(data.target)
        self.seed = seed
        self.resamples = bootstrap.default_resamples(self.rows) if resamples is None else resamples
        weighted = data.weights is not None
        self._judges = {
            card.name: (partial(_judge, card, params), kind)
            for card, kind, params in _applying(self.kinds)
            if card.weights or not weighted
        }
        with progress.compiling():
            values = {name: self._value(name) for name in self._judges}
            self.unweighted = [card.name for card, _, _ in _applying(self.kinds) if card.name not in self._judges]
            self.undefined = [name for name, value in values.items() if isnan(value)]
            for name in self.undefined:
                del self._judges[name]
            found = bootstrap.intervals(self._judges, self.data, self.resamples, seed)
        self.lines = [
            Line(METRICS[name], kind, _params(METRICS[name], kind), values[name], found[name])
            for name, (_, kind) in self._judges.items()
        ]

    def _value(self, name: str) -> float:
        judge, kind = self._judges[name]
        data = self.data[kind]
        try:
            return judge(data.target, data.pred, data.weights)
        except ValueError:  # not of data such as these
            return float("nan")

    @property
    def confusion(self) -> "np.ndarray | None":
        """The matrix of labels, where there are some."""
        from dlc.kernels.metrics_labels import confusion_matrix

        data = self.data.get("binary") or self.data.get("multiclass")
        return None if data is None else confusion_matrix(data.target, data.pred, data.weights)

    def record(self) -> dict[str, Any]:
        """Everything, for --json."""
        rows = [
            {
                "metric": line.card.name, "params": line.card.knobs | line.params, "value": line.value,
                "low": line.interval and line.interval[0], "high": line.interval and line.interval[1],
                "sense": line.card.sense,
            }
            for line in self.lines
        ]  # fmt: skip
        return {
            "kinds": self.kinds, "n": self.rows, "resamples": self.resamples, "seed": self.seed, "rows": rows,
            "undefined": self.undefined, "confusion": self.confusion,
        }  # fmt: skip

    def show(self) -> None:
        """The table of metrics, and the confusion matrix."""
        rows = []
        for line in self.lines:
            low, high = line.interval or (None, None)
            cells = [(each, "" if each is None else show.short(each, DIGITS)) for each in (line.value, low, high)]
            rows.append([line.card.name, *cells, line.said])
        show.table(["metric", "value", "low", "high", "parameters"], rows)
        matrix = self.confusion
        if matrix is not None and len(matrix) <= metric_drawing.MOST_CLASSES:
            print()
            metric_drawing.confusion(matrix)
        elif matrix is not None:
            show.note(f"{len(matrix)} classes are too many to draw; `dlc metric confusion_matrix` prints all counts")
        if self.resamples:
            show.note(f"low and high: 95 % bootstrap interval, {self.resamples} resamples, seed {self.seed}")
        else:
            show.note("no intervals; --resamples N asks for them")
        if self.unweighted:
            show.note(f"left out, for they take no weights: {', '.join(self.unweighted)}")
        if self.undefined:
            show.note(f"not defined on these data: {', '.join(self.undefined)}")

    def plot(self) -> None:
        """The curves of scores, and the reliability diagram of probabilities. Raises BadInputError for labels."""
        drawn = metric_drawing.curves(self.data["curve"]) if "curve" in self.data else []
        if "probability" in self.data:
            drawn.append(metric_drawing.reliability(self.data["probability"]))
        if not drawn:
            raise BadInputError("--plot draws curves of scores or probabilities; pred has labels or numbers")
        for each in drawn:
            print()
            print(each)


def _fit(kind: str, data: Data) -> Data:
    target, pred, weights = checked(kind, data)
    return Data(target, pred, weights)


def _applying(kinds: list[str]) -> list[tuple[MetricCard, str, dict[str, Any]]]:
    """Every metric with one value for one of these kinds of data."""
    found = []
    for card in METRICS.values():
        kind = next((kind for kind in kinds if kind in card.kinds), None)
        if kind and not card.many:
            found.append((card, kind, _params(card, kind)))
    return found


def _params(card: MetricCard, kind: str) -> dict[str, Any]:
    """Several classes are averaged alike; two need not be."""
    return {"average": "macro"} if card.knobs.get("average") == "binary" and kind != "binary" else {}


def _judge(card: MetricCard, params: dict[str, Any], target: Any, pred: Any, weights: Any) -> float:
    value: float = judged(card, metric_kernel(card), target, pred, weights, **params)
    return value
