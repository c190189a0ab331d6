"""What optimizers race on: textbook functions and their gradients with their cards, in order of increasing complexity.

A function takes a sequence of floats or of mpmath numbers. A problem on data also takes the rows it is judged on, pairs
of (inputs, label), and is the mean over them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import nan

from dlc.reference.family import Card, Family
from dlc.reference.numbers import Number, exp, log

Point = Sequence[Number]
Rows = Iterable[tuple[Sequence[Number], int]]


@dataclass(frozen=True, kw_only=True)
class ProblemCard(Card):
    """What is declared of a problem."""

    gradient: Callable[..., list[Number]] = field(repr=False)
    dimension: int
    start: tuple[float, ...] = ()  # the classic one; a network starts at random weights
    box: tuple[float, float] = (0.0, 0.0)  # of the other starts, the same in every coordinate
    minima: tuple[tuple[float, ...], ...] = ()
    least: float | None = None  # the value at the minima, where it is known
    data: str = ""  # the data set, for a problem on data
    is_negated: bool = False  # whether the function is the negative of what is to be maximised
    agreement: float = 1e-12  # of the kernel, relative to the larger of 1 and the exact number

    def distance(self, x: Point) -> Number:
        """How far X is from the nearest minimum; nan where none is known."""
        squares = (sum((a - b) ** 2 for a, b in zip(x, minimum, strict=True)) for minimum in self.minima)
        return min(squares, default=nan) ** 0.5

    def facts(self) -> list[tuple[str, str]]:
        """The function and what is known of it, as (label, text)."""
        rows = [("function", self.formula), ("dimension", str(self.dimension))]
        if self.data:
            rows.append(("data", self.data))
        else:
            low, high = self.box
            rows += [
                ("classic start", point_text(self.start)),
                ("other starts", f"uniform in [{low:g}, {high:g}] in each coordinate"),
                ("minima", "; ".join(map(point_text, self.minima))),
                ("least value", f"{self.least:g}"),
            ]
        if self.knobs:
            rows.append(("parameters", ", ".join(f"{name} = {value:g}" for name, value in self.knobs.items())))
        return [*rows, ("source", self.source)]


def point_text(x: Sequence[float]) -> str:
    """Coordinates for reading."""
    if len(set(x)) == 1 and len(x) > 2:
        return f"all {len(x)} coordinates {x[0]:g}"
    return "(" + ", ".join(f"{value:g}" for value in x) + ")"


PROBLEMS: Family[ProblemCard] = Family("problem", ProblemCard)

# A card reads as one entry of a table.
# fmt: off


def eigenvalues(count: int, condition: Number) -> list[Number]:
    """From 1 to CONDITION, equally spaced in their logarithm."""
    return [condition ** ((condition * 0 + i) / (count - 1)) for i in range(count)]


def quadratic_gradient(x: Point, condition: float = 1e4) -> list[Number]:
    """λᵢxᵢ."""
    return [scale * value for scale, value in zip(eigenvalues(len(x), condition), x, strict=True)]


@PROBLEMS.card(
    "½·Σ λᵢ·xᵢ²,  λᵢ = condition^((i−1)/9)", gradient=quadratic_gradient, dimension=10, start=(1.0,) * 10,
    box=(-2, 2), minima=((0.0,) * 10,), least=0, requires=(("condition >= 1", lambda condition: condition >= 1),),
    source="Nesterov 2004, Introductory Lectures on Convex Optimization, section 2.1",
)
def quadratic(x: Point, condition: float = 1e4) -> Number:
    """A bowl that is CONDITION times steeper in one direction than in another."""
    return sum(scale * value**2 for scale, value in zip(eigenvalues(len(x), condition), x, strict=True)) / 2


def rosenbrock_gradient(x: Point) -> list[Number]:
    """(−400a(b−a²) − 2(1−a), 200(b−a²))."""
    a, b = x
    return [-400 * a * (b - a**2) - 2 * (1 - a), 200 * (b - a**2)]


@PROBLEMS.card(
    "100·(b − a²)² + (1 − a)²", gradient=rosenbrock_gradient, dimension=2, start=(-1.2, 1.0), box=(-2, 2),
    minima=((1.0, 1.0),), least=0, source="Rosenbrock 1960, Computer Journal 3(3):175",
)
def rosenbrock(x: Point) -> Number:
    """A curved valley, steep across and nearly flat along."""
    a, b = x
    return 100 * (b - a**2) ** 2 + (1 - a) ** 2


BEALE = (1.5, 2.25, 2.625)


def beale_gradient(x: Point) -> list[Number]:
    """(Σ 2rₖ(bᵏ−1), Σ 2rₖ·k·a·bᵏ⁻¹) with rₖ = cₖ − a + a·bᵏ."""
    a, b = x
    residuals = [(k, c - a + a * b**k) for k, c in enumerate(BEALE, 1)]
    return [sum(2 * r * (b**k - 1) for k, r in residuals), sum(2 * r * k * a * b ** (k - 1) for k, r in residuals)]


@PROBLEMS.card(
    "Σₖ (cₖ − a + a·bᵏ)²,  c = 1.5, 2.25, 2.625", gradient=beale_gradient, dimension=2, start=(1.0, 1.0),
    box=(-4.5, 4.5), minima=((3.0, 0.5),), least=0,
    source="Beale 1958; Moré, Garbow & Hillstrom 1981, ACM TOMS 7(1):17",
)
def beale(x: Point) -> Number:
    """A plateau with steep corners: gradients over four decades."""
    a, b = x
    return sum((c - a + a * b**k) ** 2 for k, c in enumerate(BEALE, 1))


def himmelblau_gradient(x: Point) -> list[Number]:
    """(4a(a²+b−11) + 2(a+b²−7), 2(a²+b−11) + 4b(a+b²−7))."""
    a, b = x
    return [4 * a * (a**2 + b - 11) + 2 * (a + b**2 - 7), 2 * (a**2 + b - 11) + 4 * b * (a + b**2 - 7)]


@PROBLEMS.card(
    "(a² + b − 11)² + (a + b² − 7)²", gradient=himmelblau_gradient, dimension=2, start=(0.0, 0.0), box=(-5, 5),
    minima=(
        (3.0, 2.0), (-2.805118086952745, 3.131312518250573), (-3.779310253377747, -3.283185991286170),
        (3.584428340330492, -1.848126526964404),
    ),
    least=0, source="Himmelblau 1972, Applied Nonlinear Programming",
)
def himmelblau(x: Point) -> Number:
    """Four basins, each with a minimum of 0."""
    a, b = x
    return (a**2 + b - 11) ** 2 + (a + b**2 - 7) ** 2


CLASSES = 10
HIDDEN = 64


def layer(w: Point, inputs: Point, units: int) -> list[Number]:
    """Weights [inputs, units] row by row and then one bias for each unit: the sum that each unit receives."""
    bias = w[len(inputs) * units :]
    return [bias[k] + sum(v * w[i * units + k] for i, v in enumerate(inputs)) for k in range(units)]


def layer_gradient(inputs: Point, error: Point) -> list[Number]:
    """The derivative by w, given the one by the units' sums."""
    return [v * e for v in inputs for e in error] + list(error)


def cross_entropy(logits: Point, label: int) -> Number:
    """ln Σ e^z − z[label]."""
    return log(sum(exp(z) for z in logits)) - logits[label]


def cross_entropy_gradient(logits: Point, label: int) -> list[Number]:
    """softmax(z) − onehot(label)."""
    total = sum(exp(z) for z in logits)
    return [exp(z) / total - (c == label) for c, z in enumerate(logits)]


def mean(terms: Iterable[Number]) -> Number:
    """Σ terms / how many."""
    terms = list(terms)
    return sum(terms) / len(terms)


def softmax_row_gradient(x: Point, inputs: Point, label: int) -> list[Number]:
    """The gradient of one row's loss."""
    return layer_gradient(inputs, cross_entropy_gradient(layer(x, inputs, CLASSES), label))


def mnist1d_softmax_gradient(x: Point, rows: Rows) -> list[Number]:
    """inputsᵀ·(softmax(z) − onehot), averaged over the rows."""
    return [mean(column) for column in zip(*(softmax_row_gradient(x, *row) for row in rows), strict=True)]


@PROBLEMS.card(
    "mean of ln Σ e^z − z[label],  z = inputs·W + bias;  40 → 10", gradient=mnist1d_softmax_gradient, dimension=410,
    data="MNIST-1D", source="Greydanus & Kobak 2024, ICML, arXiv:2011.14439",
)
def mnist1d_softmax(x: Point, rows: Rows) -> Number:
    """Digits told apart by one linear layer (convex): 410 parameters."""
    return mean(cross_entropy(layer(x, inputs, CLASSES), label) for inputs, label in rows)


def mlp_layers(x: Point, inputs: Point) -> tuple[list[Number], Point, list[Number]]:
    """The hidden units' sums max(·, 0), the second layer's parameters, and the logits."""
    first = (len(inputs) + 1) * HIDDEN
    hidden = [max(z, 0 * z) for z in layer(x[:first], inputs, HIDDEN)]
    return hidden, x[first:], layer(x[first:], hidden, CLASSES)


def mlp_row_gradient(x: Point, inputs: Point, label: int) -> list[Number]:
    """The gradient of one row's loss."""
    hidden, second, logits = mlp_layers(x, inputs)
    error = cross_entropy_gradient(logits, label)
    slopes = [(h > 0) * sum(second[k * CLASSES + c] * e for c, e in enumerate(error)) for k, h in enumerate(hidden)]
    return layer_gradient(inputs, slopes) + layer_gradient(hidden, error)


def mnist1d_mlp_gradient(x: Point, rows: Rows) -> list[Number]:
    """Back-propagation through both layers, averaged over the rows."""
    return [mean(column) for column in zip(*(mlp_row_gradient(x, *row) for row in rows), strict=True)]


@PROBLEMS.card(
    "mean of ln Σ e^z − z[label],  z = max(inputs·W + bias, 0)·V + bias;  40 → 64 → 10",
    gradient=mnist1d_mlp_gradient, dimension=3274, data="MNIST-1D",
    source="Greydanus & Kobak 2024, ICML, arXiv:2011.14439",
)
def mnist1d_mlp(x: Point, rows: Rows) -> Number:
    """Digits told apart by a network with 64 hidden units: 3,274 parameters."""
    return mean(cross_entropy(mlp_layers(x, inputs)[2], label) for inputs, label in rows)
