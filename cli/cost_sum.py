"""A cost over the rows of a table: what `dlc cost` keeps of each chunk, and what it makes of it at the end."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dlc.cli import domains
from dlc.cli.catalog import loss_kernel
from dlc.cli.errors import BadInputError
from dlc.cli.tables import BadRows, Chunk, Table
from dlc.kernels import costs
from dlc.kernels.costs import Moments
from dlc.reference.costs import AVERAGES
from dlc.reference.loss_family import LossCard


@dataclass(frozen=True)
class Columns:
    """The positions in a table of what a loss judges."""

    pred: Sequence[int]
    target: Sequence[int]
    weight: int | None = None

    @property
    def all(self) -> list[int]:
        """All of them, in order."""
        return [*self.pred, *self.target, *([] if self.weight is None else [self.weight])]


class Worst(NamedTuple):
    """A row that adds much to the total."""

    line: int
    loss: float
    pred: list[float]
    target: list[float]
    weight: float


class CostSum:
    """The sum of a loss over rows, and all that one pass can say of it."""

    def __init__(
        self,
        card: LossCard,
        params: Mapping[str, float],
        table: Table,
        columns: Columns,
        *,
        bad: BadRows,
        worst: int = 0,
        threads: int = 1,
    ):
        self.card, self._table, self._columns, self._bad, self._threads = card, table, columns, bad, threads
        self._params = tuple(params.values())
        self._classes = domains.classes_of(params, len(columns.pred))
        self._kernel = loss_kernel(card)
        self._most = worst
        self._totals: list[float] = []
        self._slopes: list[float] = []
        self._moments, self._squared = Moments(), Moments()  # with the weights, and with their squares
        self.rows = 0  # good ones
        self._weighing = 0  # of these, those of a weight above 0
        self.worst: list[Worst] = []
        _check_widths(card, params, columns)

    @property
    def weight(self) -> float:
        """The sum of weights, or the number of rows."""
        return self._moments.weight

    @property
    def values(self) -> float:
        """The sum of the weights of all values: a row of a loss of numbers has as many as predictions."""
        return self.weight * self._per_row

    @property
    def _per_row(self) -> int:
        return 1 if self.card.row else len(self._columns.pred)

    @property
    def total(self) -> float:
        """Σ wᵢ·ℓᵢ."""
        return _sum(self._totals)

    @property
    def mean(self) -> float:
        """Σ wᵢ·ℓᵢ / Σ wᵢ."""
        return self.total / self.values

    @property
    def standard_error(self) -> float:
        """Of the mean, as rows are independent: √(n/(n − 1)·Σ wᵢ²·(ℓᵢ − mean)²) / Σ wᵢ, n those with wᵢ > 0."""
        count = self._weighing
        if count < 2:
            return math.nan
        spread = self._squared.about(self._moments.mean)
        return math.sqrt(count / (count - 1) * spread) / self.values if spread >= 0 else math.nan

    def averaged(self, average: str) -> float:
        """The cost. Raises BadInputError where the total is negative and has no root."""
        if average == "root_mean" and self.total < 0:
            raise BadInputError(f"the total of {self.card.name} is {self.total:g}, which has no root; take the mean")
        return float(AVERAGES[average].value(self.total, self.values, self.rows))

    def gradient_norm(self, average: str) -> float:
        """The length of the gradient of the cost by all predictions."""
        length = math.sqrt(_sum(self._slopes))
        return abs(float(AVERAGES[average].slope(self.total, self.values, self.rows))) * length if length else 0.0

    def add(self, chunk: Chunk) -> None:
        """Count the rows of a chunk; those outside of what the loss takes are bad."""
        with np.errstate(over="ignore", invalid="ignore"):
            lines, values = self._within(*chunk)
            while len(lines):
                losses, slopes = self._judged(values)
                is_bad = np.isnan(losses)
                if not is_bad.any():
                    self._count(lines, values, losses, slopes)
                    return
                for line in lines[is_bad].tolist():
                    self._bad.add(self._table, line, f"its {self.card.name} is nan")
                self.rows -= int(is_bad.sum())
                lines, values = lines[~is_bad], values[~is_bad]

    def _within(self, lines: np.ndarray, values: np.ndarray) -> Chunk:
        """The rows that are in the loss's domain and have a usable weight, those of weight 0 left out."""
        pred, target, weights = self._parts(values)
        classes = self._classes
        checks = [
            (domains.outside(self.card.pred, pred, classes), self._columns.pred, self.card.pred),
            (domains.outside(self.card.target, target, classes), self._columns.target, self.card.target),
        ]
        if weights is not None and self._columns.weight is not None:
            wrong = ~((weights >= 0) & np.isfinite(weights))
            checks.append((wrong[:, None], [self._columns.weight], ""))
        reasons: dict[int, str] = {}
        is_bad = np.zeros(len(lines), bool)
        for wrong, columns, domain in checks:
            if wrong is None or not wrong.any():
                continue
            rows = wrong.any(axis=1)
            for row in np.flatnonzero(rows & ~is_bad).tolist():
                column = columns[int(wrong[row].argmax())]
                number = float(values[row, self._columns.all.index(column)])
                needed = domains.what(domain, classes) if domain else "a finite weight, 0 or more"
                reasons[row] = f"{self._table.column_text(column)} is {number!r}; {self.card.name} takes {needed}"
            is_bad |= rows
        for row in sorted(reasons):
            self._bad.add(self._table, int(lines[row]), reasons[row])
        self.rows += len(lines) - int(is_bad.sum())
        left = ~is_bad if weights is None else ~is_bad & (weights > 0)
        return Chunk(lines, values) if left.all() else Chunk(lines[left], values[left])

    def _parts(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        count, width = len(self._columns.pred), len(self._columns.target)
        pred, target = values[:, :count], values[:, count : count + width]
        weights = None if self._columns.weight is None else np.ascontiguousarray(values[:, -1])
        return np.ascontiguousarray(pred), np.ascontiguousarray(target), weights

    def _judged(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Each row's loss, and the gradient by its predictions."""
        pred, target, _ = self._parts(values)
        gradient = np.empty_like(pred)
        losses = np.empty(len(pred) if self.card.row else pred.shape)
        self._kernel(pred, target, *self._params, values=losses, gradient=gradient, threads=self._threads)
        return (losses if self.card.row else losses.sum(axis=1)), gradient

    def _count(self, lines: np.ndarray, values: np.ndarray, losses: np.ndarray, slopes: np.ndarray) -> None:
        pred, target, weights = self._parts(values)
        weighted = losses if weights is None else losses * weights
        self._weighing += len(lines)
        self._totals.append(float(weighted.sum()))
        self._slopes.append(costs.sum_of_squares(slopes, weights))
        self._moments = self._moments.merged(costs.moments(losses, weights))
        squares = None if weights is None else weights * weights
        self._squared = self._moments if weights is None else self._squared.merged(costs.moments(losses, squares))
        if not self._most:
            return
        least = self.worst[-1].loss * self.worst[-1].weight if len(self.worst) == self._most else -math.inf
        for row in costs.worst(weighted, self._most, least).tolist():
            weight = 1.0 if weights is None else float(weights[row])
            self.worst.append(
                Worst(int(lines[row]), float(losses[row]), pred[row].tolist(), target[row].tolist(), weight)
            )
        self.worst.sort(key=lambda each: -each.loss * each.weight)  # of equal ones, the first stays first
        del self.worst[self._most :]


def _check_widths(card: LossCard, params: Mapping[str, float], columns: Columns) -> None:
    """Raises BadInputError where the loss takes other numbers of columns."""
    preds, targets = len(columns.pred), len(columns.target)
    try:
        needed = card.width(preds, **params) if card.row else preds
    except ValueError as error:
        raise BadInputError(f"--pred: {error}") from None
    if not preds:
        raise BadInputError("--pred names no column")
    if targets != needed:
        wanted = f"{needed} target column{'s' * (needed != 1)}" if needed else "no targets"
        raise BadInputError(f"{card.name} takes {wanted} for {preds} of --pred; --target has {targets}")


def _sum(parts: Sequence[float]) -> float:
    try:
        return math.fsum(parts)
    except (OverflowError, ValueError):  # infinite
        return float(np.sum(parts))
