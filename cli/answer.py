"""What `dlc activation` has to say: values, derivatives and their errors, of numbers or of vectors."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlc.cli import plot, progress, show
from dlc.cli.agreement_activations import error_at, vector_errors
from dlc.cli.catalog import array_kernel
from dlc.reference.activations import ActivationCard

HEADERS = ("x", "value", "derivative", "value_ulp", "derivative_ulp")


class NumbersAnswer:
    """Value and derivative of a function at each number."""

    x: np.ndarray
    value: np.ndarray
    derivative: np.ndarray

    def __init__(self, card: ActivationCard, params: dict[str, float], x: np.ndarray, *, with_ulp: bool):
        self.card, self.params, self.with_ulp = card, params, with_ulp
        self.x = x.reshape(-1)
        with progress.compiling():
            self.value = array_kernel(card)(self.x, *params.values())
            self.derivative = array_kernel(card, derivative=True)(self.x, *params.values())

    def _errors(self, *, derivative: bool) -> list[float | None]:
        """Errors in ulp of the values, or of the derivatives."""
        values = self.derivative if derivative else self.value
        if not self.with_ulp:
            return [None] * len(values)
        dtype = self.x.dtype.name
        points = list(zip(self.x.tolist(), values.tolist(), strict=True))
        return [
            error_at(self.card, derivative, x, value, self.params, dtype)
            for x, value in progress.over(points, f"checking {'derivatives' if derivative else 'values'}")
        ]

    def records(self) -> list[dict[str, Any]]:
        """One record per number."""
        errors = [self._errors(derivative=derivative) for derivative in (False, True)]
        columns = (self.x, self.value, self.derivative, *errors)
        return [dict(zip(HEADERS, cells, strict=True)) for cells in zip(*columns, strict=True)]

    def show_table(self) -> None:
        """One row per number; errors are read, not read back: two digits are enough on a terminal."""
        records = self.records()
        headers = [header for header in records[0] if self.with_ulp or not header.endswith("_ulp")]
        show.table(headers, [[_cell(header, record[header]) for header in headers] for record in records])

    def show_plot(self) -> None:
        """Value and derivative over x."""
        order = self.x.argsort(kind="stable")
        self._draw(self.x[order], self.value[order], self.derivative[order])

    def _draw(self, x: np.ndarray, value: np.ndarray, derivative: np.ndarray) -> None:
        if not (np.isfinite(x) & np.isfinite(value)).any():
            show.note("nothing to draw: no point is finite")
            return
        lines = {self.card.name: value.tolist(), f"{self.card.name}'": derivative.tolist()}
        print(plot.curves(x.tolist(), lines, title=f"{self.card.name}: {self.card.formula}"))


class VectorsAnswer(NumbersAnswer):
    """Value and derivatives of a vector function at each row: of y_i by x_i, or by every x_j with the Jacobian."""

    def __init__(self, card: ActivationCard, x: np.ndarray, *, with_ulp: bool, with_jacobian: bool):
        self.card, self.with_ulp, self.with_jacobian = card, with_ulp, with_jacobian
        self.x = x.reshape(-1, x.shape[-1])
        with progress.compiling():
            self.value = array_kernel(card)(self.x)
            self.derivative = array_kernel(card, derivative=True)(self.x)
            self.jacobian = array_kernel(card, jacobian=True)(self.x) if with_jacobian else None

    def _row_errors(self, function: Callable[..., Any], values: np.ndarray, row: int) -> np.ndarray:
        """Errors in ulp of what FUNCTION says of one vector."""
        if not self.with_ulp:
            return np.full(values[row].shape, None)
        return vector_errors(function, self.x[row], values[row])

    def records(self) -> list[dict[str, Any]]:
        """One record per number; for several vectors, with the index of the vector."""
        assert self.card.diagonal is not None
        records = []
        for i in progress.over(range(len(self.x)), "checking"):
            value_ulp = self._row_errors(self.card.function, self.value, i)
            slope_ulp = self._row_errors(self.card.diagonal, self.derivative, i)
            matrix_ulp = None if self.jacobian is None else self._row_errors(self.card.grad, self.jacobian, i)
            for j, cells in enumerate(
                zip(self.x[i], self.value[i], self.derivative[i], value_ulp, slope_ulp, strict=True)
            ):
                record: dict[str, Any] = {"vector": i} if len(self.x) > 1 else {}
                record |= dict(zip(HEADERS, cells, strict=True))
                if self.jacobian is not None and matrix_ulp is not None:
                    record |= {"jacobian": self.jacobian[i, j], "jacobian_ulp": matrix_ulp[j]}
                records.append(record)
        return records

    def show_table(self) -> None:
        """One row per number; with the Jacobian, one row per value: its derivative by each x, and the worst error."""
        if self.jacobian is None:
            super().show_table()
            return
        several = len(self.x) > 1
        headers = [*(["vector"] if several else []), "value", *(f"d/dx{j}" for j in range(self.x.shape[-1]))]
        rows: list[list[Any]] = []
        for i, matrix in enumerate(self.jacobian):
            for k, row in enumerate(matrix):
                rows.append([*([i] if several else []), f"y{k}", *((each, show.short(each, 6)) for each in row)])
        show.table(headers, rows)
        if self.with_ulp:
            worst = max(self._row_errors(self.card.grad, self.jacobian, i).max() for i in range(len(self.x)))
            show.note(f"worst error {worst:.2f} ulp")

    def show_plot(self) -> None:
        """Values, and derivatives by their own x, over the index of the entry, for each vector."""
        for value, derivative in zip(self.value, self.derivative, strict=True):
            self._draw(np.arange(value.size), value, derivative)


def _cell(header: str, value: Any) -> Any:
    return (value, f"{value:.2f}") if header.endswith("_ulp") else value
