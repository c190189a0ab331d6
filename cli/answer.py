"""What `dlc activation` has to say: values, derivatives and their errors, of numbers or of vectors."""

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
        lines = {self.card.name: value.tolist(), f"{self.card.name}'": derivative.tolist()}
        print(plot.curves(x.tolist(), lines, title=f"{self.card.name}: {self.card.formula}"))


class VectorsAnswer(NumbersAnswer):
    """Value and Jacobian of a vector function at each row; the derivative of a number is the Jacobian's diagonal."""

    def __init__(self, card: ActivationCard, x: np.ndarray, *, with_ulp: bool, with_jacobian: bool):
        self.card, self.with_ulp, self.with_jacobian = card, with_ulp, with_jacobian
        self.x = x.reshape(-1, x.shape[-1])
        with progress.compiling():
            self.value = array_kernel(card)(self.x)
            self.jacobian = array_kernel(card, derivative=True)(self.x)
        self.derivative = self.jacobian.diagonal(axis1=1, axis2=2)

    def _row_errors(self, row: int) -> tuple[Any, Any]:
        """Errors in ulp of the values and of the Jacobian of one vector."""
        if not self.with_ulp:
            return np.full(self.value[row].shape, None), np.full(self.jacobian[row].shape, None)
        return (
            vector_errors(self.card, self.x[row], self.value[row], derivative=False),
            vector_errors(self.card, self.x[row], self.jacobian[row], derivative=True),
        )

    def records(self) -> list[dict[str, Any]]:
        """One record per number; for several vectors, with the index of the vector."""
        records = []
        for i in progress.over(range(len(self.x)), "checking"):
            value_ulp, jacobian_ulp = self._row_errors(i)
            columns = (self.x[i], self.value[i], self.derivative[i], value_ulp, jacobian_ulp.diagonal())
            for j, cells in enumerate(zip(*columns, strict=True)):
                record: dict[str, Any] = {"vector": i} if len(self.x) > 1 else {}
                record |= dict(zip(HEADERS, cells, strict=True))
                if self.with_jacobian:
                    record |= {"jacobian": self.jacobian[i, j], "jacobian_ulp": jacobian_ulp[j]}
                records.append(record)
        return records

    def show_table(self) -> None:
        """One row per number; with the Jacobian, one row per value: its derivative by each x, and the worst error."""
        if not self.with_jacobian:
            super().show_table()
            return
        several = len(self.x) > 1
        headers = [*(["vector"] if several else []), "value", *(f"d/dx{j}" for j in range(self.x.shape[-1]))]
        rows: list[list[Any]] = []
        worst = 0.0
        for i, matrix in enumerate(self.jacobian):
            if self.with_ulp:
                worst = max(worst, self._row_errors(i)[1].max())
            for k, row in enumerate(matrix):
                rows.append([*([i] if several else []), f"y{k}", *((each, show.short(each, 6)) for each in row)])
        show.table(headers, rows)
        if self.with_ulp:
            show.note(f"worst error {worst:.2f} ulp")

    def show_plot(self) -> None:
        """Values and the Jacobian's diagonal over the index of the entry, for each vector."""
        for value, derivative in zip(self.value, self.derivative, strict=True):
            self._draw(np.arange(value.size), value, derivative)


def _cell(header: str, value: Any) -> Any:
    return (value, f"{value:.2f}") if header.endswith("_ulp") else value
