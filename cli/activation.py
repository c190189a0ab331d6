"""`dlc activation`: values and derivatives of an activation function, each with its error."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlc.cli import params as parameters
from dlc.cli import plot, progress, show, values
from dlc.cli.catalog import array_kernel, complete
from dlc.cli.errors import BadInputError
from dlc.reference.activations import ACTIVATIONS, ActivationCard
from dlc.reference.ulp import FORMATS

if TYPE_CHECKING:
    import numpy as np

PLOTTED = "-6:6:0.05"
HEADERS = ("x", "value", "derivative", "value_ulp", "derivative_ulp")


def activation(
    name: Annotated[str, typer.Argument(help="Which function; see `dlc list`.", autocompletion=complete(ACTIVATIONS))],
    x: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[X]...", help="Numbers, start:stop:step, `-` for standard input, or .csv and .npy files."
        ),
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="NAME=VALUE", help="A parameter, like alpha=0.2.")
    ] = None,
    dtype: Annotated[
        str | None, typer.Option(help="float32 or float64; by default that of a .npy file, or float64.")
    ] = None,
    jacobian: Annotated[bool, typer.Option("--jacobian", help="Of softmax and other vector functions: all of it.")] = False,
    draw: Annotated[bool, typer.Option("--plot", help="Draw value and derivative.")] = False,
    no_ulp: Annotated[bool, typer.Option("--no-ulp", help="Leave out the errors: quicker for many values.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Value and derivative at each X, from the compiled kernel, with their errors in ulp against the reference.

    dlc activation gelu -1 0.5 2

    dlc activation leaky_relu -3:3:0.5 -p alpha=0.2 --dtype float32

    dlc activation softmax 1 2 3 --jacobian
    """
    card = ACTIVATIONS[name]
    chosen = parameters.parse(card, param or [])
    if dtype is not None and dtype not in FORMATS:
        raise BadInputError(f"no dtype {dtype!r}; choose {' or '.join(FORMATS)}")
    if jacobian and not card.vector:
        raise BadInputError(f"{card.name} has no Jacobian: it takes one number at a time; --jacobian is for vectors")
    if jacobian and draw:
        raise BadInputError("--jacobian prints a matrix and --plot draws curves; choose one")
    if not x and not draw:
        raise BadInputError(f"no X; try `dlc activation {card.name} 0.5`, a range -2:2:0.5, a file, or - for stdin")
    if card.vector and not x:
        raise BadInputError(f"{card.name} takes a vector; give its numbers, like `dlc activation {card.name} 1 2 3`")

    read = values.read(x or [PLOTTED])
    kind = dtype or ("float32" if read.dtype == "float32" else "float64")
    array = values.as_type(read, kind)
    chosen = {key: float(values.as_type(_array(value), kind)) for key, value in chosen.items()}
    answer = Answer(card, chosen, array, with_ulp=not no_ulp and bool(x))
    if as_json:
        show.json_object(
            "activation", name=card.name, dtype=kind, params=chosen, rows=answer.records(with_jacobian=jacobian)
        )
        return
    if jacobian:
        answer.show_jacobian()
    elif x:
        answer.show_table()
    if draw:
        answer.show_plot()


def _array(value: float) -> "np.ndarray":
    import numpy as np

    return np.array(value)


class Answer:
    """Values, derivatives and errors at an array of inputs; for a vector function, at each of its rows."""

    def __init__(self, card: ActivationCard, params: dict[str, float], x: "np.ndarray", *, with_ulp: bool):
        self.card, self.params, self.with_ulp = card, params, with_ulp
        with progress.compiling():
            self.jacobian = None
            if card.vector:
                self.x = x.reshape(-1, x.shape[-1])
                self.value = array_kernel(card)(self.x)
                self.jacobian = array_kernel(card, derivative=True)(self.x)
                self.derivative = self.jacobian.diagonal(axis1=1, axis2=2)
            else:
                self.x = x.reshape(-1)
                self.value = array_kernel(card)(self.x, *params.values())
                self.derivative = array_kernel(card, derivative=True)(self.x, *params.values())

    def _errors(self) -> tuple[Any, Any]:
        """Errors in ulp of value and derivative (the whole Jacobian), shaped like them."""
        import numpy as np

        from dlc.cli.agreement_activations import error_at, vector_errors

        if not self.with_ulp:
            shape = self.value.shape if self.jacobian is None else self.jacobian.shape
            return np.full(self.value.shape, None), np.full(shape, None)
        pairs = []
        if self.jacobian is not None:
            for row, value, matrix in progress.over(list(zip(self.x, self.value, self.jacobian, strict=True)), "checking"):
                value_error = vector_errors(self.card, row, value, derivative=False)
                pairs.append((value_error, vector_errors(self.card, row, matrix, derivative=True)))
            return np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
        dtype = str(self.x.dtype)
        points = zip(self.x.tolist(), self.value.tolist(), self.derivative.tolist(), strict=True)
        for point, value, slope in progress.over(list(points), "checking"):
            value_error = error_at(self.card, False, point, value, self.params, dtype)
            pairs.append((value_error, error_at(self.card, True, point, slope, self.params, dtype)))
        return np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])

    def records(self, *, with_jacobian: bool) -> list[dict[str, Any]]:
        """One record per number; for several vectors, with the index of the vector."""
        value_ulp, derivative_ulp = self._errors()
        records = []
        if self.jacobian is None:
            columns = (self.x, self.value, self.derivative, value_ulp, derivative_ulp)
            return [dict(zip(HEADERS, row, strict=True)) for row in zip(*columns, strict=True)]
        for i, row in enumerate(self.x):
            for j in range(len(row)):
                cells = (row[j], self.value[i, j], self.derivative[i, j], value_ulp[i, j], derivative_ulp[i, j, j])
                record: dict[str, Any] = {"vector": i} if len(self.x) > 1 else {}
                record |= dict(zip(HEADERS, cells, strict=True))
                if with_jacobian:
                    record |= {"jacobian": self.jacobian[i, j], "jacobian_ulp": derivative_ulp[i, j]}
                records.append(record)
        return records

    def show_table(self) -> None:
        """One row per number."""
        records = self.records(with_jacobian=False)
        headers = [header for header in records[0] if self.with_ulp or not header.endswith("_ulp")]
        show.table(headers, [[_cell(header, record[header]) for header in headers] for record in records])

    def show_jacobian(self) -> None:
        """Each vector's matrix, row i holding the derivatives of value i; the worst error on stderr."""
        assert self.jacobian is not None
        size = self.x.shape[-1]
        headers = (["vector"] if len(self.x) > 1 else []) + ["value", *(f"d/dx{j}" for j in range(size))]
        rows = []
        for i, matrix in enumerate(self.jacobian):
            lead = [i] if len(self.x) > 1 else []
            rows += [[*lead, f"y{k}", *((each, show.short(each, 6)) for each in row)] for k, row in enumerate(matrix)]
        show.table(headers, rows)
        if self.with_ulp:
            show.note(f"worst error {self._errors()[1].max():.2f} ulp")

    def show_plot(self) -> None:
        """Value and derivative over x; those of a vector function over the index of its entries."""
        for i in range(len(self.x) if self.jacobian is not None else 1):
            x, value, slope = (
                (list(range(self.x.shape[1])), self.value[i], self.derivative[i])
                if self.jacobian is not None
                else self._sorted()
            )
            lines = {self.card.name: list(map(float, value)), f"{self.card.name}'": list(map(float, slope))}
            print(plot.curves([float(each) for each in x], lines, title=f"{self.card.name}(x) = {self.card.formula}"))

    def _sorted(self) -> tuple[Any, Any, Any]:
        order = self.x.argsort()
        return self.x[order], self.value[order], self.derivative[order]


def _cell(header: str, value: Any) -> Any:
    """Errors are read, not read back: two digits are enough on a terminal."""
    return (value, f"{value:.2f}") if header.endswith("_ulp") else value
