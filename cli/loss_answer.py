"""What `dlc loss` has to say: the loss of each example, how they are reduced to one number, and its gradient."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from dlc.cli import progress, show
from dlc.cli.agreement_losses import error_of
from dlc.cli.loss_values import divisor, values_there
from dlc.reference.loss_convention import LossConvention
from dlc.reference.loss_family import LossCard

MOST_SHOWN = 20  # examples, where only what they are reduced to was asked for
MOST_JUDGED = 1000  # examples, whose errors are looked up at fifty digits


class LossAnswer:
    """Values of a loss, reduced, and the gradient of that by the predictions."""

    def __init__(
        self,
        card: LossCard,
        params: Mapping[str, float],
        pred: np.ndarray,
        target: np.ndarray,
        *,
        there: LossConvention | None,
        reduction: str,
        weights: np.ndarray | None = None,
        ignored: int | None = None,
    ):
        self.card, self.params, self.pred, self.target, self.reduction = card, params, pred, target, reduction
        self.left_out = np.zeros(len(pred), bool) if ignored is None else target.reshape(-1) == ignored
        if ignored is not None:  # any class does where the value does not count
            target = np.where(target == ignored, 0.0, target).astype(pred.dtype)
            shares = np.ones(len(pred)) if weights is None else weights
            weights = np.where(self.left_out, 0.0, shares)
        with progress.compiling():
            self.plain, self.gradient = values_there(card, there, params, pred, target)
        by_weights = there is None or there.divisor == "weights"
        divided_by = divisor(reduction, self.plain, pred, weights if by_weights else None)
        self.values = self.plain
        if weights is not None:
            shaped = weights.reshape(self.plain.shape)
            by = shaped[..., None] if card.row else shaped
            with np.errstate(invalid="ignore"):  # a weight of 0 leaves out even what is infinite
                self.values = np.where(shaped > 0, shaped * self.plain, 0.0)
                self.gradient = np.where(by > 0, by * self.gradient, 0.0)
        with np.errstate(over="ignore"):  # beyond the greatest float32 is infinity
            self.gradient = (self.gradient / divided_by).astype(pred.dtype)
            self.rounded = self.values.reshape(-1).astype(pred.dtype)
        self.total = None if reduction == "none" else math.fsum(self.values.reshape(-1)) / divided_by

    def records(self) -> list[dict[str, Any]]:
        """One for each example: what was given, its value, and the gradient."""
        rows, targets = self._examples()
        slopes, errors = self.gradient.reshape(rows.shape), self.errors()
        records = []
        for i in range(len(rows)):
            record = {"pred": _plain(rows[i]), "target": _plain(targets[i]), "value": self.rounded[i]}
            if errors and errors[i] is not None:
                record["ulp"] = errors[i]
            records.append(record | {"gradient": _plain(slopes[i])})
        return records

    def errors(self) -> list[float | None] | None:
        """The error of each example's own value in ulp of the exact one; None where there are too many.

        There is none of what is left out, and none where a prediction is infinite: fifty digits know no infinity.
        """
        if self.plain.size > MOST_JUDGED:
            return None
        rows, targets = self._examples()
        with np.errstate(over="ignore"):
            values = self.plain.reshape(-1).astype(self.pred.dtype)
        judged = ~self.left_out if self.card.row else np.ones(len(rows), bool)
        judged &= np.isfinite(rows).reshape(len(rows), -1).all(axis=1)
        return [
            error_of(self.card, self.params, rows[i], targets[i], values[i]) if judged[i] else None
            for i in range(len(rows))
        ]

    def _examples(self) -> tuple[np.ndarray, np.ndarray]:
        """Predictions and targets, one for each value."""
        rows = self.pred.reshape(-1, self.pred.shape[-1]) if self.card.row else self.pred.reshape(-1)
        return rows, self.target.reshape(len(rows), -1) if self.card.row else self.target.reshape(-1)

    def show_table(self, *, with_gradient: bool) -> None:
        """Every example, or, of many, only what they are reduced to."""
        headers = ["example", "prediction", "target", "value", "error (ulp)"] + ["gradient"] * with_gradient
        rows: list[list[Any]] = []
        everything = with_gradient or self.total is None or self.plain.size <= MOST_SHOWN
        if everything:
            for i, record in enumerate(self.records(), 1):
                ulp = record.get("ulp")
                cells = [i, _cell(record["pred"]), _cell(record["target"]), _cell(record["value"])]
                cells.append("" if ulp is None else (ulp, show.short(ulp, 2)))
                rows.append(cells + [_cell(record["gradient"])] * with_gradient)
        if self.total is not None:
            rows.append([self.reduction, "", "", _cell(self.total), ""] + [""] * with_gradient)
        show.table(headers, rows, accent=len(rows) - 1 if self.total is not None and everything else None)
        if not everything:
            show.note(f"of {self.plain.size:,} values; --reduction none or --grad shows each")


def _plain(numbers: Any) -> Any:
    return list(numbers) if getattr(numbers, "shape", ()) else numbers


def _cell(value: Any) -> Any:
    return show.vector(value) if isinstance(value, list) else (value, show.short(float(value), 8))
