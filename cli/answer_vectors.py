"""What `dlc activation` has to say of a function of a vector: values, derivatives and their errors."""

from itertools import zip_longest
from typing import Any

import numpy as np

from dlc.cli import progress, show
from dlc.cli.answer_numbers import draw, show_records
from dlc.cli.catalog import array_kernel
from dlc.cli.errors import BadInputError
from dlc.cli.vectors import Truth, gradients, jacobian
from dlc.reference.activations import ActivationCard

LONG = 300  # entries; of a longer vector each ∂y_i/∂x_i takes too long, for there are n of them, of n terms each


class VectorsAnswer:
    """Values and derivatives of a function at each vector, a row of X.

    The derivatives are ∂y_i/∂x_i; where the result has another length, those of its sum by each x; or all of them.
    """

    def __init__(
        self,
        card: ActivationCard,
        params: dict[str, float],
        x: np.ndarray,
        *,
        with_ulp: bool,
        with_jacobian: bool,
    ):
        self.card, self.params, self.with_ulp = card, params, with_ulp
        self.x = x.reshape(-1, x.shape[-1])
        try:
            card.width(self.x.shape[-1], *params.values())
        except ValueError as error:
            raise BadInputError(f"{card.name} {error}") from None
        with progress.compiling():
            self.value = array_kernel(card)(self.x, *params.values())
            self.jacobian = jacobian(card, params, self.x) if with_jacobian else None
            self.label, self.derivative = self._derivative()

    def _derivative(self) -> tuple[str, np.ndarray | None]:
        """What the derivatives without a Jacobian are called, and they themselves."""
        if self.value.shape != self.x.shape:
            return "gradient", array_kernel(self.card, 1)(self.x, *self.params.values(), v=np.ones_like(self.value))
        if self.jacobian is not None:
            return "derivative", np.diagonal(self.jacobian, axis1=-2, axis2=-1)
        if self.x.shape[-1] > LONG:
            show.note(f"no derivatives of vectors longer than {LONG}; --jacobian shows them all")
            return "derivative", None
        derivative = np.empty_like(self.x)
        for i, slopes in gradients(self.card, self.params, self.x):
            derivative[:, i] = slopes[:, i]
        return "derivative", derivative

    def _truth(self, row: int) -> Truth:
        return Truth(self.card, self.params, self.x[row].tolist(), row * self.x.shape[-1])

    def _value_errors(self, row: int) -> list[float | None]:
        if not self.with_ulp:
            return [None] * self.value.shape[-1]
        return [*self._truth(row).value_errors(self.value[row].tolist(), self.x.dtype.name)]

    def _derivative_errors(self, row: int) -> list[float | None]:
        if not self.with_ulp or self.derivative is None:
            return [None] * self.x.shape[-1]
        truth, slopes, dtype = self._truth(row), self.derivative[row].tolist(), self.x.dtype.name
        if self.label == "gradient":
            return [*truth.product_errors([1.0] * self.value.shape[-1], slopes, dtype)]
        return [truth.product_errors(_unit(i, slopes), slopes, dtype)[i] for i in range(len(slopes))]

    def _jacobian_errors(self, row: int) -> list[list[float] | None]:
        """For each y."""
        if self.jacobian is None or not self.with_ulp:
            return [None] * self.value.shape[-1]
        truth, matrix, dtype = self._truth(row), self.jacobian[row].tolist(), self.x.dtype.name
        return [truth.product_errors(_unit(i, matrix), slopes, dtype) for i, slopes in enumerate(matrix)]

    def records(self) -> list[dict[str, Any]]:
        """One record per number; for several vectors, with the index of the vector."""
        records = []
        for row in progress.over(range(len(self.x)), "checking"):
            slopes = [] if self.derivative is None else self.derivative[row]
            columns = {
                "x": self.x[row],
                "value": self.value[row],
                self.label: slopes,
                "value_ulp": self._value_errors(row),
                f"{self.label}_ulp": self._derivative_errors(row),
            }
            if self.jacobian is not None:
                columns |= {"jacobian": self.jacobian[row], "jacobian_ulp": self._jacobian_errors(row)}
            which = {"vector": row} if len(self.x) > 1 else {}
            records += [which | dict(zip(columns, cells, strict=True)) for cells in zip_longest(*columns.values())]
        return records

    def show_table(self) -> None:
        """One row per number; with the Jacobian, one row per value: its derivative by each x, and the worst error."""
        if self.jacobian is None:
            show_records(self.records(), with_ulp=self.with_ulp)
            return
        several = len(self.x) > 1
        headers = [*(["vector"] if several else []), "value", *(f"d/dx{j}" for j in range(self.x.shape[-1]))]
        rows: list[list[Any]] = []
        for i, matrix in enumerate(self.jacobian):
            for k, slopes in enumerate(matrix):
                rows.append([*([i] if several else []), f"y{k}", *((each, show.short(each, 6)) for each in slopes)])
        show.table(headers, rows)
        if self.with_ulp:
            errors = (self._jacobian_errors(i) for i in progress.over(range(len(self.x)), "checking"))
            worst = max(error for matrix in errors for slopes in matrix if slopes for error in slopes)
            show.note(f"worst error {worst:.2f} ulp")

    def show_plot(self) -> None:
        """Values and derivatives over the index of the entry, for each vector."""
        size = max(self.x.shape[-1], self.value.shape[-1])
        for row in range(len(self.x)):
            lines = {self.card.name: self.value[row]}
            if self.derivative is not None:
                lines[f"{self.card.name}'"] = self.derivative[row]
            draw(self.card, np.arange(size), {label: _filled(y, size) for label, y in lines.items()})


def _unit(place: int, like: list[Any]) -> list[float]:
    """As long as LIKE: 1 at this place, else 0."""
    return [float(i == place) for i in range(len(like))]


def _filled(y: np.ndarray, size: int) -> np.ndarray:
    """Y, and nan up to this size: what is not drawn."""
    return np.concatenate([y, np.full(size - y.size, np.nan, y.dtype)])
