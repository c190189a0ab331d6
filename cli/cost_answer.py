"""What `dlc cost` has to say."""

from collections.abc import Mapping
from typing import Any

from dlc.cli import show
from dlc.cli.cost_penalty import Penalised
from dlc.cli.cost_sum import Columns, CostSum
from dlc.cli.tables import BadRows, Table


class CostAnswer:
    """A cost, its penalties, what one pass says of the losses, and the worst rows."""

    def __init__(
        self,
        name: str,
        average: str,
        table: Table,
        columns: Columns,
        found: CostSum,
        penalised: Penalised | None,
        bad: BadRows,
    ):
        self.name, self.average, self._table, self._columns = name, average, table, columns
        self._found, self._penalised, self._bad = found, penalised, bad
        self.cost = found.averaged(average)

    @property
    def regularised(self) -> float | None:
        """The cost and the penalties; None where there are none."""
        return None if self._penalised is None else self.cost + self._penalised.total

    @property
    def quantities(self) -> dict[str, Any]:
        """Every number by its name."""
        found = self._found
        quantities: dict[str, Any] = {"cost": self.cost, "rows": found.rows, "bad rows": self._bad.count}
        if self._columns.weight is not None:
            quantities["weight"] = found.weight
        quantities |= {"total": found.total, "mean": found.mean, "standard error": found.standard_error}
        quantities["gradient norm"] = found.gradient_norm(self.average)
        if self._penalised is not None:
            quantities |= {"weights": self._penalised.count, **self._penalised.values}
            quantities |= {"penalty": self._penalised.total, "penalty gradient norm": self._penalised.gradient_norm}
            quantities["regularised cost"] = self.regularised
        return quantities

    def show_tables(self) -> None:
        """The quantities, and behind an empty line the worst rows."""
        rows = [[label, (value, _short(value))] for label, value in self.quantities.items()]
        show.table(["quantity", self.name], rows, accent=0 if self._penalised is None else len(rows) - 1)
        if not self._found.worst:
            return
        print()
        weighted = self._columns.weight is not None
        headers = [self._table.unit, "loss", *["weight"] * weighted]
        headers += [self._table.names[column] for column in (*self._columns.pred, *self._columns.target)]
        show.table(
            headers,
            [
                [each.line, *((value, _short(value)) for value in (each.loss, *[each.weight] * weighted))]
                + [(value, _short(value)) for value in (*each.pred, *each.target)]
                for each in self._found.worst
            ],
        )

    def show_json(self, params: Mapping[str, float]) -> None:
        """All of it as one object."""
        show.json_object(
            "cost",
            name=self.name,
            loss=self._found.card.name,
            average=self.average,
            params=params,
            file=self._table.called,
            **{label.replace(" ", "_"): value for label, value in self.quantities.items()},
            first_bad=[{self._table.unit: line, "reason": reason} for line, reason in sorted(self._bad.first)],
            worst=[{self._table.unit: each.line, **_fields(each)} for each in self._found.worst],
        )


def _fields(each: Any) -> dict[str, Any]:
    return {name: value for name, value in each._asdict().items() if name != "line"}


def _short(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else show.short(float(value), 10)
