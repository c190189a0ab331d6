"""What `dlc activation` has to say of a function of a number: values, derivatives and their errors."""

from typing import Any

import numpy as np

from dlc.cli import plot, progress, show
from dlc.cli.agreement_activations import error_at
from dlc.cli.quantities import Quantity, quantities
from dlc.reference.activations import ActivationCard

USUAL = 2  # value and derivative


class NumbersAnswer:
    """Value and derivative of a function at each number; with EVERY, all that its card has."""

    def __init__(
        self, card: ActivationCard, params: dict[str, float], x: np.ndarray, *, with_ulp: bool, every: bool = False
    ):
        self.card, self.params, self.with_ulp = card, params, with_ulp
        self.x = x.reshape(-1)
        chosen = list(quantities(card))[: None if every else USUAL]
        with progress.compiling():
            self.columns = [(quantity, quantity.kernel(self.x, *params.values())) for quantity in chosen]

    def put_derivative(self, place: float, slope: float) -> None:
        """Have the derivative at PLACE, a kink, be SLOPE."""
        _, derivative = self.columns[1]
        derivative[self.x.astype(np.float64) == place] = slope

    def _errors(self, quantity: Quantity, values: np.ndarray) -> list[float | None]:
        if not self.with_ulp:
            return [None] * len(values)
        points = list(zip(self.x.tolist(), values.tolist(), strict=True))
        dtype = self.x.dtype.name
        return [
            error_at(quantity, x, value, self.params, dtype)
            for x, value in progress.over(points, f"checking each {quantity.label}")
        ]

    def records(self) -> list[dict[str, Any]]:
        """One record per number."""
        labels = [quantity.label.replace(" ", "_") for quantity, _ in self.columns]
        headers = ("x", *labels, *(f"{label}_ulp" for label in labels))
        errors = (self._errors(quantity, values) for quantity, values in self.columns)
        cells = (self.x, *(values for _, values in self.columns), *errors)
        return [dict(zip(headers, row, strict=True)) for row in zip(*cells, strict=True)]

    def show_table(self) -> None:
        """One row per number; errors are read, not read back: two digits are enough on a terminal."""
        show_records(self.records(), with_ulp=self.with_ulp)

    def show_plot(self) -> None:
        """Value and derivatives over x."""
        order = self.x.argsort(kind="stable")
        lines = {quantity.symbol: values[order] for quantity, values in self.columns}
        draw(self.card, self.x[order], lines)


def show_records(records: list[dict[str, Any]], *, with_ulp: bool) -> None:
    """A table of records with the same keys."""
    headers = [header for header in records[0] if with_ulp or not header.endswith("_ulp")]
    show.table(headers, [[_cell(header, record[header]) for header in headers] for record in records])


def draw(card: ActivationCard, x: np.ndarray, lines: dict[str, np.ndarray]) -> None:
    """LINES over X, as far as they are finite."""
    if not any((np.isfinite(x) & np.isfinite(y)).any() for y in lines.values()):
        show.note("nothing to draw: no point is finite")
        return
    texts = {label: y.tolist() for label, y in lines.items()}
    print(plot.curves(x.tolist(), texts, title=f"{card.name}: {card.formula}"))


def _cell(header: str, value: Any) -> Any:
    return (value, f"{value:.2f}") if header.endswith("_ulp") and value is not None else value
